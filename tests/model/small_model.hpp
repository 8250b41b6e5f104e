#pragma once
// A model of three small networks, and weights for it.

#include "bundle/bundle.hpp"
#include "bundle/fixture.hpp"
#include "masked_decoder/architecture.hpp"
#include "text/architecture.hpp"
#include "vqgan/architecture.hpp"

#include <memory>
#include <string>

namespace raygen::engine {

struct SmallArchitecture {
  TextArchitecture text;
  VqganArchitecture vqgan;
  MaskedDecoderArchitecture decoder;

  Parts parts() const {
    return {std::make_shared<TextArchitecture>(text), std::make_shared<VqganArchitecture>(vqgan),
            std::make_shared<MaskedDecoderArchitecture>(decoder)};
  }
};

inline SmallArchitecture small_architecture() {
  SmallArchitecture all;
  all.text.vocabulary = 120;
  all.text.hidden = 16;
  all.text.layers = 2;
  all.text.heads = 4;
  all.text.head_dim = 4;
  all.text.intermediate = 24;
  all.text.positions = all.text.length = 32;
  all.text.projection = 8;
  all.vqgan.resolution = 8;
  all.vqgan.channels = 32;
  all.vqgan.channel_multipliers = {1, 2};
  all.vqgan.residual_blocks = 1;
  all.vqgan.encoder_attention = all.vqgan.decoder_attention = {false, true};
  all.vqgan.z_channels = all.vqgan.embedding = 8;
  all.vqgan.codebook = 20;
  all.decoder.tokens = 16;
  all.decoder.codebook = 20;
  all.decoder.hidden = 24;
  all.decoder.intermediate = 20;
  all.decoder.layers = 2;
  all.decoder.heads = 8;
  all.decoder.text_hidden = 16;
  all.decoder.text_projector = true;
  return all;
}

inline TensorMap random_tensors(const PartArchitecture& architecture,
                                at::ScalarType dtype = at::kFloat) {
  TensorMap tensors;
  for (const TensorSpec& spec : architecture.tensor_specs())
    tensors[spec.name] = at::randn(spec.shape).to(dtype);
  return tensors;
}

/// A vocabulary and weights of different types; `parts`: which of them.
inline BundleContents small_contents(const SmallArchitecture& all = small_architecture(),
                                     bool text = true, bool vqgan = true, bool decoder = true) {
  BundleContents contents;
  const Parts parts = all.parts();
  if (text) {
    contents.parts.push_back(
        {parts[0], random_tensors(all.text), {{all.text.vocabulary_file(), "[PAD]\n[UNK]\n"}}});
  }
  if (vqgan) contents.parts.push_back({parts[1], random_tensors(all.vqgan, at::kHalf), {}});
  if (decoder) contents.parts.push_back({parts[2], random_tensors(all.decoder, at::kBFloat16), {}});
  contents.provenance = R"({"from":"a test"})";
  contents.licence = "CC0";
  return contents;
}

}  // namespace raygen::engine
