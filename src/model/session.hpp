#pragma once

#include "compute/side_by_side.hpp"
#include "image/image.hpp"
#include "job.hpp"
#include "masked_decoder/condition.hpp"
#include "model/model.hpp"
#include "vqgan/image_encoder.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace raygen::engine {

class Recordings;
class Scratch;

/// Prompts encoded. Whole numbers lie on the CPU, embeddings on the model's device.
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

/// The sizes [B,length,D] are those of embeddings that the model takes. Throws
/// Error(invalid_argument | limit). Looks at no value.
void check_embeddings(const Model& model, at::IntArrayRef sizes);

/// One user of a model: its scratch memory, and off the CPU its recordings. One thread at a time.
/// Every call leaves the calling thread's settings as they were.
class Session {
 public:
  explicit Session(std::shared_ptr<const Model> model);
  ~Session();

  const Model& model() const { return *model_; }

  /// Refuses prompts without a word. Throws Error(numeric) when an embedding is not finite.
  EncodedText encode_text(const std::vector<std::string_view>& prompts);
  /// embeddings: float32 [B,length,D], finite, of a shape that check_embeddings() lets pass.
  Condition condition(const at::Tensor& embeddings);
  /// Of one prompt, a blank one too, for this thread's own steps: off the CPU nothing is waited for
  /// or read back, and an embedding that is not finite makes logits that are not.
  Condition condition_of(std::string_view prompt);
  /// Of `batch` empty prompts, for guidance.
  Condition empty_condition(std::int64_t batch);
  /// tokens: int64 [B,N] on the device, 0..V; positions: int64 [B,n] on the device, or undefined
  /// for all; all_masked: the caller knows that every token is V. Returns float32 [B,n,V] on the
  /// device.
  at::Tensor logits(const Condition& condition, const at::Tensor& tokens,
                    const at::Tensor& positions, bool all_masked, const Job* job = nullptr);
  /// logits() for a step of the sampling loop: off the CPU all shapes are recorded once, and the
  /// result is overwritten by the next step.
  at::Tensor step_logits(const Condition& condition, const at::Tensor& tokens,
                         const at::Tensor& positions, bool all_masked, const Job* job = nullptr);
  EncodedImage encode_image(const Image& image);
  /// Tokens to pixels, up to the reading back: int64 [B,N], 0..V-1, on the device → float32
  /// [B,R,R,channels] there. Off the CPU the next call may overwrite the result.
  at::Tensor pixels(const at::Tensor& tokens, const Job* job = nullptr);
  /// tokens: int64 [B,N], 0..V-1. An image for each row, with the mark of synthetic images.
  std::vector<Image> decode_tokens(const at::Tensor& tokens, const Job* job = nullptr);

  std::uint64_t memory() const;
  void trim();

 private:
  EncodedText encode(const std::vector<std::string_view>& prompts);

  std::shared_ptr<const Model> model_;
  std::vector<std::unique_ptr<Scratch>> scratch_;  // one for each lane that decodes
  SideBySide steps_, decodes_;
  std::unique_ptr<Recordings> recordings_;  // after the model, whose weights they read
};

}  // namespace raygen::engine
