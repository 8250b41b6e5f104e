#include "door.hpp"

using namespace raygen::capi;

extern "C" {

raygen_status raygen_encode(raygen_session* session, const raygen_image* image, int32_t* tokens,
                            size_t token_count, float* features, size_t feature_count,
                            raygen_error* error) {
  return guard(error, [&] {
    const Turn turn(session);
    const auto& pixels = required(image, "image").image;
    required(tokens, "tokens");
    const auto& vqgan = turn.model()->architecture().vqgan;
    expect_count(token_count, turn.token_count(), "token_count", "N");
    if (features != nullptr) {
      required(features, "features");
      expect_count(feature_count, turn.token_count() * static_cast<std::size_t>(vqgan.embedding),
                   "feature_count", "z x N");
    }
    turn->encode_image(pixels, tokens, features);
  });
}

raygen_status raygen_decode(raygen_session* session, const int32_t* tokens, size_t token_count,
                            raygen_image** image, raygen_error* error) {
  clear(image);
  return guard(error, [&] {
    const Turn turn(session);
    required(tokens, "tokens");
    raygen_image*& out = required(image, "image");
    expect_count(token_count, turn.token_count(), "token_count", "N");
    out = new raygen_image{turn->decode_tokens(tokens)};
  });
}

}  // extern "C"
