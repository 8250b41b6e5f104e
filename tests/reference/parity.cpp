// Every part of the engine against what the reference computed, through the C++ classes: float32
// within stated tolerances, and how often bfloat16 agrees. RAYGEN_GOLDEN names the folder of cases,
// as write_fixtures.py lays them out; RAYGEN_VOCABULARY a vocab.txt for cases without their own.

#include "../temporary_folder.hpp"

#include <raygen/raygen.hpp>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <numeric>

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

struct Case {
  fs::path folder;
  json about;
  std::vector<std::string> prompts;
  raygen::Tensors expected;

  explicit Case(fs::path path)
      : folder(std::move(path)),
        about(json::parse(std::ifstream(folder / "case.json"))),
        prompts(about.at("prompts")),
        expected(raygen::Tensors::read((folder / "expected.safetensors").string())) {}

  bool has(const std::string& name) const {
    for (std::size_t i = 0; i < expected.size(); ++i) {
      if (expected.get(i).name == name) return true;
    }
    return false;
  }
  raygen::Span<float> floats(const std::string& name) const {
    return expected.get(name).values<float>();
  }
  raygen::Span<std::int32_t> ints(const std::string& name) const {
    return expected.get(name).values<std::int32_t>();
  }
};

std::vector<fs::path> case_folders() {
  const char* root = std::getenv("RAYGEN_GOLDEN");
  std::vector<fs::path> folders;
  if (root != nullptr) {
    for (const auto& entry : fs::directory_iterator(root)) {
      if (fs::exists(entry.path() / "case.json")) folders.push_back(entry.path());
    }
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

std::string convert(const Case& one, const fs::path& out) {
  const fs::path hub = one.folder / "cxr-bert";
  const bool embedded =
      !fs::exists(hub / "pytorch_model.bin") && !fs::exists(hub / "model.safetensors");
  raygen::ConvertOptions options;
  options.decoder = (one.folder / "raygen.ckpt").string();
  options.vqgan = (one.folder / "vqgan.ckpt").string();
  options.vqgan_config = (one.folder / "project.yaml").string();
  options.heads = one.about.at("decoder").at("n_heads").get<std::int32_t>();
  (embedded ? options.text_config : options.text_encoder) =
      (embedded ? hub / "config.json" : hub).string();
  if (embedded) options.vocabulary = (hub / "vocab.txt").string();
  if (!fs::exists(hub / "vocab.txt")) {
    const char* vocabulary = std::getenv("RAYGEN_VOCABULARY");
    if (vocabulary == nullptr)
      throw std::runtime_error(hub.string() + " has no vocab.txt: set RAYGEN_VOCABULARY");
    options.vocabulary = vocabulary;
  }
  raygen::convert(options, out.string());
  return out.string();
}

/// The largest |a − b| / max(1, scale·|b|): absolute for scale 0, for scale 1 relative where values
/// are above 1.
template <typename A>
double largest_difference(const A& values, raygen::Span<float> expected, double scale = 0) {
  REQUIRE(values.size() == expected.size());
  double largest = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double difference = std::abs(double{values.data()[i]} - double{expected[i]}) /
                              std::max(1.0, scale * std::abs(double{expected[i]}));
    if (!(difference <= largest)) largest = difference;  // NaN too
  }
  return largest;
}

template <typename A>
std::size_t count_different(const A& values, raygen::Span<std::int32_t> expected) {
  REQUIRE(values.size() == expected.size());
  std::size_t different = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) different += values.data()[i] != expected[i];
  return different;
}

/// Image i of a tensor [B,C,R,R] as an Image, whose pixels are [R,R,C].
raygen::Image image_of(const raygen::TensorView& tensor, std::size_t i) {
  const auto channels = static_cast<std::size_t>(tensor.shape[1]),
             area = static_cast<std::size_t>(tensor.shape[2] * tensor.shape[3]);
  const float* planes = tensor.values<float>().data() + i * channels * area;
  std::vector<float> pixels(channels * area);
  for (std::size_t c = 0; c < channels; ++c) {
    for (std::size_t p = 0; p < area; ++p) pixels[p * channels + c] = planes[c * area + p];
  }
  return {static_cast<std::int32_t>(tensor.shape[3]), static_cast<std::int32_t>(tensor.shape[2]),
          static_cast<std::int32_t>(channels), pixels.data()};
}

double largest_difference(const raygen::Image& image, const raygen::TensorView& expected,
                          std::size_t i) {
  const raygen::Image other = image_of(expected, i);
  REQUIRE(image.channels() == other.channels());
  return largest_difference(image.pixels(), other.pixels());
}

raygen::Span<float> part(raygen::Span<float> values, std::size_t count, std::size_t i) {
  return {values.data() + i * (values.size() / count), values.size() / count};
}
raygen::Span<std::int32_t> part(raygen::Span<std::int32_t> values, std::size_t count,
                                std::size_t i) {
  return {values.data() + i * (values.size() / count), values.size() / count};
}

void check_text(const raygen::Model& model, const Case& one) {
  raygen::TextEncoder encoder(model);
  const raygen::Text text = encoder.encode(one.prompts);
  CHECK(count_different(text.input_ids(), one.ints("text.input_ids")) == 0);
  CHECK(count_different(text.attention_mask(), one.ints("text.attention_mask")) == 0);
  CHECK(largest_difference(text.last_hidden_state(), one.floats("text.last_hidden_state")) <= 1e-4);
  CHECK(largest_difference(text.normalized(), one.floats("text.normalized")) <= 1e-4);
  if (one.has("text.cls_projection")) {
    CHECK(largest_difference(text.projection(), one.floats("text.cls_projection")) <= 1e-4);
  } else {
    CHECK(text.projection().empty());
  }
}

/// Cross-entropy of the logits [B,N,V] over the labels that are not −1.
double masked_cross_entropy(const std::vector<float>& logits, raygen::Span<std::int32_t> labels) {
  const std::size_t codes = logits.size() / labels.size();
  double sum = 0;
  std::size_t counted = 0;
  for (std::size_t row = 0; row < labels.size(); ++row) {
    if (labels[row] < 0) continue;
    const float* values = logits.data() + row * codes;
    const double largest = *std::max_element(values, values + codes);
    double total = 0;
    for (std::size_t v = 0; v < codes; ++v) total += std::exp(values[v] - largest);
    sum += largest + std::log(total) - values[labels[row]];
    ++counted;
  }
  return sum / static_cast<double>(counted);
}

void check_logits(const raygen::Model& model, const Case& one) {
  const std::size_t batch = one.prompts.size(), tokens = model.grid().tokens();
  const auto codes = static_cast<std::size_t>(model.grid().codebook_size);
  const auto expected = one.floats("decoder.logits");
  const std::size_t known = expected.size() / batch / codes;  // the first positions
  const auto ids = one.ints("decoder.token_ids");
  raygen::MaskedDecoder decoder(model);
  const raygen::Condition condition = decoder.condition(
      one.floats("text.normalized"), batch, static_cast<std::size_t>(model.info().text_length),
      static_cast<std::size_t>(model.info().text_dim));

  std::vector<std::int32_t> first(batch * known);
  for (std::size_t i = 0; i < first.size(); ++i) first[i] = static_cast<std::int32_t>(i % known);
  CHECK(largest_difference(decoder.logits(ids, condition, first), expected, 1) <= 1e-4);

  const std::vector<float> all = decoder.logits(ids, condition);
  REQUIRE(all.size() == batch * tokens * codes);
  for (std::size_t b = 0; b < batch; ++b) {
    const raygen::Span<float> values(all.data() + b * tokens * codes, known * codes);
    CHECK(largest_difference(values, part(expected, batch, b), 1) <= 1e-4);
  }
  CHECK(std::abs(masked_cross_entropy(all, one.ints("train.labels")) -
                 double{one.floats("train.loss")[0]}) <= 1e-4);

  // Chosen positions, others in each image, in no order.
  const std::size_t some = std::min<std::size_t>(37, tokens);
  std::vector<std::int32_t> positions(batch * some);
  std::vector<float> chosen;
  for (std::size_t i = 0; i < positions.size(); ++i) {
    const std::size_t position = (i * 29 + 7 * (i / some)) % tokens;
    positions[i] = static_cast<std::int32_t>(position);
    const auto row =
        all.begin() + static_cast<std::ptrdiff_t>((i / some * tokens + position) * codes);
    chosen.insert(chosen.end(), row, row + static_cast<std::ptrdiff_t>(codes));
  }
  CHECK(largest_difference(decoder.logits(ids, condition, positions), chosen, 1) <= 1e-4);
}

void check_vqgan(const raygen::Model& model, const Case& one) {
  const raygen::TensorView images = one.expected.get("vq.image");
  const auto count = static_cast<std::size_t>(images.shape[0]);
  raygen::Encoder codec(model);
  for (std::size_t i = 0; i < count; ++i) {
    const raygen::Image image = image_of(images, i);
    const auto tokens = part(one.ints("vq.token_ids"), count, i);
    const raygen::EncodedImage both = codec.encode_with_features(image);
    CHECK(largest_difference(both.features, part(one.floats("vq.prequant"), count, i)) <= 1e-4);
    const std::vector<std::int32_t> encoded = codec.encode(image);
    CHECK(both.tokens == encoded);
    std::size_t different = 0;
    for (std::size_t t = 0; t < tokens.size(); ++t) {
      // Where the two nearest codes are as good as equal, rounding decides.
      const bool clear = !one.has("vq.margin") || part(one.floats("vq.margin"), count, i)[t] > 1e-4;
      different += clear && encoded[t] != tokens[t];
    }
    CHECK(different == 0);
    CHECK(largest_difference(codec.decode(tokens), one.expected.get("vq.reconstruction"), i) <=
          1e-4);
  }
}

void check_generation(const raygen::Model& model, const Case& one) {
  raygen::Generator generator(model);
  for (const json& run : one.about.at("generate_runs")) {
    raygen::Options options;
    options.sampling.steps = run.at("steps").get<std::int64_t>();
    options.sampling.temperature = run.at("temperature").get<double>();
    options.sampling.top_k_threshold = run.at("topk_threshold").get<double>();
    options.batch_size = 2;
    const std::string name = "generate.K" + std::to_string(*options.sampling.steps);
    INFO(name);
    const raygen::Generation generation = generator.generate(one.prompts, options);
    REQUIRE(generation.size() == one.prompts.size());
    for (std::size_t i = 0; i < generation.size(); ++i) {
      CHECK(count_different(generation.tokens(i),
                            part(one.ints(name + ".token_ids"), generation.size(), i)) == 0);
      CHECK(largest_difference(generation[i], one.expected.get(name + ".image"), i) <= 1e-3);
    }
  }
}

}  // namespace

TEST_CASE("float32 is what the reference computes") {
  const auto folders = case_folders();
  REQUIRE_FALSE(folders.empty());  // RAYGEN_GOLDEN
  for (const fs::path& folder : folders) {
    DYNAMIC_SECTION(folder.filename().string()) {
      const TemporaryFolder temporary;
      const Case one(folder);
      raygen::ModelOptions options;
      options.device = raygen::Device::cpu;
      const auto model = raygen::Model::open(convert(one, temporary.path() / "bundle"), options);
      check_text(model, one);
      check_logits(model, one);
      check_vqgan(model, one);
      check_generation(model, one);
    }
  }
}

TEST_CASE("bfloat16's most likely token is float32's at 97 % of the positions") {
  const auto folders = case_folders();
  REQUIRE_FALSE(folders.empty());  // RAYGEN_GOLDEN
  std::size_t agreed = 0, counted = 0;
  for (const fs::path& folder : folders) {
    const TemporaryFolder temporary;
    const Case one(folder);
    const std::string bundle = convert(one, temporary.path() / "bundle");
    std::vector<std::vector<std::ptrdiff_t>> best;  // by precision, then position
    for (const auto precision : {raygen::Precision::float32, raygen::Precision::bfloat16}) {
      raygen::ModelOptions options;
      options.device = raygen::Device::cpu;
      options.precision = precision;
      try {
        const auto model = raygen::Model::open(bundle, options);
        const auto codes = model.grid().codebook_size;
        raygen::TextEncoder encoder(model);
        raygen::MaskedDecoder decoder(model);
        const auto logits = decoder.logits(one.ints("decoder.token_ids"),
                                           decoder.condition(encoder.encode(one.prompts)));
        auto& row = best.emplace_back();
        for (auto at = logits.begin(); at != logits.end(); at += codes)
          row.push_back(std::max_element(at, at + codes) - at);
      } catch (const raygen::Error& error) {
        if (error.status() != raygen::Status::unsupported) throw;
        WARN("not run: " << error.what());
        return;
      }
    }
    std::size_t same = 0;
    for (std::size_t i = 0; i < best[0].size(); ++i) same += best[0][i] == best[1][i];
    std::cout << "bfloat16 against float32, " << folder.filename().string()
              << ": the same most likely token at " << same << " of " << best[0].size()
              << " positions ("
              << 100.0 * static_cast<double>(same) / static_cast<double>(best[0].size()) << " %)\n";
    agreed += same;
    counted += best[0].size();
  }
  std::cout << "bfloat16 against float32, all: "
            << 100.0 * static_cast<double>(agreed) / static_cast<double>(counted) << " %\n";
  CHECK(static_cast<double>(agreed) >= 0.97 * static_cast<double>(counted));
}
