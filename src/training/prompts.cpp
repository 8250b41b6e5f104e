#include "training/prompts.hpp"

#include <ATen/ATen.h>

#include <numeric>

namespace raygen::engine {

namespace {

std::vector<TokenizedText> tokenize(const Tokenizer& tokenizer, const Dataset& dataset,
                                    const std::vector<std::size_t>& indices) {
  std::vector<TokenizedText> texts;
  texts.reserve(indices.size());
  for (const std::size_t index : indices)
    texts.push_back(tokenizer.encode(dataset.record(index).text));
  return texts;
}

}  // namespace

TokenizedPrompts::TokenizedPrompts(const Tokenizer& tokenizer, const Dataset& dataset,
                                   const std::vector<std::size_t>& indices)
    : TokenizedPrompts(tokenize(tokenizer, dataset, indices)) {}

TokenizedPrompts::TokenizedPrompts(const std::vector<TokenizedText>& texts) {
  const auto count = static_cast<std::int64_t>(texts.size());
  const auto length = count == 0 ? 0 : static_cast<std::int64_t>(texts.front().input_ids.size());
  ids_ = at::empty({count, length}, at::kLong);
  auto* out = ids_.mutable_data_ptr<std::int64_t>();
  for (const TokenizedText& text : texts) {
    out = std::copy(text.input_ids.begin(), text.input_ids.end(), out);
    lengths_.push_back(
        std::accumulate(text.attention_mask.begin(), text.attention_mask.end(), std::int64_t{0}));
  }
}

at::Tensor attention_mask(const std::vector<std::int64_t>& lengths, std::int64_t length) {
  const at::Tensor ends = at::tensor(at::ArrayRef<std::int64_t>(lengths), at::kLong);
  return (at::arange(length, at::kLong).unsqueeze(0) < ends.unsqueeze(1)).to(at::kLong);
}

}  // namespace raygen::engine
