#pragma once
// What the tests of each network's architecture share.

#include "bundle/fixture.hpp"
#include "bundle/part.hpp"
#include "storage/json.hpp"

#include <cstdint>
#include <set>
#include <stdexcept>
#include <string>

namespace raygen::engine {

inline std::int64_t parameters(const PartArchitecture& part) {
  std::int64_t total = 0;
  for (const TensorSpec& spec : part.tensor_specs()) {
    std::int64_t count = 1;
    for (const std::int64_t extent : spec.shape) count *= extent;
    total += count;
  }
  return total;
}

inline std::set<std::string> names(const PartArchitecture& part) {
  std::set<std::string> all;
  for (const TensorSpec& spec : part.tensor_specs()) {
    if (!all.insert(spec.name).second) throw std::runtime_error(spec.name + " is there twice");
  }
  return all;
}

/// What validate() says of a small network after a change.
template <typename Architecture, typename Change>
std::string error_after(Architecture architecture, Change change) {
  change(architecture);
  return error_of([&] { architecture.validate("here"); });
}

/// The sizes, written and read again.
template <typename Architecture>
Architecture through_json(const Architecture& architecture) {
  Architecture again;
  again.read_json(parse_json(architecture.to_json().dump(), "here"), Architecture::kPart, "here");
  return again;
}

/// What reading says of JSON in which `from` is `to`.
template <typename Architecture>
std::string error_with(const Architecture& architecture, const std::string& from,
                       const std::string& to) {
  const std::string json = replaced(architecture.to_json().dump(), from, to);
  return error_of(
      [&] { Architecture().read_json(parse_json(json, "here"), Architecture::kPart, "here"); });
}

}  // namespace raygen::engine
