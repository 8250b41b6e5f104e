#pragma once
// What evaluate and experiment show: a bar for each stage, and the end of the report.

#include "cancellation.hpp"
#include "config_arguments.hpp"
#include "model_arguments.hpp"
#include "progress_bar.hpp"

#include <raygen/evaluation.hpp>

#include <cstddef>
#include <iostream>
#include <memory>
#include <string>

namespace raygen::cli {

class StageDisplay {
 public:
  explicit StageDisplay(bool wanted) : wanted_(wanted) {}
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

inline void print_report(const std::string& metrics, const ConfigArguments& arguments) {
  const auto json = nlohmann::ordered_json::parse(metrics);
  if (arguments.json) return print_json(json);
  if (arguments.quiet) return;
  std::cout << json.value("conclusion", "") << '\n';
  for (const auto& warning : json.value("warnings", nlohmann::ordered_json::array()))
    std::cout << "warning: " << warning.get<std::string>() << '\n';
  std::cout << "report.html in the folder of the report has every number and what it means\n";
}

/// print: the config as YAML; make: writes the report and returns metrics.json.
template <typename Print, typename Make>
int run_report(const ConfigArguments& arguments, EvaluationOptions& options, Print print,
               Make make) {
  if (arguments.print_config) {
    std::cout << print(options);
    return 0;
  }
  StageDisplay display(!arguments.quiet);
  options.job = &cancel_on_signals();
  options.progress = [&](const EvaluationProgress& now) {
    display.show(now);
    return true;
  };
  const std::string metrics = make(options);
  display.clear();
  print_report(metrics, arguments);
  return 0;
}

}  // namespace raygen::cli
