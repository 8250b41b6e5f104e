#pragma once

#include "text/tokenizer.hpp"

#include <cstddef>

namespace raygen::engine {

inline constexpr std::size_t kMaxWordLength = 100;  // code points; a longer word is [UNK]

/// BERT's WordPiece (Devlin et al. 2019), as transformers' BertTokenizer: one token a line of
/// `vocabulary`, its id the line's number.
std::unique_ptr<Tokenizer> make_wordpiece(const TextArchitecture& architecture,
                                          const std::string& vocabulary, const std::string& where);

}  // namespace raygen::engine
