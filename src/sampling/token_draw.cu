// The draw of a token: filter, temperature, Philox's Gumbel noise, argmax and the probability of
// the choice, a block of threads for each position. token_draw.cpp has the same as tensor
// operations.
//
// Compiled when the program runs, without any header; compiled as plain C++ by
// tests/sampling/token_draw_kernel_test.cpp, where a thread of the CPU plays each thread of a
// block.

// A loop that is short beside the rest: unrolled it would take longer to compile than it saves.
#ifdef __CUDACC__
#define ROLLED _Pragma("unroll 1")
#else
#define ROLLED
#endif

namespace {

constexpr unsigned most_threads = 256;
constexpr unsigned no_token = 0x7FFFFFFF;

/// Philox 4x32-10 (Salmon et al., SC 2011), as noise/noise.cpp has it.
struct Words {
  unsigned at[4];
};

__device__ inline Words philox(Words counter, unsigned key_0, unsigned key_1) {
  ROLLED for (int round = 0; round < 10; ++round) {
    const unsigned long long product_0 = 0xD2511F53ULL * counter.at[0],
                             product_1 = 0xCD9E8D57ULL * counter.at[2];
    counter = {{static_cast<unsigned>(product_1 >> 32) ^ counter.at[1] ^ key_0,
                static_cast<unsigned>(product_1),
                static_cast<unsigned>(product_0 >> 32) ^ counter.at[3] ^ key_1,
                static_cast<unsigned>(product_0)}};
    key_0 += 0x9E3779B9U;
    key_1 += 0xBB67AE85U;
  }
  return counter;
}

/// −log(−log(u)) of a word's 24 upper bits, both logarithms held above `least`.
__device__ inline float gumbel(unsigned word, float least) {
  const float uniform = static_cast<float>(word >> 8) * 5.9604644775390625e-8F;  // 2^-24
  return -logf(fmaxf(-logf(fmaxf(uniform, least)), least));
}

/// Grows with the logit and, among equals, falls with the token: no two tokens have the same.
__device__ inline unsigned long long rank_of(float logit, unsigned token) {
  const unsigned bits = __float_as_uint(logit == 0.0F ? 0.0F : logit);  // −0 is 0
  const unsigned ordered = (bits & 0x80000000U) != 0 ? ~bits : bits | 0x80000000U;
  return static_cast<unsigned long long>(ordered) << 32 | (0xFFFFFFFFU - token);
}

__device__ inline bool is_finite(float x) {
  return (__float_as_uint(x) & 0x7F800000U) != 0x7F800000U;
}

/// The rank that exactly `kept` of the tokens reach, 0 < kept < codebook: digit by digit, the
/// largest first.
__device__ inline unsigned long long kept_rank(const float* logits, unsigned codebook,
                                               unsigned kept) {
  __shared__ unsigned counts[256], sums[16];
  __shared__ unsigned long long found;
  __shared__ unsigned left;
  __shared__ unsigned whole;  // all tokens of the digit that was found are kept
  unsigned long long mask = 0;
  if (threadIdx.x == 0) {
    found = 0;
    left = kept;
    whole = 0;
  }
  ROLLED for (int shift = 56; shift >= 0; shift -= 8) {
    for (unsigned i = threadIdx.x; i < 256; i += blockDim.x) counts[i] = 0;
    __syncthreads();
    const unsigned long long prefix = found;
    for (unsigned token = threadIdx.x; token < codebook; token += blockDim.x) {
      const unsigned long long rank = rank_of(logits[token], token);
      if ((rank & mask) == prefix) atomicAdd(&counts[rank >> shift & 255], 1U);
    }
    __syncthreads();
    for (unsigned i = threadIdx.x; i < 16; i += blockDim.x) {
      unsigned sum = 0;
      ROLLED for (unsigned j = 0; j < 16; ++j) sum += counts[16 * i + j];
      sums[i] = sum;
    }
    __syncthreads();
    if (threadIdx.x == 0) {
      unsigned coarse = 15, wanted = left;
      while (sums[coarse] < wanted) wanted -= sums[coarse--];
      unsigned digit = 16 * coarse + 15;
      while (counts[digit] < wanted) wanted -= counts[digit--];
      found = prefix | static_cast<unsigned long long>(digit) << shift;
      left = wanted;
      whole = counts[digit] == wanted ? 1 : 0;
    }
    __syncthreads();
    mask |= 255ULL << shift;
    if (whole != 0) break;
  }
  return found;
}

/// What a thread, and then a block, has found so far.
struct Best {
  float score;
  unsigned token;
};

__device__ inline bool better(const Best& a, const Best& b) {
  return a.score > b.score || (a.score == b.score && a.token < b.token);
}

/// The largest of the block's values, for all its threads.
__device__ inline float block_max(float value) {
  __shared__ float values[most_threads];
  values[threadIdx.x] = value;
  for (unsigned half = blockDim.x / 2; half > 0; half /= 2) {
    __syncthreads();
    if (threadIdx.x < half)
      values[threadIdx.x] = fmaxf(values[threadIdx.x], values[threadIdx.x + half]);
  }
  __syncthreads();
  return values[0];
}

}  // namespace

/// A block for each of B·n rows; its number of threads is a power of two, at most 256.
/// logits [B·n,codebook]; keys [B,4]: a seed's and an index' halves; positions [B,n]; kept: how
/// many of the largest logits may be drawn. The score is logit / scale or logit · scale, plus noise
/// held by `least`; without noise it is the logit. finite [B·n]: whether all logits of the row are.
extern "C" __global__ void raygen_draw_tokens(const float* logits, const long long* keys,
                                              const long long* positions, long long* tokens,
                                              float* confidence, unsigned char* finite, unsigned n,
                                              unsigned codebook, unsigned kept, unsigned step,
                                              float scale, int divides, int noisy, float least) {
  __shared__ Best bests[most_threads];
  __shared__ float sums[most_threads];
  __shared__ unsigned odd;
  const unsigned row = blockIdx.x;
  const float* const own = logits + static_cast<unsigned long long>(row) * codebook;
  if (threadIdx.x == 0) odd = 0;

  float largest = -__uint_as_float(0x7F800000U);
  bool all_finite = true;
  for (unsigned token = threadIdx.x; token < codebook; token += blockDim.x) {
    largest = fmaxf(largest, own[token]);
    all_finite = all_finite && is_finite(own[token]);
  }
  largest = block_max(largest);
  if (!all_finite) atomicOr(&odd, 1U);
  const unsigned long long threshold = kept < codebook ? kept_rank(own, codebook, kept) : 0;

  const long long* const key = keys + 4ULL * (row / n);
  const unsigned place = step << 20 | (static_cast<unsigned>(positions[row]) & 0xFFFFFU);
  Best best = {-__uint_as_float(0x7F800000U), no_token};
  float sum = 0;
  ROLLED for (unsigned block = threadIdx.x; block < (codebook + 3) / 4; block += blockDim.x) {
    Words words = {{0, 0, 0, 0}};
    if (noisy != 0)
      words = philox({{block, place, static_cast<unsigned>(key[2]), static_cast<unsigned>(key[3])}},
                     static_cast<unsigned>(key[0]), static_cast<unsigned>(key[1]));
    for (unsigned i = 0; i < 4 && 4 * block + i < codebook; ++i) {
      const unsigned token = 4 * block + i;
      const float logit = own[token];
      sum += expf(logit - largest);
      float score = logit;
      if (rank_of(logit, token) < threshold)
        score = -__uint_as_float(0x7F800000U);
      else if (noisy != 0)
        score = (divides != 0 ? logit / scale : logit * scale) + gumbel(words.at[i], least);
      const Best candidate = {score, token};
      if (better(candidate, best)) best = candidate;
    }
  }
  bests[threadIdx.x] = best;
  sums[threadIdx.x] = sum;
  for (unsigned half = blockDim.x / 2; half > 0; half /= 2) {
    __syncthreads();
    if (threadIdx.x < half) {
      if (better(bests[threadIdx.x + half], bests[threadIdx.x]))
        bests[threadIdx.x] = bests[threadIdx.x + half];
      sums[threadIdx.x] += sums[threadIdx.x + half];
    }
  }
  __syncthreads();
  if (threadIdx.x == 0) {
    const unsigned token = bests[0].token < codebook ? bests[0].token : 0;  // NaN everywhere: any
    tokens[row] = static_cast<long long>(token);
    confidence[row] = expf(own[token] - largest) / sums[0];
    finite[row] = odd == 0 ? 1 : 0;
  }
}
