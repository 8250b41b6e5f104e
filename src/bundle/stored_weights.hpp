#pragma once
// Weights as a bundle keeps them on disk, and back.

#include "bundle/part.hpp"
#include "job.hpp"
#include "storage/safetensors.hpp"

#include <array>
#include <string>

namespace raygen::engine {

/// The types that a model's weights may be asked to be stored in.
inline constexpr std::array kStoredPrecisions = {"float32", "float16", "bfloat16", "int8"};

/// The weights of a part as a bundle is to keep them. float16 and bfloat16 are of what has two
/// dimensions or more, but the codebook: tables of vectors and whatever is small stay exact. int8
/// is of the linears that may be stored so, with a scale for each row, and leaves all else as it
/// is; so does an empty precision. Throws Error(invalid_argument) for another one, and
/// Error(numeric), naming the tensor, for NaN, infinity and what a half does not hold. The job is
/// looked at between two tensors.
TensorMap stored_weights(const PartArchitecture& architecture, const TensorMap& weights,
                         const std::string& precision, const Job* job = nullptr);
/// Throws Error(invalid_argument) if int8 is asked for and none of the parts has such linears.
void check_stored_precision(const Parts& parts, const std::string& precision);

/// The weights of a bundle's file, those in 8 bits as the float32 numbers that they stand for.
/// Throws Error(numeric), naming file and tensor, where those are none.
TensorMap full_weights(const SafetensorsFile& file);

}  // namespace raygen::engine
