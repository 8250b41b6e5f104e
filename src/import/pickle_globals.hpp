#pragma once
// The few names of Python that mean data in torch's files. Everything else stays Foreign.

#include "import/unpickler.hpp"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace raygen::engine {

bool is_data_global(std::string_view name);

/// A new value, or one that is there already: a pickle must not make copies grow faster than
/// itself.
using Applied = std::variant<Pickle::Ref, Pickle::Value>;

/// What the name makes of its arguments: a mapping, a tuple, a tensor's description. Throws
/// Error(format) when they do not fit.
Applied apply_global(const Pickle& pickle, const Pickle::Global& global,
                     const std::vector<Pickle::Ref>& arguments, const std::string& where);

/// ('storage', class, key, location, elements[, view]), torch's way to point at bytes outside the
/// pickle, or ('module', class, source file, source text), which stands for the class alone.
Applied storage_from_id(const Pickle& pickle, const Pickle::Value& id, const std::string& where);

}  // namespace raygen::engine
