#pragma once
// model.safetensors.index.json and pytorch_model.bin.index.json: which of several files holds which
// tensor.

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace raygen::engine {

/// The files' names, plain ones, with the tensors that each must hold.
using ShardIndex = std::map<std::string, std::vector<std::string>>;

bool is_shard_index(std::string_view content);

/// Throws Error(format | limit): a file is named by its name alone, so that none outside of the
/// folder is ever opened.
ShardIndex read_shard_index(std::string_view content, const std::string& where);

}  // namespace raygen::engine
