#pragma once
// The steps of `raygen convert`: each turns one source into an architecture, inferred from names
// and shapes, and its tensors.

#include "error.hpp"
#include "import/checkpoint.hpp"
#include "import/import.hpp"
#include "masked_decoder/architecture.hpp"
#include "storage/safetensors.hpp"
#include "storage/utf8.hpp"
#include "text/architecture.hpp"
#include "vqgan/architecture.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace raygen::engine {

/// What a person should know about a conversion, one a line.
class ImportNotes {
 public:
  template <typename... Args>
  void add(fmt::format_string<Args...> format, Args&&... args) {
    text_ += utf8::escape(formatted(format, std::forward<Args>(args)...)) + "\n";  // names of files
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

/// The tensors of one source by name, for inference: asking for what is not there is an
/// Error(format) naming file and tensor.
class WeightTable {
 public:
  WeightTable(TensorMap tensors, std::string where)
      : tensors_(std::move(tensors)), where_(std::move(where)) {}

  bool contains(const std::string& name) const { return tensors_.count(name) != 0; }
  /// The extent of one dimension of a tensor that has `dimensions` of them.
  std::int64_t extent(const std::string& name, std::size_t dimensions, std::size_t dimension) const;
  /// How many consecutive numbers i have tensors called prefix + i + "." + …
  std::int64_t count(const std::string& prefix) const;
  const TensorMap& tensors() const { return tensors_; }
  const std::string& where() const { return where_; }

  /// Exactly the tensors of `specs`, float64 as float32. Others are an error unless their names
  /// start with one of `ignored`.
  TensorMap select(const std::vector<TensorSpec>& specs,
                   const std::vector<std::string>& ignored) const;

 private:
  TensorMap tensors_;
  std::string where_;
};

/// Names without what wrappers put before them: "model." (Lightning), "module." (data parallel),
/// "_orig_mod." (torch.compile).
TensorMap without_wrappers(const TensorMap& tensors, const std::string& where);

struct ImportedDecoder {
  MaskedDecoderArchitecture architecture;
  TensorMap tensors;
  TensorMap text;          // the text encoder inside the checkpoint, if any
  std::string heads_from;  // where the number of heads was found
};
ImportedDecoder import_decoder(const ImportSources& sources, const Limits& limits,
                               ImportNotes& notes);

struct ImportedVqgan {
  VqganArchitecture architecture;
  TensorMap tensors;
};
/// `tokens` of the masked decoder give the grid and with it the resolution, which convolutions do
/// not store.
ImportedVqgan import_vqgan(const ImportSources& sources, std::int64_t tokens, const Limits& limits,
                           ImportNotes& notes);

struct ImportedText {
  TextArchitecture architecture;
  TensorMap tensors;
  std::string vocabulary;
};
ImportedText import_text(const ImportSources& sources, const TensorMap& embedded,
                         const Limits& limits, ImportNotes& notes);

/// Attention heads as a config states them, with the file they were found in. Sizes stated beside
/// them must agree with `architecture`.
struct StatedHeads {
  std::int64_t heads = 0;
  std::string from;
};
std::optional<StatedHeads> heads_from_file(const std::filesystem::path& path,
                                           const MaskedDecoderArchitecture& architecture,
                                           const Limits& limits);
std::optional<StatedHeads> heads_beside(const std::filesystem::path& checkpoint,
                                        const MaskedDecoderArchitecture& architecture,
                                        const Limits& limits);

/// Throws Error(format) naming both values where taming's yaml and the weights disagree.
void check_vqgan_config(const std::filesystem::path& path, const VqganArchitecture& architecture,
                        const Limits& limits, ImportNotes& notes);

/// Kind, length, casing and special ids from the vocabulary and what the folder says about it.
/// Returns the vocabulary's bytes.
std::string import_tokenizer(const ImportSources& sources, TextArchitecture& architecture,
                             const Limits& limits, ImportNotes& notes);

/// Text of a small file.
std::string read_config(const std::filesystem::path& path, const Limits& limits);

}  // namespace raygen::engine
