#pragma once

#include <cstdint>

namespace raygen::engine {

/// What a file or a caller may ask for at most. The defaults are generous for real models and
/// images.
struct Limits {
  std::uint64_t max_file_bytes = std::uint64_t{16} << 30;    // one file read
  std::uint64_t max_pixels = std::uint64_t{64} << 20;        // width × height of one image
  std::uint64_t max_prompt_bytes = std::uint64_t{64} << 10;  // one prompt, UTF-8
  std::uint64_t max_batch = 1024;  // prompts × images a prompt in one call
  std::uint64_t max_memory_bytes = std::uint64_t{16} << 30;  // weights of one model, or one result

  // What no caller sets: more than any model or program has, and little enough for memory.
  static constexpr std::int64_t max_text_tokens = 4096;  // of one prompt's embedding
  static constexpr std::uint64_t max_strings = 65536;    // of one array: names, tables, settings
  static constexpr std::uint64_t max_text_bytes = 64 << 20;  // one name, path, config or other text
};

}  // namespace raygen::engine
