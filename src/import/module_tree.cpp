#include "import/module_tree.hpp"

#include "error.hpp"
#include "storage/json.hpp"

#include <set>
#include <string_view>

namespace raygen::engine {

namespace {

constexpr std::size_t kDeepestModule = 64;
constexpr std::size_t kMostModules = 1 << 16;  // each time that one is met
constexpr std::size_t kMostTensors = 1 << 16;
constexpr std::size_t kLongestTensorName = 1024;

/// The attributes of an object that nothing was made of; null for everything else.
const Pickle::Value* attributes(const Pickle& pickle, const Pickle::Value& value) {
  const auto* object = std::get_if<Pickle::Foreign>(&value);
  if (object == nullptr || !object->state) return nullptr;
  const Pickle::Value& state = pickle.at(*object->state);
  return std::holds_alternative<Pickle::Mapping>(state) ? &state : nullptr;
}

class ModuleTree {
 public:
  ModuleTree(const Pickle& pickle, const std::string& where) : pickle_(pickle), where_(where) {}

  void add(const Pickle::Value& module, const std::string& prefix) {
    const Pickle::Value* state = attributes(pickle_, module);
    if (state == nullptr) {
      fail(Status::format, "{}: module {} is {}, a module with its attributes was expected", where_,
           in_quotes(prefix), describe(module));
    }
    if (!above_.insert(state).second)
      fail(Status::format, "{}: module {} holds itself", where_, in_quotes(prefix));
    if (above_.size() > kDeepestModule)
      fail(Status::limit, "{}: modules lie deeper than {} in each other", where_, kDeepestModule);
    if (++modules_ > kMostModules)
      fail(Status::limit, "{}: more than {} modules", where_, kMostModules);
    add_tensors(*state, "_parameters", {}, prefix);
    add_tensors(*state, "_buffers", passing(*state), prefix);
    for_each(*state, "_modules", prefix, [&](const std::string& name, Pickle::Ref value) {
      add(pickle_.at(value), formatted("{}{}.", prefix, name));
    });
    above_.erase(state);
  }
  std::vector<std::pair<std::string, Pickle::Ref>> take() { return std::move(tensors_); }

 private:
  /// What is there and not None under one of a module's attributes.
  template <typename Each>
  void for_each(const Pickle::Value& state, const char* attribute, const std::string& prefix,
                const Each& each) {
    const Pickle::Value* held = pickle_.find(state, attribute);
    const auto* mapping = held == nullptr ? nullptr : std::get_if<Pickle::Mapping>(held);
    if (mapping == nullptr) {
      fail(Status::format, "{}: module {} has {} under {}, a mapping was expected", where_,
           in_quotes(prefix), held == nullptr ? "nothing" : describe(*held), attribute);
    }
    for (const auto& [key, value] : mapping->items) {
      const auto* name = std::get_if<std::string>(&pickle_.at(key));
      if (name == nullptr || prefix.size() + name->size() > kLongestTensorName)
        fail(Status::format, "{}: module {} has {} in {}, a name was expected", where_,
             in_quotes(prefix), name == nullptr ? describe(pickle_.at(key)) : "a very long name",
             attribute);
      if (!std::holds_alternative<Pickle::None>(pickle_.at(value))) each(*name, value);
    }
  }

  void add_tensors(const Pickle::Value& state, const char* attribute,
                   const std::set<std::string_view>& left_out, const std::string& prefix) {
    for_each(state, attribute, prefix, [&](const std::string& name, Pickle::Ref value) {
      if (left_out.count(name) != 0) return;
      if (tensors_.size() >= kMostTensors)
        fail(Status::limit, "{}: more than {} tensors in modules", where_, kMostTensors);
      tensors_.emplace_back(prefix + name, value);
    });
  }

  /// Names of the buffers that a state_dict() leaves out; files of older releases have no such set.
  std::set<std::string_view> passing(const Pickle::Value& state) const {
    const Pickle::Value* held = pickle_.find(state, "_non_persistent_buffers_set");
    // Protocol 2 writes a set as a call with a list.
    if (const auto* set = held == nullptr ? nullptr : std::get_if<Pickle::Foreign>(held)) {
      const auto* given =
          set->arguments ? std::get_if<Pickle::Sequence>(&pickle_.at(*set->arguments)) : nullptr;
      held = given == nullptr || given->items.empty() ? nullptr : &pickle_.at(given->items[0]);
    }
    std::set<std::string_view> names;
    const auto* list = held == nullptr ? nullptr : std::get_if<Pickle::Sequence>(held);
    if (list == nullptr) return names;
    for (const Pickle::Ref item : list->items)
      if (const auto* name = std::get_if<std::string>(&pickle_.at(item))) names.insert(*name);
    return names;
  }

  const Pickle& pickle_;
  const std::string& where_;
  std::set<const Pickle::Value*> above_;  // the modules that the present one lies in, and itself
  std::size_t modules_ = 0;
  std::vector<std::pair<std::string, Pickle::Ref>> tensors_;
};

}  // namespace

bool is_module(const Pickle& pickle, const Pickle::Value& value) {
  const Pickle::Value* state = attributes(pickle, value);
  return state != nullptr && pickle.find(*state, "_modules") != nullptr &&
         pickle.find(*state, "_parameters") != nullptr;
}

std::vector<std::pair<std::string, Pickle::Ref>> module_tensors(const Pickle& pickle,
                                                                const Pickle::Value& root,
                                                                const std::string& where) {
  ModuleTree tree(pickle, where);
  tree.add(root, "");
  return tree.take();
}

}  // namespace raygen::engine
