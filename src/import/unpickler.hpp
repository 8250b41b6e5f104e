#pragma once
// Python's pickle as data: tensors, numbers, strings and containers. Nothing is ever imported,
// constructed or called; what asks for it becomes an inert Foreign value that keeps what it is
// given: an object's attributes can be read as data, without the class that they belong to.

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace raygen::engine {

class Pickle {
 public:
  static constexpr std::size_t max_bytes = std::size_t{256} << 20;

  /// Values point at each other by number, so a container that holds itself neither leaks nor needs
  /// care to destroy.
  using Ref = std::uint32_t;

  struct None {};
  struct Bytes {
    std::string value;
  };
  struct Sequence {  // list, tuple or set
    const char* kind;
    std::vector<Ref> items;
  };
  struct Mapping {
    std::vector<std::pair<Ref, Ref>>
        items;  // in the order of insertion, a key set twice is there twice
  };
  struct Global {  // a class or function that is known to mean data, not yet applied
    std::string name;
  };
  /// Anything else: a class or a function, or what a call of it would be.
  struct Foreign {
    explicit Foreign(std::string called)
        : shared_name(std::make_shared<const std::string>(std::move(called))) {}
    explicit Foreign(std::shared_ptr<const std::string> of) : shared_name(std::move(of)) {}
    const std::string& name() const { return *shared_name; }

    std::shared_ptr<const std::string> shared_name;  // of the class; its objects share it
    std::optional<Ref> arguments;                    // what it was called with, a tuple
    std::optional<Ref> state;                        // its attributes, usually a mapping
    std::vector<std::pair<Ref, Ref>> items;          // what was set in it as in a mapping
  };
  struct Storage {
    std::string key;
    at::ScalarType dtype;
    std::int64_t elements;
  };
  struct Tensor {  // a view of a storage, not yet checked against it
    Ref storage;
    std::int64_t offset;
    std::vector<std::int64_t> shape, strides;
  };
  using Value = std::variant<None, bool, std::int64_t, double, std::string, Bytes, Sequence,
                             Mapping, Global, Foreign, Storage, Tensor>;

  /// Reads one pickle (protocols 2 to 5) from the front of `bytes`. Throws Error(format | limit |
  /// unsupported) naming `where` and the byte.
  static Pickle parse(std::string_view bytes, const std::string& where);

  const Value& root() const { return values_[root_]; }
  const Value& at(Ref ref) const { return values_[ref]; }
  const std::vector<Value>& values() const { return values_; }
  std::size_t consumed() const { return consumed_; }

  /// The value a mapping has for a string key, the last one when set twice; nullptr when absent or
  /// `value` is no mapping.
  const Value* find(const Value& value, std::string_view key) const;

 private:
  friend class Unpickler;
  std::vector<Value> values_;
  Ref root_ = 0;
  std::size_t consumed_ = 0;
};

/// What a value is, for messages: "a list", "numpy.ndarray".
std::string describe(const Pickle::Value& value);

}  // namespace raygen::engine
