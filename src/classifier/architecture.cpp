#include "classifier/architecture.hpp"

#include "bundle/architecture_json.hpp"
#include "bundle/size_rules.hpp"
#include "bundle/tensor_specs.hpp"
#include "formatted.hpp"

#include <cmath>
#include <set>

namespace raygen::engine {

template <>
struct Names<ClassifierKind> {
  static constexpr const char* values[] = {"densenet", "efficientnet_lite"};
};
template <>
struct Names<ResizeRule> {
  static constexpr const char* values[] = {"squash", "short_side", "centre_square"};
};
template <>
struct Names<ResizeFilter> {
  static constexpr const char* values[] = {"bilinear", "area", "gaussian"};
};

namespace {

constexpr std::int64_t kMaxClassifierResolution = 1 << 13;
constexpr std::int64_t kMaxClasses = 1 << 16;
constexpr std::size_t kLongestClass = 256;

template <typename Visitor, typename Input>
void visit_input(Visitor& visit, Input& classifier) {
  visit("resolution", classifier.resolution);
  visit("resize", classifier.resize);
  if (classifier.resize == ResizeRule::short_side) visit("short_side", classifier.short_side);
  visit("filter", classifier.filter);
  visit("scale", classifier.scale);
  visit("shift", classifier.shift);
}

template <typename Visitor, typename Classifier>
void visit(Visitor& visit, Classifier& classifier) {
  visit("kind", classifier.kind);
  visit("channels", classifier.channels);
  visit("classes", classifier.classes);
  visit("thresholds", classifier.thresholds);
  visit("calibrated", classifier.calibrated);
  visit_input(visit, classifier);
  if (classifier.kind == ClassifierKind::densenet) {
    visit("initial_channels", classifier.densenet.initial_channels);
    visit("growth", classifier.densenet.growth);
    visit("bottleneck", classifier.densenet.bottleneck);
    visit("blocks", classifier.densenet.blocks);
  } else {
    visit("stem_channels", classifier.efficientnet_lite.stem_channels);
    visit("kernels", classifier.efficientnet_lite.kernels);
    visit("strides", classifier.efficientnet_lite.strides);
    visit("expansions", classifier.efficientnet_lite.expansions);
    visit("block_channels", classifier.efficientnet_lite.block_channels);
    visit("head_channels", classifier.efficientnet_lite.head_channels);
  }
}

void batch_norm(SpecList& list, const std::string& prefix, std::int64_t width) {
  for (const char* name : {".weight", ".bias", ".running_mean", ".running_var"})
    list.add(prefix + name, {width});
}

void kernel(SpecList& list, const std::string& prefix, std::int64_t out, std::int64_t in,
            std::int64_t size) {
  list.add(prefix + ".weight", {out, in, size, size});
}

void add_dense_net(SpecList& list, const DenseNetSizes& sizes, std::int64_t in) {
  kernel(list, "features.conv0", sizes.initial_channels, in, 7);
  batch_norm(list, "features.norm0", sizes.initial_channels);
  std::int64_t width = sizes.initial_channels;
  const std::int64_t middle = sizes.bottleneck * sizes.growth;
  for (std::size_t block = 1; block <= sizes.blocks.size(); ++block) {
    for (std::int64_t layer = 1; layer <= sizes.blocks[block - 1]; ++layer) {
      const std::string name = formatted("features.denseblock{}.denselayer{}", block, layer);
      batch_norm(list, name + ".norm1", width);
      kernel(list, name + ".conv1", middle, width, 1);
      batch_norm(list, name + ".norm2", middle);
      kernel(list, name + ".conv2", sizes.growth, middle, 3);
      width += sizes.growth;
    }
    if (block == sizes.blocks.size()) break;
    const std::string name = formatted("features.transition{}", block);
    batch_norm(list, name + ".norm", width);
    kernel(list, name + ".conv", width / 2, width, 1);
    width /= 2;
  }
  batch_norm(list, "features.norm5", width);
}

void add_efficient_net_lite(SpecList& list, const EfficientNetLiteSizes& sizes, std::int64_t in) {
  kernel(list, "_conv_stem", sizes.stem_channels, in, 3);
  batch_norm(list, "_bn0", sizes.stem_channels);
  std::int64_t width = sizes.stem_channels;
  for (std::size_t i = 0; i < sizes.kernels.size(); ++i) {
    const std::string name = formatted("_blocks.{}", i);
    const std::int64_t middle = width * sizes.expansions[i], out = sizes.block_channels[i];
    if (sizes.expansions[i] != 1) {
      kernel(list, name + "._expand_conv", middle, width, 1);
      batch_norm(list, name + "._bn0", middle);
    }
    kernel(list, name + "._depthwise_conv", middle, 1, sizes.kernels[i]);
    batch_norm(list, name + "._bn1", middle);
    kernel(list, name + "._project_conv", out, middle, 1);
    batch_norm(list, name + "._bn2", out);
    width = out;
  }
  kernel(list, "_conv_head", sizes.head_channels, width, 1);
  batch_norm(list, "_bn1", sizes.head_channels);
}

void check_dense_net(const DenseNetSizes& sizes, std::int64_t resolution, const SizeRules& rules) {
  rules.range("classifier.initial_channels", sizes.initial_channels, 1, kMaxWidth);
  rules.range("classifier.growth", sizes.growth, 1, kMaxWidth);
  rules.range("classifier.bottleneck", sizes.bottleneck, 1, kMaxWidth / sizes.growth);
  const auto count = static_cast<std::int64_t>(sizes.blocks.size());
  rules.range("the number of classifier.blocks", count, 1, 8);
  std::int64_t width = sizes.initial_channels;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t layers = sizes.blocks[static_cast<std::size_t>(i)];
    rules.range("classifier.blocks", layers, 1, kMaxLayers);
    width += layers * sizes.growth;
    rules.range("the channels of a classifier's block", width, 1, kMaxWidth);
    if (i + 1 < count) width /= 2;
  }
  rules.range("classifier.resolution", resolution, std::int64_t{2} << count,
              kMaxClassifierResolution);
}

void check_efficient_net_lite(const EfficientNetLiteSizes& sizes, const SizeRules& rules) {
  rules.range("classifier.stem_channels", sizes.stem_channels, 1, kMaxWidth);
  rules.range("classifier.head_channels", sizes.head_channels, 1, kMaxWidth);
  const auto count = static_cast<std::int64_t>(sizes.kernels.size());
  rules.range("the number of classifier.kernels", count, 1, kMaxLayers);
  for (const auto& [name, list] : {std::pair{"strides", &sizes.strides},
                                   {"expansions", &sizes.expansions},
                                   {"block_channels", &sizes.block_channels}}) {
    rules.equal(formatted("the number of classifier.{}", name).c_str(),
                static_cast<std::int64_t>(list->size()), "that of classifier.kernels", count);
  }
  std::int64_t width = sizes.stem_channels;
  for (std::size_t i = 0; i < sizes.kernels.size(); ++i) {
    rules.range("classifier.kernels", sizes.kernels[i], 1, 31);
    rules.require(sizes.kernels[i] % 2 == 1, "classifier.kernels holds {}, expected odd numbers",
                  sizes.kernels[i]);
    rules.range("classifier.strides", sizes.strides[i], 1, 2);
    rules.range("classifier.expansions", sizes.expansions[i], 1, kMaxWidth / width);
    rules.range("classifier.block_channels", sizes.block_channels[i], 1, kMaxWidth);
    width = sizes.block_channels[i];
  }
}

void check_classes(const ClassifierArchitecture& classifier, const SizeRules& rules) {
  rules.range("the number of classifier.classes", classifier.class_count(), 1, kMaxClasses);
  std::set<std::string> names;
  for (const std::string& name : classifier.classes) {
    rules.require(name.size() <= kLongestClass,
                  "a name in classifier.classes has {} bytes, at most {} are accepted", name.size(),
                  kLongestClass);
    rules.require(name.empty() || names.insert(name).second, "classifier.classes has {} twice",
                  in_quotes(name));
  }
  if (classifier.thresholds.empty()) {
    rules.require(!classifier.calibrated, "classifier.calibrated is true without thresholds");
    return;
  }
  rules.equal("the number of classifier.thresholds",
              static_cast<std::int64_t>(classifier.thresholds.size()), "that of classifier.classes",
              classifier.class_count());
  for (const double threshold : classifier.thresholds) {
    rules.require(std::isnan(threshold) || (threshold > 0 && threshold < 1),
                  "classifier.thresholds holds {}, expected numbers between 0 and 1, or null",
                  threshold);
  }
}

void check_input(const ClassifierArchitecture& classifier, const SizeRules& rules) {
  rules.require(classifier.channels == 1 || classifier.channels == 3,
                "classifier.channels is {}, expected 1 or 3", classifier.channels);
  rules.range("classifier.resolution", classifier.resolution, 1, kMaxClassifierResolution);
  if (classifier.resize == ResizeRule::short_side) {
    rules.range("classifier.short_side", classifier.short_side, classifier.resolution,
                kMaxClassifierResolution);
  }
  for (const auto& [name, list] :
       {std::pair{"scale", &classifier.scale}, {"shift", &classifier.shift}}) {
    rules.equal(formatted("the number of classifier.{}", name).c_str(),
                static_cast<std::int64_t>(list->size()), "classifier.channels",
                classifier.channels);
    for (const double value : *list)
      rules.require(std::isfinite(value), "classifier.{} holds a number that is not finite", name);
  }
}

}  // namespace

void ClassifierArchitecture::read_json(const nlohmann::json& json, const std::string& name,
                                       const std::string& where) {
  SizesReader reader(json, name, where);
  visit(reader, *this);
  reader.finish();
}

nlohmann::ordered_json ClassifierArchitecture::to_json() const {
  SizesWriter writer;
  visit(writer, *this);
  return writer.take();
}

nlohmann::ordered_json ClassifierArchitecture::preprocessing() const {
  SizesWriter writer;
  nlohmann::ordered_json all = {{"range", {0, 1}}, {"channels", channels}};
  visit_input(writer, *this);
  all.update(writer.take());
  return all;
}

std::int64_t ClassifierArchitecture::feature_width() const {
  if (kind == ClassifierKind::efficientnet_lite) return efficientnet_lite.head_channels;
  std::int64_t width = densenet.initial_channels;
  for (std::size_t i = 0; i < densenet.blocks.size(); ++i) {
    width += densenet.blocks[i] * densenet.growth;
    if (i + 1 < densenet.blocks.size()) width /= 2;
  }
  return width;
}

const char* ClassifierArchitecture::head() const {
  return kind == ClassifierKind::densenet ? "classifier" : "_fc";
}

void ClassifierArchitecture::validate(const std::string& where) const {
  const SizeRules rules(where);
  check_input(*this, rules);
  check_classes(*this, rules);
  if (kind == ClassifierKind::densenet) {
    check_dense_net(densenet, resolution, rules);
  } else {
    check_efficient_net_lite(efficientnet_lite, rules);
  }
}

std::vector<TensorSpec> ClassifierArchitecture::tensor_specs() const {
  SpecList list;
  if (kind == ClassifierKind::densenet) {
    add_dense_net(list, densenet, channels);
  } else {
    add_efficient_net_lite(list, efficientnet_lite, channels);
  }
  list.linear(head(), class_count(), feature_width());
  return list.take();
}

}  // namespace raygen::engine
