// GroupNorm of 32 groups, optionally followed by x·sigmoid(x), over channels-last maps: the moments
// of chunks of rows, from them a scale and a shift for each channel, and then one pass that applies
// these. No sum depends on the order in which blocks run.
//
// Compiled when the program runs, without any header; compiled as plain C++ by
// tests/compute/group_norm_kernel_test.cpp, where a thread of the CPU plays each thread of a block.

// A loop that is short beside the rest: unrolled it would take longer to compile than it saves.
#ifdef __CUDACC__
#define ROLLED _Pragma("unroll 1")
#else
#define ROLLED
#endif

namespace {

constexpr unsigned groups = 32;
constexpr unsigned most_threads = 256;
constexpr unsigned pack_bytes = 16;  // what a thread reads at once

struct BFloat16 {
  unsigned short bits;
};

__device__ inline float widened(float x) { return x; }
__device__ inline float widened(BFloat16 x) {
  return __uint_as_float(static_cast<unsigned>(x.bits) << 16);
}

__device__ inline void narrow(float x, float& out) { out = x; }
/// Rounded to the nearest, ties to the even; NaN stays NaN.
__device__ inline void narrow(float x, BFloat16& out) {
  const unsigned bits = __float_as_uint(x);
  out.bits = x != x ? static_cast<unsigned short>(0x7FC0)
                    : static_cast<unsigned short>((bits + 0x7FFFU + (bits >> 16 & 1U)) >> 16);
}

template <typename T>
struct alignas(pack_bytes) Pack {
  static constexpr unsigned size = pack_bytes / sizeof(T);
  T at[size];
};

template <typename T>
__device__ inline Pack<T> load(const T* from) {
  return *reinterpret_cast<const Pack<T>*>(from);
}

/// How the threads of a block share the rows of a map: each has a pack of channels, of every
/// `lanes`-th row.
struct Share {
  unsigned column, lane, lanes;
};

template <typename T>
__device__ inline Share share_of(unsigned channels) {
  const unsigned packs = channels / Pack<T>::size;
  return {threadIdx.x % packs * Pack<T>::size, threadIdx.x / packs, blockDim.x / packs};
}

/// Of some numbers: how many, their mean, and the sum of the squared differences from it.
struct Moments {
  float count, mean, spread;
};

/// Of two sets together (Chan, Golub and LeVeque 1979).
__device__ inline Moments together(const Moments& a, const Moments& b) {
  if (b.count == 0) return a;
  if (a.count == 0) return b;
  const float count = a.count + b.count, apart = b.mean - a.mean, share = b.count / count;
  return {count, a.mean + apart * share, a.spread + b.spread + apart * apart * a.count * share};
}

/// Those of a group from what `parts` of its threads have found, thread `group` × parts + part
/// each; for the thread whose part is 0.
__device__ inline Moments of_parts(const Moments& own, unsigned parts) {
  __shared__ Moments found[most_threads];
  found[threadIdx.x] = own;
  __syncthreads();
  Moments all = own;
  if (threadIdx.x % parts == 0)
    ROLLED for (unsigned part = 1; part < parts; ++part) {
      all = together(all, found[threadIdx.x + part]);
    }
  return all;
}

/// How many of the rows begin … end − 1 a lane has.
__device__ inline unsigned rows_of(unsigned rows, unsigned lane, unsigned lanes) {
  return lane < rows ? (rows - lane - 1) / lanes + 1 : 0;
}

template <typename T>
__device__ inline void add_chunk(const T* x, Moments* partial, unsigned rows, unsigned channels) {
  constexpr unsigned size = Pack<T>::size;
  __shared__ float means[most_threads * size], spreads[most_threads * size];
  const unsigned chunk = blockIdx.x, chunks = gridDim.x, image = blockIdx.y;
  const unsigned begin =
                     static_cast<unsigned>(static_cast<unsigned long long>(rows) * chunk / chunks),
                 end = static_cast<unsigned>(static_cast<unsigned long long>(rows) * (chunk + 1) /
                                             chunks);
  const Share share = share_of<T>(channels);
  if (share.lane < share.lanes) {
    const T* const own =
        x + static_cast<unsigned long long>(image) * rows * channels + share.column;
    // About the chunk's first row: about 0 the sums would cancel where the mean is large.
    const Pack<T> pivot = load(own + static_cast<unsigned long long>(begin) * channels);
    float sums[size] = {}, squares[size] = {};
    for (unsigned row = begin + share.lane; row < end; row += share.lanes) {
      const Pack<T> pack = load(own + static_cast<unsigned long long>(row) * channels);
      for (unsigned i = 0; i < size; ++i) {
        const float apart = widened(pack.at[i]) - widened(pivot.at[i]);
        sums[i] += apart;
        squares[i] += apart * apart;
      }
    }
    const float count = static_cast<float>(rows_of(end - begin, share.lane, share.lanes));
    for (unsigned i = 0; i < size; ++i) {
      const unsigned place = share.lane * channels + share.column + i;
      const float mean = count > 0 ? sums[i] / count : 0;
      means[place] = widened(pivot.at[i]) + mean;
      spreads[place] = fmaxf(squares[i] - sums[i] * mean, 0.0F);
    }
  }
  __syncthreads();
  const unsigned parts = blockDim.x / groups, group = threadIdx.x / parts,
                 width = channels / groups;
  Moments own = {0, 0, 0};
  ROLLED for (unsigned i = threadIdx.x % parts; i < share.lanes * width; i += parts) {
    const unsigned lane = i / width, place = lane * channels + group * width + i % width;
    own = together(own, {static_cast<float>(rows_of(end - begin, lane, share.lanes)), means[place],
                         spreads[place]});
  }
  own = of_parts(own, parts);
  if (threadIdx.x % parts == 0) partial[(image * chunks + chunk) * groups + group] = own;
}

template <typename T>
__device__ inline void apply(const T* x, T* out, const float* affine, unsigned rows,
                             unsigned channels, int swish) {
  constexpr unsigned size = Pack<T>::size;
  const Share share = share_of<T>(channels);
  if (share.lane >= share.lanes) return;
  const unsigned image = blockIdx.y;
  float scale[size], shift[size];
  for (unsigned i = 0; i < size; ++i) {
    const float* const own = affine + 2 * (image * channels + share.column + i);
    scale[i] = own[0];
    shift[i] = own[1];
  }
  const unsigned long long first = static_cast<unsigned long long>(image) * rows;
  for (unsigned row = blockIdx.x * share.lanes + share.lane; row < rows;
       row += gridDim.x * share.lanes) {
    const unsigned long long place = (first + row) * channels + share.column;
    Pack<T> pack = load(x + place);
    for (unsigned i = 0; i < size; ++i) {
      float y = widened(pack.at[i]) * scale[i] + shift[i];
      if (swish != 0) y = y / (1.0F + expf(-y));
      narrow(y, pack.at[i]);
    }
    *reinterpret_cast<Pack<T>*>(out + place) = pack;
  }
}

}  // namespace

// In all of them: x [B,rows,channels], channels a multiple of 32 and at most a pack for each
// thread; threads: a multiple of 32, at most 256. Blocks [chunks,B]; partial [B,chunks,32].
extern "C" __global__ void raygen_group_moments_float32(const float* x, Moments* partial,
                                                        unsigned rows, unsigned channels) {
  add_chunk(x, partial, rows, channels);
}
extern "C" __global__ void raygen_group_moments_bfloat16(const BFloat16* x, Moments* partial,
                                                         unsigned rows, unsigned channels) {
  add_chunk(x, partial, rows, channels);
}

/// Blocks [B]. affine [B,channels,2]: scale and shift.
extern "C" __global__ void raygen_group_affine(const Moments* partial, const float* weight,
                                               const float* bias, float* affine, unsigned chunks,
                                               unsigned channels, float epsilon) {
  __shared__ float means[groups], deviations[groups];
  const unsigned image = blockIdx.x, parts = blockDim.x / groups, group = threadIdx.x / parts;
  Moments own = {0, 0, 0};
  ROLLED for (unsigned chunk = threadIdx.x % parts; chunk < chunks; chunk += parts) {
    own = together(own, partial[(image * chunks + chunk) * groups + group]);
  }
  own = of_parts(own, parts);
  if (threadIdx.x % parts == 0) {
    means[group] = own.mean;
    deviations[group] = sqrtf(own.spread / own.count + epsilon);
  }
  __syncthreads();
  ROLLED for (unsigned c = threadIdx.x; c < channels; c += blockDim.x) {
    const unsigned of = c / (channels / groups);
    const float scale = weight[c] / deviations[of];
    affine[2 * (image * channels + c)] = scale;
    affine[2 * (image * channels + c) + 1] = bias[c] - means[of] * scale;
  }
}

/// Blocks [any,B]. out may be x.
extern "C" __global__ void raygen_group_apply_float32(const float* x, float* out,
                                                      const float* affine, unsigned rows,
                                                      unsigned channels, int swish) {
  apply(x, out, affine, rows, channels, swish);
}
extern "C" __global__ void raygen_group_apply_bfloat16(const BFloat16* x, BFloat16* out,
                                                       const float* affine, unsigned rows,
                                                       unsigned channels, int swish) {
  apply(x, out, affine, rows, channels, swish);
}
