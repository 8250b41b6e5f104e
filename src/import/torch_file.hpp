#pragma once
// The two containers that torch.save writes: a pickle that describes tensors, and the bytes of
// their storages.

#include "import/unpickler.hpp"
#include "limits.hpp"
#include "storage/mapped_file.hpp"

#include <memory>

namespace raygen::engine {

class TorchFile {
 public:
  virtual ~TorchFile() = default;
  virtual const Pickle& pickle() const = 0;
  /// A storage's values, one-dimensional. Throws Error(format | limit) when the file does not hold
  /// as many as it says.
  virtual at::Tensor storage(const Pickle::Storage& storage) const = 0;
};

bool is_torch_zip(const MappedFile& file);
bool is_torch_legacy(const MappedFile& file);

/// Since PyTorch 1.6: a zip of stored entries, <name>/data.pkl and <name>/data/<key>.
std::unique_ptr<TorchFile> open_torch_zip(std::shared_ptr<const MappedFile> file,
                                          const Limits& limits);
/// Before: five pickles (magic number, protocol, system, object, storage keys), then each storage's
/// length and values.
std::unique_ptr<TorchFile> open_torch_legacy(std::shared_ptr<const MappedFile> file,
                                             const Limits& limits);

/// elements × size of the type. Throws Error(limit) when that passes the memory limit.
std::uint64_t storage_bytes(const Pickle::Storage& storage, const Limits& limits,
                            const std::string& where);

}  // namespace raygen::engine
