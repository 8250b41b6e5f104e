#pragma once
// Names of tensors: what wrappers put into them, and whose they are.

#include "storage/safetensors.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace raygen::engine {

/// A name without what wrappers put into it, wherever in it that is: "module." (data parallel,
/// averages), "_orig_mod." (torch.compile), "_forward_module." (Lightning),
/// "_fsdp_wrapped_module.",
/// "_checkpoint_wrapped_module."; and without "model." (Lightning) before it.
std::string without_wrappers(std::string_view name);

/// Names without wrappers. Throws Error(format) when two become one.
TensorMap without_wrappers(const TensorMap& tensors, const std::string& where);

/// What stands before `anchor`, a tensor that the network has once: "", "generator.". Of several
/// copies the one that is no average of the weights. Nothing when there is none. Throws
/// Error(format) when several copies are alike.
std::optional<std::string> prefix_of(const TensorMap& tensors, std::string_view anchor,
                                     const std::string& where);

/// Whether a prefix is that of an average of the weights: "ema_model.", "swa.".
bool is_average(std::string_view prefix);

/// What a tensor is that training keeps beside a network ("an average of the weights", "a metric",
/// "a loss"); nothing when the name says no such thing.
std::optional<std::string> known_extra(std::string_view name);

}  // namespace raygen::engine
