#include "training/run_settings.hpp"

#include "config/print.hpp"
#include "config/read.hpp"
#include "error.hpp"
#include "storage/json.hpp"
#include "training/config_keys.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

namespace raygen::engine {

namespace {

constexpr std::array<std::string_view, 4> kStages = {"vqgan", "text_encoder", "masked_decoder",
                                                     "classifier"};

/// How far a run goes and how often it does what changes no weight.
constexpr std::array<std::string_view, 8> kCadence = {
    "steps",     "log_every", "validate_every", "checkpoint_every",
    "keep_best", "result",    "sample_every",   "activation_checkpointing"};

bool is_cadence(std::string_view path, const std::string& stage) {
  const std::string loop = stage + ".loop.";
  return path.starts_with(loop) &&
         std::find(kCadence.begin(), kCadence.end(), path.substr(loop.size())) != kCadence.end();
}

/// Whether a run that goes on must agree in a key.
bool counts(std::string_view path, const std::string& stage) {
  if (path == "seed" || path == "data.train" || path == "data.validation") return true;
  return path.starts_with(stage + ".") && !is_cadence(path, stage);
}

/// The same of a key that this library does not know: all but those of other stages.
bool may_count(std::string_view path, const std::string& stage) {
  return !is_cadence(path, stage) &&
         std::none_of(kStages.begin(), kStages.end(), [&](std::string_view other) {
           return other != stage && (path == other || path.starts_with(std::string(other) + "."));
         });
}

/// What an earlier run kept.
struct Kept {
  std::string config;  // YAML or JSON
  std::map<std::string, std::string> made_from;
};

/// Version 1: the config as YAML with its comments, and a line "dataset: SHA-256" for each sum.
Kept from_version_1(const std::string& text) {
  constexpr std::size_t digits = 64;
  Kept kept;
  for (std::size_t begin = 0, end = 0; begin < text.size(); begin = end + 1) {
    end = std::min(text.find('\n', begin), text.size());
    const std::string line = text.substr(begin, end - begin);
    const std::size_t colon = line.find(": ");
    const std::string value = colon == line.npos ? "" : line.substr(colon + 2);
    const bool sum =
        value.size() == digits && value.find_first_not_of("0123456789abcdef") == value.npos;
    if (sum && line.front() != ' ')
      kept.made_from[line.substr(0, colon)] = value;
    else
      kept.config += line + "\n";
  }
  return kept;
}

Kept from_json(const std::string& text, const std::string& where) {
  const Json json = parse_json(text, where);
  JsonObject object(json, "", where);
  Kept kept;
  kept.config = json_text(object.get("config"));
  JsonObject sums(object.get("made_from"), "made_from", where);
  for (const auto& [name, sum] : object.get("made_from").items())
    kept.made_from[name] = sums.string(name);
  object.finish();
  return kept;
}

}  // namespace

std::string sums_text(const RunSettings& settings) {
  std::string text;
  for (const auto& [name, sum] : settings.made_from) text += formatted("{}: {}\n", name, sum);
  return text;
}

std::string to_text(const RunSettings& settings) {
  TrainingConfig copy = settings.config;
  ConfigKeys kept;
  for (ConfigKey& key : keys_of(copy))
    if (!key.is_section() && counts(key.path, settings.stage)) kept.push_back(std::move(key));
  nlohmann::ordered_json json = {{"config", to_json(kept)},
                                 {"made_from", nlohmann::ordered_json::object()}};
  for (const auto& [name, sum] : settings.made_from) json["made_from"][name] = sum;
  return json_text(json);
}

void check_same_run(const RunSettings& now, const std::string& then, std::int64_t version,
                    const std::string& where) {
  const Kept kept = version == 1 ? from_version_1(then) : from_json(then, where);
  TrainingConfig earlier, current = now.config;
  for (const UnknownKey& key : foreign_training_config(kept.config, where, earlier)) {
    if (may_count(key.path, now.stage))
      fail(Status::unsupported,
           "{} was begun with {} = {}, a key that this libraygen does not know: go on with the one "
           "that began it, or give another `out`",
           where, key.path, key.value);
  }
  std::string differences;
  const auto tell = [&](const std::string& name, const std::string& a, const std::string& b) {
    differences += formatted("{}{} was {}, is {} now", differences.empty() ? "" : "; ", name, a, b);
  };
  const ConfigKeys before = keys_of(earlier), after = keys_of(current);
  for (std::size_t i = 0; i < after.size(); ++i) {
    if (after[i].is_section() || !counts(after[i].path, now.stage)) continue;
    const std::string a = value_text(before[i]), b = value_text(after[i]);
    if (a != b) tell(after[i].path, a, b);
  }
  for (const auto& [name, sum] : now.made_from) {
    const auto found = kept.made_from.find(name);
    if (found != kept.made_from.end() && found->second != sum) tell(name, found->second, sum);
  }
  if (differences.empty()) return;
  fail(Status::invalid_argument,
       "{} was begun with other settings: {}; give the same, or another `out`", where, differences);
}

}  // namespace raygen::engine
