#include "figure/generated.hpp"
#include "figure/kinds.hpp"
#include "figure/pictures.hpp"

namespace raygen::cli {
namespace {

int run_prompts_figure(const GenerationArguments& arguments) {
  FigureModel model(arguments);
  const FigureFile file(arguments.figure, false);
  const std::size_t prompts = model.prompts().size(), seeds = arguments.seeds.size();
  check_panels(prompts * seeds);

  Figure figure;
  figure.title = arguments.figure.title;
  figure.cell_width = figure.cell_height = cell_width(arguments.figure, model.info().image_size);
  PictureGrid grid;
  grid.column_axis = "Seed";
  for (const std::uint64_t seed : arguments.seeds)
    grid.column_labels.push_back(std::to_string(seed));
  grid.row_axis = "Prompt";
  grid.row_labels = model.prompts();
  grid.columns = seeds;
  grid.panels.resize(prompts * seeds);
  figure.grids = {std::move(grid)};
  const Options options = model.options();
  const std::size_t steps = model.steps(options);
  file.check(figure);

  model.prepare(steps * prompts * seeds);
  Provenance provenance;
  std::size_t panel = 0;
  for (const Image& image : model.generate(options)) {
    provenance.add(image);
    figure.grids.front().panels[panel++].png = embedded(image);
  }
  figure.footnote = provenance.footnote();
  figure.metadata = provenance.json("prompts");
  file.write(figure, provenance);
  model.report("prompts", panel);
  return 0;
}

}  // namespace

void add_prompts_figure(CLI::App* figure, Chosen& chosen) {
  auto arguments = std::make_shared<GenerationArguments>();
  CLI::App* command = figure->add_subcommand("prompts", "Prompts down, seeds across: .svg or .png");
  add_generation_options(command, *arguments);
  choose(command, chosen, arguments, run_prompts_figure);
}

}  // namespace raygen::cli
