#include "import/import_parts.hpp"
#include "import/sentencepiece_pieces.hpp"
#include "import/source_file.hpp"
#include "import/tokenizer_json.hpp"
#include "storage/json.hpp"
#include "storage/mapped_file.hpp"
#include "text/tokenizer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <set>

namespace raygen::engine {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxVocabularyBytes = std::uint64_t{256} << 20;

/// The folder's vocabulary. BERT's tokenizer.json comes first, as it does in transformers; T5's was
/// made of a SentencePiece model, which comes first where it is there.
fs::path find_vocabulary(const ImportSources& sources, TextEncoderKind encoder) {
  if (!sources.vocabulary.empty()) return sources.vocabulary;
  if (sources.text_encoder.empty()) {
    fail(Status::invalid_argument,
         "{}: a vocabulary (vocab.txt) is needed beside the text encoder inside the checkpoint",
         sources.decoder.string());
  }
  using Names = std::array<const char*, 5>;
  const bool bert = encoder == TextEncoderKind::bert;
  for (const char* name : bert ? Names{"tokenizer.json", "vocab.txt", "spiece.model",
                                       "tokenizer.model", "sentencepiece.bpe.model"}
                               : Names{"spiece.model", "tokenizer.model", "sentencepiece.bpe.model",
                                       "tokenizer.json", "vocab.txt"}) {
    if (is_file(sources.text_encoder / name)) return sources.text_encoder / name;
  }
  fail(Status::io,
       "{} has no vocabulary: tokenizer.json, vocab.txt, spiece.model, tokenizer.model or "
       "sentencepiece.bpe.model was expected",
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

  /// The class that transformers makes: one that follows tokenizer.json, or one of its own for
  /// BERT, which follows the flags of this config.
  bool follows_tokenizer_json() const {
    const std::string name = string("tokenizer_class");
    return name.starts_with("PreTrainedTokenizer") || name.starts_with("TokenizersBackend");
  }

  std::string string(const char* key) const {
    for (const auto& [json, where] : files_) {
      if (json.is_object() && json.contains(key) && json[key].is_string())
        return json[key].get<std::string>();
    }
    return {};
  }

  /// Tokens with the ids that added_tokens_decoder gives them.
  std::vector<AddedToken> decoder_tokens() const {
    std::vector<AddedToken> tokens;
    for (const auto& [json, where] : files_) {
      if (!json.is_object() || !json.contains("added_tokens_decoder")) continue;
      JsonObject(json["added_tokens_decoder"], "added_tokens_decoder", where);
      for (const auto& [id, value] : json["added_tokens_decoder"].items()) {
        JsonObject object(value, "added_tokens_decoder", where);
        AddedToken token{object.string("content"), 0, true, false};
        if (std::from_chars(id.data(), id.data() + id.size(), token.id).ptr !=
            id.data() + id.size())
          fail(Status::format, "{}: added_tokens_decoder has {} where an id was expected", where,
               in_quotes(id));
        if (object.contains("normalized")) token.normalized = object.boolean("normalized");
        if (object.contains("single_word")) token.single_word = object.boolean("single_word");
        tokens.push_back(std::move(token));
      }
    }
    return tokens;
  }

  /// Further special tokens, of which only the text is stated.
  std::vector<std::string> further_specials() const {
    std::vector<std::string> tokens;
    for (const auto& [json, where] : files_) {
      for (const char* key : {"additional_special_tokens", "extra_special_tokens"}) {
        if (!json.is_object() || !json.contains(key)) continue;
        for (const Json& item : json[key]) {  // a list, or an object of names
          if (item.is_string()) tokens.push_back(item.get<std::string>());
          if (item.is_object()) tokens.push_back(JsonObject(item, key, where).string("content"));
        }
      }
    }
    return tokens;
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

/// {"<finding>": 30522} of older folders.
std::vector<AddedToken> added_tokens_json(const fs::path& folder, const Limits& limits) {
  std::vector<AddedToken> tokens;
  const fs::path path = folder / "added_tokens.json";
  if (folder.empty() || !is_file(path)) return tokens;
  const Json json = parse_json(read_config(path, limits), path.string());
  JsonObject object(json, "", path.string());
  for (const auto& [text, id] : json.items())
    tokens.push_back({text, object.integer(text), true, false});
  return tokens;
}

/// The tokens that are found whole, less those that every BERT has: by the ids that files state,
/// or, as in transformers, by the vocabulary's ids and then by the next free ones.
std::vector<AddedToken> collect_added(std::vector<AddedToken> stated,
                                      const std::vector<std::string>& further,
                                      std::vector<std::string>& pieces,
                                      const TextArchitecture& text, ImportNotes& notes) {
  std::map<std::string, std::int64_t> ids;
  for (std::size_t i = 0; i < pieces.size(); ++i)
    ids.insert_or_assign(pieces[i], static_cast<std::int64_t>(i));
  auto next = static_cast<std::int64_t>(pieces.size());
  for (const AddedToken& token : stated) {
    ids.emplace(token.text, token.id);
    if (token.id < text.vocabulary) next = std::max(next, token.id + 1);
  }
  for (const std::string& name : further) {
    const auto [place, fresh] = ids.emplace(name, next);
    if (fresh) ++next;
    stated.push_back({name, place->second, false, false});
  }
  std::vector<AddedToken> added;
  const std::set<std::string> of_bert = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};
  std::set<std::string> seen;
  std::size_t beyond = 0;
  for (AddedToken& token : stated) {
    if (token.text.empty() || !seen.insert(token.text).second) continue;
    if (of_bert.count(token.text) != 0) {
      // Found whole anyway; the vocabulary may lack it.
      if (token.id >= 0 && token.id < text.vocabulary &&
          token.id >= static_cast<std::int64_t>(pieces.size())) {
        pieces.resize(static_cast<std::size_t>(token.id) + 1);
        pieces.back() = token.text;
      }
      continue;
    }
    if (token.id < 0 || token.id >= text.vocabulary) {
      ++beyond;
      continue;
    }
    added.push_back(std::move(token));
  }
  if (beyond > 0) {
    notes.left_out(
        formatted("{} added tokens have ids that the text encoder has no embedding of; they were "
                  "left out, and are cut into pieces.",
                  beyond));
  }
  if (added.size() > kMaxAddedTokens)
    fail(Status::limit, "{} added tokens, at most {} are allowed", added.size(), kMaxAddedTokens);
  return added;
}

/// Case, accents and ideographs as transformers' tokenizer of the folder has them.
void settle_normalizer(const TokenizerConfig& config, const TokenizerJson* file,
                       TextArchitecture& text, const std::string& where, ImportNotes& notes) {
  if (file != nullptr && config.follows_tokenizer_json()) {
    if (!file->unlike_bert.empty())
      fail(Status::unsupported, "{}: {} is not BERT's, the only one that is known", where,
           file->unlike_bert);
    text.lower_case = *file->lower_case;
    text.strip_accents = *file->strip_accents;
    text.split_cjk = *file->split_cjk;
    return;
  }
  text.lower_case = config.flag("do_lower_case", true);
  text.strip_accents = config.flag("strip_accents", text.lower_case);
  text.split_cjk = config.flag("tokenize_chinese_chars", true);
  const bool differs = file != nullptr && file->lower_case && *file->lower_case != text.lower_case;
  if (differs) {
    notes.add(
        "{} says lowercase {}, do_lower_case is {}: the latter was taken, as in transformers.",
        file_name_of(where), *file->lower_case, text.lower_case);
  }
}

std::string lines_of(const std::vector<std::string>& pieces) {
  std::string text;
  for (const std::string& piece : pieces) text += piece + "\n";
  return text;
}

}  // namespace

std::string import_tokenizer(const ImportSources& sources, TextArchitecture& text,
                             const Limits& limits, ImportNotes& notes) {
  const fs::path path = find_vocabulary(sources, text.encoder);
  const std::string where = path.string();
  const fs::path folder = !sources.text_encoder.empty() ? sources.text_encoder : path.parent_path();
  const TokenizerConfig config(folder, limits);
  std::optional<TokenizerJson> file;
  std::string vocabulary;
  if (path.extension() == ".json") {
    file = read_tokenizer_json(path, limits);
    text.tokenizer = file->kind;
    vocabulary = file->sentencepiece;
  } else {
    vocabulary =
        MappedFile::open(path, std::min(limits.max_file_bytes, kMaxVocabularyBytes))->text();
    refuse_stand_in(vocabulary, where);
    // transformers 5 saves the lines of vocab.txt under the name tokenizer.model, too.
    const bool lines = text.encoder == TextEncoderKind::bert && !vocabulary.starts_with('\n');
    text.tokenizer = path.extension() == ".model" && !lines ? TokenizerKind::sentencepiece
                                                            : TokenizerKind::wordpiece;
  }
  const bool wordpiece = text.tokenizer == TokenizerKind::wordpiece;
  std::vector<std::string> pieces = !wordpiece ? sentencepiece_pieces(vocabulary, where)
                                    : file     ? file->pieces
                                               : wordpieces(vocabulary);
  const auto count = static_cast<std::int64_t>(pieces.size());
  if (count > text.vocabulary) {
    fail(Status::format,
         "{} has {} entries, the text encoder has {}: this is another model's vocabulary", where,
         count, text.vocabulary);
  }
  if (count < text.vocabulary)
    notes.add("{} has {} entries, fewer than the text encoder's {}.", file_name_of(where), count,
              text.vocabulary);
  notes.took("The vocabulary: {} entries of {}.", count, file_name_of(where));

  if (wordpiece) {
    std::vector<AddedToken> stated = file ? file->added : config.decoder_tokens();
    if (!file && stated.empty()) stated = added_tokens_json(folder, limits);
    text.added_tokens =
        collect_added(std::move(stated), config.further_specials(), pieces, text, notes);
    if (!text.added_tokens.empty())
      notes.took("{} added tokens, which are found in a text whole.", text.added_tokens.size());
    const fs::path lines = folder / "vocab.txt";
    if (file && is_file(lines)) {
      vocabulary =
          MappedFile::open(lines, std::min(limits.max_file_bytes, kMaxVocabularyBytes))->text();
      if (wordpieces(vocabulary) != pieces)
        notes.add("{} and vocab.txt differ: the former was taken, as in transformers.",
                  file_name_of(where));
    }
    if (vocabulary.empty() || wordpieces(vocabulary) != pieces) vocabulary = lines_of(pieces);
  }
  settle_normalizer(config, file ? &*file : nullptr, text, where, notes);
  find_special_tokens(config, pieces, text, where);
  if (file) make_tokenizer(text, vocabulary, where);  // what was made of it must be one
  return vocabulary;
}

}  // namespace raygen::engine
