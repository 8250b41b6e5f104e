#include "text/basic_tokenizer.hpp"

#include "text/unicode.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>

namespace raygen::engine {

namespace {

utf8proc_category_t category(char32_t c) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(c));
}

bool is_white_space(char32_t c) {
  if (c == ' ' || c == '\t' || c == '\n' || c == '\r') return true;
  const auto kind = category(c);
  return kind == UTF8PROC_CATEGORY_ZS || kind == UTF8PROC_CATEGORY_ZL ||
         kind == UTF8PROC_CATEGORY_ZP;
}

bool is_dropped(char32_t c) {
  if (c == 0xFFFD) return true;
  const auto kind = category(c);
  return kind == UTF8PROC_CATEGORY_CC || kind == UTF8PROC_CATEGORY_CF ||
         kind == UTF8PROC_CATEGORY_CS || kind == UTF8PROC_CATEGORY_CO;
}

/// All of ASCII's symbols count, "^" and "$" too, although Unicode calls only some of them
/// punctuation.
bool is_punctuation(char32_t c) {
  if ((c >= 33 && c <= 47) || (c >= 58 && c <= 64) || (c >= 91 && c <= 96) ||
      (c >= 123 && c <= 126))
    return true;
  const auto kind = category(c);
  return kind >= UTF8PROC_CATEGORY_PC && kind <= UTF8PROC_CATEGORY_PO;
}

bool is_ideograph(char32_t c) {
  return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) ||
         (c >= 0x20000 && c <= 0x2A6DF) || (c >= 0x2A700 && c <= 0x2B73F) ||
         (c >= 0x2B740 && c <= 0x2B81F) || (c >= 0x2B820 && c <= 0x2CEAF) ||
         (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x2F800 && c <= 0x2FA1F);
}

void append_decomposed(char32_t c, std::u32string& word) {
  std::array<utf8proc_int32_t, 8> buffer;
  int last_boundary_class = 0;
  const auto count = utf8proc_decompose_char(static_cast<utf8proc_int32_t>(c), buffer.data(),
                                             static_cast<utf8proc_ssize_t>(buffer.size()),
                                             UTF8PROC_DECOMPOSE, &last_boundary_class);
  if (count < 0 || count > static_cast<utf8proc_ssize_t>(buffer.size())) {
    word.push_back(c);
    return;
  }
  for (utf8proc_ssize_t i = 0; i < count; ++i)
    word.push_back(static_cast<char32_t>(buffer[static_cast<std::size_t>(i)]));
}

int combining_class(char32_t c) {
  return utf8proc_get_property(static_cast<utf8proc_int32_t>(c))->combining_class;
}

/// Unicode's canonical ordering. utf8proc's own is quadratic in a run of accents.
void order_accents(std::u32string& word) {
  for (auto first = word.begin(); first != word.end();) {
    if (combining_class(*first) == 0) {
      ++first;
      continue;
    }
    const auto last =
        std::find_if(first, word.end(), [](char32_t c) { return combining_class(c) == 0; });
    std::stable_sort(first, last, [](char32_t a, char32_t b) {
      return combining_class(a) < combining_class(b);
    });
    first = last;
  }
}

void compose(std::u32string& word) {
  std::vector<utf8proc_int32_t> buffer(word.begin(), word.end());
  const auto length =
      utf8proc_normalize_utf32(buffer.data(), static_cast<utf8proc_ssize_t>(buffer.size()),
                               static_cast<utf8proc_option_t>(UTF8PROC_COMPOSE | UTF8PROC_STABLE));
  if (length >= 0) word.assign(buffer.begin(), buffer.begin() + length);
}

void append_split_at_punctuation(const std::u32string& word, std::vector<std::u32string>& words) {
  bool begins = true;
  for (const char32_t c : word) {
    const bool alone = is_punctuation(c);
    if (alone || begins) words.emplace_back();
    words.back().push_back(c);
    begins = alone;
  }
}

bool is_cased(char32_t c) {
  const auto kind = category(c);
  return kind == UTF8PROC_CATEGORY_LU || kind == UTF8PROC_CATEGORY_LL ||
         kind == UTF8PROC_CATEGORY_LT || c == 0xAA || c == 0xBA || (c >= 0x2160 && c <= 0x217F) ||
         (c >= 0x24B6 && c <= 0x24E9) || (c >= 0x1F130 && c <= 0x1F149) ||
         (c >= 0x1F150 && c <= 0x1F169) || (c >= 0x1F170 && c <= 0x1F189);
}

/// What a word is looked through: accents, modifiers, and punctuation that stands within words.
bool is_case_ignorable(char32_t c) {
  constexpr std::u32string_view within_words =
      U"'.:^`"
      U"\u00A8\u00B7\u0387\u055F\u05F4\u2018\u2019\u2024\u2027\uFE13\uFE52\uFE55\uFF07\uFF0E\uFF1A";
  const auto kind = category(c);
  return kind == UTF8PROC_CATEGORY_MN || kind == UTF8PROC_CATEGORY_ME ||
         kind == UTF8PROC_CATEGORY_CF || kind == UTF8PROC_CATEGORY_LM ||
         kind == UTF8PROC_CATEGORY_SK || within_words.find(c) != std::u32string_view::npos;
}

/// Whether a cased letter is the next in a direction, through what is looked through.
template <typename Iterator>
bool meets_letter(Iterator at, Iterator end) {
  at = std::find_if_not(at, end, is_case_ignorable);
  return at != end && is_cased(*at);
}

/// A letter of a word in lower case, as Python's str.lower() has it: Σ at the end of a word is ς.
char32_t lower(const std::u32string& word, std::size_t i) {
  constexpr char32_t capital_sigma = 0x3A3, final_sigma = 0x3C2;
  if (word[i] == capital_sigma) {
    const auto at = word.begin() + static_cast<std::ptrdiff_t>(i);
    if (meets_letter(std::make_reverse_iterator(at), word.rend()) &&
        !meets_letter(at + 1, word.end()))
      return final_sigma;
  }
  return static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(word[i])));
}

}  // namespace

bool is_blank(std::string_view utf8) {
  const std::u32string text = decode_utf8(utf8);
  return std::all_of(text.begin(), text.end(),
                     [](char32_t c) { return is_white_space(c) || is_dropped(c); });
}

bool is_word_character(char32_t c) {
  switch (category(c)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_PC:
      return true;
    default:
      return false;
  }
}

template <typename OnWord, typename OnSpace>
void BasicTokenizer::walk(std::u32string_view text, OnWord on_word, OnSpace on_space) const {
  std::u32string given, word;  // as it is given, and canonically decomposed
  const auto end_word = [&] {
    if (given.empty()) return;
    for (std::size_t i = 0; i < given.size(); ++i)
      append_decomposed(lower_case ? lower(given, i) : given[i], word);
    given.clear();
    order_accents(word);
    if (strip_accents) {
      std::erase_if(word, [](char32_t c) { return category(c) == UTF8PROC_CATEGORY_MN; });
    } else {
      compose(word);
    }
    on_word(word);
    word.clear();
  };
  for (const char32_t c : text) {
    if (is_white_space(c)) {
      end_word();
      on_space();
    } else if (is_dropped(c)) {
      continue;
    } else if (split_cjk && is_ideograph(c)) {
      end_word();
      on_space();
      given.push_back(c);
      end_word();
      on_space();
    } else if (lower_case && c == 0x130) {  // İ, the one letter whose lower case is two
      given += U"i\u0307";
    } else {
      given.push_back(c);
    }
  }
  end_word();
}

std::vector<std::u32string> BasicTokenizer::split(std::u32string_view text) const {
  std::vector<std::u32string> words;
  walk(
      text, [&](const std::u32string& word) { append_split_at_punctuation(word, words); }, [] {});
  return words;
}

std::u32string BasicTokenizer::normalize(std::u32string_view text) const {
  std::u32string normalized;
  walk(
      text, [&](const std::u32string& word) { normalized += word; }, [&] { normalized += U' '; });
  return normalized;
}

}  // namespace raygen::engine
