#include "noise/tensor_noise.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

namespace raygen::engine {

namespace {

constexpr std::int64_t low_word = 0xFFFFFFFF;

struct Product {
  at::Tensor high, low;  // 32 bits each
};

at::Tensor shifted(const at::Tensor& word, std::int64_t bits) {
  return at::bitwise_right_shift(word, bits);
}

/// multiplier × word. In two halves, none of which leaves 63 bits.
Product multiply(std::int64_t multiplier, const at::Tensor& word) {
  const at::Tensor low = word * (multiplier & 0xFFFF), high = word * (multiplier >> 16);
  return {shifted(high + shifted(low, 16), 16), ((high & 0xFFFF) * 0x10000 + low) & low_word};
}

std::int64_t place_of(std::uint32_t step) { return std::int64_t{step} << 20; }

/// Word i of every image's key, shaped to stand before positions and entries.
at::Tensor word(const at::Tensor& keys, std::int64_t i) {
  return keys.select(1, i).view({-1, 1, 1});
}

ImageKey key_of(const std::int64_t* words) {
  const auto join = [](std::int64_t low, std::int64_t high) {
    return static_cast<std::uint64_t>(high) << 32 | static_cast<std::uint64_t>(low);
  };
  return {join(words[0], words[1]), join(words[2], words[3])};
}

}  // namespace

std::array<at::Tensor, 4> philox(std::array<at::Tensor, 4> counter, std::array<at::Tensor, 2> key) {
  constexpr std::int64_t multiplier_0 = 0xD2511F53, multiplier_1 = 0xCD9E8D57;
  constexpr std::int64_t weyl_0 = 0x9E3779B9, weyl_1 = 0xBB67AE85;
  for (int round = 0; round < 10; ++round) {
    const Product product_0 = multiply(multiplier_0, counter[0]),
                  product_1 = multiply(multiplier_1, counter[2]);
    counter = {product_1.high ^ counter[1] ^ key[0], product_1.low,
               product_0.high ^ counter[3] ^ key[1], product_0.low};
    key = {(key[0] + weyl_0) & low_word, (key[1] + weyl_1) & low_word};
  }
  return counter;
}

at::Tensor noise_keys(const std::vector<ImageKey>& images) {
  std::vector<std::int64_t> words;
  for (const ImageKey& key : images) {
    for (const std::uint64_t number : {key.seed, key.image}) {
      words.push_back(static_cast<std::int64_t>(number & low_word));
      words.push_back(static_cast<std::int64_t>(number >> 32));
    }
  }
  return at::tensor(at::ArrayRef<std::int64_t>(words), at::kLong).view({-1, 4});
}

at::Tensor uniform_noise_by_operations(const at::Tensor& keys, std::uint32_t step,
                                       const at::Tensor& positions, std::int64_t count) {
  const at::Tensor block = at::arange((count + 3) / 4, positions.options()),
                   place = ((positions & 0xFFFFF) | place_of(step)).unsqueeze(-1);
  const auto words =
      philox({block, place, word(keys, 2), word(keys, 3)}, {word(keys, 0), word(keys, 1)});
  return shifted(at::stack(words, -1).flatten(2).narrow(2, 0, count), 8).to(at::kFloat) * 0x1p-24F;
}

at::Tensor uniform_noise(const at::Tensor& keys, std::uint32_t step, const at::Tensor& positions,
                         std::int64_t count) {
  if (!positions.is_cpu()) return uniform_noise_by_operations(keys, step, positions, count);
  const at::Tensor words = keys.contiguous(), places = positions.contiguous(),
                   noise = at::empty({places.size(0), places.size(1), count}, at::kFloat);
  const std::int64_t* const word = words.const_data_ptr<std::int64_t>();
  const std::int64_t* const place = places.const_data_ptr<std::int64_t>();
  float* const out = noise.mutable_data_ptr<float>();
  constexpr std::int64_t numbers_at_once = 1 << 16;  // some 50 µs
  at::parallel_for(
      0, places.numel(), numbers_at_once / count + 1, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) {
          const ImageKey key = key_of(word + i / places.size(1) * 4);
          uniform_noise(key.seed, key.image, step, static_cast<std::uint32_t>(place[i]),
                        out + i * count, static_cast<std::size_t>(count));
        }
      });
  return noise;
}

at::Tensor noise_of_positions(const at::Tensor& keys, std::uint32_t step, std::int64_t n) {
  const at::Tensor first = at::zeros({keys.size(0), 1}, keys.options());
  return uniform_noise(keys, step, first, n).squeeze(1);
}

at::Tensor random_order(const at::Tensor& keys, std::uint32_t step, const at::Tensor& allowed) {
  constexpr double after_all = 2;
  return noise_of_positions(keys, step, allowed.size(1))
      .masked_fill(allowed.bitwise_not(), after_all)
      .argsort(/*stable=*/true, /*dim=*/1, /*descending=*/false);
}

}  // namespace raygen::engine
