#pragma once
// A whole module as torch.save(model) pickles it, read as data: no class of it is looked up.

#include "import/unpickler.hpp"

#include <string>
#include <utility>
#include <vector>

namespace raygen::engine {

/// Whether a value is an object with what torch.nn.Module keeps its tensors in.
bool is_module(const Pickle& pickle, const Pickle::Value& value);

/// Names and values as the module's state_dict() would have them: parameters, persistent buffers,
/// then those of the modules inside it, with "name." before theirs. Everything else that a module
/// holds is left alone. Throws Error(format | limit) naming `where` and the module for what is not
/// built like one, for modules inside each other without end, and for more of them than any network
/// has.
std::vector<std::pair<std::string, Pickle::Ref>> module_tensors(const Pickle& pickle,
                                                                const Pickle::Value& root,
                                                                const std::string& where);

}  // namespace raygen::engine
