#include "text/tokenizer.hpp"

#include "error.hpp"
#include "text/sentencepiece.hpp"
#include "text/specials.hpp"
#include "text/wordpiece.hpp"

#include <algorithm>

namespace raygen::engine {

TokenizedText with_specials(const std::vector<std::int32_t>& ids,
                            const TextArchitecture& architecture) {
  const bool begins = architecture.cls_id >= 0, ends = architecture.sep_id >= 0;
  const auto length = static_cast<std::size_t>(architecture.length);
  const std::size_t room = length - (begins ? 1 : 0) - (ends ? 1 : 0);
  TokenizedText result;
  result.token_count = static_cast<std::int64_t>(ids.size() + (length - room));
  result.input_ids.reserve(length);
  if (begins) result.input_ids.push_back(static_cast<std::int32_t>(architecture.cls_id));
  result.input_ids.insert(result.input_ids.end(), ids.begin(),
                          ids.begin() + static_cast<std::ptrdiff_t>(std::min(ids.size(), room)));
  if (ends) result.input_ids.push_back(static_cast<std::int32_t>(architecture.sep_id));
  result.attention_mask.assign(result.input_ids.size(), 1);
  result.attention_mask.resize(length, 0);
  result.input_ids.resize(length, static_cast<std::int32_t>(architecture.pad_id));
  return result;
}

std::unique_ptr<Tokenizer> make_tokenizer(const TextArchitecture& architecture,
                                          const std::string& vocabulary, const std::string& where) {
  if (architecture.length < 2)
    fail(Status::format, "{}: a text length of {} leaves no room for the special tokens", where,
         architecture.length);
  if (architecture.pad_id < 0 || architecture.unk_id < 0) {
    fail(Status::format, "{}: padding token {} and unknown token {} must not be negative", where,
         architecture.pad_id, architecture.unk_id);
  }
  for (const std::int64_t id : {architecture.pad_id, architecture.unk_id, architecture.cls_id,
                                architecture.sep_id, architecture.mask_id}) {
    if (id >= architecture.vocabulary)
      fail(Status::format, "{}: special token {} is outside the vocabulary of {}", where, id,
           architecture.vocabulary);
  }
  switch (architecture.tokenizer) {
    case TokenizerKind::wordpiece:
      return make_wordpiece(architecture, vocabulary, where);
    case TokenizerKind::sentencepiece:
      return make_sentencepiece(architecture, vocabulary, where);
  }
  fail(Status::internal, "{}: unknown tokenizer kind {}", where,
       static_cast<int>(architecture.tokenizer));
}

}  // namespace raygen::engine
