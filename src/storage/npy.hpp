#pragma once
// NumPy's format of one array, as far as features need it.

#include "limits.hpp"

#include <ATen/core/Tensor.h>

namespace raygen::engine {

class MappedFile;

/// Whether it begins as such a file does.
bool is_npy(const MappedFile& file);

/// A copy of the array: version 1, 2 or 3, little-endian floats of 2, 4 or 8 bytes ('<f2', '<f4',
/// '<f8'), in C's order. Throws Error(format) naming the file for anything else, for a header that
/// has not exactly descr, fortran_order and shape, and for a file that is shorter or longer than
/// its header says; Error(limit) for more than limits.max_memory_bytes.
at::Tensor read_npy(const MappedFile& file, const Limits& limits);

}  // namespace raygen::engine
