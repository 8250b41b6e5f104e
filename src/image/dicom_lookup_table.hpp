#pragma once
// Look-up tables of DICOM files: modality, VOI and palette (PS3.3, C.11.1.1, C.11.2.1.1, C.7.9.2).

#include "image/dicom_elements.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace raygen::engine {

/// The values that go into a table.
struct ValueRange {
  double least = 0, most = 0;
};

class DicomLookupTable {
 public:
  /// From the two elements. nullopt when one of them is missing. `inputs` decide how the first
  /// mapped value is meant, where it may be signed or not. Throws Error(format) when the table is
  /// shorter than its descriptor says.
  static std::optional<DicomLookupTable> read(const DicomElements& data, DicomTag descriptor,
                                              DicomTag entries, ValueRange inputs,
                                              const std::string& where);
  /// What lies before the first mapped value has the first entry, what lies behind the last one the
  /// last.
  std::uint16_t at(double value) const;
  /// What an entry can hold, as 2^bits - 1. The largest entry decides: the descriptor's third value
  /// is often another number.
  std::uint16_t most() const { return most_; }

 private:
  double first_ = 0;
  std::vector<std::uint16_t> entries_;
  std::uint16_t most_ = 0;
};

}  // namespace raygen::engine
