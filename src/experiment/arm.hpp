#pragma once
// What one group of classifiers is trained on.

#include <cstdint>
#include <string>
#include <vector>

namespace raygen::engine {

enum class ArmKind { real, mix, replace, synthetic, pretrain };

struct Arm {
  ArmKind kind = ArmKind::real;
  double ratio = 0;    // of synthetic images to the real ones of the split train
  std::string name;    // "mix:0.5"
  std::string folder;  // "mix_0.5"

  /// Images of each kind, of so many real ones.
  std::int64_t synthetic_images(std::int64_t real) const;
  std::int64_t real_images(std::int64_t real) const;
};

/// "real, mix:0.5, synthetic": a ratio that is not said is 1. Throws Error(invalid_argument),
/// naming the arm, for an unknown one, one that is there twice, and a ratio that is not above 0 and
/// at most 100 (replace: 1).
std::vector<Arm> arms_of(const std::string& text);

/// For people: "real + 50 %".
std::string title_of(const Arm& arm);

}  // namespace raygen::engine
