#include "training/training.hpp"

#include "bundle/bundle.hpp"
#include "bundle/stored_weights.hpp"
#include "compute/host_guard.hpp"
#include "error.hpp"
#include "storage/atomic_file.hpp"
#include "storage/folder_lock.hpp"
#include "storage/json.hpp"
#include "storage/mapped_file.hpp"
#include "storage/sha256.hpp"
#include "training/classifier_stage.hpp"
#include "training/decoder_stage.hpp"
#include "training/image_batch.hpp"
#include "training/loop.hpp"
#include "training/run_settings.hpp"
#include "training/stage_parts.hpp"
#include "training/text_stage.hpp"
#include "training/token_table.hpp"
#include "training/vqgan_stage.hpp"
#include "vqgan/image_decoder.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

namespace raygen::engine {

namespace {

namespace fs = std::filesystem;

std::string sum_of(const fs::path& path, const Limits& limits) {
  return sha256_hex(MappedFile::open(path, limits.max_file_bytes)->text());
}

/// Every stage needs images to learn from and others to be validated with.
void check_splits(const Dataset& dataset, const DataConfig& data) {
  for (const std::string* split : {&data.train, &data.validation}) first_of(dataset, *split, 1);
}

/// Before hours are spent on the other stages: the classifier's is the last.
void check_classifier(const Dataset& dataset, const ClassifierTrainingConfig& config) {
  if (config.enabled) classifier_architecture(config, dataset);
}

/// There is a stage to run.
void check_stages(const TrainingConfig& config) {
  const auto trains = [](const auto& stage) { return stage.enabled && stage.from.empty(); };
  const auto is_there = [](const auto& stage) { return stage.enabled || !stage.from.empty(); };
  if (trains(config.vqgan) || trains(config.text_encoder) || config.classifier.enabled) return;
  if (config.masked_decoder.enabled && is_there(config.vqgan) && is_there(config.text_encoder))
    return;
  fail(Status::invalid_argument,
       "nothing is to be trained: vqgan and text_encoder are not enabled or come from elsewhere, "
       "classifier is not enabled, and {}",
       config.masked_decoder.enabled ? "the masked decoder needs both"
                                     : "masked_decoder is not enabled");
}

Compute device_of(const TrainingConfig& config, int local_rank) {
  const auto [choice, index] = device_choice(config.device, local_rank);
  return resolve_compute(choice, index, PrecisionChoice::float32);
}

class Training {
 public:
  explicit Training(const Surroundings& around)
      : around_(around), config_(around.config), dataset_sums_(around.dataset.sums()) {
    if (!around_.processes.first()) return;  // it alone writes
    fs::create_directories(config_.out);
    lock_.emplace(config_.out);
  }

  void run() {
    if (around_.processes.first())
      remove_unfinished(config_.out, fs::file_type::directory, "model.");
    const std::optional<VqganPart> vqgan = this->vqgan();
    const std::optional<TextPart> text = this->text();
    if (config_.masked_decoder.enabled && vqgan && text) masked_decoder(*vqgan, *text);
    if (config_.classifier.enabled) classifier();
  }

 private:
  /// Runs the stage to its end; its weights are then in a file that all processes see.
  std::shared_ptr<SafetensorsFile> run(Stage& stage, const std::string& name,
                                       const LoopConfig& loop) const {
    const TensorMap weights =
        run_loop(stage, name, loop, RunSettings{config_, name, dataset_sums_}, around_);
    return keep_weights(around_.folder(name), weights, around_.processes, around_.limits);
  }

  std::optional<VqganPart> vqgan() const {
    const std::string name = "vqgan";
    if (!config_.vqgan.from.empty())
      return vqgan_from(config_.vqgan.from, around_.dataset.resolution(), around_.folder(name),
                        around_.processes, around_.limits);
    if (!config_.vqgan.enabled) return std::nullopt;
    const VqganArchitecture architecture =
        vqgan_architecture(config_.vqgan, around_.dataset.resolution());
    VqganStage stage(architecture, around_);
    return VqganPart{architecture, run(stage, name, config_.vqgan.loop)};
  }

  std::optional<TextPart> text() const {
    const std::string name = "text_encoder";
    if (!config_.text_encoder.from.empty()) {
      return text_from(config_.text_encoder.from, around_.folder(name), around_.processes,
                       around_.limits);
    }
    if (!config_.text_encoder.enabled) return std::nullopt;
    const std::string vocabulary =
        learn_vocabulary(config_.text_encoder, around_.dataset,
                         around_.dataset.indices(split_of(config_.data.train, "data.train")));
    const TextArchitecture architecture = text_architecture(config_.text_encoder, vocabulary);
    TextStage stage(architecture, vocabulary, around_);
    return TextPart{architecture, run(stage, name, config_.text_encoder.loop), vocabulary};
  }

  /// The masked decoder's: another bundle's or random ones.
  TensorMap first_weights(const MaskedDecoderArchitecture& architecture,
                          std::int64_t text_length) const {
    const std::string& from = config_.masked_decoder.from;
    if (!from.empty()) return decoder_from(from, architecture, around_.limits);
    at::Generator generator = weight_generator(config_.seed + 3);
    return initial_decoder_weights(architecture, text_length, generator);
  }

  void masked_decoder(const VqganPart& vqgan, const TextPart& text) const {
    const std::string name = "masked_decoder";
    const MaskedDecoderArchitecture architecture =
        decoder_architecture(config_.masked_decoder, vqgan.architecture, text.architecture);
    BundleContents contents;
    contents.parts = {{std::make_shared<TextArchitecture>(text.architecture),
                       {},
                       {{text.architecture.vocabulary_file(), text.vocabulary}}},
                      {std::make_shared<VqganArchitecture>(vqgan.architecture), {}, {}},
                      {std::make_shared<MaskedDecoderArchitecture>(architecture), {}, {}}};
    validate(architectures(contents), "the training's config");
    RunSettings settings{config_, name, dataset_sums_};
    settings.made_from.emplace_back("vqgan", sum_of(vqgan.weights->path(), around_.limits));
    settings.made_from.emplace_back("text_encoder", sum_of(text.weights->path(), around_.limits));
    TensorMap begin = first_weights(architecture, text.architecture.length);
    if (around_.processes.first()) fs::create_directories(around_.folder(name));
    around_.processes.barrier();
    const at::Tensor tokens =
        image_tokens(vqgan, sums_text(settings), around_.folder(name), around_);
    const VqganDecoder picture(vqgan.architecture,
                               WeightSource(vqgan.weights, {around_.device, at::kFloat}));
    TextSource source(text, config_.masked_decoder, around_.device);
    DecoderStage stage(architecture, begin, tokens, source, picture, around_);
    begin.clear();  // the stage has its own
    TensorMap ended = run_loop(stage, name, config_.masked_decoder.loop, settings, around_);
    if (!around_.processes.first()) return;

    const TensorMap text_ended = take_prefix(ended, "text_encoder.");  // where it was trained along
    const auto store = [&](PartContents& part, const TensorMap& weights) {
      part.tensors = stored_weights(*part.architecture, weights, config_.stored_precision);
    };
    store(contents.parts[0], text_ended.empty() ? source.weights() : text_ended);
    store(contents.parts[1], vqgan.weights->tensors());
    store(contents.parts[2], ended);
    contents.licence = config_.licence;
    contents.provenance = provenance();
    write_bundle(fs::path(config_.out) / "model", contents, /*overwrite=*/true);
  }

  /// A model of its own: whoever judges a generator has not seen its images.
  void classifier() const {
    const std::string name = "classifier";
    const ClassifierArchitecture begun =
        classifier_architecture(config_.classifier, around_.dataset);
    at::Generator generator = weight_generator(config_.seed + 4);
    const TensorMap begin =
        config_.classifier.from.empty()
            ? initial_classifier_weights(begun, generator)
            : classifier_from(config_.classifier.from, begun, config_.seed + 4, around_.limits);
    ClassifierStage stage(begun, begin, around_);
    const TensorMap ended = run_loop(stage, name, config_.classifier.loop,
                                     RunSettings{config_, name, dataset_sums_}, around_);
    if (!around_.processes.first()) return;
    ClassifierArchitecture architecture = begun;
    architecture.thresholds = stage.thresholds(ended);
    BundleContents contents;
    contents.parts = {{std::make_shared<ClassifierArchitecture>(architecture), ended, {}}};
    contents.licence = config_.licence;
    contents.provenance = provenance();
    write_bundle(around_.folder(name) / "model", contents, /*overwrite=*/true);
  }

  std::string provenance() const {
    const nlohmann::ordered_json provenance = {
        {"trained_on",
         {{"images", around_.dataset.size()}, {"dataset_sha256", dataset_sums_.front().second}}},
        {"config", to_yaml(config_)}};
    return json_text(provenance);
  }

  const Surroundings& around_;
  const TrainingConfig& config_;
  const std::vector<std::pair<std::string, std::string>>& dataset_sums_;
  std::optional<FolderLock> lock_;
};

}  // namespace

void train(const TrainingConfig& config, const Limits& limits, const TrainingCallback& callback,
           const Job* job) {
  if (config.data.dataset.empty())
    fail(Status::invalid_argument,
         "data.dataset is empty; a folder made by `raygen prepare` was expected");
  check_stages(config);
  train(config, Dataset::open(config.data.dataset, limits), limits, callback, job);
}

void train(const TrainingConfig& config, const Dataset& dataset, const Limits& limits,
           const TrainingCallback& callback, const Job* job) {
  check_stages(config);
  check_splits(dataset, config.data);
  check_classifier(dataset, config.classifier);
  // The processes find each other first: which of a machine's devices is whose depends on it.
  const std::unique_ptr<Processes> processes = Processes::join(device_of(config, 0).device, job);
  const Compute compute = device_of(config, processes->local_rank());
  const auto cores = static_cast<std::int64_t>(std::max(std::thread::hardware_concurrency(), 1u));
  const std::int64_t threads =
      config.threads > 0 ? config.threads : std::max<std::int64_t>(cores / processes->size(), 1);
  const ComputeGuard guard(compute, static_cast<int>(threads));
  const c10::InferenceMode with_gradients(false);
  const Surroundings around{config, limits, dataset, *processes, compute.device, callback, job};
  Training(around).run();
}

}  // namespace raygen::engine
