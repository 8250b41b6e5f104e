#include "figure/figure_file.hpp"

#include "figure/animated_png.hpp"
#include "figure/drawing.hpp"
#include "figure/text_lines.hpp"
#include "model_arguments.hpp"
#include "output_file.hpp"

#include <raygen/error.hpp>

#include <algorithm>
#include <iostream>

namespace raygen::cli {
namespace {

constexpr double units_per_inch = 96;
constexpr double smallest_cell = 32, largest_cell = 1024;      // that can be asked for
constexpr double readable_cell = 128, comfortable_cell = 256;  // that are chosen
constexpr std::uint16_t first_frame_ms = 800, last_frame_ms = 2500, shortest_ms = 80,
                        longest_ms = 400, moving_ms = 5000;

/// Slower where there are few frames; the first and the last stay longer.
std::uint16_t duration_of(std::size_t frame, std::size_t frames) {
  if (frame + 1 == frames) return last_frame_ms;
  if (frame == 0) return first_frame_ms;
  return static_cast<std::uint16_t>(
      std::clamp<std::size_t>(moving_ms / frames, shortest_ms, longest_ms));
}

std::string text_of(const Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

std::string svg_of(const Figure& figure, const Page& page) {
  const std::string title = figure.title.empty() ? "Figure" : figure.title;
  return page.svg(one_line(title), figure.metadata);
}

}  // namespace

void add_figure_options(CLI::App* command, FigureArguments& arguments) {
  command->add_option("-o,--out", arguments.out, "The figure: its ending tells the format")
      ->required()
      ->type_name("FILE");
  command->add_option("--title", arguments.title, "Text over the figure")->type_name("TEXT");
  command
      ->add_option("--cell", arguments.cell,
                   "Width of a picture on the page, in 1/96 inch (default: as the images, 128 to "
                   "256)")
      ->check(CLI::Range(smallest_cell, largest_cell))
      ->type_name("N");
  command->add_option("--dpi", arguments.dpi, "Pixels per inch of a PNG (default 192)")
      ->check(CLI::Range(48, 1200))
      ->type_name("N");
}

double cell_width(const FigureArguments& arguments, std::int32_t image_width) {
  if (arguments.cell > 0) return arguments.cell;
  return std::clamp<double>(image_width, readable_cell, comfortable_cell);
}

void check_panels(std::size_t panels) {
  if (panels > most_panels)
    throw Error(Status::limit, "the figure would have " + std::to_string(panels) +
                                   " pictures; at most " + std::to_string(most_panels) +
                                   " go on a page");
}

FigureFile::FigureFile(const FigureArguments& arguments, bool can_be_animated)
    : path_(arguments.out),
      ending_(ending_of(arguments.out)),
      scale_(arguments.dpi / units_per_inch) {
  if (ending_ != ".svg" && ending_ != ".png" && !(animated() && can_be_animated))
    throw Error(Status::invalid_argument,
                "--out: " + path_ + " ends in \"" + ending_ + "\"; .png" +
                    (can_be_animated ? ", .svg or .apng (animated)" : " or .svg") +
                    " was expected");
  if (ending_ != ".svg" && !can_draw())
    throw Error(Status::unsupported,
                "--out: " + path_ +
                    ": this command was built without librsvg, which figures as PNG need; .svg "
                    "was expected");
  check_writable_file(path_);
}

void FigureFile::check(const Figure& figure) const {
  const Page page = laid_out(figure);
  if (ending_ != ".svg") check_drawn_size(page.width(), page.height(), scale_);
}

Image FigureFile::drawn_page(const Figure& figure, const Provenance& provenance) const {
  const Page page = laid_out(figure);
  Image image = drawn(svg_of(figure, page), page.width(), page.height(), scale_);
  image.set_text("Software", std::string("libraygen ") + raygen_version());
  if (!figure.title.empty()) image.set_text("Title", one_line(figure.title));
  if (!provenance.mark().empty()) image.set_text("Comment", provenance.mark());
  image.set_text("raygen figure", figure.metadata);
  return image;
}

void FigureFile::write(const Figure& figure, const Provenance& provenance) const {
  if (ending_ == ".svg")
    write_file(path_, svg_of(figure, laid_out(figure)));
  else
    drawn_page(figure, provenance).write_png(path_);
}

void FigureFile::write(const std::vector<Figure>& frames, const Provenance& provenance) const {
  std::vector<Frame> animation;
  for (const Figure& frame : frames)
    animation.push_back(
        {drawn_page(frame, provenance).encode_png(), duration_of(animation.size(), frames.size())});
  write_file(path_, text_of(animated_png(animation)));
}

void report_figure(const std::string& kind, const FigureArguments& arguments, std::size_t images,
                   nlohmann::ordered_json about, bool json, bool quiet) {
  if (json) {
    about.update({{"figure", kind}, {"file", arguments.out}, {"images", images}});
    print_json(about);
  } else if (!quiet) {
    std::cout << "a figure of " << images << (images == 1 ? " image" : " images") << " written to "
              << arguments.out << '\n';
  }
}

}  // namespace raygen::cli
