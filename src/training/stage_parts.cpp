#include "training/stage_parts.hpp"

#include "bundle/bundle.hpp"
#include "bundle/stored_weights.hpp"
#include "error.hpp"
#include "import/checkpoint.hpp"
#include "import/import_parts.hpp"
#include "model/parts.hpp"
#include "storage/json.hpp"
#include "training/classifier_network.hpp"

#include <ATen/ATen.h>

namespace raygen::engine {

namespace {

namespace fs = std::filesystem;

bool is_bundle(const fs::path& path) { return fs::is_regular_file(path / "raygen.json"); }

}  // namespace

std::shared_ptr<SafetensorsFile> keep_weights(const fs::path& folder, const TensorMap& weights,
                                              Processes& processes, const Limits& limits) {
  const fs::path path = folder / "weights.safetensors";
  if (processes.first()) {
    fs::create_directories(folder);
    std::vector<std::pair<std::string, at::Tensor>> tensors;
    for (const auto& [name, tensor] : weights) tensors.emplace_back(name, tensor.contiguous());
    write_safetensors(path, tensors);
  }
  processes.barrier();
  return SafetensorsFile::open(path, limits);
}

VqganPart vqgan_from(const fs::path& from, std::int64_t resolution, const fs::path& folder,
                     Processes& processes, const Limits& limits) {
  VqganPart part;
  if (is_bundle(from)) {
    const Bundle bundle = open_bundle(from, part_types(), limits, /*verify=*/true);
    part = {bundle.architecture<VqganArchitecture>(),
            bundle.part(VqganArchitecture::kPart).weights};
  } else {
    ImportNotes notes;
    const WeightTable table(
        own_names(read_checkpoint(from, limits).tensors, kVqganAnchor, {}, from.string(), notes),
        from.string());
    const std::int64_t grid =
        resolution >> std::max<std::int64_t>(table.count("encoder.down.") - 1, 0);
    ImportSources sources;
    sources.vqgan = from;
    ImportedVqgan imported = import_vqgan(sources, grid * grid, 0, limits, notes);
    part = {imported.architecture, keep_weights(folder, imported.tensors, processes, limits)};
  }
  if (part.architecture.resolution != resolution) {
    fail(Status::invalid_argument,
         "vqgan.from: {} makes images of {} pixels, the dataset's have {}", from.string(),
         part.architecture.resolution, resolution);
  }
  return part;
}

TextPart text_from(const fs::path& from, const fs::path& folder, Processes& processes,
                   const Limits& limits) {
  if (is_bundle(from)) {
    const Bundle bundle = open_bundle(from, part_types(), limits, /*verify=*/true);
    const auto& architecture = bundle.architecture<TextArchitecture>();
    const BundlePart& part = bundle.part(TextArchitecture::kPart);
    return {architecture, part.weights, part.files.at(architecture.vocabulary_file())};
  }
  ImportSources sources;
  sources.text_encoder = from;
  ImportNotes notes;
  ImportedText imported = import_text(sources, {}, limits, notes);
  return {imported.architecture, keep_weights(folder, imported.tensors, processes, limits),
          imported.vocabulary};
}

TensorMap decoder_from(const fs::path& from, const MaskedDecoderArchitecture& architecture,
                       const Limits& limits) {
  const Bundle bundle = open_bundle(from, part_types(), limits, /*verify=*/true);
  const std::string there = json_text(bundle.architecture<MaskedDecoderArchitecture>().to_json());
  const std::string wanted = json_text(architecture.to_json());
  if (there != wanted) {
    fail(Status::invalid_argument,
         "masked_decoder.from: {} has the masked decoder {}; this training's is {}", from.string(),
         there, wanted);
  }
  TensorMap weights = full_weights(*bundle.part(MaskedDecoderArchitecture::kPart).weights);
  for (auto& [name, weight] : weights) weight = weight.to(at::kFloat);
  return weights;
}

namespace {

/// The first convolution's kernel [O,C,k,k] for pixels as `here` scales them: a pixel of one grey
/// makes the same of it, but for a constant, which the norm after it takes away.
at::Tensor first_kernel(const at::Tensor& kernel, const ClassifierArchitecture& there,
                        const ClassifierArchitecture& here) {
  if (kernel.dim() != 4 || kernel.size(1) != there.channels) return kernel;
  const auto by_channel = [](const ClassifierArchitecture& architecture) {
    return at::tensor(architecture.scale, at::kFloat).view({1, -1, 1, 1});
  };
  const at::Tensor of_pixels = kernel * by_channel(there);
  return (here.channels == there.channels ? of_pixels : of_pixels.sum(1, /*keepdim=*/true)) /
         by_channel(here);
}

}  // namespace

TensorMap classifier_from(const fs::path& from, const ClassifierArchitecture& architecture,
                          std::uint64_t seed, const Limits& limits) {
  const Bundle bundle = open_bundle(from, part_types(), limits, /*verify=*/true);
  const auto& there = bundle.architecture<ClassifierArchitecture>();
  const SafetensorsFile& file = *bundle.part(ClassifierArchitecture::kPart).weights;
  at::Generator generator = weight_generator(seed);
  TensorMap weights = initial_classifier_weights(architecture, generator);
  const std::string head = architecture.head();
  const char* first =
      architecture.kind == ClassifierKind::densenet ? "features.conv0.weight" : "_conv_stem.weight";
  for (auto& [name, tensor] : weights) {
    if (name.starts_with(head) && there.classes != architecture.classes) continue;
    at::Tensor begin =
        file.entries().contains(name) ? file.tensor(name).to(at::kFloat) : at::Tensor();
    if (begin.defined() && name == first) begin = first_kernel(begin, there, architecture);
    if (!begin.defined() || begin.sizes() != tensor.sizes())
      fail(Status::invalid_argument,
           "classifier.from: {} has another network: its {} is not as this training's sizes say",
           from.string(), name);
    tensor = begin.clone();
  }
  return weights;
}

}  // namespace raygen::engine
