#pragma once
// Products of bfloat16 with sums in float32, as CPUs with AVX-512's bfloat16 take them: two values
// of a row at a time.

#include <c10/util/BFloat16.h>

#include <cstdint>

namespace raygen::engine {

/// Whether multiply_pairs works, and is the best that this CPU has: not where it multiplies whole
/// tiles of bfloat16 (AMX).
bool can_multiply_pairs();

/// c = a·b. a: `rows` rows of `depth` values (even), `stride` apart; b: [depth/2][columns][2], two
/// of its rows side by side; c: [rows][columns].
void multiply_pairs(std::int64_t rows, std::int64_t columns, std::int64_t depth,
                    const at::BFloat16* a, std::int64_t stride, const at::BFloat16* b, float* c);

}  // namespace raygen::engine
