#include "text/sentencepiece.hpp"

#include "error.hpp"
#include "text/sentencepiece_model.hpp"
#include "text/specials.hpp"
#include "text/unicode.hpp"

#include <sentencepiece_processor.h>

namespace raygen::engine {

namespace {

class SentencePiece : public Tokenizer {
 public:
  SentencePiece(const TextArchitecture& architecture, const std::string& model,
                const std::string& where)
      : architecture_(architecture), where_(where) {
    const std::string screened = screen_sentencepiece_model(model, where);
    const auto status = processor_.LoadFromSerializedProto(screened);
    if (!status.ok())
      fail(Status::format, "{}: not a SentencePiece model: {}", where, status.error_message());
    if (processor_.GetPieceSize() > architecture.vocabulary) {
      fail(Status::format, "{}: holds {} pieces, more than the text encoder's {} tokens", where,
           processor_.GetPieceSize(), architecture.vocabulary);
    }
  }

  TokenizedText encode(std::string_view text) const override {
    std::vector<int> ids;
    const auto status = processor_.Encode(encode_utf8(decode_utf8(text)), &ids);
    if (!status.ok())
      fail(Status::format, "{}: the SentencePiece model cannot encode a text of {} bytes: {}",
           where_, text.size(), status.error_message());
    return with_specials({ids.begin(), ids.end()}, architecture_);
  }

 private:
  TextArchitecture architecture_;
  std::string where_;
  sentencepiece::SentencePieceProcessor processor_;
};

}  // namespace

std::unique_ptr<Tokenizer> make_sentencepiece(const TextArchitecture& architecture,
                                              const std::string& model, const std::string& where) {
  try {
    return std::make_unique<SentencePiece>(architecture, model, where);
  } catch (const Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {  // Darts, the trie inside libsentencepiece
    fail(Status::format, "{}: not a SentencePiece model: {}", where, error.what());
  }
}

}  // namespace raygen::engine
