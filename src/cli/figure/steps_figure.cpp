#include "figure/generated.hpp"
#include "figure/kinds.hpp"
#include "figure/pictures.hpp"

#include <algorithm>

namespace raygen::cli {
namespace {

constexpr double animated_cell = 256;  // at least: so wide that a frame's caption is one line

struct StepsFigureArguments : GenerationArguments {
  std::size_t every = 1;
};

/// The image as it stands at time t.
struct Moment {
  std::size_t t = 0;
  Bytes png;  // empty: nothing is drawn yet
  Cells masked;
  std::size_t masked_count = 0;
};

Cells all_masked(const Grid& grid) {
  return {grid.height > 0 ? grid.width : 0, grid.height,
          std::vector<std::uint8_t>(grid.tokens(), 1)};
}

class StepsFigure {
 public:
  explicit StepsFigure(const StepsFigureArguments& arguments)
      : arguments_(arguments), model_(arguments), file_(arguments.figure, true) {
    model_.expect_one_prompt();
    model_.expect_one_seed();
  }

  int run() {
    Options options = model_.options();
    options.preview = true;
    const std::size_t steps = model_.steps(options);
    check(steps);
    model_.prepare(steps);
    const Grid grid = model_.info().grid;
    moments_ = {{0, {}, all_masked(grid), grid.tokens()}};
    const std::vector<Image> images = model_.generate(options, [this](const Progress& now) {
      add(now);
      return true;
    });
    moments_.back().png = embedded(images.front());  // with all that made it
    provenance_.add(images.front());
    drop_unshown();
    if (file_.animated())
      file_.write(frames(), provenance_);
    else
      file_.write(finished(page(moments_)), provenance_);
    model_.report("steps", moments_.size());
    return 0;
  }

 private:
  void check(std::size_t steps) const {
    if (file_.animated()) return file_.check(frame({}, steps));
    const std::size_t shown = steps / arguments_.every + 1 + (steps % arguments_.every != 0);
    check_panels(shown);
    file_.check(page(std::vector<Moment>(shown)));
  }

  void add(const Progress& now) {
    const Image grey = arguments_.figure.grey ? now.preview->grey() : Image(nullptr);
    const Grid grid = model_.info().grid;
    moments_.push_back({static_cast<std::size_t>(now.step),
                        embedded(arguments_.figure.grey ? grey : *now.preview),
                        {grid.width, grid.height, {now.masked.begin(), now.masked.end()}},
                        now.masked_count});
  }

  /// Every n-th stays, and the last.
  void drop_unshown() {
    const std::size_t last = moments_.back().t;
    std::erase_if(moments_, [&](const Moment& moment) {
      return moment.t % arguments_.every != 0 && moment.t != last;
    });
  }

  static Panel panel(const Moment& moment, std::string caption) {
    Panel panel{moment.png, {}, {}, std::move(caption)};
    if (moment.masked_count > 0) panel.hatched = moment.masked;
    return panel;
  }

  Figure empty_figure() const {
    Figure figure;
    figure.title =
        arguments_.figure.title.empty() ? model_.prompts().front() : arguments_.figure.title;
    figure.cell_width = cell_width(arguments_.figure, model_.info().image_size);
    if (file_.animated()) figure.cell_width = std::max(figure.cell_width, animated_cell);
    figure.cell_height = figure.cell_width;
    return figure;
  }

  Figure page(const std::vector<Moment>& moments) const {
    Figure figure = empty_figure();
    PictureGrid grid;
    grid.columns = good_columns(moments.size(), figure.cell_width, figure.cell_height);
    for (const Moment& moment : moments)
      grid.panels.push_back(panel(moment, "t = " + std::to_string(moment.t) + ": " +
                                              std::to_string(moment.masked_count) + " masked"));
    figure.grids = {std::move(grid)};
    return figure;
  }

  Figure frame(const Moment& moment, std::size_t steps) const {
    Figure figure = empty_figure();
    PictureGrid grid;
    grid.panels = {panel(moment, "t = " + std::to_string(moment.t) + " of " +
                                     std::to_string(steps) + ": " +
                                     std::to_string(moment.masked_count) + " of " +
                                     std::to_string(model_.info().grid.tokens()) + " masked")};
    figure.grids = {std::move(grid)};
    return figure;
  }

  std::vector<Figure> frames() const {
    std::vector<Figure> frames;
    for (const Moment& moment : moments_)
      frames.push_back(finished(frame(moment, moments_.back().t)));
    return frames;
  }

  Figure finished(Figure figure) const {
    figure.footnote = "Hatched: still masked, of " + std::to_string(model_.info().grid.tokens()) +
                      " tokens. " + provenance_.footnote();
    figure.metadata = provenance_.json("steps");
    return figure;
  }

  const StepsFigureArguments& arguments_;
  FigureModel model_;
  FigureFile file_;
  std::vector<Moment> moments_;
  Provenance provenance_;
};

}  // namespace

void add_steps_figure(CLI::App* figure, Chosen& chosen) {
  auto arguments = std::make_shared<StepsFigureArguments>();
  CLI::App* command = figure->add_subcommand(
      "steps", "One image, step by step, with its masked tokens: .svg, .png, or animated: .apng");
  add_generation_options(command, *arguments);
  command->add_option("--every", arguments->every, "Show every N-th step, and the last (default 1)")
      ->check(CLI::Range(1, 1024))
      ->type_name("N");
  choose(command, chosen, arguments, [](const StepsFigureArguments& chosen_arguments) {
    return StepsFigure(chosen_arguments).run();
  });
}

}  // namespace raygen::cli
