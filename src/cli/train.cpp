#include "cancellation.hpp"
#include "commands.hpp"
#include "freed_memory.hpp"
#include "model_arguments.hpp"
#include "output_file.hpp"
#include "training_display.hpp"

#include <raygen/training.hpp>

#include <algorithm>
#include <chrono>
#include <iostream>

namespace raygen::cli {
namespace {

struct TrainArguments {
  std::string config;
  std::vector<std::string> overrides, stages;
  bool print_config = false;
  bool json = false;
  bool quiet = false;
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
  constexpr std::uintmax_t max_bytes = 1 << 20;
  TrainingOptions options;
  options.overrides = arguments.overrides;
  choose_stages(arguments.stages, options.overrides);
  if (!arguments.config.empty())
    options.config = read_file(options.config_name = arguments.config, max_bytes);
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
      ->add_option("--config", arguments->config,
                   "YAML; --print-config shows every key (default: all defaults)")
      ->type_name("FILE");
  command->add_option("--set", arguments->overrides, "Override of a key, repeatable")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  command
      ->add_option("--stage", arguments->stages,
                   "Train only this stage, repeatable: vqgan, text_encoder, masked_decoder (which "
                   "trains both "
                   "of these too) or classifier (a model of its own, in OUT/classifier/model)")
      ->check(CLI::IsMember({kStages[0], kStages[1], kStages[2], kClassifier}))
      ->allow_extra_args(false);
  command->add_flag("--print-config", arguments->print_config,
                    "Print the whole config with what each key means, and stop");
  command->add_flag("--json", arguments->json, "Print one JSON object");
  command->add_flag("-q,--quiet", arguments->quiet, "Print errors only");
  choose(command, chosen, arguments, run_train);
}

}  // namespace raygen::cli
