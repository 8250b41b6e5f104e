#pragma once
// Writes a dataset shard by shard. A shard on the disk is whole, and a journal tells what is in it:
// a run that was stopped is continued by the next one, with the same result.

#include "dataset/dataset.hpp"
#include "storage/folder_lock.hpp"
#include "storage/json.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace raygen::engine {

/// What a preparation came to.
struct PreparationSummary {
  std::size_t images = 0, skipped = 0;
  std::size_t images_of[3] = {}, patients_of[3] = {};  // by Split
};

class DatasetWriter {
 public:
  struct Settings {
    std::int64_t resolution = 0;
    std::vector<std::string> labels;
    std::int64_t rows_per_shard = 512;
    Json preparation;  // what the images depend on: a folder that was begun with another is refused
    /// What a preparation was made with that lacks a key, because the key is newer.
    Json defaults = Json::object();
  };

  /// Makes the folder, or takes up the journal that a run with the same preparation left in it.
  /// Throws Error(io | invalid_argument | format).
  DatasetWriter(std::filesystem::path folder, Settings settings);

  /// The calls of add and skip that earlier runs made for good: the next is to be made for this
  /// item.
  std::size_t items() const { return items_; }
  /// The dataset was finished by an earlier run: there is nothing to do.
  bool finished() const { return finished_; }
  const PreparationSummary& summary() const { return summary_; }

  /// One image of R × R grey values.
  void add(const Record& record, std::span<const std::uint8_t> pixels);
  /// One image that is left out.
  void skip(const std::string& path, const std::string& reason);
  /// The last shard, the records and, when all else is there, dataset.json. Throws Error(format)
  /// when there is no image at all.
  void finish();

 private:
  struct Shard {
    std::size_t rows;
    std::uint64_t bytes;
    std::string sha256;
  };

  void begin();
  void write_preparation() const;
  Json read_preparation();
  void check_same_preparation(const Json& earlier, const std::string& where) const;
  void read_finished();
  bool read_journal(std::size_t shard);
  void write_shard();
  void count(const Record& record);
  std::filesystem::path journal_file(std::size_t shard) const;

  std::filesystem::path folder_;
  Settings settings_;
  std::optional<FolderLock> lock_;
  bool finished_ = false;
  std::size_t items_ = 0;
  std::vector<Shard> shards_;
  std::string records_, skipped_;  // the CSV files' rows so far
  /// Of records.csv. A folder that was begun without sex and age goes on without them.
  std::size_t columns_;
  std::unordered_set<std::string> patients_[3];
  PreparationSummary summary_;
  // The shard that is being filled.
  std::vector<std::uint8_t> pixels_;
  std::size_t rows_ = 0;
  std::string journal_;
};

}  // namespace raygen::engine
