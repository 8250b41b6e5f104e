// Any bytes as a text for WordPiece, as a vocabulary, and as a SentencePiece model. The first byte
// chooses.

#include "text/tokenizer.hpp"
#include "error.hpp"
#include "seeds.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

using namespace raygen::engine;

namespace {

TextArchitecture architecture(TokenizerKind kind) {
  TextArchitecture text;
  text.tokenizer = kind;
  text.vocabulary = 512;
  text.length = 32;
  return text;
}

void check(const TokenizedText& result) {
  if (result.input_ids.size() != 32 || result.attention_mask.size() != 32 || result.token_count < 2)
    std::abort();
  for (const std::int32_t id : result.input_ids) {
    if (id < 0 || id >= 512) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  static const auto wordpiece = make_tokenizer(
      architecture(TokenizerKind::wordpiece),
      "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\n##a\nheart\n##s\n心\n.\ne\n##\n", "fuzz");
  if (data[0] % 3 == 0) {
    check(wordpiece->encode(bytes));
    return 0;
  }
  try {
    const auto kind = data[0] % 3 == 1 ? TokenizerKind::wordpiece : TokenizerKind::sentencepiece;
    const auto tokenizer = make_tokenizer(architecture(kind), bytes, "fuzz");
    check(tokenizer->encode("Moderate left a\u030a effusion, ﬁbrosis. ☃ [MASK]"));
    check(tokenizer->encode(bytes.substr(0, 512)));
  } catch (const Error&) {
  }
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  std::vector<std::string> seeds = {
      std::string(1, '\0') + "Heart size is top-normal; e\u0301\u0323 心 [MASK].",
      "\x01[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nx\n##x\n"};
  for (const char* name : {"unigram", "bpe"}) {
    std::ifstream file(std::string(RAYGEN_TEST_DATA "/text/") + name + ".model", std::ios::binary);
    seeds.emplace_back(1, '\2');
    seeds.back().append(std::istreambuf_iterator<char>(file), {});
  }
  return seeds;
}
