#pragma once
// Eigen maps over images and embeddings, without copies. Opt in: not part of raygen.hpp, needs Eigen 3.3 or newer.
//
//   auto red = raygen::eigen::channel(image, 0);                      // height × width
//   double mean = red.mean();
//   auto embedding = raygen::eigen::normalized(text, 0);              // L × D

#include "image.hpp"
#include "text_encoder.hpp"

#include <Eigen/Core>

#include <cstddef>
#include <cstdint>

namespace raygen::eigen {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using MatrixMap = Eigen::Map<const Matrix>;
using ChannelMap = Eigen::Map<const Matrix, Eigen::Unaligned, Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>>;

/// Channel c (0..channels-1) as a height × width matrix. Valid as long as the image.
inline ChannelMap channel(const Image& image, std::int32_t c) {
  const Eigen::Index channels = image.channels();
  return {image.pixels().data() + c, image.height(), image.width(), {image.width() * channels, channels}};
}

/// Prompt i (0..B-1) as an L × D matrix. Valid as long as the text.
inline MatrixMap last_hidden_state(const Text& text, std::size_t i) {
  return {text.last_hidden_state().data() + i * text.length() * text.dim(), static_cast<Eigen::Index>(text.length()),
          static_cast<Eigen::Index>(text.dim())};
}
inline MatrixMap normalized(const Text& text, std::size_t i) {
  return {text.normalized().data() + i * text.length() * text.dim(), static_cast<Eigen::Index>(text.length()),
          static_cast<Eigen::Index>(text.dim())};
}
/// B × P; zero columns when the model has no projection. Valid as long as the text.
inline MatrixMap projection(const Text& text) {
  const auto rows = static_cast<Eigen::Index>(text.count());
  return {text.projection().data(), rows, rows == 0 ? 0 : static_cast<Eigen::Index>(text.projection().size()) / rows};
}

}  // namespace raygen::eigen
