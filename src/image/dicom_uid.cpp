#include "image/dicom_uid.hpp"

#include "storage/sha256.hpp"

#include <algorithm>
#include <array>

namespace raygen::engine {
namespace {

constexpr std::size_t uuid_bytes = 16;
using Uuid = std::array<unsigned, uuid_bytes>;  // bytes, the most significant first

Uuid uuid_of(std::string_view name) {
  const std::string digits = sha256_hex(name);
  Uuid uuid{};
  for (std::size_t i = 0; i < uuid_bytes; ++i)
    uuid[i] = static_cast<unsigned>(std::stoul(digits.substr(2 * i, 2), nullptr, 16));
  uuid[6] = (uuid[6] & 0x0f) | 0x80;  // version 8
  uuid[8] = (uuid[8] & 0x3f) | 0x80;  // variant of RFC 9562
  return uuid;
}

std::string decimal(Uuid number) {
  std::string digits;
  while (std::any_of(number.begin(), number.end(), [](unsigned byte) { return byte != 0; })) {
    unsigned rest = 0;
    for (unsigned& byte : number) {
      const unsigned value = rest << 8 | byte;
      byte = value / 10, rest = value % 10;
    }
    digits += static_cast<char>('0' + rest);
  }
  return {digits.rbegin(), digits.rend()};
}

}  // namespace

std::string dicom_uid(std::string_view name) { return "2.25." + decimal(uuid_of(name)); }

}  // namespace raygen::engine
