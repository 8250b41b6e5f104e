#include "error.hpp"
#include "import/torch_file.hpp"
#include "storage/json.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <map>

namespace raygen::engine {

namespace {

constexpr std::size_t kLengthBytes = 8;
constexpr std::int64_t kProtocol = 1001;
// torch's magic number 0x1950a86a20f9469cfc6c as a pickle has it: LONG1 of ten bytes, stop.
constexpr std::string_view kMagic("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", 13);

/// Bytes of the pickle that holds the magic number, 0 when the file does not start with it.
std::size_t magic_bytes(std::string_view text) {
  constexpr std::size_t prefix = 2,
                        frame = 9;  // the protocol; from protocol 4 on, a frame of nine bytes
  if (text.size() < prefix || text[0] != '\x80' || text[1] < 2 || text[1] > 5) return 0;
  const std::size_t start = text.substr(prefix).starts_with('\x95') ? prefix + frame : prefix;
  return text.size() >= start && text.substr(start).starts_with(kMagic) ? start + kMagic.size() : 0;
}

class TorchLegacy : public TorchFile {
 public:
  TorchLegacy(std::shared_ptr<const MappedFile> file, const Limits& limits)
      : file_(std::move(file)),
        where_(file_->path().string()),
        limits_(limits),
        position_(magic_bytes(file_->text())) {
    const Pickle protocol = next();
    const auto* version = std::get_if<std::int64_t>(&protocol.root());
    if (version == nullptr || *version != kProtocol)
      fail(Status::unsupported, "{}: not torch's legacy protocol {}", where_, kProtocol);
    const Pickle system = next();
    const Pickle::Value* little = system.find(system.root(), "little_endian");
    if (little != nullptr && std::holds_alternative<bool>(*little) && !std::get<bool>(*little)) {
      fail(Status::unsupported, "{}: written big-endian, only little-endian files are read",
           where_);
    }
    pickle_ = next();
    locate_storages(next());
  }

  const Pickle& pickle() const override { return pickle_; }

  at::Tensor storage(const Pickle::Storage& storage) const override {
    const std::uint64_t bytes = storage_bytes(storage, limits_, where_);
    const auto place = places_.find(storage.key);
    if (place == places_.end())
      fail(Status::format, "{}: storage {} is missing", where_, in_quotes(storage.key));
    at::Tensor values = at::empty({storage.elements}, storage.dtype);
    std::copy_n(file_->data() + place->second, bytes, static_cast<std::byte*>(values.data_ptr()));
    return values;
  }

 private:
  Pickle next() {
    Pickle pickle = Pickle::parse(file_->text().substr(position_), where_);
    position_ += pickle.consumed();
    return pickle;
  }

  void locate_storages(const Pickle& keys) {
    std::map<std::string_view, const Pickle::Storage*> described;
    for (const Pickle::Value& value : pickle_.values()) {
      const auto* storage = std::get_if<Pickle::Storage>(&value);
      if (storage == nullptr) continue;
      const Pickle::Storage& first = *described.emplace(storage->key, storage).first->second;
      if (first.dtype != storage->dtype || first.elements != storage->elements) {
        fail(Status::format, "{}: storage {} is described in two ways", where_,
             in_quotes(storage->key));
      }
    }
    const auto* list = std::get_if<Pickle::Sequence>(&keys.root());
    if (list == nullptr)
      fail(Status::format, "{}: the storages' keys are {}, a list was expected", where_,
           describe(keys.root()));
    for (const Pickle::Ref ref : list->items) {
      const auto* key = std::get_if<std::string>(&keys.at(ref));
      const auto found = key == nullptr ? described.end() : described.find(*key);
      if (found == described.end())
        fail(Status::format, "{}: the storages' keys hold {} that no tensor uses", where_,
             describe(keys.at(ref)));
      locate(*found->second);
    }
  }

  void locate(const Pickle::Storage& storage) {
    const std::uint64_t bytes = storage_bytes(storage, limits_, where_);
    const std::uint64_t left = file_->size() - position_;
    if (left < kLengthBytes || bytes > left - kLengthBytes) {
      fail(Status::format, "{}: storage {} of {} bytes, {} bytes are left in the file", where_,
           in_quotes(storage.key), bytes, left);
    }
    std::uint64_t elements = 0;
    for (std::size_t i = 0; i < kLengthBytes; ++i)
      elements |= std::to_integer<std::uint64_t>(file_->data()[position_ + i]) << (8 * i);
    if (elements != static_cast<std::uint64_t>(storage.elements)) {
      fail(Status::format, "{}: storage {} has {} elements, its tensors were written over {}",
           where_, in_quotes(storage.key), elements, storage.elements);
    }
    if (!places_.emplace(storage.key, position_ + kLengthBytes).second) {
      fail(Status::format, "{}: storage {} is there twice", where_, in_quotes(storage.key));
    }
    position_ += kLengthBytes + static_cast<std::size_t>(bytes);
  }

  std::shared_ptr<const MappedFile> file_;
  std::string where_;
  Limits limits_;
  std::size_t position_;
  Pickle pickle_;
  std::map<std::string, std::size_t> places_;
};

}  // namespace

bool is_torch_legacy(const MappedFile& file) { return magic_bytes(file.text()) != 0; }

std::unique_ptr<TorchFile> open_torch_legacy(std::shared_ptr<const MappedFile> file,
                                             const Limits& limits) {
  return std::make_unique<TorchLegacy>(std::move(file), limits);
}

}  // namespace raygen::engine
