#pragma once
// An image classifier's sizes, its classes, what it takes as an image, and its tensors.

#include "bundle/part.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace raygen::engine {

enum class ClassifierKind { densenet, efficientnet_lite };

/// How an image of any size becomes R × R pixels:
///   squash         both sides resized to R; the aspect ratio is lost
///   short_side     the shorter side resized to `short_side`, then R × R of the centre
///   centre_square  the largest square of the centre resized to R
enum class ResizeRule { squash, short_side, centre_square };

/// How pixels are resized:
///   bilinear  antialiased: a triangle as wide as the scale (Pillow's, torchvision's)
///   area      the mean of what a pixel covers (OpenCV's INTER_AREA); bilinear along a side that
///   grows gaussian  a Gaussian of σ = max(0, (scale − 1) / 2), cut at 4σ, then bilinear; what lies
///   outside
///             the image counts as mid-grey (scikit-image's resize of what torchxrayvision feeds
///             it)
enum class ResizeFilter { bilinear, area, gaussian };

/// DenseNet (Huang et al. 2017) in torchvision's layout. The defaults are DenseNet-121's.
struct DenseNetSizes {
  std::int64_t initial_channels = 64;
  std::int64_t growth = 32;     // channels that a layer adds
  std::int64_t bottleneck = 4;  // of a layer's 1×1 convolution, times growth
  std::vector<std::int64_t> blocks = {6, 12, 24, 16};  // layers of each
};

/// EfficientNet-Lite: blocks of an expansion, a depthwise and a projecting convolution. The
/// defaults are Lite0's.
struct EfficientNetLiteSizes {
  std::int64_t stem_channels = 32;
  std::int64_t head_channels = 1280;
  // By block.
  std::vector<std::int64_t> kernels = {3, 3, 3, 5, 5, 3, 3, 3, 5, 5, 5, 5, 5, 5, 5, 3};
  std::vector<std::int64_t> strides = {1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1};
  std::vector<std::int64_t> expansions = {1, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6};
  std::vector<std::int64_t> block_channels = {16,  24,  24,  40,  40,  80,  80,  80,
                                              112, 112, 112, 192, 192, 192, 192, 320};
};

struct ClassifierArchitecture final : PartArchitecture {
  ClassifierKind kind = ClassifierKind::densenet;
  std::int64_t channels = 3;  // of an image: 1 or 3
  /// By output. An empty name is an output that was never trained; other names differ.
  std::vector<std::string> classes;
  /// By output: the probability from which on the class counts as there; NaN: not known. Or none.
  std::vector<double> thresholds;
  /// Whether probabilities are moved so that each threshold becomes 0.5 (torchxrayvision's
  /// op_threshs).
  bool calibrated = false;

  std::int64_t resolution = 224;  // R
  ResizeRule resize = ResizeRule::squash;
  std::int64_t short_side = 224;  // of ResizeRule::short_side
  ResizeFilter filter = ResizeFilter::bilinear;
  /// The network sees v · scale[c] + shift[c] of a pixel v of 0..1 in channel c.
  std::vector<double> scale = {1, 1, 1}, shift = {0, 0, 0};

  DenseNetSizes densenet;                   // of that kind
  EfficientNetLiteSizes efficientnet_lite;  // of that kind

  std::int64_t class_count() const { return static_cast<std::int64_t>(classes.size()); }
  /// Channels of the last feature map: 1024 of DenseNet-121, 1280 of EfficientNet-Lite0.
  std::int64_t feature_width() const;
  /// "classifier" or "_fc": what the linear head's tensors are called.
  const char* head() const;

  static constexpr const char* kPart = "classifier";
  const char* part() const override { return kPart; }
  const char* weights_file() const override { return "classifier.safetensors"; }
  void read_json(const nlohmann::json& json, const std::string& name,
                 const std::string& where) override;
  nlohmann::ordered_json to_json() const override;
  void validate(const std::string& where) const override;
  std::vector<SharedSize> shared_sizes() const override { return {}; }
  std::vector<TensorSpec> tensor_specs() const override;
  nlohmann::ordered_json preprocessing() const override;
};

}  // namespace raygen::engine
