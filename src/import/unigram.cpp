#include "import/unigram.hpp"

#include "error.hpp"

#include <openssl/evp.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <set>

namespace raygen::engine {

namespace {

// Field numbers and values of sentencepiece_model.proto.
constexpr unsigned kModelPieces = 1, kModelTrainer = 2, kModelNormalizer = 3;
constexpr unsigned kPieceText = 1, kPieceScore = 2, kPieceType = 3;
constexpr unsigned kTrainerType = 3, kTrainerByteFallback = 35, kTrainerUnknown = 40;
constexpr unsigned kCharsMap = 2, kDummyPrefix = 3, kRemoveSpaces = 4, kEscapeSpaces = 5;
constexpr std::uint64_t kUnigram = 1;
enum PieceType : std::uint64_t {
  kNormal = 1,
  kUnknown = 2,
  kControl = 3,
  kUserDefined = 4,
  kByte = 6
};

/// A protobuf message as it is written.
class Message {
 public:
  void number(unsigned field, std::uint64_t value) {
    varint(std::uint64_t{field} << 3);
    varint(value);
  }
  void bytes(unsigned field, std::string_view value) {
    varint((std::uint64_t{field} << 3) | 2);
    varint(value.size());
    text_ += value;
  }
  void real(unsigned field, float value) {
    varint((std::uint64_t{field} << 3) | 5);
    const auto bits = std::bit_cast<std::uint32_t>(value);
    for (unsigned shift = 0; shift < 32; shift += 8)
      text_ += static_cast<char>((bits >> shift) & 0xff);
  }
  const std::string& text() const { return text_; }

 private:
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) text_ += static_cast<char>((value & 0x7f) | 0x80);
    text_ += static_cast<char>(value);
  }
  std::string text_;
};

std::string from_base64(const std::string& text, const std::string& where) {
  constexpr std::size_t longest = std::size_t{16} << 20;
  if (text.empty()) return {};
  if (text.size() > longest || text.size() % 4 != 0)
    fail(Status::format, "{}: precompiled_charsmap of {} characters is no base64", where,
         text.size());
  std::string bytes(text.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  if (size < 0) fail(Status::format, "{}: precompiled_charsmap is no base64", where);
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  bytes.resize(static_cast<std::size_t>(size) - padding);
  return bytes;
}

std::string type_of(const Json& value) {
  const auto type = value.is_object() ? value.find("type") : value.end();
  return value.is_object() && type != value.end() && type->is_string() ? type->get<std::string>()
                                                                       : std::string();
}

/// The normaliser's table; white space is SentencePiece's own affair.
std::string chars_map(const Json& normalizer, const std::string& where, int depth = 0) {
  constexpr int deepest = 4;
  if (normalizer.is_null()) return {};
  const std::string type = type_of(normalizer);
  if (type == "Precompiled")
    return from_base64(JsonObject(normalizer, "normalizer", where).string("precompiled_charsmap"),
                       where);
  if (type == "Strip" || type == "Replace") return {};
  if (type == "Sequence" && depth < deepest) {
    const Json& all = JsonObject(normalizer, "normalizer", where).get("normalizers");
    std::string map;
    for (const Json& one : all) {
      std::string found = chars_map(one, where, depth + 1);
      if (!found.empty()) map = std::move(found);
    }
    return map;
  }
  fail(
      Status::unsupported,
      "{}: the normalizer {} is not known; the model's SentencePiece file (spiece.model) is needed",
      where, in_quotes(type));
}

/// Sentinels are found in a text; other special tokens are not.
std::set<std::string> special_tokens(const Json& tokenizer, const std::string& where) {
  std::set<std::string> special;
  if (!tokenizer.contains("added_tokens")) return special;
  for (const Json& token : tokenizer["added_tokens"]) {
    JsonObject object(token, "added_tokens", where);
    if (object.contains("special") && object.boolean("special"))
      special.insert(object.string("content"));
  }
  return special;
}

}  // namespace

std::string sentencepiece_from_unigram(const Json& tokenizer, const std::string& where) {
  JsonObject object(tokenizer, "", where);
  JsonObject model(object.get("model"), "model", where);
  const std::int64_t unknown = model.integer("unk_id");
  const bool byte_fallback = model.contains("byte_fallback") && model.boolean("byte_fallback");
  const std::set<std::string> special = special_tokens(tokenizer, where);
  Message all;
  std::int64_t id = 0;
  for (const Json& entry : model.get("vocab")) {
    const bool pair =
        entry.is_array() && entry.size() == 2 && entry[0].is_string() && entry[1].is_number();
    if (!pair) fail(Status::format, "{}: entry {} of vocab is no piece with a score", where, id);
    const auto& text = entry[0].get_ref<const std::string&>();
    const auto score = entry[1].get<float>();
    if (!std::isfinite(score))
      fail(Status::format, "{}: the score of piece {} is not a number", where, id);
    PieceType type = kNormal;
    if (id == unknown) {
      type = kUnknown;
    } else if (text.starts_with("<extra_id_")) {
      type = kUserDefined;
    } else if (special.count(text) != 0) {
      type = kControl;
    } else if (byte_fallback && text.size() == 6 && text.starts_with("<0x") && text.back() == '>') {
      type = kByte;
    }
    Message piece;
    piece.bytes(kPieceText, text);
    piece.real(kPieceScore, score);
    piece.number(kPieceType, type);
    all.bytes(kModelPieces, piece.text());
    ++id;
  }
  if (unknown < 0 || unknown >= id)
    fail(Status::format, "{}: unk_id is {}, the vocabulary has {} pieces", where, unknown, id);
  Message trainer;
  trainer.number(kTrainerType, kUnigram);
  trainer.number(kTrainerByteFallback, byte_fallback ? 1 : 0);
  trainer.number(kTrainerUnknown, static_cast<std::uint64_t>(unknown));
  all.bytes(kModelTrainer, trainer.text());
  Message normalizer;
  const Json none;
  const std::string map =
      chars_map(object.contains("normalizer") ? object.get("normalizer") : none, where);
  if (!map.empty()) normalizer.bytes(kCharsMap, map);
  normalizer.number(kDummyPrefix, 1);
  normalizer.number(kRemoveSpaces, 1);
  normalizer.number(kEscapeSpaces, 1);
  all.bytes(kModelNormalizer, normalizer.text());
  return all.text();
}

}  // namespace raygen::engine
