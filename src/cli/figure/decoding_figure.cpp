#include "figure/generated.hpp"
#include "figure/kinds.hpp"
#include "figure/pictures.hpp"

namespace raygen::cli {
namespace {

struct DecodingFigureArguments : GenerationArguments {
  std::vector<std::string> steps = {"3", "8", "18", "32"}, temperatures = {"0.5", "1", "1.5"},
                           thresholds = {"0.5", "0.9"};
};

/// One picture: an option of each axis.
struct Point {
  const std::string &threshold, &temperature, &steps;

  std::vector<std::string> overrides() const {
    return {"top_k_threshold=" + threshold, "temperature=" + temperature, "steps=" + steps};
  }
};

/// In the order of the pictures.
std::vector<Point> points_of(const DecodingFigureArguments& arguments) {
  std::vector<Point> points;
  for (const std::string& threshold : arguments.thresholds)
    for (const std::string& temperature : arguments.temperatures)
      for (const std::string& steps : arguments.steps)
        points.push_back({threshold, temperature, steps});
  return points;
}

Figure empty_figure(const DecodingFigureArguments& arguments, const FigureModel& model) {
  Figure figure;
  figure.title = arguments.figure.title.empty() ? model.prompts().front() : arguments.figure.title;
  figure.cell_width = figure.cell_height = cell_width(arguments.figure, model.info().image_size);
  for (const std::string& threshold : arguments.thresholds) {
    PictureGrid grid;
    grid.title = "α = " + threshold + " (top-k threshold)";
    grid.column_axis = "Steps K";
    grid.column_labels = arguments.steps;
    grid.row_axis = "Temperature T";
    grid.row_labels = arguments.temperatures;
    grid.columns = arguments.steps.size();
    grid.panels.resize(grid.columns * grid.row_labels.size());
    figure.grids.push_back(std::move(grid));
  }
  return figure;
}

int run_decoding_figure(const DecodingFigureArguments& arguments) {
  FigureModel model(arguments);
  model.expect_one_prompt();
  model.expect_one_seed();
  const FigureFile file(arguments.figure, false);
  const std::vector<Point> points = points_of(arguments);
  check_panels(points.size());
  Figure figure = empty_figure(arguments, model);
  std::size_t steps = 0;
  for (const Point& point : points) steps += model.steps(model.options(point.overrides()));
  file.check(figure);

  model.prepare(steps);
  Provenance provenance;
  std::size_t done = 0;
  for (const Point& point : points) {
    const std::vector<Image> images = model.generate(model.options(point.overrides()));
    provenance.add(images.front());
    const std::size_t each = points.size() / figure.grids.size();
    figure.grids[done / each].panels[done % each].png = embedded(images.front());
    ++done;
  }
  figure.footnote = provenance.footnote();
  figure.metadata = provenance.json("decoding");
  file.write(figure, provenance);
  model.report("decoding", points.size());
  return 0;
}

/// A list in the place of the option that takes one value.
void add_axis(CLI::App* command, const char* option, const char* key,
              std::vector<std::string>& values, const std::string& help) {
  command->remove_option(command->get_option(option));
  command->add_option(option, values, help + ", with commas between")
      ->check(number_of_key(key))
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("LIST");
}

}  // namespace

void add_decoding_figure(CLI::App* figure, Chosen& chosen) {
  auto arguments = std::make_shared<DecodingFigureArguments>();
  CLI::App* command = figure->add_subcommand(
      "decoding", "Temperatures down, steps across, a grid for each top-k threshold: .svg or .png");
  add_generation_options(command, *arguments);
  add_axis(command, "--steps", "steps", arguments->steps, "Numbers of steps (3,8,18,32)");
  add_axis(command, "--temperature", "temperature", arguments->temperatures,
           "Temperatures (0.5,1,1.5)");
  add_axis(command, "--top-k-threshold", "top_k_threshold", arguments->thresholds,
           "Top-k thresholds (0.5,0.9)");
  choose(command, chosen, arguments, run_decoding_figure);
}

}  // namespace raygen::cli
