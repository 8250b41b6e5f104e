#include "model/model.hpp"

#include "compute/host_guard.hpp"
#include "error.hpp"
#include "masked_decoder/masked_decoder.hpp"
#include "text/text_encoder.hpp"
#include "text/tokenizer.hpp"
#include "vqgan/image_decoder.hpp"
#include "vqgan/image_encoder.hpp"

#include <ATen/ATen.h>

#include <malloc.h>

#include <atomic>
#include <future>
#include <mutex>

namespace raygen::engine {

namespace {

/// A part that is made by the first thread that asks for it. A failed making is tried again by the
/// next.
template <typename Part>
class OnFirstUse {
 public:
  template <typename Make>
  const Part& get(const Make& make) {
    if (const Part* ready = ready_.load(std::memory_order_acquire)) return *ready;
    const std::lock_guard lock(mutex_);
    if (!part_) {
      part_ = make();
      ready_.store(part_.get(), std::memory_order_release);
    }
    return *part_;
  }

 private:
  std::mutex mutex_;
  std::atomic<const Part*> ready_{nullptr};
  std::unique_ptr<const Part> part_;
};

std::uint64_t parameters(const std::vector<TensorSpec>& specs, std::string_view prefix = {}) {
  std::uint64_t total = 0;
  for (const TensorSpec& spec : specs) {
    if (spec.name.compare(0, prefix.size(), prefix) == 0)
      total += static_cast<std::uint64_t>(c10::multiply_integers(spec.shape));
  }
  return total;
}

}  // namespace

struct Model::State {
  Bundle bundle;
  ModelOptions options;
  Compute compute;
  std::unique_ptr<const Tokenizer> tokenizer;

  OnFirstUse<TextEncoder> text_encoder;
  OnFirstUse<MaskedDecoder> masked_decoder;
  OnFirstUse<VqganDecoder> image_decoder;
  OnFirstUse<VqganEncoder> image_encoder;
  std::atomic<std::uint64_t> bytes{0};
};

Model::Model(std::unique_ptr<State> state) : state_(std::move(state)) {}
Model::~Model() = default;

std::shared_ptr<const Model> Model::open(const std::filesystem::path& path,
                                         const ModelOptions& options) {
  auto state = std::make_unique<State>();
  state->compute = resolve_compute(options.device, options.device_index, options.precision);
  state->options = options;
  state->bundle = open_bundle(path, options.limits, options.verify);
  const Architecture& architecture = state->bundle.architecture;
  const std::uint64_t wanted = (parameters(tensor_specs(architecture.text)) +
                                parameters(tensor_specs(architecture.decoder)) +
                                parameters(tensor_specs(architecture.vqgan))) *
                               c10::elementSize(state->compute.type);
  if (wanted > options.limits.max_memory_bytes) {
    fail(Status::limit, "{}: the weights take {} bytes; at most {} are allowed", path.string(),
         wanted, options.limits.max_memory_bytes);
  }
  state->tokenizer = make_tokenizer(architecture.text, state->bundle.vocabulary, path.string());
  return std::shared_ptr<const Model>(new Model(std::move(state)));
}

const Bundle& Model::bundle() const { return state_->bundle; }
const Architecture& Model::architecture() const { return state_->bundle.architecture; }
const Compute& Model::compute() const { return state_->compute; }
const ModelOptions& Model::options() const { return state_->options; }
const Tokenizer& Model::tokenizer() const { return *state_->tokenizer; }
std::uint64_t Model::memory() const { return state_->bytes.load(); }

void Model::prepare(unsigned parts) const {
  // Packing weights is mostly waiting for memory: the largest part goes beside the others.
  std::future<void> beside;
  if ((parts & masked_decoder_part) != 0) {
    beside =
        std::async((parts & ~masked_decoder_part) != 0 ? std::launch::async : std::launch::deferred,
                   [this] { masked_decoder(); });
  }
  if ((parts & text_encoder_part) != 0) text_encoder();
  if ((parts & image_decoder_part) != 0) image_decoder();
  if ((parts & image_encoder_part) != 0) image_encoder();
  if (beside.valid()) beside.get();
#ifdef __GLIBC__
  ::malloc_trim(0);  // packing leaves holes behind
#endif
}

const TextEncoder& Model::text_encoder() const {
  return state_->text_encoder.get([this] {
    const HostGuard guard(compute(), options().threads);
    auto part =
        make_text_encoder(architecture().text, WeightSource(bundle().text, compute()), compute());
    state_->bytes +=
        parameters(tensor_specs(architecture().text)) * c10::elementSize(compute().type);
    return part;
  });
}

const MaskedDecoder& Model::masked_decoder() const {
  return state_->masked_decoder.get([this] {
    const HostGuard guard(compute(), options().threads);
    auto part = std::make_unique<MaskedDecoder>(architecture().decoder,
                                                WeightSource(bundle().decoder, compute()));
    state_->bytes +=
        parameters(tensor_specs(architecture().decoder)) * c10::elementSize(compute().type);
    return part;
  });
}

const VqganDecoder& Model::image_decoder() const {
  return state_->image_decoder.get([this] {
    const HostGuard guard(compute(), options().threads);
    auto part = std::make_unique<VqganDecoder>(architecture().vqgan,
                                               WeightSource(bundle().vqgan, compute()));
    state_->bytes += parameters(tensor_specs(architecture().vqgan), "decoder.") *
                     c10::elementSize(compute().type);
    return part;
  });
}

const VqganEncoder& Model::image_encoder() const {
  return state_->image_encoder.get([this] {
    const HostGuard guard(compute(), options().threads);
    auto part = std::make_unique<VqganEncoder>(architecture().vqgan,
                                               WeightSource(bundle().vqgan, compute()));
    state_->bytes += parameters(tensor_specs(architecture().vqgan), "encoder.") *
                     c10::elementSize(compute().type);
    return part;
  });
}

}  // namespace raygen::engine
