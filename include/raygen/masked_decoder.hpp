#pragma once
// Which tokens fit: the masked transformer (Muse: Chang et al., ICML 2023; the "fast" attention is
// Performer's, Choromanski et al., ICLR 2021).
//
//   raygen::MaskedDecoder decoder(model);
//   raygen::Condition condition = decoder.condition(text);    // keys and values, computed once
//   std::vector<float> logits = decoder.logits(tokens, condition);    // [B,N,V]

#include "error.hpp"
#include "model.hpp"
#include "session.hpp"
#include "span.hpp"
#include "text_encoder.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace raygen {

/// What the masked decoder needs of B prompts: attention keys and values of every layer. One thread
/// at a time; for decoders of the same model only.
class Condition {
 public:
  std::size_t batch() const noexcept { return raygen_condition_batch(get()); }  ///< B
  const raygen_condition* get() const& noexcept { return condition_.get(); }
  void get() const&& = delete;

 private:
  friend class MaskedDecoder;
  explicit Condition(raygen_condition* condition) noexcept : condition_(condition) {}

  std::unique_ptr<raygen_condition, detail::Free<raygen_condition_free>> condition_;
};

/// The masked transformer of a model. One thread at a time: make one for each thread.
class MaskedDecoder {
 public:
  explicit MaskedDecoder(const Model& model) : session_(model), grid_(model.grid()) {}

  /// Of encoded prompts, which stay on their device. Throws Error(invalid_argument) when they do
  /// not fit the model, Error(unsupported | numeric | out_of_memory | device | io).
  Condition condition(const Text& text) {
    return made([&](raygen_condition** condition, raygen_error* error) {
      return raygen_condition_create(session_.get(), text.get(), condition, error);
    });
  }
  /// Of values [batch,length,dim] as Text::normalized gives them. Throws the same, and
  /// Error(limit).
  Condition condition(Span<float> values, std::size_t batch, std::size_t length, std::size_t dim) {
    if (batch == 0 || length == 0 || dim == 0 || values.size() / batch / length != dim ||
        values.size() != batch * length * dim) {
      throw Error(Status::invalid_argument, "values: " + std::to_string(values.size()) +
                                                " of them are not batch " + std::to_string(batch) +
                                                " × length " + std::to_string(length) + " × dim " +
                                                std::to_string(dim));
    }
    return made([&](raygen_condition** condition, raygen_error* error) {
      return raygen_condition_create_from_values(session_.get(), values.data(), batch, length, dim,
                                                 condition, error);
    });
  }
  /// Of `batch` empty prompts, for guidance: logits = empty + s (prompt − empty). Throws
  /// Error(invalid_argument | limit | unsupported | numeric | out_of_memory | device | io).
  Condition empty_condition(std::size_t batch = 1) {
    return made([&](raygen_condition** condition, raygen_error* error) {
      return raygen_condition_create_empty(session_.get(), batch, condition, error);
    });
  }

  /// tokens: [B,N], 0..V where V is the mask. positions: [B,n] of 0..N-1. Returns [B,n,V]. Throws
  /// Error(invalid_argument | unsupported | numeric | out_of_memory | device | io).
  std::vector<float> logits(Span<std::int32_t> tokens, const Condition& condition,
                            Span<std::int32_t> positions) {
    if (positions.empty()) return {};
    return run(tokens, condition, positions.data(), positions.size());
  }
  /// The same for all N positions: [B,N,V].
  std::vector<float> logits(Span<std::int32_t> tokens, const Condition& condition) {
    return run(tokens, condition, nullptr, condition.batch() * grid_.tokens());
  }

  Session& session() & noexcept { return session_; }
  void session() && = delete;

 private:
  template <typename F>
  Condition made(F&& f) {
    return Condition(detail::made<raygen_condition>(static_cast<F&&>(f)));
  }
  std::vector<float> run(Span<std::int32_t> tokens, const Condition& condition,
                         const std::int32_t* positions, std::size_t count) {
    std::vector<float> logits(count * static_cast<std::size_t>(grid_.codebook_size));
    detail::check([&](raygen_error* error) {
      return raygen_session_logits(session_.get(), condition.get(), tokens.data(), tokens.size(),
                                   positions, positions != nullptr ? count : 0, logits.data(),
                                   logits.size(), error);
    });
    return logits;
  }

  Session session_;
  Grid grid_;
};

}  // namespace raygen
