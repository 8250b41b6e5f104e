#include "error.hpp"
#include "quiet_log.hpp"
#include "text/learn_vocabulary.hpp"
#include "text/unicode.hpp"

#include <sentencepiece_trainer.h>

#include <algorithm>
#include <unordered_map>

// Exported by the library, but left out of its installed headers.
namespace sentencepiece::logging {
int GetMinLogLevel();
void SetMinLogLevel(int level);
}  // namespace sentencepiece::logging

namespace raygen::engine {

namespace {

/// The trainer tells its steps on standard error; only fatal ones stay.
LogLevel<int> trainers_log(sentencepiece::logging::GetMinLogLevel,
                           sentencepiece::logging::SetMinLogLevel, 3);

class Sentences : public sentencepiece::SentenceIterator {
 public:
  explicit Sentences(const std::vector<std::string>& texts) : texts_(texts) {}
  bool done() const override { return next_ == texts_.size(); }
  void Next() override { ++next_; }
  const std::string& value() const override { return texts_[next_]; }
  sentencepiece::util::Status status() const override { return {}; }

 private:
  const std::vector<std::string>& texts_;
  std::size_t next_ = 0;
};

/// What the trainer takes: valid UTF-8 without control characters, in an order that depends on the
/// texts alone.
std::vector<std::string> cleaned(const std::vector<std::string>& texts) {
  std::vector<std::string> result;
  for (const std::string& text : texts) {
    std::string clean = encode_utf8(decode_utf8(text));
    std::replace_if(
        clean.begin(), clean.end(),
        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
    if (clean.find_first_not_of(' ') != clean.npos) result.push_back(std::move(clean));
  }
  std::sort(result.begin(), result.end());
  return result;
}

}  // namespace

std::string learn_sentencepiece(const std::vector<std::string>& texts, std::size_t entries) {
  const std::vector<std::string> sentences = cleaned(texts);
  if (sentences.empty())
    fail(Status::invalid_argument,
         "a SentencePiece vocabulary cannot be learned from {} empty texts", texts.size());
  const std::unordered_map<std::string, std::string> settings = {
      {"model_type", "UNIGRAM"},  // it is put into capitals by the host's locale: not a Turkish "i"
      {"vocab_size", std::to_string(entries)},
      {"hard_vocab_limit", "false"},  // few texts give fewer pieces
      {"character_coverage", "1"},
      {"normalization_rule_name", "nmt_nfkc_cf"},
      {"max_sentence_length", "1000000"},  // bytes; longer ones would be skipped
      {"shuffle_input_sentence", "false"},
      {"num_threads", "1"},  // sums in one order
      {"pad_id", "0"},
      {"unk_id", "1"},
      {"bos_id", "2"},
      {"eos_id", "3"},
      {"control_symbols", "<mask>"},
      {"train_extremely_large_corpus", "false"},
  };
  const LogLevel<int>::Quiet quiet(trainers_log);
  Sentences iterator(sentences);
  std::string model;
  const auto status = sentencepiece::SentencePieceTrainer::Train(settings, &iterator, &model);
  if (!status.ok()) {
    fail(Status::invalid_argument,
         "a SentencePiece vocabulary of {} entries cannot be learned from {} texts: {}", entries,
         sentences.size(), status.error_message());
  }
  return model;
}

}  // namespace raygen::engine
