#include "door.hpp"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

namespace raygen::capi {
namespace {

std::size_t size_of(const raygen_embedding* embedding, int dimension) {
  return !usable(embedding)
             ? 0
             : static_cast<std::size_t>(embedding->text.last_hidden_state.size(dimension));
}

/// A tensor's values on the CPU. `copy` keeps them from the first time on. NULL when that fails.
const float* values_of(const at::Tensor& tensor, at::Tensor& copy) {
  if (!copy.defined() && tensor.defined()) {
    const raygen_status status = guard(nullptr, [&] {
      const c10::InferenceMode inference;
      copy = tensor.to(at::kCPU).contiguous();
    });
    if (status != RAYGEN_OK) return nullptr;
  }
  return copy.defined() ? copy.const_data_ptr<float>() : nullptr;
}

}  // namespace
}  // namespace raygen::capi

using namespace raygen::capi;

extern "C" {

raygen_status raygen_session_encode_text(raygen_session* session, const raygen_string* prompts,
                                         size_t count, raygen_embedding** embedding,
                                         raygen_error* error) {
  clear(embedding);
  return guard(error, [&] {
    const Turn turn(session);
    raygen_embedding*& out = required(embedding, "embedding");
    out = new raygen_embedding{
        turn->encode_text(prompts_of(prompts, count, turn.limits())), {}, {}, {}};
  });
}

void raygen_embedding_free(raygen_embedding* embedding) { destroy(embedding); }

size_t raygen_embedding_count(const raygen_embedding* embedding) { return size_of(embedding, 0); }
size_t raygen_embedding_length(const raygen_embedding* embedding) { return size_of(embedding, 1); }
size_t raygen_embedding_dim(const raygen_embedding* embedding) { return size_of(embedding, 2); }

size_t raygen_embedding_token_count(const raygen_embedding* embedding, size_t i) {
  return !usable(embedding) || i >= embedding->text.token_counts.size()
             ? 0
             : static_cast<size_t>(embedding->text.token_counts[i]);
}

const int32_t* raygen_embedding_input_ids(const raygen_embedding* embedding) {
  return !usable(embedding) ? nullptr : embedding->text.input_ids.const_data_ptr<int32_t>();
}
const int32_t* raygen_embedding_attention_mask(const raygen_embedding* embedding) {
  return !usable(embedding) ? nullptr : embedding->text.attention_mask.const_data_ptr<int32_t>();
}
const float* raygen_embedding_last_hidden_state(const raygen_embedding* embedding) {
  return !usable(embedding)
             ? nullptr
             : values_of(embedding->text.last_hidden_state, embedding->last_hidden_state);
}
const float* raygen_embedding_normalized(const raygen_embedding* embedding) {
  return !usable(embedding) ? nullptr
                            : values_of(embedding->text.normalized, embedding->normalized);
}
const float* raygen_embedding_projection(const raygen_embedding* embedding) {
  return !usable(embedding) ? nullptr
                            : values_of(embedding->text.projection, embedding->projection);
}

}  // extern "C"
