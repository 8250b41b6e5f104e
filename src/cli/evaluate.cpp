#include "cancellation.hpp"
#include "commands.hpp"
#include "model_arguments.hpp"
#include "output_file.hpp"
#include "progress_bar.hpp"

#include <raygen/evaluation.hpp>

#include <iostream>
#include <memory>

namespace raygen::cli {
namespace {

struct EvaluateArguments {
  std::string config, real, split, synthetic, model, classifier, out;
  std::vector<std::string> overrides;
  bool print_config = false;
  bool json = false;
  bool quiet = false;
};

/// A bar a stage.
class EvaluationDisplay {
 public:
  explicit EvaluationDisplay(bool wanted) : wanted_(wanted) {}
  void show(const EvaluationProgress& now) {
    if (stage_ != now.stage) {
      stage_ = now.stage;
      bar_ = std::make_unique<ProgressBar>(static_cast<std::size_t>(now.total), wanted_);
    }
    bar_->show(static_cast<std::size_t>(now.done), now.seconds_left,
               stage_ + " " + std::to_string(now.done) + "/" + std::to_string(now.total));
  }
  void clear() { bar_.reset(); }

 private:
  bool wanted_;
  std::string stage_;
  std::unique_ptr<ProgressBar> bar_;
};

EvaluationOptions options_of(const EvaluateArguments& arguments) {
  constexpr std::uintmax_t max_bytes = 1 << 20;
  EvaluationOptions options;
  if (!arguments.config.empty())
    options.config = read_file(options.config_name = arguments.config, max_bytes);
  options.overrides = arguments.overrides;
  const std::pair<const char*, const std::string&> own[] = {{"real", arguments.real},
                                                            {"split", arguments.split},
                                                            {"synthetic", arguments.synthetic},
                                                            {"model", arguments.model},
                                                            {"classifier", arguments.classifier},
                                                            {"out", arguments.out}};
  for (const auto& [key, value] : own)
    if (!value.empty()) options.overrides.push_back(std::string(key) + "=" + value);
  return options;
}

void print_summary(const nlohmann::ordered_json& metrics, const std::string& out) {
  std::cout << metrics.value("conclusion", "") << '\n';
  for (const auto& warning : metrics.value("warnings", nlohmann::ordered_json::array()))
    std::cout << "warning: " << warning.get<std::string>() << '\n';
  if (!out.empty()) std::cout << out << "/report.html has every number and what it means\n";
}

int run_evaluate(const EvaluateArguments& arguments) {
  EvaluationOptions options = options_of(arguments);
  if (arguments.print_config) {
    std::cout << evaluation_config(options);
    return 0;
  }
  EvaluationDisplay display(!arguments.quiet);
  options.job = &cancel_on_signals();
  options.progress = [&](const EvaluationProgress& now) {
    display.show(now);
    return true;
  };
  const std::string metrics = evaluate(options);
  display.clear();
  const auto json = nlohmann::ordered_json::parse(metrics);
  if (arguments.json)
    print_json(json);
  else if (!arguments.quiet)
    print_summary(json, arguments.out);
  return 0;
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
  command->add_option("--config", arguments->config, "YAML; --print-config shows every key")
      ->type_name("FILE");
  command->add_option("--set", arguments->overrides, "Override of a key, repeatable")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  command->add_flag("--print-config", arguments->print_config,
                    "Print the whole config with what each key means, and stop");
  command->add_flag("--json", arguments->json, "Print metrics.json");
  command->add_flag("-q,--quiet", arguments->quiet, "Print errors only");
  choose(command, chosen, arguments, run_evaluate);
}

}  // namespace raygen::cli
