#include "generation/editing.hpp"

#include "error.hpp"
#include "generation/film_window.hpp"
#include "storage/sha256.hpp"
#include "tiny_model.hpp"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <random>

using namespace raygen::engine;
using Catch::Matchers::Contains;

namespace {

constexpr std::int64_t resolution = 16, grid = 8;

Image film(std::int64_t width, std::int64_t height, std::int64_t channels = 1) {
  std::mt19937 random(5);
  Image image{width, height, channels, {}, {{"Patient", "of no interest"}}};
  for (std::int64_t i = 0; i < width * height * channels; ++i)
    image.pixels.push_back(static_cast<float>(random() % 4096) / 4095.0F);
  return image;
}

Image mask_with(std::int64_t width, std::int64_t height, const Box& box, float white = 1) {
  Image image{width, height, 1, std::vector<float>(static_cast<std::size_t>(width * height)), {}};
  for (std::int64_t y = box.y; y < box.y + box.height; ++y)
    for (std::int64_t x = box.x; x < box.x + box.width; ++x)
      image.pixels[static_cast<std::size_t>(y * width + x)] = white;
  return image;
}

bool holds(const Box& box, std::int64_t x, std::int64_t y) {
  return x >= box.x && y >= box.y && x < box.x + box.width && y < box.y + box.height;
}

GenerateOptions few_steps() {
  GenerateOptions options;
  options.sampling.steps = 3;
  options.seed = 7;
  return options;
}

EditOptions in_box(const Box& box) {
  EditOptions edit;
  edit.boxes = {box};
  return edit;
}

std::vector<GeneratedImage> edited(const Image& image, const EditOptions& where,
                                   const GenerateOptions& options = few_steps(),
                                   const std::vector<std::string_view>& prompts = {"effusion"}) {
  Session session(tiny_model());
  return edit(session, {image, ""}, where, prompts, options);
}

std::vector<GeneratedImage> varied(const Image& image, double strength,
                                   const GenerateOptions& options = few_steps(),
                                   const std::vector<std::string_view>& prompts = {"effusion"}) {
  Session session(tiny_model());
  return vary(session, {image, ""}, strength, prompts, options);
}

std::vector<std::int32_t> tokens_of(const Image& image) {
  Session session(tiny_model());
  const at::Tensor tokens = session.encode_image(image).tokens;
  const auto* const values = tokens.const_data_ptr<std::int32_t>();
  return {values, values + tokens.numel()};
}

/// Pixels that are not the film's own, of which there must be none outside the box.
std::size_t changed_inside(const Image& result, const Image& original, const Box& box) {
  std::size_t inside = 0, outside = 0;
  for (std::int64_t y = 0; y < original.height; ++y) {
    for (std::int64_t x = 0; x < original.width; ++x) {
      for (std::int64_t c = 0; c < original.channels; ++c) {
        const auto i = static_cast<std::size_t>((y * original.width + x) * original.channels + c);
        if (result.pixels[i] != original.pixels[i]) ++(holds(box, x, y) ? inside : outside);
      }
    }
  }
  CHECK(outside == 0);
  return inside;
}

nlohmann::json settings_of(const Image& image) {
  return nlohmann::json::parse(image.text.at("raygen"));
}

}  // namespace

TEST_CASE("An edit changes pixels inside the mask only, of films of any size and channels") {
  struct Case {
    std::int64_t width, height, channels;
    Box box;
  };
  for (const auto& [width, height, channels, box] :
       {Case{16, 16, 1, {3, 4, 6, 5}}, Case{16, 16, 3, {0, 0, 16, 16}},
        Case{50, 37, 1, {30, 2, 19, 35}}, Case{9, 40, 3, {0, 20, 9, 3}},
        Case{100, 20, 1, {0, 5, 100, 2}}, Case{5, 5, 1, {2, 2, 1, 1}}}) {
    CAPTURE(width, height, channels);
    const Image original = film(width, height, channels);
    for (const EditRegion region : {EditRegion::film, EditRegion::mask}) {
      EditOptions where = in_box(box);
      where.region = region;
      const Image result = edited(original, where)[0].image;
      REQUIRE(result.width == width);
      REQUIRE(result.height == height);
      REQUIRE(result.channels == channels);
      CHECK(changed_inside(result, original, box) > 0);
      CHECK(std::all_of(result.pixels.begin(), result.pixels.end(),
                        [](float pixel) { return pixel >= 0 && pixel <= 1; }));
      CHECK(result.text.count("Patient") == 0);
    }
  }
}

TEST_CASE("Tokens outside the mask stay the film's, and those that it touches are the editable") {
  const Image original = film(resolution, resolution);
  const std::vector<std::int32_t> before = tokens_of(original);
  const Box box{5, 6, 4, 2};  // cells are 2 × 2: columns 2 to 4, row 3
  const auto made = edited(original, in_box(box));
  bool any = false;
  for (std::int64_t i = 0; i < grid * grid; ++i) {
    const bool touched = i / grid == 3 && i % grid >= 2 && i % grid <= 4;
    const auto at = static_cast<std::size_t>(i);
    if (!touched) CHECK(made[0].tokens[at] == before[at]);
    any = any || made[0].tokens[at] != before[at];
  }
  CHECK(any);
}

TEST_CASE("Without a feather the mask holds the decoded tokens") {
  const Image original = film(resolution, resolution);
  EditOptions where = in_box({4, 4, 6, 6});
  where.feather = 0;
  const auto made = edited(original, where);
  Session session(tiny_model());
  const at::Tensor tokens = at::tensor(made[0].tokens, at::kInt).to(at::kLong).unsqueeze(0);
  const Image decoded = to_grey(session.decode_tokens(tokens)[0]);
  for (std::int64_t y = 4; y < 10; ++y)
    for (std::int64_t x = 4; x < 10; ++x) {
      const auto i = static_cast<std::size_t>(y * resolution + x);
      CHECK(made[0].image.pixels[i] == Approx(decoded.pixels[i]).margin(1e-6));
    }
}

TEST_CASE("Edits of several prompts are the same alone and together") {
  const Image original = film(30, 24);
  GenerateOptions options = few_steps();
  options.images_per_prompt = 2;
  options.batch_size = 3;
  const auto together =
      edited(original, in_box({4, 4, 12, 12}), options, {"effusion", "pneumothorax"});
  REQUIRE(together.size() == 4);
  GenerateOptions alone = few_steps();
  alone.first_image = 3;
  const auto last = edited(original, in_box({4, 4, 12, 12}), alone, {"pneumothorax"});
  CHECK(last[0].image.pixels == together[3].image.pixels);
  CHECK(last[0].image.text == together[3].image.text);
  CHECK(together[2].tokens != together[3].tokens);
}

TEST_CASE("Outpainting adds pixels around a film that stays as it is") {
  const Image original = film(20, 16);
  EditOptions where;
  where.outpaint = {6, 0, 3, 5};
  const Image result = edited(original, where)[0].image;
  REQUIRE(result.width == 29);
  REQUIRE(result.height == 21);
  for (std::int64_t y = 0; y < 16; ++y)
    for (std::int64_t x = 0; x < 20; ++x)
      CHECK(result.pixels[static_cast<std::size_t>(y * 29 + x + 6)] ==
            original.pixels[static_cast<std::size_t>(y * 20 + x)]);
  CHECK(settings_of(result)["edit"]["outpaint"] == nlohmann::json({6, 0, 3, 5}));
}

TEST_CASE("What an edit says of itself is enough to make it again") {
  const Image original = film(24, 16), mask = mask_with(24, 16, {3, 3, 9, 9});
  EditOptions where;
  where.mask = &mask;
  where.grow = 1;
  Session session(tiny_model());
  const auto of_pixels = edit(session, {original, ""}, where, {"effusion"}, few_steps());
  const auto said = settings_of(of_pixels[0].image)["edit"];
  CHECK(said["input_sha256"] == sha256_hex({reinterpret_cast<const char*>(original.pixels.data()),
                                            original.pixels.size() * sizeof(float)}));
  std::string bytes;
  for (const float pixel : mask.pixels) bytes += static_cast<char>(pixel);
  CHECK(said["mask_sha256"] == sha256_hex(bytes));
  CHECK(said["grow"] == 1);
  CHECK(said["feather"] == 1);  // half a cell of a square of 16 pixels
  CHECK(said["region"] == "film");
  CHECK(settings_of(of_pixels[0].image)["prompt"] == "effusion");
  CHECK_THAT(of_pixels[0].image.text.at("Comment"), Contains("edited"));

  where.mask_sha256 = "of the mask's file";
  const auto of_files = edit(session, {original, "of the file"}, where, {"effusion"}, few_steps());
  CHECK(settings_of(of_files[0].image)["edit"]["input_sha256"] == "of the file");
  CHECK(settings_of(of_files[0].image)["edit"]["mask_sha256"] == "of the mask's file");
  CHECK(of_files[0].image.pixels == of_pixels[0].image.pixels);
}

TEST_CASE("An edit that cannot be done says why") {
  const Image original = film(20, 16), small = mask_with(10, 16, {1, 1, 2, 2}),
              black = mask_with(20, 16, {});
  const auto refused = [&](const EditOptions& where, const std::string& message) {
    CHECK_THROWS_WITH(edited(original, where), Contains(message));
  };
  EditOptions where;
  refused(where, "nothing says where to edit");
  where.mask = &small;
  refused(where, "the mask is 10 x 16 pixels and the image 20 x 16");
  where.mask = &black;
  refused(where, "the mask is empty");
  for (const Box& box : {Box{15, 0, 6, 4}, Box{-1, 0, 4, 4}, Box{0, 16, 1, 1}, Box{0, 0, 0, 4}})
    refused(in_box(box), "one inside the image of 20 x 16 pixels was expected");
  where = in_box({1, 1, 2, 2});
  where.feather = -2;
  refused(where, "feather is -2");
  where = in_box({1, 1, 2, 2});
  where.outpaint.top = -1;
  refused(where, "outpaint.top is -1");
  where.outpaint = {0, 0, 2147483647, 2147483647};
  refused(where, "more than the limit of");

  GenerateOptions options = few_steps();
  options.editable = at::ones({1, 64}, at::kBool);
  CHECK_THROWS_WITH(edited(original, in_box({1, 1, 2, 2}), options),
                    Contains("makes its own from the image"));
  CHECK_THROWS_WITH(edited(original, in_box({1, 1, 2, 2}), few_steps(), {}),
                    Contains("no prompt was given"));
  CHECK_THROWS_WITH(varied(original, 1.5), Contains("strength is 1.5; 0 to 1 was expected"));
  CHECK_THROWS_WITH(varied(original, NAN), Contains("strength is nan"));
}

TEST_CASE(
    "A variation of strength 0 is the reconstruction, and of strength 1 what generate makes") {
  const Image original = film(resolution, resolution);
  Session session(tiny_model());
  const auto none = varied(original, 0);
  CHECK(none[0].tokens == tokens_of(original));
  const Image decoded =
      session.decode_tokens(session.encode_image(original).tokens.to(at::kLong).unsqueeze(0))[0];
  CHECK(none[0].image.pixels == to_grey(decoded).pixels);

  GenerateOptions options = few_steps();
  options.images_per_prompt = 2;
  const auto free = varied(original, 1, options);
  const auto generated = generate(session, {"effusion"}, options);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(free[i].tokens == generated[i].tokens);
    CHECK(free[i].image.pixels == to_grey(generated[i].image).pixels);
  }
  CHECK(settings_of(free[1].image)["vary"]["strength"] == 1.0);
}

TEST_CASE("A stronger variation changes what a weaker one does, and more") {
  const Image original = film(33, 20);
  std::vector<bool> before(grid * grid, false);
  std::size_t last = 0;
  for (const double strength : {0.001, 0.25, 0.5, 1.0}) {
    CAPTURE(strength);
    std::size_t editable = 0;
    GenerateOptions options = few_steps();
    options.progress = [&](const Progress& now) {
      if (now.step == 1) editable = static_cast<std::size_t>(now.masked_count);
      return true;
    };
    const auto made = varied(original, strength, options);
    CHECK(made[0].image.width == 33);
    CHECK(made[0].image.height == 20);
    const auto settings = settings_of(made[0].image);
    CHECK(settings.contains("editable_sha256"));
    CHECK(editable >= last);
    last = editable;
  }
}

TEST_CASE("A variation without a prompt follows none") {
  const Image original = film(resolution, resolution);
  const auto unprompted = varied(original, 1, few_steps(), {}),
             prompted = varied(original, 1, few_steps());
  CHECK(unprompted[0].tokens != prompted[0].tokens);
  CHECK(unprompted[0].image.text.count("Description") == 0);
  CHECK_FALSE(settings_of(unprompted[0].image).contains("prompt"));
}

TEST_CASE("A mask is what is at least half as bright as its brightest pixel") {
  const Box box{2, 1, 3, 2};
  for (const float white : {1.0F, 1.0F / 255}) {
    const Image image = mask_with(8, 6, box, white);
    const EditMask mask = mask_of(&image, {{0, 5, 1, 1}}, 8, 6);
    for (std::int64_t y = 0; y < 6; ++y)
      for (std::int64_t x = 0; x < 8; ++x)
        CHECK(mask.at(x, y) == (holds(box, x, y) || (x == 0 && y == 5)));
    const Box bounds = bounds_of(mask);
    CHECK((bounds.x == 0 && bounds.y == 1 && bounds.width == 5 && bounds.height == 5));
  }
}

TEST_CASE("A mask grows by a distance, and no further than the film") {
  const EditMask mask = mask_of(nullptr, {{0, 4, 1, 1}}, 9, 9), wide = grown(mask, 2);
  for (std::int64_t y = 0; y < 9; ++y)
    for (std::int64_t x = 0; x < 9; ++x) CHECK(wide.at(x, y) == (x * x + (y - 4) * (y - 4) <= 4));
  CHECK(grown(mask, 1000000).editable == std::vector<std::uint8_t>(81, 1));
}

TEST_CASE("A feather lies inside the mask, not at the film's border, and leaves no sliver out") {
  const EditMask wide = mask_of(nullptr, {{0, 2, 10, 6}}, 10, 10);
  const std::vector<float> weights = weights_of(wide, 1);  // rows 2 to 7
  for (std::int64_t y = 0; y < 6; ++y)
    for (std::int64_t x = 0; x < 10; ++x)
      CHECK(weights[static_cast<std::size_t>(y * 10 + x)] == (y == 0 || y == 5 ? 0.5F : 1.0F));
  for (const float weight : weights_of(mask_of(nullptr, {{4, 0, 1, 10}}, 10, 10), 30))
    CHECK(weight == 1);
  for (const float weight : weights_of(mask_of(nullptr, {{0, 0, 10, 10}}, 10, 10), 30))
    CHECK(weight == 1);
}

TEST_CASE("A window is a square that holds the mask") {
  std::mt19937 random(3);
  const auto below = [&](std::int64_t most) { return static_cast<std::int64_t>(random()) % most; };
  for (int i = 0; i < 500; ++i) {
    const std::int64_t width = 1 + below(60), height = 1 + below(60), x = below(width),
                       y = below(height);
    const Box box{x, y, 1 + below(width - x), 1 + below(height - y)};
    for (const FilmWindow& window :
         {film_window(width, height, box), close_window(width, height, box, 16)}) {
      CAPTURE(width, height, box.x, box.y, box.width, box.height);
      CHECK((window.x <= box.x && window.y <= box.y));
      CHECK(window.x + window.side >= box.x + box.width);
      CHECK(window.y + window.side >= box.y + box.height);
      CHECK(window.side <= std::max(width, height));
    }
  }
  const FilmWindow middle = film_window(30, 20, {14, 3, 2, 2}),
                   left = film_window(30, 20, {0, 0, 2, 2});
  CHECK((middle.x == 5 && middle.y == 0 && middle.side == 20));
  CHECK((left.x == 0 && left.y == 0));
}

TEST_CASE("A cell is editable if the mask touches any of it") {
  const EditMask mask = mask_of(nullptr, {{10, 0, 1, 1}}, 30, 30);
  const at::Tensor cells = touched_cells(mask, {0, 0, 30}, 4);  // of 7.5 pixels
  CHECK(cells.sum().item<std::int64_t>() == 1);
  CHECK(cells[1].item<bool>());
  const EditMask across = mask_of(nullptr, {{7, 7, 1, 1}}, 30, 30);
  CHECK(touched_cells(across, {0, 0, 30}, 4).sum().item<std::int64_t>() == 4);
}
