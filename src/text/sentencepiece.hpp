#pragma once

#include "text/tokenizer.hpp"

namespace raygen::engine {

/// A SentencePiece .model (Kudo and Richardson 2018): unigram, BPE, word or char. The model's own
/// rules clean the text; lower_case, strip_accents and split_cjk are not looked at.
std::unique_ptr<Tokenizer> make_sentencepiece(const TextArchitecture& architecture,
                                              const std::string& model, const std::string& where);

}  // namespace raygen::engine
