#include "import/pickle_numbers.hpp"

#include "formatted.hpp"
#include "text/unicode.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <string_view>
#include <vector>

namespace raygen::engine {

namespace {

using Refs = std::vector<Pickle::Ref>;

const Refs* items_of(const Pickle& pickle, std::optional<Pickle::Ref> ref) {
  const auto* sequence = ref ? std::get_if<Pickle::Sequence>(&pickle.at(*ref)) : nullptr;
  return sequence == nullptr ? nullptr : &sequence->items;
}

const std::string* text_at(const Pickle& pickle, const Refs* items, std::size_t index) {
  return items != nullptr && index < items->size()
             ? std::get_if<std::string>(&pickle.at((*items)[index]))
             : nullptr;
}

/// Bytes, or what protocol 2 has for them: _codecs.encode(text, 'latin1').
std::optional<std::string> bytes_of(const Pickle& pickle, const Pickle::Value& value) {
  constexpr std::size_t longest = 64;
  if (const auto* bytes = std::get_if<Pickle::Bytes>(&value)) return bytes->value;
  const auto* call = std::get_if<Pickle::Foreign>(&value);
  if (call == nullptr || call->name() != "_codecs.encode") return std::nullopt;
  const Refs* arguments = items_of(pickle, call->arguments);
  const std::string* text = text_at(pickle, arguments, 0);
  const std::string* codec = text_at(pickle, arguments, 1);
  if (text == nullptr || text->size() > longest || codec == nullptr ||
      (*codec != "latin1" && *codec != "latin-1"))
    return std::nullopt;
  std::string bytes;
  for (const char32_t c : decode_utf8(*text)) {
    if (c > 0xFF) return std::nullopt;
    bytes.push_back(static_cast<char>(c));
  }
  return bytes;
}

struct NumberType {
  char kind = 0;  // NumPy's letter: i, u, f, b
  std::size_t bytes = 0;
  bool big_endian = false;
};

/// numpy.dtype('i8', False, True) with the state (3, '<', …).
std::optional<NumberType> type_of(const Pickle& pickle, const Pickle::Value& value) {
  const auto* dtype = std::get_if<Pickle::Foreign>(&value);
  if (dtype == nullptr || dtype->name() != "numpy.dtype") return std::nullopt;
  const std::string* code = text_at(pickle, items_of(pickle, dtype->arguments), 0);
  const std::string* order = text_at(pickle, items_of(pickle, dtype->state), 1);
  if (code == nullptr || code->size() != 2 || (*code)[1] < '1' || (*code)[1] > '8')
    return std::nullopt;
  return NumberType{(*code)[0], static_cast<std::size_t>((*code)[1] - '0'),
                    order != nullptr && *order == ">"};
}

std::optional<std::string> number(const NumberType& type, std::string bytes) {
  if (bytes.size() != type.bytes) return std::nullopt;
  if (!type.big_endian) std::reverse(bytes.begin(), bytes.end());
  const bool negative = type.kind == 'i' && (static_cast<unsigned char>(bytes[0]) & 0x80) != 0;
  std::uint64_t bits = negative ? ~std::uint64_t{0} : 0;
  for (const char c : bytes) bits = (bits << 8) | static_cast<unsigned char>(c);
  switch (type.kind) {
    case 'i':
      return formatted("{}", std::bit_cast<std::int64_t>(bits));
    case 'u':
      return formatted("{}", bits);
    case 'b':
      return bits != 0 ? "true" : "false";
    case 'f':
      if (type.bytes == 8) return formatted("{}", std::bit_cast<double>(bits));
      if (type.bytes == 4)
        return formatted("{}", std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

bool is_numpy(std::string_view name, std::string_view function) {
  for (const std::string_view module : {"numpy.core.multiarray.", "numpy._core.multiarray."}) {
    if (name.starts_with(module) && name.substr(module.size()) == function) return true;
  }
  return false;
}

std::optional<std::string> number_of(const Pickle& pickle, Pickle::Ref dtype, Pickle::Ref data) {
  const std::optional<NumberType> type = type_of(pickle, pickle.at(dtype));
  std::optional<std::string> bytes = bytes_of(pickle, pickle.at(data));
  if (!type || !bytes) return std::nullopt;
  return number(*type, std::move(*bytes));
}

}  // namespace

std::optional<std::string> numpy_number(const Pickle& pickle, const Pickle::Foreign& object) {
  if (is_numpy(object.name(), "scalar")) {  // (dtype, bytes)
    const Refs* arguments = items_of(pickle, object.arguments);
    if (arguments == nullptr || arguments->size() != 2) return std::nullopt;
    return number_of(pickle, (*arguments)[0], (*arguments)[1]);
  }
  if (is_numpy(object.name(), "_reconstruct")) {  // state: (version, shape, dtype, order, bytes)
    const Refs* state = items_of(pickle, object.state);
    if (state == nullptr || state->size() != 5) return std::nullopt;
    return number_of(pickle, (*state)[2], (*state)[4]);
  }
  return std::nullopt;
}

}  // namespace raygen::engine
