#include "storage/safetensors.hpp"

#include "error.hpp"
#include "storage/json.hpp"
#include "storage/mapped_file.hpp"

#include <ATen/ATen.h>

#include <algorithm>

namespace raygen::engine {

namespace {

constexpr std::uint64_t kLengthBytes = 8;
constexpr std::uint64_t kMaxHeaderBytes = std::uint64_t{64} << 20;

at::ScalarType scalar_type(const std::string& dtype, const std::string& name,
                           const std::string& where) {
  static const std::map<std::string, at::ScalarType> types = {
      {"F64", at::kDouble}, {"F32", at::kFloat}, {"F16", at::kHalf},  {"BF16", at::kBFloat16},
      {"I64", at::kLong},   {"I32", at::kInt},   {"I16", at::kShort}, {"I8", at::kChar},
      {"U16", at::kUInt16}, {"U8", at::kByte},   {"BOOL", at::kBool}};
  const auto found = types.find(dtype);
  if (found == types.end())
    fail(Status::unsupported, "{}: tensor {} has the unknown dtype {}", where, in_quotes(name),
         in_quotes(dtype));
  return found->second;
}

std::vector<std::uint64_t> unsigned_list(JsonObject& object, const std::string& key) {
  const Json& list = object.get(key);
  if (!list.is_array())
    fail(Status::format, "{}: {} is not a list", object.where(), in_quotes(object.path(key)));
  std::vector<std::uint64_t> values;
  for (const Json& value : list) {
    if (!value.is_number_unsigned() ||
        value.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX)) {
      fail(Status::format, "{}: {} holds {}, non-negative integers were expected", object.where(),
           in_quotes(object.path(key)), in_quotes(json_text(value)));
    }
    values.push_back(value.get<std::uint64_t>());
  }
  return values;
}

SafetensorsFile::Entry read_entry(const Json& value, const std::string& name,
                                  std::uint64_t data_start, std::uint64_t data_bytes,
                                  const std::string& where) {
  JsonObject object(value, name, where);
  const at::ScalarType dtype = scalar_type(object.string("dtype"), name, where);
  std::uint64_t expected = c10::elementSize(dtype),
                strides = expected;  // strides overflow even where another extent is 0
  std::vector<std::int64_t> shape;
  for (const std::uint64_t extent : unsigned_list(object, "shape")) {
    expected *= extent;
    if (__builtin_mul_overflow(strides, std::max<std::uint64_t>(extent, 1), &strides) ||
        strides > INT64_MAX) {
      fail(Status::format, "{}: tensor {} has a shape with more elements than 64 bits count", where,
           in_quotes(name));
    }
    shape.push_back(static_cast<std::int64_t>(extent));
  }
  const std::vector<std::uint64_t> offsets = unsigned_list(object, "data_offsets");
  object.finish();
  if (offsets.size() != 2)
    fail(Status::format, "{}: tensor {} has {} data_offsets, expected 2", where, in_quotes(name),
         offsets.size());
  if (offsets[0] > offsets[1] || offsets[1] > data_bytes) {
    fail(Status::format, "{}: tensor {} lies at {}..{}, outside the {} bytes of data", where,
         in_quotes(name), offsets[0], offsets[1], data_bytes);
  }
  if (offsets[1] - offsets[0] != expected) {
    fail(Status::format, "{}: tensor {} has {} bytes of data, its shape and dtype ask for {}",
         where, in_quotes(name), offsets[1] - offsets[0], expected);
  }
  return {dtype, std::move(shape), static_cast<std::size_t>(data_start + offsets[0]),
          static_cast<std::size_t>(expected)};
}

/// Every byte of the data belongs to exactly one tensor.
void check_coverage(const std::map<std::string, SafetensorsFile::Entry>& entries, std::size_t start,
                    std::size_t end, const std::string& where) {
  std::vector<std::pair<const std::string*, const SafetensorsFile::Entry*>> order;
  for (const auto& [name, entry] : entries) order.emplace_back(&name, &entry);
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return std::pair(a.second->offset, a.second->bytes) <
           std::pair(b.second->offset, b.second->bytes);
  });
  std::size_t next = start;
  for (const auto& [name, entry] : order) {
    if (entry->offset < next)
      fail(Status::format, "{}: tensor {} overlaps the one before it", where, in_quotes(*name));
    if (entry->offset > next)
      fail(Status::format, "{}: {} bytes before tensor {} belong to none", where,
           entry->offset - next, in_quotes(*name));
    next += entry->bytes;
  }
  if (next != end)
    fail(Status::format, "{}: the last {} bytes belong to no tensor", where, end - next);
}

}  // namespace

std::shared_ptr<SafetensorsFile> SafetensorsFile::open(const std::filesystem::path& path,
                                                       const Limits& limits) {
  return open(MappedFile::open(path, limits.max_file_bytes));
}

std::shared_ptr<SafetensorsFile> SafetensorsFile::open(std::shared_ptr<const MappedFile> bytes) {
  const std::string where = bytes->path().string();
  auto file = std::shared_ptr<SafetensorsFile>(new SafetensorsFile);
  file->file_ = std::move(bytes);
  const std::uint64_t size = file->size();
  if (size < kLengthBytes)
    fail(Status::format, "{}: {} bytes are too few for a safetensors file", where, size);
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < kLengthBytes; ++i)
    length |= std::to_integer<std::uint64_t>(file->data()[i]) << (8 * i);
  if (length > kMaxHeaderBytes)
    fail(Status::format, "{}: header of {} bytes, at most {} are accepted", where, length,
         kMaxHeaderBytes);
  if (length > size - kLengthBytes)
    fail(Status::format, "{}: header of {} bytes in a file of {}", where, length, size);

  const std::uint64_t data_start = kLengthBytes + length;
  const Json header =
      parse_json(file->file_->text().substr(kLengthBytes, static_cast<std::size_t>(length)), where);
  if (!header.is_object()) fail(Status::format, "{}: the header is not a JSON object", where);
  for (const auto& [name, value] : header.items()) {
    if (name == "__metadata__") {
      JsonObject metadata(value, name, where);
      for (const auto& [key, text] : value.items()) file->metadata_[key] = metadata.string(key);
    } else {
      file->entries_.emplace(name, read_entry(value, name, data_start, size - data_start, where));
    }
  }
  check_coverage(file->entries_, static_cast<std::size_t>(data_start), file->size(), where);
  return file;
}

const std::filesystem::path& SafetensorsFile::path() const { return file_->path(); }
void SafetensorsFile::expect_whole() const { file_->expect_whole(); }
const std::byte* SafetensorsFile::data() const { return file_->data(); }
std::size_t SafetensorsFile::size() const { return file_->size(); }

at::Tensor SafetensorsFile::tensor(const std::string& name) const {
  const auto found = entries_.find(name);
  if (found == entries_.end())
    fail(Status::format, "{}: tensor {} is missing", path().string(), in_quotes(name));
  const Entry& entry = found->second;
  const auto options = at::TensorOptions(entry.dtype);
  if (entry.bytes == 0) return at::empty(entry.shape, options);
  file_->expect_whole();
  auto* bytes = const_cast<std::byte*>(
      data() + entry.offset);  // from_blob takes no const; the pages are read-only
  if (reinterpret_cast<std::uintptr_t>(bytes) % c10::elementSize(entry.dtype) != 0) {
    at::Tensor aligned =
        at::empty(entry.shape, options);  // the format does not align tensors of mixed types
    std::copy_n(bytes, entry.bytes, static_cast<std::byte*>(aligned.data_ptr()));
    return aligned;
  }
  return at::from_blob(
      bytes, entry.shape, [file = file_](void*) {}, options);
}

TensorMap SafetensorsFile::tensors() const {
  TensorMap all;
  for (const auto& [name, entry] : entries_) all[name] = tensor(name);
  return all;
}

void SafetensorsFile::release(const std::string& name) const {
  const auto found = entries_.find(name);
  if (found != entries_.end()) file_->release(found->second.offset, found->second.bytes);
}

}  // namespace raygen::engine
