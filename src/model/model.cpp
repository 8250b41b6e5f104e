#include "model/model.hpp"

#include "classifier/classifier.hpp"
#include "compute/host_guard.hpp"
#include "error.hpp"
#include "masked_decoder/architecture.hpp"
#include "masked_decoder/masked_decoder.hpp"
#include "model/parts.hpp"
#include "sampling/config.hpp"
#include "text/architecture.hpp"
#include "text/text_encoder.hpp"
#include "text/tokenizer.hpp"
#include "vqgan/architecture.hpp"
#include "vqgan/image_decoder.hpp"
#include "vqgan/image_encoder.hpp"

#include <ATen/ATen.h>

#include <atomic>
#include <mutex>

namespace raygen::engine {

namespace {

/// A part that is made by the first thread that asks for it. A failed making is tried again by the
/// next.
template <typename Part>
class OnFirstUse {
 public:
  /// make(): a part on `device`.
  template <typename Make>
  const Part& get(at::Device device, const Make& make) {
    if (const Part* ready = ready_.load(std::memory_order_acquire)) return *ready;
    const std::lock_guard lock(mutex_);
    if (!part_) {
      auto made = make();
      finish(device);
      part_ = std::move(made);
      ready_.store(part_.get(), std::memory_order_release);
    }
    return *part_;
  }

 private:
  std::mutex mutex_;
  std::atomic<const Part*> ready_{nullptr};
  std::unique_ptr<const Part> part_;
};

/// Of a part's weights whose names start with `prefix`, as this computes with them.
std::uint64_t weight_bytes(const PartArchitecture& part, const Compute& compute,
                           std::string_view prefix = {}) {
  std::uint64_t total = 0;
  for (const TensorSpec& spec : part.tensor_specs()) {
    if (spec.name.compare(0, prefix.size(), prefix) != 0) continue;
    const auto numbers = static_cast<std::uint64_t>(c10::multiply_integers(spec.shape));
    const bool int8 = compute.int8_linears && spec.may_be_int8;
    total += numbers * c10::elementSize(int8 ? at::kChar : compute.type);
  }
  return total;
}

}  // namespace

struct Model::State {
  Bundle bundle;
  ModelOptions options;
  Compute compute;
  SamplingOptions sampling_defaults;
  std::unique_ptr<const Tokenizer> tokenizer;

  OnFirstUse<TextEncoder> text_encoder;
  OnFirstUse<MaskedDecoder> masked_decoder;
  OnFirstUse<VqganDecoder> image_decoder;
  OnFirstUse<VqganEncoder> image_encoder;
  OnFirstUse<Classifier> classifier;
  std::atomic<std::uint64_t> bytes{0};
};

Model::Model(std::unique_ptr<State> state) : state_(std::move(state)) {}
Model::~Model() = default;

std::shared_ptr<const Model> Model::open(const std::filesystem::path& path,
                                         const ModelOptions& options) {
  return open(FolderSource(path), options);
}

std::shared_ptr<const Model> Model::open_memory(const std::vector<LentFile>& files,
                                                const ModelOptions& options,
                                                std::shared_ptr<void> keep_alive) {
  return open(MemorySource(files, std::move(keep_alive)), options);
}

std::shared_ptr<const Model> Model::open(const FileSource& source, const ModelOptions& options) {
  auto state = std::make_unique<State>();
  state->compute = resolve_compute(options.device, options.device_index, options.precision);
  state->options = options;
  const HostGuard guard(state->compute, options.threads);  // for the sums
  state->bundle = open_bundle(source, part_types(), options.limits, options.verify);
  const Bundle& bundle = state->bundle;
  std::uint64_t wanted = 0;
  for (const BundlePart& part : bundle.parts)
    wanted += weight_bytes(*part.architecture, state->compute);
  if (wanted > options.limits.max_memory_bytes) {
    fail(Status::limit, "{}: the weights take {} bytes; at most {} are allowed", bundle.where,
         wanted, options.limits.max_memory_bytes);
  }
  if (!bundle.generation_config.empty()) {
    state->sampling_defaults =
        sampling_from_json(bundle.generation_config, bundle.where + "/generation_config.json");
  }
  if (const auto* text = bundle.find<TextArchitecture>()) {
    state->tokenizer = make_tokenizer(
        *text, bundle.part(TextArchitecture::kPart).files.at(text->vocabulary_file()),
        bundle.where);
  }
  return std::shared_ptr<const Model>(new Model(std::move(state)));
}

const Bundle& Model::bundle() const { return state_->bundle; }

unsigned Model::parts() const {
  unsigned parts = 0;
  if (bundle().find<TextArchitecture>() != nullptr) parts |= text_encoder_part;
  if (bundle().find<MaskedDecoderArchitecture>() != nullptr) parts |= masked_decoder_part;
  if (bundle().find<VqganArchitecture>() != nullptr)
    parts |= image_decoder_part | image_encoder_part;
  if (bundle().find<ClassifierArchitecture>() != nullptr) parts |= classifier_part;
  return parts;
}

const SamplingOptions& Model::sampling_defaults() const { return state_->sampling_defaults; }
const Compute& Model::compute() const { return state_->compute; }
const ModelOptions& Model::options() const { return state_->options; }
std::uint64_t Model::memory() const { return state_->bytes.load(); }

std::int64_t Model::token_count() const {
  const auto* vqgan = bundle().find<VqganArchitecture>();
  return vqgan != nullptr ? vqgan->grid() * vqgan->grid()
                          : architecture<MaskedDecoderArchitecture>().tokens;
}

std::int64_t Model::codebook() const {
  const auto* vqgan = bundle().find<VqganArchitecture>();
  return vqgan != nullptr ? vqgan->codebook : architecture<MaskedDecoderArchitecture>().codebook;
}

std::int64_t Model::count_tokens(std::string_view prompt) const {
  if (const std::uint64_t most = options().limits.max_prompt_bytes; prompt.size() > most)
    fail(Status::limit, "the prompt is {} bytes long; at most {} are allowed", prompt.size(), most);
  return tokenizer().encode(prompt).token_count;
}

void Model::prepare(unsigned parts) const {
  // One after the other, each in the threads that the caller has set: a thread of our own beside
  // them would know nothing of that number, and would have as many again.
  if ((parts & text_encoder_part) != 0) text_encoder();
  if ((parts & masked_decoder_part) != 0) masked_decoder();
  if ((parts & image_decoder_part) != 0) image_decoder();
  if ((parts & image_encoder_part) != 0) image_encoder();
  if ((parts & classifier_part) != 0) classifier();
}

const Tokenizer& Model::tokenizer() const {
  bundle().part(TextArchitecture::kPart);
  return *state_->tokenizer;
}

const TextEncoder& Model::text_encoder() const {
  return state_->text_encoder.get(compute().device, [this] {
    const HostGuard guard(compute(), options().threads);
    const auto& sizes = architecture<TextArchitecture>();
    auto part = make_text_encoder(sizes, weights(TextArchitecture::kPart), compute());
    state_->bytes += weight_bytes(sizes, compute());
    return part;
  });
}

const MaskedDecoder& Model::masked_decoder() const {
  return state_->masked_decoder.get(compute().device, [this] {
    const HostGuard guard(compute(), options().threads);
    const auto& sizes = architecture<MaskedDecoderArchitecture>();
    auto part = std::make_unique<MaskedDecoder>(sizes, weights(MaskedDecoderArchitecture::kPart));
    state_->bytes += weight_bytes(sizes, compute());
    return part;
  });
}

const VqganDecoder& Model::image_decoder() const {
  return state_->image_decoder.get(compute().device, [this] {
    const HostGuard guard(compute(), options().threads);
    const auto& sizes = architecture<VqganArchitecture>();
    auto part = std::make_unique<VqganDecoder>(sizes, weights(VqganArchitecture::kPart));
    state_->bytes += weight_bytes(sizes, compute(), "decoder.");
    return part;
  });
}

const VqganEncoder& Model::image_encoder() const {
  return state_->image_encoder.get(compute().device, [this] {
    const HostGuard guard(compute(), options().threads);
    const auto& sizes = architecture<VqganArchitecture>();
    auto part = std::make_unique<VqganEncoder>(sizes, weights(VqganArchitecture::kPart));
    state_->bytes += weight_bytes(sizes, compute(), "encoder.");
    return part;
  });
}

const Classifier& Model::classifier() const {
  return state_->classifier.get(compute().device, [this] {
    const HostGuard guard(compute(), options().threads);
    const auto& sizes = architecture<ClassifierArchitecture>();
    auto part = std::make_unique<Classifier>(sizes, weights(ClassifierArchitecture::kPart));
    state_->bytes += weight_bytes(sizes, compute());
    return part;
  });
}

WeightSource Model::weights(const char* part) const {
  Compute own = compute();
  own.int8_linears = own.int8_linears && part == std::string_view(MaskedDecoderArchitecture::kPart);
  return WeightSource(bundle().part(part).weights, own);
}

}  // namespace raygen::engine
