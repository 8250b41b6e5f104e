// The training's arithmetic against PyTorch's: the loss of masked tokens, and what ten steps of
// Adam make of the weights. RAYGEN_GOLDEN names the folder of cases, as write_fixtures.py lays them
// out.

#include "bundle/bundle.hpp"
#include "import/import.hpp"
#include "model/parts.hpp"
#include "training/decoder_network.hpp"
#include "training/optimizer.hpp"
#include "training/perceptual.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <unistd.h>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace raygen::engine;

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> case_folders() {
  std::vector<fs::path> folders;
  if (const char* root = std::getenv("RAYGEN_GOLDEN")) {
    for (const auto& entry : fs::directory_iterator(root)) {
      if (fs::exists(entry.path() / "case.json")) folders.push_back(entry.path());
    }
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

/// A case's decoder with gradients, through the same import as a user's.
struct Trainee {
  explicit Trainee(const fs::path& folder, at::ScalarType number = at::kFloat)
      : parameters(at::kCPU, number), type(number) {
    const auto about = nlohmann::json::parse(std::ifstream(folder / "case.json"));
    const fs::path hub = folder / "cxr-bert";
    const bool embedded =
        !fs::exists(hub / "pytorch_model.bin") && !fs::exists(hub / "model.safetensors");
    ImportSources sources;
    sources.decoder = folder / "raygen.ckpt";
    sources.vqgan = folder / "vqgan.ckpt";
    sources.heads = about.at("decoder").at("n_heads").get<std::int64_t>();
    (embedded ? sources.text_config : sources.text_encoder) = embedded ? hub / "config.json" : hub;
    const char* vocabulary = std::getenv("RAYGEN_VOCABULARY");
    if (!fs::exists(hub / "vocab.txt") && vocabulary != nullptr) sources.vocabulary = vocabulary;
    if (embedded && fs::exists(hub / "vocab.txt")) sources.vocabulary = hub / "vocab.txt";
    const fs::path out =
        fs::temp_directory_path() / ("raygen-training-parity-" + std::to_string(::getpid()));
    import_model(sources, out, {}, /*overwrite=*/true);
    const Bundle bundle = open_bundle(out, part_types(), {}, true);
    architecture = bundle.architecture<MaskedDecoderArchitecture>();
    for (const auto& [name, entry] : bundle.part("masked_decoder").weights->entries()) {
      parameters.add(name, bundle.part("masked_decoder").weights->tensor(name),
                     !name.ends_with("projection_matrix"));
    }
    fs::remove_all(out);
  }

  at::Tensor loss(const SafetensorsFile& expected) const {
    const DecoderNetwork network(architecture, parameters, checkpointing);
    const at::Tensor labels = expected.tensor("train.labels").to(at::kLong).flatten();
    const at::Tensor tokens = expected.tensor("decoder.token_ids").to(at::kLong),
                     text = expected.tensor("text.normalized").to(type);
    if (everywhere)
      return at::cross_entropy_loss(network.head(network.hidden(tokens, text)).flatten(0, 1),
                                    labels, {}, at::Reduction::Mean, -1);
    const at::Tensor places = (labels != -1).nonzero().flatten();
    return at::cross_entropy_loss(network.head(network.hidden(tokens, text, places)),
                                  labels.index_select(0, places));
  }

  MaskedDecoderArchitecture architecture;
  Parameters parameters;
  at::ScalarType type;
  bool checkpointing = false;
  bool everywhere = false;  // all positions go through the last layer, not only the masked ones
};

}  // namespace

TEST_CASE("the loss of masked tokens is PyTorch's") {
  REQUIRE_FALSE(case_folders().empty());
  for (const fs::path& folder : case_folders()) {
    INFO(folder.filename());
    const auto expected = SafetensorsFile::open(folder / "expected.safetensors");
    Trainee trainee(folder);
    for (const bool everywhere : {false, true}) {
      INFO((everywhere ? "all positions" : "masked positions"));
      trainee.everywhere = everywhere;
      CHECK(trainee.loss(*expected).item<float>() ==
            Approx(expected->tensor("train.loss").item<float>()).margin(1e-4).epsilon(0));
    }
  }
}

// In float32, Adam makes steps of full length out of a gradient that is rounding: a few weights in
// a million may end elsewhere. In float64, which is the reference's type, none may.
TEST_CASE("ten steps of Adam end at PyTorch's weights") {
  struct Run {
    at::ScalarType type;
    bool checkpointing;
    double tolerance;
    double share_beyond;
  };
  std::int64_t compared = 0;
  for (const fs::path& folder : case_folders()) {
    if (!fs::exists(folder / "trained.safetensors"))
      continue;  // cases that were not made by write_fixtures.py have none
    for (const Run& run : {Run{at::kDouble, false, 1e-6, 0}, Run{at::kFloat, false, 1e-5, 1e-4},
                           Run{at::kFloat, true, 1e-5, 1e-4}}) {
      INFO(folder.filename() << (run.type == at::kDouble ? ", float64" : "")
                             << (run.checkpointing ? ", activations computed again" : ""));
      const auto expected = SafetensorsFile::open(folder / "expected.safetensors");
      const auto trained = SafetensorsFile::open(folder / "trained.safetensors");
      Trainee trainee(folder, run.type);
      trainee.checkpointing = run.checkpointing;
      OptimizerConfig config;
      config.algorithm = "adam";
      config.learning_rate = 1e-5;
      config.beta2 = 0.999;
      config.weight_decay = 0;
      config.warmup_steps = 0;
      config.schedule = "constant";
      config.gradient_clip = 0;
      config.ema_decay = 0;
      Optimizer optimizer("masked_decoder", trainee.parameters, config, 10);
      for (int step = 0; step < 10; ++step) {
        trainee.loss(*expected).backward();
        optimizer.step(step);
      }
      std::int64_t weights = 0, beyond = 0;
      for (const auto& [name, tensor] : trainee.parameters.all()) {
        INFO(name);
        const at::Tensor difference =
            (tensor.detach().to(at::kDouble) - trained->tensor(name).to(at::kDouble)).abs();
        CHECK(difference.max().item<double>() <= 1e-4);  // ten steps of full length
        weights += tensor.numel();
        beyond += (difference > run.tolerance).sum().item<std::int64_t>();
      }
      CHECK(static_cast<double>(beyond) <= run.share_beyond * static_cast<double>(weights));
      compared += weights;
    }
  }
  CHECK(compared > 0);
}

TEST_CASE("LPIPS is PyTorch's") {
  const fs::path folder = fs::path(std::getenv("RAYGEN_GOLDEN")) / "perceptual";
  const auto expected = SafetensorsFile::open(folder / "expected.safetensors");
  const auto lpips = load_lpips(folder / "lpips.pth", at::kCPU, {});
  const at::Tensor x = expected->tensor("x"), y = expected->tensor("y");
  CHECK(((*lpips)(x, y) - expected->tensor("lpips")).abs().max().item<float>() <= 1e-4f);
  CHECK((*lpips)(x, x).abs().max().item<float>() == 0);
}
