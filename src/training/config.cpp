#include "training/config.hpp"

#include "config/print.hpp"
#include "config/read.hpp"
#include "error.hpp"
#include "storage/json.hpp"
#include "storage/number.hpp"
#include "training/config_keys.hpp"
#include "training/discriminator.hpp"

#include <string_view>

namespace raygen::engine {

namespace {

/// The defaults of the published training.
TrainingConfig original_defaults() {
  TrainingConfig config;
  DecoderTrainingConfig& decoder = config.masked_decoder;
  decoder.text_dropout = decoder.label_smoothing = 0;
  decoder.loop.batch_size = 16;
  OptimizerConfig& optimizer = decoder.loop.optimizer;
  optimizer.algorithm = "adam";
  optimizer.learning_rate = 1e-5;
  optimizer.beta1 = 0.9;
  optimizer.beta2 = 0.999;
  optimizer.weight_decay = 0;
  optimizer.warmup_steps = 0;
  optimizer.schedule = "plateau";
  optimizer.plateau_patience = 4;
  optimizer.plateau_factor = 0.5;
  optimizer.learning_rate_floor = 1e-8;
  optimizer.gradient_clip = optimizer.ema_decay = 0;
  return config;
}

// ---- What several values must be together ----

void check_loop(const LoopConfig& loop, const std::string& section, const std::string& where) {
  if (loop.micro_batch > loop.batch_size) {
    fail(Status::format, "{}: {}.loop.micro_batch is {}, more than batch_size {}", where, section,
         loop.micro_batch, loop.batch_size);
  }
}

void check_heads(std::int64_t hidden, std::int64_t heads, const std::string& section,
                 const std::string& where) {
  if (hidden % heads != 0)
    fail(Status::format, "{}: {}.hidden {} is not a multiple of its {} heads", where, section,
         hidden, heads);
}

void check_device(const std::string& device, const std::string& where) {
  constexpr std::string_view indexed = "cuda:";
  if (device == "auto" || device == "cpu" || device == "cuda") return;
  if (device.starts_with(indexed)) {
    std::uint8_t index = 0;
    if (parse_number(std::string_view(device).substr(indexed.size()), index)) return;
  }
  fail(Status::format, "{}: device is {}; auto, cpu, cuda or cuda:INDEX was expected", where,
       in_quotes(device));
}

void check(const TrainingConfig& config, const std::string& where) {
  check_device(config.device, where);
  const VqganTrainingConfig& vqgan = config.vqgan;
  if (vqgan.channels % 32 != 0)
    fail(Status::format, "{}: vqgan.channels is {}, a multiple of 32 was expected", where,
         vqgan.channels);
  if (vqgan.image_channels == 2)
    fail(Status::format, "{}: vqgan.image_channels is 2; 1 or 3 was expected", where);
  if (vqgan.discriminator_channels % discriminator_channel_unit != 0) {
    fail(Status::format, "{}: vqgan.discriminator_channels is {}, a multiple of {} was expected",
         where, vqgan.discriminator_channels, discriminator_channel_unit);
  }
  constexpr std::size_t max_levels = 10;
  if (const std::size_t levels = vqgan.channel_multipliers.size();
      levels < 1 || levels > max_levels) {
    fail(Status::format, "{}: vqgan.channel_multipliers has {} levels, 1 to {} were expected",
         where, levels, max_levels);
  }
  check_heads(config.text_encoder.hidden, config.text_encoder.heads, "text_encoder", where);
  check_heads(config.masked_decoder.hidden, config.masked_decoder.heads, "masked_decoder", where);
  check_loop(vqgan.loop, "vqgan", where);
  check_loop(config.text_encoder.loop, "text_encoder", where);
  check_loop(config.masked_decoder.loop, "masked_decoder", where);
  check_loop(config.classifier.loop, "classifier", where);
}

TrainingConfig read(TrainingConfig config, const std::string& text,
                    const std::vector<std::string>& overrides, const std::string& where) {
  const ConfigKeys keys = keys_of(config);
  read_config(keys, text, where);
  for (const std::string& assignment : overrides) override_config(keys, assignment);
  return config;
}

}  // namespace

TrainingConfig training_config_from_yaml(const std::string& yaml,
                                         const std::vector<std::string>& overrides,
                                         const std::string& where) {
  TrainingConfig config = read({}, yaml, overrides, where);
  if (config.masked_decoder.recipe == "original")
    config = read(original_defaults(), yaml, overrides, where);
  check(config, where);
  return config;
}

std::vector<UnknownKey> foreign_training_config(const std::string& yaml, const std::string& where,
                                                TrainingConfig& config) {
  config = {};
  std::vector<UnknownKey> unknown = read_foreign_config(keys_of(config), yaml, where);
  if (config.masked_decoder.recipe == "original") {
    config = original_defaults();
    read_foreign_config(keys_of(config), yaml, where);
  }
  return unknown;
}

std::pair<DeviceChoice, int> device_choice(const std::string& device, int local) {
  if (device == "cpu") return {DeviceChoice::cpu, 0};
  if (device == "auto") return {DeviceChoice::automatic, local};
  if (device == "cuda") return {DeviceChoice::cuda, local};
  int index = 0;
  parse_number(std::string_view(device).substr(device.find(':') + 1), index);
  return {DeviceChoice::cuda, index};
}

std::string to_yaml(const TrainingConfig& config) {
  TrainingConfig copy = config;
  return to_yaml(keys_of(copy),
                 "Settings of `raygen train`: every key with its value and what it means.");
}

std::string training_schema() {
  TrainingConfig defaults;
  return json_text(to_schema(keys_of(defaults), "Settings of `raygen train`"), 2) + "\n";
}

}  // namespace raygen::engine
