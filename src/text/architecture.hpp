#pragma once
// The text encoder's sizes, its tensors and its tokenizer's file.

#include "bundle/part.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace raygen::engine {

enum class TokenizerKind { wordpiece, sentencepiece };
enum class TextEncoderKind { bert, t5 };

inline constexpr std::size_t kMaxAddedTokens = 4096, kMaxAddedTokenBytes = 512;

/// A token that is found in a text whole, before the text is cut into words.
struct AddedToken {
  std::string text;
  std::int64_t id = 0;
  bool normalized = false;   // found in the text as it is normalised, else as it is given
  bool single_word = false;  // not within a word
};

struct TextArchitecture final : PartArchitecture {
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
               mask_id = 4;              // T5: sep_id is </s>, cls_id −1
  std::vector<AddedToken> added_tokens;  // WordPiece; besides the five above

  static constexpr const char* kPart = "text_encoder";
  const char* part() const override { return kPart; }
  const char* weights_file() const override { return "text_encoder.safetensors"; }
  /// vocab.txt or tokenizer.model.
  const char* vocabulary_file() const;
  std::vector<std::string> further_files() const override { return {vocabulary_file()}; }
  void read_json(const nlohmann::json& json, const std::string& name,
                 const std::string& where) override;
  nlohmann::ordered_json to_json() const override;
  void validate(const std::string& where) const override;
  std::vector<SharedSize> shared_sizes() const override;
  std::vector<TensorSpec> tensor_specs() const override;
  nlohmann::ordered_json preprocessing() const override;
};

}  // namespace raygen::engine
