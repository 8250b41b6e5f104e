#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace raygen::engine {

/// The unsigned number in `size` bytes, 1 to 4, from `at` on. They must be there.
inline std::uint32_t number_at(std::string_view bytes, std::size_t at, std::size_t size,
                               bool little_endian) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < size; ++i)
    value =
        value << 8 | static_cast<unsigned char>(bytes[little_endian ? at + size - 1 - i : at + i]);
  return value;
}

}  // namespace raygen::engine
