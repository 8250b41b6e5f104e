"""Images as DICOM files and back."""

import numpy as np
import pytest

import raygen

SETTINGS = '{"seed": 7}'
IMAGE = raygen.Image(np.linspace(0, 1, 64 * 64, dtype=np.float32).reshape(64, 64), {"raygen": SETTINGS, "Description": "Größe"})


def test_written_and_read(tmp_path):
    for sop_class in ("secondary-capture", "dx-for-presentation"):
        options = {"sop_class": sop_class, "bit_depth": 16, "series_uid": raygen.dicom_uid(b"a series"), "pixel_spacing": 0.2}
        IMAGE.save_dicom(tmp_path / "image.dcm", **options)
        back = raygen.Image.read(tmp_path / "image.dcm")
        assert np.abs(back - IMAGE).max() < 1e-4 and back.settings == {"seed": 7} and back.prompt == "Größe"
        content = (tmp_path / "image.dcm").read_bytes()
        assert IMAGE.encode_dicom(**options) == content and options["series_uid"].encode() in content
    assert len(IMAGE.encode_dicom(bit_depth=8)) < len(content)
    assert b"SYNTHETIC: exercise" in IMAGE.encode_dicom(series_description="exercise", date_time="20260102")


def test_a_template_and_its_warnings(tmp_path):
    film = tmp_path / "film.dcm"
    film.write_bytes(IMAGE.encode_dicom().replace(b"SYNTHETIC^NOBODY", b"SYNTHETIC\x1aNOBODY"))
    with pytest.warns(UserWarning, match="film.dcm: the template's Patient's Name is left out") as caught:
        IMAGE.save_dicom(tmp_path / "image.dcm", template=film, derived_from_template=True)
    assert len(caught) == 1 and caught[0].filename == __file__


def test_what_cannot_be_is_refused(tmp_path):
    for wrong, what in (({"sop_class": "ct"}, "dx-for-presentation"), ({"annotation": "x"}, "burn-in"), ({"bit_depth": 2**40}, "bit_depth"),
                        ({"study_uid": "\udcff"}, "study_uid")):
        with pytest.raises(ValueError, match=what):
            IMAGE.encode_dicom(**wrong)
    for kind in ({"bit_depth": "x"}, {"series_uid": b"1.2"}, {"bits": 8}):
        with pytest.raises(TypeError):
            IMAGE.encode_dicom(**kind)
    for wrong, status in (({"bit_depth": 10}, "invalid_argument"), ({"template": tmp_path / "none.dcm"}, "io"),
                          ({"series_uid": "x"}, "invalid_argument"), ({"pixel_spacing": 0.0}, "invalid_argument")):
        with pytest.raises(raygen.Error) as caught:
            IMAGE.encode_dicom(**wrong)
        assert caught.value.status == status, caught.value
    assert not list(tmp_path.iterdir())
