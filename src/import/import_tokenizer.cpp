#include "import/import_parts.hpp"
#include "import/sentencepiece_pieces.hpp"
#include "storage/json.hpp"
#include "storage/mapped_file.hpp"

#include <algorithm>
#include <map>
#include <system_error>

namespace raygen::engine {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxVocabularyBytes = std::uint64_t{256} << 20;

bool is_file(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

fs::path find_vocabulary(const ImportSources& sources) {
  if (!sources.vocabulary.empty()) return sources.vocabulary;
  if (sources.text_encoder.empty()) {
    fail(Status::invalid_argument,
         "{}: a vocabulary (vocab.txt) is needed beside the text encoder inside the checkpoint",
         sources.decoder.string());
  }
  for (const char* name :
       {"vocab.txt", "spiece.model", "tokenizer.model", "sentencepiece.bpe.model"}) {
    if (is_file(sources.text_encoder / name)) return sources.text_encoder / name;
  }
  fail(Status::io,
       "{} has no vocabulary: vocab.txt, spiece.model, tokenizer.model or sentencepiece.bpe.model "
       "was expected",
       sources.text_encoder.string());
}

std::vector<std::string> wordpieces(const std::string& vocabulary) {
  std::vector<std::string> pieces;
  for (std::size_t start = 0; start < vocabulary.size();) {
    const std::size_t end = std::min(vocabulary.find('\n', start), vocabulary.size());
    std::string piece = vocabulary.substr(start, end - start);
    if (piece.ends_with('\r')) piece.pop_back();
    pieces.push_back(std::move(piece));
    start = end + 1;
  }
  return pieces;
}

/// What tokenizer_config.json and special_tokens_map.json say; both may be absent.
class TokenizerConfig {
 public:
  TokenizerConfig(const fs::path& folder, const Limits& limits) {
    if (folder.empty()) return;
    for (const char* name : {"tokenizer_config.json", "special_tokens_map.json"}) {
      const fs::path path = folder / name;
      if (is_file(path))
        files_.emplace_back(parse_json(read_config(path, limits), path.string()), path.string());
    }
  }

  /// Absent and null are the default.
  bool flag(const char* key, bool otherwise) const {
    for (const auto& [json, where] : files_) {
      if (!json.is_object() || !json.contains(key) || json[key].is_null()) continue;
      return JsonObject(json, "", where).boolean(key);
    }
    return otherwise;
  }

  /// "[PAD]" or {"content": "[PAD]", …}.
  std::string token(const char* key, const std::string& otherwise) const {
    for (const auto& [json, where] : files_) {
      if (!json.is_object() || !json.contains(key) || json[key].is_null()) continue;
      if (json[key].is_object()) return JsonObject(json[key], key, where).string("content");
      return JsonObject(json, "", where).string(key);
    }
    return otherwise;
  }

 private:
  std::vector<std::pair<Json, std::string>> files_;
};

void find_special_tokens(const TokenizerConfig& config, const std::vector<std::string>& pieces,
                         TextArchitecture& text, const std::string& where) {
  std::map<std::string, std::int64_t> ids;
  for (std::size_t i = 0; i < pieces.size(); ++i)
    ids.insert_or_assign(pieces[i], static_cast<std::int64_t>(i));
  const auto find = [&](const char* key, const char* usual, bool needed) -> std::int64_t {
    const std::string name = config.token(key, usual);
    const auto found = ids.find(name);
    if (found != ids.end()) return found->second;
    if (needed)
      fail(Status::format, "{}: the vocabulary has no {} ({})", where, in_quotes(name), key);
    return -1;
  };
  const bool t5 = text.encoder == TextEncoderKind::t5;
  const bool wordpiece = text.tokenizer == TokenizerKind::wordpiece;
  text.pad_id = find("pad_token", wordpiece ? "[PAD]" : "<pad>", true);
  text.unk_id = find("unk_token", wordpiece ? "[UNK]" : "<unk>", true);
  text.sep_id =
      t5 ? find("eos_token", "</s>", true) : find("sep_token", wordpiece ? "[SEP]" : "</s>", true);
  text.cls_id = t5 ? -1 : find("cls_token", wordpiece ? "[CLS]" : "<s>", wordpiece);
  text.mask_id = t5 ? -1 : find("mask_token", wordpiece ? "[MASK]" : "<mask>", false);
}

}  // namespace

std::string import_tokenizer(const ImportSources& sources, TextArchitecture& text,
                             const Limits& limits, ImportNotes& notes) {
  const fs::path path = find_vocabulary(sources);
  const std::string where = path.string();
  std::string vocabulary(
      MappedFile::open(path, std::min(limits.max_file_bytes, kMaxVocabularyBytes))->text());
  if (vocabulary.empty()) fail(Status::format, "{} is empty, a vocabulary was expected", where);
  const bool wordpiece = path.extension() != ".model";
  text.tokenizer = wordpiece ? TokenizerKind::wordpiece : TokenizerKind::sentencepiece;
  const std::vector<std::string> pieces =
      wordpiece ? wordpieces(vocabulary) : sentencepiece_pieces(vocabulary, where);

  const auto count = static_cast<std::int64_t>(pieces.size());
  if (count > text.vocabulary) {
    fail(Status::format,
         "{} has {} entries, the text encoder has {}: this is another model's vocabulary", where,
         count, text.vocabulary);
  }
  if (count < text.vocabulary)
    notes.add("{} has {} entries, fewer than the text encoder's {}.", where, count,
              text.vocabulary);

  const fs::path folder = !sources.text_encoder.empty() ? sources.text_encoder : path.parent_path();
  const TokenizerConfig config(folder, limits);
  text.lower_case = config.flag("do_lower_case", true);
  text.strip_accents = config.flag("strip_accents", text.lower_case);
  text.split_cjk = config.flag("tokenize_chinese_chars", true);
  find_special_tokens(config, pieces, text, where);
  return vocabulary;
}

}  // namespace raygen::engine
