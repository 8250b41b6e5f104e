#pragma once
// Sentences to embeddings.
//
//   raygen::TextEncoder encoder(model);
//   raygen::Text text = encoder.encode({"Pneumothorax.", "No acute process."});
//   text.projection();                               // [2,P]: their dot product is the sentences'
//   similarity

#include "error.hpp"
#include "model.hpp"
#include "session.hpp"
#include "span.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace raygen {

namespace detail {
inline std::vector<raygen_string> raw_strings(const std::vector<std::string>& strings) {
  std::vector<raygen_string> raw;
  raw.reserve(strings.size());
  for (const std::string& string : strings) raw.push_back({string.data(), string.size()});
  return raw;
}
}  // namespace detail

/// B encoded prompts. Independent of the encoder and the model; one thread at a time.
class Text {
 public:
  std::size_t count() const noexcept { return raygen_text_count(get()); }    ///< B
  std::size_t length() const noexcept { return raygen_text_length(get()); }  ///< L
  std::size_t dim() const noexcept { return raygen_text_dim(get()); }        ///< D
  /// Tokens of prompt i before truncation to L, special tokens included.
  std::size_t token_count(std::size_t i) const noexcept {
    return raygen_text_token_count(get(), i);
  }
  Span<std::int32_t> input_ids() const noexcept {
    return {raygen_text_input_ids(get()), count() * length()};
  }  ///< [B,L]
  Span<std::int32_t> attention_mask() const noexcept {
    return {raygen_text_attention_mask(get()), count() * length()};
  }  ///< [B,L], 1 = text
  Span<float> last_hidden_state() const noexcept {
    return {raygen_text_last_hidden_state(get()), count() * length() * dim()};
  }  ///< [B,L,D]
  /// [B,L,D]: every channel divided by its L2 norm over the L positions; what the masked decoder
  /// takes.
  Span<float> normalized() const noexcept {
    return {raygen_text_normalized(get()), count() * length() * dim()};
  }
  /// [B,P], L2-normalised; empty when the model has no projection.
  Span<float> projection() const noexcept {
    return {raygen_text_projection(get()), count() * projection_dim_};
  }

  const raygen_text* get() const noexcept { return text_.get(); }

 private:
  friend class TextEncoder;
  Text(raygen_text* text, std::size_t projection_dim)
      : text_(text), projection_dim_(projection_dim) {}

  std::unique_ptr<raygen_text, detail::Free<raygen_text_free>> text_;
  std::size_t projection_dim_;
};

/// Tokenizer and text encoder of a model. One thread at a time; make one a thread.
class TextEncoder {
 public:
  explicit TextEncoder(const Model& model)
      : session_(model), projection_dim_(static_cast<std::size_t>(model.info().projection_dim)) {}

  /// At least one prompt, UTF-8; longer than L tokens is truncated (see Text::token_count).
  /// Throws Error(invalid_argument | limit | numeric | out_of_memory | device).
  Text encode(const std::vector<std::string>& prompts) {
    const std::vector<raygen_string> raw = detail::raw_strings(prompts);
    raygen_text* text = nullptr;
    detail::check([&](raygen_error* error) {
      return raygen_text_encode(session_.get(), raw.data(), raw.size(), &text, error);
    });
    return Text(text, projection_dim_);
  }

  Session& session() noexcept { return session_; }

 private:
  Session session_;
  std::size_t projection_dim_;
};

}  // namespace raygen
