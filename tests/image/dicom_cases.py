"""Small DICOM files of the kinds that are met, each with what it shows: an array of 0..1, from pydicom's functions where it has them.

`cases()` gives (name, bytes of the file, expected [rows, columns] or [rows, columns, 3], tolerance)."""

import copy
import io
import os
import pathlib
import shutil
import struct
import subprocess
import tempfile

import numpy as np
import pydicom
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.pixels import apply_modality_lut, apply_voi_lut, convert_color_space
from pydicom.uid import (DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian,
                         HTJ2KLossless, JPEG2000, JPEG2000Lossless, JPEGBaseline8Bit, RLELossless)

ROWS, COLUMNS = 48, 64
EXACT = 2e-6      # float32 of the same numbers
ROUNDED = 0.003   # pydicom rounds colours to whole numbers of 8 bits
LOSSY = 0.03      # two decoders of one JPEG, or a lossy copy of what was encoded
WINDOW = {"WindowCenter": 2000, "WindowWidth": 3000}


def film(bits, signed=False):
    """A picture that has every part of its range, with noise."""
    y, x = np.mgrid[:ROWS, :COLUMNS]
    values = (x / (COLUMNS - 1) * 0.6 + y / (ROWS - 1) * 0.4) * (2**bits - 1) + np.random.default_rng(bits).normal(0, 2**bits / 40, y.shape)
    values = np.clip(np.round(values), 0, 2**bits - 1).astype(np.int64) - (2 ** (bits - 1) if signed else 0)
    return values.astype(np.dtype(f"{'i' if signed else 'u'}{2 if bits > 8 else 1}"))


def colours():
    return np.stack([film(8), film(8)[::-1], film(8)[:, ::-1]], -1)


def data_set(pixels, bits, photometric="MONOCHROME2", syntax=ExplicitVRLittleEndian, allocated=None, signed=None, **attributes):
    ds = Dataset()
    ds.file_meta, ds.preamble = FileMetaDataset(), b"\0" * 128
    ds.file_meta.TransferSyntaxUID = syntax
    ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID = "1.2.840.10008.5.1.4.1.1.1.1"
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID = "1.2.3"
    ds.SamplesPerPixel = 3 if pixels.ndim == 3 else 1
    if pixels.ndim == 3:
        ds.PlanarConfiguration = 0
    ds.PhotometricInterpretation = photometric
    ds.Rows, ds.Columns = pixels.shape[:2]
    ds.BitsAllocated = allocated or 8 * pixels.dtype.itemsize
    ds.BitsStored, ds.HighBit = bits, bits - 1
    ds.PixelRepresentation = int(pixels.dtype.kind == "i" if signed is None else signed)
    for name, value in attributes.items():
        setattr(ds, name, value)
    order = ">" if syntax == ExplicitVRBigEndian else "<"
    ds.PixelData = pixels.astype(pixels.dtype.newbyteorder(order)).tobytes()
    ds["PixelData"].VR = "OW" if ds.BitsAllocated > 8 else "OB"
    return ds


def written(ds):
    file = io.BytesIO()
    ds.save_as(file, enforce_file_format=True)
    return file.getvalue()


def compressed(ds, syntax, *fragments):
    ds.file_meta.TransferSyntaxUID = syntax
    ds.PixelData = encapsulate([b"".join(fragments)]) if len(fragments) == 1 else encapsulate_fragments(fragments)
    ds["PixelData"].VR, ds["PixelData"].is_undefined_length = "OB", True
    return ds


def with_known_length(file):
    """The fragments' length instead of their delimiter."""
    at = file.index(b"\xe0\x7f\x10\x00OB") + 12
    return file[:at - 4] + struct.pack("<I", len(file) - 8 - at) + file[at:-8]


def encapsulate_fragments(fragments):
    item = lambda content: b"\xfe\xff\x00\xe0" + struct.pack("<I", len(content)) + content
    return b"".join(item(each) for each in (b"", *(fragment + b"\0" * (len(fragment) % 2) for fragment in fragments)))


def lut_item(entries, first, bits, vr="OW", descriptor_vr="US", count=None):
    item = Dataset()
    count = len(entries) if count is None else count
    item.add_new(0x00283002, descriptor_vr, [count % 65536, first, bits])
    words = np.asarray(entries).astype("<u2")
    item.add_new(0x00283006, vr, words.tobytes() if vr in ("OW", "UN") else [int(word) for word in words])
    return item


def shown(ds, stored=None):
    """As a viewer shows it: what docs/datasets.md says, with pydicom's transformations."""
    stored = ds.pixel_array if stored is None else stored
    if ds.SamplesPerPixel == 3:
        return stored / (2**ds.BitsStored - 1)
    values = apply_modality_lut(stored, ds)
    if ds.get("VOILUTSequence"):
        entries = ds.VOILUTSequence[0].LUTData
        entries = np.frombuffer(entries, "<u2") if isinstance(entries, bytes) else np.array(entries)
        picture = apply_voi_lut(values, ds) / (2 ** int(entries.max()).bit_length() - 1)
    else:
        least, most = (-(2 ** (ds.BitsStored - 1)), 2 ** (ds.BitsStored - 1) - 1) if ds.PixelRepresentation else (0, 2**ds.BitsStored - 1)
        if ds.get("ModalityLUTSequence"):
            least, most = 0, 2 ** ds.ModalityLUTSequence[0].LUTDescriptor[2] - 1
        elif "RescaleSlope" in ds:
            least, most = (float(end) * float(ds.RescaleSlope) + float(ds.RescaleIntercept) for end in (least, most))
        if "WindowWidth" in ds:
            picture = (apply_voi_lut(values.astype(float), ds) - least) / (most - least)
        elif ds.BitsStored <= 8:
            picture = (values.astype(float) - min(least, most)) / abs(most - least)
        else:
            ordered = np.sort(values.ravel())
            low, high = (float(ordered[place]) for place in (int(0.005 * ordered.size), -1 - int(0.005 * ordered.size)))
            picture = np.clip((values - low) / (high - low), 0, 1)
    return 1 - picture if ds.PhotometricInterpretation == "MONOCHROME1" else picture


def explicit_un(ds, un=None):
    """The file with the attributes `un` (all: None) stored as UN, and everything else explicit."""
    implicit = written(ds)
    body = implicit[144 + struct.unpack("<I", implicit[140:144])[0]:]
    meta = copy.deepcopy(ds.file_meta)
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    file = io.BytesIO()
    pydicom.filewriter.write_file_meta_info(file, meta)
    out, at = b"\0" * 128 + b"DICM" + file.getvalue(), 0
    while at < len(body):
        group, element, length = struct.unpack("<HHI", body[at:at + 8])
        value = body[at + 8:at + 8 + length]
        tag = pydicom.tag.Tag(group, element)
        vr = "UN" if un is None or tag in un else pydicom.datadict.dictionary_VR(tag)[:2]
        vr = "OW" if tag == 0x7FE00010 and vr != "UN" else vr
        assert vr != "SQ"
        long = vr in ("UN", "OW", "OB")
        out += struct.pack("<HH2s", group, element, vr.encode()) + (struct.pack("<HI", 0, length) if long else struct.pack("<H", length)) + value
        at += 8 + length
    return out


def bits_and_signs():
    for bits in (4, 8, 9, 10, 12, 14, 15, 16):
        for signed in (False, True):
            if bits == 4 and signed:
                continue
            pixels = film(bits, signed)
            for photometric in ("MONOCHROME1", "MONOCHROME2"):
                ds = data_set(pixels, bits, photometric)
                yield f"{bits} bits, {'signed' if signed else 'unsigned'}, {photometric}", ds, None, EXACT
        ds = data_set(film(bits, bits > 8), bits, WindowCenter=2 ** (bits - 2), WindowWidth=2 ** (bits - 1))
        yield f"{bits} bits in a window", ds, None, EXACT
    yield "8 bits of 16", data_set(film(8).astype(np.uint16), 8), None, EXACT
    shifted = data_set((film(12) << 4).astype(np.uint16), 12, HighBit=15, **WINDOW)
    yield "12 bits at the top of 16", shifted, shown(data_set(film(12), 12, **WINDOW)), EXACT
    overlaid = data_set((film(12) | 0xA000).astype(np.uint16), 12, **WINDOW)
    yield "something in the unused bits", overlaid, shown(data_set(film(12), 12, **WINDOW)), EXACT


def windows():
    a = film(12)
    for name, window in {"several": {"WindowCenter": [2000, 40], "WindowWidth": [3000, 400]}, "decimals": {"WindowCenter": "2000.25", "WindowWidth": "3000.5"},
                         "width 1": {"WindowCenter": 2000, "WindowWidth": 1}, "negative centre": {"WindowCenter": -200, "WindowWidth": 3000},
                         "sigmoid": {**WINDOW, "VOILUTFunction": "SIGMOID"}, "exact": {**WINDOW, "VOILUTFunction": "LINEAR_EXACT"},
                         "linear by name": {**WINDOW, "VOILUTFunction": "LINEAR"}, "exact and narrow": {"WindowCenter": 2000, "WindowWidth": "0.5", "VOILUTFunction": "LINEAR_EXACT"}}.items():
        yield f"window: {name}", data_set(a, 12, **window), None, EXACT
    for slope, intercept in ((1, -1024), ("0.25", "-100.5"), (-2, 4000), ("1.5", 0)):
        yield f"rescaled by {slope} and {intercept} in a window", data_set(a, 12, RescaleSlope=slope, RescaleIntercept=intercept, WindowCenter=500, WindowWidth=900), None, EXACT
    yield "rescaled without a window", data_set(a, 12, RescaleSlope=-1, RescaleIntercept=4095), None, EXACT
    yield "8 bits, rescaled downwards", data_set(film(8), 8, RescaleSlope=-1, RescaleIntercept=255), None, EXACT
    narrow = data_set(a, 12, WindowCenter=2000, WindowWidth="0.5")
    yield "a window narrower than 1", narrow, shown(data_set(a, 12, WindowCenter=2000, WindowWidth="0.5", VOILUTFunction="LINEAR_EXACT")), EXACT
    fractions = data_set(a, 12, RescaleSlope="0.0001", RescaleIntercept=0, WindowCenter="0.2", WindowWidth="0.3")
    yield "a window within fractions", fractions, np.clip((a * 0.0001 - 0.2) / 0.3 + 0.5, 0, 1), EXACT
    stretched = shown(data_set(a, 12))
    for width in (0, -100):
        yield f"a window of width {width} is none", data_set(a, 12, WindowCenter=2000, WindowWidth=width), stretched, EXACT
    yield "a slope of 0 is none", data_set(a, 12, RescaleSlope=0, RescaleIntercept=7, **WINDOW), shown(data_set(a, 12, **WINDOW)), EXACT
    second = data_set(a, 12, WindowCenter=[0, 2000], WindowWidth=[0, 3000])
    yield "the second window, for the first is none", second, shown(data_set(a, 12, **WINDOW)), EXACT


def tables():
    x = np.arange(4096)
    curve = (x / 4095) ** 2.2
    for held in (8, 10, 12, 14, 16):
        entries = np.round((2**held - 1) * curve)
        right = shown(with_voi(entries, 16))  # pydicom takes entries of two bytes if 16 bits are said
        for said in (8, 10, 12, 14, 16):
            yield f"VOI LUT of {held} bits that says {said}", with_voi(entries, said), right, EXACT
    entries = np.round(4095 * curve)
    right = shown(with_voi(entries, 12))
    for vr in ("US", "UN"):
        yield f"VOI LUT in {vr}", with_voi(entries, 12, vr=vr), right, EXACT
    yield "VOI LUT before a window", with_voi(entries, 12, **WINDOW), right, EXACT
    yield "VOI LUT, MONOCHROME1", with_voi(entries, 12, photometric="MONOCHROME1"), 1 - right, EXACT
    yield "VOI LUT that begins later and ends earlier", with_voi(np.round(4095 * curve[1000:3000]), 12, first=1000), None, EXACT
    long = data_set(film(16), 16, VOILUTSequence=[lut_item(np.arange(65536)[::-1], 0, 16)])
    yield "VOI LUT of 65536 entries, written as 0", long, 1 - film(16) / 65535, EXACT
    for descriptor_vr, first in (("SS", -2048), ("US", 63488)):
        signed = data_set(film(12, True), 12, VOILUTSequence=[lut_item(entries, first, 12, descriptor_vr=descriptor_vr)])
        yield f"VOI LUT of signed values, first {first}", signed, entries[film(12, True).astype(int) + 2048] / 4095, EXACT
    rescaled = data_set(film(12), 12, RescaleSlope=1, RescaleIntercept=-1024, VOILUTSequence=[lut_item(entries, 64512, 12)])
    yield "VOI LUT of rescaled values, first 64512 for -1024", rescaled, right, EXACT
    packed = data_set(film(8), 8)
    item = lut_item([0] * 256, 0, 8)
    item[0x00283006].value = bytes(np.arange(256, dtype=np.uint8)[::-1])
    packed.VOILUTSequence = [item]
    yield "VOI LUT of 8 bits, two entries in a word", packed, 1 - film(8) / 255, EXACT
    yield "VOI LUT sequence without an item, a window", data_set(film(12), 12, VOILUTSequence=[], **WINDOW), shown(data_set(film(12), 12, **WINDOW)), EXACT
    inverse = {"ModalityLUTSequence": [lut_item(x[::-1], 0, 16)]}  # pydicom knows 8 and 16
    inverse["ModalityLUTSequence"][0].ModalityLUTType = "US"
    yield "modality LUT and a window", data_set(film(12), 12, **inverse, **WINDOW), None, EXACT
    yield "modality LUT without a window", data_set(film(12), 12, **inverse), None, EXACT
    both = data_set(film(12), 12, **inverse, VOILUTSequence=[lut_item(entries, 0, 12)])
    yield "modality LUT and VOI LUT", both, None, EXACT
    for said in (8, 12):
        wrong = {"ModalityLUTSequence": [lut_item(x[::-1], 0, said)]}
        yield f"modality LUT that says {said}", data_set(film(12), 12, **wrong, **WINDOW), shown(data_set(film(12), 12, **inverse, **WINDOW)), EXACT


def with_voi(entries, said, first=0, vr="OW", photometric="MONOCHROME2", **attributes):
    return data_set(film(12), 12, photometric, VOILUTSequence=[lut_item(entries, first, said, vr)], **attributes)


def photometric():
    a = film(12)
    for name in ("MONOCHROME1", "MONOCHROME2"):
        right = shown(data_set(a, 12, name, **WINDOW))
        for shape in ("IDENTITY", "INVERSE"):
            yield f"{name} and {shape}", data_set(a, 12, name, PresentationLUTShape=shape, **WINDOW), right, EXACT


def paddings():
    a = film(12)
    a[:20, :20] = 4095
    plain = shown(data_set(a, 12, **WINDOW))
    for value in (65535, 4096, 32768, 61440):
        yield f"padding {value}, which 12 bits cannot hold", with_padding(a, 12, "US", value), plain, EXACT
    black = np.where(a == 4095, 0, plain)
    yield "padding 4095", with_padding(a, 12, "US", 4095), black, EXACT
    yield "padding 4095, MONOCHROME1", with_padding(a, 12, "US", 4095, photometric="MONOCHROME1"), np.where(a == 4095, 0, 1 - plain), EXACT
    for value, limit in ((4095, 4000), (4000, 4095), (65535, 4000)):
        yield f"padding from {value} to {limit}", with_padding(a, 12, "US", value, limit), np.where(a >= 4000, 0, plain), EXACT
    s = film(12, True)
    s[:20, :20] = -2000
    plain = shown(data_set(s, 12, **WINDOW))
    for vr, value in (("SS", -2000), ("US", 63536)):
        yield f"padding {value} of signed values", with_padding(s, 12, vr, value), np.where(s == -2000, 0, plain), EXACT
    yield "padding -3000, which 12 bits cannot hold", with_padding(s, 12, "SS", -3000), plain, EXACT
    yield "padding from -2048 to -1900", with_padding(s, 12, "SS", -2048, -1900), np.where(s <= -1900, 0, plain), EXACT
    yield "padding that all pixels are", with_padding(np.full_like(a, 7), 12, "US", 7), np.full(a.shape, apply_voi_lut(np.full((1, 1), 7.0), data_set(a, 12, **WINDOW))[0, 0] / 4095), EXACT


def with_padding(pixels, bits, vr, value, limit=None, **attributes):
    ds = data_set(pixels, bits, **attributes, **WINDOW)
    ds.add_new(0x00280120, vr, value)
    if limit is not None:
        ds.add_new(0x00280121, vr, limit)
    return ds


def encodings():
    a = film(12)
    right = shown(data_set(a, 12, **WINDOW))
    for name, syntax in (("implicit", ImplicitVRLittleEndian), ("explicit", ExplicitVRLittleEndian), ("big-endian", ExplicitVRBigEndian)):
        file = written(data_set(a, 12, syntax=syntax, **WINDOW))
        data = 144 + struct.unpack("<I", file[140:144])[0]
        yield f"{name}", file, right, EXACT
        yield f"{name}, no preamble", file[132:], right, EXACT
        yield f"{name}, no preamble but DICM", file[128:], right, EXACT
        yield f"{name}, no meta information", file[data:], right, EXACT
        yield f"{name}, a preamble and no meta information", file[:132] + file[data:], right, EXACT
        yield f"{name}, bytes behind the pixels", file + b"\xfc\xff\xfc\xff\0\0\0\0" + b"junk" * 50, right, EXACT
        other = ExplicitVRLittleEndian if syntax == ImplicitVRLittleEndian else ImplicitVRLittleEndian
        wrong = data_set(a, 12, syntax=other, **WINDOW)
        wrong_meta = written(wrong)
        end = 144 + struct.unpack("<I", wrong_meta[140:144])[0]
        yield f"{name}, under another transfer syntax", wrong_meta[:end] + file[data:], right, EXACT
    small = film(8)
    for vr in ("OB", "OW"):
        ds = data_set(small, 8, syntax=ExplicitVRBigEndian)
        ds["PixelData"].VR = vr
        if vr == "OW":
            ds.PixelData = small.reshape(-1, 2)[:, ::-1].tobytes()
        yield f"8 bits, big-endian, {vr}", ds, small / 255, EXACT
    ob = data_set(a, 12, **WINDOW)
    ob["PixelData"].VR = "OB"
    yield "16 bits in OB", ob, right, EXACT
    odd = data_set(small[:47, :63], 8)
    yield "an odd number of bytes", odd, small[:47, :63] / 255, EXACT
    yield "an odd number of bytes, without the last", written(odd)[:-1], small[:47, :63] / 255, EXACT
    frames = data_set(a, 12, NumberOfFrames="1 ", **WINDOW)
    yield "one frame, and it says so", frames, right, EXACT
    icon = Dataset()
    icon.Rows = icon.Columns = 8
    icon.SamplesPerPixel, icon.BitsAllocated, icon.PixelData = 1, 8, bytes(64)
    icon.PhotometricInterpretation = "MONOCHROME1"
    nested = data_set(a, 12, IconImageSequence=[icon], **WINDOW)
    yield "an icon before the picture", nested, right, EXACT
    nested["IconImageSequence"].is_undefined_length = True
    icon.is_undefined_length_sequence_item = True
    yield "an icon of undefined length", nested, right, EXACT
    private = data_set(a, 12, **WINDOW)
    private.add_new(0x00290010, "LO", "SOMEBODY")
    private.add_new(0x00291010, "UN", b"\x01\x02" * 200)
    private.add_new(0x7FE10010, "OB", b"behind the pixels")
    yield "private elements", private, right, EXACT


def unknown_vrs():
    ds = data_set(film(12), 12, "MONOCHROME1", syntax=ImplicitVRLittleEndian, WindowCenter=1024, WindowWidth=2000, RescaleSlope=1, RescaleIntercept=-500,
                  NumberOfFrames=1, PixelPaddingValue=0)
    ds.add_new(0x00280120, "US", 0)
    right = np.where(film(12) == 0, 0, shown(ds))
    yield "implicit, to compare", ds, right, EXACT
    yield "UN: everything", explicit_un(ds), right, EXACT
    for name, tags in {"rows and columns": (0x00280010, 0x00280011), "bits": (0x00280100, 0x00280101, 0x00280102, 0x00280103), "window": (0x00281050, 0x00281051),
                       "rescale": (0x00281052, 0x00281053), "padding": (0x00280120,), "photometric interpretation": (0x00280004,), "samples": (0x00280002,),
                       "frames": (0x00280008,), "pixels": (0x7FE00010,)}.items():
        yield f"UN: {name}", explicit_un(ds, tags), right, EXACT
    entries = np.round(4095 * (np.arange(4096) / 4095) ** 2)
    with_table = data_set(film(12), 12, VOILUTSequence=[lut_item(entries, 0, 12)])
    right = shown(with_table)
    content = io.BytesIO()
    content.write(struct.pack("<HHI3H", 0x28, 0x3002, 6, 4096, 0, 12) + struct.pack("<HHI", 0x28, 0x3006, 8192) + entries.astype("<u2").tobytes())
    item = content.getvalue()
    explicit = struct.pack("<HH2sH3H", 0x28, 0x3002, b"US", 6, 4096, 0, 12) + struct.pack("<HH2sHI", 0x28, 0x3006, b"OW", 0, 8192) + entries.astype("<u2").tobytes()
    for name, sequence in {"with VRs inside": b"\xfe\xff\x00\xe0\xff\xff\xff\xff" + explicit + b"\xfe\xff\x0d\xe0\0\0\0\0",
                           "of defined length": b"\xfe\xff\x00\xe0" + struct.pack("<I", len(item)) + item,
                           "of undefined length inside": b"\xfe\xff\x00\xe0\xff\xff\xff\xff" + item + b"\xfe\xff\x0d\xe0\0\0\0\0"}.items():
        plain = written(data_set(film(12), 12))
        at = plain.index(struct.pack("<HH", 0x7FE0, 0x10))
        header = struct.pack("<HH2sHI", 0x28, 0x3010, b"UN", 0, len(sequence))
        yield f"UN: a VOI LUT sequence {name}", plain[:at] + header + sequence + plain[at:], right, EXACT
        open_header = struct.pack("<HH2sHI", 0x28, 0x3010, b"UN", 0, 0xFFFFFFFF)
        yield f"UN of undefined length: a VOI LUT sequence {name}", plain[:at] + open_header + sequence + b"\xfe\xff\xdd\xe0\0\0\0\0" + plain[at:], right, EXACT
    as_text = written(data_set(film(12), 12, **WINDOW)).replace(b"\x28\0\x10\0US\x02\0" + struct.pack("<H", ROWS), b"\x28\0\x10\0IS\x02\0" + str(ROWS).encode())
    yield "rows as text", as_text, shown(data_set(film(12), 12, **WINDOW)), EXACT


def colour():
    rgb = colours()
    right = rgb / 255
    yield "RGB", data_set(rgb, 8, "RGB"), right, EXACT
    planar = data_set(rgb, 8, "RGB", PlanarConfiguration=1)
    planar.PixelData = rgb.transpose(2, 0, 1).tobytes()
    yield "RGB in planes", planar, right, EXACT
    yield "RGB of 16 bits", data_set(rgb.astype(np.uint16) * 257, 16, "RGB"), right, EXACT
    ybr = convert_color_space(rgb, "RGB", "YBR_FULL")
    back = convert_color_space(ybr, "YBR_FULL", "RGB") / 255
    yield "YBR_FULL", data_set(ybr, 8, "YBR_FULL"), back, ROUNDED
    planar = data_set(ybr, 8, "YBR_FULL", PlanarConfiguration=1)
    planar.PixelData = ybr.transpose(2, 0, 1).tobytes()
    yield "YBR_FULL in planes", planar, back, ROUNDED
    halved = ybr.copy()
    halved[:, 1::2, 1:] = halved[:, ::2, 1:]
    subsampled = data_set(halved, 8, "YBR_FULL_422")
    subsampled.PixelData = np.concatenate([halved[:, ::2, :1], halved[:, 1::2, :1], halved[:, ::2, 1:]], -1).tobytes()
    yield "YBR_FULL_422", subsampled, convert_color_space(halved, "YBR_FULL", "RGB") / 255, ROUNDED
    yield "YBR_FULL_422 that is not subsampled", data_set(ybr, 8, "YBR_FULL_422"), back, ROUNDED
    for bits in (8, 16):
        palette = data_set(film(8), 8, "PALETTE COLOR")
        entries = np.stack([np.arange(256), np.arange(256)[::-1], np.arange(256) ** 2 // 255], -1) * (257 if bits == 16 else 1)
        for c, name in enumerate(("Red", "Green", "Blue")):
            setattr(palette, f"{name}PaletteColorLookupTableDescriptor", [256, 0, bits])
            setattr(palette, f"{name}PaletteColorLookupTableData", entries[:, c].astype("<u2" if bits == 16 else "u1").tobytes())
        yield f"a palette of {bits} bits", palette, entries[film(8)] / (2**bits - 1), EXACT


def jpeg(picture, **options):
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=98, subsampling=0, **options)
    return file.getvalue()


def without_jfif(stream):
    at = stream.index(b"\xff\xe0")
    return stream[:at] + stream[at + 2 + struct.unpack(">H", stream[at + 2:at + 4])[0]:]


def adobe(transform):
    return b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00" + bytes([transform])


def native_under_jpeg(pixels):
    """Longer names: of the element by two bytes, and of the group with it."""
    file = written(data_set(pixels, 8))
    old, new = ExplicitVRLittleEndian.encode() + b"\0", JPEGBaseline8Bit.encode()
    at = file.index(b"UI" + struct.pack("<H", 20) + old)
    file = file[:at + 2] + struct.pack("<H", 22) + new + file[at + 4 + 20:]
    return file[:140] + struct.pack("<I", struct.unpack("<I", file[140:144])[0] + 2) + file[144:]


def jpegs():
    grey, rgb = film(8), colours()
    smooth = np.asarray(Image.fromarray(rgb).resize((16, 12)).resize((COLUMNS, ROWS)))
    yield "JPEG", compressed(data_set(grey, 8), JPEGBaseline8Bit, jpeg(grey)), grey / 255, LOSSY
    known = with_known_length(written(compressed(data_set(grey, 8), JPEGBaseline8Bit, jpeg(grey))))
    yield "JPEG whose fragments have a length", known, grey / 255, LOSSY
    yield "native pixels under the name of JPEG", native_under_jpeg(grey), grey / 255, EXACT
    right = smooth / 255
    ycc = jpeg(smooth)
    for said in ("RGB", "YBR_FULL", "YBR_FULL_422"):
        yield f"JFIF under {said}", compressed(data_set(smooth, 8, said), JPEGBaseline8Bit, ycc), right, LOSSY
    bare = without_jfif(ycc)
    yield "JPEG without a marker under YBR_FULL_422", compressed(data_set(smooth, 8, "YBR_FULL_422"), JPEGBaseline8Bit, bare), right, LOSSY
    yield "Adobe's YCbCr under RGB", compressed(data_set(smooth, 8, "RGB"), JPEGBaseline8Bit, bare[:2] + adobe(1) + bare[2:]), right, LOSSY
    # The same numbers as three plain components: pillow takes YCbCr as given, so RGB is handed to it under that name.
    file = io.BytesIO()
    Image.merge("YCbCr", [Image.fromarray(smooth[..., c]) for c in range(3)]).save(file, "JPEG", quality=98, subsampling=0)
    plain = without_jfif(file.getvalue())
    yield "RGB inside, under RGB", compressed(data_set(smooth, 8, "RGB"), JPEGBaseline8Bit, plain), right, LOSSY
    for said in ("RGB", "YBR_FULL_422"):
        yield f"Adobe's RGB under {said}", compressed(data_set(smooth, 8, said), JPEGBaseline8Bit, plain[:2] + adobe(0) + plain[2:]), right, LOSSY
        named = bytearray(plain)
        frame, scan = plain.index(b"\xff\xc0"), plain.index(b"\xff\xda")
        for c, letter in enumerate(b"RGB"):
            named[frame + 10 + 3 * c] = named[scan + 5 + 2 * c] = letter
        yield f"components R, G, B under {said}", compressed(data_set(smooth, 8, said), JPEGBaseline8Bit, bytes(named)), right, LOSSY
    many = jpeg(grey)
    yield "a JPEG in more than 512 fragments", compressed(data_set(grey, 8), JPEGBaseline8Bit, *(many[i:i + 2] for i in range(0, len(many), 2))), grey / 255, LOSSY


def jpeg_2000(pixels, lossless=True, jp2=False, transform=1):
    file = io.BytesIO()
    image = Image.fromarray(pixels)
    Image.Image.save(image, file, "JPEG2000", irreversible=not lossless, no_jp2=not jp2, mct=transform, num_resolutions=4,
                     **({} if lossless else {"quality_mode": "dB", "quality_layers": [50]}))
    return file.getvalue()


def jpegs_2000():
    grey, wide, rgb = film(8), film(16), colours()
    yield "JPEG 2000", compressed(data_set(grey, 8), JPEG2000Lossless, jpeg_2000(grey)), grey / 255, EXACT
    yield "JPEG 2000, MONOCHROME1", compressed(data_set(grey, 8, "MONOCHROME1"), JPEG2000Lossless, jpeg_2000(grey)), 1 - grey / 255, EXACT
    yield "JPEG 2000, lossy", compressed(data_set(grey, 8), JPEG2000, jpeg_2000(grey, lossless=False)), grey / 255, LOSSY
    yield "JPEG 2000 in JP2", compressed(data_set(grey, 8), JPEG2000Lossless, jpeg_2000(grey, jp2=True)), grey / 255, EXACT
    window = {"WindowCenter": 30000, "WindowWidth": 40000}
    right = shown(data_set(wide, 16, **window))
    yield "JPEG 2000 of 16 bits", compressed(data_set(wide, 16, **window), JPEG2000Lossless, jpeg_2000(wide)), right, EXACT
    stream = jpeg_2000(wide)
    yield "JPEG 2000 in fragments", compressed(data_set(wide, 16, **window), JPEG2000Lossless, *(stream[i:i + 50] for i in range(0, len(stream), 50))), right, EXACT
    for said, transform in (("YBR_RCT", 1), ("RGB", 1), ("RGB", 0), ("YBR_RCT", 0)):
        yield f"JPEG 2000 under {said}, transform {transform}", compressed(data_set(rgb, 8, said), JPEG2000Lossless, jpeg_2000(rgb, transform=transform)), rgb / 255, EXACT
    smooth = np.asarray(Image.fromarray(rgb).resize((16, 12)).resize((COLUMNS, ROWS)))
    yield "JPEG 2000 under YBR_ICT", compressed(data_set(smooth, 8, "YBR_ICT"), JPEG2000, jpeg_2000(smooth, lossless=False)), smooth / 255, LOSSY
    ybr = convert_color_space(rgb, "RGB", "YBR_FULL")
    back = convert_color_space(ybr, "YBR_FULL", "RGB") / 255
    yield "JPEG 2000 under YBR_FULL", compressed(data_set(ybr, 8, "YBR_FULL"), JPEG2000Lossless, jpeg_2000(ybr, transform=0)), back, ROUNDED
    yield "JPEG 2000 under the name of JPEG", compressed(data_set(grey, 8), JPEGBaseline8Bit, jpeg_2000(grey)), grey / 255, EXACT


def run_lengths():
    for bits, signed in ((8, False), (12, False), (16, True)):
        pixels = film(bits, signed)
        ds = data_set(pixels, bits, **WINDOW)
        right = shown(ds)
        ds.compress(RLELossless, generate_instance_uid=False)
        yield f"RLE of {bits} bits", ds, right, EXACT
    ds = data_set(colours(), 8, "RGB")
    ds.compress(RLELossless, generate_instance_uid=False)
    yield "RLE in colours", ds, colours() / 255, EXACT


def dcmtk_encoded():
    """What DCMTK's programs write; nothing where they are not installed."""
    if shutil.which("dcmcjpeg") is None:
        return
    environment = {name: value for name, value in os.environ.items() if name != "DCMDICTPATH"}
    with tempfile.TemporaryDirectory() as folder:
        source, encoded = (pathlib.Path(folder, name) for name in ("source.dcm", "encoded.dcm"))
        for bits, signed in ((8, False), (8, True), (10, False), (12, True), (12, False), (16, True), (16, False)):
            ds = data_set(film(bits, signed), bits, WindowCenter=0 if signed else 2 ** (bits - 1), WindowWidth=2**bits * 3 // 4)
            source.write_bytes(written(ds))
            for name, command in {"lossless JPEG": ("dcmcjpeg", "+e1"), "lossless JPEG of any predictor": ("dcmcjpeg", "+el"), "JPEG-LS": ("dcmcjpls",),
                                  "RLE": ("dcmcrle",), "JPEG of 12 bits": ("dcmcjpeg", "+ee"), "progressive JPEG": ("dcmcjpeg", "+ep")}.items():
                is_lossy = command[-1] in ("+ee", "+ep")
                if is_lossy and (bits != 12 or signed):
                    continue
                subprocess.run([*command, source, encoded], check=True, capture_output=True, env=environment)
                yield f"{name}: {bits} bits, {'signed' if signed else 'unsigned'}", encoded.read_bytes(), shown(ds), LOSSY if is_lossy else EXACT


def cases():
    for kind in (bits_and_signs, windows, tables, photometric, paddings, encodings, unknown_vrs, colour, jpegs, jpegs_2000, run_lengths, dcmtk_encoded):
        for name, file, expected, tolerance in kind():
            if expected is None:
                expected = shown(file)
            yield kind.__name__, name, file if isinstance(file, bytes) else written(file), expected, tolerance


def refused():
    """(name, file, what the message says)"""
    a = film(12)
    yield "deflated", written(data_set(a, 12, syntax=DeflatedExplicitVRLittleEndian)), "deflated"
    for last, name in ((201, "HTJ2K"), (202, "HTJ2K"), (203, "HTJ2K"), (110, "JPEG XL"), (100, "MPEG2"), (107, "HEVC")):
        file = written(compressed(data_set(a, 12), HTJ2KLossless, b"\0" * 64))  # pydicom writes what it knows
        yield name, file.replace(HTJ2KLossless.encode(), f"1.2.840.10008.1.2.4.{last}".encode()), name
    for name, tag in (("Rows", "Rows"), ("Columns", "Columns"), ("PhotometricInterpretation", "PhotometricInterpretation"), ("BitsAllocated", "BitsAllocated"),
                      ("pixel data", "PixelData"), ("SamplesPerPixel", "SamplesPerPixel")):
        ds = data_set(a, 12)
        del ds[tag]
        yield f"no {name}", written(ds), name
    yield "more bits stored than allocated", written(data_set(film(8), 8, BitsStored=12)), "12 bits stored of 8"
    yield "12 bits allocated", written(data_set(a, 12, BitsAllocated=12)), "12 bits allocated"
    yield "32 bits allocated", written(data_set(a, 12, BitsAllocated=32)), "32 bits allocated"
    yield "a photometric interpretation of nobody", written(data_set(a, 12, "MONOCHROME3")), "MONOCHROME3"
    yield "MONOCHROME2 of three samples", written(data_set(colours(), 8, "MONOCHROME2")), "MONOCHROME2"
    yield "too few pixels", written(data_set(a, 12, Rows=ROWS + 1)), "bytes of pixel data"
    yield "two frames", written(data_set(np.concatenate([a, a]), 12, Rows=ROWS, NumberOfFrames=2)), "2 frames"
    short = with_voi(np.arange(100), 12)
    short.VOILUTSequence[0].LUTDescriptor = [4096, 0, 12]
    yield "a table that is too short", written(short), "look-up table"
    yield "a JPEG of another size", written(compressed(data_set(film(8), 8, Rows=ROWS + 2), JPEGBaseline8Bit, jpeg(film(8)))), "compressed frame"
    yield "JPEG 2000 cut", written(compressed(data_set(film(8), 8), JPEG2000Lossless, jpeg_2000(film(8))[:-100])), "JPEG 2000"
    yield "no fragment", written(compressed(data_set(film(8), 8), JPEG2000Lossless)), "empty"
