#include "text/sentencepiece_model.hpp"

#include "error.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace raygen::engine {

namespace {

// Field numbers of sentencepiece_model.proto.
constexpr std::uint64_t model_pieces = 1, model_trainer = 2, model_normalizer = 3;
constexpr std::uint64_t piece_text = 1, piece_score = 2, piece_type = 3;
constexpr std::uint64_t normalizer_charsmap = 2;
constexpr std::uint64_t user_defined = 4;

constexpr std::size_t max_model_bytes = std::size_t{256} << 20;
constexpr std::size_t max_piece_bytes = 1024;
constexpr int max_nested = 32;  // libsentencepiece keeps that many prefixes found at one place, and
                                // reads past them when there are more

enum class Wire : unsigned { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

/// The fields of one protobuf message, in the order of the file.
class Message {
 public:
  Message(std::string_view data, const std::string& where) : rest_(data), where_(where) {}

  bool next() {
    if (rest_.empty()) return false;
    const char* begin = rest_.data();
    const std::uint64_t key = varint();
    number = key >> 3;
    wire = static_cast<Wire>(key & 7);
    switch (wire) {
      case Wire::varint:
        value = varint();
        break;
      case Wire::fixed64:
        take(8);
        break;
      case Wire::fixed32:
        std::memcpy(&word, take(4).data(), 4);
        break;
      case Wire::bytes:
        bytes = take(varint());
        break;
      default:
        fail(Status::format, "{}: not a SentencePiece model: field {} has wire type {}", where_,
             number, key & 7);
    }
    raw = std::string_view(begin, static_cast<std::size_t>(rest_.data() - begin));
    return true;
  }

  std::uint64_t number = 0;
  Wire wire = Wire::varint;
  std::uint64_t value = 0;
  std::uint32_t word = 0;
  std::string_view bytes;
  std::string_view raw;  // the whole field, key included

 private:
  std::string_view take(std::uint64_t size) {
    if (size > rest_.size())
      fail(Status::format,
           "{}: not a SentencePiece model, or a truncated one: {} bytes left, {} asked for", where_,
           rest_.size(), size);
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  std::uint64_t varint() {
    std::uint64_t result = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const auto byte = static_cast<unsigned char>(take(1)[0]);
      result |= std::uint64_t{byte & 0x7FU} << shift;
      if (byte < 0x80) return result;
    }
    fail(Status::format, "{}: not a SentencePiece model: an integer of more than 64 bits", where_);
  }

  std::string_view rest_;
  const std::string& where_;
};

/// Walks the normaliser's double array (Darts) over every text there is: no step may leave the
/// array or come back to where it was.
class CharsMap {
 public:
  CharsMap(std::string_view map, const std::string& where) : where_(where) {
    std::uint32_t trie_bytes = 0;
    if (map.size() >= 4) std::memcpy(&trie_bytes, map.data(), 4);
    if (trie_bytes < 4 || trie_bytes % 4 != 0 || trie_bytes > map.size() - 4) {
      fail(Status::format, "{}: the normaliser's table of {} bytes holds a trie of {} bytes", where,
           map.size(), trie_bytes);
    }
    units_.resize(trie_bytes / 4);
    std::memcpy(units_.data(), map.data() + 4, trie_bytes);
    replacements_ = map.size() - 4 - trie_bytes;
    nested_.assign(units_.size(), unseen);
  }

  void check() { descend(0, 0); }

 private:
  static constexpr signed char unseen = -1, open = -2;
  static constexpr int max_depth = 512;  // bytes of one rule's source

  static std::uint32_t offset(std::uint32_t unit) {
    return (unit >> 10) << ((unit & (1U << 9)) >> 6);
  }

  /// The most rules that end on one way down from `node`, the node's own included.
  int descend(std::size_t node, int depth) {
    if (nested_[node] >= 0) return nested_[node];
    if (nested_[node] == open || depth > max_depth)
      fail(Status::format, "{}: the normaliser's trie loops at unit {}", where_, node);
    nested_[node] = open;
    const std::uint32_t unit = units_[node];
    const std::size_t base = node ^ offset(unit);
    const bool ends = ((unit >> 8) & 1) != 0 && node != 0;
    if (ends && (base >= units_.size() || (units_[base] & 0x7FFFFFFF) >= replacements_)) {
      fail(Status::format, "{}: a rule of the normaliser at unit {} points outside its table",
           where_, node);
    }
    int below = 0;
    for (std::uint32_t label = 0; label < 256; ++label) {
      const std::size_t child = base ^ label;
      if (child >= units_.size())
        fail(Status::format, "{}: the normaliser's trie leads from unit {} to {} of {}", where_,
             node, child, units_.size());
      if ((units_[child] & 0x800000FF) == label) below = std::max(below, descend(child, depth + 1));
    }
    const int nested = below + (ends ? 1 : 0);
    if (nested > max_nested)
      fail(Status::format, "{}: more than {} rules of the normaliser begin alike", where_,
           max_nested);
    nested_[node] = static_cast<signed char>(nested);
    return nested;
  }

  const std::string& where_;
  std::vector<std::uint32_t> units_;
  std::vector<signed char> nested_;
  std::size_t replacements_ = 0;
};

void check_user_defined(std::vector<std::string_view>& symbols, const std::string& where) {
  std::sort(symbols.begin(), symbols.end());
  std::vector<std::string_view> prefixes;
  for (const std::string_view symbol : symbols) {
    while (!prefixes.empty() && !symbol.starts_with(prefixes.back())) prefixes.pop_back();
    prefixes.push_back(symbol);
    if (prefixes.size() > max_nested)
      fail(Status::format, "{}: more than {} user-defined pieces begin alike", where, max_nested);
  }
}

}  // namespace

std::string screen_sentencepiece_model(const std::string& model, const std::string& where) {
  if (model.size() > max_model_bytes)
    fail(Status::format, "{}: {} bytes are too many for a SentencePiece model", where,
         model.size());
  std::string screened;
  screened.reserve(model.size());
  std::vector<std::string_view> symbols;
  std::size_t index = 0;
  for (Message field(model, where); field.next();) {
    if (field.number != model_pieces && field.number != model_trainer &&
        field.number != model_normalizer)
      continue;
    if (field.wire != Wire::bytes)
      fail(Status::format, "{}: not a SentencePiece model: field {} is not a message", where,
           field.number);
    screened.append(field.raw);
    if (field.number == model_pieces) {
      std::string_view text;
      std::uint64_t type = 0;
      for (Message piece(field.bytes, where); piece.next();) {
        if (piece.number == piece_text && piece.wire == Wire::bytes) text = piece.bytes;
        if (piece.number == piece_type && piece.wire == Wire::varint) type = piece.value;
        if (piece.number == piece_score && piece.wire == Wire::fixed32 &&
            !std::isfinite(std::bit_cast<float>(piece.word))) {
          fail(Status::format, "{}: the score of piece {} is not a number", where, index);
        }
      }
      if (text.empty() || text.size() > max_piece_bytes || text.find('\0') != text.npos) {
        fail(Status::format, "{}: piece {} of {} bytes; 1 to {} without a zero byte are allowed",
             where, index, text.size(), max_piece_bytes);
      }
      if (type == user_defined) symbols.push_back(text);
      ++index;
    } else if (field.number == model_normalizer) {
      for (Message normalizer(field.bytes, where); normalizer.next();) {
        if (normalizer.number != normalizer_charsmap || normalizer.wire != Wire::bytes ||
            normalizer.bytes.empty())
          continue;
        CharsMap(normalizer.bytes, where).check();
      }
    }
  }
  if (index == 0) fail(Status::format, "{}: not a SentencePiece model: it holds no pieces", where);
  check_user_defined(symbols, where);
  return screened;
}

}  // namespace raygen::engine
