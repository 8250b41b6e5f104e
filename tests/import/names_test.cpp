#include "import_fixture.hpp"

#include "import/names.hpp"

#include <nlohmann/json.hpp>

#include <catch2/catch.hpp>

using namespace raygen::engine;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

TensorMap renamed(const TensorMap& tensors, const std::string& prefix, const std::string& from = "",
                  const std::string& to = "") {
  TensorMap all;
  for (const auto& [name, tensor] : tensors) {
    std::string other = prefix + name;
    if (const std::size_t at = other.find(from); !from.empty() && at != std::string::npos)
      other.replace(at, from.size(), to);
    all[other] = tensor;
  }
  return all;
}

/// latent-diffusion's LitEma: names without dots.
TensorMap without_dots(const TensorMap& tensors, const std::string& prefix) {
  TensorMap all;
  for (const auto& [name, tensor] : tensors) {
    std::string flat = name;
    std::erase(flat, '.');
    all[prefix + flat] = at::zeros_like(tensor);
  }
  return all;
}

TensorMap zeros(const TensorMap& tensors, const std::string& prefix) {
  TensorMap all;
  for (const auto& [name, tensor] : tensors) all[prefix + name] = at::zeros_like(tensor);
  return all;
}

struct Named : OriginalModel {
  Named() { write(); }
  void store_decoder(const TensorMap& tensors, const std::string& wrap = "state_dict") {
    write_file(sources.decoder, checkpoint_bytes(tensors, wrap));
  }
  void store_vqgan(const TensorMap& tensors) {
    write_file(sources.vqgan, checkpoint_bytes(tensors, "state_dict"));
  }
  /// Converts and compares with the plain tensors.
  std::string notes() {
    const std::string warnings = convert();
    const Bundle bundle = open();
    for (const auto& [name, tensor] : decoder)
      CHECK(same(bundle.part("masked_decoder").weights->tensor(name), tensor));
    for (const auto& [name, tensor] : vqgan)
      CHECK(same(bundle.part("vqgan").weights->tensor(name), tensor));
    return warnings;
  }
  nlohmann::json provenance() const { return nlohmann::json::parse(open().manifest)["provenance"]; }
};

}  // namespace

TEST_CASE("wrappers are taken out of names wherever they are", "[import]") {
  CHECK(without_wrappers("model.transformer._orig_mod.dec_layers.0.x") ==
        "transformer.dec_layers.0.x");
  CHECK(without_wrappers("_forward_module.model.module.a.module.b") == "a.b");
  CHECK(without_wrappers("model._fsdp_wrapped_module.a._checkpoint_wrapped_module.b") == "a.b");
  CHECK(without_wrappers("model.a.model.b") == "a.model.b");
  Named model;
  const std::string part = "transformer.";
  for (const auto& [prefix, inner] : std::vector<std::pair<std::string, std::string>>{
           {"model.", "_orig_mod."},
           {"_forward_module.model.", "module."},
           {"module._orig_mod.", "_fsdp_wrapped_module."},
           {"model.", "_checkpoint_wrapped_module._orig_mod."},
           {"net.", ""},
           {"generator.raygen.", "module."}}) {
    CAPTURE(prefix, inner);
    model.store_decoder(renamed(model.decoder, prefix, part, part + inner));
    model.store_vqgan(renamed(model.vqgan, prefix, "encoder.", "encoder." + inner));
    CHECK(model.notes().empty());
  }
}

TEST_CASE("weights are found under the keys of other frameworks", "[import]") {
  Named model;
  for (const char* key : {"module", "params", "net", "weights", "params_ema", "ema_state_dict"}) {
    CAPTURE(key);
    model.store_decoder(model.decoder, key);
    model.notes();
    CHECK_THAT(model.provenance()["took"][0].get<std::string>(), Contains(key));
  }
  SECTION("an average beside the weights is left out, and said") {
    const std::string average =
        pickle::mapping({{"w", pickle::tensor("FloatStorage", "0", 1, 0, {1}, {1})}});
    write_file(model.sources.decoder,
               checkpoint_bytes(model.decoder, "state_dict",
                                {{"ema_state_dict", average}, {"state_dict_ema", average}}));
    const std::string notes = model.notes();
    CHECK_THAT(notes, Contains("'ema_state_dict' was left out"));
    CHECK_THAT(notes, Contains("'state_dict_ema' was left out"));
  }
  SECTION("a config under a usual key is no state dict") {
    write_file(model.sources.decoder,
               checkpoint_bytes(model.decoder, "module",
                                {{"model", pickle::mapping({{"layers", pickle::integer(2)}})}}));
    CHECK(model.notes().empty());
  }
  SECTION("a whole module") {
    write_file(model.sources.decoder,
               torch_zip_bytes(pickle::file(pickle::global("nets", "RayGen") + ")\x81}b"), {}));
    CHECK_THAT(model.convert_error(), StartsWith("unsupported: ") && Contains("'nets.RayGen'") &&
                                          Contains("state_dict()"));
  }
}

TEST_CASE("what training keeps beside a network is left out with a note", "[import]") {
  Named model;
  TensorMap stored = prefixed(model.decoder, "model.");
  const auto with = [&](const TensorMap& further) {
    TensorMap all = stored;
    all.insert(further.begin(), further.end());
    model.store_decoder(all);
    return model.notes();
  };
  CHECK_THAT(with({{"val_acc.total", at::zeros({}, at::kLong)}}),
             Contains("1 tensor called 'val_acc'… was left out: a metric"));
  CHECK_THAT(with({{"train_metrics.MulticlassAUROC.tp", at::zeros({3})}}), Contains("a metric"));
  CHECK_THAT(with({{"fid.inception.conv.weight", at::zeros({3})}}), Contains("a metric"));
  CHECK_THAT(with({{"criterion.weight", at::zeros({3})}}), Contains("a loss"));
  CHECK_THAT(with({{"discriminator.main.0.weight", at::zeros({3})}}), Contains("a loss"));
  CHECK_THAT(with(without_dots(model.decoder, "model_ema.")),
             Contains("'model_ema'… were left out: an average of the weights"));
  CHECK_THAT(with(zeros(model.decoder, "ema_model.")), Contains("an average of the weights"));
  CHECK_THAT(with(zeros(model.decoder, "model_ema.module.")), Contains("an average"));
  SECTION("the weights' average of torch.optim.swa_utils") {
    TensorMap average = prefixed(model.decoder, "module.");
    average["n_averaged"] = at::zeros({}, at::kLong);
    model.store_decoder(average);
    CHECK_THAT(model.notes(), Contains("'n_averaged'… was left out: a state of training"));
  }
  SECTION("an average alone is taken, and said") {
    model.store_decoder(prefixed(model.decoder, "ema_model."));
    CHECK_THAT(model.notes(), Contains("the average of the weights under 'ema_model.' was taken"));
  }
  SECTION("kept in the model") {
    with({{"val_acc.total", at::zeros({}, at::kLong)}});
    const nlohmann::json kept = model.provenance();
    CHECK_THAT(kept["left_out"].dump(), Contains("val_acc"));
    CHECK_THAT(kept["left_out"].dump(), Contains("'loss'"));  // of the VQ-GAN
    CHECK(kept["assumed"].empty());
    CHECK_THAT(kept["took"].dump(), Contains("The masked decoder: ") && Contains("raygen.ckpt") &&
                                        Contains(" heads: hparams.yaml"));
  }
}

TEST_CASE("what is unknown stays an error that says how to leave it out", "[import]") {
  Named model;
  TensorMap stored = prefixed(model.decoder, "model.");
  stored["model.confidence_head.weight"] = stored["aux.bias"] = at::zeros({1});
  model.store_decoder(stored);
  CHECK_THAT(model.convert_error(), StartsWith("format: ") && Contains("'aux.bias' is unknown") &&
                                        Contains("--ignore aux --ignore confidence_head"));
  model.sources.ignore = {"aux"};
  CHECK_THAT(model.convert_error(), Contains("'confidence_head.weight' is unknown"));
  model.sources.ignore = {"aux.", "model.confidence_head", "absent"};
  CHECK(model.notes() == "No tensor's name starts with 'absent', which was to be left out.\n");
  CHECK_THAT(model.provenance()["left_out"].dump(), Contains("as --ignore asks"));
  model.sources.ignore = {"final_dense.bias"};
  CHECK_THAT(model.convert_error(), Contains("'final_dense.bias'") && Contains("missing"));
  // Twice the same network, and neither an average.
  model.sources.ignore.clear();
  TensorMap twice = prefixed(model.decoder, "first.");
  twice.merge(prefixed(model.decoder, "second."));
  model.store_decoder(twice);
  CHECK_THAT(model.convert_error(), Contains("there twice, under 'first.' and 'second.'"));
  model.sources.ignore = {"first."};
  CHECK(model.notes().empty());
}

TEST_CASE("codebooks of EMAVQ", "[import]") {
  Named model;
  TensorMap stored = model.vqgan;
  const at::Tensor codebook = model.vqgan.at("quantize.embedding.weight");
  SECTION("taming's") {
    stored["quantize.embedding.cluster_size"] = at::ones({codebook.size(0)});
    stored["quantize.embedding.embed_avg"] = codebook.clone();
  }
  SECTION("its buffers beside the codebook, another name") {
    stored.erase("quantize.embedding.weight");
    stored["quantize.embed.weight"] = codebook;
    stored["quantize.cluster_size"] = at::ones({codebook.size(0)});
    stored["quantize.embed_avg"] = at::zeros_like(codebook);
  }
  SECTION("latent-diffusion's VQModel with averages") {
    stored.merge(without_dots(model.vqgan, "model_ema."));
    stored["model_ema.decay"] = at::ones({});
    stored["model_ema.num_updates"] = at::zeros({}, at::kInt);
  }
  model.store_vqgan(stored);
  CHECK_THAT(model.notes(), Contains("left out"));
}

TEST_CASE("a codebook of which some entries are used", "[import]") {
  Named model;
  const std::int64_t tokens = model.architecture.decoder.codebook, all = tokens + 7;
  const std::string name = model.architecture.vqgan.quantizer == Quantizer::vq
                               ? "quantize.embedding.weight"
                               : "quantize.embed.weight";
  const at::Tensor whole = at::randn({all, model.architecture.vqgan.embedding});
  const auto converted = [&](const at::Tensor& used, const at::Tensor& codebook) {
    TensorMap stored = model.vqgan;
    stored[name] = codebook;
    stored["quantize.used"] = used;
    model.store_vqgan(stored);
    const std::string notes = model.convert();
    CHECK_THAT(notes, Contains("'quantize.used'"));
    return model.open().part("vqgan").weights->tensor(name);
  };
  const at::Tensor used = at::randperm(all, at::kLong).slice(0, 0, tokens).contiguous();
  CHECK(same(converted(used, whole), whole.index_select(0, used)));
  // One token more than entries: taming's unknown_index "extra", which means the first entry.
  const at::Tensor fewer = used.slice(0, 0, tokens - 1).contiguous();
  CHECK(
      same(converted(fewer, whole), whole.index_select(0, at::cat({fewer, fewer.slice(0, 0, 1)}))));
  const at::Tensor own = whole.slice(0, 0, tokens).contiguous();
  CHECK(same(converted(at::arange(tokens), own), own));
  CHECK(same(converted(at::arange(5), own), own));
  const auto error = [&](const at::Tensor& bad) {
    TensorMap stored = model.vqgan;
    stored["quantize.used"] = bad;
    model.store_vqgan(stored);
    return model.convert_error();
  };
  CHECK_THAT(error(at::tensor({3, 1, 2}, at::kLong)),
             StartsWith("unsupported: ") && Contains("what they mean cannot be told"));
  CHECK_THAT(error(at::tensor({3, -1}, at::kLong)), StartsWith("format: "));
  CHECK_THAT(error(at::tensor({3, 1000}, at::kLong)), StartsWith("format: "));
  CHECK_THAT(error(at::ones({3})), StartsWith("format: "));
  CHECK_THAT(error(at::ones({0}, at::kLong)), StartsWith("format: "));
  model.sources.ignore = {"quantize.used"};
  CHECK(model.convert().empty());
}
