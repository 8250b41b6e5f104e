#include "import/checkpoint.hpp"

#include "error.hpp"
#include "import/module_tree.hpp"
#include "import/settings.hpp"
#include "import/shard_index.hpp"
#include "import/source_file.hpp"
#include "import/state_dict.hpp"
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

bool is_ignored(const std::string& name, const std::vector<std::string>& ignored) {
  return std::any_of(ignored.begin(), ignored.end(),
                     [&](const std::string& prefix) { return name.starts_with(prefix); });
}

using NamedRefs = std::vector<std::pair<std::string, Pickle::Ref>>;

NamedRefs names_in(const Pickle& pickle, const StateDict& state_dict, const std::string& where) {
  NamedRefs names;
  for (const auto& [key, item] : state_dict.mapping->items) {
    const auto* name = std::get_if<std::string>(&pickle.at(key));
    if (name == nullptr)
      fail(Status::format, "{}: {} has {} as a key, names were expected", where, state_dict.label,
           describe(pickle.at(key)));
    names.emplace_back(*name, item);
  }
  return names;
}

TensorMap read_tensors(const Pickle& pickle, const NamedRefs& names, const std::string& label,
                       TensorBuilder& builder, const std::vector<std::string>& ignored,
                       const std::string& where) {
  TensorMap tensors;
  for (const auto& [name, item] : names) {
    const Pickle::Value& value = pickle.at(item);
    const auto* tensor = std::get_if<Pickle::Tensor>(&value);
    // What TransformerEngine and others pickle beside a module's tensors.
    if (tensor == nullptr && (is_ignored(name, ignored) || name.ends_with("_extra_state")))
      continue;
    if (const auto* foreign = std::get_if<Pickle::Foreign>(&value)) {
      fail(Status::unsupported,
           "{}: {} in {} asks for {}, which is neither run nor read (--ignore leaves names out)",
           where, in_quotes(name), label, in_quotes(foreign->name()));
    }
    if (tensor == nullptr) {
      fail(Status::format, "{}: {} in {} is {}, a tensor was expected (--ignore leaves names out)",
           where, in_quotes(name), label, describe(value));
    }
    if (!tensors.emplace(name, builder.build(*tensor, name)).second) {
      fail(Status::format, "{}: tensor {} is there twice", where, in_quotes(name));
    }
  }
  if (tensors.empty()) fail(Status::format, "{}: no tensors in {}", where, label);
  return tensors;
}

/// The one number of a tensor of one element.
std::optional<std::string> number_in(TensorBuilder& builder, const Pickle& pickle,
                                     const Pickle::Tensor& tensor) {
  constexpr std::int64_t largest_storage = 4096;
  const auto& storage = std::get<Pickle::Storage>(pickle.at(tensor.storage));
  const bool one = std::all_of(tensor.shape.begin(), tensor.shape.end(),
                               [](std::int64_t extent) { return extent == 1; });
  if (!one || storage.elements > largest_storage) return std::nullopt;
  try {
    const at::Tensor value = builder.build(tensor, "of a setting");
    if (value.scalar_type() == at::kBool) return value.item<bool>() ? "true" : "false";
    if (at::isIntegralType(value.scalar_type(), false))
      return formatted("{}", value.item<std::int64_t>());
    return formatted("{}", value.item<double>());
  } catch (const Error&) {
    return std::nullopt;  // it is none of the weights
  }
}

/// What stands beside the weights: hyper-parameters, arguments, configs.
void read_settings(const Pickle& pickle, const StateDict& state_dict, TensorBuilder& builder,
                   Checkpoint& checkpoint) {
  constexpr std::size_t most_keys = 256;
  const auto* root = std::get_if<Pickle::Mapping>(&pickle.root());
  if (root == nullptr || root == state_dict.mapping) return;
  const TensorValue tensor_value = [&](const Pickle::Tensor& tensor) {
    return number_in(builder, pickle, tensor);
  };
  std::size_t keys = 0;
  for (const auto& [key, item] : root->items) {
    const auto* name = std::get_if<std::string>(&pickle.at(key));
    if (name == nullptr || !may_hold_settings(*name) || *name == state_dict.key) continue;
    if (++keys > most_keys) break;
    Settings settings;
    const std::string prefix = *name == "hyper_parameters" ? "" : *name;
    add_pickled_settings(pickle, pickle.at(item), prefix, tensor_value, settings);
    checkpoint.hyper_parameters.merge(settings.values);
    checkpoint.unread_parameters.merge(settings.unread);
    checkpoint.all_parameters = checkpoint.all_parameters && settings.all;
  }
}

bool is_safetensors(const MappedFile& file) {
  const std::string_view text = file.text();
  if (text.size() <= sizeof(std::uint64_t) || text[sizeof(std::uint64_t)] != '{') return false;
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < sizeof length; ++i)
    length |= std::uint64_t{static_cast<unsigned char>(text[i])} << (8 * i);
  return length <= kMaxHeaderBytes;
}

Checkpoint read_file(const std::filesystem::path& path, std::shared_ptr<const MappedFile> file,
                     const Limits& limits, const std::vector<std::string>& ignored) {
  Checkpoint checkpoint;
  checkpoint.path = path;
  const std::string where = path.string();
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
    refuse_stand_in(file->text(), where);
    fail(Status::format,
         "{} is no checkpoint that is known: neither torch's zip nor its legacy format, nor "
         "safetensors",
         where);
  }
  const Pickle& pickle = torch->pickle();
  TensorBuilder builder(*torch, limits, where);
  if (is_module(pickle, pickle.root())) {
    checkpoint.taken = formatted("a whole {}", describe(pickle.root()));
    checkpoint.tensors = read_tensors(pickle, module_tensors(pickle, pickle.root(), where),
                                      checkpoint.taken, builder, ignored, where);
    return checkpoint;
  }
  const StateDict state_dict = find_state_dict(pickle, where);
  checkpoint.tensors = read_tensors(pickle, names_in(pickle, state_dict, where), state_dict.label,
                                    builder, ignored, where);
  checkpoint.taken = state_dict.label;
  checkpoint.left_out = state_dict.left_out;
  read_settings(pickle, state_dict, builder, checkpoint);
  return checkpoint;
}

/// All tensors of the files that an index lists.
Checkpoint read_shards(const std::filesystem::path& path, const MappedFile& index,
                       const Limits& limits, const std::vector<std::string>& ignored) {
  Checkpoint checkpoint;
  checkpoint.path = path;
  const ShardIndex shards = read_shard_index(index.text(), path.string());
  std::uint64_t bytes = 0;
  for (const auto& [name, tensors] : shards) {
    const std::filesystem::path shard = path.parent_path() / name;
    if (!is_file(shard)) {
      fail(Status::io, "{} is missing, which {} lists: the download is not complete",
           shard.string(), path.filename().string());
    }
    Checkpoint part =
        read_file(shard, MappedFile::open(shard, limits.max_file_bytes), limits, ignored);
    for (const std::string& tensor : tensors) {
      if (part.tensors.count(tensor) == 0 && !is_ignored(tensor, ignored))
        fail(Status::format, "{}: tensor {} is missing, which {} lists", shard.string(),
             in_quotes(tensor), path.filename().string());
    }
    for (auto& [tensor, values] : part.tensors) {
      bytes += std::min<std::uint64_t>(values.nbytes(), limits.max_memory_bytes);
      if (bytes > limits.max_memory_bytes)
        fail(Status::limit, "{}: the tensors of its files pass the limit of {} bytes",
             path.string(), limits.max_memory_bytes);
      if (!checkpoint.tensors.emplace(tensor, std::move(values)).second)
        fail(Status::format, "{}: tensor {} is in two of its files", path.string(),
             in_quotes(tensor));
    }
  }
  checkpoint.taken = formatted("{} files", shards.size());
  return checkpoint;
}

}  // namespace

Checkpoint read_checkpoint(const std::filesystem::path& path, const Limits& limits,
                           const std::vector<std::string>& ignored) {
  std::shared_ptr<const MappedFile> file = MappedFile::open(path, limits.max_file_bytes);
  if (is_shard_index(file->text())) return read_shards(path, *file, limits, ignored);
  return read_file(path, std::move(file), limits, ignored);
}

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

}  // namespace raygen::engine
