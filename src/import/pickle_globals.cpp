#include "import/pickle_globals.hpp"

#include "error.hpp"
#include "storage/json.hpp"

#include <map>
#include <optional>

namespace raygen::engine {

namespace {

using Ref = Pickle::Ref;
using Value = Pickle::Value;

constexpr std::size_t kMaxDimensions = 12;

enum class Meaning { mapping, sequence, tensor, typed_tensor, parameter, tensor_class };

const std::map<std::string_view, Meaning>& meanings() {
  static const std::map<std::string_view, Meaning> all = {
      {"collections.OrderedDict", Meaning::mapping},
      {"pytorch_lightning.utilities.parsing.AttributeDict", Meaning::mapping},
      {"lightning.pytorch.utilities.parsing.AttributeDict", Meaning::mapping},
      {"lightning.fabric.utilities.data.AttributeDict", Meaning::mapping},
      {"lightning_fabric.utilities.data.AttributeDict", Meaning::mapping},
      {"torch.Size", Meaning::sequence},
      {"torch._utils._rebuild_tensor", Meaning::tensor},
      {"torch._utils._rebuild_tensor_v2", Meaning::tensor},
      {"torch._utils._rebuild_parameter", Meaning::parameter},
      {"torch._utils._rebuild_parameter_with_state", Meaning::parameter},
      {"torch.nn.parameter.Parameter", Meaning::parameter},
      {"torch.nn.parameter.Buffer", Meaning::parameter},
      {"torch.Tensor", Meaning::tensor_class},
      {"torch._tensor._rebuild_from_type_v2", Meaning::typed_tensor},
  };
  return all;
}

std::optional<at::ScalarType> storage_type(std::string_view name) {
  static const std::map<std::string_view, at::ScalarType> types = {
      {"torch.DoubleStorage", at::kDouble}, {"torch.FloatStorage", at::kFloat},
      {"torch.HalfStorage", at::kHalf},     {"torch.BFloat16Storage", at::kBFloat16},
      {"torch.LongStorage", at::kLong},     {"torch.IntStorage", at::kInt},
      {"torch.ShortStorage", at::kShort},   {"torch.CharStorage", at::kChar},
      {"torch.ByteStorage", at::kByte},     {"torch.BoolStorage", at::kBool}};
  const auto found = types.find(name);
  return found == types.end() ? std::nullopt : std::optional(found->second);
}

std::vector<std::int64_t> integers(const Pickle& pickle, const Value& value, const char* what,
                                   const std::string& where) {
  const auto* sequence = std::get_if<Pickle::Sequence>(&value);
  if (sequence == nullptr)
    fail(Status::format, "{}: a tensor's {} is {}, a tuple was expected", where, what,
         describe(value));
  if (sequence->items.size() > kMaxDimensions) {
    fail(Status::format, "{}: a tensor of {} dimensions, at most {} are accepted", where,
         sequence->items.size(), kMaxDimensions);
  }
  std::vector<std::int64_t> numbers;
  for (const Ref ref : sequence->items) {
    const auto* number = std::get_if<std::int64_t>(&pickle.at(ref));
    if (number == nullptr)
      fail(Status::format, "{}: a tensor's {} holds {}, integers were expected", where, what,
           describe(pickle.at(ref)));
    numbers.push_back(*number);
  }
  return numbers;
}

Applied foreign(std::string name) { return Value(Pickle::Foreign(std::move(name))); }

/// (storage, offset, shape, strides, …)
Applied make_tensor(const Pickle& pickle, const std::vector<Ref>& arguments,
                    const std::string& where) {
  if (arguments.size() < 4)
    fail(Status::format, "{}: a tensor of {} arguments, at least 4 were expected", where,
         arguments.size());
  const Value& storage = pickle.at(arguments[0]);
  if (std::holds_alternative<Pickle::Foreign>(storage)) return arguments[0];
  if (!std::holds_alternative<Pickle::Storage>(storage)) {
    fail(Status::format, "{}: a tensor over {}, a storage was expected", where, describe(storage));
  }
  const auto* offset = std::get_if<std::int64_t>(&pickle.at(arguments[1]));
  if (offset == nullptr)
    fail(Status::format, "{}: a tensor's offset is {}", where, describe(pickle.at(arguments[1])));
  std::vector<std::int64_t> shape = integers(pickle, pickle.at(arguments[2]), "shape", where);
  std::vector<std::int64_t> strides = integers(pickle, pickle.at(arguments[3]), "strides", where);
  if (shape.size() != strides.size()) {
    fail(Status::format, "{}: a tensor of {} dimensions with {} strides", where, shape.size(),
         strides.size());
  }
  return Value(Pickle::Tensor{arguments[0], *offset, std::move(shape), std::move(strides)});
}

/// (function, class, arguments, state): a tensor with Python attributes of its own; they are
/// dropped.
Applied make_typed_tensor(const Pickle& pickle, const Pickle::Global& global,
                          const std::vector<Ref>& arguments, const std::string& where) {
  if (arguments.size() < 3) return foreign(global.name);
  const auto* function = std::get_if<Pickle::Global>(&pickle.at(arguments[0]));
  const auto* type = std::get_if<Pickle::Global>(&pickle.at(arguments[1]));
  const auto* given = std::get_if<Pickle::Sequence>(&pickle.at(arguments[2]));
  if (type == nullptr) return arguments[1];
  const bool rebuilds = function != nullptr && function->name.starts_with("torch._utils._rebuild_");
  if (!rebuilds || given == nullptr) return foreign(global.name);
  return apply_global(pickle, *function, given->items, where);
}

/// ('module', class, source file, source text), how a legacy file of a whole module names each
/// class once: the class, as inert here as anywhere.
std::optional<Ref> module_class(const Pickle& pickle, const Pickle::Sequence* parts) {
  constexpr std::size_t module_parts = 4;
  if (parts == nullptr || parts->items.size() != module_parts) return std::nullopt;
  const auto* kind = std::get_if<std::string>(&pickle.at(parts->items[0]));
  const bool names_class = kind != nullptr && *kind == "module" &&
                           std::holds_alternative<Pickle::Foreign>(pickle.at(parts->items[1]));
  return names_class ? std::optional(parts->items[1]) : std::nullopt;
}

}  // namespace

bool is_data_global(std::string_view name) {
  return meanings().count(name) != 0 || storage_type(name).has_value();
}

Applied apply_global(const Pickle& pickle, const Pickle::Global& global,
                     const std::vector<Ref>& arguments, const std::string& where) {
  const auto meaning = meanings().find(global.name);
  if (meaning == meanings().end()) return foreign(global.name);
  switch (meaning->second) {
    case Meaning::mapping:
      if (arguments.empty()) return Value(Pickle::Mapping{});
      if (arguments.size() == 1 && std::holds_alternative<Pickle::Mapping>(pickle.at(arguments[0])))
        return arguments[0];
      return foreign(global.name);
    case Meaning::sequence:
      if (arguments.size() != 1 ||
          !std::holds_alternative<Pickle::Sequence>(pickle.at(arguments[0])))
        return foreign(global.name);
      return arguments[0];
    case Meaning::tensor:
      return make_tensor(pickle, arguments, where);
    case Meaning::parameter:  // (tensor, requires_grad, …)
      if (arguments.empty()) return foreign(global.name);
      return arguments[0];
    case Meaning::typed_tensor:
      return make_typed_tensor(pickle, global, arguments, where);
    default:
      return foreign(global.name);
  }
}

Applied storage_from_id(const Pickle& pickle, const Value& id, const std::string& where) {
  constexpr std::size_t zip_parts = 5, legacy_parts = 6, longest_key = 256;
  const auto* parts = std::get_if<Pickle::Sequence>(&id);
  if (const std::optional<Ref> type = module_class(pickle, parts)) return *type;
  if (parts == nullptr || (parts->items.size() != zip_parts && parts->items.size() != legacy_parts))
    return foreign("a persistent value");
  const auto part = [&](std::size_t index) -> const Value& {
    return pickle.at(parts->items[index]);
  };
  const auto* kind = std::get_if<std::string>(&part(0));
  if (kind == nullptr || *kind != "storage") return foreign("a persistent value");
  if (std::holds_alternative<Pickle::Foreign>(part(1))) return parts->items[1];
  const auto* type = std::get_if<Pickle::Global>(&part(1));
  const auto* key = std::get_if<std::string>(&part(2));
  const auto* elements = std::get_if<std::int64_t>(&part(4));
  const std::optional<at::ScalarType> dtype =
      type == nullptr ? std::nullopt : storage_type(type->name);
  const bool described = dtype && key != nullptr && key->size() <= longest_key &&
                         elements != nullptr && *elements >= 0;
  if (!described) fail(Status::format, "{}: a storage is described wrongly", where);
  if (parts->items.size() == legacy_parts && !std::holds_alternative<Pickle::None>(part(5)))
    return foreign("a view of another storage");
  return Value(Pickle::Storage{*key, *dtype, *elements});
}

}  // namespace raygen::engine
