#include "commands.hpp"
#include "config_arguments.hpp"
#include "freed_memory.hpp"
#include "report_display.hpp"

#include <raygen/experiment.hpp>

#include <memory>

namespace raygen::cli {
namespace {

struct ExperimentArguments : ConfigArguments {
  std::string real, model, synthetic, out;
};

int run_experiment(const ExperimentArguments& arguments) {
  auto options = options_of<EvaluationOptions>(arguments);
  set_key(options, "real", arguments.real);
  set_key(options, "model", arguments.model);
  set_key(options, "synthetic", arguments.synthetic);
  set_key(options, "out", arguments.out);
  keep_all_freed_memory();
  return run_report(arguments, options, experiment_config, experiment);
}

}  // namespace

void add_experiment(CLI::App& app, Chosen& chosen) {
  auto arguments = std::make_shared<ExperimentArguments>();
  CLI::App* command =
      app.add_subcommand("experiment", "Do synthetic images help a classifier? A report");
  command
      ->add_option("--real", arguments->real,
                   "Prepared dataset of real images with findings: to train, validate and test")
      ->type_name("FOLDER");
  CLI::Option* model = command
                           ->add_option("-m,--model", arguments->model,
                                        "Model that makes the synthetic images, from the reports "
                                        "of the real ones")
                           ->type_name("FOLDER");
  command
      ->add_option("--synthetic", arguments->synthetic,
                   "In place of --model: what `raygen generate` made, a folder of images, or a CSV "
                   "with prompt and img_savename")
      ->type_name("FOLDER|CSV")
      ->excludes(model);
  command
      ->add_option("-o,--out", arguments->out,
                   "Folder of the runs and the report; the same command goes on where it was "
                   "stopped")
      ->type_name("FOLDER");
  add_config_options(command, *arguments);
  choose(command, chosen, arguments, run_experiment);
}

}  // namespace raygen::cli
