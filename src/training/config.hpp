#pragma once
// Everything that a training can be told, with its defaults. One YAML file holds it all; its keys
// are the names of these members.

#include <cstdint>
#include <string>
#include <vector>

namespace raygen::engine {

/// How weights follow gradients.
struct OptimizerConfig {
  std::string algorithm = "adamw";  // adamw | adam
  double learning_rate = 3e-4;      // at its highest
  double beta1 = 0.9;
  double beta2 = 0.99;
  double weight_decay = 0.01;       // adamw: decoupled, on matrices only; adam: none
  std::int64_t warmup_steps = 200;  // the rate rises linearly from 0
  std::string schedule = "cosine";  // constant | cosine (falls to learning_rate_floor at the last
                                    // step) | plateau (by validation loss)
  double learning_rate_floor = 1e-6;
  std::int64_t plateau_patience = 4;  // validations without a better loss before the rate falls
  double plateau_factor = 0.5;
  double gradient_clip = 1.0;  // largest norm of all gradients together; 0: no clipping
  double ema_decay = 0.999;  // the model that is validated and kept is the weights' moving average;
                             // 0: the weights themselves
};

/// What every stage's loop is told.
struct LoopConfig {
  std::int64_t steps = 10000;
  std::int64_t batch_size = 16;  // images of one step, all processes together
  std::int64_t micro_batch = 0;  // images in memory at once, a process; 0: its whole share of the
                                 // batch (no gradient accumulation)
  std::string precision =
      "float32";  // float32 | bfloat16 (products in bfloat16, weights and sums in float32) | auto
  bool activation_checkpointing = false;  // forget activations inside blocks and compute them
                                          // again: less memory, a third more work
  std::int64_t log_every = 20;            // steps between rows of the log
  std::int64_t validate_every = 500;
  std::int64_t validation_images = 256;  // at most
  std::int64_t checkpoint_every = 500;
  std::int64_t keep_best = 2;   // checkpoints of the lowest validation losses, besides the last
  std::string result = "last";  // last | best: whose weights the stage ends with, the last step's
                                // or those of the lowest validation loss
  std::int64_t sample_every = 1000;  // pictures of what the model makes by now; 0: none
  OptimizerConfig optimizer;
};

struct DataConfig {
  std::string dataset;          // folder that `raygen prepare` made
  std::string train = "train";  // names of the splits
  std::string validation = "val";
};

struct VqganTrainingConfig {
  bool enabled = true;  // false: this stage is left out, and so are those that need it
  std::string from;     // a finished bundle or a taming checkpoint whose VQ-GAN is used as it is;
                        // empty: this stage trains one
  std::int64_t channels = 32;  // ch; a multiple of 32 (GroupNorm has 32 groups)
  std::vector<std::int64_t> channel_multipliers = {1, 1, 2, 4};
  std::int64_t residual_blocks = 1;
  std::vector<std::int64_t> attention_resolutions;  // levels of these sizes have attention blocks
  bool middle_attention = true;
  std::int64_t crop = 0;  // side of the random squares that are learned from; 0: whole images
  std::int64_t image_channels = 1;  // 1 grey, 3 RGB with equal channels as the original
  std::int64_t z_channels = 64;
  std::int64_t embedding = 32;  // width of a codebook row
  std::int64_t codebook = 512;
  std::string codebook_update =
      "ema";                     // ema (moving averages of the features) | gradient (codebook loss)
  double codebook_decay = 0.99;  // ema
  double commitment_weight = 0.25;
  std::int64_t revive_after = 100;  // steps in which a code is not used before it is set to a
                                    // feature of the batch; 0: never
  double l1_weight = 1.0;
  double l2_weight = 1.0;  // squared error: what PSNR measures
  double perceptual_weight = 0.1;
  std::string lpips;  // checkpoint with VGG-16 and LPIPS weights; empty: the stand-in that needs
                      // none (see docs/training.md)
  double adversarial_weight = 0.1;  // times the adaptive weight
  std::int64_t adversarial_start =
      5000;  // step from which the discriminator counts; past the last step: never
  std::int64_t discriminator_channels = 32;
  std::int64_t discriminator_layers = 3;
  double discriminator_learning_rate = 1e-4;
  LoopConfig loop;
};

struct TextTrainingConfig {
  bool enabled = true;
  std::string from;  // a finished bundle or a Hugging Face folder whose text encoder is used;
                     // empty: this stage trains one
  std::string tokenizer = "wordpiece";  // wordpiece | sentencepiece: the kind of vocabulary that is
                                        // learned from the reports
  std::int64_t vocabulary = 1000;       // entries at most
  std::int64_t length = 64;             // tokens a prompt is padded and truncated to
  std::int64_t hidden = 128;
  std::int64_t layers = 4;
  std::int64_t heads = 4;
  std::int64_t intermediate = 512;
  double mask_probability = 0.15;  // of these 80 % become [MASK], 10 % a random entry, 10 % stay
  LoopConfig loop;
};

struct DecoderTrainingConfig {
  bool enabled = true;
  std::string from;  // a finished bundle whose masked decoder the training begins with; empty:
                     // random weights
  std::string recipe = "raygen";     // raygen | original: Adam 1e-5, batch 16, plateau, no warm-up,
                                     // EMA, smoothing, dropout or clipping
  std::string attention = "normal";  // normal | fast
  std::int64_t hidden = 192;
  std::int64_t intermediate = 768;  // width of the feed-forward's halves
  std::int64_t layers = 6;
  std::int64_t heads = 6;
  std::int64_t features = 256;  // fast: random features of a head
  std::string mask_schedule =
      "cosine";               // cosine | arccos: how the mask ratio follows a uniform number
  double text_dropout = 0.1;  // share of the prompts that are emptied, for guidance
  double label_smoothing = 0.1;
  bool train_text_encoder = false;  // fine-tune the text encoder along with the decoder
  double text_encoder_learning_rate = 1e-4;
  LoopConfig loop;
};

struct TrainingConfig {
  std::string out = "runs/raygen";  // the stages' folders and the finished model/
  std::uint64_t seed = 0;
  std::int64_t threads = 0;     // 0: one a core
  std::string device = "auto";  // auto | cpu | cuda | cuda:INDEX
  std::string licence = "";     // of the model that is made, for its manifest
  std::string stored_precision =
      "float32";  // float32 | float16 | bfloat16: of the finished model's weights on disk
  DataConfig data;
  VqganTrainingConfig vqgan;
  TextTrainingConfig text_encoder;
  DecoderTrainingConfig masked_decoder;
};

/// Reads a YAML file's text over the defaults, then `overrides` ("vqgan.loop.steps=100"). Unknown
/// keys are refused with the nearest known name; values are checked for type and range. recipe:
/// original changes the defaults of masked_decoder.loop before other keys are read. Throws
/// Error(format | invalid_argument) naming `where`, line and key.
TrainingConfig training_config_from_yaml(const std::string& yaml,
                                         const std::vector<std::string>& overrides,
                                         const std::string& where);

/// Every key with its value and, as a comment, what it means. Reading it back gives the same
/// config.
std::string to_yaml(const TrainingConfig& config);

/// A JSON Schema of every key.
std::string training_schema();

}  // namespace raygen::engine
