#pragma once
// Seeds and indices: CLI11 reads with strtoull, which takes -1 and 2^64 for 2^64-1 and 010 for 8.

#include <CLI/CLI.hpp>

#include <charconv>
#include <cstdint>

namespace raygen::cli {

/// Leaves a decimal number of 0..2^64-1 as CLI11 will understand it; refuses anything else.
inline CLI::Validator whole_number() {
  return {[](std::string& text) -> std::string {
            std::uint64_t value = 0;
            const char* end = text.data() + text.size();
            const auto [stop, error] = std::from_chars(text.data(), end, value);
            if (error != std::errc{} || stop != end)
              return '"' + text + "\" is not a whole number of 0 to 18446744073709551615";
            text = std::to_string(value);
            return {};
          },
          ""};
}

}  // namespace raygen::cli
