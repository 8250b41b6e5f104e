#pragma once
// Reports as token ids.

#include "dataset/dataset.hpp"
#include "text/tokenizer.hpp"

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

namespace raygen::engine {

/// Ids of many prompts, tokenised once beforehand.
class TokenizedPrompts {
 public:
  TokenizedPrompts(const Tokenizer& tokenizer, const Dataset& dataset,
                   const std::vector<std::size_t>& indices);
  explicit TokenizedPrompts(const std::vector<TokenizedText>& texts);

  std::int64_t size() const { return static_cast<std::int64_t>(lengths_.size()); }
  /// int64 [L] of one prompt.
  at::Tensor ids(std::int64_t prompt) const { return ids_[prompt]; }
  /// Tokens that are not padding.
  std::int64_t length(std::int64_t prompt) const {
    return lengths_[static_cast<std::size_t>(prompt)];
  }

 private:
  at::Tensor ids_;  // int64 [n,L]
  std::vector<std::int64_t> lengths_;
};

/// lengths → int64 [n,L], 1 where a token is.
at::Tensor attention_mask(const std::vector<std::int64_t>& lengths, std::int64_t length);

}  // namespace raygen::engine
