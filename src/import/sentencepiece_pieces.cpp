#include "import/sentencepiece_pieces.hpp"

#include "error.hpp"

#include <cstdint>
#include <string_view>

namespace raygen::engine {

namespace {

constexpr std::uint64_t kPieces = 1, kText = 1;  // field numbers of sentencepiece_model.proto

/// The length-delimited fields of a protobuf message; others are stepped over.
class Fields {
 public:
  Fields(std::string_view bytes, const std::string& where) : rest_(bytes), where_(where) {}

  bool next(std::uint64_t& number, std::string_view& bytes) {
    while (!rest_.empty()) {
      const std::uint64_t key = varint();
      number = key >> 3;
      switch (key & 7) {
        case 0:
          varint();
          break;
        case 1:
          take(8);
          break;
        case 2:
          bytes = take(varint());
          return true;
        case 5:
          take(4);
          break;
        default:
          broken();
      }
    }
    return false;
  }

 private:
  [[noreturn]] void broken() const {
    fail(Status::format, "{}: not a SentencePiece model", where_);
  }
  std::string_view take(std::uint64_t size) {
    if (size > rest_.size()) broken();
    const std::string_view taken = rest_.substr(0, static_cast<std::size_t>(size));
    rest_.remove_prefix(taken.size());
    return taken;
  }
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const auto byte = static_cast<unsigned char>(take(1)[0]);
      value |= std::uint64_t{byte & 0x7fU} << shift;
      if (byte < 0x80) return value;
    }
    broken();
  }

  std::string_view rest_;
  const std::string& where_;
};

}  // namespace

std::vector<std::string> sentencepiece_pieces(const std::string& model, const std::string& where) {
  std::vector<std::string> pieces;
  Fields fields(model, where);
  std::uint64_t number = 0;
  std::string_view bytes;
  while (fields.next(number, bytes)) {
    if (number != kPieces) continue;
    Fields piece(bytes, where);
    std::string text;
    for (std::string_view value; piece.next(number, value);) {
      if (number == kText) text = value;
    }
    pieces.push_back(std::move(text));
  }
  if (pieces.empty()) fail(Status::format, "{}: a SentencePiece model without pieces", where);
  return pieces;
}

}  // namespace raygen::engine
