#include "tiny_bundle.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

TEST_CASE("an image's pixels go in and come out") {
  const std::vector<float> pixels{0, 0.25F, 0.5F, 0.75F, 1, 0, 0.1F, 0.2F, 0.3F, 0.4F, 0.5F, 0.6F};
  raygen::Image image(2, 2, 3, pixels.data());
  CHECK(image.width() == 2);
  CHECK(image.height() == 2);
  CHECK(image.channels() == 3);
  CHECK(image.pixels().size() == 12);
  CHECK(image.at(1, 0, 2) == 0);
  CHECK(image.at(0, 1, 1) == 0.2F);
  image.set_text("Description", "größer");
  const raygen::Image copy = image.clone();
  image.set_text("Description", "other");
  CHECK(copy.text("Description") == "größer");
  const raygen::Image grey = copy.grey();
  CHECK(grey.channels() == 1);
  CHECK(grey.at(0, 0) == Approx(0.25F));
  CHECK(grey.text("Description") == "größer");
  CHECK(raygen::Image(3, 4, 1).at(2, 3) == 0);
}

TEST_CASE("PNG of both depths, from file and memory") {
  const TemporaryFolder folder;
  const std::vector<float> pixels{0, 0.3F, 0.6F, 1};
  const raygen::Image image(2, 2, 1, pixels.data());
  for (const int depth : {8, 16}) {
    image.write_png(folder.file("image.png"), depth);
    std::ifstream file(folder.file("image.png"), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    const raygen::Image read = raygen::Image::read(folder.file("image.png"));
    const std::vector<std::uint8_t> encoded = image.encode_png(depth);
    CHECK(std::string(encoded.begin(), encoded.end()) == bytes);
    const raygen::Image from_memory = raygen::Image::read_memory(bytes.data(), bytes.size());
    for (std::size_t i = 0; i < 4; ++i) {
      CHECK(read.pixels()[i] == Approx(pixels[i]).margin(depth == 8 ? 0.5 / 255 : 0.5 / 65535));
      CHECK(from_memory.pixels()[i] == read.pixels()[i]);
    }
  }
}

TEST_CASE("DICOM of both classes, to a file and to memory, and back") {
  const TemporaryFolder folder;
  const std::vector<float> pixels{0, 0.3F, 0.6F, 1};
  raygen::Image image(2, 2, 1, pixels.data());
  image.set_text("raygen", "{\"seed\":7}");
  raygen::DicomOptions options;
  options.bit_depth = 16;
  options.series_uid = raygen::dicom_uid("a series");
  CHECK(options.series_uid == raygen::dicom_uid("a series"));
  CHECK(options.series_uid.substr(0, 5) == "2.25.");
  for (const auto sop_class :
       {raygen::DicomClass::secondary_capture, raygen::DicomClass::dx_for_presentation}) {
    options.sop_class = sop_class;
    CHECK(image.write_dicom(folder.file("image.dcm"), options).empty());
    std::ifstream file(folder.file("image.dcm"), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    CHECK(bytes.find(options.series_uid) != std::string::npos);
    const std::vector<std::uint8_t> encoded = image.encode_dicom(options);
    CHECK(std::string(encoded.begin(), encoded.end()) == bytes);
    const raygen::Image read = raygen::Image::read(folder.file("image.dcm"));
    CHECK(read.text("raygen") == "{\"seed\":7}");
    for (std::size_t i = 0; i < 4; ++i)
      CHECK(read.pixels()[i] == Approx(pixels[i]).margin(0.5 / 65535));
  }
}

TEST_CASE("what a DICOM's template lacks is told, and what is wrong with it") {
  const TemporaryFolder folder;
  const raygen::Image image(2, 2, 1);
  raygen::DicomOptions options;
  options.template_path = folder.file("film.dcm");
  CHECK(status_of([&] { image.encode_dicom(options); }) == RAYGEN_ERROR_IO);
  std::vector<std::uint8_t> film = image.encode_dicom();
  const std::string name = "SYNTHETIC^NOBODY";
  *std::search(film.begin(), film.end(), name.begin(), name.end()) = 0x1a;
  std::ofstream(options.template_path, std::ios::binary)
      .write(reinterpret_cast<const char*>(film.data()), static_cast<std::streamsize>(film.size()));
  std::vector<std::string> warnings;
  image.encode_dicom(options, &warnings);
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].find("film.dcm: the template's Patient's Name is left out") !=
        std::string::npos);
  CHECK(image.write_dicom(folder.file("image.dcm"), options) == warnings);
  options.limits.max_file_bytes = 100;
  CHECK(status_of([&] { image.encode_dicom(options); }) == RAYGEN_ERROR_LIMIT);
}

TEST_CASE("an image that cannot be written leaves nothing") {
  const TemporaryFolder folder;
  const raygen::Image image(2, 2, 1);
  CHECK(status_of([&] { image.write_png(folder.file("none/image.png")); }) == RAYGEN_ERROR_IO);
  CHECK(status_of([&] { image.write_dicom(folder.file("none/image.dcm")); }) == RAYGEN_ERROR_IO);
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("limits hold for images") {
  const TemporaryFolder folder;
  raygen::Image(20, 20, 1).write_png(folder.file("image.png"));
  raygen::Limits limits;
  limits.max_pixels = 399;
  CHECK(status_of([&] { raygen::Image::read(folder.file("image.png"), limits); }) ==
        RAYGEN_ERROR_LIMIT);
  limits.max_pixels = 400;
  CHECK(raygen::Image::read(folder.file("image.png"), limits).width() == 20);
  limits.max_file_bytes = 8;
  CHECK(status_of([&] { raygen::Image::read(folder.file("image.png"), limits); }) ==
        RAYGEN_ERROR_LIMIT);
  CHECK(status_of([] { raygen::Image(1 << 16, 1 << 16, 3); }) == RAYGEN_ERROR_LIMIT);
}

TEST_CASE("images go through the tokenizer and back") {
  const auto model = tiny_model();
  raygen::Encoder codec(model);
  const raygen::Image grey(40, 24, 1);
  const auto tokens = codec.encode(grey);
  REQUIRE(tokens.size() == 64);
  for (const std::int32_t token : tokens) CHECK((token >= 0 && token < 40));
  const raygen::EncodedImage with_features = codec.encode_with_features(grey);
  CHECK(with_features.tokens == tokens);
  CHECK(with_features.features.size() == 8 * 64);
  const raygen::Image image = codec.decode(tokens);
  CHECK(image.width() == 16);
  CHECK(image.channels() == 3);
  for (const float value : image.pixels()) CHECK((value >= 0 && value <= 1));
}

TEST_CASE("tensors are written, read and named") {
  const TemporaryFolder folder;
  raygen::Tensors tensors;
  tensors.add("ids", {2, 3}, std::vector<std::int32_t>{1, 2, 3, 4, 5, 6});
  tensors.add("scale", {}, std::vector<float>{0.5F});
  tensors.add("long", {1}, std::vector<std::int64_t>{-7});
  const std::uint16_t half = 0x3c00;
  tensors.add("half", raygen::Dtype::float16, {1}, &half, sizeof half);
  tensors.add("none", {0, 4}, std::vector<float>{});
  CHECK(status_of([&] { tensors.add("ids", {1}, std::vector<float>{0}); }) ==
        RAYGEN_ERROR_INVALID_ARGUMENT);
  CHECK(status_of([&] { tensors.add("more", {3}, std::vector<float>{0}); }) ==
        RAYGEN_ERROR_INVALID_ARGUMENT);
  CHECK(status_of([&] { tensors.add("__metadata__", {1}, std::vector<float>{0}); }) ==
        RAYGEN_ERROR_INVALID_ARGUMENT);
  CHECK(status_of([&] { tensors.add("\xff", {1}, std::vector<float>{0}); }) ==
        RAYGEN_ERROR_INVALID_ARGUMENT);
  tensors.write(folder.file("t.safetensors"));

  const auto read = raygen::Tensors::read(folder.file("t.safetensors"));
  CHECK(read.size() == 5);
  const auto ids = read.get("ids");
  CHECK(ids.shape == std::vector<std::int64_t>{2, 3});
  CHECK(ids.values<std::int32_t>()[5] == 6);
  CHECK(status_of([&] { ids.values<float>(); }) == RAYGEN_ERROR_FORMAT);
  CHECK(read.get("scale").values<float>()[0] == 0.5F);
  CHECK(read.get("long").values<std::int64_t>()[0] == -7);
  CHECK(read.get("half").dtype == raygen::Dtype::float16);
  CHECK(read.get("none").bytes == 0);
  CHECK(status_of([&] { read.get("absent"); }) == RAYGEN_ERROR_FORMAT);
  CHECK(status_of([&] { read.write(folder.file("no/t.safetensors")); }) == RAYGEN_ERROR_IO);
}

TEST_CASE("text encodes to what the header says") {
  const auto model = tiny_model();
  CHECK(model.info().text_length == 24);
  CHECK(model.info().has(raygen::Parts::generate | raygen::Parts::image_encoder));
  CHECK(model.manifest().find("architecture") != std::string::npos);
  raygen::TextEncoder encoder(model);
  const auto text =
      encoder.encode({"ab", "a very long sentence that goes on and on and on until it is cut"});
  REQUIRE(text.count() == 2);
  CHECK(text.length() == 24);
  CHECK(text.dim() == 32);
  CHECK(text.token_count(0) == 4);  // [CLS] a ##b [SEP]
  CHECK(text.token_count(1) > 24);
  CHECK(text.token_count(2) == 0);
  CHECK(model.count_tokens("ab") == 4);
  CHECK(model.count_tokens("a very long sentence that goes on and on and on until it is cut") ==
        text.token_count(1));
  CHECK(text.input_ids()[0] == 2);
  CHECK(text.attention_mask()[3] == 1);
  CHECK(text.attention_mask()[4] == 0);
  REQUIRE(text.projection().size() == 2 * 8);
  float norm = 0;
  for (std::size_t i = 0; i < 8; ++i) norm += text.projection()[i] * text.projection()[i];
  CHECK(norm == Approx(1).margin(1e-4));
  float channel = 0;  // every channel's norm over the positions is 1
  for (std::size_t i = 0; i < 24; ++i)
    channel += text.normalized()[i * 32 + 5] * text.normalized()[i * 32 + 5];
  CHECK(channel == Approx(1).margin(1e-4));
  CHECK(text.last_hidden_state().size() == 2 * 24 * 32);
}
