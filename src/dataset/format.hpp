#pragma once
// The names of the format, shared by its reader and its writer.

#include "dataset/dataset.hpp"
#include "formatted.hpp"

#include <string>
#include <vector>

namespace raygen::engine::format {

inline constexpr std::string_view name = "raygen-dataset";
inline constexpr std::int64_t version = 1;
// Of a preparation under way. Version 1 had no name and no version: the preparation alone. Records
// of versions 1 and 2 end before sex and age.
inline constexpr std::string_view journal_name = "raygen-dataset-journal";
inline constexpr std::int64_t journal_version = 3;
inline constexpr std::string_view manifest_file = "dataset.json";
inline constexpr std::string_view records_file = "records.csv";
inline constexpr std::string_view skipped_file = "skipped.csv";
inline constexpr std::string_view pixels_tensor = "pixels";
inline constexpr char findings_separator = '|';
inline constexpr std::int64_t max_resolution = 4096;
inline const std::vector<std::string> records_header{"id",   "patient", "split", "view", "findings",
                                                     "text", "shard",   "row",   "sex",  "age"};
inline constexpr std::size_t columns_without_sex_and_age = 8;
inline const std::vector<std::string> skipped_header{"path", "reason"};

inline std::string shard_file(std::size_t shard) {
  return formatted("shards/{:05}.safetensors", shard);
}

/// "Edema|Pneumonia"; the parts have no spaces around them and are not empty.
std::string join_findings(const std::vector<std::string>& findings);
std::vector<std::string> split_findings(std::string_view text);

}  // namespace raygen::engine::format
