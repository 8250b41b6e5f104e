#include "import/tokenizer_json.hpp"

#include "error.hpp"
#include "import/source_file.hpp"
#include "import/unigram.hpp"
#include "storage/json.hpp"
#include "storage/mapped_file.hpp"
#include "text/wordpiece.hpp"

#include <algorithm>

namespace raygen::engine {

namespace {

constexpr std::uint64_t kMaxBytes = std::uint64_t{256} << 20;
constexpr std::int64_t kMaxPieces = std::int64_t{1} << 21;

std::string type_of(const Json& object, const char* key) {
  if (!object.contains(key) || !object[key].is_object()) return "none";
  const Json& part = object[key];
  return part.contains("type") && part["type"].is_string() ? part["type"].get<std::string>()
                                                           : std::string("unnamed");
}

/// The tokens by id. Ids that no token has stay empty: nothing in a text is an empty token.
std::vector<std::string> pieces_by_id(const Json& vocab, const std::string& where) {
  JsonObject(vocab, "model.vocab", where);
  std::vector<std::string> pieces;
  for (const auto& [token, id_value] : vocab.items()) {
    const bool number = id_value.is_number_integer();
    const std::int64_t id = number ? id_value.get<std::int64_t>() : -1;
    if (id < 0 || id >= kMaxPieces)
      fail(Status::format, "{}: token {} has the id {}, 0 to {} was expected", where,
           in_quotes(token), in_quotes(json_text(id_value)), kMaxPieces - 1);
    if (token.find_first_of("\r\n") != std::string::npos)
      fail(Status::unsupported, "{}: token {} holds a line's end", where, in_quotes(token));
    const auto place = static_cast<std::size_t>(id);
    // No more room than the ids in the file can need.
    if (place >= pieces.size()) {
      if (place > vocab.size() + 65536)
        fail(Status::format, "{}: token {} has the id {}, of {} tokens", where, in_quotes(token),
             id, vocab.size());
      pieces.resize(place + 1);
    }
    if (!pieces[place].empty())
      fail(Status::format, "{}: tokens {} and {} have the same id {}", where,
           in_quotes(pieces[place]), in_quotes(token), id);
    pieces[place] = token;
  }
  return pieces;
}

/// [CLS] text [SEP], as BERT has it.
bool is_bert_template(const Json& json) {
  const std::string type = type_of(json, "post_processor");
  if (type == "BertProcessing") return true;
  if (type != "TemplateProcessing") return false;
  const Json& single = json["post_processor"].value("single", Json());
  return single.is_array() && single.size() == 3 && single[0].is_object() &&
         single[0].contains("SpecialToken") && single[1].is_object() &&
         single[1].contains("Sequence") && single[2].is_object() &&
         single[2].contains("SpecialToken");
}

void read_wordpiece(const Json& json, TokenizerJson& tokenizer, const std::string& where) {
  JsonObject model(json.at("model"), "model", where);
  tokenizer.pieces = pieces_by_id(model.get("vocab"), where);
  const std::string prefix = model.contains("continuing_subword_prefix")
                                 ? model.string("continuing_subword_prefix")
                                 : "##";
  if (prefix != "##")
    fail(Status::unsupported, "{}: continuing_subword_prefix is {}, only '##' is known", where,
         in_quotes(prefix));
  const std::int64_t longest = model.contains("max_input_chars_per_word")
                                   ? model.integer("max_input_chars_per_word")
                                   : static_cast<std::int64_t>(kMaxWordLength);
  if (longest != static_cast<std::int64_t>(kMaxWordLength))
    fail(Status::unsupported, "{}: max_input_chars_per_word is {}, only {} is known", where,
         longest, kMaxWordLength);

  if (type_of(json, "normalizer") == "BertNormalizer") {
    JsonObject normalizer(json["normalizer"], "normalizer", where);
    const auto flag = [&](const char* key, bool otherwise) {
      const bool stated = normalizer.contains(key) && !normalizer.get(key).is_null();
      return stated ? normalizer.boolean(key) : otherwise;
    };
    tokenizer.lower_case = flag("lowercase", true);
    tokenizer.strip_accents = flag("strip_accents", *tokenizer.lower_case);
    tokenizer.split_cjk = flag("handle_chinese_chars", true);
    if (!flag("clean_text", true)) tokenizer.unlike_bert = "a normalizer with clean_text false";
  } else {
    tokenizer.unlike_bert = formatted("the normalizer {}", in_quotes(type_of(json, "normalizer")));
  }
  if (const std::string type = type_of(json, "pre_tokenizer"); type != "BertPreTokenizer")
    tokenizer.unlike_bert = formatted("the pre_tokenizer {}", in_quotes(type));
  if (!is_bert_template(json))
    tokenizer.unlike_bert =
        formatted("the post_processor {}", in_quotes(type_of(json, "post_processor")));
}

std::vector<AddedToken> read_added(const Json& json, const std::string& where) {
  std::vector<AddedToken> tokens;
  if (!json.contains("added_tokens")) return tokens;
  const Json& list = json["added_tokens"];
  if (!list.is_array()) fail(Status::format, "{}: added_tokens is no list", where);
  for (const Json& item : list) {
    JsonObject object(item, "added_tokens", where);
    AddedToken token{object.string("content"), object.integer("id"), false, false};
    if (object.contains("normalized")) token.normalized = object.boolean("normalized");
    if (object.contains("single_word")) token.single_word = object.boolean("single_word");
    tokens.push_back(std::move(token));
  }
  return tokens;
}

}  // namespace

TokenizerJson read_tokenizer_json(const std::filesystem::path& path, const Limits& limits) {
  const std::string where = path.string();
  const auto file = MappedFile::open(path, std::min(limits.max_file_bytes, kMaxBytes));
  refuse_stand_in(file->text(), where);
  const Json json = parse_json(file->text(), where);
  JsonObject object(json, "", where);
  const Json& model = object.get("model");
  JsonObject(model, "model", where);
  std::string type = type_of(json, "model");
  // Older files do not name the kind.
  if (type == "unnamed" && model.contains("continuing_subword_prefix")) type = "WordPiece";
  if (type == "unnamed" && model.contains("unk_id")) type = "Unigram";
  TokenizerJson tokenizer;
  tokenizer.added = read_added(json, where);
  if (type == "WordPiece") {
    read_wordpiece(json, tokenizer, where);
  } else if (type == "Unigram") {
    tokenizer.kind = TokenizerKind::sentencepiece;
    tokenizer.sentencepiece = sentencepiece_from_unigram(json, where);
  } else {
    fail(Status::unsupported, "{}: the model {} is not known; known are WordPiece and Unigram",
         where, in_quotes(type));
  }
  return tokenizer;
}

}  // namespace raygen::engine
