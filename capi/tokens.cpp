#include "door.hpp"
#include "vqgan/architecture.hpp"

#include <algorithm>

using namespace raygen::capi;

extern "C" {

raygen_status raygen_session_encode_image(raygen_session* session, const raygen_image* image,
                                          int32_t* tokens, size_t token_count, float* features,
                                          size_t feature_count, raygen_error* error) {
  return guard(error, [&] {
    const Turn turn(session);
    const auto& pixels = required(image, "image").image;
    required(tokens, "tokens");
    const auto n = static_cast<std::size_t>(turn.tokens());
    const auto z = static_cast<std::size_t>(
        turn.model()->architecture<raygen::engine::VqganArchitecture>().embedding);
    expect_count(token_count, n, "token_count", "N");
    if (features != nullptr) {
      required(features, "features");
      expect_count(feature_count, z * n, "feature_count", "z x N");
    }
    const auto encoded = turn->encode_image(pixels);
    std::copy_n(encoded.tokens.const_data_ptr<std::int32_t>(), token_count, tokens);
    if (features != nullptr)
      std::copy_n(encoded.features.const_data_ptr<float>(), feature_count, features);
  });
}

raygen_status raygen_session_decode_tokens(raygen_session* session, const int32_t* tokens,
                                           size_t token_count, raygen_image** image,
                                           raygen_error* error) {
  clear(image);
  return guard(error, [&] {
    const Turn turn(session);
    required(tokens, "tokens");
    raygen_image*& out = required(image, "image");
    expect_count(token_count, static_cast<std::size_t>(turn.tokens()), "token_count", "N");
    auto decoded =
        turn->decode_tokens(indices_of(tokens, 1, token_count, turn.codebook() - 1, "token"));
    out = new raygen_image{std::move(decoded.front())};
  });
}

}  // extern "C"
