#pragma once
// Vocabularies learned from texts, for a text encoder that is trained from scratch.

#include "text/architecture.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace raygen::engine {

/// The content of a vocab.txt of at most `entries` lines: [PAD] [UNK] [CLS] [SEP] [MASK], the
/// characters of the texts as beginnings and
/// ("##") continuations of words, then pieces by merging the most frequent neighbours (as Hugging
/// Face's WordPieceTrainer: byte-pair encoding over continuation pieces, pairs seen once are left
/// apart). Where not even the characters fit, the rarest are left out. The texts are split as
/// `architecture` has it. The same texts in any order give the same vocabulary. Throws
/// Error(invalid_argument).
std::string learn_wordpiece(const std::vector<std::string>& texts, std::size_t entries,
                            const TextArchitecture& architecture);

/// The bytes of a SentencePiece .model (unigram; NFKC and lower case) of at most `entries` pieces:
/// <pad> 0, <unk> 1, <s> 2, </s> 3, <mask> 4, and every character of the texts. Throws
/// Error(invalid_argument) when the texts are empty or the characters do not fit.
std::string learn_sentencepiece(const std::vector<std::string>& texts, std::size_t entries);

}  // namespace raygen::engine
