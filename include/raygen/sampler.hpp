#pragma once
// The unmasking loop, driven by hand: any source of logits will do.
//
//   raygen::Sampler sampler(model.grid(), options);
//   while (!sampler.done()) sampler.step(decoder.logits(sampler.tokens(), condition,
//   sampler.masked())); raygen::Image image = codec.decode(sampler.tokens());

#include "error.hpp"
#include "model.hpp"
#include "options.hpp"
#include "span.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>

namespace raygen {

/// B images' tokens on their way from all masked to none. One thread at a time. Options: seed,
/// first_image, steps, temperature, top_k_threshold and the three policies; the rest belongs to the
/// Generator and is not looked at.
class Sampler {
 public:
  /// Images options.first_image + 0..batch-1. Throws Error(invalid_argument).
  explicit Sampler(const Grid& grid, const Options& options = {}, std::size_t batch = 1)
      : tokens_(batch * grid.tokens()), batch_(batch) {
    const detail::RawOptions raw(options);
    raygen_sampler* sampler = nullptr;
    detail::check([&](raygen_error* error) {
      return raygen_sampler_create(grid.tokens(), grid.codebook_size, batch, raw.get(), &sampler,
                                   error);
    });
    sampler_.reset(sampler);
  }

  bool done() const noexcept { return raygen_sampler_done(get()) != 0; }
  /// Steps done, 0..K.
  std::int32_t step_index() const noexcept { return raygen_sampler_step_index(get()); }
  /// [B,N]; the positions to be drawn next hold V, the mask. Alive until the next step.
  Span<std::int32_t> tokens() const noexcept { return {raygen_sampler_tokens(get()), tokens_}; }
  /// [B,n]: the masked positions, ascending in each image; empty when done. Alive until the next
  /// step.
  Span<std::int32_t> masked() const noexcept {
    return {raygen_sampler_masked(get()), batch_ * raygen_sampler_masked_count(get())};
  }
  /// Draws the masked tokens from logits [B,n,V] and masks those of the next step. Throws
  /// Error(invalid_argument | numeric).
  void step(Span<float> logits) {
    detail::check([&](raygen_error* error) {
      return raygen_sampler_step(get(), logits.data(), logits.size(), error);
    });
  }

  raygen_sampler* get() const noexcept { return sampler_.get(); }

 private:
  std::unique_ptr<raygen_sampler, detail::Free<raygen_sampler_free>> sampler_;
  std::size_t tokens_;
  std::size_t batch_;
};

}  // namespace raygen
