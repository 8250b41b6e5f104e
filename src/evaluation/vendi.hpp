#pragma once

#include <ATen/core/Tensor.h>

namespace raygen::engine {

/// features: float64 [N,d]. How many different images there are as if (Friedman and Dieng 2023):
/// the exponential of the entropy of order q of the eigenvalues of the cosine similarities over N;
/// 1 when all rows point one way, N when all are orthogonal. q above 0, infinity too; 1 is
/// Shannon's. Throws Error(invalid_argument) for another q, Error(numeric) for a row of zeros.
double vendi_score(const at::Tensor& features, double q = 1);

}  // namespace raygen::engine
