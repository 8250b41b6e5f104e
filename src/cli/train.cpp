#include "cancellation.hpp"
#include "commands.hpp"
#include "config_arguments.hpp"
#include "freed_memory.hpp"
#include "model_arguments.hpp"
#include "training_display.hpp"

#include <raygen/training.hpp>

#include <algorithm>
#include <chrono>
#include <iostream>

namespace raygen::cli {
namespace {

struct TrainArguments : ConfigArguments {
  std::vector<std::string> stages;
};

constexpr const char* kStages[] = {"vqgan", "text_encoder", "masked_decoder"};
constexpr const char* kClassifier = "classifier";

/// The masked decoder needs the other two; without it, what is not asked for is left out.
void choose_stages(const std::vector<std::string>& stages, std::vector<std::string>& overrides) {
  const auto asked = [&](const char* stage) {
    return std::find(stages.begin(), stages.end(), stage) != stages.end();
  };
  if (asked(kClassifier)) overrides.push_back(std::string(kClassifier) + ".enabled=true");
  if (stages.empty() || asked("masked_decoder")) return;
  for (const char* stage : kStages)
    if (!asked(stage)) overrides.push_back(std::string(stage) + ".enabled=false");
}

nlohmann::ordered_json metrics_json(const TrainingDisplay& display) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const auto& [stage, metrics] : display.metrics())
    for (const auto& [name, value] : metrics) json[stage][name] = value;
  return json;
}

int run_train(const TrainArguments& arguments) {
  auto options = options_of<TrainingOptions>(arguments);
  choose_stages(arguments.stages, options.overrides);
  if (arguments.print_config) {
    std::cout << training_config(options);
    return 0;
  }

  keep_all_freed_memory();
  const auto start = std::chrono::steady_clock::now();
  TrainingDisplay display(!arguments.quiet);
  options.job = &cancel_on_signals();
  options.progress = [&](const TrainingProgress& now) {
    display.show(now);
    return true;
  };
  train(options);
  display.clear();
  if (!display.first()) return 0;
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (arguments.json)
    print_json({{"out", display.out()}, {"metrics", metrics_json(display)}, {"seconds", seconds}});
  else if (!arguments.quiet)
    std::cout << "trained in " << duration(seconds) << ": " << display.out() << '\n';
  return 0;
}

}  // namespace

void add_train(CLI::App& app, Chosen& chosen) {
  auto arguments = std::make_shared<TrainArguments>();
  CLI::App* command = app.add_subcommand("train", "A dataset to a model");
  command
      ->add_option(
          "--stage", arguments->stages,
          "Train only this stage, repeatable: vqgan, text_encoder, masked_decoder (which "
          "trains both of these too) or classifier (a model of its own, in OUT/classifier/model)")
      ->check(CLI::IsMember({kStages[0], kStages[1], kStages[2], kClassifier}))
      ->allow_extra_args(false);
  add_config_options(command, *arguments);
  choose(command, chosen, arguments, run_train);
}

}  // namespace raygen::cli
