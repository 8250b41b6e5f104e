#include "training/config_keys.hpp"

#include "bundle/stored_weights.hpp"

#include <utility>

namespace raygen::engine {

namespace {

constexpr double kWide = 1 << 16;
constexpr Range any_size = {.least = 0};

class Table {
 public:
  template <typename Value>
  void add(const char* name, Value& value, std::string meaning, Range range = {}) {
    keys.push_back({prefix_ + name, &value, std::move(meaning), range});
  }
  void add(const char* name, std::string& value, std::string meaning,
           std::vector<std::string> choices = {}) {
    keys.push_back({prefix_ + name, &value, std::move(meaning), {}, std::move(choices)});
  }
  template <typename Members>
  void section(const char* name, std::string meaning, const Members& members) {
    keys.push_back({prefix_ + name, Section{}, std::move(meaning)});
    const std::string outer = std::exchange(prefix_, prefix_ + name + ".");
    members();
    prefix_ = outer;
  }

  ConfigKeys keys;

 private:
  std::string prefix_;
};

void add_optimizer(Table& table, OptimizerConfig& c) {
  table.add("algorithm", c.algorithm, "adamw | adam", {"adamw", "adam"});
  table.add("learning_rate", c.learning_rate, "at its highest", between(0, 10));
  table.add("beta1", c.beta1, "decay of the gradients' average", below_one);
  table.add("beta2", c.beta2, "decay of the squared gradients' average", below_one);
  table.add("weight_decay", c.weight_decay, "adamw: decoupled, on matrices only; adam: none",
            fraction);
  table.add("warmup_steps", c.warmup_steps, "the rate rises linearly from 0", at_least(0));
  table.add("schedule", c.schedule,
            "constant | cosine (falls to the floor at the last step) | plateau (by the "
            "validations, compared as for keep_best)",
            {"constant", "cosine", "plateau"});
  table.add("learning_rate_floor", c.learning_rate_floor, "no schedule goes below it",
            between(0, 10));
  table.add("plateau_patience", c.plateau_patience,
            "validations without a better one before the rate falls", at_least(0));
  table.add("plateau_factor", c.plateau_factor, "what the rate is multiplied by then", fraction);
  table.add("gradient_clip", c.gradient_clip,
            "largest norm of all gradients together; 0: no clipping", any_size);
  table.add("ema_decay", c.ema_decay,
            "the weights' moving average is validated and kept; 0: the weights themselves",
            below_one);
}

void add_loop(Table& table, LoopConfig& c) {
  table.section("loop", "the stage's training loop", [&] {
    table.add("steps", c.steps, "steps of the optimizer", at_least(1));
    table.add("batch_size", c.batch_size, "images of one step, all processes together",
              between(1, kWide));
    table.add("micro_batch", c.micro_batch,
              "images in memory at once, a process; 0: its whole share of the batch",
              between(0, kWide));
    table.add("precision", c.precision,
              "float32 | bfloat16 (products in bfloat16, weights and sums in float32) | auto",
              {"float32", "bfloat16", "auto"});
    table.add("activation_checkpointing", c.activation_checkpointing,
              "compute activations twice: less memory, a third more work");
    table.add("log_every", c.log_every, "steps between rows of the log", at_least(1));
    table.add("validate_every", c.validate_every, "steps between validations", at_least(1));
    table.add("validation_images", c.validation_images, "at most", at_least(1));
    table.add("checkpoint_every", c.checkpoint_every, "steps between checkpoints", at_least(1));
    table.add("keep_best", c.keep_best,
              "checkpoints of the best validations (lowest loss; of a classifier: highest mean "
              "AUROC), besides the last",
              between(0, 100));
    table.add("result", c.result,
              "last | best: ends with the last step's weights, or those of the best validation",
              {"last", "best"});
    table.add("sample_every", c.sample_every,
              "steps between pictures of what the model makes by now; 0: none", at_least(0));
    table.section("optimizer", "how weights follow gradients",
                  [&] { add_optimizer(table, c.optimizer); });
  });
}

void add_data(Table& table, DataConfig& c) {
  table.add("dataset", c.dataset, "folder that `raygen prepare` made");
  table.add("train", c.train, "name of the split that is learned from");
  table.add("validation", c.validation, "name of the split that is validated on");
}

void add_vqgan(Table& table, VqganTrainingConfig& c) {
  table.add("enabled", c.enabled, "false: this stage is left out, and so are those that need it");
  table.add(
      "from", c.from,
      "bundle or taming checkpoint whose VQ-GAN is used as it is; empty: this stage trains one");
  table.add("channels", c.channels, "of the first level; a multiple of 32", between(32, kWide));
  table.add("channel_multipliers", c.channel_multipliers,
            "of each level; every level after the first halves the image", between(1, 64));
  table.add("residual_blocks", c.residual_blocks, "a level", between(1, 64));
  table.add("attention_resolutions", c.attention_resolutions,
            "levels of these sizes have attention blocks", between(1, 1 << 14));
  table.add("middle_attention", c.middle_attention,
            "an attention block between encoder and quantizer, and after it");
  table.add("crop", c.crop, "side of the random squares that are learned from; 0: whole images",
            at_least(0));
  table.add("image_channels", c.image_channels,
            "1: grey, 3: RGB with equal channels as the original", between(1, 3));
  table.add("z_channels", c.z_channels, "of the features before quantisation", between(1, kWide));
  table.add("embedding", c.embedding, "width of a codebook row", between(1, kWide));
  table.add("codebook", c.codebook, "rows", between(2, 1 << 22));
  table.add("codebook_update", c.codebook_update,
            "ema (moving averages of the features) | gradient (codebook loss)",
            {"ema", "gradient"});
  table.add("codebook_decay", c.codebook_decay, "of the moving averages", below_one);
  table.add("commitment_weight", c.commitment_weight, "pulls features to their codes", any_size);
  table.add("revive_after", c.revive_after,
            "steps without use before a code is set to a feature of the batch; 0: never",
            at_least(0));
  table.add("l1_weight", c.l1_weight, "absolute error", any_size);
  table.add("l2_weight", c.l2_weight, "squared error: what PSNR measures", any_size);
  table.add("perceptual_weight", c.perceptual_weight, "difference of features", any_size);
  table.add("lpips", c.lpips,
            "checkpoint with VGG-16 and LPIPS weights; empty: features that need none, see "
            "docs/training.md");
  table.add("adversarial_weight", c.adversarial_weight, "times the adaptive weight", any_size);
  table.add("adversarial_start", c.adversarial_start,
            "step from which the discriminator counts; past the last step: never", at_least(0));
  table.add("discriminator_channels", c.discriminator_channels, "of its first layer",
            between(1, kWide));
  table.add("discriminator_layers", c.discriminator_layers, "strided convolutions", between(1, 16));
  table.add("discriminator_learning_rate", c.discriminator_learning_rate, "constant",
            between(0, 10));
  add_loop(table, c.loop);
}

void add_text_encoder(Table& table, TextTrainingConfig& c) {
  table.add("enabled", c.enabled, "false: this stage is left out, and so is the masked decoder");
  table.add(
      "from", c.from,
      "bundle or Hugging Face folder whose text encoder is used; empty: this stage trains one");
  table.add("tokenizer", c.tokenizer,
            "wordpiece | sentencepiece: the kind of vocabulary that is learned from the reports",
            {"wordpiece", "sentencepiece"});
  table.add("vocabulary", c.vocabulary, "entries at most", between(16, 1 << 22));
  table.add("length", c.length, "tokens a prompt is padded and truncated to", between(4, 1 << 14));
  table.add("hidden", c.hidden, "width", between(1, kWide));
  table.add("layers", c.layers, "of the transformer", between(1, 512));
  table.add("heads", c.heads, "of attention; they divide hidden", between(1, kWide));
  table.add("intermediate", c.intermediate, "width inside the feed-forward", between(1, kWide));
  table.add("mask_probability", c.mask_probability,
            "share of tokens to guess: 80 % become [MASK], 10 % another, 10 % stay", fraction);
  add_loop(table, c.loop);
}

void add_classifier(Table& table, ClassifierTrainingConfig& c) {
  table.add("enabled", c.enabled, "train this stage; the others do not need it");
  table.add("from", c.from,
            "a model whose classifier's weights are begun with; empty: random ones");
  table.add("network", c.network, "densenet | efficientnet_lite (Lite0's sizes)",
            {"densenet", "efficientnet_lite"});
  table.add("initial_channels", c.initial_channels, "densenet: of its first convolution",
            between(1, kWide));
  table.add("growth", c.growth, "densenet: channels that a layer adds", between(1, kWide));
  table.add("blocks", c.blocks, "densenet: layers of each block; 6, 12, 24, 16 is DenseNet-121",
            between(1, 1024));
  table.add("rotation", c.rotation, "images are turned by up to so many degrees; never mirrored",
            between(0, 180));
  table.add("shift", c.shift, "and moved by up to this share of their side", fraction);
  table.add("scaling", c.scaling, "and made larger or smaller by up to this share", below_one);
  table.add("label_weights", c.label_weights,
            "none | rare (a label weighs more the fewer images have it, as torchxrayvision)",
            {"none", "rare"});
  table.add("mask_uncertain", c.mask_uncertain,
            "leave out labels that the report mentions without being sure");
  table.add("patience", c.patience,
            "validations without a better AUROC before the stage ends; 0: it goes to its last step",
            at_least(0));
  add_loop(table, c.loop);
}

void add_masked_decoder(Table& table, DecoderTrainingConfig& c) {
  table.add("enabled", c.enabled, "false: this stage is left out");
  table.add("from", c.from,
            "bundle whose masked decoder the training begins with; empty: random weights");
  table.add("recipe", c.recipe,
            "raygen | original (other defaults: Adam at 1e-5, batch 16, plateau, nothing else)",
            {"raygen", "original"});
  table.add("attention", c.attention, "normal | fast (Performer)", {"normal", "fast"});
  table.add("hidden", c.hidden, "width", between(1, kWide));
  table.add("intermediate", c.intermediate, "width of the feed-forward's halves",
            between(1, kWide));
  table.add("layers", c.layers, "of the transformer", between(1, 512));
  table.add("heads", c.heads, "of attention; they divide hidden", between(1, kWide));
  table.add("features", c.features, "fast: random features of a head", between(1, kWide));
  table.add("mask_schedule", c.mask_schedule,
            "cosine | arccos: how the mask ratio follows a uniform number", {"cosine", "arccos"});
  table.add("text_dropout", c.text_dropout, "share of the prompts that are emptied, for guidance",
            fraction);
  table.add("label_smoothing", c.label_smoothing, "share of the target spread over the codebook",
            below_one);
  table.add("train_text_encoder", c.train_text_encoder,
            "fine-tune the text encoder along with the decoder");
  table.add("text_encoder_learning_rate", c.text_encoder_learning_rate, "for that", between(0, 10));
  add_loop(table, c.loop);
}

}  // namespace

ConfigKeys keys_of(TrainingConfig& c) {
  Table table;
  table.add("out", c.out, "folder of the stages' runs and of the finished model/");
  table.add("seed", c.seed, "of all random numbers");
  table.add("threads", c.threads, "of the CPU; 0: one a core", between(0, 1024));
  table.add("device", c.device, "auto | cpu | cuda | cuda:INDEX");
  table.add("licence", c.licence, "of the model that is made, for its manifest");
  table.add(
      "stored_precision", c.stored_precision,
      "float32 | float16 | bfloat16 | int8: of the finished model's weights on disk (int8: the "
      "masked decoder's linears)",
      {kStoredPrecisions.begin(), kStoredPrecisions.end()});
  table.section("data", "what is learned from", [&] { add_data(table, c.data); });
  table.section("vqgan", "the image tokenizer: images to tokens and back",
                [&] { add_vqgan(table, c.vqgan); });
  table.section("text_encoder", "sentences to embeddings",
                [&] { add_text_encoder(table, c.text_encoder); });
  table.section("classifier", "images to findings, for evaluations; a model of its own",
                [&] { add_classifier(table, c.classifier); });
  table.section("masked_decoder", "embeddings to image tokens",
                [&] { add_masked_decoder(table, c.masked_decoder); });
  return std::move(table.keys);
}

}  // namespace raygen::engine
