#pragma once
// DICOM files as tests want them, written with DCMTK.

#include <dcmtk/config/osconfig.h>

#include "fixture.hpp"

#include <dcmtk/dcmdata/dcdeftag.h>
#include <dcmtk/dcmdata/dcfilefo.h>
#include <dcmtk/dcmdata/dcrleerg.h>
#include <dcmtk/dcmdata/dcuid.h>
#include <dcmtk/dcmjpeg/djencode.h>
#include <dcmtk/dcmjpls/djencode.h>

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

namespace raygen::engine {

struct DicomImageFile {
  std::uint16_t columns = 16, rows = 16, bits_allocated = 8, bits_stored = 8;
  bool is_signed = false;
  std::string photometric = "MONOCHROME2";
  std::vector<std::uint16_t> values;  // samples as they are stored; empty: no pixel data
  std::function<void(DcmDataset&)> edit = [](auto&) {};  // anything else
  E_TransferSyntax syntax = EXS_LittleEndianExplicit;

  /// The file's bytes.
  std::string bytes() const {
    DJEncoderRegistration::registerCodecs();
    DJLSEncoderRegistration::registerCodecs();
    DcmRLEEncoderRegistration::registerCodecs();
    DcmFileFormat file;
    DcmDataset& data = *file.getDataset();
    data.putAndInsertString(DCM_SOPClassUID, UID_ComputedRadiographyImageStorage);
    data.putAndInsertString(DCM_SOPInstanceUID, "1.2.3.4.5");
    data.putAndInsertString(DCM_PhotometricInterpretation, photometric.c_str());
    data.putAndInsertUint16(DCM_SamplesPerPixel, photometric == "RGB" ? 3 : 1);
    if (photometric == "RGB") data.putAndInsertUint16(DCM_PlanarConfiguration, 0);
    data.putAndInsertUint16(DCM_Rows, rows);
    data.putAndInsertUint16(DCM_Columns, columns);
    data.putAndInsertUint16(DCM_BitsAllocated, bits_allocated);
    data.putAndInsertUint16(DCM_BitsStored, bits_stored);
    data.putAndInsertUint16(DCM_HighBit, static_cast<Uint16>(bits_stored - 1));
    data.putAndInsertUint16(DCM_PixelRepresentation, is_signed ? 1 : 0);
    if (bits_allocated == 8 && !values.empty()) {
      const std::vector<Uint8> small(values.begin(), values.end());
      data.putAndInsertUint8Array(DCM_PixelData, small.data(), small.size());
    } else if (!values.empty()) {
      data.putAndInsertUint16Array(DCM_PixelData, values.data(), values.size());
    }
    edit(data);
    if (data.chooseRepresentation(syntax, nullptr).bad())
      throw std::runtime_error("DCMTK cannot encode the test's file");
    const TemporaryFolder folder;
    const std::filesystem::path path = folder.path() / "image.dcm";
    if (file.saveFile(path.c_str(), syntax).bad())
      throw std::runtime_error("DCMTK cannot write the test's file");
    return read_bytes(path);
  }
};

}  // namespace raygen::engine
