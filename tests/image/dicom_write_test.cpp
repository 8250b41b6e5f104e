#include "image/dicom_write.hpp"

#include "fixture.hpp"
#include "image/dicom_uid.hpp"
#include "image/dicom_value.hpp"
#include "raw_dicom.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <limits>

using namespace raygen::engine;

namespace {

constexpr std::int64_t side = 64;

Image ramp(std::int64_t channels = 1) {
  Image image{side, side, channels, {}, {}};
  for (std::int64_t i = 0; i < side * side * channels; ++i)
    image.pixels.push_back(static_cast<float>(i % 4093) / 4092);
  image.text = {{"Comment", "Synthetic chest radiograph, not for diagnosis"},
                {"Description", "Größe ½, \\ and\na line"},
                {"raygen", R"({"model_sha256":"0123456789abcdef0123","prompt":"Größe","seed":7})"}};
  return image;
}

Image written_and_read(const Image& image, const DicomOptions& options) {
  return decode_image(encode_dicom(image, options).bytes, "image.dcm", {});
}

/// Of an element with a short VR, from the bytes; "none" where it is not there.
std::string element(const std::string& bytes, std::uint32_t tag, const std::string& vr) {
  const std::string header = little_endian(tag >> 16, 2) + little_endian(tag & 0xffff, 2) + vr;
  const std::size_t at = bytes.find(header);
  if (at == std::string::npos) return "none";
  const auto length = static_cast<unsigned char>(bytes[at + 6]);
  std::string value = bytes.substr(at + 8, length);
  while (!value.empty() && (value.back() == ' ' || value.back() == '\0')) value.pop_back();
  return value;
}

std::string study_uid(const std::string& bytes) { return element(bytes, 0x0020000d, "UI"); }
std::string series_uid(const std::string& bytes) { return element(bytes, 0x0020000e, "UI"); }
std::string instance_uid(const std::string& bytes) { return element(bytes, 0x00080018, "UI"); }

/// A template with these elements, and what becomes of it.
struct TemplateCase {
  TemporaryFolder folder;
  DicomOptions options;
  explicit TemplateCase(const std::string& elements) {
    options.template_path = folder.path() / "template.dcm";
    write(RawDicom{.pixels = std::string(256, '\x7f')}.bytes(), elements);
  }
  void write(std::string file, const std::string& elements) const {
    const std::string sop_class = RawDicom::element(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.1");
    file.insert(file.find(sop_class) + sop_class.size(), elements);
    std::ofstream(options.template_path, std::ios::binary) << file;
  }
  WrittenDicom written() const { return encode_dicom(ramp(), options); }
};

}  // namespace

TEST_CASE("a UID is a UUID's decimal number, made of a name") {
  // SHA-256 of nothing is e3b0c442 98fc 1c14 9afb f4c8996fb924: as a UUID of version 8,
  // e3b0c442-98fc-8c14-9afb-f4c8996fb924.
  CHECK(dicom_uid("") == "2.25.302652579918966106791432553938847512868");
  CHECK(dicom_uid("a") == dicom_uid("a"));
  CHECK(dicom_uid("a") != dicom_uid("b"));
  CHECK(dicom_value_fault("UI", dicom_uid("a")).empty());
}

TEST_CASE("what a VR can hold") {
  const auto holds = [](std::string_view vr, std::string_view text) {
    return dicom_value_fault(vr, text).empty();
  };
  CHECK(holds("LO", std::string(64, 'x')));
  CHECK_FALSE(holds("LO", std::string(65, 'x')));
  std::string umlauts;
  for (int i = 0; i < 64; ++i) umlauts += "ü";
  CHECK(holds("LO", umlauts));  // characters, not bytes
  CHECK_FALSE(holds("LO", "a\\b"));
  CHECK(holds("ST", "a\\b\r\nc"));
  CHECK_FALSE(holds("ST", "a\x01"));
  CHECK_FALSE(holds("LO", "M\xfcller"));
  CHECK(holds("DA", "20240229"));
  CHECK_FALSE(holds("DA", "20230229"));
  CHECK_FALSE(holds("DA", "2023.01.01"));
  CHECK(holds("TM", "235960.123456"));
  CHECK(holds("TM", "0730"));
  CHECK_FALSE(holds("TM", "24"));
  CHECK_FALSE(holds("TM", "07:30"));
  CHECK(holds("AS", "042Y"));
  CHECK_FALSE(holds("AS", "42Y"));
  CHECK(holds("UI", "1.2.840.0.5"));
  CHECK_FALSE(holds("UI", "1.02"));
  CHECK_FALSE(holds("UI", "1..2"));
  CHECK_FALSE(holds("UI", "1.2."));
  CHECK(holds("CS", "FOR PRESENTATION"));
  CHECK_FALSE(holds("CS", "m"));
  CHECK(holds("DS", "+1.5e-3"));
  CHECK_FALSE(holds("DS", "nan"));
  CHECK_FALSE(holds("DS", "1.2345678901234567"));
  CHECK(holds("PN", "Yamada^Tarou=山田^太郎=やまだ^たろう"));
  CHECK_FALSE(holds("PN", "a=b=c=d"));
  CHECK_FALSE(holds("PN", "a^b^c^d^e^f"));
  CHECK_FALSE(holds("PN", std::string(65, 'x')));
  for (const char* vr : {"LO", "DA", "TM", "UI", "CS", "DS", "PN"}) CHECK(holds(vr, ""));

  CHECK(dicom_text_cut("ST", std::string(2000, 'x')) == std::string(1021, 'x') + "...");
  CHECK(dicom_text_cut("LO", "a\nb\\c") == "a b c");
  const std::string cut = dicom_text_cut("SH", "üüüüüüüüüü");
  CHECK(cut == "üüüüüü...");
}

TEST_CASE("what is written is read again, pixels to the bit depth and texts") {
  const Image image = ramp();
  for (const auto sop_class : {DicomClass::secondary_capture, DicomClass::dx_for_presentation}) {
    for (const int bits : {8, 12, 16}) {
      CAPTURE(bits);
      const Image read = written_and_read(image, {.sop_class = sop_class, .bit_depth = bits});
      REQUIRE(read.pixels.size() == image.pixels.size());
      const double white = (1 << bits) - 1;
      double worst = 0;
      for (std::size_t i = 0; i < image.pixels.size(); ++i)
        worst =
            std::max(worst, std::abs(read.pixels[i] * white - std::round(image.pixels[i] * white)));
      CHECK(worst < 0.01);
      CHECK(read.text == image.text);
    }
  }
}

TEST_CASE("an odd number of pixels, colours and texts of any kind") {
  Image image{3, 1, 3, {1, 0, 0.5F, 0, 0, 0, 1, 1, 1}, {}};
  image.text["odd keyword"] = "a\x01\x7f\"\\";
  image.text["raygen"] = "no JSON, \x02";
  const Image read = written_and_read(image, {.bit_depth = 8});
  CHECK(read.channels == 1);
  CHECK(read.width == 3);
  CHECK(read.pixels[0] == Approx(128.0 / 255));
  CHECK(read.pixels[1] == 0);
  CHECK(read.pixels[2] == 1);
  CHECK(read.text == image.text);
  CHECK(written_and_read({2, 2, 1, {0, 0, 0, 0}, {}}, {}).text.empty());
}

TEST_CASE("the same image and options are the same bytes, others have other UIDs") {
  const Image image = ramp();
  const std::string bytes = encode_dicom(image, {}).bytes;
  CHECK(encode_dicom(image, {}).bytes == bytes);
  CHECK(study_uid(bytes).starts_with("2.25."));
  CHECK(element(bytes, 0x00020003, "UI") == instance_uid(bytes));
  Image other = image;
  other.pixels[5] = 0.7F;
  const std::string changed = encode_dicom(other, {}).bytes;
  CHECK(instance_uid(changed) != instance_uid(bytes));
  CHECK(study_uid(changed) != study_uid(bytes));

  const DicomOptions series{.study_uid = "1.2.3", .series_uid = "1.2.4"};
  const std::string one = encode_dicom(image, series).bytes,
                    two = encode_dicom(other, series).bytes;
  CHECK(study_uid(one) == "1.2.3");
  CHECK(series_uid(one) == "1.2.4");
  CHECK(series_uid(two) == "1.2.4");
  CHECK(instance_uid(one) != instance_uid(two));
  const DicomOptions only_series{.series_uid = "1.2.4"};
  CHECK(study_uid(encode_dicom(image, only_series).bytes) ==
        study_uid(encode_dicom(other, only_series).bytes));
}

TEST_CASE("every file says that it is synthetic") {
  for (const auto sop_class : {DicomClass::secondary_capture, DicomClass::dx_for_presentation}) {
    const std::string bytes =
        encode_dicom(ramp(), {.sop_class = sop_class, .series_description = "Übung"}).bytes;
    CHECK(element(bytes, 0x00080008, "CS").starts_with("DERIVED\\SECONDARY"));
    CHECK(element(bytes, 0x00280300, "CS") == "YES");
    CHECK(element(bytes, 0x00280301, "CS") == "NO");
    CHECK(element(bytes, 0x0008103e, "LO") == "SYNTHETIC: Übung");
    CHECK(element(bytes, 0x00204000, "LT").starts_with("SYNTHETIC, not for diagnosis"));
    CHECK(element(bytes, 0x00100010, "PN") == "SYNTHETIC^NOBODY");
    CHECK(element(bytes, 0x00100020, "LO") == "SYNTHETIC-01234567");
    CHECK(bytes.find("109103") != std::string::npos);
    CHECK(element(bytes, 0x00080020, "DA") == "20000101");
    CHECK(element(bytes, 0x00080021, "DA") == "none");
  }
}

TEST_CASE("the word SYNTHETIC can be written into the picture") {
  const Image image{side, side, 1, std::vector<float>(side * side, 0.5F), {}};
  const DicomOptions burned{.annotation = DicomAnnotation::burn_in};
  const Image read = written_and_read(image, burned);
  const auto at = [&](std::int64_t x, std::int64_t y) {
    return read.pixels[static_cast<std::size_t>(y * side + x)];
  };
  CHECK(at(0, 0) == Approx(0.5).margin(1e-3));
  CHECK(at(0, side - 1) == 0);  // the margin
  CHECK(at(2, side - 4) == 1);  // lower left of the S
  CHECK(at(2, side - 6) == 0);
  CHECK(at(26, side - 9) == 1);  // the left of the H
  CHECK(element(encode_dicom(image, burned).bytes, 0x00280301, "CS") == "YES");
  CHECK(image.pixels == std::vector<float>(side * side, 0.5F));
  const Outcome small = outcome([&] {
    encode_dicom({20, 20, 1, std::vector<float>(400), {}}, burned);
  });
  CHECK(is(small, Status::invalid_argument));
  CHECK(small.message.find("SYNTHETIC needs 57 x 11") != std::string::npos);
}

TEST_CASE("date, numbers and spacing") {
  const std::string bytes = encode_dicom(ramp(), {.sop_class = DicomClass::dx_for_presentation,
                                                  .date_time = "20260102030405",
                                                  .series_number = 3,
                                                  .instance_number = 12,
                                                  .pixel_spacing = 0.143})
                                .bytes;
  for (const std::uint32_t tag : {0x00080012U, 0x00080020U, 0x00080021U, 0x00080023U})
    CHECK(element(bytes, tag, "DA") == "20260102");
  CHECK(element(bytes, 0x00080030, "TM") == "030405");
  CHECK(element(bytes, 0x00200011, "IS") == "3");
  CHECK(element(bytes, 0x00200013, "IS") == "12");
  CHECK(element(bytes, 0x00181164, "DS") == "0.143\\0.143");
  CHECK(element(bytes, 0x00204000, "LT").find("nominal") == std::string::npos);
  const std::string nominal =
      encode_dicom(ramp(), {.sop_class = DicomClass::dx_for_presentation}).bytes;
  CHECK(element(nominal, 0x00181164, "DS") == "6.71875\\6.71875");
  CHECK(element(nominal, 0x00204000, "LT").find("spacing is nominal") != std::string::npos);
  CHECK(element(encode_dicom(ramp(), {}).bytes, 0x00280030, "DS") == "none");
  CHECK(element(encode_dicom(ramp(), {.pixel_spacing = 0.2}).bytes, 0x00280030, "DS") ==
        "0.2\\0.2");
}

TEST_CASE("options that cannot be are refused by name") {
  const auto refused = [](const DicomOptions& options, const std::string& what) {
    const Outcome got = outcome([&] { encode_dicom(ramp(), options); });
    CAPTURE(got.message, what);
    CHECK(is(got, Status::invalid_argument));
    CHECK(got.message.find(what) != std::string::npos);
  };
  refused({.bit_depth = 10}, "bit_depth is 10; 8, 12 or 16 was expected");
  refused({.derived_from_template = true}, "derived_from_template is 1");
  refused({.study_uid = "x"}, "study_uid is no UID");
  refused({.series_uid = std::string(65, '1')}, "series_uid is 65 characters long, at most 64");
  refused({.series_description = std::string(54, 'x')}, "series_description, behind");
  refused({.date_time = "2026-01-02"}, "date_time is \"2026-01-02\"");
  refused({.date_time = "20260230"}, "YYYYMMDD or YYYYMMDDHHMMSS was expected");
  refused({.series_number = -1}, "series_number is -1");
  refused({.instance_number = -1}, "instance_number is -1");
  for (const double spacing : {0.0, -2.0, 101.0, std::numeric_limits<double>::quiet_NaN()})
    refused({.pixel_spacing = spacing}, "0.001 to 100 mm was expected");
  Image image = ramp();
  image.pixels[side + 2] = std::numeric_limits<float>::quiet_NaN();
  const Outcome nan = outcome([&] { encode_dicom(image, {}); });
  CHECK(is(nan, Status::numeric));
  CHECK(nan.message.find("column 2, row 1") != std::string::npos);
}

TEST_CASE("patient and study come from a template") {
  using Raw = RawDicom;
  TemplateCase given(
      Raw::element(0x00080005, "CS", "ISO_IR 100") + Raw::element(0x00080018, "UI", "1.2.3.4") +
      Raw::element(0x00080020, "DA", "20200102") + Raw::element(0x00080050, "SH", "A1") +
      Raw::element(0x00100010, "PN", "M\xfcller^Jos\xe9") + Raw::element(0x00100020, "LO", "P1") +
      Raw::element(0x00181164, "DS", "0.2\\0.2") + Raw::element(0x0020000d, "UI", "1.2.3"));
  given.options.derived_from_template = true;
  given.options.sop_class = DicomClass::dx_for_presentation;
  given.options.date_time = "20260102";
  const WrittenDicom written = given.written();
  const std::string& bytes = written.bytes;
  CHECK(written.warnings.empty());
  CHECK(element(bytes, 0x00100010, "PN") == "Müller^José");
  CHECK(element(bytes, 0x00100020, "LO") == "P1");
  CHECK(element(bytes, 0x00080050, "SH") == "A1");
  CHECK(element(bytes, 0x00080005, "CS") == "ISO_IR 192");
  CHECK(study_uid(bytes) == "1.2.3");
  CHECK(element(bytes, 0x00080020, "DA") == "20200102");  // the study's, not the image's
  CHECK(element(bytes, 0x00080021, "DA") == "20260102");
  CHECK(element(bytes, 0x00081155, "UI") == "1.2.3.4");
  CHECK(element(bytes, 0x00181164, "DS") == "0.05\\0.05");  // 16 pixels of 0.2 mm are 64 now
  given.options.study_uid = "1.9";
  CHECK(study_uid(given.written().bytes) == "1.9");
}

TEST_CASE("what a template has wrong is left out, and said") {
  using Raw = RawDicom;
  const TemplateCase given(Raw::element(0x00100010, "PN", "M\xfcller") +
                           Raw::element(0x00100020, "LO", std::string(70, 'x')) +
                           Raw::element(0x00100030, "DA", "1960-1-1") +
                           Raw::element(0x00100040, "CS", "M"));
  const WrittenDicom written = given.written();
  CHECK(element(written.bytes, 0x00100010, "PN").empty());
  CHECK(element(written.bytes, 0x00100020, "LO").empty());
  CHECK(element(written.bytes, 0x00100030, "DA").empty());
  CHECK(element(written.bytes, 0x00100040, "CS") == "M");
  CHECK(study_uid(written.bytes).starts_with("2.25."));
  REQUIRE(written.warnings.size() == 3);
  CHECK(
      written.warnings[0].find("template.dcm: the template's Patient's Name is left out: it is not "
                               "in the file's character set, ISO_IR 6") != std::string::npos);
  CHECK(written.warnings[1].find("Patient ID is left out: it is 70 characters long") !=
        std::string::npos);
  CHECK(written.warnings[2].find("is no date as YYYYMMDD") != std::string::npos);
}

TEST_CASE("templates that cannot be used are errors that name the file") {
  const auto refused = [](const TemplateCase& given, Status status, const std::string& what) {
    const Outcome got = outcome([&] { given.written(); });
    CAPTURE(got.message, what);
    CHECK(is(got, status));
    CHECK(got.message.find("template.dcm") != std::string::npos);
    CHECK(got.message.find(what) != std::string::npos);
  };
  TemplateCase given("");
  std::ofstream(given.options.template_path, std::ios::binary) << read_bytes(fixture("grey8.png"));
  refused(given, Status::format, "no DICOM file");
  std::ofstream(given.options.template_path, std::ios::binary)
      << std::string(128, '\0') << "DICM\x08";
  refused(given, Status::format, "ends within an element");
  given.write(RawDicom{}.bytes(), RawDicom::element(0x0020000d, "UI", "1.2.x"));
  refused(given, Status::format, "Study Instance UID is no UID");
  given.write(RawDicom{}.bytes(), RawDicom::element(0x00080005, "CS", "ISO_IR 999"));
  refused(given, Status::unsupported, "ISO_IR 999");
  given.write(RawDicom{}.bytes(), "");
  given.options.derived_from_template = true;
  refused(given, Status::format, "no SOP Instance UID");
  given.options.limits.max_file_bytes = 100;
  refused(given, Status::limit, "more than the limit of 100");
  std::filesystem::remove(given.options.template_path);
  refused(given, Status::io, "cannot open");
}

TEST_CASE("texts that a stranger put into the private block do no harm") {
  const auto read = [](const std::string& creator, const std::string& json) {
    const RawDicom file{.pixels = std::string(256, '\x40')};
    const std::string elements =
        RawDicom::element(0x00090011, "LO", creator) + RawDicom::element(0x00091102, "UN", json);
    std::string bytes = file.bytes();
    const std::string rows = RawDicom::element(0x00280002, "US", little_endian(1, 2));
    bytes.insert(bytes.find(rows), elements);
    return decode_image(bytes, "stranger.dcm", {}).text;
  };
  using Texts = std::map<std::string, std::string>;
  CHECK(read("LIBRAYGEN", R"({"Comment":"x"})") == Texts{{"Comment", "x"}});  // moved by an archive
  CHECK(read("SOMEBODY", R"({"Comment":"x"})").empty());
  CHECK(read("LIBRAYGEN", R"({"a  b":"x","Comment":1,"c":"\u0000"})").empty());
  CHECK(read("LIBRAYGEN", "{").empty());
  CHECK(read("LIBRAYGEN", std::string(100000, '[')).empty());
}

TEST_CASE("a DICOM file is whole or not there") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "image.dcm";
  CHECK(write_dicom(ramp(), path, {}).empty());
  CHECK(read_bytes(path) == encode_dicom(ramp(), {}).bytes);
  CHECK(is(outcome([&] { write_dicom(ramp(), folder.path() / "none" / "image.dcm", {}); }),
           Status::io));
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}
