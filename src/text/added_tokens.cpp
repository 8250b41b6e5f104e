#include "text/added_tokens.hpp"

#include "text/basic_tokenizer.hpp"

#include <algorithm>

namespace raygen::engine {

void AddedTokens::add(const std::u32string& text, std::int32_t id, bool single_word) {
  if (text.empty()) return;
  std::vector<Token>& tokens = by_first_[text.front()];
  const auto place = std::find_if(tokens.begin(), tokens.end(), [&](const Token& token) {
    return token.text.size() < text.size();
  });
  tokens.insert(place, {text, id, single_word});
}

const AddedTokens::Token* AddedTokens::token_at(std::u32string_view text) const {
  const auto found = by_first_.find(text.front());
  if (found == by_first_.end()) return nullptr;
  for (const Token& token : found->second) {
    if (text.starts_with(token.text)) return &token;
  }
  return nullptr;
}

void AddedTokens::cut(std::u32string_view text,
                      const std::function<void(std::u32string_view)>& on_text,
                      const std::function<void(std::int32_t)>& on_token) const {
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size();) {
    const Token* token = token_at(text.substr(i));
    if (token == nullptr) {
      ++i;
      continue;
    }
    const std::size_t end = i + token->text.size();
    const bool within_word = (i > 0 && is_word_character(text[i - 1])) ||
                             (end < text.size() && is_word_character(text[end]));
    if (!token->single_word || !within_word) {
      on_text(text.substr(begin, i - begin));
      on_token(token->id);
      begin = end;
    }
    i = end;
  }
  on_text(text.substr(begin));
}

}  // namespace raygen::engine
