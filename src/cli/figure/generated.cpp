#include "figure/generated.hpp"

#include "cancellation.hpp"
#include "run_options.hpp"

#include <raygen/config.hpp>

namespace raygen::cli {
namespace {

/// The images of a figure have its settings, and no other of their own.
Prompts sampled_alike(const PromptArguments& arguments) {
  Prompts prompts = read_prompts(arguments);
  if (!prompts.configs.empty())
    throw Error(Status::format,
                arguments.file +
                    ": it has a column \"config\", and a figure samples all of its images alike; "
                    "leave the column out, or rename it");
  return prompts;
}

}  // namespace

void add_generation_options(CLI::App* command, GenerationArguments& arguments) {
  add_model_options(command, arguments.model);
  add_prompt_options(command, arguments.prompts);
  command->add_option("--seed", arguments.seeds, "Seed, or seeds with commas between (default 0)")
      ->transform(whole_number())
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("S");
  command->add_option("--image", arguments.image, "Index of the images (default 0)")
      ->transform(whole_number())
      ->type_name("I");
  add_batch_size_option(command, arguments.batch_size);
  add_figure_options(command, arguments.figure);
  command->add_flag("--grey", arguments.figure.grey, "Show the mean of the channels");
  add_sampling_options(command, arguments.sampling);
}

FigureModel::FigureModel(const GenerationArguments& arguments)
    : arguments_(arguments),
      job_(cancel_on_signals()),
      prompts_(sampled_alike(arguments.prompts)),
      model_(arguments.model.open()) {}

void FigureModel::expect_one_prompt() const {
  if (prompts().size() != 1)
    throw Error(Status::invalid_argument,
                std::to_string(prompts().size()) + " prompts were given; this figure shows one");
}

void FigureModel::expect_one_seed() const {
  if (arguments_.seeds.size() != 1)
    throw Error(Status::invalid_argument, "--seed: " + std::to_string(arguments_.seeds.size()) +
                                              " seeds were given; this figure shows one");
}

Options FigureModel::options(const std::vector<std::string>& overrides) const {
  Options options;
  apply(arguments_.sampling, options);
  options.overrides.insert(options.overrides.end(), overrides.begin(), overrides.end());
  options.batch_size = images_together(arguments_.batch_size, arguments_.model, model_.info());
  options.images_per_prompt = static_cast<std::int32_t>(arguments_.seeds.size());
  for (std::size_t prompt = 0; prompt < prompts().size(); ++prompt)
    options.seeds.insert(options.seeds.end(), arguments_.seeds.begin(), arguments_.seeds.end());
  options.indices.assign(options.seeds.size(), arguments_.image);
  return options;
}

std::size_t FigureModel::steps(const Options& options) const {
  return nlohmann::json::parse(resolve(model_, options)).at("steps").get<std::size_t>();
}

void FigureModel::prepare(std::size_t steps) {
  model_.prepare(Parts::generate);
  warn_of_truncation(prompts_, count_tokens(model_, prompts_), model_.info());
  bar_.emplace(steps, !arguments_.model.quiet);
}

std::vector<Image> FigureModel::generate(Options options, const ProgressCallback& on_step) {
  options.job = &job_;
  options.progress = [&](const Progress& now) {
    bar_->advance(1, "drawing");
    return !on_step || on_step(now);
  };
  std::vector<Image> images;
  if (!generator_) generator_.emplace(model_);
  Generation made = generator_->generate(prompts(), options);
  for (std::size_t i = 0; i < made.size(); ++i) {
    images.push_back(std::move(made[i]));
    if (arguments_.figure.grey) images.back() = images.back().grey();
  }
  return images;
}

void FigureModel::report(const std::string& kind, std::size_t images) const {
  const ModelArguments& model = arguments_.model;
  report_figure(kind, arguments_.figure, images, compute_json(model, info()), model.json,
                model.quiet);
}

}  // namespace raygen::cli
