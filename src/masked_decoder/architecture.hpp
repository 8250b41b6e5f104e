#pragma once
// The masked decoder's sizes and its tensors.

#include "bundle/part.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace raygen::engine {

enum class AttentionKind { normal, fast };

struct MaskedDecoderArchitecture final : PartArchitecture {
  AttentionKind attention = AttentionKind::normal;
  std::int64_t tokens = 0;        // N, a square number
  std::int64_t codebook = 0;      // V; the mask's id is V
  std::int64_t hidden = 0;        // E
  std::int64_t intermediate = 0;  // half of linear_1's rows
  std::int64_t layers = 0;
  std::int64_t heads = 0;
  std::int64_t text_hidden = 0;  // D of the text; a projector exists when it differs from E
  bool text_projector = false;
  std::int64_t features = 0;  // Performer's random features, 0 for normal

  static constexpr const char* kPart = "masked_decoder";
  const char* part() const override { return kPart; }
  const char* weights_file() const override { return "decoder.safetensors"; }
  void read_json(const nlohmann::json& json, const std::string& name,
                 const std::string& where) override;
  nlohmann::ordered_json to_json() const override;
  void validate(const std::string& where) const override;
  std::vector<SharedSize> shared_sizes() const override;
  std::vector<TensorSpec> tensor_specs() const override;
};

}  // namespace raygen::engine
