#pragma once
// Data elements to bytes: explicit VR, little-endian (PS3.5, 7.1.2). It is our own and not DCMTK's
// for the same reason as the reader: DCMTK looks elements up in a dictionary that the host's
// environment names (DCMDICTPATH), logs to the host's logger, and has one list of them for the
// whole process. Every element here is put with its VR.

#include "image/dicom_elements.hpp"

#include <cstddef>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>

namespace raygen::engine {

class DicomDataSet {
 public:
  /// Text of any VR that holds text, UTF-8, without the padding. An empty one is an element without
  /// a value. Throws Error(internal) for what the VR cannot hold: no invalid value is ever written.
  void put_text(DicomTag tag, std::string_view vr, std::string_view text);
  /// Several values of a VR that has them.
  void put_texts(DicomTag tag, std::string_view vr, std::initializer_list<std::string_view> texts);
  /// US, or SS for a negative number.
  void put_number(DicomTag tag, int value);
  /// UL: how many bytes of elements follow.
  void put_length(DicomTag tag, std::size_t bytes);
  /// OB or OW.
  void put_bytes(DicomTag tag, std::string_view vr, std::string bytes);
  /// A sequence of one item.
  void put_item(DicomTag tag, const DicomDataSet& item);
  void put_empty_sequence(DicomTag tag) { put(tag, "SQ", ""); }

  /// The elements in the order of their tags.
  std::string encoded() const;

 private:
  struct Element {
    std::string vr, value;  // of an even length
  };
  void put(DicomTag tag, std::string_view vr, std::string value, char padding = '\0');

  std::map<DicomTag, Element> elements_;
};

}  // namespace raygen::engine
