#pragma once
// The table behind the training's YAML: every key once, with where its value lives, what it may be
// and what it means.

#include "training/config.hpp"

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string>
#include <variant>
#include <vector>

namespace raygen::engine {

/// What a number may be.
struct Range {
  double least = -std::numeric_limits<double>::infinity();
  double most = std::numeric_limits<double>::infinity();
  bool below = false;  // `most` itself is outside
};

struct Section {};

/// A key of the config: a section, or a value of one of the types a value can have.
struct ConfigKey {
  using Value = std::variant<Section, bool*, std::int64_t*, std::uint64_t*, double*, std::string*,
                             std::vector<std::int64_t>*>;

  std::string path;  // "vqgan.loop.steps"
  Value value;
  std::string meaning;
  Range range = {};                       // of a number, or of each of a list
  std::vector<std::string> choices = {};  // of a string; empty: any

  bool is_section() const { return std::holds_alternative<Section>(value); }
};

/// All keys of `config`, sections before what they hold, in the order in which they are printed.
/// Points into `config`.
std::vector<ConfigKey> keys_of(TrainingConfig& config);

}  // namespace raygen::engine
