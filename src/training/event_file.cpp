#include "training/event_file.hpp"

#include <array>
#include <bit>

namespace raygen::engine {

namespace {

// Field numbers of event.proto and summary.proto.
constexpr int kWallTime = 1, kStep = 2, kFileVersion = 3, kSummary = 5, kSessionLog = 7;
constexpr int kSummaryValue = 1, kTag = 1, kSimpleValue = 2;
constexpr int kSessionStatus = 1, kSessionStart = 1;

/// A protocol buffer message, written field by field.
class Message {
 public:
  Message& integer(int field, std::uint64_t value) { return key(field, 0), varint(value), *this; }
  Message& number(int field, double value) {
    return key(field, 1), little_endian(std::bit_cast<std::uint64_t>(value)), *this;
  }
  Message& number(int field, float value) {
    return key(field, 5), little_endian(std::bit_cast<std::uint32_t>(value)), *this;
  }
  Message& bytes(int field, std::string_view value) {
    key(field, 2);
    varint(value.size());
    text_ += value;
    return *this;
  }
  template <typename Integer>
  void little_endian(Integer value) {
    for (std::size_t i = 0; i < sizeof value; ++i)
      text_ += static_cast<char>(value >> (8 * i) & 0xff);
  }
  const std::string& text() const { return text_; }

 private:
  void key(int field, unsigned wire) { varint(static_cast<unsigned>(field) << 3 | wire); }
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) text_ += static_cast<char>(value | 0x80);
    text_ += static_cast<char>(value);
  }

  std::string text_;
};

std::uint32_t masked_crc(std::string_view bytes) {
  const std::uint32_t crc = crc32c(bytes);
  return std::rotr(crc, 15) + 0xa282ead8U;
}

/// Length, its checksum, the bytes, their checksum.
std::string record(const Message& event) {
  Message length, checksum;
  length.little_endian(static_cast<std::uint64_t>(event.text().size()));
  length.little_endian(masked_crc(length.text()));
  checksum.little_endian(masked_crc(event.text()));
  return length.text() + event.text() + checksum.text();
}

Message event(double seconds, std::int64_t step) {
  return Message().number(kWallTime, seconds).integer(kStep, static_cast<std::uint64_t>(step));
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
  constexpr auto table = [] {
    std::array<std::uint32_t, 256> result{};
    for (std::uint32_t i = 0; i < 256; ++i) {
      std::uint32_t value = i;
      for (int bit = 0; bit < 8; ++bit) value = value >> 1 ^ ((value & 1) != 0 ? 0x82f63b78U : 0);
      result[i] = value;
    }
    return result;
  }();
  std::uint32_t crc = ~0U;
  for (const char c : bytes) crc = crc >> 8 ^ table[(crc ^ static_cast<unsigned char>(c)) & 0xff];
  return ~crc;
}

std::string event_file_version(double seconds) {
  return record(event(seconds, 0).bytes(kFileVersion, "brain.Event:2"));
}

std::string event_of_start(double seconds, std::int64_t step) {
  return record(event(seconds, step)
                    .bytes(kSessionLog, Message().integer(kSessionStatus, kSessionStart).text()));
}

std::string event_of_values(double seconds, std::int64_t step,
                            const std::map<std::string, double>& values) {
  Message summary;
  for (const auto& [name, value] : values)
    summary.bytes(
        kSummaryValue,
        Message().bytes(kTag, name).number(kSimpleValue, static_cast<float>(value)).text());
  return record(event(seconds, step).bytes(kSummary, summary.text()));
}

}  // namespace raygen::engine
