#include "storage/safetensors_writer.hpp"

#include "error.hpp"
#include "storage/json.hpp"
#include "storage/safetensors.hpp"

#include <ATen/ATen.h>

#include <utility>

namespace raygen::engine {

namespace {

constexpr std::size_t kHeaderAlignment = 8;

}  // namespace

std::string safetensors_dtype(at::ScalarType type) {
  switch (type) {
    case at::kDouble:
      return "F64";
    case at::kFloat:
      return "F32";
    case at::kHalf:
      return "F16";
    case at::kBFloat16:
      return "BF16";
    case at::kLong:
      return "I64";
    case at::kInt:
      return "I32";
    case at::kShort:
      return "I16";
    case at::kChar:
      return "I8";
    case at::kUInt16:
      return "U16";
    case at::kByte:
      return "U8";
    case at::kBool:
      return "BOOL";
    default:
      fail(Status::unsupported, "safetensors: tensors of type {} are not written",
           c10::toString(type));
  }
}

SafetensorsWriter::SafetensorsWriter(const std::filesystem::path& path, std::vector<Item> items,
                                     const std::map<std::string, std::string>& metadata)
    : file_(path), path_(path.string()), items_(std::move(items)) {
  Json header = Json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::uint64_t offset = 0;
  for (const auto& [spec, dtype] : items_) {
    if (spec.name == "__metadata__" || header.contains(spec.name)) {
      fail(Status::invalid_argument, "{}: tensor name {} is taken", path_, in_quotes(spec.name));
    }
    std::uint64_t size = c10::elementSize(dtype);
    for (const std::int64_t extent : spec.shape) size *= static_cast<std::uint64_t>(extent);
    header[spec.name] = {{"dtype", safetensors_dtype(dtype)},
                         {"shape", spec.shape},
                         {"data_offsets", {offset, offset + size}}};
    offset += size;
  }
  std::string text = json_text(header);
  text.append((kHeaderAlignment - text.size() % kHeaderAlignment) % kHeaderAlignment, ' ');
  unsigned char length[8];
  for (int i = 0; i < 8; ++i)
    length[i] = static_cast<unsigned char>(static_cast<std::uint64_t>(text.size()) >> (8 * i));
  put(length, sizeof length);
  put(text.data(), text.size());
}

void SafetensorsWriter::write(const at::Tensor& tensor) {
  if (next_ == items_.size())
    fail(Status::internal, "{}: more tensors than its header names", path_);
  const auto& [spec, dtype] = items_[next_++];
  if (tensor.scalar_type() != dtype || tensor.sizes() != at::IntArrayRef(spec.shape)) {
    fail(Status::internal, "{}: tensor {} does not fit its header", path_, in_quotes(spec.name));
  }
  const at::Tensor values = tensor.detach().to(at::kCPU).contiguous();
  put(values.const_data_ptr(), values.nbytes());
}

void SafetensorsWriter::commit() {
  if (next_ != items_.size())
    fail(Status::internal, "{}: {} of {} tensors written", path_, next_, items_.size());
  file_.commit_durably();
}

void SafetensorsWriter::put(const void* data, std::size_t size) {
  sum_.update(data, size);
  file_.write(data, size);
  bytes_ += size;
}

void write_safetensors(const std::filesystem::path& path,
                       const std::vector<std::pair<std::string, at::Tensor>>& tensors,
                       const std::map<std::string, std::string>& metadata) {
  std::vector<SafetensorsWriter::Item> items;
  for (const auto& [name, tensor] : tensors) {
    if (!tensor.defined())
      fail(Status::invalid_argument, "{}: tensor {} is undefined", path.string(), in_quotes(name));
    items.push_back({{name, tensor.sizes().vec()}, tensor.scalar_type()});
  }
  SafetensorsWriter writer(path, std::move(items), metadata);
  for (const auto& [name, tensor] : tensors) writer.write(tensor);
  writer.commit();
}

}  // namespace raygen::engine
