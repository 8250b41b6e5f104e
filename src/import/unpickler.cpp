#include "import/unpickler.hpp"

#include "error.hpp"
#include "import/pickle_globals.hpp"
#include "import/pickle_opcodes.hpp"
#include "storage/json.hpp"

#include <bit>
#include <limits>
#include <string>
#include <unordered_map>

namespace raygen::engine {

namespace {

constexpr std::size_t kMaxValues = std::size_t{2} << 20;
constexpr std::size_t kLongestName = 512;
constexpr std::size_t kMaxNameBytes = std::size_t{16}
                                      << 20;  // of all names of classes and functions together
constexpr int kNewestProtocol = 5;

}  // namespace

class Unpickler {
 public:
  Unpickler(std::string_view bytes, const std::string& where) : bytes_(bytes), where_(where) {}

  Pickle run() {
    bytes_ = bytes_.substr(0, Pickle::max_bytes);  // a legacy file goes on after its pickles
    while (step(static_cast<Op>(byte()))) {
    }
    pickle_.consumed_ = position_;
    return std::move(pickle_);
  }

 private:
  using Ref = Pickle::Ref;
  using Value = Pickle::Value;

  template <typename... Args>
  [[noreturn]] void broken(Status status, fmt::format_string<Args...> format,
                           Args&&... args) const {
    throw Error(status, here() + ": " + formatted(format, std::forward<Args>(args)...));
  }

  // Bytes

  std::string_view take(std::uint64_t count) {
    if (count > bytes_.size() - position_)
      broken(Status::format, "{} bytes are asked for, {} are left", count,
             bytes_.size() - position_);
    const std::string_view part = bytes_.substr(position_, static_cast<std::size_t>(count));
    position_ += static_cast<std::size_t>(count);
    return part;
  }
  unsigned char byte() { return static_cast<unsigned char>(take(1)[0]); }
  std::uint64_t little(std::size_t size) {
    const std::string_view part = take(size);
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i)
      value |= std::uint64_t{static_cast<unsigned char>(part[i])} << (8 * i);
    return value;
  }
  std::string line() {
    const std::size_t end = bytes_.substr(position_, kLongestName).find('\n');
    if (end == std::string_view::npos) broken(Status::format, "a name without its end");
    std::string text(take(end));
    take(1);
    return text;
  }

  // Stack, memo

  Ref make(Value value) {
    if (pickle_.values_.size() >= kMaxValues)
      broken(Status::limit, "more than {} values", kMaxValues);
    pickle_.values_.push_back(std::move(value));
    return static_cast<Ref>(pickle_.values_.size() - 1);
  }
  void push(Ref ref) {
    if (stack_.size() >= kMaxValues)
      broken(Status::limit, "more than {} values on the stack", kMaxValues);
    stack_.push_back(ref);
  }
  void push_new(Value value) { push(make(std::move(value))); }
  std::size_t floor() const { return marks_.empty() ? 0 : marks_.back(); }
  Ref top() const {
    if (stack_.size() <= floor()) broken(Status::format, "the stack is empty");
    return stack_.back();
  }
  Ref pop() {
    const Ref ref = top();
    stack_.pop_back();
    return ref;
  }
  std::vector<Ref> pop(std::size_t count) {
    if (stack_.size() - floor() < count) broken(Status::format, "the stack has too few values");
    std::vector<Ref> items(stack_.end() - static_cast<std::ptrdiff_t>(count), stack_.end());
    stack_.resize(stack_.size() - count);
    return items;
  }
  void pop_top_or_mark() {
    if (stack_.size() > floor()) {
      stack_.pop_back();
    } else {
      pop_to_mark();
    }
  }
  std::vector<Ref> pop_to_mark() {
    if (marks_.empty()) broken(Status::format, "no mark on the stack");
    std::vector<Ref> items(stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back()),
                           stack_.end());
    stack_.resize(marks_.back());
    marks_.pop_back();
    return items;
  }
  Value& value(Ref ref) { return pickle_.values_[ref]; }
  void remember(std::uint64_t index) {
    memo_[index] = top();
    if (memo_.size() > kMaxValues)
      broken(Status::limit, "more than {} values are remembered", kMaxValues);
  }
  void recall(std::uint64_t index) {
    const auto found = memo_.find(index);
    if (found == memo_.end()) broken(Status::format, "memo {} was never set", index);
    push(found->second);
  }

  // Numbers

  static std::int32_t signed32(std::uint64_t bits) {
    return std::bit_cast<std::int32_t>(static_cast<std::uint32_t>(bits));
  }
  Value long_integer(std::uint64_t size) {
    const std::string_view part = take(size);
    if (size > sizeof(std::int64_t)) return Pickle::Foreign("an integer of more than 64 bits");
    std::uint64_t bits = size > 0 && (part.back() & 0x80) != 0
                             ? ~std::uint64_t{0}
                             : 0;  // two's complement of any length
    for (std::size_t i = part.size(); i-- > 0;)
      bits = (bits << 8) | static_cast<unsigned char>(part[i]);
    return std::bit_cast<std::int64_t>(bits);
  }
  double big_endian_double() {
    const std::string_view part = take(sizeof(double));
    std::uint64_t bits = 0;
    for (const char c : part) bits = (bits << 8) | static_cast<unsigned char>(c);
    return std::bit_cast<double>(bits);
  }

  // Containers. Whatever is not the container that it is treated as swallows what it is given.

  void append(Ref target, const std::vector<Ref>& items) {
    if (auto* sequence = std::get_if<Pickle::Sequence>(&value(target))) {
      sequence->items.insert(sequence->items.end(), items.begin(), items.end());
    }
  }
  void set_items(Ref target, const std::vector<Ref>& items) {
    if (items.size() % 2 != 0) broken(Status::format, "a key without a value");
    if (auto* mapping = std::get_if<Pickle::Mapping>(&value(target))) {
      for (std::size_t i = 0; i < items.size(); i += 2)
        mapping->items.emplace_back(items[i], items[i + 1]);
    } else if (Pickle::Foreign* object = made_object(target)) {
      for (std::size_t i = 0; i < items.size(); i += 2)
        object->items.emplace_back(items[i], items[i + 1]);
    }
  }
  void push_mapping(const std::vector<Ref>& items) {
    push_new(Pickle::Mapping{});
    set_items(top(), items);
  }

  // Names. apply_global() knows the few that mean data; nothing is looked up anywhere else.

  void push_global(std::string_view module, std::string_view name) {
    std::string full = formatted("{}.{}", module, name);
    if (const auto known = globals_.find(full); known != globals_.end())
      return push(known->second);  // nothing ever changes it
    name_bytes_ += full.size();
    if (name_bytes_ > kMaxNameBytes)
      broken(Status::limit, "names of more than {} bytes", kMaxNameBytes);
    push_new(is_data_global(full) ? Value(Pickle::Global{full}) : Value(Pickle::Foreign(full)));
    globals_.emplace(std::move(full), top());
  }
  void push_stack_global() {
    const Ref name = pop(), module = pop();
    const auto* name_text = std::get_if<std::string>(&value(name));
    const auto* module_text = std::get_if<std::string>(&value(module));
    if (name_text == nullptr || module_text == nullptr)
      broken(Status::format, "a global's name is no string");
    if (name_text->size() > kLongestName || module_text->size() > kLongestName)
      broken(Status::format, "a global's name is too long");
    push_global(*module_text, *name_text);
  }
  void push_applied(Applied applied) {
    if (const Ref* known = std::get_if<Ref>(&applied)) {
      push(*known);
    } else {
      push_new(std::move(std::get<Value>(applied)));
    }
  }
  std::string here() const { return formatted("{}: pickle, byte {}", where_, position_); }
  /// An object that nothing was made of: it keeps what it is given. The class itself does not,
  /// since all of its objects share it.
  Pickle::Foreign* made_object(Ref ref) {
    auto* foreign = std::get_if<Pickle::Foreign>(&value(ref));
    return foreign != nullptr && foreign->arguments ? foreign : nullptr;
  }
  /// OrderedDict([[key, value], …]), as Python 2 wrote it; nothing for any other call.
  std::optional<Pickle::Mapping> mapping_of_pairs(const Pickle::Global& callee,
                                                  const std::vector<Ref>& arguments) {
    if (callee.name != "collections.OrderedDict" || arguments.size() != 1) return std::nullopt;
    const auto* pairs = std::get_if<Pickle::Sequence>(&value(arguments[0]));
    if (pairs == nullptr) return std::nullopt;
    paired_ += pairs->items.size();  // one list may be asked for again and again
    if (paired_ > kMaxValues) broken(Status::limit, "more than {} pairs", kMaxValues);
    Pickle::Mapping mapping;
    for (const Ref ref : pairs->items) {
      const auto* pair = std::get_if<Pickle::Sequence>(&value(ref));
      if (pair == nullptr || pair->items.size() != 2) return std::nullopt;
      mapping.items.emplace_back(pair->items[0], pair->items[1]);
    }
    return mapping;
  }
  /// `given` is a tuple of arguments.
  void apply(Ref callee, Ref given) {
    if (const auto* global = std::get_if<Pickle::Global>(&value(callee))) {
      const auto& arguments = std::get<Pickle::Sequence>(value(given)).items;
      if (auto mapping = mapping_of_pairs(*global, arguments)) return push_new(std::move(*mapping));
      Applied applied = apply_global(pickle_, *global, arguments, here());
      if (auto* made = std::get_if<Value>(&applied))
        if (auto* foreign = std::get_if<Pickle::Foreign>(made)) foreign->arguments = given;
      return push_applied(std::move(applied));
    }
    const auto* type = std::get_if<Pickle::Foreign>(&value(callee));
    Pickle::Foreign object = type == nullptr
                                 ? Pickle::Foreign("a call of " + describe(value(callee)))
                                 : Pickle::Foreign(type->shared_name);
    object.arguments = given;
    push_new(std::move(object));
  }
  void reduce() {
    const Ref given = pop(), callee = pop();
    if (!std::holds_alternative<Pickle::Sequence>(value(given)))
      broken(Status::format, "arguments are {}, a tuple was expected", describe(value(given)));
    apply(callee, given);
  }
  void build() {
    const Ref state = pop();
    if (Pickle::Foreign* object = made_object(top())) object->state = state;
  }
  void push_persistent() {
    const Ref id = pop();
    push_applied(storage_from_id(pickle_, value(id), here()));
  }

  bool step(Op op) {
    switch (op) {
      case kProto:
        if (const int version = byte(); version > kNewestProtocol)
          broken(Status::unsupported, "protocol {}", version);
        return true;
      case kFrame:
        little(8);  // framing serves streams; lengths are checked where bytes are taken
        return true;
      case kStop:
        pickle_.root_ = pop();
        return false;
      case kMark:
        if (marks_.size() >= kMaxValues) broken(Status::limit, "more than {} marks", kMaxValues);
        marks_.push_back(stack_.size());
        return true;
      case kPop:
        pop_top_or_mark();
        return true;
      case kPopMark:
        pop_to_mark();
        return true;
      case kDup:
        push(top());
        return true;
      case kBinPut:
        remember(byte());
        return true;
      case kLongBinPut:
        remember(little(4));
        return true;
      case kMemoize:
        remember(memo_.size());
        return true;
      case kBinGet:
        recall(byte());
        return true;
      case kLongBinGet:
        recall(little(4));
        return true;
      default:
        if (!push_scalar(op) && !change_container(op) && !apply_name(op)) {
          broken(Status::unsupported, "opcode 0x{:02x} is not read", static_cast<unsigned>(op));
        }
        return true;
    }
  }

  bool push_scalar(Op op) {
    switch (op) {
      case kNone:
        push_new(Pickle::None{});
        return true;
      case kNewTrue:
      case kNewFalse:
        push_new(Value(op == kNewTrue));
        return true;
      case kBinInt:
        push_new(Value(std::int64_t{signed32(little(4))}));
        return true;
      case kBinInt1:
        push_new(Value(static_cast<std::int64_t>(little(1))));
        return true;
      case kBinInt2:
        push_new(Value(static_cast<std::int64_t>(little(2))));
        return true;
      case kLong1:
        push_new(long_integer(byte()));
        return true;
      case kLong4:
        push_new(long_integer(little(4)));
        return true;
      case kBinFloat:
        push_new(Value(big_endian_double()));
        return true;
      case kShortBinUnicode:
      case kShortBinString:
        push_new(Value(std::string(take(byte()))));
        return true;
      case kBinUnicode:
      case kBinString:
        push_new(Value(std::string(take(little(4)))));
        return true;
      case kBinUnicode8:
        push_new(Value(std::string(take(little(8)))));
        return true;
      case kShortBinBytes:
        push_new(Pickle::Bytes{std::string(take(byte()))});
        return true;
      case kBinBytes:
        push_new(Pickle::Bytes{std::string(take(little(4)))});
        return true;
      case kBinBytes8:
      case kByteArray8:
        push_new(Pickle::Bytes{std::string(take(little(8)))});
        return true;
      default:
        return false;
    }
  }

  bool change_container(Op op) {
    switch (op) {
      case kEmptyList:
        push_new(Pickle::Sequence{"a list", {}});
        return true;
      case kList:
        push_new(Pickle::Sequence{"a list", pop_to_mark()});
        return true;
      case kEmptyTuple:
        push_new(Pickle::Sequence{"a tuple", {}});
        return true;
      case kTuple:
        push_new(Pickle::Sequence{"a tuple", pop_to_mark()});
        return true;
      case kTuple1:
      case kTuple2:
      case kTuple3:
        push_new(Pickle::Sequence{"a tuple", pop(static_cast<std::size_t>(op - kTuple1 + 1))});
        return true;
      case kEmptySet:
        push_new(Pickle::Sequence{"a set", {}});
        return true;
      case kFrozenSet:
        push_new(Pickle::Sequence{"a set", pop_to_mark()});
        return true;
      case kEmptyDict:
        push_new(Pickle::Mapping{});
        return true;
      case kDict:
        push_mapping(pop_to_mark());
        return true;
      case kAppend: {
        const std::vector<Ref> item = pop(1);
        append(top(), item);
        return true;
      }
      case kAppends:
      case kAddItems: {
        const std::vector<Ref> items = pop_to_mark();
        append(top(), items);
        return true;
      }
      case kSetItem: {
        const std::vector<Ref> item = pop(2);
        set_items(top(), item);
        return true;
      }
      case kSetItems: {
        const std::vector<Ref> items = pop_to_mark();
        set_items(top(), items);
        return true;
      }
      default:
        return false;
    }
  }

  bool apply_name(Op op) {
    switch (op) {
      case kGlobal: {
        const std::string module = line(), name = line();
        push_global(module, name);
        return true;
      }
      case kStackGlobal:
        push_stack_global();
        return true;
      case kExt1:
      case kExt2:
      case kExt4:
        little(std::size_t{1} << (op - kExt1));
        push_new(Pickle::Foreign("a registered extension"));
        return true;
      case kReduce:
      case kNewObj:
        reduce();
        return true;
      case kNewObjEx:
        pop();  // keyword arguments: none of the known names takes any
        reduce();
        return true;
      case kInst: {
        const std::string module = line(), name = line();
        const std::vector<Ref> given = pop_to_mark();
        push_global(module, name);
        apply(pop(), make(Pickle::Sequence{"a tuple", given}));
        return true;
      }
      case kObj: {
        std::vector<Ref> given = pop_to_mark();
        if (given.empty()) broken(Status::format, "an object without a class");
        const Ref callee = given.front();
        given.erase(given.begin());
        apply(callee, make(Pickle::Sequence{"a tuple", std::move(given)}));
        return true;
      }
      case kBuild:
        build();  // a container has no attributes (an OrderedDict's _metadata, say)
        return true;
      case kBinPersId:
        push_persistent();
        return true;
      default:
        return false;
    }
  }

  std::string_view bytes_;
  const std::string& where_;
  std::size_t position_ = 0;
  Pickle pickle_;
  std::vector<Ref> stack_;
  std::vector<std::size_t> marks_;
  std::unordered_map<std::uint64_t, Ref> memo_;
  std::unordered_map<std::string, Ref> globals_;
  std::size_t name_bytes_ = 0, paired_ = 0;
};

Pickle Pickle::parse(std::string_view bytes, const std::string& where) {
  return Unpickler(bytes, where).run();
}

const Pickle::Value* Pickle::find(const Value& value, std::string_view key) const {
  const auto* mapping = std::get_if<Mapping>(&value);
  if (mapping == nullptr) return nullptr;
  for (auto item = mapping->items.rbegin(); item != mapping->items.rend(); ++item) {
    const auto* name = std::get_if<std::string>(&at(item->first));
    if (name != nullptr && *name == key) return &at(item->second);
  }
  return nullptr;
}

std::string describe(const Pickle::Value& value) {
  struct Describe {
    std::string operator()(const Pickle::None&) const { return "None"; }
    std::string operator()(bool) const { return "a bool"; }
    std::string operator()(std::int64_t) const { return "an integer"; }
    std::string operator()(double) const { return "a float"; }
    std::string operator()(const std::string&) const { return "a string"; }
    std::string operator()(const Pickle::Bytes&) const { return "bytes"; }
    std::string operator()(const Pickle::Sequence& sequence) const { return sequence.kind; }
    std::string operator()(const Pickle::Mapping&) const { return "a mapping"; }
    std::string operator()(const Pickle::Global& global) const { return in_quotes(global.name); }
    std::string operator()(const Pickle::Foreign& foreign) const {
      return in_quotes(foreign.name());
    }
    std::string operator()(const Pickle::Storage&) const { return "a storage"; }
    std::string operator()(const Pickle::Tensor&) const { return "a tensor"; }
  };
  return std::visit(Describe{}, value);
}

}  // namespace raygen::engine
