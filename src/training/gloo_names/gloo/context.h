#pragma once
// LibTorch's packages carry Gloo but not its headers, which ProcessGroupGloo.hpp includes. It keeps pointers to Gloo's classes and calls
// nothing of theirs inline that is used here: names are all that it needs. Real headers of Gloo, where there are some, are found first.

#include <chrono>

namespace gloo {
class Context {
 public:
  void setTimeout(std::chrono::milliseconds timeout);
};
}  // namespace gloo
