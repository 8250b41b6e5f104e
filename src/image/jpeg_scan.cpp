#include "image/jpeg_scan.hpp"

#include <cstddef>
#include <cstdint>

namespace raygen::engine {
namespace {

/// Bits of entropy-coded data: the zero behind each 0xFF is left out.
class Bits {
 public:
  explicit Bits(std::string_view data) : data_(data) {}

  /// −1 at the end, or at a marker.
  int next() {
    if (left_ == 0 && !load()) return -1;
    --left_;
    return byte_ >> left_ & 1;
  }
  bool skip(int count) {
    for (; count > 0; --count)
      if (next() < 0) return false;
    return true;
  }
  /// What is left of a byte that was begun holds ones only, as the standard fills it up.
  bool filled_up() const { return (byte_ & ((1 << left_) - 1)) == (1 << left_) - 1; }
  bool at_end() const { return at_ == data_.size(); }
  bool pass_restart_marker() {
    left_ = 0;
    if (data_.size() - at_ < 2 || byte_at(at_) != 0xff || (byte_at(at_ + 1) & 0xf8) != 0xd0)
      return false;
    at_ += 2;
    return true;
  }

 private:
  int byte_at(std::size_t at) const { return static_cast<unsigned char>(data_[at]); }
  bool load() {
    if (at_end()) return false;
    byte_ = byte_at(at_);
    if (byte_ == 0xff) {
      if (data_.size() - at_ < 2 || data_[at_ + 1] != 0) return false;
      ++at_;
    }
    ++at_;
    left_ = 8;
    return true;
  }

  std::string_view data_;
  std::size_t at_ = 0;
  int byte_ = 0, left_ = 0;
};

/// The next code's symbol (T.81, F.2.2.3); −1 when there is none.
int symbol(Bits& bits, const JHUFF_TBL* table) {
  if (table == nullptr) return -1;
  int code = 0, first = 0, index = 0;
  for (int length = 1; length <= 16; ++length) {
    const int bit = bits.next();
    if (bit < 0) return -1;
    code |= bit;
    const int count = table->bits[length];
    if (code - first < count) return table->huffval[index + code - first];
    index += count;
    first = (first + count) << 1;
    code <<= 1;
  }
  return -1;
}

bool pass_block(Bits& bits, const jpeg_decompress_struct& info, const jpeg_component_info& part) {
  const int difference = symbol(bits, info.dc_huff_tbl_ptrs[part.dc_tbl_no]);
  if (difference < 0 || difference > 16 || !bits.skip(difference)) return false;
  const JHUFF_TBL* table = info.ac_huff_tbl_ptrs[part.ac_tbl_no];
  for (int k = 1; k < DCTSIZE2;) {
    const int code = symbol(bits, table);
    if (code < 0) return false;
    const int run = code >> 4, size = code & 15;
    if (size == 0 && run != 15) return true;  // the rest of the block is zero
    k += run + 1;
    if (k > DCTSIZE2 || !bits.skip(size)) return false;
  }
  return true;
}

bool pass_unit(Bits& bits, const jpeg_decompress_struct& info) {
  for (int i = 0; i < info.blocks_in_MCU; ++i)
    if (!pass_block(bits, info, *info.cur_comp_info[info.MCU_membership[i]])) return false;
  return true;
}

bool pass_scan(Bits& bits, const jpeg_decompress_struct& info) {
  const std::uint64_t units = std::uint64_t{info.MCUs_per_row} * info.MCU_rows_in_scan;
  for (std::uint64_t unit = 0; unit < units; ++unit) {
    const bool restart =
        info.restart_interval != 0 && unit != 0 && unit % info.restart_interval == 0;
    if (restart && !bits.pass_restart_marker()) return false;
    if (!pass_unit(bits, info)) return false;
  }
  return true;
}

/// Reads on after the last unit: true when whole blocks follow, up to the end.
bool more_blocks(Bits bits, const jpeg_decompress_struct& info) {
  for (int i = 0;; i = (i + 1) % info.blocks_in_MCU) {
    if (!pass_block(bits, info, *info.cur_comp_info[info.MCU_membership[i]])) return false;
    if (bits.at_end() && bits.filled_up()) return true;
  }
}

bool one_value(std::string_view bytes) {
  return bytes.find_first_not_of(bytes.front()) == std::string_view::npos;
}

}  // namespace

bool strays_only(const jpeg_decompress_struct& info, std::string_view bytes, std::size_t marker,
                 std::size_t strays) {
  if (strays == 0 || strays > marker) return false;
  if (info.progressive_mode != 0 || info.arith_code != 0)
    return one_value(bytes.substr(marker - strays, strays));
  constexpr std::string_view start_of_scan("\xff\xda", 2);
  const std::size_t scan = bytes.substr(0, marker).rfind(start_of_scan);
  if (scan == std::string_view::npos || marker - scan < 4) return false;
  const std::size_t header = std::size_t{2} + (static_cast<unsigned char>(bytes[scan + 2]) << 8 |
                                               static_cast<unsigned char>(bytes[scan + 3]));
  if (header > marker - scan) return false;
  Bits bits(bytes.substr(scan + header, marker - scan - header));
  return pass_scan(bits, info) && bits.filled_up() && !more_blocks(bits, info);
}

}  // namespace raygen::engine
