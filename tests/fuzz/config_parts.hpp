#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// A config and its overrides: texts, each behind a zero but the first.
struct ConfigParts {
  std::string text;
  std::vector<std::string> overrides;

  ConfigParts(const std::uint8_t* data, std::size_t size) {
    std::string* part = &text;
    for (const std::uint8_t* byte = data; byte != data + size; ++byte) {
      if (*byte == 0)
        part = &overrides.emplace_back();
      else
        part->push_back(static_cast<char>(*byte));
    }
  }
};
