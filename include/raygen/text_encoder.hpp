#pragma once
// Sentences to embeddings (CXR-BERT: Boecking et al., ECCV 2022).
//
//   raygen::TextEncoder encoder(model);
//   raygen::Text text = encoder.encode({"Pneumothorax.", "No acute process."});
//   text.projection();    // [2,P]: their dot product is the similarity of the sentences

#include "error.hpp"
#include "model.hpp"
#include "session.hpp"
#include "span.hpp"
#include "strings.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace raygen {

/// B encoded prompts. Independent of the encoder and the model. One thread at a time. The arrays
/// are alive as long as the text. Those of a text that was made on a GPU are copied to the CPU when
/// they are first asked for, and are empty when that fails.
class Text {
 public:
  std::size_t count() const noexcept { return raygen_embedding_count(get()); }    ///< B
  std::size_t length() const noexcept { return raygen_embedding_length(get()); }  ///< L
  std::size_t dim() const noexcept { return raygen_embedding_dim(get()); }        ///< D
  /// Text tokens of prompt i before it was cut to L, special tokens included.
  std::size_t token_count(std::size_t i) const noexcept {
    return raygen_embedding_token_count(get(), i);
  }
  /// [B,L].
  Span<std::int32_t> input_ids() const& noexcept {
    return span(raygen_embedding_input_ids(get()), length());
  }
  void input_ids() const&& = delete;
  /// [B,L], 1 = text, 0 = padding.
  Span<std::int32_t> attention_mask() const& noexcept {
    return span(raygen_embedding_attention_mask(get()), length());
  }
  void attention_mask() const&& = delete;
  /// [B,L,D].
  Span<float> last_hidden_state() const& noexcept {
    return span(raygen_embedding_last_hidden_state(get()), length() * dim());
  }
  void last_hidden_state() const&& = delete;
  /// [B,L,D]: every channel divided by its L2 norm over the L positions. The masked decoder takes
  /// it.
  Span<float> normalized() const& noexcept {
    return span(raygen_embedding_normalized(get()), length() * dim());
  }
  void normalized() const&& = delete;
  /// [B,P], L2-normalised; empty when the model has no projection.
  Span<float> projection() const& noexcept {
    return span(raygen_embedding_projection(get()), projection_dim_);
  }
  void projection() const&& = delete;

  const raygen_embedding* get() const& noexcept { return embedding_.get(); }
  void get() const&& = delete;

 private:
  friend class TextEncoder;
  Text(raygen_embedding* embedding, std::size_t projection_dim) noexcept
      : embedding_(embedding), projection_dim_(projection_dim) {}
  template <typename T>
  Span<T> span(const T* values, std::size_t each) const noexcept {
    return {values, values != nullptr ? count() * each : 0};
  }

  std::unique_ptr<raygen_embedding, detail::Free<raygen_embedding_free>> embedding_;
  std::size_t projection_dim_;
};

/// Tokenizer and text encoder of a model. One thread at a time: make one for each thread.
class TextEncoder {
 public:
  explicit TextEncoder(const Model& model)
      : session_(model), projection_dim_(static_cast<std::size_t>(model.info().projection_dim)) {}

  /// At least one prompt, UTF-8. A prompt longer than L text tokens is cut: compare
  /// Text::token_count with L. Throws Error(invalid_argument | limit | unsupported | numeric |
  /// out_of_memory | device | io).
  Text encode(const std::vector<std::string>& prompts) {
    const std::vector<raygen_string> raw = detail::raw_strings(prompts);
    return Text(
        detail::made<raygen_embedding>([&](raygen_embedding** embedding, raygen_error* error) {
          return raygen_session_encode_text(session_.get(), raw.data(), raw.size(), embedding,
                                            error);
        }),
        projection_dim_);
  }

  Session& session() & noexcept { return session_; }
  void session() && = delete;

 private:
  Session session_;
  std::size_t projection_dim_;
};

}  // namespace raygen
