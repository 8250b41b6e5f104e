#pragma once
// Public checkpoints: torch's zip format, its legacy format, safetensors, an index of several
// files. The kind is told by the content, never by the name.

#include "limits.hpp"
#include "storage/safetensors.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace raygen::engine {

struct Checkpoint {
  TensorMap tensors;  // the state dict, names as stored (prefixes included)
  std::string taken;  // where in the file it was, for a person
  /// Other weights that were there and not taken, for a person.
  std::vector<std::string> left_out;
  /// Numbers and strings found under `hyper_parameters` (Lightning), flattened with dots, and under
  /// any other key beside the weights, that key in front. Empty when there are none.
  std::map<std::string, std::string> hyper_parameters;
  /// What stands there and is no number, string or bool, named.
  std::map<std::string, std::string> unread_parameters;
  bool all_parameters = true;  // false: there were more than are looked through
  std::filesystem::path path;
};

/// Reads the state dict of a checkpoint: `{"state_dict": …}`, `{"model": …}`, `{"model_state_dict":
/// …}` and the like (state_dict.hpp), or a plain mapping of names to tensors; those of a whole
/// pickled module (module_tree.hpp); or the tensors of the shards that an index lists. float32,
/// float16, bfloat16 (and integers, float64) are kept as stored. Nothing in the file is ever run:
/// whatever asks for another class or function is skipped outside the state dict and an
/// Error(unsupported) inside it, unless its name begins with one of `ignored`. Throws Error(io |
/// format | limit | unsupported).
Checkpoint read_checkpoint(const std::filesystem::path& path, const Limits& limits = {},
                           const std::vector<std::string>& ignored = {});

}  // namespace raygen::engine
