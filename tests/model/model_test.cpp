#include "model/model.hpp"

#include "bundle/stored_weights.hpp"
#include "image/image.hpp"
#include "masked_decoder/masked_decoder.hpp"
#include "model/parts.hpp"
#include "model/session.hpp"
#include "model/small_model.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <limits>
#include <map>

using namespace raygen::engine;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

constexpr const char* kDecoder = "decoder.safetensors";

/// Three random networks in `folder`, or some of them.
fs::path write_model(const TemporaryFolder& folder, const Parts& parts) {
  const fs::path path = folder.path() / "model";
  write_random_model(path, parts, "", 1, /*overwrite=*/true);
  return path;
}

Image grey_image() {
  Image image;
  image.height = image.width = 8;
  image.channels = 3;
  image.pixels.assign(8 * 8 * 3, 0.5F);
  return image;
}

at::Tensor tokens_of(Session& session) {  // int64 [1,N]
  return session.encode_image(grey_image()).tokens.to(at::kLong).unsqueeze(0);
}

}  // namespace

TEST_CASE("a model of a VQ-GAN alone encodes and decodes", "[model]") {
  const TemporaryFolder folder;
  const Parts parts = small_architecture().parts();
  const auto whole = Model::open(write_model(folder, parts), {});
  const auto alone = Model::open(write_model(folder, {parts[1]}), {});
  CHECK(whole->parts() == 15U);
  CHECK(alone->parts() == (image_decoder_part | image_encoder_part));
  CHECK(alone->token_count() == 16);
  CHECK(alone->codebook() == 20);
  alone->prepare(alone->parts());
  Session session(alone);
  const at::Tensor tokens = tokens_of(session);
  CHECK(session.decode_tokens(tokens).front().pixels.size() == 8 * 8 * 3);

  const auto missing = [&](const std::string& part) {
    return "unsupported: " + (folder.path() / "model").string() + ": the model has no " + part +
           "; its parts are vqgan";
  };
  CHECK(error_of([&] { alone->prepare(masked_decoder_part); }) == missing("masked_decoder"));
  CHECK(error_of([&] { alone->tokenizer(); }) == missing("text_encoder"));
  CHECK(error_of([&] { session.encode_text({"Effusion."}); }) == missing("text_encoder"));
}

TEST_CASE("a model knows how it wants to be asked", "[model]") {
  const TemporaryFolder folder;
  const fs::path path = write_model(folder, small_architecture().parts());
  CHECK(Model::open(path, {})->sampling_defaults().steps == 18);
  const auto asks = [&](const std::string& config) {
    write_file(path / "generation_config.json", config);
  };
  asks(R"({"preset": "raygen-report", "temperature": 2})");
  const SamplingOptions defaults = Model::open(path, {})->sampling_defaults();
  CHECK(defaults.steps == 3);
  CHECK(defaults.temperature == 2);
  const auto refusal = [&] { return error_of([&] { Model::open(path, {}); }); };
  asks(R"({"stesp": 3})");
  CHECK_THAT(refusal(), StartsWith("format: ") && Contains("generation_config.json, line 1: ") &&
                            Contains("the nearest is steps"));
  asks(R"({"steps": 0})");
  CHECK_THAT(refusal(), Contains("an integer of 1 to 1024 was expected"));
  asks("steps: 3");
  CHECK_THAT(refusal(), StartsWith("format: ") && Contains("generation_config.json"));
}

TEST_CASE("a model stored in 8 bits computes in int8 what the model itself does", "[model]") {
  const TemporaryFolder folder;
  const fs::path path = write_model(folder, small_architecture().parts()),
                 small = folder.path() / "small";
  store_model_anew(path, "int8", small, {}, /*overwrite=*/false);
  const auto size = [](const fs::path& model) { return fs::file_size(model / kDecoder); };
  CHECK(size(small) < size(path));
  const auto logits = [](const fs::path& model, PrecisionChoice precision) {
    ModelOptions options;
    options.precision = precision;
    const auto opened = Model::open(model, options);
    const MaskedDecoder& decoder = opened->masked_decoder();
    const at::Tensor text = at::linspace(-1, 1, 32 * 16).view({1, 32, 16}),
                     tokens = at::arange(16).view({1, 16});
    return decoder.logits(tokens, decoder.condition(text), {}, /*all_masked=*/false, nullptr);
  };
  CHECK(at::equal(logits(small, PrecisionChoice::int8), logits(path, PrecisionChoice::int8)));
  const at::Tensor full = logits(path, PrecisionChoice::float32);
  const at::Tensor difference = logits(small, PrecisionChoice::float32) - full;
  CHECK(difference.abs().max().item<double>() > 0);
  CHECK(difference.norm().item<double>() < 0.03 * full.norm().item<double>());

  // Another time in float32, it has what 8 bits left of it; all else is as it was.
  store_model_anew(small, "float32", folder.path() / "again", {}, /*overwrite=*/false);
  CHECK(at::equal(logits(folder.path() / "again", PrecisionChoice::float32),
                  logits(small, PrecisionChoice::float32)));
  const auto again = Model::open(small, {});
  CHECK_THAT(again->bundle().manifest, Contains("\"stored_anew\"") && Contains("\"int8\"") &&
                                           Contains(Model::open(path, {})->bundle().digest));
  CHECK_THAT(error_of([&] {
               store_model_anew(path, "int4", folder.path() / "none", {}, /*overwrite=*/false);
             }),
             StartsWith("invalid_argument: ") && Contains("'int4'"));
  CHECK_FALSE(fs::exists(folder.path() / "none"));
}

TEST_CASE("an 8-bit weight's scale that is no number is found", "[model]") {
  const TemporaryFolder folder;
  BundleContents contents = small_contents(small_architecture(), false, false, true);
  PartContents& part = contents.parts.front();
  part.tensors = stored_weights(*part.architecture, part.tensors, "int8");
  const std::string name = "transformer.dec_layers.1.mha.mha.out_proj.weight_scale";
  for (const double wrong : {std::numeric_limits<double>::infinity(), std::nan(""), -1.0, 1e38}) {
    INFO(wrong);
    part.tensors.at(name)[3] = wrong;
    write_bundle(folder.path() / "model", contents, true);
    const auto model = Model::open(folder.path() / "model", {});
    CHECK_THAT(error_of([&] { model->masked_decoder(); }),
               StartsWith("numeric: ") && Contains("mha.mha.out_proj.weight"));
    CHECK_THAT(error_of([&] {
                 store_model_anew(folder.path() / "model", "float32", folder.path() / "none", {},
                                  /*overwrite=*/false);
               }),
               StartsWith("numeric: ") && Contains("mha.mha.out_proj.weight"));
    CHECK_FALSE(fs::exists(folder.path() / "none"));
  }
  part.tensors.at(name)[3] = 0.01;
  part.tensors.at("transformer.dec_layers.1.mha.mha.out_proj.weight")[0][0] = -128;
  write_bundle(folder.path() / "model", contents, true);
  CHECK_THAT(error_of([&] { Model::open(folder.path() / "model", {})->masked_decoder(); }),
             StartsWith("numeric: ") && Contains("holds -128"));
}

TEST_CASE("what a precision cannot hold or a model has not is refused", "[model]") {
  const TemporaryFolder folder;
  const Parts parts = small_architecture().parts();
  const auto error = [&](const fs::path& model, const std::string& precision) {
    return error_of([&] { store_model_anew(model, precision, folder.path() / "none", {}, false); });
  };
  const fs::path vqgan = write_model(folder, {parts[1]});
  CHECK_THAT(error(vqgan, "int8"), StartsWith("invalid_argument: ") &&
                                       Contains("for a masked decoder; the model has vqgan"));
  BundleContents contents = small_contents(small_architecture(), false, false, true);
  TensorMap& tensors = contents.parts.front().tensors;
  for (auto& [name, weight] : tensors) weight = weight.to(at::kFloat);
  tensors.at("final_dense.weight")[0][0] = 1e6;
  write_bundle(folder.path() / "large", contents, false);
  CHECK_THAT(error(folder.path() / "large", "float16"),
             StartsWith("numeric: ") && Contains("final_dense.weight") && Contains("float16"));
  tensors.at("transformer.dec_layers.0.ffn.linear_2.weight")[0][0] = std::nan("");
  write_bundle(folder.path() / "large", contents, true);
  CHECK_THAT(error(folder.path() / "large", "int8"),
             StartsWith("numeric: ") && Contains("linear_2.weight"));
  Limits limits;
  limits.max_memory_bytes = 1000;
  CHECK_THAT(
      error_of([&] { store_model_anew(vqgan, "float16", folder.path() / "none", limits, false); }),
      StartsWith("limit: "));
  Job job;
  job.cancel();
  CHECK_THAT(error_of([&] {
               store_model_anew(vqgan, "float16", folder.path() / "none", {}, false, &job);
             }),
             StartsWith("cancelled: "));
  CHECK_FALSE(fs::exists(folder.path() / "none"));
}

TEST_CASE("a model in 8 bits counts as the memory that it takes", "[model]") {
  const TemporaryFolder folder;
  const fs::path path = write_model(folder, small_architecture().parts());
  const auto memory = [&](PrecisionChoice precision) {
    ModelOptions options;
    options.precision = precision;
    const auto model = Model::open(path, options);
    model->prepare(masked_decoder_part);
    return std::pair(model->memory(), c10::elementSize(model->compute().type));
  };
  std::uint64_t linears = 0;
  for (const TensorSpec& spec : small_architecture().decoder.tensor_specs()) {
    if (spec.may_be_int8) linears += static_cast<std::uint64_t>(spec.shape[0] * spec.shape[1]);
  }
  const auto [full, four] = memory(PrecisionChoice::float32);
  const auto [int8, each] = memory(PrecisionChoice::int8);
  CHECK(four == 4);
  CHECK(int8 == (full / 4 - linears) * each + linears);
}

TEST_CASE("a model without a VQ-GAN has no images", "[model]") {
  const TemporaryFolder folder;
  const Parts parts = small_architecture().parts();
  const auto model = Model::open(write_model(folder, {parts[0], parts[2]}), {});
  CHECK(model->parts() == (text_encoder_part | masked_decoder_part));
  CHECK(model->token_count() == 16);
  Session session(model);
  CHECK(session.encode_text({"Effusion."}).token_counts.size() == 1);
  CHECK_THAT(error_of([&] { tokens_of(session); }),
             StartsWith("unsupported: ") && Contains("no vqgan"));
  CHECK_THAT(error_of([&] { model->prepare(image_decoder_part); }), Contains("no vqgan"));
}

TEST_CASE("a model from memory is the one of the folder", "[model]") {
  const TemporaryFolder folder;
  const fs::path path = write_model(folder, small_architecture().parts());
  auto bytes = std::make_shared<std::map<std::string, std::string>>();
  std::vector<LentFile> files;
  for (const auto& entry : fs::directory_iterator(path)) {
    const std::string name = entry.path().filename().string();
    const std::string& data = (*bytes)[name] = read_file(entry.path());
    files.push_back({name, data.data(), data.size()});
  }
  const std::weak_ptr<void> lent = bytes;
  Session there(Model::open(path, {}));
  {
    Session here(Model::open_memory(files, {}, std::move(bytes)));
    CHECK(here.model().bundle().digest == there.model().bundle().digest);
    here.model().prepare(15U);
    const at::Tensor tokens = tokens_of(there);
    CHECK(at::equal(tokens_of(here), tokens));
    CHECK(here.decode_tokens(tokens).front().pixels == there.decode_tokens(tokens).front().pixels);
    CHECK(at::equal(here.encode_text({"Effusion."}).normalized,
                    there.encode_text({"Effusion."}).normalized));
    CHECK_FALSE(lent.expired());
  }
  CHECK(lent.expired());

  auto owner = std::make_shared<int>(0);
  const std::weak_ptr<int> given = owner;
  CHECK_THAT(error_of([&] { Model::open_memory({}, {}, std::move(owner)); }),
             StartsWith("format: ") && Contains("raygen.json"));
  CHECK(given.expired());
}
