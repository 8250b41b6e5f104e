#include "formatted.hpp"
#include "import/import_parts.hpp"
#include "storage/json.hpp"

namespace raygen::engine {

namespace {

constexpr std::int64_t kOriginalHeads = 8;
const std::string kLayers = "transformer.dec_layers.";

MaskedDecoderArchitecture infer(const WeightTable& weights) {
  MaskedDecoderArchitecture decoder;
  decoder.codebook =
      weights.extent("image_embedding.weight", 2, 0) - 1;  // the last row is the mask's
  if (decoder.codebook < 1) {
    fail(Status::format,
         "{}: tensor 'image_embedding.weight' has {} rows; one a token and one for the mask were "
         "expected",
         weights.where(), decoder.codebook + 1);
  }
  decoder.hidden = weights.extent("image_embedding.weight", 2, 1);
  decoder.tokens = weights.extent("image_pos_emb.pos_emb", 3, 1);
  decoder.layers = weights.count(kLayers);
  if (decoder.layers == 0)
    fail(Status::format, "{}: no layers '{}*': not a masked decoder's checkpoint", weights.where(),
         kLayers);
  const std::string attention = kLayers + "0.mha.mha.";
  const bool normal = weights.contains(attention + "in_proj_weight");
  const bool fast = weights.contains(attention + "fast_attention.projection_matrix");
  if (normal == fast) {
    fail(Status::format, "{}: {} softmax and Performer attention under '{}', one was expected",
         weights.where(), normal ? "both" : "neither", attention);
  }
  decoder.attention = normal ? AttentionKind::normal : AttentionKind::fast;
  if (fast) decoder.features = weights.extent(attention + "fast_attention.projection_matrix", 2, 0);
  decoder.intermediate = weights.extent(kLayers + "0.ffn.linear_1.weight", 2, 0) / 2;
  decoder.text_projector = weights.contains("text_projector.weight");
  decoder.text_hidden =
      decoder.text_projector ? weights.extent("text_projector.weight", 2, 1) : decoder.hidden;
  return decoder;
}

/// A checkpoint does not store its heads: what is said about them, from the most to the least
/// explicit.
StatedHeads find_heads(const ImportSources& sources, const Checkpoint& checkpoint,
                       const WeightTable& weights, const MaskedDecoderArchitecture& decoder,
                       const Limits& limits, ImportNotes& notes) {
  if (sources.heads) return {*sources.heads, "the caller"};
  if (!sources.decoder_config.empty()) {
    if (const auto heads = heads_from_file(sources.decoder_config, decoder, limits)) return *heads;
    fail(Status::format,
         "{}: none of n_heads, num_heads and heads, at the top level or under 'decoder' or 'model'",
         sources.decoder_config.string());
  }
  const Settings settings{checkpoint.hyper_parameters, checkpoint.unread_parameters,
                          checkpoint.all_parameters};
  if (const auto heads = heads_from_settings(settings, weights.where())) return *heads;
  if (const auto heads = heads_beside(sources.decoder, decoder, limits)) return *heads;
  if (decoder.attention == AttentionKind::fast) {
    const std::int64_t width =
        weights.extent(kLayers + "0.mha.mha.fast_attention.projection_matrix", 2, 1);
    if (width > 0 && decoder.hidden % width == 0)
      return {decoder.hidden / width, "the projection matrix"};
  }
  if (decoder.hidden % kOriginalHeads != 0) {
    fail(Status::format,
         "{}: the number of heads is stated nowhere, and the original's {} do not divide the width "
         "{}; tell it with --heads",
         weights.where(), kOriginalHeads, decoder.hidden);
  }
  notes.add("The decoder's number of heads is stated nowhere: {} was assumed, the original's.",
            kOriginalHeads);
  return {kOriginalHeads, "assumed"};
}

void check_heads(const StatedHeads& stated, const MaskedDecoderArchitecture& decoder,
                 const WeightTable& weights) {
  if (stated.heads < 1 || decoder.hidden % stated.heads != 0) {
    fail(Status::format,
         "{}: {} heads (from {}) do not divide the decoder's width {}; tell the right number with "
         "--heads",
         weights.where(), stated.heads, stated.from, decoder.hidden);
  }
  if (decoder.attention != AttentionKind::fast) return;
  const std::int64_t width =
      weights.extent(kLayers + "0.mha.mha.fast_attention.projection_matrix", 2, 1);
  if (decoder.hidden / stated.heads != width) {
    fail(Status::format,
         "{}: {} heads (from {}) over a width of {}, but the projection matrix is for heads of {}",
         weights.where(), stated.heads, stated.from, decoder.hidden, width);
  }
}

}  // namespace

ImportedDecoder import_decoder(const ImportSources& sources, const Limits& limits,
                               ImportNotes& notes) {
  const Checkpoint checkpoint = read_checkpoint(sources.decoder, limits, sources.ignore);
  const std::string where = sources.decoder.string();
  note_taken(checkpoint, "masked decoder", notes);
  const std::string text_prefix =
      "tokenizer.";  // the original keeps its text encoder under this name
  ImportedDecoder imported;
  TensorMap own;
  for (const auto& [name, tensor] :
       own_names(checkpoint.tensors, kDecoderAnchor, sources.ignore, where, notes)) {
    if (name.starts_with(text_prefix)) {
      imported.text.emplace(name.substr(text_prefix.size()), tensor);
    } else {
      own.emplace(name, tensor);
    }
  }
  const WeightTable weights(std::move(own), where);
  MaskedDecoderArchitecture& decoder = imported.architecture;
  decoder = infer(weights);
  const StatedHeads stated = find_heads(sources, checkpoint, weights, decoder, limits, notes);
  check_heads(stated, decoder, weights);
  decoder.heads = stated.heads;
  imported.heads_from = stated.from;
  notes.took("The masked decoder has {} heads: {}.", stated.heads, stated.from);

  std::vector<std::string> ignored = {"loss."};
  for (std::int64_t i = 0; i < decoder.layers; ++i) {
    for (const char* norm : {"layer_norm_1.", "layer_norm_2."})
      ignored.push_back(formatted("{}{}.{}", kLayers, i, norm));  // never applied
  }
  imported.tensors = weights.select(decoder.tensor_specs(), ignored, notes);
  return imported;
}

}  // namespace raygen::engine
