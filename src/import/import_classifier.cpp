// Classifiers: torchvision's DenseNet in both spellings, CheXNet, RayGen's own, torchxrayvision's
// pickled modules, EfficientNet-Lite.

#include "classifier/known_classes.hpp"
#include "import/import_parts.hpp"
#include "storage/json.hpp"

#include <ATen/ATen.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>

namespace raygen::engine {

namespace {

/// Tensors that every DenseNet, and every EfficientNet-Lite, has.
const std::string kDenseNetAnchor = "features.conv0.weight";
const std::string kLiteAnchor = "_conv_stem.weight";

/// The thresholds, as torchxrayvision keeps them beside the weights.
constexpr const char* kStoredThresholds = "op_threshs";

bool ends_with_name(const TensorMap& tensors, const std::string& anchor) {
  return std::any_of(tensors.begin(), tensors.end(),
                     [&](const auto& entry) { return entry.first.ends_with(anchor); });
}

/// "…denselayer2.norm.1.weight", as torchvision wrote it before 2019, is
/// "…denselayer2.norm1.weight".
std::string present_name(std::string name) {
  const std::size_t layer = name.find("denselayer");
  if (layer != std::string::npos) {
    for (const char* old : {".norm.1.", ".norm.2.", ".conv.1.", ".conv.2."}) {
      constexpr std::size_t dot = 5;
      if (const std::size_t at = name.find(old, layer); at != std::string::npos)
        return name.erase(at + dot, 1);
    }
  }
  constexpr std::string_view nested = "classifier.0.";  // a head in a Sequential
  if (name.starts_with(nested)) name.erase(nested.size() - 2, 2);
  return name;
}

TensorMap present_names(const TensorMap& tensors, const std::string& where) {
  TensorMap present;
  for (const auto& [stored, tensor] : tensors) {
    if (stored.ends_with(".num_batches_tracked")) continue;  // a counter of training
    const std::string name = present_name(stored);
    if (!present.emplace(name, tensor).second)
      fail(Status::format, "{}: tensor {} is there twice", where, in_quotes(name));
  }
  return present;
}

DenseNetSizes infer_dense_net(const WeightTable& weights) {
  DenseNetSizes sizes;
  sizes.initial_channels = weights.extent(kDenseNetAnchor, 4, 0);
  const auto layer = [](std::size_t block, std::int64_t number, const char* name) {
    return formatted("features.denseblock{}.denselayer{}.{}.weight", block, number, name);
  };
  sizes.growth = weights.extent(layer(1, 1, "conv2"), 4, 0);
  const std::int64_t middle = weights.extent(layer(1, 1, "conv1"), 4, 0);
  if (sizes.growth < 1 || middle % sizes.growth != 0) {
    fail(Status::format, "{}: {} has {} channels, no multiple of the {} that a layer adds",
         weights.where(), in_quotes(layer(1, 1, "conv1")), middle, sizes.growth);
  }
  sizes.bottleneck = middle / sizes.growth;
  sizes.blocks.clear();
  for (std::size_t block = 1; weights.contains(layer(block, 1, "conv1")); ++block) {
    std::int64_t layers = 1;
    while (weights.contains(layer(block, layers + 1, "conv1"))) ++layers;
    sizes.blocks.push_back(layers);
  }
  return sizes;
}

/// Strides are not stored: the seven stages of every EfficientNet-Lite have the same, and differ in
/// their channels.
EfficientNetLiteSizes infer_lite(const WeightTable& weights) {
  constexpr std::array<std::int64_t, 7> stage_strides = {1, 2, 2, 2, 1, 2, 1};
  EfficientNetLiteSizes sizes;
  sizes.stem_channels = weights.extent(kLiteAnchor, 4, 0);
  sizes.head_channels = weights.extent("_conv_head.weight", 4, 0);
  for (auto* list : {&sizes.kernels, &sizes.strides, &sizes.expansions, &sizes.block_channels})
    list->clear();
  std::int64_t width = sizes.stem_channels;
  std::size_t stages = 0;
  const std::int64_t count = weights.count("_blocks.");
  for (std::int64_t i = 0; i < count; ++i) {
    const std::string name = formatted("_blocks.{}.", i);
    const std::int64_t middle = weights.extent(name + "_depthwise_conv.weight", 4, 0),
                       out = weights.extent(name + "_project_conv.weight", 4, 0);
    if (width < 1 || middle % width != 0) {
      fail(Status::format, "{}: '{}_depthwise_conv.weight' has {} channels, no multiple of {}",
           weights.where(), name, middle, width);
    }
    const bool first = i == 0 || out != width;
    if (first && ++stages > stage_strides.size()) break;
    sizes.kernels.push_back(weights.extent(name + "_depthwise_conv.weight", 4, 2));
    sizes.strides.push_back(first ? stage_strides.at(stages - 1) : 1);
    sizes.expansions.push_back(middle / width);
    sizes.block_channels.push_back(out);
    width = out;
  }
  if (stages != stage_strides.size()) {
    fail(Status::format, "{}: {} stages of different channels, an EfficientNet-Lite has {}",
         weights.where(), stages > stage_strides.size() ? "more" : formatted("{}", stages),
         stage_strides.size());
  }
  return sizes;
}

/// What the file is, when nobody says.
std::string recognised(const std::string& where, bool lite, std::int64_t channels,
                       std::int64_t classes, ImportNotes& notes) {
  constexpr std::int64_t xrv = 18, chexnet = 14, raygen = 10, imagenet = 1000;
  const std::string source = file_name_of(where);
  if (lite) return "lite";
  if (channels == 1 && classes == xrv) {
    if (const auto known = known_by_file_name(source)) return *known;
    notes.add(
        "{}: one channel and 18 classes were taken for torchxrayvision's; which of its weights "
        "they "
        "are was not told, so their thresholds were left out (--classifier-kind xrv:all, xrv:nih, "
        "… "
        "has them).",
        source);
    return "xrv";
  }
  std::string kind = "plain";
  if (channels == 3)
    kind = classes == chexnet ? "chexnet" : classes == raygen ? "raygen" : "imagenet";
  if (classes != imagenet || kind != "imagenet") {
    notes.add(
        "{}: classes and preprocessing of a classifier of {} classes were assumed to be those of "
        "'{}' (--classifier-kind or --classifier-config states others).",
        source, classes, kind);
  }
  return kind;
}

/// Classes, thresholds and preprocessing as a user states them.
void apply_config(const std::filesystem::path& path, ClassifierArchitecture& architecture,
                  const Limits& limits) {
  const std::string where = path.string();
  const Json stated = parse_json(read_config(path, limits), where);
  JsonObject(stated, "", where);
  static const std::set<std::string> keys = {"classes",    "thresholds", "calibrated",
                                             "resolution", "resize",     "short_side",
                                             "filter",     "scale",      "shift"};
  Json sizes = architecture.to_json();
  if (stated.contains("resize")) sizes.erase("short_side");
  for (const auto& [key, value] : stated.items()) {
    if (keys.count(key) == 0)
      fail(Status::format, "{}: unknown key {}; a classifier's config has {}", where,
           in_quotes(key), fmt::join(keys, ", "));
    sizes[key] = value;
  }
  const std::int64_t count = architecture.class_count();
  architecture.read_json(sizes, "classifier", where);
  if (architecture.class_count() != count) {
    fail(Status::format, "{}: {} classes are named, the weights have {}", where,
         architecture.class_count(), count);
  }
}

void take_stored_thresholds(const at::Tensor& values, ClassifierArchitecture& architecture,
                            const std::string& where, ImportNotes& notes) {
  if (values.dim() != 1 || values.numel() != architecture.class_count() ||
      !at::isFloatingType(values.scalar_type())) {
    fail(Status::format, "{}: '{}' is no list of {} thresholds", where, kStoredThresholds,
         architecture.class_count());
  }
  const at::Tensor list = values.to(at::kDouble).contiguous();
  const double* first = list.const_data_ptr<double>();
  architecture.thresholds.assign(first, first + list.numel());
  architecture.calibrated = true;
  notes.took("The classifier's thresholds: those of the file.");
}

}  // namespace

ImportedClassifier import_classifier(const ImportSources& sources, const Limits& limits,
                                     ImportNotes& notes) {
  const std::string where = sources.classifier.string();
  const Checkpoint checkpoint = read_checkpoint(sources.classifier, limits, sources.ignore);
  note_taken(checkpoint, "classifier", notes);
  const bool lite = ends_with_name(checkpoint.tensors, kLiteAnchor);
  if (!lite && !ends_with_name(checkpoint.tensors, kDenseNetAnchor)) {
    fail(Status::format,
         "{}: neither '{}' (DenseNet) nor '{}' (EfficientNet-Lite) is there, no other classifiers "
         "are known",
         where, kDenseNetAnchor, kLiteAnchor);
  }
  TensorMap tensors =
      present_names(own_names(checkpoint.tensors, lite ? kLiteAnchor : kDenseNetAnchor,
                              sources.ignore, where, notes),
                    where);
  auto thresholds = tensors.extract(kStoredThresholds);
  const WeightTable weights(std::move(tensors), where);

  const std::int64_t channels = weights.extent(lite ? kLiteAnchor : kDenseNetAnchor, 4, 1),
                     classes = weights.extent(lite ? "_fc.weight" : "classifier.weight", 2, 0);
  const std::string kind = sources.classifier_kind.empty()
                               ? recognised(where, lite, channels, classes, notes)
                               : sources.classifier_kind;
  ImportedClassifier imported;
  ClassifierArchitecture& architecture = imported.architecture;
  architecture = known_classifier(kind, channels, classes, where);
  if (lite != (architecture.kind == ClassifierKind::efficientnet_lite)) {
    fail(Status::invalid_argument, "{}: the classifier's kind is {}, the weights are {}'s", where,
         in_quotes(kind), lite ? "an EfficientNet-Lite" : "a DenseNet");
  }
  if (architecture.channels != channels) {
    fail(Status::invalid_argument, "{}: the weights take {} channels, {} takes {}", where, channels,
         in_quotes(kind), architecture.channels);
  }
  if (lite) {
    architecture.efficientnet_lite = infer_lite(weights);
  } else {
    architecture.densenet = infer_dense_net(weights);
  }
  if (!thresholds.empty()) take_stored_thresholds(thresholds.mapped(), architecture, where, notes);
  notes.took("The classifier's classes and preprocessing: those of '{}'.", kind);
  if (!sources.classifier_config.empty()) {
    apply_config(sources.classifier_config, architecture, limits);
    notes.took("The classifier's config: {}.", sources.classifier_config.filename().string());
  }
  architecture.validate(where);
  imported.tensors = weights.select(architecture.tensor_specs(), {}, notes);
  return imported;
}

}  // namespace raygen::engine
