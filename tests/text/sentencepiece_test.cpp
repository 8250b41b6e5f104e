#include "error.hpp"
#include "fixture.hpp"
#include "text/sentencepiece_model.hpp"
#include "text/tokenizer.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <optional>

using namespace raygen::engine;

namespace {

/// T5's style for the unigram model (ids </s>), BERT's for the other (<s> ids </s>).
TextArchitecture architecture_of(const std::string& model) {
  TextArchitecture architecture;
  architecture.tokenizer = TokenizerKind::sentencepiece;
  architecture.vocabulary = 200;
  architecture.length = 64;
  architecture.mask_id = -1;
  if (model == "unigram") {
    architecture.pad_id = 0, architecture.sep_id = 1, architecture.unk_id = 2,
    architecture.cls_id = -1;
  } else {
    architecture.pad_id = 0, architecture.unk_id = 1, architecture.cls_id = 2,
    architecture.sep_id = 3;
  }
  return architecture;
}

std::string model(const std::string& name) { return read_test_data("text/" + name + ".model"); }

/// What the process writes on its standard error meanwhile.
template <typename Action>
std::string standard_error(Action&& action) {
  std::fflush(stderr);
  std::FILE* file = std::tmpfile();
  const int saved = ::dup(2);
  ::dup2(::fileno(file), 2);
  action();
  std::fflush(stderr);
  ::dup2(saved, 2);
  ::close(saved);
  std::rewind(file);
  std::string text;
  for (int c = std::fgetc(file); c != EOF; c = std::fgetc(file))
    text.push_back(static_cast<char>(c));
  std::fclose(file);
  return text;
}

/// Loads and encodes, or returns nothing when that is refused as it should be.
std::optional<TokenizedText> encode_if_accepted(const std::string& name, const std::string& bytes,
                                                const std::string& text) {
  try {
    return make_tokenizer(architecture_of(name), bytes, "tokenizer.model")->encode(text);
  } catch (const Error& error) {
    REQUIRE(error.status() == Status::format);
    REQUIRE_THAT(error.what(), Catch::StartsWith("tokenizer.model: "));
    return {};
  }
}

/// A protobuf field of bytes.
std::string field(int number, const std::string& bytes) {
  std::string out(1, static_cast<char>(number << 3 | 2));
  for (std::size_t size = bytes.size();; size >>= 7) {
    out += static_cast<char>(size < 128 ? size : 128 | (size & 127));
    if (size < 128) return out + bytes;
  }
}

std::string units(const std::vector<std::uint32_t>& values, const std::string& replacements) {
  std::string out(4 + 4 * values.size(), '\0');
  const auto size = static_cast<std::uint32_t>(4 * values.size());
  std::memcpy(out.data(), &size, 4);
  std::memcpy(out.data() + 4, values.data(), size);
  return out + replacements;
}

}  // namespace

TEST_CASE("SentencePiece gives the ids of the Python package") {
  const auto cases = nlohmann::json::parse(read_test_data("text/sentencepiece.json"));
  REQUIRE(cases.size() > 30);
  for (const auto& example : cases) {
    const auto name = example.at("model").get<std::string>(),
               text = example.at("text").get<std::string>();
    INFO(name << ": " << text);
    const TextArchitecture architecture = architecture_of(name);
    const TokenizedText result = make_tokenizer(architecture, model(name), name)->encode(text);

    auto expected = example.at("ids").get<std::vector<std::int32_t>>();
    const std::size_t specials = name == "unigram" ? 1 : 2;
    CHECK(result.token_count == static_cast<std::int64_t>(expected.size() + specials));
    expected.resize(std::min<std::size_t>(expected.size(), 64 - specials));
    if (name != "unigram") expected.insert(expected.begin(), 2);
    expected.push_back(name == "unigram" ? 1 : 3);
    CHECK(std::count(result.attention_mask.begin(), result.attention_mask.end(), 1) ==
          static_cast<std::ptrdiff_t>(expected.size()));
    expected.resize(64, 0);
    CHECK(result.input_ids == expected);
  }
}

TEST_CASE("Invalid UTF-8 is U+FFFD for SentencePiece too") {
  const auto tokenizer = make_tokenizer(architecture_of("unigram"), model("unigram"), "unigram");
  CHECK(tokenizer->encode("bad \xe2\x82 text").input_ids ==
        tokenizer->encode("bad \uFFFD text").input_ids);
}

TEST_CASE("A SentencePiece model larger than the text encoder's vocabulary is refused") {
  TextArchitecture architecture = architecture_of("unigram");
  architecture.vocabulary = 40;
  CHECK_THROWS_WITH(
      make_tokenizer(architecture, model("unigram"), "t.model"),
      Catch::Contains("t.model") && Catch::Contains("more than the text encoder's 40"));
}

TEST_CASE("Truncated and damaged SentencePiece models are refused or harmless, and silent") {
  for (const std::string name : {"unigram", "bpe"}) {
    const std::string whole = model(name);
    int refused = 0;
    const std::string printed = standard_error([&] {
      for (std::size_t size = 0; size < whole.size(); size += 7)
        refused += encode_if_accepted(name, whole.substr(0, size), "clear lungs") ? 0 : 1;
      for (std::size_t i = 0; i < whole.size(); ++i) {
        std::string damaged = whole;
        damaged[i] = static_cast<char>(damaged[i] ^ (1 << i % 8));
        const auto result =
            encode_if_accepted(name, damaged, "Small right a\u030a apical ﬁbrosis pneumothorax. ☃");
        if (!result) ++refused;
        if (result)
          REQUIRE(std::all_of(result->input_ids.begin(), result->input_ids.end(),
                              [](auto id) { return id >= 0 && id < 200; }));
      }
    });
    CHECK(refused > 100);
    CHECK(printed.empty());
  }
}

TEST_CASE("Hostile normalisers are refused before libsentencepiece follows them") {
  const std::string piece = field(1, field(1, "a"));
  const auto screen = [&](const std::string& charsmap) {
    return screen_sentencepiece_model(piece + field(3, field(2, charsmap)), "t.model");
  };
  const auto refused = [&](const std::string& charsmap, const std::string& message) {
    CHECK_THROWS_WITH(screen(charsmap), Catch::StartsWith("t.model: ") && Catch::Contains(message));
  };
  const auto unit = [](std::uint32_t offset, std::uint32_t label, bool ends) {
    return offset << 10 | (ends ? 1U << 8 : 0U) | label;
  };

  std::vector<std::uint32_t> table(512, 0x80000000U);  // no label matches
  table[0] = unit(256, 0, false);
  CHECK(screen(units(table, "x")).size() > table.size() * 4);

  refused("abc", "trie of 0 bytes");
  refused(std::string("\xff\xff\xff\x7f") + std::string(60, 'x'), "trie of 2147483647 bytes");
  table[0] = unit(100000, 0, false);
  refused(units(table, "x"), "leads from unit 0");
  table[0] = unit(256, 0, false);
  table[256 + 'a'] = unit('a', 'a', false);  // its child 'a' is itself
  refused(units(table, "x"), "loops");
  table[256 + 'a'] = unit(256, 'a', true);  // the replacement would be at table[353 ^ 256]
  table[(256 + 'a') ^ 256] = 0x80000000U | 77;
  refused(units(table, "x"), "outside its table");

  std::vector<std::uint32_t> nested(256 * 64, 0x80000000U);  // a, aa, aaa, … each a rule
  nested[0] = unit(256, 0, false);
  for (std::uint32_t depth = 1; depth < 60; ++depth) {
    const std::uint32_t node = 256 * depth + 'a';
    nested[node] = unit(node ^ (256 * (depth + 1)), 'a', true);
    nested[256 * (depth + 1)] = 0x80000000U;
  }
  refused(units(nested, "x"), "begin alike");
}

TEST_CASE("Hostile pieces are refused") {
  const auto refused = [](const std::string& bytes, const std::string& message) {
    CHECK_THROWS_WITH(screen_sentencepiece_model(bytes, "t.model"),
                      Catch::StartsWith("t.model: ") && Catch::Contains(message));
  };
  refused("", "no pieces");
  refused(field(1, ""), "piece 0 of 0 bytes");
  refused(field(1, field(1, std::string("a\0b", 3))), "zero byte");
  refused(field(1, field(1, std::string(2000, 'a'))), "of 2000 bytes");
  refused(field(1, field(1, "a") + "\x15" + std::string("\x00\x00\xc0\x7f", 4)),
          "score of piece 0");
  refused("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "bytes left");
  refused("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "64 bits");
  refused("\x0b", "wire type 3");
  std::string nested;
  for (std::size_t i = 1; i < 60; ++i)
    nested += field(1, field(1, std::string(i, 'a')) + "\x18\x04");
  refused(nested, "user-defined pieces begin alike");
}

TEST_CASE("The model's self-test is not run") {
  const std::string whole = model("unigram");
  const std::string sample = field(4, field(1, field(1, "clear") + field(2, "something else")));
  const std::string printed =
      standard_error([&] { CHECK(encode_if_accepted("unigram", whole + sample, "clear")); });
  CHECK(printed.empty());
}
