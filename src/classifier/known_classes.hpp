#pragma once
// Classes, thresholds and preprocessing of published classifiers, which their files do not hold.

#include "classifier/architecture.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace raygen::engine {

/// The names that known_classifier() takes: "plain", "imagenet", "chexnet", "raygen", "lite",
/// "xrv", "xrv:all", …
const std::vector<std::string>& known_classifiers();

/// An architecture that lacks nothing but the sizes that the weights tell. `channels` and `classes`
/// are those of the weights; for a classifier of fixed classes another number of them is an
/// Error(format) naming both.
///   plain     DenseNet: squashed to 224, plain 0..1; classes are numbered
///   imagenet  torchvision's DenseNet: shorter side to 256, centre of 224, ImageNet's mean and
///             deviation; classes are numbered
///   chexnet   the 14 classes of ChestX-ray14, the same preprocessing (the published test averages
///             ten crops; this is one)
///   raygen    the ten classes that RayGen's authors measured, squashed to 512, plain 0..1
///   xrv       torchxrayvision's 18 outputs: centre square to 224, [−1024,1024]; "xrv" alone leaves
///             the thresholds out, "xrv:all" (nih, pc, chex, rsna, mimic_nb, mimic_ch) has those of
///             these weights and leaves outputs that they were not trained for without a name
///   lite      EfficientNet-Lite: squashed to 224, (255·v − 127) / 128; classes are numbered
/// Throws Error(invalid_argument) for another name.
ClassifierArchitecture known_classifier(std::string_view name, std::int64_t channels,
                                        std::int64_t classes, const std::string& where);

/// "xrv:nih" for the name of the file of those weights; nothing for other names.
std::optional<std::string> known_by_file_name(std::string_view file);

}  // namespace raygen::engine
