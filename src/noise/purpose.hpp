#pragma once

#include <cstdint>

namespace raygen::engine {

/// What a random number of a training is for. Part of the key, in the place of the step: never
/// renumber.
enum class Purpose : std::uint32_t {
  order = 1,
  mask_ratio = 2,
  mask_positions = 3,
  text_dropout = 4,
  masked_words = 5,
  revived_codes = 6,
  crop = 7,
  membership_masks = 8,  // of the test that asks what a training has learned by heart
  augmentation = 9
};

}  // namespace raygen::engine
