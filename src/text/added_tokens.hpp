#pragma once
// Tokens that are found in a text whole, as transformers' added tokens.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace raygen::engine {

class AddedTokens {
 public:
  /// `single_word`: only where no letter or digit stands before or behind it. An empty text is no
  /// token.
  void add(const std::u32string& text, std::int32_t id, bool single_word);
  bool empty() const { return by_first_.empty(); }

  /// From the left, the longest token at each place: calls `on_text` for what lies between, which
  /// may be empty, and `on_token` for each token, in the order of the text.
  void cut(std::u32string_view text, const std::function<void(std::u32string_view)>& on_text,
           const std::function<void(std::int32_t)>& on_token) const;

 private:
  struct Token {
    std::u32string text;
    std::int32_t id;
    bool single_word;
  };
  const Token* token_at(std::u32string_view text) const;

  std::unordered_map<char32_t, std::vector<Token>> by_first_;  // the longest first
};

}  // namespace raygen::engine
