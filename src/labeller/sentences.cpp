#include "labeller/sentences.hpp"

#include "error.hpp"
#include "storage/utf8.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <span>

namespace raygen::engine::labeller {

namespace {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || is_digit(c) || static_cast<unsigned char>(c) >= 0x80;
}
constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

class SentenceReader {
 public:
  SentenceReader(std::string_view text, const std::vector<std::string>& abbreviations)
      : text_(text), abbreviations_(abbreviations) {}

  std::vector<Sentence> read() {
    current_.begins_paragraph = true;
    while (at_ < text_.size()) {
      if (is_word(text_[at_])) {
        take_word();
      } else {
        take_mark(text_[at_]);
        ++at_;
      }
    }
    end_sentence();
    return std::move(sentences_);
  }

 private:
  char after() const { return at_ + 1 < text_.size() ? text_[at_ + 1] : '\n'; }
  char before() const { return at_ > 0 ? text_[at_ - 1] : '\n'; }

  void take_word() {
    const std::size_t begin = at_;
    // An apostrophe and a decimal point belong to a word when they are inside it.
    while (at_ < text_.size() && (is_word(text_[at_]) || (text_[at_] == '\'' && is_word(after())) ||
                                  (text_[at_] == '.' && is_digit(before()) && is_digit(after()))))
      ++at_;
    current_.words.push_back(text_.substr(begin, at_ - begin));
  }

  void take_mark(char c) {
    const std::string_view mark = text_.substr(at_, 1);
    if (c == '.') {
      if (!follows_abbreviation()) end_sentence();
    } else if (c == ';' || c == '!') {
      end_sentence();
    } else if (c == '?') {
      // Before a word it doubts the word: "?pneumonia".
      if (is_word(before()) || before() == ')') {
        end_sentence();
      } else {
        current_.words.push_back(mark);
      }
    } else if (c == ',' || c == ':' || c == '/' || c == '>') {
      current_.words.push_back(mark);
    } else if (c == '(' || c == ')' || c == '[' || c == ']' ||
               (c == '-' && is_blank(before()) && is_blank(after()))) {
      current_.words.push_back(kComma);
    } else if (c == '\n') {
      take_newline();
    }
  }

  bool follows_abbreviation() const {
    if (current_.words.empty() || !is_word(before())) return false;
    const std::string_view word = current_.words.back();
    return (word.size() == 1 && !is_digit(word[0])) ||
           std::find(abbreviations_.begin(), abbreviations_.end(), word) != abbreviations_.end();
  }

  /// Wrapped lines go on; a blank line and an item of a list do not.
  void take_newline() {
    std::size_t next = at_ + 1;
    while (next < text_.size() && is_blank(text_[next])) ++next;
    if (next == text_.size()) return;
    if (text_[next] == '\n') {
      end_sentence();
      current_.begins_paragraph = true;
      at_ = next - 1;
      return;
    }
    std::size_t digits = next;
    while (digits < text_.size() && digits < next + 2 && is_digit(text_[digits])) ++digits;
    const bool number = digits > next && digits + 1 < text_.size() &&
                        (text_[digits] == '.' || text_[digits] == ')') &&
                        is_blank(text_[digits + 1]);
    if (number || text_[next] == '-' || text_[next] == '*') end_sentence();
    at_ = next - 1;
  }

  void end_sentence() {
    if (current_.words.empty()) return;
    sentences_.push_back(std::move(current_));
    current_ = {};
  }

  static constexpr std::string_view kComma = ",";

  std::string_view text_;
  const std::vector<std::string>& abbreviations_;
  std::size_t at_ = 0;
  Sentence current_;
  std::vector<Sentence> sentences_;
};

/// What is neither ASCII nor a letter nor a number becomes a space, and a bullet a star.
std::string without_symbols(std::span<const utf8proc_uint8_t> text) {
  std::string kept;
  kept.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    utf8proc_int32_t letter = 0;
    const utf8proc_ssize_t bytes = utf8proc_iterate(
        text.data() + at, static_cast<utf8proc_ssize_t>(text.size() - at), &letter);
    if (bytes <= 0) fail(Status::internal, "utf8proc has written what is not UTF-8");
    const utf8proc_category_t category = utf8proc_category(letter);
    const bool symbol = category < UTF8PROC_CATEGORY_LU || category > UTF8PROC_CATEGORY_NO;
    if (letter >= 0x80 && symbol) {
      kept += letter == 0x2022 ? '*' : ' ';
    } else {
      kept.append(reinterpret_cast<const char*>(text.data() + at), static_cast<std::size_t>(bytes));
    }
    at += static_cast<std::size_t>(bytes);
  }
  return kept;
}

}  // namespace

std::string normalized(std::string_view text) {
  if (const std::size_t valid = utf8::valid_bytes(text); valid != text.size())
    fail(Status::invalid_argument, "byte {} of the text is not UTF-8, which was expected", valid);
  constexpr auto options = static_cast<utf8proc_option_t>(
      UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD |
      UTF8PROC_STRIPMARK | UTF8PROC_IGNORE | UTF8PROC_LUMP);
  utf8proc_uint8_t* mapped = nullptr;
  const utf8proc_ssize_t bytes =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                   static_cast<utf8proc_ssize_t>(text.size()), &mapped, options);
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(mapped, &std::free);
  if (bytes < 0)
    fail(bytes == UTF8PROC_ERROR_NOMEM ? Status::out_of_memory : Status::internal,
         "utf8proc cannot map a text of {} bytes: {}", text.size(), utf8proc_errmsg(bytes));
  return without_symbols({mapped, static_cast<std::size_t>(bytes)});
}

std::vector<Sentence> sentences_of(std::string_view text,
                                   const std::vector<std::string>& abbreviations) {
  return SentenceReader(text, abbreviations).read();
}

}  // namespace raygen::engine::labeller
