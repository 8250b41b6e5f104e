#pragma once
// The names under which options.def knows the policies of the sampling loop.

#include <string>
#include <vector>

namespace raygen::engine {

const std::vector<std::string>& schedule_names();
const std::vector<std::string>& position_choice_names();
const std::vector<std::string>& token_choice_names();

}  // namespace raygen::engine
