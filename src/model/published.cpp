#include "masked_decoder/architecture.hpp"
#include "model/parts.hpp"
#include "text/architecture.hpp"
#include "vqgan/architecture.hpp"

namespace raygen::engine {

Parts published_parts() {
  TextArchitecture text;
  text.vocabulary = 30522;
  text.hidden = 768;
  text.layers = 12;
  text.heads = 12;
  text.head_dim = 64;
  text.intermediate = 3072;
  text.projection = 128;

  VqganArchitecture vqgan;
  vqgan.resolution = 512;
  vqgan.channels = 128;
  vqgan.channel_multipliers = {1, 1, 2, 2, 4};
  vqgan.residual_blocks = 2;
  vqgan.encoder_attention = {false, false, false, false, true};
  vqgan.decoder_attention = {false, false, false, false, true};
  vqgan.z_channels = 256;
  vqgan.embedding = 256;
  vqgan.codebook = 1024;

  MaskedDecoderArchitecture decoder;
  decoder.tokens = 1024;
  decoder.codebook = 1024;
  decoder.hidden = 1024;
  decoder.intermediate = 4096;
  decoder.layers = 6;
  decoder.heads = 8;
  decoder.text_hidden = 768;
  decoder.text_projector = true;

  return {std::make_shared<TextArchitecture>(text), std::make_shared<VqganArchitecture>(vqgan),
          std::make_shared<MaskedDecoderArchitecture>(decoder)};
}

}  // namespace raygen::engine
