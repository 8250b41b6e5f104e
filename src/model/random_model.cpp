// Models with random weights: the right sizes, activations near unit variance, nothing learnt.

#include "bundle/bundle_writer.hpp"
#include "error.hpp"
#include "model/parts.hpp"
#include "storage/json.hpp"
#include "text/architecture.hpp"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string_view>

namespace raygen::engine {

namespace {

bool is_table(std::string_view name) {
  for (const char* word : {"embedding", "pos_emb", "quantize.embed", "shared.weight",
                           "relative_attention_bias", "projection_matrix"}) {
    if (name.find(word) != std::string_view::npos) return true;
  }
  return false;
}

/// text: null, or whose weight it is.
at::Tensor random_weight(const TensorSpec& spec, const TextArchitecture* text,
                         at::Generator& generator) {
  constexpr double bias_deviation = 0.02;
  const bool bias = spec.name.ends_with("bias");
  const bool norm = spec.shape.size() == 1 && !bias;
  at::Tensor weight = at::empty(spec.shape, at::kFloat);
  if (norm) return weight.fill_(spec.name.ends_with("running_mean") ? 0 : 1);
  double deviation = 1;
  if (spec.shape.size() == 1) {
    deviation = bias_deviation;
  } else if (!is_table(spec.name)) {
    deviation = 1 / std::sqrt(static_cast<double>(weight.numel() / spec.shape[0]));
    // T5 does not scale its scores by the head's width: its queries are initialised smaller
    // instead.
    if (text != nullptr && spec.name.ends_with("SelfAttention.q.weight"))
      deviation /= std::sqrt(static_cast<double>(text->head_dim));
  }
  return weight.normal_(0, deviation, generator);
}

/// A WordPiece vocabulary that covers ASCII: special tokens at their ids, characters, letters that
/// continue a word, then filler.
std::string made_up_vocabulary(const TextArchitecture& text) {
  std::vector<std::string> entries;
  for (char c = '!'; c <= '~'; ++c) {
    if (c < 'A' || c > 'Z') entries.emplace_back(1, c);
  }
  for (char c = 'a'; c <= 'z'; ++c) entries.push_back(std::string("##") + c);
  for (char c = '0'; c <= '9'; ++c) entries.push_back(std::string("##") + c);

  std::string lines;
  std::size_t next = 0;
  for (std::int64_t id = 0; id < text.vocabulary; ++id) {
    if (id == text.pad_id) {
      lines += "[PAD]";
    } else if (id == text.unk_id) {
      lines += "[UNK]";
    } else if (id == text.cls_id) {
      lines += "[CLS]";
    } else if (id == text.sep_id) {
      lines += "[SEP]";
    } else if (id == text.mask_id) {
      lines += "[MASK]";
    } else {
      lines +=
          next < entries.size() ? entries[next] : formatted("[unused{}]", next - entries.size());
      ++next;
    }
    lines += '\n';
  }
  return lines;
}

std::map<std::string, std::string> further_files(const PartArchitecture& part,
                                                 const std::string& vocabulary,
                                                 const std::string& where) {
  const auto* text = dynamic_cast<const TextArchitecture*>(&part);
  if (text == nullptr) return {};
  if (vocabulary.empty() && text->tokenizer != TokenizerKind::wordpiece)
    fail(Status::invalid_argument, "{}: a SentencePiece model cannot be made up", where);
  return {{text->vocabulary_file(), vocabulary.empty() ? made_up_vocabulary(*text) : vocabulary}};
}

}  // namespace

void write_random_model(const std::filesystem::path& path, const Parts& parts,
                        const std::string& vocabulary, std::uint64_t seed, bool overwrite) {
  validate(parts, path.string());
  std::vector<std::map<std::string, std::string>> files;
  for (const auto& part : parts) files.push_back(further_files(*part, vocabulary, path.string()));
  const auto has_files = [](const auto& each) { return !each.empty(); };
  if (!vocabulary.empty() && std::none_of(files.begin(), files.end(), has_files))
    fail(Status::invalid_argument, "{}: a vocabulary was given, but no text encoder",
         path.string());

  BundleWriter writer(path, overwrite);
  at::Generator generator =
      at::detail::createCPUGenerator(seed);  // the host's random state stays as it is
  for (std::size_t i = 0; i < parts.size(); ++i) {
    std::vector<SafetensorsWriter::Item> items;
    for (const TensorSpec& spec : parts[i]->tensor_specs()) items.push_back({spec, at::kFloat});
    const auto* text = dynamic_cast<const TextArchitecture*>(parts[i].get());
    writer.add_part(parts[i], items, files[i], [&](const SafetensorsWriter::Item& item) {
      return random_weight(item.spec, text, generator);
    });
  }
  writer.commit(json_text(Json{{"weights", "random"}, {"seed", seed}}), "none: random numbers");
}

}  // namespace raygen::engine
