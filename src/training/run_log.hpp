#pragma once
// What a training writes down as it goes: log.csv for people, a TensorBoard event file for
// TensorBoard.

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

namespace raygen::engine {

/// Names like "train/loss" → values; NaN is written as "nan".
using Metrics = std::map<std::string, double>;

class RunLog {
 public:
  /// Opens folder/log.csv (columns step, metric, value; appended) and a new
  /// folder/events.out.tfevents.<time>.<pid>. On a resumed run rows of log.csv with a step ≥
  /// first_step are dropped first, so that no step is there twice.
  RunLog(const std::filesystem::path& folder, std::int64_t first_step);
  ~RunLog();
  /// Appends and flushes. Throws Error(io), e.g. when the disk is full.
  void write(std::int64_t step, const Metrics& metrics);

 private:
  struct Files;
  std::unique_ptr<Files> files_;
};

}  // namespace raygen::engine
