#include "sheet.hpp"

#include "figure/layout.hpp"
#include "output_file.hpp"

#include <raygen/image.hpp>

#include <algorithm>

namespace raygen::cli {
namespace {

constexpr std::uintmax_t most_bytes = 64 << 20;  // of one PNG
constexpr double smallest_sheet_cell = 192, largest_sheet_cell = 384;

/// A browser shows PNG: another file of ours becomes one.
Bytes png_of(const std::filesystem::path& file) {
  if (file.extension() != ".png") return Image::read(file.string()).encode_png();
  const std::string png = read_file(file, most_bytes);
  return {png.begin(), png.end()};
}

}  // namespace

void check_sheet(std::size_t images) {
  if (images > most_panels)
    throw Error(Status::limit, "--sheet: " + std::to_string(images) + " images; at most " +
                                   std::to_string(most_panels) + " go on a page");
}

std::string labelled_sheet(const std::vector<LabelledImage>& images, std::int32_t size) {
  Figure figure;
  figure.cell_width = figure.cell_height =
      std::clamp<double>(size, smallest_sheet_cell, largest_sheet_cell);
  PictureGrid grid;
  grid.columns = good_columns(images.size(), figure.cell_width, figure.cell_height);
  for (const LabelledImage& image : images) {
    grid.panels.push_back({png_of(image.file), {}, {}, image.label});
  }
  figure.grids = {std::move(grid)};
  return laid_out(figure).svg("Generated images and their prompts", "");
}

}  // namespace raygen::cli
