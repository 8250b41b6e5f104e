#include "door.hpp"

#include "sampling/sampler.hpp"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

/// What the caller reads is kept beside the sampler, whose tensors are of another type.
struct raygen_sampler {
  raygen::engine::Sampler sampler;
  std::int64_t codebook;
  at::Tensor tokens, masked;  // int32

  void read() {
    tokens = sampler.tokens().to(at::kInt);
    masked = sampler.masked().to(at::kInt);
  }
};

namespace raygen::capi {
namespace {

/// What a grid of an image's tokens may have: much more than any model's.
void check_sizes(std::int32_t height, std::int32_t width, std::int32_t codebook) {
  constexpr std::int64_t most_tokens = std::int64_t{1} << 20;
  constexpr std::int32_t most_codes = 1 << 24;
  if (height < 1 || width < 1 || std::int64_t{height} * width > most_tokens) {
    fail(Status::invalid_argument, "the grid is {} x {}; 1 x 1 to {} tokens were expected", height,
         width, most_tokens);
  }
  if (codebook < 1 || codebook > most_codes) {
    fail(Status::invalid_argument, "codebook_size is {}; 1 to {} was expected", codebook,
         most_codes);
  }
}

}  // namespace
}  // namespace raygen::capi

using namespace raygen::capi;

extern "C" {

raygen_status raygen_sampler_create(int32_t grid_height, int32_t grid_width, int32_t codebook_size,
                                    size_t batch, const raygen_options* options,
                                    raygen_sampler** sampler, raygen_error* error) {
  clear(sampler);
  return guard(error, [&] {
    raygen_sampler*& out = required(sampler, "sampler");
    check_sizes(grid_height, grid_width, codebook_size);
    const raygen::engine::Limits limits;
    if (batch < 1 || batch > limits.max_batch)
      fail(Status::invalid_argument, "batch is {}; 1 to {} was expected", batch, limits.max_batch);
    constexpr std::uint64_t each = 64;  // bytes that a token's state takes, about
    expect_at_most(
        batch * static_cast<std::uint64_t>(std::int64_t{grid_height} * grid_width) * each,
        limits.max_memory_bytes, "the number of the sampler's bytes");
    const raygen_options raw = options_of(options);
    const c10::InferenceMode inference;
    raygen::engine::GenerateOptions wanted;
    wanted.sampling = sampling_of(raw, {});
    read_images(raw, batch, std::int64_t{grid_height} * grid_width, codebook_size, wanted);
    std::vector<raygen::engine::ImageKey> keys;
    std::vector<raygen::engine::SamplingOptions> sampling;
    for (std::size_t b = 0; b < batch; ++b) {
      keys.push_back(wanted.key(b));
      sampling.push_back(wanted.sampling_of(b));
    }
    auto made =
        std::make_unique<raygen_sampler>(raygen_sampler{{{grid_height, grid_width},
                                                         codebook_size,
                                                         keys,
                                                         sampling,
                                                         {wanted.start_tokens, wanted.editable}},
                                                        codebook_size,
                                                        {},
                                                        {}});
    made->read();
    out = made.release();
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
  return !usable(sampler) ? nullptr : sampler->tokens.const_data_ptr<int32_t>();
}

const int32_t* raygen_sampler_masked(const raygen_sampler* sampler) {
  return !usable(sampler) ? nullptr : sampler->masked.const_data_ptr<int32_t>();
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
    const std::vector<std::int64_t> sizes{loop.batch(), loop.masked_count(), sampler->codebook};
    expect_count(logit_count, static_cast<std::size_t>(sizes[0] * sizes[1] * sizes[2]),
                 "logit_count", "B x n x V");
    const c10::InferenceMode inference;
    // from_blob takes no const; the sampler only reads.
    loop.step(at::from_blob(const_cast<float*>(logits), sizes, at::kFloat));
    sampler->read();
  });
}

}  // extern "C"
