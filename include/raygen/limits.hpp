#pragma once

#include "raygen.h"

#include <cstdint>

namespace raygen {

/// What a file or a caller may ask for at most; larger is Status::limit. Made with the library's
/// defaults.
struct Limits {
  std::uint64_t max_file_bytes;    ///< one file read; 16 GiB
  std::uint64_t max_pixels;        ///< width × height of one image; 64 Mi
  std::uint64_t max_prompt_bytes;  ///< one prompt; 64 KiB
  std::uint64_t max_batch;         ///< prompts × images a prompt in one call; 1024
  std::uint64_t max_memory_bytes;  ///< weights of one model, or one result; 16 GiB

  Limits() {
    raygen_limits raw;
    raygen_limits_init(&raw);
    max_file_bytes = raw.max_file_bytes;
    max_pixels = raw.max_pixels;
    max_prompt_bytes = raw.max_prompt_bytes;
    max_batch = raw.max_batch;
    max_memory_bytes = raw.max_memory_bytes;
  }

  raygen_limits raw() const {
    raygen_limits raw;
    raygen_limits_init(&raw);
    raw.max_file_bytes = max_file_bytes;
    raw.max_pixels = max_pixels;
    raw.max_prompt_bytes = max_prompt_bytes;
    raw.max_batch = max_batch;
    raw.max_memory_bytes = max_memory_bytes;
    return raw;
  }
};

}  // namespace raygen
