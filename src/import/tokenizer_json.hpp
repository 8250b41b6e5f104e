#pragma once
// tokenizer.json of Hugging Face's tokenizers: a vocabulary and what is done to a text before it.

#include "limits.hpp"
#include "text/architecture.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace raygen::engine {

struct TokenizerJson {
  TokenizerKind kind = TokenizerKind::wordpiece;
  /// WordPiece: the tokens by id, "" where there is none. SentencePiece: empty.
  std::vector<std::string> pieces;
  std::string sentencepiece;  // SentencePiece: the bytes of a .model file
  std::vector<AddedToken> added;
  // BERT's normaliser; nothing where the file has another one, which `unlike_bert` names.
  std::optional<bool> lower_case, strip_accents, split_cjk;
  /// What a tokenizer has that BERT's lacks, or the other way about; empty: it is BERT's.
  std::string unlike_bert;
};

/// Reads WordPiece and Unigram. Throws Error(format | limit), and Error(unsupported) naming what is
/// of another kind.
TokenizerJson read_tokenizer_json(const std::filesystem::path& path, const Limits& limits);

}  // namespace raygen::engine
