#pragma once
// Phantoms of 64 × 64 pixels as a prepared dataset, and a model for them.

#include "dataset/writer.hpp"
#include "formatted.hpp"
#include "model/model.hpp"
#include "model/parts.hpp"
#include "phantom/phantom.hpp"
#include "temporary_folder.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

namespace raygen::engine {

inline constexpr int kPhantomSide = 64;

/// Grey values 0..255 of a phantom.
inline std::vector<std::uint8_t> phantom_pixels(std::uint64_t index) {
  std::vector<std::uint8_t> pixels;
  for (const float value : draw_phantom(19, index, kPhantomSide).pixels)
    pixels.push_back(static_cast<std::uint8_t>(std::lround(value * 255)));
  return pixels;
}

/// By one pixel, in one of eight directions.
inline std::vector<std::uint8_t> shifted_by_one(const std::vector<std::uint8_t>& pixels,
                                                std::uint64_t direction) {
  constexpr std::array<std::array<int, 2>, 8> directions{
      {{0, 1}, {1, 0}, {0, -1}, {-1, 0}, {1, 1}, {-1, -1}, {1, -1}, {-1, 1}}};
  const auto [down, right] = directions[direction % 8];
  std::vector<std::uint8_t> result;
  for (int y = 0; y < kPhantomSide; ++y) {
    for (int x = 0; x < kPhantomSide; ++x) {
      const int from_y = std::clamp(y - down, 0, kPhantomSide - 1),
                from_x = std::clamp(x - right, 0, kPhantomSide - 1);
      result.push_back(pixels[static_cast<std::size_t>(from_y * kPhantomSide + from_x)]);
    }
  }
  return result;
}

inline Image picture_of(const std::vector<std::uint8_t>& pixels) {
  Image image{kPhantomSide, kPhantomSide, 1, {}, {}};
  for (const std::uint8_t value : pixels) image.pixels.push_back(static_cast<float>(value) / 255);
  return image;
}

inline std::string phantom_id(std::uint64_t index) { return formatted("phantom {}", index); }

/// The first `training` phantoms are the split "train", the next `held_out` the splits "val" and
/// "test" by turns.
inline void write_phantom_set(const std::filesystem::path& path, std::uint64_t training,
                              std::uint64_t held_out) {
  DatasetWriter writer(path, {kPhantomSide, {"Edema"}, 100, {{"source", "test"}}});
  for (std::uint64_t i = 0; i < training + held_out; ++i) {
    const Split split = i < training ? Split::train : i % 2 == 0 ? Split::val : Split::test;
    writer.add({phantom_id(i), formatted("patient {}", i), split, "PA", {}, "text"},
               phantom_pixels(i));
  }
  writer.finish();
}

/// Random weights: a grid of 8 × 8 tokens out of 40.
inline void write_phantom_model(const std::filesystem::path& path) {
  auto sizes = nlohmann::json::parse(
      std::ifstream(std::string(RAYGEN_TEST_DATA) + "/tiny_architecture.json"));
  nlohmann::json& vqgan = sizes["vqgan"];
  vqgan["resolution"] = kPhantomSide;
  vqgan["channel_multipliers"] = {1, 1, 1, 2};
  vqgan["encoder_attention"] = {false, false, false, true};
  vqgan["decoder_attention"] = {false, false, false, true};
  write_random_model(path, parts_from_json(sizes.dump(), part_types(), "phantom"), "", /*seed=*/11,
                     /*overwrite=*/false);
}

inline std::shared_ptr<const Model> phantom_model() {
  const TemporaryFolder folder;  // what is open stays open
  write_phantom_model(folder.file("phantom"));
  ModelOptions options;
  options.device = DeviceChoice::cpu;
  return Model::open(folder.file("phantom"), options);
}

}  // namespace raygen::engine
