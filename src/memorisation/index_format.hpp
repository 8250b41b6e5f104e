#pragma once
// The names of the index's format, shared by its reader and its writer.

#include <cstdint>

namespace raygen::engine::index_format {

inline constexpr const char* name = "raygen-training-index";
inline constexpr std::int64_t version = 1;
inline constexpr const char* metadata_key = "raygen_index";
inline constexpr const char* tokens = "tokens";
inline constexpr const char* features = "features";
inline constexpr const char* ids = "ids";
inline constexpr std::int64_t hash_bytes = 32;
inline constexpr std::int64_t most_name_bytes = 4096;
inline constexpr std::int64_t most_codes = 65536;  // 16 bits a token
inline constexpr std::int64_t most_grid = 4096;
inline constexpr std::int64_t most_resolution = 65536;

}  // namespace raygen::engine::index_format
