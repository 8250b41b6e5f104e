#pragma once
// The rules that sizes obey, whether they come from a manifest or from a checkpoint.

#include "error.hpp"

#include <cstdint>
#include <string>

namespace raygen::engine {

inline constexpr std::int64_t kMaxWidth = 1 << 16;       // channels, hidden sizes
inline constexpr std::int64_t kMaxVocabulary = 1 << 22;  // tokens, codebook rows
inline constexpr std::int64_t kMaxLayers = 512;
inline constexpr std::int64_t kMaxPositions = 1 << 20;

/// Each rule that does not hold is an Error(format) naming `where`, the size and its value.
class SizeRules {
 public:
  explicit SizeRules(const std::string& where) : where_(where) {}

  void range(const char* name, std::int64_t value, std::int64_t least, std::int64_t most) const {
    if (value < least || value > most)
      fail(Status::format, "{}: {} is {}, expected {} to {}", where_, name, value, least, most);
  }
  void divides(const char* divisor_name, std::int64_t divisor, const char* name,
               std::int64_t value) const {
    if (value % divisor != 0)
      fail(Status::format, "{}: {} {} is not a multiple of {} {}", where_, name, value,
           divisor_name, divisor);
  }
  void equal(const char* name, std::int64_t value, const char* other_name,
             std::int64_t other) const {
    if (value != other)
      fail(Status::format, "{}: {} is {}, {} is {}: they must be equal", where_, name, value,
           other_name, other);
  }
  template <typename... Args>
  void require(bool holds, fmt::format_string<Args...> format, Args&&... args) const {
    if (!holds)
      throw Error(Status::format, where_ + ": " + formatted(format, std::forward<Args>(args)...));
  }

 private:
  const std::string& where_;
};

}  // namespace raygen::engine
