// Writes a chest-like DICOM for the example that reads one, with a name in Latin-1: make_dicom
// OUT.dcm [OTHER CHARACTER SET]
#include "../image/dicom_fixture.hpp"

#include <fstream>

int main(int argc, char** argv) {
  if (argc != 2 && argc != 3) return 2;
  raygen::engine::DicomImageFile file;
  file.columns = 200;
  file.rows = 240;
  file.bits_allocated = 16;
  file.bits_stored = 12;
  file.photometric = "MONOCHROME1";
  for (int y = 0; y < file.rows; ++y) {
    for (int x = 0; x < file.columns; ++x)
      file.values.push_back(static_cast<std::uint16_t>(4095 - (x * 9 + y * 7) % 4096));
  }
  file.edit = [&](DcmDataset& data) {
    data.putAndInsertString(DCM_SpecificCharacterSet, argc == 3 ? argv[2] : "ISO_IR 100");
    data.putAndInsertString(DCM_PatientName, "M\xfcller^Jos\xe9");
    data.putAndInsertString(DCM_PatientID, "4711");
    data.putAndInsertString(DCM_StudyInstanceUID, "1.2.3.4");
    data.putAndInsertString(DCM_StudyDescription, "Moderate left pleural effusion.");
  };
  std::ofstream(argv[1], std::ios::binary) << file.bytes();
}
