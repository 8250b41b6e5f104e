#pragma once
// Models of a few thousand random weights, opened in the engine: a grid of 8 × 8 tokens out of 40,
// images of 16 × 16 pixels.

#include "model/model.hpp"
#include "model/parts.hpp"
#include "temporary_folder.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <memory>
#include <string>

namespace raygen::engine {

/// attention: the masked decoder's, "normal" or "fast".
inline std::shared_ptr<const Model> make_tiny_model(
    const std::string& attention, DeviceChoice device = DeviceChoice::cpu,
    PrecisionChoice precision = PrecisionChoice::float32) {
  const TemporaryFolder folder;  // what is open stays open
  auto sizes = nlohmann::json::parse(
      std::ifstream(std::string(RAYGEN_TEST_DATA) + "/tiny_architecture.json"));
  sizes["masked_decoder"]["attention"] = attention;
  sizes["masked_decoder"]["features"] = attention == "fast" ? 16 : 0;
  write_random_model(folder.file("tiny"), parts_from_json(sizes.dump(), part_types(), "tiny"), "",
                     /*seed=*/11, /*overwrite=*/false);
  ModelOptions options;
  options.device = device;
  options.precision = precision;
  return Model::open(folder.file("tiny"), options);
}

/// One with normal attention for the whole test program.
inline std::shared_ptr<const Model> tiny_model() {
  static const std::shared_ptr<const Model> model = make_tiny_model("normal");
  return model;
}

}  // namespace raygen::engine
