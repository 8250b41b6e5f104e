#include "figure/provenance.hpp"

#include "json_text.hpp"
#include "sampling_options.hpp"

#include <raygen/raygen.h>

#include <algorithm>

namespace raygen::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string generator() { return std::string("libraygen ") + raygen_version(); }

/// "top_k_threshold" as one reads it.
std::string words(std::string key) {
  std::replace(key.begin(), key.end(), '_', ' ');
  return key;
}

/// Whether a reader of the figure wants to see it: what was said, and what figures are about.
bool is_told(const std::string& key, const Json& value, const nlohmann::json& defaults) {
  if (key == "seed") return true;
  if (key == "image") return value != 0;
  if (!defaults.contains(key)) return false;
  for (const char* always : {"steps", "temperature", "top_k_threshold"})
    if (key == always) return true;
  return defaults[key] != nlohmann::json(value);
}

}  // namespace

void Provenance::add(const Image& image, const std::string& file) {
  Json entry = Json::object();
  if (!file.empty()) entry["file"] = file;
  const Json settings = Json::parse(image.text("raygen"), nullptr, /*allow_exceptions=*/false);
  if (settings.is_object()) {
    entry.update(settings);
    if (settings.value("synthetic", Json()) == true) {
      ++marked_;
      if (mark_.empty()) mark_ = image.text("Comment");
    }
  }
  if (images_.empty()) shared_ = entry;
  for (auto at = shared_.begin(); at != shared_.end();)
    at = entry.contains(at.key()) && entry[at.key()] == at.value() ? std::next(at)
                                                                   : shared_.erase(at);
  images_.push_back(std::move(entry));
}

std::string Provenance::footnote() const {
  if (mark_.empty()) return "";
  std::string text = mark_;
  if (marked_ < images_.size())
    text += " (" + std::to_string(marked_) + " of " + std::to_string(images_.size()) + " images)";
  text += ". " + text_of(shared_.value("generator", Json(generator())));
  if (shared_.contains("model_sha256"))
    text += ", model " + text_of(shared_["model_sha256"]).substr(0, 12);
  const nlohmann::json defaults = option_defaults();
  for (const auto& [key, value] : shared_.items())
    if (is_told(key, value, defaults)) text += ", " + words(key) + ' ' + text_of(value);
  return text + '.';
}

std::string Provenance::json(const std::string& kind) const {
  const Json all = {{"figure", kind},
                    {"generator", generator()},
                    {"synthetic", marked_ > 0},
                    {"images", images_}};
  // Names of files may be no UTF-8; XML takes no control characters.
  return all.dump(-1, ' ', /*ensure_ascii=*/true, Json::error_handler_t::replace);
}

}  // namespace raygen::cli
