#pragma once
// All that a stage needs to go on where it was: tensors and values, in one safetensors file.

#include "limits.hpp"
#include "storage/safetensors.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace raygen::engine {

/// Of the files: 1 had no version, and the settings as YAML with comments; 2 has them as JSON.
inline constexpr std::int64_t training_state_version = 2;

struct TrainingState {
  TensorMap tensors;
  std::map<std::string, std::string> values;

  void set(const std::string& name, std::int64_t value);
  void set(const std::string& name, double value);  // every bit of it
  /// Throw Error(format) naming the value and the file it should be in.
  std::int64_t integer(const std::string& name) const;
  double number(const std::string& name) const;
  const std::string& text(const std::string& name) const;
  /// The stored tensor's values into one of the same shape.
  void copy_to(const std::string& name, const at::Tensor& target) const;
  /// Tensors whose names begin with `prefix`, without it.
  TensorMap with_prefix(const std::string& prefix) const;
  void add(const std::string& prefix, const TensorMap& map);

  std::string where;                              // the file it was read from
  std::int64_t version = training_state_version;  // that it had
};

/// The tensors whose names begin with `prefix`, without it; they leave `map`.
TensorMap take_prefix(TensorMap& map, const std::string& prefix);

/// Throws Error(numeric) naming `where` and the tensor that holds NaN or infinity.
void check_finite(const TrainingState& state, const std::string& where);
/// Temporary name, then rename: a full disk leaves the older checkpoint as it was.
void write_state(const std::filesystem::path& path, const TrainingState& state);
/// Throws Error(unsupported) for a file of a newer libraygen.
TrainingState read_state(const std::filesystem::path& path, const Limits& limits);

}  // namespace raygen::engine
