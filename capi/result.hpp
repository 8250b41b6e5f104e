#pragma once
// What generating and editing share: a result's handle, and the engine's reports in the C ABI's
// form.

#include "door.hpp"

#include <functional>
#include <memory>
#include <vector>

struct raygen_result {
  std::vector<std::unique_ptr<raygen_image>> images;  // empty where the caller took one
  std::vector<std::vector<std::int32_t>> tokens;
  std::vector<std::int32_t> steps;
  std::size_t token_count = 0;
};

namespace raygen::capi {

/// Of `prompts` prompts: what the options say of the call, checked, in the engine's form.
engine::GenerateOptions generation_of(const Turn& turn, const raygen_options* options,
                                      std::size_t prompts);

/// For the caller, who frees it.
raygen_result* make_result(std::vector<engine::GeneratedImage> generated);

}  // namespace raygen::capi
