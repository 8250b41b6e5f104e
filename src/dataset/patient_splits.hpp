#pragma once
// The leak check: a patient is in one split.

#include "dataset/dataset.hpp"

#include <string>
#include <unordered_map>

namespace raygen::engine {

/// Which split each patient is in, and where that was said first.
class PatientSplits {
 public:
  /// where: the row for a message that begins with it; place: the same row for a message about
  /// another one. Throws Error(format).
  void place(const Record& record, const std::string& where, std::string place);

 private:
  struct First {
    Split split;
    std::string place;
  };
  std::unordered_map<std::string, First> first_;
};

}  // namespace raygen::engine
