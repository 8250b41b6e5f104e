#include "door.hpp"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include <numeric>

struct raygen_sampler {
  raygen::engine::Sampler sampler;
  std::int64_t codebook;
};

namespace raygen::capi {
namespace {

std::vector<std::uint64_t> image_indices(std::uint64_t first, std::size_t count) {
  if (const engine::Limits limits; count < 1 || count > limits.max_batch) {
    fail(Status::invalid_argument, "batch is {}; 1 to {} was expected", count, limits.max_batch);
  }
  std::vector<std::uint64_t> images(count);
  std::iota(images.begin(), images.end(), first);
  return images;
}

}  // namespace
}  // namespace raygen::capi

using namespace raygen::capi;

extern "C" {

raygen_status raygen_sampler_create(size_t token_count, int32_t codebook_size, size_t batch,
                                    const raygen_options* options, raygen_sampler** sampler,
                                    raygen_error* error) {
  clear(sampler);
  return guard(error, [&] {
    raygen_sampler*& out = required(sampler, "sampler");
    constexpr std::size_t most_tokens = std::size_t{1} << 20;
    constexpr std::int32_t most_codes = 1 << 24;
    if (token_count < 1 || token_count > most_tokens) {
      fail(Status::invalid_argument, "token_count is {}; 1 to {} was expected", token_count,
           most_tokens);
    }
    if (codebook_size < 1 || codebook_size > most_codes) {
      fail(Status::invalid_argument, "codebook_size is {}; 1 to {} was expected", codebook_size,
           most_codes);
    }
    const auto checked_options = generate_options_of(options);
    const c10::InferenceMode inference;
    out = new raygen_sampler{
        raygen::engine::Sampler(
            static_cast<std::int64_t>(token_count), codebook_size, checked_options.seed,
            image_indices(checked_options.first_image, batch), checked_options.sampling),
        codebook_size};
  });
}

void raygen_sampler_free(raygen_sampler* sampler) { destroy(sampler); }

int32_t raygen_sampler_done(const raygen_sampler* sampler) {
  return !usable(sampler) || sampler->sampler.done() ? 1 : 0;
}

int32_t raygen_sampler_step_index(const raygen_sampler* sampler) {
  return !usable(sampler) ? 0 : static_cast<int32_t>(sampler->sampler.step_index());
}

const int32_t* raygen_sampler_tokens(const raygen_sampler* sampler) {
  return !usable(sampler) ? nullptr : sampler->sampler.tokens().data();
}

const int32_t* raygen_sampler_masked(const raygen_sampler* sampler) {
  return !usable(sampler) ? nullptr : sampler->sampler.masked().data();
}

size_t raygen_sampler_masked_count(const raygen_sampler* sampler) {
  return !usable(sampler) ? 0 : static_cast<size_t>(sampler->sampler.masked_count());
}

raygen_status raygen_sampler_step(raygen_sampler* sampler, const float* logits, size_t logit_count,
                                  raygen_error* error) {
  return guard(error, [&] {
    auto& loop = required(sampler, "sampler").sampler;
    required(logits, "logits");
    if (loop.done())
      fail(Status::invalid_argument, "the sampler is done: all {} steps were made", loop.steps());
    const std::int64_t codebook = sampler->codebook;
    const std::int64_t values = loop.batch() * loop.masked_count() * codebook;
    expect_count(logit_count, static_cast<std::size_t>(values), "logit_count", "B x n x V");
    const c10::InferenceMode inference;
    // from_blob takes no const; the sampler only reads.
    loop.step(at::from_blob(const_cast<float*>(logits),
                            {loop.batch(), loop.masked_count(), codebook}, at::kFloat));
  });
}

}  // extern "C"
