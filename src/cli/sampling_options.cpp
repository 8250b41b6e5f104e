#include "sampling_options.hpp"

#include <string>

namespace raygen::cli {
namespace {

CLI::Option* add(CLI::App* command, Options& options, const std::string& key,
                 const std::string& help) {
  std::string flag = "--" + key;
  for (char& c : flag)
    if (c == '_') c = '-';
  const auto set = [&overrides = options.overrides, key](const std::string& value) {
    overrides.push_back(key + "=" + value);
  };
  return command->add_option_function<std::string>(flag, set, help);
}

}  // namespace

void add_sampling_options(CLI::App* command, Options& options) {
  add(command, options, "steps", "Unmasking steps (default 18)")
      ->check(CLI::Range(1, 1024))
      ->type_name("K");
  add(command, options, "temperature", "Sampling temperature, 0 takes the likeliest (default 1)")
      ->check(CLI::Number)
      ->type_name("T");
  add(command, options, "top_k_threshold",
      "Share of the codebook left out, 0 to below 1 (default 0.9)")
      ->check(CLI::Number)
      ->type_name("A");
  add(command, options, "guidance_scale",
      "How far the prompt's logits are pushed from an empty prompt's (default 1: not)")
      ->check(CLI::Range(0.0, 100.0))
      ->type_name("S");
  add(command, options, "position_choice",
      "Which tokens a step keeps: confidence, the surest (default), or random")
      ->check(CLI::IsMember({"confidence", "random"}))
      ->type_name("NAME");
}

}  // namespace raygen::cli
