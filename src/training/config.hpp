#pragma once
// Everything that a training can be told, with its defaults. One YAML file holds it all; its keys
// are the names of these members, and what they mean is in the table of config_keys.cpp.

#include "compute/compute.hpp"
#include "config/read.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace raygen::engine {

/// How weights follow gradients.
struct OptimizerConfig {
  std::string algorithm = "adamw";
  double learning_rate = 3e-4;
  double beta1 = 0.9;
  double beta2 = 0.99;
  double weight_decay = 0.01;
  std::int64_t warmup_steps = 200;
  std::string schedule = "cosine";
  double learning_rate_floor = 1e-6;
  std::int64_t plateau_patience = 4;
  double plateau_factor = 0.5;
  double gradient_clip = 1.0;
  double ema_decay = 0.999;
};

/// What every stage's loop is told.
struct LoopConfig {
  std::int64_t steps = 10000;
  std::int64_t batch_size = 16;
  std::int64_t micro_batch = 0;
  std::string precision = "float32";
  bool activation_checkpointing = false;
  std::int64_t log_every = 20;
  std::int64_t validate_every = 500;
  std::int64_t validation_images = 256;
  std::int64_t checkpoint_every = 500;
  std::int64_t keep_best = 2;
  std::string result = "last";
  std::int64_t sample_every = 1000;
  OptimizerConfig optimizer;
};

struct DataConfig {
  std::string dataset;
  std::string train = "train";
  std::string validation = "val";
};

struct VqganTrainingConfig {
  bool enabled = true;
  std::string from;
  std::int64_t channels = 32;
  std::vector<std::int64_t> channel_multipliers = {1, 1, 2, 4};
  std::int64_t residual_blocks = 1;
  std::vector<std::int64_t> attention_resolutions;
  bool middle_attention = true;
  std::int64_t crop = 0;
  std::int64_t image_channels = 1;
  std::int64_t z_channels = 64;
  std::int64_t embedding = 32;
  std::int64_t codebook = 512;
  std::string codebook_update = "ema";
  double codebook_decay = 0.99;
  double commitment_weight = 0.25;
  std::int64_t revive_after = 100;
  double l1_weight = 1.0;
  double l2_weight = 1.0;
  double perceptual_weight = 0.1;
  std::string lpips;
  double adversarial_weight = 0.1;
  std::int64_t adversarial_start = 5000;
  std::int64_t discriminator_channels = 32;
  std::int64_t discriminator_layers = 3;
  double discriminator_learning_rate = 1e-4;
  LoopConfig loop;
};

struct TextTrainingConfig {
  bool enabled = true;
  std::string from;
  std::string tokenizer = "wordpiece";
  std::int64_t vocabulary = 1000;
  std::int64_t length = 64;
  std::int64_t hidden = 128;
  std::int64_t layers = 4;
  std::int64_t heads = 4;
  std::int64_t intermediate = 512;
  double mask_probability = 0.15;
  LoopConfig loop;
};

struct ClassifierTrainingConfig {
  bool enabled = false;
  std::string from;
  std::string network = "densenet";
  std::int64_t initial_channels = 64;
  std::int64_t growth = 32;
  std::vector<std::int64_t> blocks = {6, 12, 24, 16};
  double rotation = 5;
  double shift = 0.05;
  double scaling = 0.05;
  std::string label_weights = "none";
  bool mask_uncertain = true;
  std::int64_t patience = 0;
  LoopConfig loop;
};

struct DecoderTrainingConfig {
  bool enabled = true;
  std::string from;
  std::string recipe = "raygen";
  std::string attention = "normal";
  std::int64_t hidden = 192;
  std::int64_t intermediate = 768;
  std::int64_t layers = 6;
  std::int64_t heads = 6;
  std::int64_t features = 256;
  std::string mask_schedule = "cosine";
  double text_dropout = 0.1;
  double label_smoothing = 0.1;
  bool train_text_encoder = false;
  double text_encoder_learning_rate = 1e-4;
  LoopConfig loop;
};

struct TrainingConfig {
  std::string out = "runs/raygen";
  std::uint64_t seed = 0;
  std::int64_t threads = 0;
  std::string device = "auto";
  std::string licence = "";
  std::string stored_precision = "float32";
  DataConfig data;
  VqganTrainingConfig vqgan;
  TextTrainingConfig text_encoder;
  DecoderTrainingConfig masked_decoder;
  ClassifierTrainingConfig classifier;
};

/// Reads a YAML file's text over the defaults, then `overrides` ("vqgan.loop.steps=100"). Unknown
/// keys are refused with the nearest known name; values are checked for type and range. recipe:
/// original changes the defaults of masked_decoder.loop before other keys are read. Throws
/// Error(format | invalid_argument) naming `where`, line and key.
TrainingConfig training_config_from_yaml(const std::string& yaml,
                                         const std::vector<std::string>& overrides,
                                         const std::string& where);

/// The same of a config that another version of libraygen wrote out whole, into `config`: a key
/// that is not in it has its default, keys that are unknown here are returned, and what several
/// values must be together is not looked at. Throws Error(format).
std::vector<UnknownKey> foreign_training_config(const std::string& yaml, const std::string& where,
                                                TrainingConfig& config);

/// What "auto", "cpu", "cuda" or "cuda:INDEX" names, on a machine whose device `local` is this
/// process's.
std::pair<DeviceChoice, int> device_choice(const std::string& device, int local);

/// Every key with its value and, as a comment, what it means. Reading it back gives the same
/// config.
std::string to_yaml(const TrainingConfig& config);

/// A JSON Schema of every key.
std::string training_schema();

}  // namespace raygen::engine
