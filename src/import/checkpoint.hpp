#pragma once
// Public checkpoints: torch's zip format, its legacy format, safetensors. The kind is told by the
// content, never by the name.

#include "limits.hpp"
#include "storage/safetensors.hpp"

#include <filesystem>
#include <string>

namespace raygen::engine {

struct Checkpoint {
  TensorMap tensors;  // the state dict, names as stored (prefixes included)
  /// Numbers and strings found under `hyper_parameters` (Lightning), flattened with dots; empty
  /// when there are none.
  std::map<std::string, std::string> hyper_parameters;
  std::filesystem::path path;
};

/// Reads the state dict of a checkpoint: `{"state_dict": …}`, `{"model": …}`, `{"model_state_dict":
/// …}` or a plain mapping of names to tensors. float32, float16, bfloat16 (and integers, float64)
/// are kept as stored. Nothing in the file is ever run: whatever asks for another class or function
/// is skipped outside the state dict and an Error(unsupported) inside it. Throws Error(io | format
/// | limit | unsupported).
Checkpoint read_checkpoint(const std::filesystem::path& path, const Limits& limits = {});

}  // namespace raygen::engine
