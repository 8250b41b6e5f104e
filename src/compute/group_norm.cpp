#include "compute/group_norm.hpp"

#include "compute/group_norm_on_device.hpp"
#include "compute/simd_kernels.hpp"
#include "error.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace raygen::engine {

namespace {

constexpr std::int64_t groups = 32;
constexpr double group_epsilon = 1e-6;
constexpr std::int64_t chunks =
    64;  // fixed, so that sums are added in the same order whatever the number of threads

/// Chunks that are worth a thread of their own: some 50 µs of work.
std::int64_t chunks_at_once(std::int64_t rows, std::int64_t channels) {
  constexpr std::int64_t values = 1 << 17;
  return std::clamp<std::int64_t>(values * chunks / (rows * channels), 1, chunks);
}

struct Rows {
  std::int64_t begin, count;
};
Rows chunk_rows(std::int64_t chunk, std::int64_t rows) {
  const std::int64_t begin = rows * chunk / chunks;
  return {begin, rows * (chunk + 1) / chunks - begin};
}

/// Per channel, about a pivot: [chunk][sums, squares][channel].
struct Moments {
  std::vector<float> pivot;
  std::vector<double> sums;
};

template <typename T>
Moments channel_moments(const T* x, std::int64_t rows, std::int64_t channels) {
  const auto width = static_cast<std::size_t>(channels);
  Moments moments{std::vector<float>(width),
                  std::vector<double>(static_cast<std::size_t>(chunks) * 2 * width, 0.0)};
  widen(x, channels, moments.pivot.data());  // the first row; about 0 the sums would cancel when
                                             // the mean is large against the deviation
  at::parallel_for(
      0, chunks, chunks_at_once(rows, channels), [&](std::int64_t begin, std::int64_t end) {
        std::vector<float> block(2 * width);
        for (std::int64_t chunk = begin; chunk < end; ++chunk) {
          const Rows range = chunk_rows(chunk, rows);
          double* sums = moments.sums.data() + static_cast<std::size_t>(chunk) * 2 * width;
          for (std::int64_t row = 0; row < range.count;
               row += 64) {  // float32 within 64 rows, float64 beyond
            std::fill(block.begin(), block.end(), 0.0F);
            add_moments(x + (range.begin + row) * channels,
                        std::min<std::int64_t>(64, range.count - row), channels,
                        moments.pivot.data(), block.data(), block.data() + width);
            for (std::size_t i = 0; i < block.size(); ++i) sums[i] += static_cast<double>(block[i]);
          }
        }
      });
  return moments;
}

struct Affine {
  std::vector<float> scale, shift;  // [channel]
};

Affine group_affine(const Moments& moments, std::int64_t rows, std::int64_t channels,
                    const float* weight, const float* bias) {
  const auto width = static_cast<std::size_t>(channels),
             group_width = width / static_cast<std::size_t>(groups);
  const auto count = static_cast<double>(rows);
  Affine affine{std::vector<float>(width), std::vector<float>(width)};
  std::vector<double> means(group_width);
  for (std::size_t first = 0; first < width; first += group_width) {
    double mean = 0, spread = 0;
    for (std::size_t c = 0; c < group_width; ++c) {
      double sum = 0, square = 0;
      for (std::size_t chunk = 0; chunk < static_cast<std::size_t>(chunks); ++chunk) {
        sum += moments.sums[chunk * 2 * width + first + c];
        square += moments.sums[(chunk * 2 + 1) * width + first + c];
      }
      means[c] = static_cast<double>(moments.pivot[first + c]) + sum / count;
      mean += means[c] / static_cast<double>(group_width);
      spread += std::max(square - sum * sum / count, 0.0);
    }
    for (const double channel_mean : means)
      spread += count * (channel_mean - mean) * (channel_mean - mean);
    const double deviation =
        std::sqrt(spread / (count * static_cast<double>(group_width)) + group_epsilon);
    for (std::size_t c = first; c < first + group_width; ++c) {
      affine.scale[c] = static_cast<float>(static_cast<double>(weight[c]) / deviation);
      affine.shift[c] = static_cast<float>(static_cast<double>(bias[c]) -
                                           mean * static_cast<double>(weight[c]) / deviation);
    }
  }
  return affine;
}

template <typename T>
void normalise(const T* x, T* out, std::int64_t rows, std::int64_t channels, const float* weight,
               const float* bias, bool swish) {
  const Affine affine =
      group_affine(channel_moments(x, rows, channels), rows, channels, weight, bias);
  at::parallel_for(0, chunks, chunks_at_once(rows, channels),
                   [&](std::int64_t begin, std::int64_t end) {
                     for (std::int64_t chunk = begin; chunk < end; ++chunk) {
                       const Rows range = chunk_rows(chunk, rows);
                       const std::int64_t offset = range.begin * channels;
                       scale_and_shift(x + offset, out + offset, range.count, channels,
                                       affine.scale.data(), affine.shift.data(), swish);
                     }
                   });
}

}  // namespace

GroupNorm GroupNorm::load(const WeightSource& source, const std::string& name) {
  GroupNorm norm;
  norm.weight_ = source.load(name + ".weight", at::kFloat);
  norm.bias_ = source.load(name + ".bias", at::kFloat);
  return norm;
}

void GroupNorm::apply(const at::Tensor& x, const at::Tensor& out, bool swish) const {
  if (!x.device().is_cpu()) {
    if (group_norm_on_device(x, out, weight_, bias_, group_epsilon, swish)) return;
    at::Tensor normalised = at::group_norm(x, groups, weight_.to(x.scalar_type()),
                                           bias_.to(x.scalar_type()), group_epsilon);
    out.copy_(swish ? at::silu_(normalised) : normalised);
    return;
  }
  const std::int64_t channels = x.size(1), rows = x.size(2) * x.size(3);
  const float *weight = weight_.const_data_ptr<float>(), *bias = bias_.const_data_ptr<float>();
  if (!x.is_contiguous(at::MemoryFormat::ChannelsLast) ||
      !out.is_contiguous(at::MemoryFormat::ChannelsLast)) {
    fail(Status::internal, "group norm was given a tensor that is not channels last");
  }
  if (x.scalar_type() == at::kFloat) {
    normalise(x.const_data_ptr<float>(), out.mutable_data_ptr<float>(), rows, channels, weight,
              bias, swish);
    return;
  }
  normalise(reinterpret_cast<const BFloat16Bits*>(x.const_data_ptr<at::BFloat16>()),
            reinterpret_cast<BFloat16Bits*>(out.mutable_data_ptr<at::BFloat16>()), rows, channels,
            weight, bias, swish);
}

}  // namespace raygen::engine
