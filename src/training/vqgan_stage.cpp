#include "training/vqgan_stage.hpp"

#include "error.hpp"
#include "evaluation/image_quality.hpp"
#include "noise/noise.hpp"
#include "noise/purpose.hpp"
#include "training/image_batch.hpp"
#include "training/precision.hpp"
#include "training/preview_sheet.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>

namespace raygen::engine {

namespace {

constexpr const char* kCodebook = "quantize.embedding.weight";
constexpr const char* kLastLayer = "decoder.conv_out.weight";

Parameters make_parameters(const VqganArchitecture& architecture, const VqganTrainingConfig& config,
                           std::uint64_t seed, at::Device device) {
  at::Generator generator = weight_generator(seed);
  Parameters parameters(device);
  for (const auto& [name, tensor] : initial_weights(architecture.tensor_specs(), generator)) {
    parameters.add(name, tensor, name != kCodebook || config.codebook_update == "gradient");
  }
  return parameters;
}

Parameters make_discriminator(const DiscriminatorSizes& sizes, std::uint64_t seed,
                              at::Device device) {
  constexpr double deviation = 0.02;  // as Isola et al. have it
  at::Generator generator = weight_generator(seed + 1);
  Parameters parameters(device);
  for (auto& [name, tensor] : initial_weights(discriminator_specs(sizes), generator)) {
    if (tensor.dim() == 4) tensor.normal_(0, deviation, generator);
    parameters.add(name, tensor);
  }
  return parameters;
}

OptimizerConfig discriminator_optimizer(const VqganTrainingConfig& config) {
  OptimizerConfig optimizer = config.loop.optimizer;
  optimizer.learning_rate = config.discriminator_learning_rate;
  optimizer.schedule = "constant";
  optimizer.ema_decay = 0;
  optimizer.warmup_steps = 0;
  return optimizer;
}

/// A square of each image, its place a function of the seed and of the image's place in the
/// sequence of samples.
at::Tensor random_crops(const at::Tensor& images, std::int64_t side, std::uint64_t seed,
                        std::uint64_t first) {
  std::vector<at::Tensor> squares;
  for (std::int64_t i = 0; i < images.size(0); ++i) {
    float noise[2];
    uniform_noise(seed, first + static_cast<std::uint64_t>(i),
                  static_cast<std::uint32_t>(Purpose::crop), 0, noise, 2);
    const auto offset = [&](float u, std::int64_t size) {
      return std::min(static_cast<std::int64_t>(u * static_cast<float>(size - side + 1)),
                      size - side);
    };
    squares.push_back(images[i]
                          .narrow(1, offset(noise[0], images.size(2)), side)
                          .narrow(2, offset(noise[1], images.size(3)), side));
  }
  return at::stack(squares);
}

at::Tensor rows_of(const at::Tensor& features) {
  return features.detach().permute({0, 2, 3, 1}).reshape({-1, features.size(1)}).to(at::kFloat);
}

/// Refuses a discriminator that would have no patch to judge by the time it counts.
void check_discriminator(const VqganTrainingConfig& config, std::int64_t side) {
  if (config.adversarial_weight <= 0 || config.adversarial_start >= config.loop.steps) return;
  const DiscriminatorSizes sizes{config.image_channels, config.discriminator_channels,
                                 config.discriminator_layers};
  if (discriminator_patches(sizes, side) < 1) {
    fail(Status::invalid_argument, "vqgan.discriminator_layers is {}: too many for {} of {} pixels",
         sizes.layers, config.crop > 0 ? "crops" : "images", side);
  }
}

}  // namespace

VqganArchitecture vqgan_architecture(const VqganTrainingConfig& config, std::int64_t resolution) {
  VqganArchitecture architecture;
  architecture.resolution = resolution;
  architecture.in_channels = architecture.out_channels = config.image_channels;
  architecture.channels = config.channels;
  architecture.channel_multipliers = config.channel_multipliers;
  architecture.residual_blocks = config.residual_blocks;
  architecture.z_channels = config.z_channels;
  architecture.embedding = config.embedding;
  architecture.codebook = config.codebook;
  architecture.encoder_mid_attention = architecture.decoder_mid_attention = config.middle_attention;
  const auto levels = static_cast<std::int64_t>(config.channel_multipliers.size());
  if (levels == 0 || resolution % (std::int64_t{1} << (levels - 1)) != 0 ||
      architecture.grid() < 1) {
    fail(Status::invalid_argument,
         "vqgan.channel_multipliers has {} levels; images of {} pixels cannot be halved {} times",
         levels, resolution, levels - 1);
  }
  if (config.crop > resolution || config.crop % (std::int64_t{1} << (levels - 1)) != 0) {
    fail(Status::invalid_argument,
         "vqgan.crop is {}: expected 0, or a multiple of {} up to the images' {} pixels",
         config.crop, std::int64_t{1} << (levels - 1), resolution);
  }
  check_discriminator(config, config.crop > 0 ? config.crop : resolution);
  for (std::int64_t level = 0; level < levels; ++level) {
    const auto& sizes = config.attention_resolutions;
    const bool attention =
        std::find(sizes.begin(), sizes.end(), resolution >> level) != sizes.end();
    architecture.encoder_attention.push_back(attention);
    architecture.decoder_attention.push_back(attention);
  }
  return architecture;
}

VqganStage::VqganStage(const VqganArchitecture& architecture, const Surroundings& around)
    : around_(around),
      config_(around.config.vqgan),
      architecture_(architecture),
      mixed_(mixed_type(config_.loop, around.device)),
      discriminator_sizes_{config_.image_channels, config_.discriminator_channels,
                           config_.discriminator_layers},
      parameters_(make_parameters(architecture_, config_, around.config.seed, around.device)),
      discriminator_(make_discriminator(discriminator_sizes_, around.config.seed, around.device)),
      frozen_discriminator_(discriminator_.without_gradients()),
      network_(architecture_, parameters_, config_.loop.activation_checkpointing),
      optimizer_("vqgan", parameters_, config_.loop.optimizer, config_.loop.steps),
      discriminator_optimizer_("discriminator", discriminator_, discriminator_optimizer(config_),
                               config_.loop.steps),
      averaged_(parameters_.without_gradients(optimizer_.averages())),
      averaged_network_(architecture_, averaged_, /*checkpointing=*/false),
      codebook_(parameters_[kCodebook], config_, around.config.seed),
      perceptual_(config_.lpips.empty() ? make_laplacian_pyramid_loss()
                                        : load_lpips(config_.lpips, around.device, around.limits)),
      train_(around.dataset.indices(split_of(around.config.data.train, "data.train"))),
      validation_(
          first_of(around.dataset, around.config.data.validation, config_.loop.validation_images)),
      order_(around.config.seed, static_cast<std::int64_t>(train_.size())) {}

at::Tensor VqganStage::batch(const Share& share) {
  std::vector<std::size_t> indices;
  for (std::int64_t i = 0; i < share.count; ++i) {
    indices.push_back(
        train_[static_cast<std::size_t>(order_.at(share.first + static_cast<std::uint64_t>(i)))]);
  }
  const at::Tensor images =
      image_batch(around_.dataset, indices, config_.image_channels, around_.device);
  return config_.crop > 0 ? random_crops(images, config_.crop, around_.config.seed, share.first)
                          : images;
}

VqganStage::Reconstruction VqganStage::reconstruct(const VqganNetwork& network,
                                                   const Parameters& parameters,
                                                   const at::Tensor& images) const {
  const MixedPrecision precision(around_.device.type(), mixed_);
  Reconstruction result;
  result.features = network.encode(images).to(at::kFloat);
  const at::Tensor& rows = parameters[kCodebook];
  {
    const at::NoGradGuard no_grad;
    const MixedPrecision exact(around_.device.type(), std::nullopt);  // distances cancel: float32
    result.codes = nearest_codes(result.features, rows);
  }
  const at::Tensor quantised = code_map(result.codes, rows, images.size(0), result.features.size(2),
                                        result.features.size(3));
  result.codebook_loss =
      at::mse_loss(result.features, quantised.detach()) * config_.commitment_weight;
  if (rows.requires_grad())
    result.codebook_loss = result.codebook_loss + at::mse_loss(quantised, result.features.detach());
  // Straight through: the decoder's gradient goes to the features as if there were no rounding.
  result.images =
      network.decode(result.features + (quantised - result.features).detach()).to(at::kFloat);
  return result;
}

void VqganStage::begin_codebook(std::int64_t step) {
  const at::NoGradGuard no_grad;
  std::vector<at::Tensor> features;
  for (const Share& share : shares(step, config_.loop.batch_size, config_.loop.micro_batch,
                                   around_.processes.rank(), around_.processes.size())) {
    features.push_back(rows_of(network_.encode(batch(share))));
  }
  codebook_.begin(at::cat(features), around_.processes);
  optimizer_.begin_rows(kCodebook, at::arange(architecture_.codebook,
                                              at::TensorOptions(around_.device).dtype(at::kLong)));
}

at::Tensor VqganStage::adversarial_term(const at::Tensor& fake,
                                        const at::Tensor& reconstruction_loss, double share) {
  const MixedPrecision precision(around_.device.type(), mixed_);
  const at::Tensor fooled = -discriminate(discriminator_sizes_, frozen_discriminator_, fake).mean();
  // The adaptive weight (Esser et al., eq. 7): both losses pull equally hard at the last layer.
  const at::Tensor& last = parameters_[kLastLayer];
  std::vector<at::Tensor> pulls = {
      torch::autograd::grad({reconstruction_loss * share}, {last}, {}, /*retain_graph=*/true)[0],
      torch::autograd::grad({fooled * share}, {last}, {}, /*retain_graph=*/true)[0]};
  around_.processes.sum(pulls);
  const at::Tensor weight = (pulls[0].norm() / (pulls[1].norm() + 1e-4)).clamp(0, 1e4).detach();
  return fooled * weight * config_.adversarial_weight;
}

Metrics VqganStage::step(std::int64_t step) {
  if (step == 0) begin_codebook(step);
  const bool adversarial = config_.adversarial_weight > 0 && step >= config_.adversarial_start;
  const at::Tensor sums =
      at::zeros({6}, at::TensorOptions(around_.device).dtype(at::kFloat));  // of what is logged
  std::vector<at::Tensor> features, codes;
  for (const Share& share : shares(step, config_.loop.batch_size, config_.loop.micro_batch,
                                   around_.processes.rank(), around_.processes.size())) {
    const double part =
        static_cast<double>(share.count) / static_cast<double>(config_.loop.batch_size);
    const at::Tensor images = batch(share);
    const Reconstruction result = reconstruct(network_, parameters_, images);
    const at::Tensor l1 = (images - result.images).abs().mean(),
                     l2 = at::mse_loss(result.images, images);
    const at::Tensor look = (*perceptual_)(result.images, images).mean();
    const at::Tensor near =
        l1 * config_.l1_weight + l2 * config_.l2_weight + look * config_.perceptual_weight;
    at::Tensor loss = near + result.codebook_loss, verdict = at::zeros_like(near);
    if (adversarial) loss = loss + adversarial_term(result.images, near, part);
    (loss * part).backward();
    if (adversarial) {
      const MixedPrecision precision(around_.device.type(), mixed_);
      const at::Tensor real = discriminate(discriminator_sizes_, discriminator_, images);
      const at::Tensor fake =
          discriminate(discriminator_sizes_, discriminator_, result.images.detach());
      verdict = (at::relu(1 - real).mean() + at::relu(1 + fake).mean()) * 0.5;
      (verdict * part).backward();
    }
    features.push_back(rows_of(result.features));
    codes.push_back(result.codes);
    const at::Tensor quality = psnr(to_unit_range(result.images), to_unit_range(images)).mean();
    sums.add_(at::stack({loss.detach(), l1.detach(), look.detach(), result.codebook_loss.detach(),
                         verdict.detach(), quality}) *
              part);
  }
  std::vector<at::Tensor> shared = optimizer_.gradients();
  if (adversarial) {
    for (at::Tensor& gradient : discriminator_optimizer_.gradients()) shared.push_back(gradient);
  }
  shared.push_back(sums);
  around_.processes.sum(shared);
  const double norm = optimizer_.step(step);
  if (adversarial) discriminator_optimizer_.step(step);
  optimizer_.begin_rows(
      kCodebook, codebook_.follow(at::cat(features), at::cat(codes), step, around_.processes));

  const at::Tensor values = sums.to(at::kCPU, at::kDouble);
  const auto value = [&](std::int64_t i) { return values[i].item<double>(); };
  Metrics metrics = {{"train/loss", value(0)},
                     {"train/l1", value(1)},
                     {"train/perceptual", value(2)},
                     {"train/codebook_loss", value(3)},
                     {"train/psnr", value(5)},
                     {"train/gradient_norm", norm},
                     {"train/learning_rate", optimizer_.rate(step)}};
  if (adversarial) metrics["train/discriminator_loss"] = value(4);
  return metrics;
}

Metrics VqganStage::validate() {
  const at::NoGradGuard no_grad;
  double loss = 0, quality = 0, similarity = 0;
  at::Tensor used =
      at::zeros({architecture_.codebook}, at::TensorOptions(around_.device).dtype(at::kLong));
  for (std::size_t at = 0; at < validation_.size(); at += validation_batch) {
    const std::size_t count = std::min<std::size_t>(validation_batch, validation_.size() - at);
    const at::Tensor images =
        image_batch(around_.dataset,
                    {validation_.begin() + static_cast<std::ptrdiff_t>(at),
                     validation_.begin() + static_cast<std::ptrdiff_t>(at + count)},
                    config_.image_channels, around_.device);
    const Reconstruction result = reconstruct(averaged_network_, averaged_, images);
    const at::Tensor x = to_unit_range(images), y = to_unit_range(result.images);
    loss += ((images - result.images).abs().mean({1, 2, 3}) * config_.l1_weight +
             (images - result.images).square().mean({1, 2, 3}) * config_.l2_weight +
             (*perceptual_)(result.images, images) * config_.perceptual_weight)
                .sum()
                .item<double>();
    quality += psnr(x, y).sum().item<double>();
    similarity += ssim(x, y).sum().item<double>();
    used += at::bincount(result.codes, {}, architecture_.codebook);
  }
  const double count = static_cast<double>(validation_.size());
  return {{"validation/loss", loss / count},
          {"validation/psnr", quality / count},
          {"validation/ssim", similarity / count},
          {"validation/codebook_used", (used > 0).to(at::kDouble).mean().item<double>()}};
}

void VqganStage::draw(const std::filesystem::path& png) {
  const at::NoGradGuard no_grad;
  constexpr std::size_t most = 8;
  const std::vector<std::size_t> indices(
      validation_.begin(),
      validation_.begin() + static_cast<std::ptrdiff_t>(std::min(most, validation_.size())));
  const at::Tensor images =
      image_batch(around_.dataset, indices, config_.image_channels, around_.device);
  const Reconstruction result = reconstruct(averaged_network_, averaged_, images);
  write_sample_sheet(png,
                     at::cat({to_unit_range(images), to_unit_range(result.images)}).to(at::kCPU),
                     static_cast<std::int64_t>(indices.size()));
}

void VqganStage::save(TrainingState& state) const {
  state.add("vqgan.weight.", parameters_.snapshot());
  state.add("discriminator.weight.", discriminator_.snapshot());
  optimizer_.save(state);
  discriminator_optimizer_.save(state);
  codebook_.save(state);
}

void VqganStage::load(const TrainingState& state) {
  parameters_.restore(state.with_prefix("vqgan.weight."));
  discriminator_.restore(state.with_prefix("discriminator.weight."));
  optimizer_.load(state);
  discriminator_optimizer_.load(state);
  codebook_.load(state);
}

}  // namespace raygen::engine
