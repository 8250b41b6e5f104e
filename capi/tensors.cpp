#include "door.hpp"
#include "storage/mapped_file.hpp"
#include "storage/safetensors.hpp"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cstring>

struct raygen_tensors {
  std::vector<std::pair<std::string, at::Tensor>> entries;
  std::shared_ptr<const raygen::engine::SafetensorsFile> file;  // that they were read from

  void expect_whole() const {
    if (file) file->expect_whole();
  }
};

namespace raygen::capi {
namespace {

constexpr at::ScalarType types[] = {at::kFloat, at::kInt, at::kLong, at::kHalf,
                                    at::kBFloat16};  // by raygen_dtype

/// A copy of the caller's values. Their bytes are counted before anything is taken.
at::Tensor copy_tensor(raygen_dtype dtype, const std::int64_t* shape, std::size_t rank,
                       const void* data, std::string_view name) {
  const at::ScalarType type = types[choice(dtype, RAYGEN_DTYPE_BFLOAT16, "dtype")];
  constexpr std::size_t most = 64;
  if (rank > most)
    fail(Status::invalid_argument, "tensor \"{}\": rank is {}; 0 to {} was expected", name, rank,
         most);
  if (rank > 0) required(shape, "shape");
  std::int64_t bytes = static_cast<std::int64_t>(c10::elementSize(type)), strides = bytes;
  for (std::size_t i = 0; i < rank; ++i) {
    if (shape[i] < 0)
      fail(Status::invalid_argument, "tensor \"{}\": shape[{}] is {}; 0 or more was expected", name,
           i, shape[i]);
    if (__builtin_mul_overflow(strides, std::max<std::int64_t>(shape[i], 1), &strides)) {
      fail(Status::invalid_argument,
           "tensor \"{}\": the shape has more elements than 64 bits count", name);
    }
    bytes *= shape[i];
  }
  expect_at_most(static_cast<std::uint64_t>(bytes), engine::Limits().max_memory_bytes,
                 formatted("the number of bytes of tensor \"{}\"", name));
  if (bytes > 0 && data == nullptr)
    fail(Status::invalid_argument, "tensor \"{}\": data is NULL, {} bytes were expected", name,
         bytes);
  const at::Tensor tensor = at::empty(at::IntArrayRef(shape, rank), at::TensorOptions(type));
  if (bytes > 0) std::memcpy(tensor.mutable_data_ptr(), data, static_cast<std::size_t>(bytes));
  return tensor;
}

const at::Tensor* find(const raygen_tensors& tensors, std::string_view name) {
  const auto found = std::find_if(tensors.entries.begin(), tensors.entries.end(),
                                  [&](const auto& entry) { return entry.first == name; });
  return found == tensors.entries.end() ? nullptr : &found->second;
}

}  // namespace
}  // namespace raygen::capi

using namespace raygen::capi;

extern "C" {

raygen_status raygen_tensors_create(raygen_tensors** tensors, raygen_error* error) {
  clear(tensors);
  return guard(error, [&] { give(tensors, "tensors"); });
}

raygen_status raygen_tensors_read(const char* path, size_t path_length, const raygen_limits* limits,
                                  raygen_tensors** tensors, raygen_error* error) {
  clear(tensors);
  return guard(error, [&] {
    raygen_tensors*& out = required(tensors, "tensors");
    const c10::InferenceMode inference;
    // The caller reads them whenever it likes: what fits in memory is not left to the file.
    constexpr std::uint64_t read_bytes = std::uint64_t{64} << 20;
    auto read = std::make_unique<raygen_tensors>();
    read->file = raygen::engine::SafetensorsFile::open(raygen::engine::MappedFile::open(
        path_of(path, path_length, "path"), limits_of(limits).max_file_bytes, read_bytes));
    for (const auto& entry : read->file->entries())
      read->entries.emplace_back(entry.first, read->file->tensor(entry.first));
    out = read.release();
  });
}

void raygen_tensors_free(raygen_tensors* tensors) { destroy(tensors); }

raygen_status raygen_tensors_add(raygen_tensors* tensors, const char* name, size_t name_length,
                                 raygen_dtype dtype, const int64_t* shape, size_t rank,
                                 const void* data, raygen_error* error) {
  return guard(error, [&] {
    raygen_tensors& to = required(tensors, "tensors");
    const std::string_view key = text_of(name, name_length, "name");
    if (key.empty()) fail(Status::invalid_argument, "name is empty");
    if (key == "__metadata__")
      fail(Status::invalid_argument, "name is \"__metadata__\", which the format keeps for itself");
    if (find(to, key) != nullptr)
      fail(Status::invalid_argument, "there is a tensor \"{}\" already", key);
    const c10::InferenceMode inference;
    to.entries.emplace_back(key, copy_tensor(dtype, shape, rank, data, key));
  });
}

size_t raygen_tensors_count(const raygen_tensors* tensors) {
  return !usable(tensors) ? 0 : tensors->entries.size();
}

raygen_status raygen_tensors_get(const raygen_tensors* tensors, size_t i, raygen_tensor_view* view,
                                 raygen_error* error) {
  return guard(error, [&] {
    const auto& entries = required(tensors, "tensors").entries;
    raygen_tensor_view& out = sized(view, "view", "raygen_tensor_view");
    if (i >= entries.size())
      fail(Status::invalid_argument, "tensor {} was asked for; there are {}", i, entries.size());
    tensors->expect_whole();
    const auto& [name, tensor] = entries[i];
    const auto* type = std::find(std::begin(types), std::end(types), tensor.scalar_type());
    if (type == std::end(types)) {
      fail(Status::unsupported, "tensor \"{}\" is of type {}, which raygen_dtype does not have",
           name, c10::toString(tensor.scalar_type()));
    }
    raygen_tensor_view filled{};
    filled.name = name.c_str();
    filled.dtype = static_cast<raygen_dtype>(type - std::begin(types));
    filled.rank = tensor.sizes().size();
    filled.shape = tensor.sizes().data();
    filled.data = tensor.const_data_ptr();
    filled.bytes = tensor.nbytes();
    put(out, filled);
  });
}

raygen_status raygen_tensors_write(const raygen_tensors* tensors, const char* path,
                                   size_t path_length, raygen_error* error) {
  return guard(error, [&] {
    const auto& entries = required(tensors, "tensors").entries;
    tensors->expect_whole();
    const c10::InferenceMode inference;
    raygen::engine::write_safetensors(path_of(path, path_length, "path"), entries);
  });
}

void(raygen_tensor_view_init)(raygen_tensor_view* view, size_t struct_size) {
  initialize(view, struct_size, raygen_tensor_view{});
}

}  // extern "C"
