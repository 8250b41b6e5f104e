#pragma once

#include "image/image.hpp"
#include "job.hpp"
#include "masked_decoder/condition.hpp"
#include "model/model.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace raygen::engine {

class Scratch;

/// Prompts encoded. Tensors are contiguous and on the CPU.
struct EncodedText {
  std::vector<std::int64_t> token_counts;  // [B], before truncation
  at::Tensor input_ids, attention_mask;    // int32 [B,L]
  at::Tensor last_hidden_state;            // float32 [B,L,D]
  at::Tensor normalized;                   // float32 [B,L,D]
  at::Tensor projection;                   // float32 [B,P], or undefined
};

/// Each prompt is of a size that is allowed and says something. Throws Error(invalid_argument |
/// limit).
void check_prompts(const std::vector<std::string_view>& prompts, const Limits& limits);

/// One user of a model: its scratch memory. One thread at a time. Every call leaves the calling
/// thread's settings as they were.
class Session {
 public:
  explicit Session(std::shared_ptr<const Model> model);
  ~Session();

  const Model& model() const { return *model_; }

  /// Refuses prompts without a word.
  EncodedText encode_text(const std::vector<std::string_view>& prompts);
  /// embeddings: float32 [B,length,D].
  Condition condition(const float* embeddings, std::int64_t batch, std::int64_t length,
                      std::int64_t dim);
  /// Of `batch` empty prompts, for guidance.
  Condition empty_condition(std::int64_t batch);
  /// tokens [B,N]; positions [B,n] or null for all. Returns float32 [B,n,V], contiguous, on the
  /// CPU.
  at::Tensor logits(const Condition& condition, const std::int32_t* tokens,
                    const std::int32_t* positions, std::int64_t position_count,
                    const Job* job = nullptr);
  /// tokens: room for N; features: room for z × grid × grid, or null.
  void encode_image(const Image& image, std::int32_t* tokens, float* features);
  Image decode_tokens(const std::int32_t* tokens, const Job* job = nullptr);

  std::uint64_t memory() const;
  void trim();

 private:
  EncodedText encode(const std::vector<std::string_view>& prompts);

  std::shared_ptr<const Model> model_;
  std::unique_ptr<Scratch> scratch_;
};

}  // namespace raygen::engine
