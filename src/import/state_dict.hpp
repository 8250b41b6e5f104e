#pragma once
// Where training code puts its weights in a file, and what it puts beside them.

#include "import/unpickler.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace raygen::engine {

struct StateDict {
  const Pickle::Mapping* mapping = nullptr;  // names to tensors
  std::string label;                         // what it is called, for messages
  std::string key;                           // of the top level; empty: the top level itself
  std::vector<std::string> left_out;         // copies of the weights, for a person
};

/// The mapping under `state_dict`, `model`, `model_state_dict`, `module` (DeepSpeed), `params` …,
/// the first that holds tensors, else the top level. Averages of the weights (`ema_state_dict`,
/// `params_ema`, …) are taken only when there are no others. Throws Error(format | unsupported).
StateDict find_state_dict(const Pickle& pickle, const std::string& where);

/// Whether what lies beside the weights under that key may be a config: no optimiser's state, say.
bool may_hold_settings(std::string_view key);

}  // namespace raygen::engine
