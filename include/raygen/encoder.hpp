#pragma once
// Images to tokens and back (VQ-GAN: Esser, Rombach, Ommer, CVPR 2021).
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

struct EncodedImage {
  std::vector<std::int32_t> tokens;  ///< [N], row-major, each 0..V-1
  std::vector<float> features;  ///< [z,grid height,grid width]: what is quantised to the tokens
};

/// The image tokenizer of a model. One thread at a time: make one for each thread.
class Encoder {
 public:
  explicit Encoder(const Model& model)
      : session_(model),
        token_count_(model.grid().tokens()),
        feature_count_(token_count_ * static_cast<std::size_t>(model.info().feature_channels)) {}

  /// N tokens, row-major, each 0..V-1. An image that is not R × R is resized (antialiased bilinear,
  /// shorter side to R) and cropped at the centre; grey is repeated over the channels. Throws
  /// Error(unsupported | numeric | out_of_memory | device | io).
  std::vector<std::int32_t> encode(const Image& image) {
    std::vector<std::int32_t> tokens(token_count_);
    run(image, tokens, nullptr, 0);
    return tokens;
  }
  /// The same, and the features that the tokens were made of.
  EncodedImage encode_with_features(const Image& image) {
    EncodedImage encoded{std::vector<std::int32_t>(token_count_),
                         std::vector<float>(feature_count_)};
    run(image, encoded.tokens, encoded.features.data(), feature_count_);
    return encoded;
  }
  /// N tokens, each 0..V-1, to an image of R × R. Throws Error(invalid_argument | unsupported |
  /// numeric | out_of_memory | device | io).
  Image decode(Span<std::int32_t> tokens) {
    raygen_image* image = nullptr;
    detail::check([&](raygen_error* error) {
      return raygen_session_decode_tokens(session_.get(), tokens.data(), tokens.size(), &image,
                                          error);
    });
    return Image(image);
  }

  Session& session() & noexcept { return session_; }
  void session() && = delete;

 private:
  void run(const Image& image, std::vector<std::int32_t>& tokens, float* features,
           std::size_t feature_count) {
    detail::check([&](raygen_error* error) {
      return raygen_session_encode_image(session_.get(), image.get(), tokens.data(), tokens.size(),
                                         features, feature_count, error);
    });
  }

  Session session_;
  std::size_t token_count_;
  std::size_t feature_count_;
};

}  // namespace raygen
