#pragma once
// The engine's tensors and options as they are about to be, over those that are there now.

#include "vqgan/architecture.hpp"
#include "compute/compute.hpp"
#include "error.hpp"
#include "generation/generator.hpp"
#include "raygen/raygen.h"
#include "text/tokenizer.hpp"

#include <ATen/ATen.h>

namespace raygen::capi::seam {

using namespace raygen::engine;

inline SamplingOptions sampling_defaults(const Model*) { return {}; }

inline std::int64_t count_tokens(const Model& model, std::string_view prompt) {
  if (prompt.size() > model.options().limits.max_prompt_bytes)
    fail(Status::limit, "the prompt is {} bytes long; at most {} are allowed", prompt.size(),
         model.options().limits.max_prompt_bytes);
  return model.tokenizer().encode(prompt).token_count;
}
inline at::Tensor ints(const at::Tensor& tensor) { return tensor.to(at::kInt).contiguous(); }

inline Condition condition(Session& session, const at::Tensor& values) {
  return session.condition(values.const_data_ptr<float>(), values.size(0), values.size(1),
                           values.size(2));
}
inline at::Tensor logits(Session& session, const Condition& condition, const at::Tensor& tokens,
                         const at::Tensor& positions, bool) {
  const at::Tensor ids = ints(tokens);
  if (!positions.defined())
    return session.logits(condition, ids.const_data_ptr<std::int32_t>(), nullptr, ids.size(1));
  const at::Tensor places = ints(positions);
  return session.logits(condition, ids.const_data_ptr<std::int32_t>(),
                        places.const_data_ptr<std::int32_t>(), places.size(1));
}
inline Sampler make_sampler(std::int64_t height, std::int64_t width, std::int64_t codebook,
                            std::size_t batch, const GenerateOptions& options) {
  std::vector<std::uint64_t> images;
  for (std::size_t i = 0; i < batch; ++i) images.push_back(options.first_image + i);
  return Sampler(height * width, codebook, options.seed, images, options.sampling);
}
struct EncodedImage {
  at::Tensor tokens, features;
};
inline EncodedImage encode_image(Session& session, const Image& image) {
  const auto& sizes = session.model().architecture<VqganArchitecture>();
  EncodedImage encoded{at::empty({sizes.grid() * sizes.grid()}, at::kInt),
                       at::empty({sizes.embedding, sizes.grid(), sizes.grid()})};
  session.encode_image(image, encoded.tokens.mutable_data_ptr<std::int32_t>(),
                       encoded.features.mutable_data_ptr<float>());
  return encoded;
}
inline std::vector<Image> decode_tokens(Session& session, const at::Tensor& tokens) {
  return {session.decode_tokens(ints(tokens).const_data_ptr<std::int32_t>())};
}

}  // namespace raygen::capi::seam
