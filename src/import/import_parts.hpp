#pragma once
// The steps of `raygen convert`: each turns one source into an architecture, inferred from names
// and shapes, and its tensors.

#include "classifier/architecture.hpp"
#include "error.hpp"
#include "import/checkpoint.hpp"
#include "import/import.hpp"
#include "import/import_notes.hpp"
#include "import/settings.hpp"
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

  /// Exactly the tensors of `specs`, float64 as float32. Others are left out, and noted, when their
  /// names start with one of `unused` or are those of known extras (names.hpp); else they are an
  /// error that names them.
  TensorMap select(const std::vector<TensorSpec>& specs, const std::vector<std::string>& unused,
                   ImportNotes& notes) const;

 private:
  void leave_out(const TensorMap& selected, const std::vector<std::string>& unused,
                 ImportNotes& notes) const;

  TensorMap tensors_;
  std::string where_;
};

/// The names of the network that has a tensor called `anchor`: without wrappers, without what
/// stands before all of its names, without those that start with one of `ignore`. What is not the
/// network's keeps its name.
TensorMap own_names(const TensorMap& tensors, const std::string& anchor,
                    const std::vector<std::string>& ignore, const std::string& where,
                    ImportNotes& notes);
/// Tensors that every masked decoder, and every VQ-GAN, has.
inline const std::string kDecoderAnchor = "image_embedding.weight";
inline const std::string kVqganAnchor = "encoder.conv_in.weight";

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
/// not store. `codebook` is how many tokens the masked decoder knows; 0: there is none.
ImportedVqgan import_vqgan(const ImportSources& sources, std::int64_t tokens, std::int64_t codebook,
                           const Limits& limits, ImportNotes& notes);

struct ImportedClassifier {
  ClassifierArchitecture architecture;
  TensorMap tensors;
};
ImportedClassifier import_classifier(const ImportSources& sources, const Limits& limits,
                                     ImportNotes& notes);

struct ImportedText {
  TextArchitecture architecture;
  TensorMap tensors;
  std::string vocabulary;
};
ImportedText import_text(const ImportSources& sources, const TensorMap& embedded,
                         const Limits& limits, ImportNotes& notes);

/// Attention heads as a config states them, at any depth, with the place they were found in. What
/// speaks of heads and cannot be understood, or in two ways, is an Error(format) that asks for
/// --heads. Sizes stated beside them in a file must agree with `architecture`.
struct StatedHeads {
  std::int64_t heads = 0;
  std::string from;
};
std::optional<StatedHeads> heads_from_settings(const Settings& settings, const std::string& where);
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

/// Notes which weights of a file were taken, and which of them were not.
void note_taken(const Checkpoint& checkpoint, const char* network, ImportNotes& notes);

/// Text of a small file.
std::string read_config(const std::filesystem::path& path, const Limits& limits);

}  // namespace raygen::engine
