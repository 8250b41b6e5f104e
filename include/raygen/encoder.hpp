#pragma once
// Images to tokens and back (VQ-GAN).
//
//   raygen::Encoder codec(model);
//   std::vector<std::int32_t> tokens = codec.encode(raygen::Image::read("film.png"));
//   codec.decode(tokens).write_png("reconstruction.png");

#include "error.hpp"
#include "image.hpp"
#include "model.hpp"
#include "session.hpp"
#include "span.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace raygen {

/// The image tokenizer of a model. One thread at a time; make one a thread.
class Encoder {
 public:
  explicit Encoder(const Model& model)
      : session_(model),
        tokens_(model.grid().tokens()),
        features_(tokens_ * static_cast<std::size_t>(model.info().feature_channels)) {}

  /// N tokens, row-major, each 0..V-1. An image that is not R × R is resized (antialiased bilinear,
  /// shorter side to R) and cropped at the centre; grey is repeated over the channels. Throws
  /// Error(numeric | out_of_memory | device).
  std::vector<std::int32_t> encode(const Image& image) {
    std::vector<std::int32_t> tokens(tokens_);
    detail::check([&](raygen_error* error) {
      return raygen_encode(session_.get(), image.get(), tokens.data(), tokens.size(), nullptr, 0,
                           error);
    });
    return tokens;
  }
  /// [z,grid height,grid width]: what is quantised to the tokens.
  std::vector<float> features(const Image& image) {
    std::vector<std::int32_t> tokens(tokens_);
    std::vector<float> features(features_);
    detail::check([&](raygen_error* error) {
      return raygen_encode(session_.get(), image.get(), tokens.data(), tokens.size(),
                           features.data(), features.size(), error);
    });
    return features;
  }
  /// N tokens, each 0..V-1, to an image of R × R. Throws Error(invalid_argument | numeric |
  /// out_of_memory | device).
  Image decode(Span<std::int32_t> tokens) {
    raygen_image* image = nullptr;
    detail::check([&](raygen_error* error) {
      return raygen_decode(session_.get(), tokens.data(), tokens.size(), &image, error);
    });
    return Image(image);
  }

  Session& session() noexcept { return session_; }

 private:
  Session session_;
  std::size_t tokens_;
  std::size_t features_;
};

}  // namespace raygen
