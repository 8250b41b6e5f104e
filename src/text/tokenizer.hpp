#pragma once

#include "text/architecture.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace raygen::engine {

struct TokenizedText {
  std::vector<std::int32_t> input_ids;       // [length]: specials included, truncated, padded
  std::vector<std::int32_t> attention_mask;  // [length]: 1 = text, 0 = padding
  std::int64_t token_count = 0;              // before truncation, specials included
};

/// Text to ids. Immutable after construction; any number of threads.
class Tokenizer {
 public:
  virtual ~Tokenizer() = default;
  /// `text` is UTF-8; each invalid sequence becomes U+FFFD as Python's errors="replace" has it.
  virtual TokenizedText encode(std::string_view text) const = 0;
};

/// `vocabulary` is the content of vocab.txt (WordPiece) or of a SentencePiece .model file; `where`
/// names it in errors. Throws Error(format) when it does not fit the architecture.
std::unique_ptr<Tokenizer> make_tokenizer(const TextArchitecture& architecture,
                                          const std::string& vocabulary, const std::string& where);

}  // namespace raygen::engine
