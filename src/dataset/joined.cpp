#include "dataset/dataset.hpp"
#include "error.hpp"
#include "storage/json.hpp"
#include "storage/safetensors.hpp"
#include "storage/sha256.hpp"

#include <unordered_set>

namespace raygen::engine {

Dataset Dataset::joined(const std::vector<Part>& parts) {
  Dataset whole;
  std::unordered_set<std::string> ids, labels;
  Sha256 sources, chosen;
  const auto add = [](Sha256& sum, const std::string& text) {
    sum.update(text.data(), text.size());
  };
  for (const auto& [dataset, indices, split] : parts) {
    if (whole.resolution_ == 0) {
      whole.folder_ = dataset.folder_, whole.resolution_ = dataset.resolution_;
      whole.labels_ = dataset.labels_;
      labels.insert(whole.labels_.begin(), whole.labels_.end());
    }
    if (dataset.resolution_ != whole.resolution_)
      fail(Status::invalid_argument, "the images of {} are {} pixels wide, those of {} are {}",
           dataset.folder_.string(), dataset.resolution_, whole.folder_.string(),
           whole.resolution_);
    for (const auto& [name, sum] : dataset.sums_) add(sources, name + sum);
    const auto first_shard = static_cast<std::uint32_t>(whole.shards_.size());
    whole.shards_.insert(whole.shards_.end(), dataset.shards_.begin(), dataset.shards_.end());
    for (const std::size_t index : indices) {
      Record record = dataset.record(index);
      record.split = split;
      if (!ids.insert(record.id).second)
        fail(Status::invalid_argument, "{}: the id {} is there twice", dataset.folder_.string(),
             in_quotes(record.id));
      for (const std::string& finding : record.findings) {
        if (!labels.contains(finding))
          fail(Status::invalid_argument, "{}: the finding {} is not among the labels of {}",
               dataset.folder_.string(), in_quotes(finding), whole.folder_.string());
      }
      add(chosen, record.id + '\n' + std::string(split_name(split)) + '\n');
      const auto [shard, row] = dataset.places_[index];
      whole.indices_[static_cast<std::size_t>(split)].push_back(whole.records_.size());
      whole.records_.push_back(std::move(record));
      whole.places_.push_back({first_shard + shard, row});
    }
  }
  whole.sums_ = {{"dataset", sources.hex()}, {"records", chosen.hex()}};
  return whole;
}

}  // namespace raygen::engine
