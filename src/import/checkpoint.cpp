#include "import/checkpoint.hpp"

#include "error.hpp"
#include "import/torch_file.hpp"
#include "storage/json.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <optional>

namespace raygen::engine {

namespace {

constexpr std::uint64_t kMaxHeaderBytes = std::uint64_t{64} << 20;

/// Builds the tensors that a torch file describes, each storage read once.
class TensorBuilder {
 public:
  TensorBuilder(const TorchFile& file, const Limits& limits, const std::string& where)
      : file_(file), limits_(limits), where_(where) {}

  at::Tensor build(const Pickle::Tensor& tensor, const std::string& name) {
    const auto& storage = std::get<Pickle::Storage>(file_.pickle().at(tensor.storage));
    check_view(tensor, storage, name);
    return values(storage).as_strided(tensor.shape, tensor.strides, tensor.offset);
  }

 private:
  void check_view(const Pickle::Tensor& tensor, const Pickle::Storage& storage,
                  const std::string& name) {
    std::int64_t elements = 1, last = tensor.offset;
    bool fits = tensor.offset >= 0, empty = false;
    for (std::size_t i = 0; fits && i < tensor.shape.size(); ++i) {
      const std::int64_t extent = tensor.shape[i], stride = tensor.strides[i];
      std::int64_t reach = 0;
      fits = extent >= 0 && stride >= 0 &&
             !__builtin_mul_overflow(elements, std::max<std::int64_t>(extent, 1), &elements) &&
             !__builtin_mul_overflow(std::max<std::int64_t>(extent - 1, 0), stride, &reach) &&
             !__builtin_add_overflow(last, reach, &last);
      empty = empty || extent == 0;
    }
    const std::int64_t end =
        empty ? tensor.offset : last;  // exclusive for an empty tensor, inclusive otherwise
    if (!fits || end > storage.elements || (!empty && end == storage.elements)) {
      fail(Status::format, "{}: tensor {} does not fit into its storage of {} elements", where_,
           in_quotes(name), storage.elements);
    }
    // A view may repeat its storage (stride 0): what it would be as a copy counts.
    std::uint64_t bytes = 0;
    if (__builtin_mul_overflow(static_cast<std::uint64_t>(empty ? 0 : elements),
                               c10::elementSize(storage.dtype), &bytes) ||
        bytes > limits_.max_memory_bytes - built_) {
      fail(Status::limit, "{}: tensor {} takes the tensors past the limit of {} bytes", where_,
           in_quotes(name), limits_.max_memory_bytes);
    }
    built_ += bytes;
  }

  const at::Tensor& values(const Pickle::Storage& storage) {
    const auto key = std::pair(storage.key, storage.dtype);
    const auto found = storages_.find(key);
    if (found != storages_.end()) {
      if (found->second.numel() != storage.elements) {
        fail(Status::format, "{}: storage {} is described in two ways", where_,
             in_quotes(storage.key));
      }
      return found->second;
    }
    const std::uint64_t bytes = storage_bytes(storage, limits_, where_);
    if (bytes > limits_.max_memory_bytes - read_) {
      fail(Status::limit, "{}: the storages pass the limit of {} bytes", where_,
           limits_.max_memory_bytes);
    }
    read_ += bytes;
    return storages_.emplace(key, file_.storage(storage)).first->second;
  }

  const TorchFile& file_;
  const Limits& limits_;
  const std::string& where_;
  std::map<std::pair<std::string, at::ScalarType>, at::Tensor> storages_;
  std::uint64_t read_ = 0, built_ = 0;
};

/// The mapping that holds the weights, and what it is called for messages.
std::pair<const Pickle::Mapping*, std::string> find_state_dict(const Pickle& pickle,
                                                               const std::string& where) {
  const Pickle::Value& root = pickle.root();
  if (!std::holds_alternative<Pickle::Mapping>(root)) {
    const Status status =
        std::holds_alternative<Pickle::Foreign>(root) ? Status::unsupported : Status::format;
    fail(status, "{}: the file holds {}, a mapping of names to tensors was expected", where,
         describe(root));
  }
  for (const char* name : {"state_dict", "model", "model_state_dict"}) {
    const Pickle::Value* value = pickle.find(root, name);
    if (value == nullptr || std::holds_alternative<Pickle::Tensor>(*value)) continue;
    if (const auto* mapping = std::get_if<Pickle::Mapping>(value)) return {mapping, name};
    const Status status =
        std::holds_alternative<Pickle::Foreign>(*value) ? Status::unsupported : Status::format;
    fail(status, "{}: '{}' is {}, a mapping of names to tensors was expected", where, name,
         describe(*value));
  }
  return {&std::get<Pickle::Mapping>(root), "the top level"};
}

TensorMap read_tensors(const TorchFile& file, const Limits& limits, const std::string& where) {
  const Pickle& pickle = file.pickle();
  const auto [mapping, label] = find_state_dict(pickle, where);
  TensorBuilder builder(file, limits, where);
  TensorMap tensors;
  for (const auto& [key, item] : mapping->items) {
    const auto* name = std::get_if<std::string>(&pickle.at(key));
    if (name == nullptr)
      fail(Status::format, "{}: {} has {} as a key, names were expected", where, label,
           describe(pickle.at(key)));
    const Pickle::Value& value = pickle.at(item);
    if (const auto* foreign = std::get_if<Pickle::Foreign>(&value)) {
      fail(Status::unsupported, "{}: {} in {} asks for {}, which is neither run nor read", where,
           in_quotes(*name), label, in_quotes(foreign->name));
    }
    const auto* tensor = std::get_if<Pickle::Tensor>(&value);
    if (tensor == nullptr) {
      fail(Status::format, "{}: {} in {} is {}, a tensor was expected", where, in_quotes(*name),
           label, describe(value));
    }
    if (!tensors.emplace(*name, builder.build(*tensor, *name)).second) {
      fail(Status::format, "{}: tensor {} is there twice", where, in_quotes(*name));
    }
  }
  if (tensors.empty()) fail(Status::format, "{}: no tensors in {}", where, label);
  return tensors;
}

/// Numbers, strings and bools of nested mappings, "a.b" → text. Bounded: the values may point at
/// each other in circles.
class Flattener {
 public:
  Flattener(const Pickle& pickle, std::map<std::string, std::string>& out)
      : pickle_(pickle), out_(out) {}

  void add(const Pickle::Value& value, const std::string& prefix, int depth) {
    const auto* mapping = std::get_if<Pickle::Mapping>(&value);
    if (mapping == nullptr || depth == kDeepest) return;
    for (const auto& [key, ref] : mapping->items) {
      if (++visited_ > kMost) return;
      const auto* name = std::get_if<std::string>(&pickle_.at(key));
      if (name == nullptr || name->size() > kLongest) continue;
      const std::string path = prefix.empty() ? *name : prefix + "." + *name;
      const Pickle::Value& item = pickle_.at(ref);
      if (const std::optional<std::string> text = scalar(item)) {
        out_[path] = *text;
      } else {
        add(item, path, depth + 1);
      }
    }
  }

 private:
  static constexpr int kDeepest = 6;
  static constexpr std::size_t kMost = 4096, kLongest = 4096;

  static std::optional<std::string> scalar(const Pickle::Value& value) {
    if (const auto* integer = std::get_if<std::int64_t>(&value)) return formatted("{}", *integer);
    if (const auto* number = std::get_if<double>(&value)) return formatted("{}", *number);
    if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
    const auto* text = std::get_if<std::string>(&value);
    if (text != nullptr && text->size() <= kLongest) return *text;
    return std::nullopt;
  }

  const Pickle& pickle_;
  std::map<std::string, std::string>& out_;
  std::size_t visited_ = 0;
};

bool is_safetensors(const MappedFile& file) {
  const std::string_view text = file.text();
  if (text.size() <= sizeof(std::uint64_t) || text[sizeof(std::uint64_t)] != '{') return false;
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < sizeof length; ++i)
    length |= std::uint64_t{static_cast<unsigned char>(text[i])} << (8 * i);
  return length <= kMaxHeaderBytes;
}

}  // namespace

std::uint64_t storage_bytes(const Pickle::Storage& storage, const Limits& limits,
                            const std::string& where) {
  std::uint64_t bytes = 0;
  if (__builtin_mul_overflow(static_cast<std::uint64_t>(storage.elements),
                             c10::elementSize(storage.dtype), &bytes) ||
      bytes > limits.max_memory_bytes) {
    fail(Status::limit, "{}: storage {} of {} elements of type {}, the limit is {} bytes", where,
         in_quotes(storage.key), storage.elements, c10::toString(storage.dtype),
         limits.max_memory_bytes);
  }
  return bytes;
}

Checkpoint read_checkpoint(const std::filesystem::path& path, const Limits& limits) {
  Checkpoint checkpoint;
  checkpoint.path = path;
  const std::string where = path.string();
  std::shared_ptr<const MappedFile> file = MappedFile::open(path, limits.max_file_bytes);
  std::unique_ptr<TorchFile> torch;
  if (is_torch_zip(*file)) {
    torch = open_torch_zip(std::move(file), limits);
  } else if (is_torch_legacy(*file)) {
    torch = open_torch_legacy(std::move(file), limits);
  } else if (is_safetensors(*file)) {
    checkpoint.tensors = SafetensorsFile::open(path, limits)->tensors();
    if (checkpoint.tensors.empty()) fail(Status::format, "{}: no tensors", where);
    return checkpoint;
  } else {
    fail(Status::format,
         "{} is no checkpoint that is known: neither torch's zip nor its legacy format, nor "
         "safetensors",
         where);
  }
  checkpoint.tensors = read_tensors(*torch, limits, where);
  if (const Pickle::Value* parameters =
          torch->pickle().find(torch->pickle().root(), "hyper_parameters")) {
    Flattener(torch->pickle(), checkpoint.hyper_parameters).add(*parameters, "", 0);
  }
  return checkpoint;
}

}  // namespace raygen::engine
