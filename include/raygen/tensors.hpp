#pragma once
// safetensors files: how tokens and embeddings are kept.
//
//   raygen::Tensors tensors;
//   tensors.add("token_ids", {1, 1024}, tokens);
//   tensors.write("tokens.safetensors");
//   auto read = raygen::Tensors::read("tokens.safetensors");    // views live as long as this
//   raygen::Span<std::int32_t> back = read.get("token_ids").values<std::int32_t>();

#include "error.hpp"
#include "limits.hpp"
#include "span.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

namespace raygen {

enum class Dtype : std::int32_t {
  float32 = RAYGEN_DTYPE_FLOAT32,
  int32 = RAYGEN_DTYPE_INT32,
  int64 = RAYGEN_DTYPE_INT64,
  float16 = RAYGEN_DTYPE_FLOAT16,
  bfloat16 = RAYGEN_DTYPE_BFLOAT16,
};

namespace detail {
template <typename T>
constexpr Dtype dtype_of() {
  static_assert(std::is_same_v<T, float> || std::is_same_v<T, std::int32_t> ||
                    std::is_same_v<T, std::int64_t>,
                "float, std::int32_t and std::int64_t have a Dtype");
  return std::is_same_v<T, float>          ? Dtype::float32
         : std::is_same_v<T, std::int32_t> ? Dtype::int32
                                           : Dtype::int64;
}
}  // namespace detail

/// One tensor of a Tensors. Its values are alive as long as the Tensors.
struct TensorView {
  std::string name;
  Dtype dtype = Dtype::float32;
  std::vector<std::int64_t> shape;
  const void* data = nullptr;
  std::size_t bytes = 0;

  /// The elements as float, std::int32_t or std::int64_t. Throws Error(format) when they are of
  /// another type.
  template <typename T>
  Span<T> values() const {
    if (dtype != detail::dtype_of<T>())
      throw Error(Status::format,
                  "tensor \"" + name + "\" has another type than the one asked for");
    return {static_cast<const T*>(data), bytes / sizeof(T)};
  }
};

/// Named tensors in order. One thread at a time.
class Tensors {
 public:
  Tensors()
      : Tensors(detail::made<raygen_tensors>([](raygen_tensors** tensors, raygen_error* error) {
          return raygen_tensors_create(tensors, error);
        })) {}
  /// Reads the file, or maps it when it is larger than 64 MiB: then it must not be changed while
  /// the tensors are used. Throws Error(io | format | limit).
  static Tensors read(const std::string& path, const Limits& limits = {}) {
    return Tensors(detail::made<raygen_tensors>([&](raygen_tensors** tensors, raygen_error* error) {
      return raygen_tensors_read(path.data(), path.size(), &limits, tensors, error);
    }));
  }

  /// Copies the values. Throws Error(invalid_argument) when the name is taken or the shape does not
  /// hold as many values as there are.
  template <typename T>
  void add(const std::string& name, const std::vector<std::int64_t>& shape, Span<T> values) {
    add(name, detail::dtype_of<T>(), shape, values.data(), values.size() * sizeof(T));
  }
  template <typename T>
  void add(const std::string& name, const std::vector<std::int64_t>& shape,
           const std::vector<T>& values) {
    add(name, shape, Span<T>(values));
  }
  /// Any dtype, from `bytes` bytes in memory.
  void add(const std::string& name, Dtype dtype, const std::vector<std::int64_t>& shape,
           const void* data, std::size_t bytes) {
    std::uint64_t expected = dtype == Dtype::int64                                 ? 8
                             : dtype == Dtype::float16 || dtype == Dtype::bfloat16 ? 2
                                                                                   : 4;
    bool fits = true;
    for (const std::int64_t size : shape) {
      fits = fits && size >= 0 &&
             (size == 0 || expected <= UINT64_MAX / static_cast<std::uint64_t>(size));
      if (fits) expected *= static_cast<std::uint64_t>(size);
    }
    if (!fits || expected != bytes) {
      throw Error(Status::invalid_argument, "tensor \"" + name +
                                                "\": the shape does not hold the " +
                                                std::to_string(bytes) + " bytes given");
    }
    detail::check([&](raygen_error* error) {
      return raygen_tensors_add(get(), name.data(), name.size(), static_cast<raygen_dtype>(dtype),
                                shape.data(), shape.size(), data, error);
    });
  }

  std::size_t size() const noexcept { return raygen_tensors_count(get()); }
  /// i: 0..size()-1. Throws Error(invalid_argument), Error(unsupported) for a type that Dtype does
  /// not have.
  TensorView get(std::size_t i) const& {
    const raygen_tensor_view raw = view(i);
    return {raw.name, static_cast<Dtype>(raw.dtype),
            std::vector<std::int64_t>(raw.shape, raw.shape + raw.rank), raw.data, raw.bytes};
  }
  void get(std::size_t i) const&& = delete;
  /// By name. Throws Error(format) when there is none, Error(unsupported) as above.
  TensorView get(const std::string& name) const& {
    for (std::size_t i = 0; i < size(); ++i)
      if (name == view(i).name) return get(i);
    throw Error(Status::format, "there is no tensor \"" + name + "\"");
  }
  void get(const std::string& name) const&& = delete;

  /// Writes under a temporary name that is renamed when the file is whole. Throws Error(io).
  void write(const std::string& path) const {
    detail::check([&](raygen_error* error) {
      return raygen_tensors_write(get(), path.data(), path.size(), error);
    });
  }

  raygen_tensors* get() const& noexcept { return tensors_.get(); }
  void get() const&& = delete;

 private:
  explicit Tensors(raygen_tensors* tensors) noexcept : tensors_(tensors) {}
  raygen_tensor_view view(std::size_t i) const {
    raygen_tensor_view raw;
    raygen_tensor_view_init(&raw);
    detail::check([&](raygen_error* error) { return raygen_tensors_get(get(), i, &raw, error); });
    return raw;
  }

  std::unique_ptr<raygen_tensors, detail::Free<raygen_tensors_free>> tensors_;
};

}  // namespace raygen
