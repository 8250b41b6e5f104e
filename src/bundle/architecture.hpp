#pragma once
// What a model is made of: sizes read from a bundle's manifest or inferred from a checkpoint's
// names and shapes.

#include "storage/tensor_spec.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace raygen::engine {

enum class TokenizerKind { wordpiece, sentencepiece };
enum class TextEncoderKind { bert, t5 };

struct TextArchitecture {
  TextEncoderKind encoder = TextEncoderKind::bert;
  TokenizerKind tokenizer = TokenizerKind::wordpiece;
  std::int64_t vocabulary = 0;
  std::int64_t hidden = 0;  // D, width of the embedding
  std::int64_t layers = 0;
  std::int64_t heads = 0;
  std::int64_t head_dim = 0;  // T5 may have heads × head_dim ≠ hidden
  std::int64_t intermediate = 0;
  std::int64_t positions = 512;  // BERT: learned positions
  std::int64_t token_types = 2;  // BERT
  double layer_norm_epsilon = 1e-12;
  std::string activation =
      "gelu";                   // BERT: gelu | gelu_new | relu. T5: relu | gated-gelu | gated-silu
  std::int64_t projection = 0;  // CXR-BERT's contrastive head, 0 = none
  std::int64_t relative_buckets = 32;        // T5
  std::int64_t relative_max_distance = 128;  // T5
  std::int64_t length = 256;                 // tokens a prompt is padded and truncated to
  // Tokenizer
  bool lower_case = true;
  bool strip_accents = true;
  bool split_cjk = true;
  std::int64_t pad_id = 0, unk_id = 1, cls_id = 2, sep_id = 3,
               mask_id = 4;  // T5: sep_id is </s>, cls_id −1
};

enum class Quantizer { vq, gumbel };

struct VqganArchitecture {
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
};

enum class AttentionKind { normal, fast };

struct MaskedDecoderArchitecture {
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
};

struct Architecture {
  TextArchitecture text;
  VqganArchitecture vqgan;
  MaskedDecoderArchitecture decoder;
};

/// The weights each part needs, and no others: names as in the original's checkpoints, without
/// their prefixes.
std::vector<TensorSpec> tensor_specs(const TextArchitecture& architecture);
std::vector<TensorSpec> tensor_specs(const VqganArchitecture& architecture);
std::vector<TensorSpec> tensor_specs(const MaskedDecoderArchitecture& architecture);

/// Sizes are positive and bounded, heads divide widths, the parts fit each other. Throws
/// Error(format) naming `where`.
void validate(const Architecture& architecture, const std::string& where);

/// The `architecture` object of raygen.json, and back. Unknown keys, wrong types and missing keys
/// are errors naming the key and `where`.
std::string to_json(const Architecture& architecture);
Architecture architecture_from_json(const std::string& json, const std::string& where);

}  // namespace raygen::engine
