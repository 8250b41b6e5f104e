#pragma once

#include "progress_bar.hpp"

#include <raygen/dataset.hpp>

#include <optional>

namespace raygen::cli {

/// Shows how far a preparation is. What an earlier run did is not counted in the time that is left.
class DataProgressBar {
 public:
  explicit DataProgressBar(bool wanted) : wanted_(wanted) {}

  void show(const DataProgress& now) {
    if (!bar_) {
      bar_.emplace(static_cast<std::size_t>(now.total - now.done), wanted_);
      last_ = now.done;
    }
    std::string label = std::to_string(now.done) + "/" + std::to_string(now.total) + " images";
    if (now.skipped > 0) label += ", " + std::to_string(now.skipped) + " skipped";
    bar_->advance(static_cast<std::size_t>(now.done - last_), label);
    last_ = now.done;
  }
  void clear() { bar_.reset(); }

 private:
  bool wanted_;
  std::uint64_t last_ = 0;
  std::optional<ProgressBar> bar_;
};

}  // namespace raygen::cli
