#pragma once
// The unmasking loop, driven by hand (MaskGIT: Chang et al., CVPR 2022). Any source of logits will
// do.
//
//   raygen::Sampler sampler(model.grid(), options);
//   while (!sampler.done())
//     sampler.step(decoder.logits(sampler.tokens(), condition, sampler.masked()));
//   raygen::Image image = codec.decode(sampler.tokens());

#include "error.hpp"
#include "model.hpp"
#include "options.hpp"
#include "span.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>

namespace raygen {

/// B images' tokens on their way from masked to drawn. One thread at a time. Of the options these
/// count: seed, first_image, config, overrides, sampling and the arrays. What they leave open is as
/// in the library, since there is no model. Guidance is the caller's to apply.
class Sampler {
 public:
  /// Throws Error(invalid_argument | format | limit).
  explicit Sampler(const Grid& grid, const Options& options = {}, std::size_t batch = 1)
      : tokens_(batch * grid.tokens()), batch_(batch) {
    const detail::RawOptions raw(options, grid.tokens());
    sampler_.reset(detail::made<raygen_sampler>([&](raygen_sampler** sampler, raygen_error* error) {
      return raygen_sampler_create(grid.height, grid.width, grid.codebook_size, batch, raw.get(),
                                   sampler, error);
    }));
  }

  bool done() const noexcept { return raygen_sampler_done(get()) != 0; }
  /// Steps done, 0..K.
  std::int32_t step_index() const noexcept { return raygen_sampler_step_index(get()); }
  /// [B,N]. The positions that the next step draws hold V, the mask. Alive until the next step.
  Span<std::int32_t> tokens() const& noexcept { return {raygen_sampler_tokens(get()), tokens_}; }
  void tokens() const&& = delete;
  /// [B,n]: the masked positions, ascending for each image; empty when done. An image with fewer of
  /// them than others repeats its last. Alive until the next step.
  Span<std::int32_t> masked() const& noexcept {
    return {raygen_sampler_masked(get()), batch_ * raygen_sampler_masked_count(get())};
  }
  void masked() const&& = delete;
  /// Draws the masked tokens from logits [B,n,V] and masks those of the next step. Throws
  /// Error(invalid_argument | numeric).
  void step(Span<float> logits) {
    detail::check([&](raygen_error* error) {
      return raygen_sampler_step(get(), logits.data(), logits.size(), error);
    });
  }

  raygen_sampler* get() const& noexcept { return sampler_.get(); }
  void get() const&& = delete;

 private:
  std::unique_ptr<raygen_sampler, detail::Free<raygen_sampler_free>> sampler_;
  std::size_t tokens_;
  std::size_t batch_;
};

}  // namespace raygen
