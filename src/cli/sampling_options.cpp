#include "sampling_options.hpp"

#include "json_text.hpp"
#include "output_file.hpp"

#include <raygen/config.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace raygen::cli {
namespace {

using Json = nlohmann::ordered_json;

/// A bound as the schema has it, or `otherwise`.
double bound(const Json& described, const char* name, double otherwise) {
  return described.contains(name) ? described[name].get<double>() : otherwise;
}

/// "1 to 1024", "0 or more", "confidence, random": what a value may be, for the help.
std::string allowed(const Json& described) {
  if (described.contains("enum")) {
    std::string names;
    for (const auto& name : described["enum"])
      names += (names.empty() ? "" : ", ") + name.get<std::string>();
    return names;
  }
  if (!described.contains("minimum")) return "";
  const std::string least = described["minimum"].dump();
  if (described.contains("maximum")) return least + " to " + described["maximum"].dump();
  if (described.contains("exclusiveMaximum"))
    return least + " to below " + described["exclusiveMaximum"].dump();
  return least + " or more";
}

/// What a number may be, told before a model is opened.
CLI::Validator number_as(const Json& described) {
  const bool whole = described["type"] == "integer";
  const double least = bound(described, "minimum", -HUGE_VAL);
  const double most = bound(described, "maximum", HUGE_VAL);
  const double below = bound(described, "exclusiveMaximum", HUGE_VAL);
  return {[=, range = allowed(described)](const std::string& text) {
            double value = 0;
            std::int64_t integer = 0;
            const char *begin = text.data(), *end = begin + text.size();
            const auto read =
                whole ? std::from_chars(begin, end, integer) : std::from_chars(begin, end, value);
            if (whole) value = static_cast<double>(integer);
            if (read.ec != std::errc() || read.ptr != end || !std::isfinite(value))
              return std::string(whole ? "an integer" : "a number") + " was expected";
            if (value >= least && value <= most && value < below) return std::string();
            return text + " is not in the range of " + range;
          },
          ""};
}

void add_key(CLI::App* command, const std::string& key, const Json& described,
             std::vector<std::string>& overrides) {
  std::string flag = "--" + key;
  std::replace(flag.begin(), flag.end(), '_', '-');
  std::string help = described["description"];
  if (const std::string values = allowed(described); !values.empty()) help += " [" + values + "]";
  if (described.contains("default") && !text_of(described["default"]).empty())
    help += " (" + text_of(described["default"]) + ", unless the model says otherwise)";
  CLI::Option* option = command->add_option_function<std::string>(
      flag, [&overrides, key](const std::string& value) { overrides.push_back(key + "=" + value); },
      help);
  option->group("Sampling");
  if (described.contains("enum")) {
    option->check(CLI::IsMember(described["enum"].get<std::vector<std::string>>()))
        ->type_name("NAME");
  } else if (described["type"] == "string") {
    option->type_name("TEXT");
  } else if (described["type"] == "boolean") {
    option->check(CLI::IsMember({"true", "false"}))->type_name("BOOL");
  } else {
    option->check(number_as(described))->type_name(described["type"] == "integer" ? "N" : "X");
  }
}

}  // namespace

void add_sampling_options(CLI::App* command, SamplingArguments& arguments) {
  command
      ->add_option("--config", arguments.config,
                   "How images are sampled: YAML or JSON with the keys below")
      ->type_name("FILE")
      ->group("Sampling");
  command
      ->add_option("--set", arguments.assignments,
                   "A key of the config, repeatable; the options below win")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false)
      ->group("Sampling");
  const Json keys = Json::parse(config_schema())["properties"];
  for (const auto& [key, described] : keys.items())
    add_key(command, key, described, arguments.options);
}

CLI::Validator number_of_key(const std::string& key) {
  return number_as(Json::parse(config_schema())["properties"].at(key));
}

nlohmann::json option_defaults() {
  nlohmann::json defaults = nlohmann::json::object();
  const Json keys = Json::parse(config_schema())["properties"];
  for (const auto& [key, described] : keys.items())
    if (described.contains("default")) defaults[key] = described["default"];
  return defaults;
}

void apply(const SamplingArguments& arguments, Options& options) {
  constexpr std::uintmax_t max_bytes = 1 << 20;
  if (!arguments.config.empty()) {
    options.config = read_file(arguments.config, max_bytes);
    options.config_name = arguments.config;
  }
  options.overrides = arguments.assignments;
  options.overrides.insert(options.overrides.end(), arguments.options.begin(),
                           arguments.options.end());
}

}  // namespace raygen::cli
