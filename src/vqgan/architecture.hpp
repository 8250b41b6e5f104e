#pragma once
// The VQ-GAN's sizes and its tensors.

#include "bundle/part.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace raygen::engine {

enum class Quantizer { vq, gumbel };

struct VqganArchitecture final : PartArchitecture {
  Quantizer quantizer = Quantizer::vq;
  std::int64_t resolution = 0;  // R: images are [R,R]
  std::int64_t in_channels = 3;
  std::int64_t out_channels = 3;
  std::int64_t channels = 0;                      // ch
  std::vector<std::int64_t> channel_multipliers;  // ch_mult
  std::int64_t residual_blocks = 0;               // a level, one more in the decoder
  std::vector<bool> encoder_attention,
      decoder_attention;  // by level: attention after each residual block
  bool encoder_mid_attention = true, decoder_mid_attention = true;
  std::int64_t z_channels = 0;
  std::int64_t embedding = 0;  // width of a codebook row
  std::int64_t codebook = 0;   // V
  std::int64_t grid() const {
    return resolution >> (static_cast<std::int64_t>(channel_multipliers.size()) - 1);
  }

  static constexpr const char* kPart = "vqgan";
  const char* part() const override { return kPart; }
  const char* weights_file() const override { return "vqgan.safetensors"; }
  void read_json(const nlohmann::json& json, const std::string& name,
                 const std::string& where) override;
  nlohmann::ordered_json to_json() const override;
  void validate(const std::string& where) const override;
  std::vector<SharedSize> shared_sizes() const override;
  std::vector<TensorSpec> tensor_specs() const override;
  nlohmann::ordered_json preprocessing() const override;
};

}  // namespace raygen::engine
