#include "model/session.hpp"

#include "compute/host_guard.hpp"
#include "compute/recordings.hpp"
#include "compute/scratch.hpp"
#include "error.hpp"
#include "masked_decoder/architecture.hpp"
#include "masked_decoder/masked_decoder.hpp"
#include "model/image_preparation.hpp"
#include "model/synthetic.hpp"
#include "text/architecture.hpp"
#include "text/basic_tokenizer.hpp"
#include "text/text_encoder.hpp"
#include "text/tokenizer.hpp"
#include "vqgan/architecture.hpp"
#include "vqgan/image_decoder.hpp"

#include <ATen/ATen.h>

#include <algorithm>

namespace raygen::engine {

namespace {

at::Tensor int_tensor(std::int64_t rows, std::int64_t columns) {
  return at::empty({rows, columns}, at::kInt);
}

/// How many images may be decoded side by side: each takes scratch memory of its own. The maps of
/// large images fill the cores one image at a time.
int decode_lanes(const Model& model) {
  constexpr std::int64_t most_bytes = std::int64_t{256} << 20;
  const auto* const vqgan = model.bundle().find<VqganArchitecture>();
  if (vqgan == nullptr) return 1;
  // The largest maps: those of the last level, in each slot.
  const std::int64_t widest = vqgan->channels * vqgan->channel_multipliers.front(),
                     pixels = vqgan->resolution * vqgan->resolution,
                     bytes = static_cast<std::int64_t>(Scratch::slots) * pixels * widest *
                             static_cast<std::int64_t>(c10::elementSize(model.compute().type));
  return static_cast<int>(std::clamp<std::int64_t>((most_bytes - 1) / bytes, 1, 1024));
}

void check_finite(const at::Tensor& tensor, const char* what) {
  const bool finite = tensor.is_cpu() ? is_finite(tensor) : at::isfinite(tensor).all().item<bool>();
  if (!finite) fail(Status::numeric, "{} hold NaN or infinity", what);
}

}  // namespace

void check_prompts(const std::vector<std::string_view>& prompts, const Limits& limits) {
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    if (prompts[i].size() > limits.max_prompt_bytes) {
      fail(Status::limit, "prompt {} is {} bytes long; at most {} are allowed", i,
           prompts[i].size(), limits.max_prompt_bytes);
    }
    if (is_blank(prompts[i]))
      fail(Status::invalid_argument, "prompt {} is empty; text was expected", i);
  }
}

void check_embeddings(const Model& model, at::IntArrayRef sizes) {
  const std::int64_t expected = model.architecture<MaskedDecoderArchitecture>().text_hidden;
  const Limits& limits = model.options().limits;
  const std::int64_t batch = sizes[0], length = sizes[1], dim = sizes[2];
  if (dim != expected)
    fail(Status::invalid_argument, "the values' dim is {}; {} was expected", dim, expected);
  if (batch < 1 || length < 1)
    fail(Status::invalid_argument, "the values are [{},{},{}]; no dimension may be 0", batch,
         length, dim);
  if (static_cast<std::uint64_t>(batch) > limits.max_batch)
    fail(Status::limit, "the values are of {} prompts; at most {} are allowed", batch,
         limits.max_batch);
  if (length > Limits::max_text_tokens)
    fail(Status::limit, "the values are {} tokens long; at most {} are allowed", length,
         Limits::max_text_tokens);
  if (const std::uint64_t bytes = static_cast<std::uint64_t>(batch * length * dim) * sizeof(float);
      bytes > limits.max_memory_bytes)
    fail(Status::limit, "the values take {} bytes; at most {} are allowed", bytes,
         limits.max_memory_bytes);
}

Session::Session(std::shared_ptr<const Model> model)
    : model_(std::move(model)),
      decodes_(decode_lanes(*model_)),
      recordings_(std::make_unique<Recordings>(make_recorder(model_->compute().device))) {
  scratch_.push_back(std::make_unique<Scratch>());
}
Session::~Session() = default;

EncodedText Session::encode_text(const std::vector<std::string_view>& prompts) {
  const Limits& limits = model_->options().limits;
  if (prompts.empty())
    fail(Status::invalid_argument, "no prompt was given; at least one was expected");
  if (prompts.size() > limits.max_batch)
    fail(Status::limit, "{} prompts were given; at most {} are allowed", prompts.size(),
         limits.max_batch);
  check_prompts(prompts, limits);
  EncodedText text = encode(prompts);
  const HostGuard guard(model_->compute(), model_->options().threads);
  check_finite(text.last_hidden_state, "the embeddings");
  return text;
}

EncodedText Session::encode(const std::vector<std::string_view>& prompts) {
  const HostGuard guard(model_->compute(), model_->options().threads);
  const auto& architecture = model_->architecture<TextArchitecture>();
  const auto batch = static_cast<std::int64_t>(prompts.size());
  EncodedText text;
  text.input_ids = int_tensor(batch, architecture.length);
  text.attention_mask = int_tensor(batch, architecture.length);
  for (std::int64_t i = 0; i < batch; ++i) {
    const TokenizedText tokens = model_->tokenizer().encode(prompts[static_cast<std::size_t>(i)]);
    std::copy(tokens.input_ids.begin(), tokens.input_ids.end(),
              text.input_ids[i].mutable_data_ptr<std::int32_t>());
    std::copy(tokens.attention_mask.begin(), tokens.attention_mask.end(),
              text.attention_mask[i].mutable_data_ptr<std::int32_t>());
    text.token_counts.push_back(tokens.token_count);
  }
  const TextEncoder& encoder = model_->text_encoder();
  const at::Tensor hidden =
      encoder.encode(text.input_ids.to(at::kLong), text.attention_mask.to(at::kLong));
  text.projection = encoder.project(hidden);
  text.last_hidden_state = hidden;
  text.normalized = normalize_over_positions(hidden);
  return text;
}

Condition Session::condition(const at::Tensor& embeddings) {
  const HostGuard guard(model_->compute(), model_->options().threads);
  check_embeddings(*model_, embeddings.sizes());
  Condition made = model_->masked_decoder().condition(embeddings.to(model_->compute().device));
  finish(model_->compute().device);  // a session of another thread may use it
  return made;
}

Condition Session::condition_of(std::string_view prompt) {
  if (!is_blank(prompt)) check_prompts({prompt}, model_->options().limits);
  const at::Tensor embeddings = encode({is_blank(prompt) ? "" : prompt}).normalized;
  const HostGuard guard(model_->compute(), model_->options().threads);
  check_embeddings(*model_, embeddings.sizes());
  if (embeddings.is_cpu()) check_finite(embeddings, "the embeddings");
  return model_->masked_decoder().condition(embeddings);
}

Condition Session::empty_condition(std::int64_t batch) {
  const std::uint64_t most = model_->options().limits.max_batch;
  if (batch < 1) fail(Status::invalid_argument, "batch is {}; 1 to {} was expected", batch, most);
  if (static_cast<std::uint64_t>(batch) > most)
    fail(Status::limit, "batch is {}; 1 to {} was expected", batch, most);
  return condition(encode({""}).normalized).repeat(batch);
}

at::Tensor Session::logits(const Condition& condition, const at::Tensor& tokens,
                           const at::Tensor& positions, bool all_masked, const Job* job) {
  const HostGuard guard(model_->compute(), model_->options().threads);
  return model_->masked_decoder().logits(tokens, condition, positions, all_masked, job, &steps_);
}

at::Tensor Session::step_logits(const Condition& condition, const at::Tensor& tokens,
                                const at::Tensor& positions, bool all_masked, const Job* job) {
  if (tokens.is_cpu() || condition.blocks() != 1)
    return logits(condition, tokens, positions, all_masked, job);
  check_cancelled(job);
  const HostGuard guard(model_->compute(), model_->options().threads);
  Recordings::Tensors inputs{tokens, positions};
  for (const LayerCondition& layer : condition.block(0)) {
    inputs.push_back(layer.keys);
    inputs.push_back(layer.values);
  }
  const auto compute = [&](const Recordings::Tensors& given) {
    Condition::Layers layers;
    for (std::size_t i = 2; i < given.size(); i += 2) layers.push_back({given[i], given[i + 1]});
    return model_->masked_decoder().logits(given[0], Condition(layers), given[1], all_masked,
                                           nullptr);
  };
  return recordings_->run(all_masked ? "first logits" : "logits", inputs, inputs.size() - 2,
                          compute);
}

EncodedImage Session::encode_image(const Image& image) {
  const HostGuard guard(model_->compute(), model_->options().threads);
  return model_->image_encoder().encode(
      prepare_image(image, model_->architecture<VqganArchitecture>()), *scratch_.front());
}

at::Tensor Session::pixels(const at::Tensor& tokens, const Job* job) {
  const HostGuard guard(model_->compute(), model_->options().threads);
  if (tokens.is_cpu()) return model_->image_decoder().decode(tokens, *scratch_.front(), job);
  check_cancelled(job);
  return recordings_->run("pixels", {tokens}, 0, [&](const Recordings::Tensors& given) {
    return model_->image_decoder().decode(given[0], *scratch_.front(), nullptr);
  });
}

std::vector<Image> Session::decode_tokens(const at::Tensor& tokens, const Job* job) {
  constexpr std::int64_t together = 8;  // as many maps of features lie in memory
  const HostGuard guard(model_->compute(), model_->options().threads);
  const at::Device device = model_->compute().device;
  const auto mark = synthetic_texts(*model_);
  const at::Tensor all = tokens.to(device);
  std::vector<Image> images(static_cast<std::size_t>(all.size(0)));
  const auto put = [&](const at::Tensor& decoded, std::int64_t first) {
    check_finite(decoded, "the decoded pixels");
    for (const at::Tensor& pixels : decoded.unbind()) {
      Image& image = images[static_cast<std::size_t>(first++)];
      image.height = pixels.size(0);
      image.width = pixels.size(1);
      image.channels = pixels.size(2);
      const float* const values = pixels.const_data_ptr<float>();
      image.pixels.assign(values, values + pixels.numel());
      image.text = mark;
    }
  };
  if (device.is_cpu()) {
    while (scratch_.size() < static_cast<std::size_t>(decodes_.most()))
      scratch_.push_back(std::make_unique<Scratch>());
    decodes_.run(all.size(0), [&](std::int64_t i, int lane) {
      put(model_->image_decoder().decode(all.narrow(0, i, 1),
                                         *scratch_[static_cast<std::size_t>(lane)], job),
          i);
    });
    return images;
  }
  std::vector<at::Tensor> parts = all.split(together);
  // All of it is asked for before any of it is waited for.
  for (at::Tensor& part : parts) part = pixels(part, job).to(at::kCPU, /*non_blocking=*/true);
  finish(device);
  for (std::size_t i = 0; i < parts.size(); ++i)
    put(parts[i], static_cast<std::int64_t>(i) * together);
  return images;
}

std::uint64_t Session::memory() const {
  std::uint64_t total = recordings_->memory();
  for (const auto& scratch : scratch_) total += scratch->memory();
  return total;
}

void Session::trim() {
  for (const auto& scratch : scratch_) scratch->trim();
  recordings_->clear();
}

}  // namespace raygen::engine
