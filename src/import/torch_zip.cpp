#include "error.hpp"
#include "import/torch_file.hpp"
#include "storage/json.hpp"

#include <ATen/ATen.h>
#include <zip.h>

#include <map>

namespace raygen::engine {

namespace {

constexpr std::uint64_t kMaxRecordBytes = 64;  // version, byteorder

class TorchZip : public TorchFile {
 public:
  TorchZip(std::shared_ptr<const MappedFile> file, const Limits& limits)
      : file_(std::move(file)), where_(file_->path().string()), limits_(limits) {
    open();
    index();
    const auto byte_order = entries_.find(prefix_ + "byteorder");
    if (byte_order != entries_.end()) {
      if (const std::string order = read_text(*byte_order, kMaxRecordBytes); order != "little") {
        fail(Status::unsupported, "{}: byteorder is {}, only 'little' is read", where_,
             in_quotes(order));
      }
    }
    const auto entry = entries_.find(prefix_ + "data.pkl");
    pickle_ = Pickle::parse(read_text(*entry, Pickle::max_bytes), where_ + "/" + entry->first);
  }

  const Pickle& pickle() const override { return pickle_; }

  at::Tensor storage(const Pickle::Storage& storage) const override {
    const std::uint64_t expected = storage_bytes(storage, limits_, where_);
    const auto entry = entries_.find(prefix_ + "data/" + storage.key);
    if (entry == entries_.end())
      fail(Status::format, "{}: storage {} is missing", where_, in_quotes(storage.key));
    const std::uint64_t size = entry_size(*entry);
    if (size != expected) {
      fail(Status::format, "{}: storage {} has {} bytes, its {} elements of type {} need {}",
           where_, in_quotes(storage.key), size, storage.elements, c10::toString(storage.dtype),
           expected);
    }
    at::Tensor values = at::empty({storage.elements}, storage.dtype);
    read(*entry, values.data_ptr(), size);
    return values;
  }

 private:
  using Entries = std::map<std::string, zip_uint64_t>;
  using Entry = Entries::value_type;

  void open() {
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t* source = zip_source_buffer_create(file_->data(), file_->size(), 0, &error);
    if (source != nullptr) {
      archive_.reset(zip_open_from_source(source, ZIP_RDONLY, &error));
      if (!archive_) zip_source_free(source);
    }
    const std::string message = zip_error_strerror(&error);
    zip_error_fini(&error);
    if (!archive_) fail(Status::format, "{}: broken zip file: {}", where_, message);
  }

  void index() {
    const zip_int64_t count = zip_get_num_entries(archive_.get(), 0);
    for (zip_int64_t i = 0; i < count; ++i) {
      const auto number = static_cast<zip_uint64_t>(i);
      const char* name = zip_get_name(archive_.get(), number, ZIP_FL_ENC_RAW);
      if (name == nullptr) fail(Status::format, "{}: zip entry {} has no name", where_, i);
      if (!entries_.emplace(name, number).second)
        fail(Status::format, "{}: zip entry {} is there twice", where_, in_quotes(name));
    }
    static constexpr std::string_view pickle_name = "data.pkl";
    std::size_t found = 0;
    for (const auto& [name, number] : entries_) {
      const std::size_t slash = name.find('/');
      if (slash == std::string::npos || name.substr(slash + 1) != pickle_name) continue;
      prefix_ = name.substr(0, slash + 1);
      ++found;
    }
    if (found != 1)
      fail(Status::format,
           "{}: {} entries called data.pkl in the zip file, a torch checkpoint has one", where_,
           found);
  }

  /// Stored and plain: torch writes no other entries, and a compressed one could grow without
  /// bound.
  std::uint64_t entry_size(const Entry& entry) const {
    zip_stat_t status;
    zip_stat_init(&status);
    if (zip_stat_index(archive_.get(), entry.second, 0, &status) != 0)
      fail(Status::format, "{}: cannot read zip entry {}", where_, in_quotes(entry.first));
    const zip_uint64_t needed =
        ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
    if ((status.valid & needed) != needed)
      fail(Status::format, "{}: zip entry {} is not described whole", where_,
           in_quotes(entry.first));
    if (status.comp_method != ZIP_CM_STORE)
      fail(Status::unsupported, "{}: zip entry {} is compressed, torch stores its entries", where_,
           in_quotes(entry.first));
    if (status.encryption_method != ZIP_EM_NONE)
      fail(Status::unsupported, "{}: zip entry {} is encrypted", where_, in_quotes(entry.first));
    if (status.size != status.comp_size || status.size > file_->size()) {
      fail(Status::format, "{}: zip entry {} says it has {} bytes, stored as {}, in a file of {}",
           where_, in_quotes(entry.first), status.size, status.comp_size, file_->size());
    }
    return status.size;
  }

  void read(const Entry& entry, void* target, std::uint64_t size) const {
    // Entries that share their bytes would let a small file ask for any amount of memory.
    if (size > file_->size() - read_)
      fail(Status::format, "{}: the zip file's entries are larger than the file", where_);
    read_ += size;
    const std::unique_ptr<zip_file_t, decltype(&zip_fclose)> stream(
        zip_fopen_index(archive_.get(), entry.second, 0), zip_fclose);
    if (!stream)
      fail(Status::format, "{}: cannot read zip entry {}: {}", where_, in_quotes(entry.first),
           zip_strerror(archive_.get()));
    auto* bytes = static_cast<char*>(target);
    while (size > 0) {
      const zip_int64_t got = zip_fread(stream.get(), bytes, size);
      if (got <= 0)
        fail(Status::format, "{}: zip entry {} ends early or is damaged: {}", where_,
             in_quotes(entry.first), zip_file_strerror(stream.get()));
      bytes += got;
      size -= static_cast<std::uint64_t>(got);
    }
    char beyond = 0;  // the checksum is compared at the end of the entry
    if (zip_fread(stream.get(), &beyond, 1) != 0) {
      fail(Status::format, "{}: zip entry {} is damaged: {}", where_, in_quotes(entry.first),
           zip_file_strerror(stream.get()));
    }
  }

  std::string read_text(const Entry& entry, std::uint64_t most) const {
    const std::uint64_t size = entry_size(entry);
    if (size > most)
      fail(Status::limit, "{}: zip entry {} has {} bytes, the limit is {}", where_,
           in_quotes(entry.first), size, most);
    std::string text(static_cast<std::size_t>(size), '\0');
    read(entry, text.data(), size);
    return text;
  }

  std::shared_ptr<const MappedFile> file_;  // outlives the archive, which reads from it
  std::string where_;
  Limits limits_;
  std::unique_ptr<zip_t, decltype(&zip_discard)> archive_{nullptr, zip_discard};
  Entries entries_;
  std::string prefix_;
  Pickle pickle_;
  mutable std::uint64_t read_ = 0;
};

}  // namespace

bool is_torch_zip(const MappedFile& file) { return file.text().starts_with("PK\x03\x04"); }

std::unique_ptr<TorchFile> open_torch_zip(std::shared_ptr<const MappedFile> file,
                                          const Limits& limits) {
  return std::make_unique<TorchZip>(std::move(file), limits);
}

}  // namespace raygen::engine
