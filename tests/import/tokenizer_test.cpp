// tokenizer.json, added tokens: the ids are those that transformers 5.24 (tokenizers 0.23) gives
// for the same files.

#include "text/tokenizer.hpp"
#include "bundle/fixture.hpp"
#include "import/import_parts.hpp"
#include "import/tokenizer_json.hpp"

#include <nlohmann/json.hpp>

#include <catch2/catch.hpp>

using namespace raygen::engine;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

using nlohmann::json;

json added_token(std::int64_t id, const std::string& text, bool normalized, bool special = false,
                 bool single_word = false) {
  return {{"id", id},          {"content", text}, {"single_word", single_word},
          {"lstrip", false},   {"rstrip", false}, {"normalized", normalized},
          {"special", special}};
}

json five_tokens() {
  json list = json::array();
  int id = 0;
  for (const char* text : {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"})
    list.push_back(added_token(id++, text, false, true));
  return list;
}

const std::vector<std::string>& words() {
  static const std::vector<std::string> all = [] {
    std::ifstream file(RAYGEN_TEST_DATA "/cxr-bert/vocab.txt");
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
  }();
  return all;
}

/// As tokenizers 0.23 writes a BERT's.
json bert_json(const json& added = json::array()) {
  json vocab = json::object(), tokens = five_tokens();
  for (std::size_t i = 0; i < words().size(); ++i) vocab[words()[i]] = i;
  for (const json& token : added) tokens.push_back(token);
  const json cls = {{"SpecialToken", {{"id", "[CLS]"}, {"type_id", 0}}}},
             text = {{"Sequence", {{"id", "A"}, {"type_id", 0}}}},
             sep = {{"SpecialToken", {{"id", "[SEP]"}, {"type_id", 0}}}};
  return {{"version", "1.0"},
          {"truncation", nullptr},
          {"padding", nullptr},
          {"added_tokens", tokens},
          {"normalizer",
           {{"type", "BertNormalizer"},
            {"clean_text", true},
            {"handle_chinese_chars", true},
            {"strip_accents", nullptr},
            {"lowercase", true}}},
          {"pre_tokenizer", {{"type", "BertPreTokenizer"}}},
          {"post_processor",
           {{"type", "TemplateProcessing"}, {"single", json::array({cls, text, sep})}}},
          {"decoder", {{"type", "WordPiece"}, {"prefix", "##"}, {"cleanup", true}}},
          {"model",
           {{"type", "WordPiece"},
            {"unk_token", "[UNK]"},
            {"continuing_subword_prefix", "##"},
            {"max_input_chars_per_word", 100},
            {"vocab", vocab}}}};
}

struct Hub {
  TemporaryFolder folder;
  TextArchitecture text;
  ImportNotes notes;
  std::string vocabulary;

  Hub() { text.vocabulary = 30530; }
  void write(const char* name, const json& content) const {
    write_file(folder.path() / name, content.dump());
  }
  void import() {
    ImportSources sources;
    sources.text_encoder = folder.path();
    notes = {};
    vocabulary = import_tokenizer(sources, text, {}, notes);
    // What a bundle keeps is what the ids are made of.
    TextArchitecture kept;
    kept.read_json(json::parse(text.to_json().dump()), "text_encoder", "test");
    CHECK(kept.to_json() == text.to_json());
    text = kept;
  }
  std::string error() {
    return error_of([&] { import(); });
  }
  std::vector<std::int32_t> ids(const std::string& sentence) const {
    const TokenizedText tokens = make_tokenizer(text, vocabulary, "test")->encode(sentence);
    return {tokens.input_ids.begin(), tokens.input_ids.begin() + tokens.token_count};
  }
};

using Ids = std::vector<std::int32_t>;

}  // namespace

TEST_CASE("a WordPiece in tokenizer.json", "[import]") {
  Hub hub;
  hub.write("tokenizer.json", bert_json());
  hub.write(
      "tokenizer_config.json",
      {{"do_lower_case", true}, {"strip_accents", nullptr}, {"tokenizer_class", "BertTokenizer"}});
  hub.import();
  CHECK(hub.vocabulary == read_file(RAYGEN_TEST_DATA "/cxr-bert/vocab.txt"));
  CHECK(hub.text.added_tokens.empty());
  CHECK(hub.ids("Moderate LEFT é pneumothorax") == Ids{2, 3540, 2279, 47, 4809, 3});
  SECTION("cased, by the flag of the config") {
    hub.write("tokenizer_config.json", {{"do_lower_case", false}});
    hub.import();
    CHECK(hub.ids("Moderate LEFT é pneumothorax") == Ids{2, 1, 1, 1, 4809, 3});
    CHECK_THAT(hub.notes.text(), Contains("do_lower_case is false"));
  }
  SECTION("cased, by tokenizer.json, where no class of its own decides") {
    json cased = bert_json();
    cased["normalizer"]["lowercase"] = false;
    hub.write("tokenizer.json", cased);
    hub.write("tokenizer_config.json", {{"tokenizer_class", "PreTrainedTokenizerFast"}});
    hub.import();
    CHECK(hub.ids("Moderate LEFT é pneumothorax") == Ids{2, 1, 1, 1, 4809, 3});
    hub.write("tokenizer_config.json", {{"tokenizer_class", "BertTokenizer"}});
    hub.import();
    CHECK(hub.ids("Moderate LEFT é pneumothorax") == Ids{2, 3540, 2279, 47, 4809, 3});
  }
  SECTION("before vocab.txt, as in transformers") {
    write_file(hub.folder.path() / "vocab.txt",
               read_file(RAYGEN_TEST_DATA "/cxr-bert/vocab.txt") + "another\n");
    hub.import();
    CHECK(hub.vocabulary == read_file(RAYGEN_TEST_DATA "/cxr-bert/vocab.txt"));
    CHECK_THAT(hub.notes.text(), Contains("differ"));
  }
  SECTION("beside its lines under another name, as transformers 5 saves them") {
    write_file(hub.folder.path() / "tokenizer.model",
               read_file(RAYGEN_TEST_DATA "/cxr-bert/vocab.txt"));
    hub.import();
    CHECK(hub.text.tokenizer == TokenizerKind::wordpiece);
    fs::remove(hub.folder.path() / "tokenizer.json");
    hub.import();
    CHECK(hub.text.tokenizer == TokenizerKind::wordpiece);
    CHECK(hub.ids("Moderate LEFT é pneumothorax") == Ids{2, 3540, 2279, 47, 4809, 3});
  }
  SECTION("without the kind's name, as older files have it") {
    json old = bert_json();
    old["model"].erase("type");
    hub.write("tokenizer.json", old);
    hub.import();
    CHECK(hub.ids("Moderate LEFT é pneumothorax") == Ids{2, 3540, 2279, 47, 4809, 3});
  }
}

TEST_CASE("added tokens are found whole", "[import]") {
  Hub hub;
  hub.write("tokenizer_config.json", {{"do_lower_case", true}});
  SECTION("of tokenizer.json") {
    hub.write("tokenizer.json", bert_json({added_token(30522, "cardiomegalyx", true),
                                           added_token(30523, "[FINDING]", true),
                                           added_token(30524, "Left-Sided", true),
                                           added_token(30525, "<report>", false, true),
                                           added_token(30526, "<e1>", false, true)}));
    hub.import();
    REQUIRE(hub.text.added_tokens.size() == 5);
    CHECK(hub.vocabulary == read_file(RAYGEN_TEST_DATA "/cxr-bert/vocab.txt"));
    CHECK(hub.ids("Left-sided cardiomegalyx and [finding] <report> <E1> <e1>x") ==
          Ids{2, 30524, 30522, 1700, 30523, 30525, 32, 13825, 34, 30526, 66, 3});
    CHECK(hub.ids("cardiomegalyxx left-SIDED [FINDING]s <REPORT>") ==
          Ids{2, 30522, 66, 30524, 30523, 61, 32, 2697, 34, 3});
    CHECK(hub.ids("xcardiomegalyx cardio megalyx CARDIOMEGALYX") ==
          Ids{2, 66, 30522, 14082, 11656, 11380, 1065, 30522, 3});
    CHECK(hub.ids("ø Left-Sidedé left-side\u0301d") == Ids{2, 108, 30524, 47, 30524, 3});
  }
  SECTION("single words, and words of the vocabulary") {
    hub.write("tokenizer.json", bert_json({added_token(7023, "zone", false),
                                           added_token(10245, "apex", true, false, true),
                                           added_token(30522, "Base", false, false, true)}));
    hub.import();
    CHECK(hub.ids("apex apexes xapex (apex) apex-1 Apex") ==
          Ids{2, 10245, 10245, 1685, 21587, 11022, 1065, 12, 10245, 13, 10245, 17, 21, 10245, 3});
    CHECK(hub.ids("Base base Bases zone zones ozone Zone base_Base é") ==
          Ids{2, 30522, 4616, 6446, 7023, 7023, 61, 57, 7023, 7023, 4616, 41, 4616, 47, 3});
  }
  const auto last = [&](const std::string& sentence) {
    const Ids ids = hub.ids(sentence);
    return ids.at(ids.size() - 2);
  };
  SECTION("of added_tokens_decoder and of added_tokens.json beside vocab.txt") {
    write_file(hub.folder.path() / "vocab.txt", read_file(RAYGEN_TEST_DATA "/cxr-bert/vocab.txt"));
    if (GENERATE(true, false)) {
      hub.write("tokenizer_config.json",
                {{"added_tokens_decoder",
                  {{"0", {{"content", "[PAD]"}, {"normalized", false}, {"special", true}}},
                   {"30522", {{"content", "<dec>"}, {"normalized", false}, {"special", true}}},
                   {"30523", {{"content", "Hilum Mass"}, {"normalized", true}}}}}});
    } else {
      hub.write("added_tokens.json", {{"<dec>", 30522}, {"Hilum Mass", 30523}});
    }
    hub.import();
    CHECK(last("a <dec>") == 30522);
    CHECK(last("b hilum mass") == 30523);
    CHECK(last("b Hilum Mass") == 30523);
    CHECK(last("b Hilum  Mass") != 30523);
  }
  SECTION("special ones that are stated by their text alone") {
    write_file(hub.folder.path() / "vocab.txt", read_file(RAYGEN_TEST_DATA "/cxr-bert/vocab.txt"));
    hub.write("tokenizer_config.json", {{"extra_special_tokens", {"<one>", "apex"}}});
    hub.write("special_tokens_map.json",
              {{"additional_special_tokens", {{{"content", "<two>"}}, "<one>"}}});
    hub.import();
    CHECK(last("a<one>") == 30522);
    CHECK(last("a<two>") == 30523);
    CHECK(last("xapex") == 10245);
  }
  SECTION("ids that the text encoder has no embedding of") {
    hub.text.vocabulary = 30523;
    hub.write("tokenizer.json",
              bert_json({added_token(30522, "<in>", false), added_token(30523, "<out>", false)}));
    hub.import();
    CHECK(last("<in>") == 30522);
    CHECK(last("<out>") != 30523);
    CHECK_THAT(hub.notes.text(), Contains("1 added tokens have ids"));
  }
}

TEST_CASE("a Unigram in tokenizer.json becomes a SentencePiece model", "[import]") {
  json vocab = json::array();
  double score = -5.0;
  for (const char* special : {"<pad>", "</s>", "<unk>"}) vocab.push_back({special, 0.0});
  const std::vector<std::pair<const char*, double>> pieces = {
      {"▁", -2.0}, {"▁no", -3.0}, {"▁pneumo", -4.5}, {"thorax", -4.0}};
  for (const auto& [piece, value] : pieces) vocab.push_back({piece, value});
  for (const char* letter : {"n", "o", "p", "e", "u", "m", "t", "h", "r", "a", "x", "s"}) {
    vocab.push_back({letter, score});
    score -= 0.1;
  }
  for (const auto& [piece, value] :
       std::vector<std::pair<const char*, double>>{{"▁ef", -4.2},
                                                   {"fusion", -4.3},
                                                   {"f", -6.2},
                                                   {"i", -6.3},
                                                   {".", -3.5},
                                                   {"<extra_id_1>", 0.0},
                                                   {"<extra_id_0>", 0.0}})
    vocab.push_back({piece, value});
  json tokenizer = {
      {"added_tokens",
       json::array({added_token(0, "<pad>", false, true), added_token(1, "</s>", false, true),
                    added_token(2, "<unk>", false, true),
                    added_token(25, "<extra_id_0>", false, true)})},
      {"normalizer", nullptr},
      {"model", {{"type", "Unigram"}, {"unk_id", 2}, {"vocab", vocab}, {"byte_fallback", false}}}};
  Hub hub;
  hub.text.encoder = TextEncoderKind::t5;
  hub.text.vocabulary = 32;
  hub.write("tokenizer.json", tokenizer);
  hub.write("tokenizer_config.json", {{"tokenizer_class", "T5Tokenizer"}});
  hub.import();
  CHECK(hub.text.tokenizer == TokenizerKind::sentencepiece);
  CHECK(hub.text.sep_id == 1);
  CHECK(hub.ids("no pneumothorax") == Ids{4, 5, 6, 1});
  CHECK(hub.ids("No  pneumothoraxes.") == Ids{3, 2, 8, 5, 6, 10, 18, 23, 1});
  CHECK(hub.ids("zz no qq") == Ids{3, 2, 4, 3, 2, 1});
  const auto error = [&](const char* key, const json& value) {
    json other = tokenizer;
    other["model"][key] = value;
    hub.write("tokenizer.json", other);
    return hub.error();
  };
  CHECK_THAT(error("unk_id", 40), StartsWith("format: ") && Contains("unk_id is 40"));
  CHECK_THAT(error("vocab", {{"a", "b"}}), StartsWith("format: "));
  CHECK_THAT(error("vocab", json::array()), StartsWith("format: "));
  tokenizer["normalizer"] = {{"type", "Precompiled"}, {"precompiled_charsmap", "A*=="}};
  CHECK_THAT(error("unk_id", 2), StartsWith("format: ") && Contains("no base64"));
  tokenizer["normalizer"] = {{"type", "NFKC"}};
  CHECK_THAT(error("unk_id", 2), StartsWith("unsupported: ") && Contains("'NFKC'"));
}

TEST_CASE("a tokenizer.json of another kind is named", "[import]") {
  Hub hub;
  hub.write("tokenizer_config.json", {{"tokenizer_class", "TokenizersBackend"}});
  const auto error = [&](const char* key, const json& value) {
    json other = bert_json();
    other[json::json_pointer(key)] = value;
    hub.write("tokenizer.json", other);
    return hub.error();
  };
  CHECK_THAT(error("/model/type", "BPE"), StartsWith("unsupported: ") && Contains("'BPE'"));
  CHECK_THAT(error("/normalizer", {{"type", "Lowercase"}}),
             StartsWith("unsupported: ") && Contains("'Lowercase'"));
  CHECK_THAT(error("/pre_tokenizer", {{"type", "Whitespace"}}), Contains("'Whitespace'"));
  CHECK_THAT(error("/post_processor", nullptr), Contains("post_processor"));
  CHECK_THAT(error("/normalizer/clean_text", false), Contains("clean_text"));
  CHECK_THAT(error("/model/continuing_subword_prefix", "@@"), Contains("'@@'"));
  CHECK_THAT(error("/model/max_input_chars_per_word", 50), Contains("50"));
  CHECK_THAT(error("/model/vocab/more", 0), Contains("the same id 0"));
  CHECK_THAT(error("/model/vocab/more", -1), StartsWith("format: "));
  CHECK_THAT(error("/model/vocab/more", 2000000), StartsWith("format: "));
  CHECK_THAT(error("/model/vocab/more", 1.5), StartsWith("format: "));
  CHECK_THAT(error("/model/vocab/a\nb", 30522), StartsWith("unsupported: "));
  CHECK_THAT(error("/added_tokens", "x"), StartsWith("format: "));
  CHECK_THAT(error("/model", "x"), StartsWith("format: "));
  write_file(hub.folder.path() / "tokenizer.json", "{");
  CHECK_THAT(hub.error(), Contains("invalid JSON"));
  json many = json::array();
  for (int i = 0; i < 5000; ++i) many.push_back(added_token(5, "t" + std::to_string(i), false));
  hub.write("tokenizer.json", bert_json(many));
  CHECK_THAT(hub.error(), StartsWith("limit: ") && Contains("added tokens"));
}
