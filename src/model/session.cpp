#include "model/session.hpp"

#include "compute/host_guard.hpp"
#include "compute/scratch.hpp"
#include "error.hpp"
#include "masked_decoder/architecture.hpp"
#include "masked_decoder/masked_decoder.hpp"
#include "model/image_preparation.hpp"
#include "text/architecture.hpp"
#include "text/basic_tokenizer.hpp"
#include "text/text_encoder.hpp"
#include "text/tokenizer.hpp"
#include "vqgan/architecture.hpp"
#include "vqgan/image_decoder.hpp"
#include "vqgan/image_encoder.hpp"

#include <ATen/ATen.h>

#include <algorithm>

namespace raygen::engine {

namespace {

at::Tensor int_tensor(std::int64_t rows, std::int64_t columns) {
  return at::empty({rows, columns}, at::kInt);
}

// The caller's numbers as a long tensor on the device, each checked to lie in 0..largest.
at::Tensor checked_indices(const std::int32_t* values, std::int64_t rows, std::int64_t columns,
                           std::int64_t largest, const char* what, const at::Device& device) {
  for (std::int64_t i = 0; i < rows * columns; ++i) {
    if (values[i] < 0 || values[i] > largest) {
      fail(Status::invalid_argument, "{} {} of row {} is {}; 0 to {} was expected", what,
           i % columns, i / columns, values[i], largest);
    }
  }
  return at::from_blob(const_cast<std::int32_t*>(values), {rows, columns}, at::kInt)
      .to(device, at::kLong);
}

void check_finite(const at::Tensor& tensor, const char* what) {
  if (!is_finite(tensor)) fail(Status::numeric, "{} hold NaN or infinity", what);
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

Session::Session(std::shared_ptr<const Model> model)
    : model_(std::move(model)), scratch_(std::make_unique<Scratch>()) {}
Session::~Session() = default;

EncodedText Session::encode_text(const std::vector<std::string_view>& prompts) {
  const Limits& limits = model_->options().limits;
  if (prompts.empty())
    fail(Status::invalid_argument, "no prompt was given; at least one was expected");
  if (prompts.size() > limits.max_batch)
    fail(Status::limit, "{} prompts were given; at most {} are allowed", prompts.size(),
         limits.max_batch);
  check_prompts(prompts, limits);
  return encode(prompts);
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
  const at::Tensor projection = encoder.project(hidden);
  text.last_hidden_state = hidden.to(at::kCPU).contiguous();
  text.normalized = normalize_over_positions(hidden).to(at::kCPU).contiguous();
  check_finite(text.last_hidden_state, "the embeddings");
  if (projection.defined()) text.projection = projection.to(at::kCPU).contiguous();
  return text;
}

Condition Session::condition(const float* embeddings, std::int64_t batch, std::int64_t length,
                             std::int64_t dim) {
  const HostGuard guard(model_->compute(), model_->options().threads);
  const std::int64_t expected = model_->architecture<MaskedDecoderArchitecture>().text_hidden;
  const Limits& limits = model_->options().limits;
  if (dim != expected)
    fail(Status::invalid_argument, "the embeddings have {} channels; the model takes {}", dim,
         expected);
  if (batch < 1 || length < 1)
    fail(Status::invalid_argument, "the embeddings are [{},{},{}]; no dimension may be 0", batch,
         length, dim);
  if (static_cast<std::uint64_t>(batch) > limits.max_batch)
    fail(Status::limit, "{} prompts were given; at most {} are allowed", batch, limits.max_batch);
  if (length > 4096)
    fail(Status::limit, "the embeddings are {} tokens long; at most 4096 are allowed", length);
  const at::Tensor given =
      at::from_blob(const_cast<float*>(embeddings), {batch, length, dim}, at::kFloat);
  check_finite(given, "the embeddings");
  const at::Tensor text = given.to(model_->compute().device);
  if (!text.device().is_cpu()) return model_->masked_decoder().condition(text);
  Condition all;  // prompt by prompt, so that a prompt's keys do not depend on its neighbours in
                  // the batch
  for (std::int64_t b = 0; b < batch; ++b) {
    const Condition one = model_->masked_decoder().condition(text.narrow(0, b, 1));
    all.layers.resize(one.layers.size());
    for (std::size_t layer = 0; layer < one.layers.size(); ++layer) {
      LayerCondition& target = all.layers[layer];
      target.keys =
          b == 0 ? one.layers[layer].keys : at::cat({target.keys, one.layers[layer].keys});
      target.values =
          b == 0 ? one.layers[layer].values : at::cat({target.values, one.layers[layer].values});
    }
  }
  all.batch = batch;
  return all;
}

Condition Session::empty_condition(std::int64_t batch) {
  const std::uint64_t most = model_->options().limits.max_batch;
  if (batch < 1) fail(Status::invalid_argument, "batch is {}; 1 to {} was expected", batch, most);
  if (static_cast<std::uint64_t>(batch) > most)
    fail(Status::limit, "batch is {}; 1 to {} was expected", batch, most);
  const at::Tensor text = encode({""}).normalized;
  Condition all = condition(text.const_data_ptr<float>(), 1, text.size(1), text.size(2));
  all.batch = batch;
  for (LayerCondition& layer : all.layers) {
    const auto repeated = [&](const at::Tensor& one) {
      std::vector<std::int64_t> sizes = one.sizes().vec();
      sizes.front() = batch;
      return one.expand(sizes);
    };
    layer = {repeated(layer.keys), repeated(layer.values)};
  }
  return all;
}

at::Tensor Session::logits(const Condition& condition, const std::int32_t* tokens,
                           const std::int32_t* positions, std::int64_t position_count,
                           const Job* job) {
  const HostGuard guard(model_->compute(), model_->options().threads);
  const auto& architecture = model_->architecture<MaskedDecoderArchitecture>();
  const MaskedDecoder& decoder = model_->masked_decoder();
  const at::Device device = model_->compute().device;
  const at::Tensor ids = checked_indices(tokens, condition.batch, architecture.tokens,
                                         architecture.codebook, "token", device);
  at::Tensor places;
  if (positions != nullptr)
    places = checked_indices(positions, condition.batch, position_count, architecture.tokens - 1,
                             "position", device);
  if (!device.is_cpu())
    return decoder.logits(ids, condition, places, job).to(at::kCPU).contiguous();

  // On a CPU one image fills the cores, and alone or in a batch its numbers come out the same to
  // the last bit.
  at::Tensor all;
  for (std::int64_t b = 0; b < condition.batch; ++b) {
    Condition one{1, {}};
    for (const LayerCondition& layer : condition.layers)
      one.layers.push_back({layer.keys.narrow(0, b, 1), layer.values.narrow(0, b, 1)});
    const at::Tensor image = decoder.logits(
        ids.narrow(0, b, 1), one, places.defined() ? places.narrow(0, b, 1) : places, job);
    if (condition.batch == 1) return image.contiguous();
    if (!all.defined())
      all = at::empty({condition.batch, image.size(1), image.size(2)}, at::kFloat);
    all[b].copy_(image[0]);
  }
  return all;
}

void Session::encode_image(const Image& image, std::int32_t* tokens, float* features) {
  const HostGuard guard(model_->compute(), model_->options().threads);
  const EncodedImage encoded = model_->image_encoder().encode(
      prepare_image(image, model_->architecture<VqganArchitecture>()), *scratch_);
  std::copy_n(encoded.tokens.const_data_ptr<std::int32_t>(), encoded.tokens.numel(), tokens);
  if (features != nullptr)
    std::copy_n(encoded.features.const_data_ptr<float>(), encoded.features.numel(), features);
}

Image Session::decode_tokens(const std::int32_t* tokens, const Job* job) {
  const HostGuard guard(model_->compute(), model_->options().threads);
  const auto& vqgan = model_->architecture<VqganArchitecture>();
  const at::Tensor ids = checked_indices(tokens, 1, vqgan.grid() * vqgan.grid(), vqgan.codebook - 1,
                                         "token", model_->compute().device);
  const at::Tensor pixels = model_->image_decoder().decode(ids[0], *scratch_, job);
  check_finite(pixels, "the decoded pixels");
  Image image;
  image.height = pixels.size(0);
  image.width = pixels.size(1);
  image.channels = pixels.size(2);
  image.pixels.assign(pixels.const_data_ptr<float>(),
                      pixels.const_data_ptr<float>() + pixels.numel());
  return image;
}

std::uint64_t Session::memory() const { return scratch_->memory(); }
void Session::trim() { scratch_->trim(); }

}  // namespace raygen::engine
