#include "generation/image_settings.hpp"

#include "error.hpp"
#include "generation/settings.hpp"
#include "sampling/config.hpp"
#include "storage/format_version.hpp"
#include "storage/json.hpp"

#include <algorithm>
#include <array>

namespace raygen::engine {

namespace {

/// What settings_json() writes besides the options of sampling.
constexpr std::array<std::string_view, 12> kKeys = {
    "generator", "settings_version", "synthetic",   "model_sha256", "prompt", "prompts", "seed",
    "image",     "attempt",          "reject_near", "precision",    "device"};

void check_version(const Json& settings, const std::string& where) {
  const char* const key = "settings_version";
  std::int64_t version = version_of_the_versionless;
  if (settings.contains(key)) version = JsonObject(settings, "", where).integer(key);
  check_format_version(version, kSettingsVersion, key, where);
}

/// The key of the sum of something that an image was made from: tokens, a mask or another image.
/// Empty: there is none.
std::string input_key(const Json& settings) {
  for (const auto& [key, value] : settings.items()) {
    if (key != "model_sha256" && key.ends_with("_sha256")) return key;
    if (!value.is_object()) continue;
    if (const std::string inner = input_key(value); !inner.empty()) return key + "." + inner;
  }
  return {};
}

void check_made_from_settings(const Json& settings, const std::string& where) {
  if (const std::string key = input_key(settings); !key.empty())
    fail(Status::unsupported,
         "{}: {} says that the image was made from something that it does not carry; the settings "
         "alone do not make it again",
         where, in_quotes(key));
  if (!settings.contains("seed"))
    fail(Status::unsupported,
         "{}: there is no \"seed\"; the image was decoded from tokens and not made from a sentence",
         where);
}

std::string signature(const Json& settings) {
  const auto generator = settings.find("generator");
  return generator != settings.end() && generator->is_string() ? generator->get<std::string>()
                                                               : std::string();
}

/// Of all keys those of sampling, and no key that is unknown.
Json sampling_keys(const Json& settings, const std::string& where) {
  SamplingOptions options;
  const ConfigKeys keys = keys_of(options);
  Json sampling = Json::object();
  for (const auto& [name, value] : settings.items()) {
    if (std::any_of(keys.begin(), keys.end(),
                    [&wanted = name](const ConfigKey& key) { return key.path == wanted; })) {
      sampling[name] = value;
    } else if (std::find(kKeys.begin(), kKeys.end(), name) == kKeys.end()) {
      fail(Status::unsupported,
           "{}: unknown key {}: the image was made by {}, and this is libraygen {}, which cannot "
           "tell what the key does to the image",
           where, in_quotes(name), in_quotes(signature(settings)), RAYGEN_VERSION_STRING);
    }
  }
  return sampling;
}

std::uint64_t whole_number(JsonObject& settings, const std::string& key) {
  const Json& value = settings.get(key);
  if (!value.is_number_unsigned())
    fail(Status::format, "{}: {} is {}, an integer of at least 0 was expected", settings.where(),
         in_quotes(key), in_quotes(json_text(value)));
  return value.get<std::uint64_t>();
}

/// Which attempt it was; settings without one are of the first.
std::uint32_t attempt_of(const Json& settings, JsonObject& object) {
  if (!settings.contains("attempt")) return 0;
  const std::uint64_t attempt = whole_number(object, "attempt");
  if (attempt > UINT32_MAX)
    fail(Status::format, "{}: {} is {}, at most {} was expected", object.where(),
         in_quotes("attempt"), attempt, UINT32_MAX);
  return static_cast<std::uint32_t>(attempt);
}

/// "prompts": [{"prompt": "…", "weight": 0.7}, …]
void read_prompts(const Json& settings, JsonObject& object, const std::string& where,
                  ImageSettings& result) {
  if (!settings.contains("prompts")) {
    result.prompts = {object.string("prompt")};
    result.weights = {1};
    return;
  }
  const Json& prompts = settings["prompts"];
  const auto well_formed = [](const Json& each) {
    return each.is_object() && each.size() == 2 && each.contains("prompt") &&
           each["prompt"].is_string() && each.contains("weight") && each["weight"].is_number() &&
           each["weight"] > 0 && each["weight"] <= 1;
  };
  if (!prompts.is_array() || prompts.empty() ||
      !std::all_of(prompts.begin(), prompts.end(), well_formed)) {
    fail(Status::format,
         "{}: \"prompts\" is {}; prompts with weights of above 0 to 1 were expected", where,
         in_quotes(json_text(prompts)));
  }
  for (const Json& each : prompts) {
    result.prompts.push_back(each["prompt"].get<std::string>());
    result.weights.push_back(each["weight"].get<double>());
  }
}

}  // namespace

ImageSettings read_settings(std::string_view json, const std::string& where) {
  if (json.empty())
    fail(Status::format, "{}: the image carries none (it has no text \"raygen\")", where);
  const Json settings = parse_json(json, where);
  JsonObject object(settings, "", where);
  check_version(settings, where);
  check_made_from_settings(settings, where);
  const Json sampling = sampling_keys(settings, where);
  ImageSettings result;
  read_prompts(settings, object, where, result);
  result.key = {whole_number(object, "seed"), whole_number(object, "image")};
  result.attempt = attempt_of(settings, object);
  result.sampling = resolve_sampling({}, json_text(sampling), {}, where);
  result.model_sha256 = object.string("model_sha256");
  result.generator = signature(settings);
  result.precision = object.string("precision");
  result.device = object.string("device");
  return result;
}

std::vector<std::string> doubts(const ImageSettings& settings, const Model& model, bool any_model) {
  const std::string& digest = model.bundle().digest;
  std::vector<std::string> reasons;
  if (settings.model_sha256 != digest) {
    if (!any_model)
      fail(Status::invalid_argument,
           "the image was made by the model {}, and this is the model {} (SHA-256 of raygen.json)",
           in_quotes(settings.model_sha256), digest);
    reasons.push_back(formatted("the image was made by the model {}, and this is the model {}",
                                in_quotes(settings.model_sha256), digest));
  }
  const auto compare = [&](const char* what, const std::string& then, const std::string& now) {
    if (then != now)
      reasons.push_back(
          formatted("the image was made {} {}, and this is {}: sums are rounded differently, and "
                    "tokens may differ",
                    what, in_quotes(then), now));
  };
  compare("by", settings.generator, "libraygen " RAYGEN_VERSION_STRING);
  compare("in", settings.precision, name_of(model.compute()));
  compare("on", settings.device, model.compute().device.is_cuda() ? "cuda" : "cpu");
  return reasons;
}

}  // namespace raygen::engine
