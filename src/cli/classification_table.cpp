#include "classification_table.hpp"

#include "csv/csv.hpp"

#include <raygen/tensors.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

namespace raygen::cli {
namespace {

using Json = nlohmann::ordered_json;

/// Six digits, whatever the locale.
std::string probability_text(float value) {
  char digits[32];
  const auto end =
      std::to_chars(digits, digits + sizeof digits, value, std::chars_format::fixed, 6).ptr;
  return {digits, end};
}

void append(std::vector<float>& all, Span<float> some) {
  all.insert(all.end(), some.begin(), some.end());
}

}  // namespace

std::vector<std::string> classes_of(const Model& model, const std::string& path) {
  if (!model.info().has(Parts::classifier)) {
    throw Error(Status::unsupported,
                path +
                    " has no classifier: `raygen convert --classifier FILE` makes a model of one "
                    "that is trained, `raygen train --stage classifier` trains one "
                    "(docs/classifiers.md)");
  }
  const Json manifest = Json::parse(model.manifest());
  return manifest["parts"]["classifier"]["architecture"]["classes"].get<std::vector<std::string>>();
}

void ClassificationTable::check_size(const Classification& first, std::size_t count,
                                     std::uint64_t max_bytes) const {
  const std::size_t bytes = (first.feature_width() + 2 * first.class_count()) * sizeof(float);
  if (count > max_bytes / bytes)
    throw Error(Status::limit, "what the classifier says of " + std::to_string(count) +
                                   " images does not fit into the memory limit of " +
                                   std::to_string(max_bytes) + " bytes");
}

void ClassificationTable::add(const Classification& seen, const std::vector<SourceImage>& images) {
  if (classes_.empty()) {
    for (std::size_t k = 0; k < seen.class_count(); ++k) {
      classes_.push_back(seen.class_name(k));
      thresholds_.push_back(seen.threshold(k));
    }
  }
  append(features_, seen.features());
  append(logits_, seen.logits());
  for (std::size_t i = 0; i < seen.count(); ++i) {
    rows_.push_back({images[i].name, {}, 0, ""});
    for (std::size_t k = 0; k < classes_.size(); ++k)
      rows_.back().probabilities.push_back(seen.probability(i, k));
  }
}

void ClassificationTable::add_map(std::size_t image, std::size_t k, const std::string& path) {
  with_maps_ = true;
  rows_.at(image).map_class = k;
  rows_.at(image).map = path;
}

bool ClassificationTable::has_threshold(std::size_t k) const {
  return !classes_[k].empty() && !std::isnan(thresholds_[k]);
}

bool ClassificationTable::is_positive(const Row& row, std::size_t k) const {
  return has_threshold(k) && static_cast<double>(row.probabilities[k]) >= thresholds_[k];
}

std::string ClassificationTable::csv() const {
  std::vector<std::string> header = {"image"};
  for (const std::string& name : classes_)
    if (!name.empty()) header.push_back(name);
  for (std::size_t k = 0; k < classes_.size(); ++k)
    if (has_threshold(k)) header.push_back(classes_[k] + "_positive");
  if (with_maps_) header.insert(header.end(), {"map_class", "map"});
  std::string csv = csv_line(header);
  for (const Row& row : rows_) {
    std::vector<std::string> fields = {row.name};
    for (std::size_t k = 0; k < classes_.size(); ++k)
      if (!classes_[k].empty()) fields.push_back(probability_text(row.probabilities[k]));
    for (std::size_t k = 0; k < classes_.size(); ++k)
      if (has_threshold(k)) fields.emplace_back(is_positive(row, k) ? "1" : "0");
    if (with_maps_) fields.insert(fields.end(), {classes_[row.map_class], row.map});
    csv += csv_line(fields);
  }
  return csv;
}

Json ClassificationTable::json_classes() const {
  Json classes = Json::array();
  for (std::size_t k = 0; k < classes_.size(); ++k)
    if (!classes_[k].empty())
      classes.push_back(
          {{"name", classes_[k]}, {"threshold", has_threshold(k) ? Json(thresholds_[k]) : Json()}});
  return classes;
}

Json ClassificationTable::json_images() const {
  Json images = Json::array();
  for (const Row& row : rows_) {
    Json probabilities = Json::object(), positive = Json::array();
    for (std::size_t k = 0; k < classes_.size(); ++k) {
      if (!classes_[k].empty()) probabilities[classes_[k]] = row.probabilities[k];
      if (is_positive(row, k)) positive.push_back(classes_[k]);
    }
    Json image = {{"image", row.name},
                  {"probabilities", std::move(probabilities)},
                  {"positive", std::move(positive)}};
    if (with_maps_) {
      image["map_class"] = classes_[row.map_class];
      image["map"] = row.map;
    }
    images.push_back(std::move(image));
  }
  return images;
}

void ClassificationTable::write_features(const std::string& path) const {
  const auto count = static_cast<std::int64_t>(rows_.size());
  Tensors tensors;
  tensors.add("features", {count, static_cast<std::int64_t>(features_.size()) / count}, features_);
  tensors.add("logits", {count, static_cast<std::int64_t>(classes_.size())}, logits_);
  tensors.write(path);
}

std::string ClassificationTable::summary() const {
  std::string lines;
  for (std::size_t k = 0; k < classes_.size(); ++k) {
    if (!has_threshold(k)) continue;
    const auto positive = std::count_if(rows_.begin(), rows_.end(),
                                        [&](const Row& row) { return is_positive(row, k); });
    lines += classes_[k] + ": " + std::to_string(positive) + " of " + std::to_string(rows_.size()) +
             " at or above the threshold\n";
  }
  return lines;
}

std::size_t most_probable(const Classification& seen, std::size_t i) {
  std::optional<std::size_t> found;
  for (std::size_t k = 0; k < seen.class_count(); ++k) {
    if (!seen.class_name(k).empty() &&
        (!found || seen.probability(i, k) > seen.probability(i, *found)))
      found = k;
  }
  if (!found) throw Error(Status::unsupported, "no class of the classifier has a name");
  return *found;
}

}  // namespace raygen::cli
