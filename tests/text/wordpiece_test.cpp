#include "error.hpp"
#include "fixture.hpp"
#include "text/tokenizer.hpp"
#include "text/unicode.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <random>

using namespace raygen::engine;

namespace {

TextArchitecture cxr_bert() {
  TextArchitecture architecture;
  architecture.vocabulary = 30522;
  return architecture;
}

const std::string& vocabulary() {
  static const std::string text = read_test_data("cxr-bert/vocab.txt");
  return text;
}

const Tokenizer& tokenizer() {
  static const auto instance = make_tokenizer(cxr_bert(), vocabulary(), "vocab.txt");
  return *instance;
}

/// Without padding.
std::vector<std::int32_t> ids(const Tokenizer& tokens, std::string_view text) {
  const TokenizedText result = tokens.encode(text);
  const auto visible = std::count(result.attention_mask.begin(), result.attention_mask.end(), 1);
  return {result.input_ids.begin(), result.input_ids.begin() + visible};
}
std::vector<std::int32_t> ids(std::string_view text) { return ids(tokenizer(), text); }

/// A vocabulary of its own, the special tokens first.
std::unique_ptr<Tokenizer> tiny(const std::string& tokens,
                                TextArchitecture architecture = cxr_bert()) {
  return make_tokenizer(architecture, "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n" + tokens, "tiny");
}

using Ids = std::vector<std::int32_t>;

}  // namespace

TEST_CASE("Every golden case has the reference tokenizer's ids") {
  const auto cases = nlohmann::json::parse(read_test_data("cxr-bert/wordpiece_golden.json"));
  REQUIRE(cases.size() > 100);
  for (const auto& example : cases) {
    INFO(example.at("text").dump());
    CHECK(ids(example.at("text").get<std::string>()) == example.at("input_ids").get<Ids>());
  }
}

TEST_CASE("A text is padded to the length and masked") {
  const TokenizedText result = tokenizer().encode("Pneumothorax");
  REQUIRE(result.input_ids.size() == 256);
  REQUIRE(result.attention_mask.size() == 256);
  CHECK(result.token_count == 3);
  CHECK(Ids(result.input_ids.begin(), result.input_ids.begin() + 4) == Ids{2, 4809, 3, 0});
  CHECK(std::all_of(result.input_ids.begin() + 3, result.input_ids.end(),
                    [](auto id) { return id == 0; }));
  CHECK(std::count(result.attention_mask.begin(), result.attention_mask.end(), 1) == 3);
}

TEST_CASE("A long text keeps its first tokens and its true count") {
  for (const std::size_t words : {253, 254, 255, 1000}) {
    std::string text;
    for (std::size_t i = 0; i < words; ++i) text += i % 2 == 0 ? "lungs " : "clear ";
    const TokenizedText result = tokenizer().encode(text);
    CHECK(result.token_count == static_cast<std::int64_t>(words) + 2);
    REQUIRE(result.input_ids.size() == 256);
    const std::size_t kept = std::min<std::size_t>(words, 254);
    CHECK(result.input_ids[0] == 2);
    CHECK(result.input_ids[kept] == ids(kept % 2 == 1 ? "lungs" : "clear")[1]);
    CHECK(result.input_ids[kept + 1] == 3);
    CHECK(result.attention_mask[kept + 1] == 1);
    CHECK(std::count(result.attention_mask.begin(), result.attention_mask.end(), 1) ==
          static_cast<std::ptrdiff_t>(kept + 2));
  }
}

TEST_CASE("Special tokens in a text are themselves, whatever surrounds them") {
  CHECK(ids("a[MASK]b") == Ids{2, 43, 4, 44, 3});
  CHECK(ids("[[MASK]]").at(2) == 4);
  CHECK(ids("[mask]").size() > 3);
  CHECK(ids("[MASK") == ids("[mask"));
}

TEST_CASE("Case, accents, ideographs and composition as BERT has them") {
  const std::string tokens = "i\n##i\nß\nσ\n##σ\n心\na\n##b\n,\nab\n각\nᄀ\n##ᅡ\n##ᆨ\n\u0307";
  const auto uncased = tiny(tokens);
  CHECK(ids(*uncased, "İi ẞ") == Ids{2, 5, 6, 7, 3});
  CHECK(ids(*uncased, "ΣΣa") == ids(*uncased, "σσa"));
  CHECK(ids(*uncased, "ΣΣ") == ids(*uncased, "σς"));
  CHECK(ids(*uncased, "Σ") == Ids{2, 8, 3});  // no letter before it
  CHECK(ids(*uncased, "ΣΣ'.") == ids(*uncased, "σς'."));
  CHECK(ids(*uncased, "ΣΣ'a") == ids(*uncased, "σσ'a"));
  CHECK(ids(*uncased, "Σ\u0301Σ\u0301 a") == ids(*uncased, "σς a"));
  CHECK(ids(*uncased, "a心b") == Ids{2, 11, 10, 1, 3});
  CHECK(ids(*uncased, "a,b") == Ids{2, 11, 13, 1, 3});
  CHECK(ids(*uncased, "á\u0323b") == Ids{2, 14, 3});
  CHECK(ids(*uncased, "\u0301") == Ids{2, 3});
  CHECK(ids(*uncased, "각") == Ids{2, 16, 17, 18, 3});  // decomposed by the stripping of accents

  TextArchitecture cased = cxr_bert();
  cased.lower_case = cased.strip_accents = cased.split_cjk = false;
  const auto accented = tiny(tokens + "\nÁ\n##心\nA\n##\u0323", cased);
  CHECK(ids(*accented, "A\u0301") == Ids{2, 20, 3});
  CHECK(ids(*accented, "ab心") == Ids{2, 14, 21, 3});
  CHECK(ids(*accented, "각") == Ids{2, 15, 3});
}

TEST_CASE(
    "Greedy pieces: the longest first, a gap makes the word unknown, a hundred letters are a "
    "word") {
  const auto pieces = tiny("pneumo\n##thorax\n##thora\npneumotho\nx\n##x");
  CHECK(ids(*pieces, "pneumothorax") ==
        Ids{2, 1, 3});  // pneumotho + ##rax is not there, and greed does not look back
  CHECK(ids(*pieces, "pneumothora") == Ids{2, 1, 3});
  CHECK(ids(*pieces, "pneumo xx") == Ids{2, 5, 9, 10, 3});
  CHECK(ids(*pieces, std::string(100, 'x')).size() == 102);
  CHECK(ids(*pieces, std::string(101, 'x')) == Ids{2, 1, 3});
}

TEST_CASE("Invalid UTF-8 becomes U+FFFD as in Python, which BERT drops") {
  const std::pair<std::string, std::u32string> cases[] = {
      {"a\xff"
       "b",
       U"a\uFFFDb"},
      {"\x80\xbf", U"\uFFFD\uFFFD"},
      {"\xc0\xaf", U"\uFFFD\uFFFD"},
      {"\xc1\x81", U"\uFFFD\uFFFD"},
      {"\xe2\x82", U"\uFFFD"},
      {"\xe2\x82z", U"\uFFFDz"},
      {"\xe0\x80\x80", U"\uFFFD\uFFFD\uFFFD"},
      {"\xed\xa0\x80", U"\uFFFD\uFFFD\uFFFD"},
      {"\xf0\x9f\xab", U"\uFFFD"},
      {"\xf0\x80\x80\x80", U"\uFFFD\uFFFD\uFFFD\uFFFD"},
      {"\xf4\x90\x80\x80", U"\uFFFD\uFFFD\uFFFD\uFFFD"},
      {"\xf5\x80", U"\uFFFD\uFFFD"},
      {"\xf0\x9f\xab\x81\xe2\x82\xac\xc2\xb5m", U"\U0001FAC1€µm"},
  };
  for (const auto& [bytes, expected] : cases) CHECK(decode_utf8(bytes) == expected);
  CHECK(encode_utf8(U"\U0001FAC1€µm") == "\xf0\x9f\xab\x81\xe2\x82\xac\xc2\xb5m");
  CHECK(ids("pneumo\xffthorax") == ids("pneumothorax"));
  CHECK(ids("[MA\xffSK]") != ids("[MASK]"));
}

TEST_CASE("Any bytes give ids of the vocabulary") {
  std::mt19937 random(1);
  const std::string seeds[] = {"[MASK] heart", "e\u0301\u0323\u0307\u0301", "İ心\u2028\u00a0",
                               "cardio-thoracic 0.56"};
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (unsigned i = 0; i < random() % 12; ++i) {
      if (random() % 2 == 0) text += seeds[random() % 4];
      for (unsigned j = 0; j < random() % 8; ++j) text.push_back(static_cast<char>(random()));
    }
    const TokenizedText result = tokenizer().encode(text);
    REQUIRE(result.input_ids.size() == 256);
    REQUIRE(result.token_count >= 2);
    REQUIRE(std::all_of(result.input_ids.begin(), result.input_ids.end(),
                        [](auto id) { return id >= 0 && id < 30522; }));
    REQUIRE(std::count(result.attention_mask.begin(), result.attention_mask.end(), 1) ==
            std::min<std::int64_t>(result.token_count, 256));
    REQUIRE(tokenizer().encode(text).input_ids == result.input_ids);
    REQUIRE(ids(encode_utf8(decode_utf8(text))) == ids(text));
    REQUIRE(ids(" \n" + text + "\t ") == ids(text));
  }
}

TEST_CASE("A megabyte is read whole, accents, unknown words and all") {
  constexpr std::size_t megabyte = std::size_t{1} << 20;
  std::string words, accents = "e";
  while (words.size() < megabyte) words += "pneumothorax " + std::string(99, 'x') + "\u2603 [MASK]";
  while (accents.size() < megabyte) accents += "\u0301\u0323";  // never in canonical order
  CHECK(tokenizer().encode(words).token_count > 20000);
  CHECK(ids(accents) == ids("e"));
  CHECK(ids(std::string(megabyte, 'x')) == Ids{2, 1, 3});
  CHECK(tokenizer().encode(std::string(megabyte, '.')).token_count ==
        static_cast<std::int64_t>(megabyte) + 2);
  CHECK(ids(std::string(megabyte, '\0')) == Ids{2, 3});
}

TEST_CASE("A vocabulary that is not this model's is refused by name") {
  const auto refused = [](const std::string& text, const std::string& message,
                          TextArchitecture architecture = cxr_bert()) {
    CHECK_THROWS_WITH(make_tokenizer(architecture, text, "some/vocab.txt"),
                      Catch::Contains("some/vocab.txt") && Catch::Contains(message));
    try {
      make_tokenizer(architecture, text, "some/vocab.txt");
    } catch (const Error& error) {
      CHECK(error.status() == Status::format);
    }
  };
  refused("", "holds 0 tokens");
  refused("[PAD]\n[UNK]\n[CLS]\n[SEP]", "holds 4 tokens");
  refused(vocabulary() + "more\n", "more tokens than the text encoder's 30522");
  refused("[PAD]\n[unused0]\n[unused1]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n",
          "another model's vocabulary");
  TextArchitecture outside = cxr_bert();
  outside.mask_id = 30522;
  refused(vocabulary(), "outside the vocabulary", outside);
  TextArchitecture short_text = cxr_bert();
  short_text.length = 1;
  refused(vocabulary(), "length of 1", short_text);
}

TEST_CASE("Line ends of Windows and a missing last one make no difference") {
  std::string windows;
  for (const char c : vocabulary()) windows += c == '\n' ? "\r\n" : std::string(1, c);
  const std::string cut = vocabulary().substr(0, vocabulary().size() - 1);
  const std::string text = "Moderate left pleural effusion";
  CHECK(ids(*make_tokenizer(cxr_bert(), windows, "vocab.txt"), text) == ids(text));
  CHECK(ids(*make_tokenizer(cxr_bert(), cut, "vocab.txt"), text + " EBNA") == ids(text + " ebna"));
}
