#include "text/wordpiece.hpp"

#include "error.hpp"
#include "text/added_tokens.hpp"
#include "text/basic_tokenizer.hpp"
#include "text/specials.hpp"
#include "text/unicode.hpp"

#include <algorithm>
#include <string>
#include <unordered_map>

namespace raygen::engine {

namespace {

struct Hash {
  using is_transparent = void;
  std::size_t operator()(std::u32string_view text) const {
    return std::hash<std::u32string_view>()(text);
  }
};
using Pieces = std::unordered_map<std::u32string, std::int32_t, Hash, std::equal_to<>>;

class WordPiece : public Tokenizer {
 public:
  WordPiece(const TextArchitecture& architecture, const std::string& vocabulary,
            const std::string& where);
  TokenizedText encode(std::string_view text) const override;

 private:
  void add_text(std::u32string_view text, std::vector<std::int32_t>& ids) const;
  void add_word(std::u32string_view word, std::vector<std::int32_t>& ids) const;
  void add_normalized(std::u32string_view text, std::vector<std::int32_t>& ids) const;

  TextArchitecture architecture_;
  BasicTokenizer basic_;
  Pieces first_,
      continuing_;           // tokens that begin a word, and, without their "##", those that go on
  std::size_t longest_ = 0;  // code points of the longest token
  // Found as the text is given (the five of BERT among them), and as it is normalised.
  AddedTokens given_, normalized_;
};

WordPiece::WordPiece(const TextArchitecture& architecture, const std::string& vocabulary,
                     const std::string& where)
    : architecture_(architecture),
      basic_{architecture.lower_case, architecture.strip_accents, architecture.split_cjk} {
  std::vector<std::u32string> tokens;
  for (std::string_view rest = vocabulary; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (static_cast<std::int64_t>(tokens.size()) == architecture.vocabulary) {
      fail(Status::format, "{}: holds more tokens than the text encoder's {}", where,
           architecture.vocabulary);
    }
    tokens.push_back(decode_utf8(line));
    const auto id = static_cast<std::int32_t>(tokens.size() - 1);
    const std::u32string& token = tokens.back();
    longest_ = std::max(longest_, token.size());
    first_.insert_or_assign(token, id);
    if (token.starts_with(U"##")) continuing_.insert_or_assign(token.substr(2), id);
  }

  struct Named {
    const char32_t* text;
    const char* name;
    std::int64_t id;
  };
  for (const Named& named : {Named{U"[PAD]", "[PAD]", architecture.pad_id},
                             Named{U"[UNK]", "[UNK]", architecture.unk_id},
                             Named{U"[CLS]", "[CLS]", architecture.cls_id},
                             Named{U"[SEP]", "[SEP]", architecture.sep_id},
                             Named{U"[MASK]", "[MASK]", architecture.mask_id}}) {
    const auto found = first_.find(std::u32string_view(named.text));
    if (found != first_.end() && found->second != named.id) {
      fail(Status::format,
           "{}: {} is token {}, the text encoder has it as {}: this is another model's vocabulary",
           where, named.name, found->second, named.id);
    }
    if (named.id < 0) continue;
    if (named.id >= static_cast<std::int64_t>(tokens.size())) {
      fail(Status::format, "{}: holds {} tokens, {} should be token {}", where, tokens.size(),
           named.name, named.id);
    }
    const std::u32string& token = tokens[static_cast<std::size_t>(named.id)];
    given_.add(token, static_cast<std::int32_t>(named.id), false);
  }
  for (const AddedToken& token : architecture.added_tokens) {
    const std::u32string text = decode_utf8(token.text);
    const auto id = static_cast<std::int32_t>(token.id);
    if (token.normalized)
      normalized_.add(basic_.normalize(text), id, token.single_word);
    else
      given_.add(text, id, token.single_word);
  }
}

TokenizedText WordPiece::encode(std::string_view bytes) const {
  std::vector<std::int32_t> ids;
  given_.cut(
      decode_utf8(bytes), [&](std::u32string_view text) { add_normalized(text, ids); },
      [&](std::int32_t id) { ids.push_back(id); });
  return with_specials(ids, architecture_);
}

void WordPiece::add_normalized(std::u32string_view text, std::vector<std::int32_t>& ids) const {
  if (normalized_.empty()) return add_text(text, ids);
  normalized_.cut(
      basic_.normalize(text), [&](std::u32string_view part) { add_text(part, ids); },
      [&](std::int32_t id) { ids.push_back(id); });
}

void WordPiece::add_text(std::u32string_view text, std::vector<std::int32_t>& ids) const {
  for (const std::u32string& word : basic_.split(text)) add_word(word, ids);
}

/// Greedy: the longest token that begins the rest of the word, again and again; one gap makes the
/// whole word unknown.
void WordPiece::add_word(std::u32string_view word, std::vector<std::int32_t>& ids) const {
  const std::size_t before = ids.size();
  const auto unknown = [&] {
    ids.resize(before);
    ids.push_back(static_cast<std::int32_t>(architecture_.unk_id));
  };
  if (word.size() > kMaxWordLength) return unknown();
  for (std::size_t start = 0; start < word.size();) {
    const Pieces& pieces = start == 0 ? first_ : continuing_;
    std::size_t length = std::min(word.size() - start, longest_);
    auto found = pieces.end();
    for (; length > 0; --length) {
      found = pieces.find(word.substr(start, length));
      if (found != pieces.end()) break;
    }
    if (length == 0) return unknown();
    ids.push_back(found->second);
    start += length;
  }
}

}  // namespace

std::unique_ptr<Tokenizer> make_wordpiece(const TextArchitecture& architecture,
                                          const std::string& vocabulary, const std::string& where) {
  return std::make_unique<WordPiece>(architecture, vocabulary, where);
}

}  // namespace raygen::engine
