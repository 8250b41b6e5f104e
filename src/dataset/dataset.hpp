#pragma once
// A prepared dataset: records and grey images of one size, in memory-mapped shards.
// docs/datasets.md has the format.

#include "limits.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace raygen::engine {

class SafetensorsFile;

enum class Split { train, val, test };

std::string_view split_name(Split split);
/// "train", "val", "test" and their usual other names, in any case. Throws Error(format) naming
/// `where`.
Split split_of(std::string_view name, const std::string& where);

/// What is known of one image.
struct Record {
  std::string id;       // unique in the dataset
  std::string patient;  // all images of a patient are in one split
  Split split = Split::train;
  std::string view;                   // PA, AP, … or empty
  std::vector<std::string> findings;  // those that are present, each one of the dataset's labels
  std::string text;                   // the report, UTF-8
  std::string sex = {};               // "F", "M" or empty: not known
  std::optional<double> age = {};     // years, 0 to 120; nothing: not known
};

class Dataset {
 public:
  /// Checks everything but the shards' checksums. Throws Error(io | format | limit | unsupported)
  /// naming the file and the row.
  static Dataset open(const std::filesystem::path& folder, const Limits& limits = {});

  /// Images of a dataset that are to be in `split` of a joined one.
  struct Part {
    const Dataset& dataset;
    std::vector<std::size_t> indices;
    Split split;
  };
  /// Images of several datasets as one, in this order; nothing is copied but the records. Labels
  /// are those of the first part's dataset. Throws Error(invalid_argument) for images of other
  /// sizes, an id that is there twice, or a finding that is not among the labels.
  static Dataset joined(const std::vector<Part>& parts);

  std::size_t size() const { return records_.size(); }
  /// R: images are R × R.
  std::int64_t resolution() const { return resolution_; }
  /// Every finding that a record may name.
  const std::vector<std::string>& labels() const { return labels_; }
  const std::filesystem::path& folder() const { return folder_; }
  /// SHA-256 of all that the dataset is, by name: "dataset" (the manifest, which holds the sums of
  /// the shards) and "records" (reports and splits).
  const std::vector<std::pair<std::string, std::string>>& sums() const { return sums_; }

  /// Throws Error(invalid_argument) when i is out of range.
  const Record& record(std::size_t i) const;
  /// The split's images, in ascending order.
  const std::vector<std::size_t>& indices(Split split) const {
    return indices_[static_cast<std::size_t>(split)];
  }
  /// R·R grey values 0..255, rows from the top; they stay valid as long as the dataset. Any number
  /// of threads may read.
  std::span<const std::uint8_t> pixels(std::size_t i) const;

 private:
  struct Place {
    std::uint32_t shard, row;
  };

  std::filesystem::path folder_;
  std::vector<std::pair<std::string, std::string>> sums_;
  std::int64_t resolution_ = 0;
  std::vector<std::string> labels_;
  std::vector<Record> records_;
  std::vector<Place> places_;
  std::vector<std::size_t> indices_[3];
  std::vector<std::shared_ptr<SafetensorsFile>> shards_;
};

}  // namespace raygen::engine
