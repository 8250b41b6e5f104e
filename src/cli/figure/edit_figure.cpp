#include "figure/difference.hpp"
#include "figure/figure_file.hpp"
#include "figure/kinds.hpp"
#include "figure/pictures.hpp"

#include <raygen/error.hpp>

#include <filesystem>

namespace raygen::cli {
namespace {

struct EditFigureArguments {
  std::string before, after, mask;
  FigureArguments figure;
  bool json = false, quiet = false;
};

std::string size_of(const Image& image) {
  return std::to_string(image.width()) + " x " + std::to_string(image.height());
}

void check_same_size(const std::string& path, const Image& image, const Image& before) {
  if (image.width() != before.width() || image.height() != before.height())
    throw Error(Status::invalid_argument, path + ": " + size_of(image) + " pixels; " +
                                              size_of(before) +
                                              ", as the image before the edit, were expected");
}

std::string file_name(const std::string& path) {
  return std::filesystem::path(path).filename().string();
}

/// What the mask's outline and the pixels outside it say.
std::string mask_note(const Difference& difference, const Image& mask) {
  const std::size_t outside = difference.changed_outside(mask);
  return "Outlined: the mask. Pixels outside the mask that differ: " + std::to_string(outside) +
         ". ";
}

int run_edit_figure(const EditFigureArguments& arguments) {
  const FigureFile file(arguments.figure, false);
  const Image before = Image::read(arguments.before), after = Image::read(arguments.after);
  check_same_size(arguments.after, after, before);
  const Difference difference(before, after);

  Figure figure;
  figure.title =
      arguments.figure.title.empty() ? after.text("Description") : arguments.figure.title;
  figure.cell_width = cell_width(arguments.figure, before.width());
  figure.cell_height = figure.cell_width * before.height() / before.width();
  PictureGrid grid;
  grid.column_labels = {"Before", "After", "After − before"};
  grid.columns = 3;
  figure.footnote = "Red: brighter after the edit, blue: darker, in grey levels of 255. ";
  grid.panels = {{embedded(before), {}, {}, ""},
                 {embedded(after), {}, {}, ""},
                 {embedded(difference.picture()), {}, {}, ""}};
  if (!arguments.mask.empty()) {
    const Image mask = Image::read(arguments.mask).grey();
    check_same_size(arguments.mask, mask, before);
    for (Panel& panel : grid.panels) panel.outlined = marked_cells(mask);
    figure.footnote += mask_note(difference, mask);
  }
  figure.grids = {std::move(grid)};
  figure.scale = difference.scale();
  Provenance provenance;
  provenance.add(before, file_name(arguments.before));
  provenance.add(after, file_name(arguments.after));
  figure.footnote += provenance.footnote();
  figure.metadata = provenance.json("edit");
  file.check(figure);
  file.write(figure, provenance);
  report_figure("edit", arguments.figure, 2, {}, arguments.json, arguments.quiet);
  return 0;
}

}  // namespace

void add_edit_figure(CLI::App* figure, Chosen& chosen) {
  auto arguments = std::make_shared<EditFigureArguments>();
  CLI::App* command = figure->add_subcommand(
      "edit", "Before, after and the signed difference of an edit: .svg or .png");
  command->add_option("before", arguments->before, "The image before the edit")
      ->required()
      ->type_name("BEFORE");
  command->add_option("after", arguments->after, "The image after it, of the same size")
      ->required()
      ->type_name("AFTER");
  command->add_option("--mask", arguments->mask, "White where the edit was allowed: outlined")
      ->type_name("FILE");
  add_figure_options(command, arguments->figure);
  command->add_flag("--json", arguments->json, "Print one JSON object");
  command->add_flag("-q,--quiet", arguments->quiet, "Print warnings and errors only");
  choose(command, chosen, arguments, run_edit_figure);
}

}  // namespace raygen::cli
