#pragma once
// One key of a config: where its value lives, what it may be, what it means and where that is from.
// Everything that reads, prints, describes or compares a config walks a list of these.

#include <cstdint>
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

inline constexpr double no_bound = 1e15;  // more than anybody counts, and exact in a double
constexpr Range at_least(double least) { return {.least = least, .most = no_bound}; }
constexpr Range between(double least, double most) { return {.least = least, .most = most}; }
inline constexpr Range fraction = {.least = 0, .most = 1};
inline constexpr Range below_one = {.least = 0, .most = 1, .below = true};

/// What a string may be.
inline std::vector<std::string> one_of(std::vector<std::string> choices) { return choices; }
inline const std::vector<std::string> any_text;

struct Section {};

/// A section, or a value of one of the types that a value can have.
struct ConfigKey {
  using Value = std::variant<Section, bool*, std::int64_t*, std::uint64_t*, double*, std::string*,
                             std::vector<std::int64_t>*>;

  std::string path;  // "vqgan.loop.steps"
  Value value;
  std::string meaning;
  Range range = {};                       // of a number, or of each of a list
  std::vector<std::string> choices = {};  // of a string; empty: any
  std::string source = {};                // paper, equation or section; empty: ours

  bool is_section() const { return std::holds_alternative<Section>(value); }
};

/// Sections come before what they hold. The order is the order of printing.
using ConfigKeys = std::vector<ConfigKey>;

}  // namespace raygen::engine
