#pragma once

#include <raygen/image.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace raygen::cli {

/// The image as it stands after every step, side by side. Kept in 8 bits, as it is written.
class StepsPicture {
 public:
  void add(const Image& step, bool grey);
  /// A PNG with the text of the finished image.
  void write(const std::string& path, const Image& finished) const;

 private:
  std::int32_t width_ = 0, height_ = 0, channels_ = 0;
  std::vector<std::vector<std::uint8_t>> steps_;
};

/// Throws Error(limit) when the picture of so many steps would have more pixels than an image may.
void check_steps_picture(std::size_t steps, std::int32_t image_size);

}  // namespace raygen::cli
