#include "text/learn_vocabulary.hpp"

#include "error.hpp"
#include "text/tokenizer.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <sstream>

using namespace raygen::engine;

namespace {

const std::vector<std::string> kReports = {
    "There is a moderate left pleural effusion.",
    "No pneumothorax. No pleural effusion or focal consolidation.",
    "Small right apical pneumothorax; heart size is normal.",
    "Patchy opacities in the left lower lobe, concerning for pneumonia.",
    "The heart is mildly enlarged. No acute cardiopulmonary process.",
    "Déjà vu: 12.5 mm nodule (right upper lobe), größer als zuvor, ver\tglichen\nmit 2019.",
    "",
    "   ",
};

std::vector<std::string> lines(const std::string& vocabulary) {
  std::vector<std::string> result;
  std::istringstream stream(vocabulary);
  for (std::string line; std::getline(stream, line);) result.push_back(line);
  return result;
}

TextArchitecture architecture(TokenizerKind kind, std::size_t entries) {
  TextArchitecture text;  // its token ids are the defaults: 0 to 4
  text.tokenizer = kind;
  text.vocabulary = static_cast<std::int64_t>(entries);
  text.length = 128;
  return text;
}

std::vector<std::int32_t> ids(const Tokenizer& tokenizer, const std::string& text) {
  const TokenizedText result = tokenizer.encode(text);
  return {result.input_ids.begin(), result.input_ids.begin() + result.token_count};
}

/// [CLS] … [SEP] around known tokens.
void check_known(const Tokenizer& tokenizer) {
  for (const std::string& report : kReports) {
    CAPTURE(report);
    const std::vector<std::int32_t> tokens = ids(tokenizer, report);
    CHECK(tokens.front() == 2);
    CHECK(tokens.back() == 3);
    CHECK(std::count(tokens.begin(), tokens.end(), 2) == 1);
    CHECK(std::count_if(tokens.begin(), tokens.end(), [](auto id) { return id < 2 || id == 4; }) ==
          0);
    CHECK((tokens.size() > 2) == (report.find_first_not_of(' ') != report.npos));
  }
}

std::string wordpiece(const std::vector<std::string>& texts, std::size_t entries) {
  return learn_wordpiece(texts, entries, architecture(TokenizerKind::wordpiece, entries));
}

}  // namespace

TEST_CASE("A learned WordPiece vocabulary knows every word of its texts") {
  for (const std::size_t entries : {110, 150, 400}) {
    const std::string vocabulary = wordpiece(kReports, entries);
    CHECK(lines(vocabulary).size() <= entries);
    check_known(
        *make_tokenizer(architecture(TokenizerKind::wordpiece, entries), vocabulary, "learned"));
  }
  auto all = lines(wordpiece(kReports, 400));
  CHECK(std::vector(all.begin(), all.begin() + 5) ==
        std::vector<std::string>{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"});
  CHECK(std::count(all.begin(), all.end(), "pleural") == 1);  // seen twice
  CHECK(std::count(all.begin(), all.end(), "nodule") == 0);   // seen once
  std::sort(all.begin(), all.end());
  CHECK(std::adjacent_find(all.begin(), all.end()) == all.end());
}

TEST_CASE("WordPiece merges the most frequent neighbours first") {
  // aab 3×, ab 2×: (a ##b) is seen 2×, (a ##a) and (##a ##b) 3×, of which a comes first; then aa
  // ##b.
  const std::string vocabulary = wordpiece({"aab aab", "ab aab ab"}, 11);
  CHECK(lines(vocabulary) == std::vector<std::string>{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]",
                                                      "a", "b", "##a", "##b", "aa", "aab"});
  CHECK(lines(wordpiece({"aab aab", "ab aab ab"}, 100)).back() == "ab");
  CHECK(lines(wordpiece({"aaaa aaaa"}, 100)) ==
        std::vector<std::string>{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "##a", "##aa",
                                 "aaa", "aaaa"});
}

TEST_CASE("A vocabulary depends on the texts, not on their order") {
  auto reversed = kReports;
  std::reverse(reversed.begin(), reversed.end());
  CHECK(wordpiece(kReports, 200) == wordpiece(reversed, 200));
  CHECK(wordpiece(kReports, 200) != wordpiece({kReports[0]}, 200));
  const std::string model = learn_sentencepiece(kReports, 80);
  CHECK(model == learn_sentencepiece(kReports, 80));
  CHECK(model == learn_sentencepiece(reversed, 80));
}

TEST_CASE("Where characters do not fit, the rarest are left out") {
  const auto few = lines(wordpiece({"aaa aaa b"}, 7));
  CHECK(few.size() == 7);
  CHECK(few[5] == "a");
  CHECK(few[6] == "##a");
  CHECK_THROWS_AS(wordpiece(kReports, 5), Error);
  CHECK(lines(wordpiece({}, 100)).size() == 5);
}

TEST_CASE("Words split as the architecture says") {
  TextArchitecture cased = architecture(TokenizerKind::wordpiece, 100);
  cased.lower_case = cased.strip_accents = false;
  const auto pieces = lines(learn_wordpiece({"Öde Öde"}, 100, cased));
  CHECK(pieces.back() == "Öde");
  CHECK(lines(wordpiece({"Öde Öde"}, 100)).back() == "ode");
  CHECK(lines(wordpiece({std::string(101, 'x') + " y y"}, 100)).size() ==
        6);  // longer than any word that is looked up
}

TEST_CASE("A learned SentencePiece vocabulary knows every word of its texts") {
  for (const std::size_t entries : {80, 1000}) {
    const std::string model = learn_sentencepiece(kReports, entries);
    const auto tokenizer =
        make_tokenizer(architecture(TokenizerKind::sentencepiece, entries), model, "learned");
    check_known(*tokenizer);
    CHECK(ids(*tokenizer, "LEFT pleural") == ids(*tokenizer, "left  PLEURAL"));
    CHECK(ids(*tokenizer, "<mask>").size() > 3);  // a text cannot ask for it
  }
}

TEST_CASE("What a SentencePiece vocabulary cannot be learned from is an error") {
  for (const std::vector<std::string>& texts : {std::vector<std::string>{}, {"", " \n"}}) {
    try {
      learn_sentencepiece(texts, 100);
      FAIL("was learned");
    } catch (const Error& error) {
      CHECK(error.status() == Status::invalid_argument);
      CHECK_THAT(error.what(), Catch::Contains("empty texts"));
    }
  }
  CHECK_THROWS_AS(learn_sentencepiece(kReports, 16), Error);
  CHECK_THROWS_AS(learn_sentencepiece({"a"}, 3), Error);
}
