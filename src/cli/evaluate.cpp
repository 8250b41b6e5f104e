#include "commands.hpp"
#include "config_arguments.hpp"
#include "report_display.hpp"

#include <raygen/evaluation.hpp>

#include <memory>

namespace raygen::cli {
namespace {

struct EvaluateArguments : ConfigArguments {
  std::string real, split, synthetic, model, classifier, out;
};

int run_evaluate(const EvaluateArguments& arguments) {
  auto options = options_of<EvaluationOptions>(arguments);
  set_key(options, "real", arguments.real);
  set_key(options, "split", arguments.split);
  set_key(options, "synthetic", arguments.synthetic);
  set_key(options, "model", arguments.model);
  set_key(options, "classifier", arguments.classifier);
  set_key(options, "out", arguments.out);
  return run_report(arguments, options, evaluation_config, evaluate);
}

}  // namespace

void add_evaluate(CLI::App& app, Chosen& chosen) {
  auto arguments = std::make_shared<EvaluateArguments>();
  CLI::App* command = app.add_subcommand("evaluate", "Is a synthetic set any good? A report");
  command->add_option("--real", arguments->real, "Prepared dataset of real images")
      ->type_name("FOLDER");
  command->add_option("--split", arguments->split, "Its images that are compared (default: test)")
      ->check(CLI::IsMember({"train", "val", "test"}));
  command
      ->add_option("--synthetic", arguments->synthetic,
                   "What `raygen generate` made, a folder of images, or a CSV with prompt and "
                   "img_savename")
      ->type_name("FOLDER|CSV");
  command
      ->add_option("-m,--model", arguments->model,
                   "Model whose image encoder makes features, and whose training is looked into")
      ->type_name("FOLDER");
  command
      ->add_option("--classifier", arguments->classifier,
                   "Model whose classifier makes features and looks for findings (default: that "
                   "of --model, if it has one)")
      ->type_name("FOLDER");
  command
      ->add_option("-o,--out", arguments->out,
                   "Folder for report.html, metrics.json and table.csv; it keeps features, which "
                   "are as private as the images")
      ->type_name("FOLDER");
  add_config_options(command, *arguments);
  choose(command, chosen, arguments, run_evaluate);
}

}  // namespace raygen::cli
