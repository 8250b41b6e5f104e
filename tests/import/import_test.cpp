#include "import/import.hpp"

#include "bundle/bundle.hpp"
#include "grouped_locale.hpp"
#include "import_fixture.hpp"
#include "storage/json.hpp"
#include "storage/utf8.hpp"

#include <nlohmann/json.hpp>

#include <catch2/catch.hpp>

#include <limits>

using namespace raygen::engine;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

TEST_CASE("the original's files become a bundle with the same tensors", "[import]") {
  OriginalModel model;
  SECTION("softmax attention, nearest code") {}
  SECTION("Performer, Gumbel") {
    model.architecture.decoder.attention = AttentionKind::fast;
    model.architecture.decoder.features = 5;
    model.architecture.vqgan.quantizer = Quantizer::gumbel;
  }
  SECTION("attention in the decoder alone, none in the middle, three levels") {
    model.architecture.vqgan.channel_multipliers = {1, 2, 2};
    model.architecture.vqgan.resolution = 16;
    model.architecture.vqgan.encoder_attention = {false, false, false};
    model.architecture.vqgan.decoder_attention = {true, false, true};
    model.architecture.vqgan.encoder_mid_attention = false;
    model.architecture.vqgan.residual_blocks = 2;
  }
  SECTION("no text projector, no contrastive head") {
    model.architecture.decoder.hidden = 16;
    model.architecture.decoder.text_projector = false;
    model.architecture.text.projection = 0;
  }
  SECTION("bfloat16") { model.type = at::kBFloat16; }
  model.write();
  CHECK(model.convert().empty());
  const Bundle bundle = model.open();
  const Parts parts = model.architecture.parts();
  REQUIRE(bundle.parts.size() == parts.size());
  for (std::size_t i = 0; i < parts.size(); ++i)
    CHECK(bundle.parts[i].architecture->to_json() == parts[i]->to_json());
  for (const auto& [name, tensor] : model.decoder)
    CHECK(same(bundle.part("masked_decoder").weights->tensor(name), tensor));
  for (const auto& [name, tensor] : model.vqgan)
    CHECK(same(bundle.part("vqgan").weights->tensor(name), tensor));
  for (const auto& [name, tensor] : model.text)
    CHECK(same(bundle.part("text_encoder").weights->tensor(name), tensor));
  CHECK(bundle.part("text_encoder").files.at("vocab.txt") == model.vocabulary);
  CHECK(bundle.manifest.find(model.folder.path().string()) ==
        std::string::npos);  // says nothing about this machine
}

TEST_CASE("float64 becomes float32", "[import]") {
  OriginalModel model;
  model.type = at::kDouble;
  model.write();
  model.convert();
  CHECK(same(model.open().part("masked_decoder").weights->tensor("final_dense.bias"),
             model.decoder.at("final_dense.bias").to(at::kFloat)));
}

TEST_CASE("the side format and wrappers' prefixes", "[import]") {
  OriginalModel model;
  model.write();
  const std::string prefix = GENERATE("", "module.", "model._orig_mod.", "_orig_mod.module.");
  CAPTURE(prefix);
  write_file(model.sources.decoder,
             checkpoint_bytes(prefixed(model.decoder, prefix), "model",
                              {{"opt", pickle::call("posix", "system", {pickle::text("true")})}}));
  CHECK(model.convert().empty());
  CHECK(same(model.open().part("masked_decoder").weights->tensor("final_dense.bias"),
             model.decoder.at("final_dense.bias")));
}

TEST_CASE("heads are taken from the most explicit source", "[import]") {
  OriginalModel model;
  model.write();
  const auto heads = [&] { return model.open().architecture<MaskedDecoderArchitecture>().heads; };
  fs::remove(model.folder.path() / "hparams.yaml");
  write_file(model.folder.path() / "config.json",
             R"({"model_type": "t5", "num_heads": 4, "num_layers": 7})");  // a text encoder's
  CHECK_THAT(model.convert(), Contains("8 was assumed"));
  CHECK(heads() == 8);
  write_file(model.folder.path() / "case.json", R"({"decoder": {"n_heads": 2, "embed_dim": 24}})");
  CHECK(model.convert().empty());
  CHECK(heads() == 2);
  write_file(model.folder.path() / "hparams.yaml", "model:\n  num_heads: 3\n  n_layers: 2\n");
  CHECK(model.convert().empty());
  CHECK(heads() == 3);
  write_file(
      model.sources.decoder,
      checkpoint_bytes(prefixed(model.decoder, "model."), "state_dict",
                       {{"hyper_parameters", pickle::mapping({{"heads", pickle::integer(4)}})}}));
  CHECK(model.convert().empty());
  CHECK(heads() == 4);
  model.sources.decoder_config = model.folder.path() / "mine.json";
  write_file(model.sources.decoder_config, R"({"heads": 6})");
  CHECK(model.convert().empty());
  CHECK(heads() == 6);
  model.sources.heads = 12;
  CHECK(model.convert().empty());
  CHECK(heads() == 12);
  model.sources.heads = 7;
  CHECK_THAT(model.convert_error(),
             StartsWith("format: ") &&
                 Contains("7 heads (from the caller) do not divide the decoder's width 24"));
}

TEST_CASE("a decoder config that speaks of another model is refused", "[import]") {
  OriginalModel model;
  model.write();
  model.sources.decoder_config = model.folder.path() / "mine.yaml";
  const auto error = [&](const std::string& yaml) {
    write_file(model.sources.decoder_config, yaml);
    return model.convert_error();
  };
  CHECK_THAT(error("n_heads: 8\nembed_dim: 32\n"),
             StartsWith("format: ") && Contains("embed_dim is 32, the weights say 24"));
  CHECK_THAT(error("n_heads: 8\nn_layers: 3\n"), Contains("n_layers is 3, the weights say 2"));
  CHECK_THAT(error("n_heads: 8\nattention: fast\n"), Contains("attention is 'fast'"));
  CHECK_THAT(error("n_heads: many\n"), Contains("n_heads is 'many'"));
  CHECK_THAT(error("layers: 2\n"), Contains("none of n_heads"));
  CHECK_THAT(error("{ :"), Contains("invalid YAML"));
  CHECK_THAT(error("- 1\n"), Contains("mapping was expected"));
  model.sources.decoder_config = model.folder.path() / "absent.yaml";
  CHECK_THAT(model.convert_error(), StartsWith("io: ") && Contains("absent.yaml"));
}

TEST_CASE("Performer's heads follow from its projection", "[import]") {
  OriginalModel model;
  model.architecture.decoder.attention = AttentionKind::fast;
  model.architecture.decoder.features = 5;
  model.architecture.decoder.heads = 3;
  model.write();
  fs::remove(model.folder.path() / "hparams.yaml");
  CHECK(model.convert().empty());
  CHECK(model.open().architecture<MaskedDecoderArchitecture>().heads == 3);
  model.sources.heads = 4;
  CHECK_THAT(model.convert_error(), Contains("the projection matrix is for heads of 8"));
}

TEST_CASE("tensors that are missing, unknown, ill-shaped or not finite are named", "[import]") {
  OriginalModel model;
  model.write();
  const auto decoder_error = [&](const std::string& name, const std::optional<at::Tensor>& tensor) {
    TensorMap tensors = model.decoder;
    tensors.erase(name);
    if (tensor) tensors[name] = *tensor;
    write_file(model.sources.decoder, checkpoint_bytes(prefixed(tensors, "model."), "state_dict"));
    return model.convert_error();
  };
  CHECK_THAT(decoder_error("final_dense.bias", std::nullopt),
             StartsWith("format: ") && Contains("raygen.ckpt") && Contains("'final_dense.bias'") &&
                 Contains("missing"));
  CHECK_THAT(decoder_error("image_embedding.weight", std::nullopt),
             Contains("'image_embedding.weight' is missing"));
  CHECK_THAT(decoder_error("image_embedding.weight", at::zeros({21})),
             Contains("2 dimensions were expected"));
  CHECK_THAT(decoder_error("final_dense.bias", at::zeros({19})),
             Contains("[19]") && Contains("[20]"));
  CHECK_THAT(decoder_error("extra.weight", at::zeros({1})), Contains("'extra.weight' is unknown"));
  CHECK_THAT(decoder_error("final_dense.bias", at::zeros({20}, at::kLong)), Contains("Long"));
  CHECK_THAT(
      decoder_error("final_dense.bias", at::full({20}, std::numeric_limits<float>::quiet_NaN())),
      StartsWith("numeric: ") && Contains("'final_dense.bias'"));
  CHECK_THAT(decoder_error("transformer.dec_layers.0.layer_norm_3.weight", std::nullopt),
             Contains("missing"));
  CHECK_THAT(decoder_error("final_dense.weight", at::zeros({30, 24})),
             Contains("'final_dense.weight'"));
  CHECK_FALSE(fs::exists(model.out()));
}

TEST_CASE("the VQ-GAN's config must agree with its weights", "[import]") {
  OriginalModel model;
  model.write();
  model.sources.vqgan_config = model.folder.path() / "project.yaml";
  const std::string yaml =
      "model:\n  target: taming.models.vqgan.VQModel\n  params:\n    embed_dim: 8\n    n_embed: "
      "20\n    ddconfig:\n      double_z: false\n"
      "      z_channels: 8\n      resolution: 8\n      in_channels: 3\n      out_ch: 3\n      ch: "
      "32\n      ch_mult: [1, 2]\n"
      "      num_res_blocks: 1\n      attn_resolutions: [4]\n      dropout: 0.0\n";
  const auto error = [&](const std::string& from, const std::string& to) {
    write_file(model.sources.vqgan_config, replaced(yaml, from, to));
    return model.convert_error();
  };
  CHECK(error("dropout: 0.0", "dropout: 0.1").empty());
  fs::remove_all(model.out());
  CHECK_THAT(error("ch: 32", "ch: 64"), StartsWith("format: ") && Contains("project.yaml") &&
                                            Contains("ch is 64, the weights say 32"));
  CHECK_THAT(error("[1, 2]", "[1, 2, 4]"), Contains("ch_mult is [1,2,4], the weights say [1,2]"));
  CHECK_THAT(error("num_res_blocks: 1", "num_res_blocks: 2"), Contains("num_res_blocks is 2"));
  CHECK_THAT(error("[4]", "[8]"),
             Contains("attn_resolutions is [8], the weights have no attention at resolution 8"));
  CHECK_THAT(error("[4]", "[]"), Contains("the weights have an attention at resolution 4"));
  CHECK_THAT(error("z_channels: 8", "z_channels: 16"), Contains("z_channels is 16"));
  CHECK_THAT(error("resolution: 8", "resolution: 16"),
             Contains("resolution is 16, the weights say 8"));
  CHECK_THAT(error("in_channels: 3", "in_channels: 1"), Contains("in_channels is 1"));
  CHECK_THAT(error("embed_dim: 8", "embed_dim: 9"), Contains("embed_dim is 9"));
  CHECK_THAT(error("n_embed: 20", "n_embed: 1024"),
             Contains("n_embed is 1024, the weights say 20"));
  CHECK_THAT(error("vqgan.VQModel", "vqgan.GumbelVQ"),
             Contains("'taming.models.vqgan.GumbelVQ', the weights say VQModel"));
  CHECK_THAT(error("double_z: false", "double_z: true"), StartsWith("unsupported: "));
  CHECK_THAT(error("ddconfig", "other"), Contains("no model.params.ddconfig"));
  CHECK_THAT(error("ch: 32", "ch: wide"), Contains("ch is 'wide'"));
  CHECK_THAT(error("model:", "model: ["), Contains("invalid YAML"));
  CHECK_FALSE(fs::exists(model.out()));
}

TEST_CASE("files whose names are no UTF-8 are converted, and recorded as text", "[import]") {
  OriginalModel model;
  model.write();
  const fs::path home = model.folder.path() / "caf\xe9";
  fs::create_directories(home);
  for (fs::path* source :
       {&model.sources.decoder, &model.sources.vqgan, &model.sources.text_encoder}) {
    const fs::path moved = home / (source->filename().string() + "\xe9");
    fs::rename(*source, moved);
    *source = moved;
  }
  model.sources.decoder_config = home / "heads\xe9.yaml";
  fs::rename(model.folder.path() / "hparams.yaml", model.sources.decoder_config);
  SECTION("all that is needed is there") { CHECK(model.convert().empty()); }
  SECTION("and what is noted is UTF-8") {
    fs::remove(model.sources.decoder_config);
    write_file(model.sources.decoder_config, "n_heads: 1\n");
    CHECK(utf8::is_valid(model.convert()));
  }
  const Json provenance = Json::parse(model.open().manifest).at("provenance");
  CHECK(provenance.at("decoder").at("file") == "raygen.ckpt\\xe9");
  CHECK(provenance.at("vqgan").at("file") == "vqgan.ckpt\\xe9");
  CHECK(provenance.at("decoder_heads_from") == "heads\\xe9.yaml");
}

TEST_CASE("configs are read alike whatever the host's locales are", "[import]") {
  OriginalModel model;
  model.write();
  model.sources.decoder_config = model.folder.path() / "mine.yaml";
  in_every_locale([&] {
    write_file(model.sources.decoder_config,
               "NUM_ATTENTION_HEADS: " + std::to_string(model.architecture.decoder.heads) + "\n");
    CHECK(model.convert().empty());
    write_file(model.sources.decoder_config, "n_heads: 1.024\n");
    CHECK_THAT(model.convert_error(), Contains("n_heads is '1.024', a number was expected"));
    write_file(model.sources.text_encoder / "config.json", model.config());
    model.sources.decoder_config.clear();
    CHECK(model.convert().empty());
    CHECK(model.open().architecture<TextArchitecture>().layer_norm_epsilon == 1e-12);
    model.sources.decoder_config = model.folder.path() / "mine.yaml";
  });
}

TEST_CASE("what is no VQ-GAN or does not fit the decoder is refused", "[import]") {
  OriginalModel model;
  model.write();
  SECTION("a decoder in its place") {
    model.sources.vqgan = model.sources.decoder;
    CHECK_THAT(model.convert_error(), Contains("'encoder.conv_in.weight' is missing"));
  }
  SECTION("a VQ-GAN in the decoder's place") {
    model.sources.decoder = model.sources.vqgan;
    CHECK_THAT(model.convert_error(), Contains("'image_embedding.weight' is missing"));
  }
  SECTION("another codebook") {
    model.architecture.vqgan.codebook = 40;
    write_file(model.sources.vqgan,
               checkpoint_bytes(random_tensors(model.architecture.vqgan), "state_dict"));
    CHECK_THAT(model.convert_error(), Contains("decoder.codebook is 20, vqgan.codebook is 40"));
  }
  SECTION("no quantizer") {
    TensorMap tensors = model.vqgan;
    tensors.erase("quantize.embedding.weight");
    write_file(model.sources.vqgan, checkpoint_bytes(tensors, "state_dict"));
    CHECK_THAT(model.convert_error(), Contains("neither of 'quantize.embedding.weight'"));
  }
  SECTION("nothing given") {
    model.sources.vqgan.clear();
    CHECK_THAT(model.convert_error(), StartsWith("invalid_argument: "));
  }
  SECTION("a cancelled job") {
    Job job;
    job.cancel();
    CHECK_THAT(error_of([&] { import_model(model.sources, model.out(), {}, true, &job); }),
               StartsWith("cancelled: "));
    CHECK_FALSE(fs::exists(model.out()));
  }
  SECTION("an existing bundle") {
    model.convert();
    CHECK_THAT(error_of([&] { import_model(model.sources, model.out(), {}, false); }),
               StartsWith("io: "));
  }
}
