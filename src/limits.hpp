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
};

}  // namespace raygen::engine
