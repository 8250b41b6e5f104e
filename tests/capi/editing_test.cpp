// Films edited and varied through the door.

#include "calls.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

namespace {

/// Grey, of 1/255 steps.
raygen::Image film(std::int32_t width, std::int32_t height) {
  std::vector<float> pixels;
  for (std::int32_t i = 0; i < width * height; ++i)
    pixels.push_back(static_cast<float>(i * 37 % 256) / 255.0F);
  return {width, height, 1, pixels.data()};
}

raygen::Options few_steps() {
  raygen::Options options;
  options.sampling.steps = 2;
  options.seed = 3;
  return options;
}

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("an edit by boxes, masks and margins leaves the rest to the bit") {
  raygen::Generator generator(tiny_model());
  const raygen::Image original = film(24, 20);
  raygen::Image mask(24, 20, 1);
  raygen::Edit edit;
  edit.mask = &mask;
  edit.boxes = {{2, 3, 8, 7}};
  edit.outpaint.right = 5;
  edit.region = raygen::EditRegion::mask;
  const auto made = generator.edit(original, edit, {"effusion", "no finding"}, few_steps());
  REQUIRE(made.size() == 2);
  for (const raygen::Image& image : made) {
    REQUIRE(image.width() == 29);
    REQUIRE(image.channels() == 1);
    for (std::int32_t y = 0; y < 20; ++y)
      for (std::int32_t x = 0; x < 24; ++x)
        if (x < 2 || x >= 10 || y < 3 || y >= 10) CHECK(image.at(x, y) == original.at(x, y));
    CHECK(image.text("raygen").find("\"region\":\"mask\"") != std::string::npos);
  }
}

TEST_CASE("an image knows the sum of the file that it was read from") {
  const TemporaryFolder folder;
  film(16, 16).write_png(folder.file("film.png"));
  raygen::Generator generator(tiny_model());
  raygen::Edit edit;
  edit.boxes = {{1, 1, 4, 4}};
  const auto sum_of = [&](const raygen::Image& image) {
    const std::string text = generator.edit(image, edit, {"a"}, few_steps())[0].text("raygen");
    const std::string key = "\"input_sha256\":\"";
    return text.substr(text.find(key) + key.size(), 64);
  };
  const raygen::Image read = raygen::Image::read(folder.file("film.png"));
  const std::string bytes = bytes_of(folder.file("film.png"));
  CHECK(sum_of(read) == sum_of(raygen::Image::read_memory(bytes.data(), bytes.size())));
  CHECK(sum_of(read) == sum_of(read.clone()));
  CHECK(sum_of(read) != sum_of(film(16, 16)));
}

TEST_CASE("a PNG is written in the depth of the original") {
  const TemporaryFolder folder;
  const raygen::Image original = film(12, 9);
  for (const std::int32_t depth : {8, 16}) {
    const std::vector<std::uint8_t> png = original.encode_png(depth);
    original.write_png_like(folder.file("like.png"), png);
    CHECK(bytes_of(folder.file("like.png")) == std::string(png.begin(), png.end()));
  }
  const std::vector<std::uint8_t> png = original.encode_png();
  CHECK(status_of([&] { original.write_png_like(folder.file("like.png"), png, 1, 0); }) ==
        RAYGEN_ERROR_INVALID_ARGUMENT);
}

TEST_CASE("a variation goes from the reconstruction to a new image") {
  const auto model = tiny_model();
  raygen::Generator generator(model);
  raygen::Encoder codec(model);
  const raygen::Image original = film(16, 16);
  CHECK(tokens_of(generator.vary(original, 0), 0) == codec.encode(original));
  CHECK(tokens_of(generator.vary(original, 1, {"effusion"}, few_steps()), 0) ==
        tokens_of(generator.generate({"effusion"}, few_steps()), 0));
  CHECK(status_of([&] { generator.vary(original, -0.1); }) == RAYGEN_ERROR_INVALID_ARGUMENT);
}

TEST_CASE("an edit can be watched and cancelled, and the generator is as good as new") {
  raygen::Generator generator(tiny_model());
  const raygen::Image original = film(16, 16);
  raygen::Edit edit;
  edit.boxes = {{0, 0, 8, 8}};
  raygen::Options options = few_steps();
  options.preview = true;
  int steps = 0;
  options.progress = [&](const raygen::Progress& now) {
    CHECK(now.preview->width() == 16);
    return ++steps < 2;
  };
  CHECK(status_of([&] { generator.edit(original, edit, {"a"}, options); }) ==
        RAYGEN_ERROR_CANCELLED);
  CHECK(steps == 2);
  CHECK(generator.edit(original, edit, {"a"}, few_steps()).size() == 1);
}

TEST_CASE("limits are looked at before memory is taken") {
  raygen::ModelOptions options;
  options.device = raygen::Device::cpu;
  options.limits.max_pixels = 500;
  raygen::Generator generator(raygen::Model::open(tiny_bundle(), options));
  raygen::Edit edit;
  edit.outpaint = {2147483647, 2147483647, 2147483647, 2147483647};
  CHECK(status_of([&] { generator.edit(film(16, 16), edit, {"a"}, few_steps()); }) ==
        RAYGEN_ERROR_LIMIT);
  edit.outpaint = {};
  edit.boxes = {{0, 0, 2, 2}};
  CHECK(status_of([&] { generator.edit(film(25, 20), edit, {"a"}, few_steps()); }) == RAYGEN_OK);
  CHECK(status_of([&] { generator.edit(film(25, 21), edit, {"a"}, few_steps()); }) ==
        RAYGEN_ERROR_LIMIT);
}
