"""What examples/dicom wrote is a Secondary Capture that says what it is: check_dicom.py SOURCE RECONSTRUCTED GENERATED SENTENCE [NAME]"""

import json
import sys

import pydicom

source, reconstructed, generated = (pydicom.dcmread(path) for path in sys.argv[1:4])
sentence, name = sys.argv[4], "".join(sys.argv[5:])
for made in (reconstructed, generated):
    assert made.SOPClassUID == "1.2.840.10008.5.1.4.1.1.7" and made.Modality == "OT" and made.ConversionType == "SYN"
    assert made.SpecificCharacterSet == "ISO_IR 192"
    assert list(made.ImageType) == ["DERIVED", "SECONDARY"]
    assert "SYNTHETIC" in made.SeriesDescription and "not for diagnosis" in made.ImageComments
    assert made.file_meta.MediaStorageSOPInstanceUID == made.SOPInstanceUID
    assert made.pixel_array.shape == (made.Rows, made.Columns) and made.pixel_array.std() > 1
    assert json.loads(made.private_block(0x0009, "LIBRAYGEN")[0x01].value)["model_sha256"]
uids = [each.SOPInstanceUID for each in (source, reconstructed, generated)] + [each.SeriesInstanceUID for each in (reconstructed, generated)]
assert len(set(uids)) == 5
assert reconstructed.PatientID == source.PatientID and reconstructed.StudyInstanceUID == source.StudyInstanceUID
assert reconstructed.SourceImageSequence[0].ReferencedSOPInstanceUID == source.SOPInstanceUID
assert generated.PatientID != source.PatientID and generated.StudyInstanceUID != source.StudyInstanceUID
assert str(reconstructed.PatientName) == name
assert sentence in generated.DerivationDescription
