#pragma once
// Eigen maps over images and embeddings, without copies. Opt in: not part of raygen.hpp. For a host
// that includes <Eigen/Core> (3.3 or newer) itself, before or after: this header only names Eigen's
// types, since Eigen alone takes a second or two to compile.
//
//   auto red = raygen::eigen::channel(image, 0);            // height × width
//   double mean = red.mean();
//   auto embedding = raygen::eigen::normalized(text, 0);    // L × D

#include "image.hpp"
#include "text_encoder.hpp"

#include <cstddef>
#include <cstdint>

namespace Eigen {
template <typename Scalar, int Rows, int Columns, int Options, int MaxRows, int MaxColumns>
class Matrix;
template <typename Matrix, int Options, typename Stride>
class Map;
template <int Outer, int Inner>
class Stride;
}  // namespace Eigen

namespace raygen::eigen {

/// Row after row, of any size; Scalar is float. These are templates so that Eigen is needed where
/// they are used and not before.
template <typename Scalar>
using Matrix = Eigen::Matrix<Scalar, -1, -1, 1, -1, -1>;
template <typename Scalar>
using MatrixMap = Eigen::Map<const Matrix<Scalar>, 0, Eigen::Stride<0, 0>>;
template <typename Scalar>
using ChannelMap = Eigen::Map<const Matrix<Scalar>, 0, Eigen::Stride<-1, -1>>;

/// Channel c (0..channels-1) as a height × width matrix. Valid as long as the image.
template <typename Scalar = float>
ChannelMap<Scalar> channel(const Image& image, std::int32_t c) {
  const std::ptrdiff_t channels = image.channels();
  return {image.pixels().data() + c,
          image.height(),
          image.width(),
          {image.width() * channels, channels}};
}
template <typename Scalar = float>
void channel(const Image&& image, std::int32_t c) = delete;

namespace detail {
template <typename Scalar>
MatrixMap<Scalar> of_prompt(Span<Scalar> values, const Text& text, std::size_t i) {
  return {values.data() + i * text.length() * text.dim(),
          static_cast<std::ptrdiff_t>(text.length()), static_cast<std::ptrdiff_t>(text.dim())};
}
}  // namespace detail

/// Prompt i (0..B-1) as an L × D matrix. Valid as long as the text.
template <typename Scalar = float>
MatrixMap<Scalar> last_hidden_state(const Text& text, std::size_t i) {
  return detail::of_prompt<Scalar>(text.last_hidden_state(), text, i);
}
template <typename Scalar = float>
void last_hidden_state(const Text&& text, std::size_t i) = delete;
template <typename Scalar = float>
MatrixMap<Scalar> normalized(const Text& text, std::size_t i) {
  return detail::of_prompt<Scalar>(text.normalized(), text, i);
}
template <typename Scalar = float>
void normalized(const Text&& text, std::size_t i) = delete;
/// B × P; zero columns when the model has no projection. Valid as long as the text.
template <typename Scalar = float>
MatrixMap<Scalar> projection(const Text& text) {
  const auto rows = static_cast<std::ptrdiff_t>(text.count());
  return {text.projection().data(), rows,
          rows == 0 ? 0 : static_cast<std::ptrdiff_t>(text.projection().size()) / rows};
}
template <typename Scalar = float>
void projection(const Text&& text) = delete;

}  // namespace raygen::eigen
