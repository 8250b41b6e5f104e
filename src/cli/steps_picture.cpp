#include "steps_picture.hpp"

#include <algorithm>

namespace raygen::cli {

void StepsPicture::add(const Image& step, bool grey) {
  const Image in_grey = grey ? step.grey() : Image(nullptr);
  const Image& image = grey ? in_grey : step;
  width_ = image.width();
  height_ = image.height();
  channels_ = image.channels();
  std::vector<std::uint8_t>& levels = steps_.emplace_back();
  levels.reserve(image.pixels().size());
  for (const float value : image.pixels())
    levels.push_back(static_cast<std::uint8_t>(std::clamp(value, 0.0F, 1.0F) * 255.0F + 0.5F));
}

void StepsPicture::write(const std::string& path, const Image& finished) const {
  const auto row = static_cast<std::size_t>(width_) * static_cast<std::size_t>(channels_);
  std::vector<float> pixels;
  pixels.reserve(row * static_cast<std::size_t>(height_) * steps_.size());
  for (std::size_t y = 0; y < static_cast<std::size_t>(height_); ++y)
    for (const std::vector<std::uint8_t>& levels : steps_)
      for (std::size_t i = y * row; i < (y + 1) * row; ++i)
        pixels.push_back(static_cast<float>(levels[i]) / 255.0F);
  Image picture(width_ * static_cast<std::int32_t>(steps_.size()), height_, channels_,
                pixels.data());
  for (const char* keyword : {"Software", "Description", "Comment", "raygen"})
    if (const std::string text = finished.text(keyword); !text.empty())
      picture.set_text(keyword, text);
  picture.write_png(path);
}

void check_steps_picture(std::size_t steps, std::int32_t image_size) {
  const auto side = static_cast<std::uint64_t>(image_size);
  const std::uint64_t limit = Limits().max_pixels;
  if (side * side * steps > limit) {
    throw Error(Status::limit, "--show-steps: " + std::to_string(steps) +
                                   " steps side by side have more pixels than the limit of " +
                                   std::to_string(limit));
  }
}

}  // namespace raygen::cli
