#pragma once
// A training that takes seconds: phantoms of 64 pixels made small, every stage a few steps.

#include "../temporary_folder.hpp"
#include "dataset/prepare.hpp"
#include "phantom/phantom.hpp"
#include "training/training.hpp"

#include <filesystem>
#include <stdexcept>
#include <string>

namespace raygen::engine {

/// 24 phantoms at 32 pixels in folder/dataset; made once.
inline std::filesystem::path small_dataset(const std::filesystem::path& folder) {
  const std::filesystem::path out = folder / "dataset";
  if (std::filesystem::exists(out / "dataset.json")) return out;
  PhantomFolderOptions phantoms;
  phantoms.seed = 5;
  phantoms.count = 24;
  phantoms.size = 64;
  write_phantoms(phantoms, folder / "phantoms", {}, nullptr);
  TableOptions table;
  table.tables.push_back({folder / "phantoms" / "phantoms.csv", std::nullopt});
  table.out = out;
  table.resolution = 32;
  table.val_fraction = 0.2;
  table.test_fraction = 0.1;
  prepare_table(table);
  return out;
}

inline TrainingConfig small_config(const std::filesystem::path& dataset,
                                   const std::filesystem::path& out) {
  TrainingConfig config;
  config.out = out.string();
  config.seed = 3;
  config.threads = 1;
  config.device = "cpu";
  config.licence = "none";
  config.data.dataset = dataset.string();
  config.vqgan.channel_multipliers = {1, 1};
  config.vqgan.crop = 16;
  config.vqgan.codebook = 32;
  config.vqgan.embedding = 8;
  config.vqgan.z_channels = 16;
  config.vqgan.revive_after = 2;
  config.vqgan.adversarial_start = 3;  // the discriminator takes part in the test
  config.vqgan.discriminator_channels = 8;
  config.vqgan.discriminator_layers = 2;
  config.text_encoder.vocabulary = 200;
  config.text_encoder.length = 32;
  config.text_encoder.hidden = 16;
  config.text_encoder.layers = 1;
  config.text_encoder.heads = 2;
  config.text_encoder.intermediate = 32;
  config.masked_decoder.hidden = 32;
  config.masked_decoder.intermediate = 32;
  config.masked_decoder.layers = 1;
  config.masked_decoder.heads = 2;
  config.masked_decoder.train_text_encoder = true;
  for (LoopConfig* loop :
       {&config.vqgan.loop, &config.text_encoder.loop, &config.masked_decoder.loop}) {
    loop->steps = 6;
    loop->batch_size = 4;
    loop->log_every = 1;
    loop->validate_every = 3;
    loop->checkpoint_every = 4;
    loop->sample_every = 6;
    loop->keep_best = 1;
    loop->optimizer.warmup_steps = 2;
  }
  return config;
}

}  // namespace raygen::engine
