#include "commands.hpp"
#include "model_arguments.hpp"
#include "output_file.hpp"
#include "prompts.hpp"

#include <csv/csv.hpp>
#include <raygen/evaluation.hpp>

#include <iostream>
#include <map>

namespace raygen::cli {
namespace {

struct LabelArguments {
  PromptArguments prompts;
  std::string rules;
  bool print_rules = false;
  bool json = false;
};

/// "Moderate left pleural effusion": severity and side, where they are said.
std::string words_of(const std::string& finding, const nlohmann::ordered_json& label) {
  std::string words = finding;
  for (const char* key : {"side", "severity"})
    if (label.contains(key)) words += ", " + label[key].get<std::string>();
  return words;
}

std::string row_of(const std::string& text, const nlohmann::ordered_json& labels) {
  std::map<std::string, std::string> by_state;
  for (const auto& [finding, label] : labels.items()) {
    std::string& cell = by_state[label["state"].get<std::string>()];
    cell += (cell.empty() ? "" : "|") + words_of(finding, label);
  }
  return csv_line({text, by_state["positive"], by_state["uncertain"], by_state["negative"]});
}

int run_label(const LabelArguments& arguments) {
  constexpr std::uintmax_t max_bytes = 1 << 20;
  if (arguments.print_rules) {
    std::cout << label_rules();
    return 0;
  }
  const std::string rules = arguments.rules.empty() ? "" : read_file(arguments.rules, max_bytes);
  const std::vector<std::string> texts = read_prompts(arguments.prompts).texts;
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  if (!arguments.json) std::cout << csv_line({"text", "positive", "uncertain", "negative"});
  for (const std::string& text : texts) {
    const auto labels = nlohmann::ordered_json::parse(read_labels(text, rules));
    if (arguments.json)
      all.push_back({{"text", text}, {"labels", labels}});
    else
      std::cout << row_of(text, labels);
  }
  if (arguments.json) print_json(all);
  return 0;
}

}  // namespace

void add_label(CLI::App& app, Chosen& chosen) {
  auto arguments = std::make_shared<LabelArguments>();
  CLI::App* command =
      app.add_subcommand("label", "What reports or prompts say of 14 findings, as CSV");
  add_prompt_options(command, arguments->prompts);
  command
      ->add_option("--rules", arguments->rules, "Rules of your own; --print-rules shows the form")
      ->type_name("FILE");
  command->add_flag("--print-rules", arguments->print_rules, "Print the rules and stop");
  command->add_flag("--json", arguments->json, "Print one JSON array");
  choose(command, chosen, arguments, run_label);
}

}  // namespace raygen::cli
