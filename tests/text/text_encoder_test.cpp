#include "text/text_encoder.hpp"
#include "error.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <catch2/catch.hpp>

#include <unistd.h>

#include <filesystem>

using namespace raygen::engine;

namespace {

/// The sizes of write_reference.py.
TextArchitecture architecture_of(const std::string& name) {
  TextArchitecture architecture;
  architecture.vocabulary = 40;
  architecture.hidden = 16;
  architecture.layers = architecture.heads = 2;
  const bool bert = name.starts_with("bert");
  architecture.encoder = bert ? TextEncoderKind::bert : TextEncoderKind::t5;
  architecture.activation = name.substr(name.find('-') + 1);
  architecture.head_dim = bert ? 8 : 6;
  architecture.intermediate = bert ? 24 : 20;
  architecture.length = bert ? 24 : 40;
  if (bert) {
    architecture.positions = 24;
    architecture.projection = 6;
  } else {
    architecture.layer_norm_epsilon = 1e-6;
    architecture.relative_buckets = 8;
    architecture.relative_max_distance = 20;
  }
  return architecture;
}

struct Fixture {
  explicit Fixture(const std::string& name, at::ScalarType type = at::kFloat)
      : file(SafetensorsFile::open(std::string(RAYGEN_TEST_DATA "/text/") + name + ".safetensors")),
        compute{at::kCPU, type},
        encoder(make_text_encoder(architecture_of(name), WeightSource(file, compute), compute)),
        ids(file->tensor("input_ids")),
        mask(file->tensor("attention_mask")) {}

  at::Tensor encode() const { return encoder->encode(ids, mask); }

  std::shared_ptr<SafetensorsFile> file;
  Compute compute;
  std::unique_ptr<TextEncoder> encoder;
  at::Tensor ids, mask;
};

double difference(const at::Tensor& a, const at::Tensor& b) {
  return (a - b).abs().max().item<double>();
}

const char* const all[] = {"bert-gelu", "bert-gelu_new", "bert-relu",
                           "t5-relu",   "t5-gated-gelu", "t5-gated-silu"};

/// Weights of any architecture, the same for the same seed.
class RandomWeights {
 public:
  explicit RandomWeights(const TextArchitecture& architecture) {
    path_ = std::filesystem::temp_directory_path() /
            ("raygen-text-" + std::to_string(::getpid()) + ".safetensors");
    std::vector<std::pair<std::string, at::Tensor>> tensors;
    for (const TensorSpec& spec : architecture.tensor_specs()) {
      at::Tensor values = at::sin(at::arange(c10::multiply_integers(spec.shape), at::kFloat) * 1.7 +
                                  static_cast<double>(tensors.size()))
                              .reshape(spec.shape);
      tensors.emplace_back(spec.name, spec.shape.size() == 1 ? values * 0.1 + 1.0 : values * 0.1);
    }
    write_safetensors(path_, tensors);
  }
  ~RandomWeights() { std::filesystem::remove(path_); }
  RandomWeights(const RandomWeights&) = delete;
  RandomWeights& operator=(const RandomWeights&) = delete;
  WeightSource source(const Compute& compute) const {
    return {SafetensorsFile::open(path_), compute};
  }

 private:
  std::filesystem::path path_;
};

}  // namespace

TEST_CASE("BERT and T5 agree with plain PyTorch") {
  for (const std::string name : all) {
    INFO(name);
    const Fixture fixture(name);
    const at::Tensor embedding = fixture.encode();
    REQUIRE(embedding.sizes() == fixture.file->tensor("last_hidden_state").sizes());
    CHECK(embedding.scalar_type() == at::kFloat);
    CHECK(difference(embedding, fixture.file->tensor("last_hidden_state")) < 2e-5);
    CHECK(difference(normalize_over_positions(embedding), fixture.file->tensor("normalized")) <
          1e-5);
    const at::Tensor projection = fixture.encoder->project(embedding);
    REQUIRE(projection.defined() == name.starts_with("bert"));
    if (projection.defined())
      CHECK(difference(projection, fixture.file->tensor("projection")) < 1e-5);
  }
}

TEST_CASE("bfloat16 stays near float32") {
  try {
    resolve_compute(DeviceChoice::cpu, 0, PrecisionChoice::bfloat16);
  } catch (const Error& error) {
    REQUIRE(error.status() == Status::unsupported);  // not on this CPU, and said so
    return;
  }
  for (const std::string name : all) {
    INFO(name);
    const at::Tensor exact = Fixture(name).encode(), fast = Fixture(name, at::kBFloat16).encode();
    CHECK(fast.scalar_type() == at::kFloat);
    CHECK(difference(exact, fast) > 0);
    CHECK(((exact - fast).norm() / exact.norm()).item<double>() < 0.08);
  }
}

TEST_CASE(
    "A prompt's embedding is the same to the last bit alone, in a batch, and for any number of "
    "threads") {
  TextArchitecture bert = architecture_of("bert-gelu"), t5 = architecture_of("t5-gated-gelu");
  bert.hidden = 128, bert.head_dim = 32, bert.heads = 4, bert.intermediate = 512,
  bert.projection = 32, bert.positions = 256;
  t5.hidden = 128, t5.head_dim = 24, t5.heads = 4, t5.intermediate = 320;
  const int threads = at::get_num_threads();
  for (const TextArchitecture& architecture : {bert, t5}) {
    const RandomWeights weights(architecture);
    const Compute compute;
    const auto encoder = make_text_encoder(architecture, weights.source(compute), compute);
    const at::Tensor mask = at::arange(256, at::kLong)
                                .unsqueeze(0)
                                .lt(at::tensor({3, 19, 256}, at::kLong).unsqueeze(1))
                                .to(at::kLong);
    const at::Tensor ids =
        at::arange(3 * 256, at::kLong).mul(7).remainder(40).reshape({3, 256}) * mask;
    const auto all_of = [&](const at::Tensor& i, const at::Tensor& m) {
      const at::Tensor embedding = encoder->encode(i, m);
      const at::Tensor projection = encoder->project(embedding);
      return std::vector<at::Tensor>{embedding, normalize_over_positions(embedding),
                                     projection.defined() ? projection : at::zeros({i.size(0), 1})};
    };
    at::set_num_threads(1);
    const auto together = all_of(ids, mask);
    for (const int count : {1, 2}) {
      at::set_num_threads(count);
      for (std::int64_t i = 0; i < 3; ++i) {
        const auto alone = all_of(ids.narrow(0, i, 1), mask.narrow(0, i, 1));
        for (std::size_t part = 0; part < alone.size(); ++part) {
          INFO("threads " << count << ", prompt " << i << ", part " << part);
          CHECK(at::equal(alone[part], together[part].narrow(0, i, 1)));
        }
      }
    }
    at::set_num_threads(threads);
  }
}

TEST_CASE("What a pad holds does not matter to the text") {
  for (const std::string name : {"bert-gelu", "t5-relu"}) {
    const Fixture fixture(name);
    at::Tensor other = fixture.ids.clone();
    other.select(0, 0).narrow(0, 5, 4).fill_(9);
    CHECK(at::equal(fixture.encoder->encode(other, fixture.mask)[0].narrow(0, 0, 5),
                    fixture.encode()[0].narrow(0, 0, 5)));
  }
}

TEST_CASE("Channels are divided by their norm over the positions, zeros stay zeros") {
  const at::Tensor x = at::randn({2, 7, 3});
  x.select(2, 1).zero_();
  const at::Tensor y = normalize_over_positions(x);
  CHECK(at::allclose(y.norm(2, {1}).select(1, 0), at::ones({2}), 1e-5, 1e-6));
  CHECK(y.select(2, 1).abs().max().item<double>() == 0);
  CHECK(at::allclose(y[1].select(1, 2) * x[1].select(1, 2).norm(), x[1].select(1, 2), 1e-5, 1e-6));
}

TEST_CASE("Inputs that do not fit are named") {
  const Fixture fixture("bert-gelu");
  const auto refused = [&](const at::Tensor& ids, const at::Tensor& mask,
                           const std::string& message) {
    CHECK_THROWS_WITH(fixture.encoder->encode(ids, mask), Catch::Contains(message));
  };
  const at::Tensor ones = at::ones({1, 4}, at::kLong);
  refused(at::full({1, 4}, 40, at::kLong), ones, "token id 40");
  refused(at::full({1, 4}, -1, at::kLong), ones, "token id -1");
  refused(at::ones({1, 25}, at::kLong), at::ones({1, 25}, at::kLong), "25 tokens");
  refused(ones, at::ones({1, 5}, at::kLong), "[batch,length]");
  refused(at::ones({4}, at::kLong), at::ones({4}, at::kLong), "[batch,length]");
  refused(ones.to(at::kInt), ones, "int64");
  refused(ones, at::zeros({1, 4}, at::kLong), "no visible token");
}

TEST_CASE("Activations that are not known are named") {
  for (const std::string name : {"bert-gelu", "t5-relu"}) {
    TextArchitecture architecture = architecture_of(name);
    architecture.activation = "swish";
    const Fixture fixture(name);
    CHECK_THROWS_WITH(make_text_encoder(architecture, WeightSource(fixture.file, {}), {}),
                      Catch::Contains("'swish'"));
  }
}
