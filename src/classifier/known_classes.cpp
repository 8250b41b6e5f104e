#include "classifier/known_classes.hpp"

#include "error.hpp"
#include "storage/json.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace raygen::engine {

namespace {

using Strings = std::vector<std::string>;

const Strings& chexnet_classes() {
  static const Strings all = {
      "Atelectasis", "Cardiomegaly", "Effusion",           "Infiltration",  "Mass",
      "Nodule",      "Pneumonia",    "Pneumothorax",       "Consolidation", "Edema",
      "Emphysema",   "Fibrosis",     "Pleural_Thickening", "Hernia"};
  return all;
}

/// CheXpert's labels in alphabetical order without the four that were dropped.
const Strings& raygen_classes() {
  static const Strings all = {"Atelectasis", "Cardiomegaly", "Consolidation", "Edema",
                              "Fracture",    "Lung Lesion",  "Lung Opacity",  "Pleural Effusion",
                              "Pneumonia",   "Pneumothorax"};
  return all;
}

const Strings& xrv_classes() {
  static const Strings all = {"Atelectasis",  "Consolidation",
                              "Infiltration", "Pneumothorax",
                              "Edema",        "Emphysema",
                              "Fibrosis",     "Effusion",
                              "Pneumonia",    "Pleural_Thickening",
                              "Cardiomegaly", "Nodule",
                              "Mass",         "Hernia",
                              "Lung Lesion",  "Fracture",
                              "Lung Opacity", "Enlarged Cardiomediastinum"};
  return all;
}

/// Of torchxrayvision 1.5.7, models.py. An output without a threshold was not trained.
const std::map<std::string, std::vector<double>, std::less<>>& xrv_thresholds() {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  static const std::map<std::string, std::vector<double>, std::less<>> all = {
      {"all",
       {0.074229, 0.038291, 0.098148, 0.0098118, 0.023601, 0.002249, 0.010061, 0.10325, 0.056811,
        0.026792, 0.050318, 0.023986, 0.019395, 0.04289, 0.05337, 0.035976, 0.20205, 0.050153}},
      {"nih",
       {0.039118, 0.0034529, 0.11396, 0.0057298, 0.00045667, 0.0018881, 0.012038, 0.038744,
        0.0037214, 0.014731, 0.01615, 0.054241, 0.037199, 0.00044034, none, none, none, none}},
      {"pc",
       {0.031013, 0.013348, 0.081436, 0.0012626, 0.0025872, 0.0035944, 0.0023071, 0.055412,
        0.044386, 0.042766, 0.043258, 0.037629, 0.0056589, 0.0091742, none, 0.026508, none, none}},
      {"chex",
       {0.1989, 0.057106, none, 0.053129, 0.14352, none, none, 0.27213, 0.077497, none, 0.19712,
        none, none, none, 0.099324, 0.092734, 0.3271, 0.10888}},
      {"mimic_nb",
       {0.085587, 0.011885, none, 0.0040595, 0.010734, none, none, 0.11876, 0.022925, none,
        0.063586, none, none, none, 0.022144, 0.017477, 0.12587, 0.014021}},
      {"mimic_ch",
       {0.091214, 0.010574, none, 0.005023, 0.0036983, none, none, 0.080012, 0.037242, none,
        0.050063, none, none, none, 0.019867, 0.038236, 0.11304, 0.0069147}},
      {"rsna",
       {none, none, none, none, none, none, none, none, 0.13487, none, none, none, none, none, none,
        none, 0.13511, none}},
  };
  return all;
}

constexpr std::string_view kXrv = "xrv:";

void set_classes(ClassifierArchitecture& classifier, const Strings& names, std::int64_t count,
                 std::string_view name, const std::string& where) {
  if (static_cast<std::int64_t>(names.size()) != count) {
    fail(Status::format, "{}: the classifier has {} classes, {} has {}", where, count,
         in_quotes(name), names.size());
  }
  classifier.classes = names;
}

void number_classes(ClassifierArchitecture& classifier, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) classifier.classes.push_back(formatted("class_{}", i));
}

/// Shorter side to 256, 224 of the centre, the mean and deviation of ImageNet's colours.
void set_imagenet_input(ClassifierArchitecture& classifier) {
  classifier.resize = ResizeRule::short_side;
  classifier.short_side = 256;
  classifier.resolution = 224;
  const double mean[] = {0.485, 0.456, 0.406}, deviation[] = {0.229, 0.224, 0.225};
  for (std::size_t c = 0; c < 3; ++c) {
    classifier.scale[c] = 1 / deviation[c];
    classifier.shift[c] = -mean[c] / deviation[c];
  }
}

ClassifierArchitecture xrv_classifier(std::string_view name, std::int64_t count,
                                      const std::string& where) {
  ClassifierArchitecture classifier;
  set_classes(classifier, xrv_classes(), count, name, where);
  classifier.channels = 1;
  classifier.resize = ResizeRule::centre_square;
  classifier.filter = ResizeFilter::gaussian;
  classifier.scale = {2048};
  classifier.shift = {-1024};
  if (!name.starts_with(kXrv)) return classifier;
  classifier.thresholds = xrv_thresholds().find(name.substr(kXrv.size()))->second;
  classifier.calibrated = true;
  for (std::size_t i = 0; i < classifier.classes.size(); ++i)
    if (std::isnan(classifier.thresholds[i])) classifier.classes[i].clear();
  return classifier;
}

}  // namespace

const std::vector<std::string>& known_classifiers() {
  static const Strings all = [] {
    Strings names = {"plain", "imagenet", "chexnet", "raygen", "lite", "xrv"};
    for (const auto& [weights, thresholds] : xrv_thresholds())
      names.push_back(std::string(kXrv) + weights);
    return names;
  }();
  return all;
}

ClassifierArchitecture known_classifier(std::string_view name, std::int64_t channels,
                                        std::int64_t classes, const std::string& where) {
  const Strings& known = known_classifiers();
  if (std::find(known.begin(), known.end(), name) == known.end()) {
    fail(Status::invalid_argument, "the classifier's kind is {}, expected one of {}",
         in_quotes(name), fmt::join(known, ", "));
  }
  if (channels != 1 && channels != 3)
    fail(Status::format, "{}: the classifier takes {} channels, 1 or 3 were expected", where,
         channels);
  if (name.starts_with("xrv")) return xrv_classifier(name, classes, where);
  ClassifierArchitecture classifier;
  if (name == "plain") {
    number_classes(classifier, classes);
    classifier.channels = channels;
    classifier.scale.assign(static_cast<std::size_t>(channels), 1);
    classifier.shift.assign(static_cast<std::size_t>(channels), 0);
  } else if (name == "imagenet") {
    number_classes(classifier, classes);
    set_imagenet_input(classifier);
  } else if (name == "chexnet") {
    set_classes(classifier, chexnet_classes(), classes, name, where);
    set_imagenet_input(classifier);
  } else if (name == "raygen") {
    set_classes(classifier, raygen_classes(), classes, name, where);
    classifier.resolution = 512;
  } else {
    classifier.kind = ClassifierKind::efficientnet_lite;
    number_classes(classifier, classes);
    classifier.scale.assign(3, 255.0 / 128);
    classifier.shift.assign(3, -127.0 / 128);
  }
  return classifier;
}

std::optional<std::string> known_by_file_name(std::string_view file) {
  if (file.starts_with("nih-pc-chex-mimic_ch-google-openi-kaggle-densenet121-") ||
      file.starts_with("densenet121-res224-all"))
    return "xrv:all";
  for (const auto& [weights, thresholds] : xrv_thresholds()) {
    const std::string own = weights == "rsna" ? "kaggle" : weights;
    if (file.starts_with(own + "-densenet121-d121-") ||
        file.starts_with("densenet121-res224-" + weights + "."))
      return std::string(kXrv) + weights;
  }
  return std::nullopt;
}

}  // namespace raygen::engine
