#include "import/checkpoint.hpp"

#include "bundle/fixture.hpp"
#include "bundle/memory_file.hpp"

#include <catch2/catch.hpp>

using namespace raygen::engine;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

Checkpoint read(const std::string& bytes, const Limits& limits = {}) {
  const TemporaryFolder folder;
  write_file(folder.path() / "model.ckpt", bytes);
  return read_checkpoint(folder.path() / "model.ckpt", limits);
}
/// Without a name on a disk: for thousands of files.
TensorMap read_in_memory(const std::string& bytes) {
  const MemoryFile file(bytes.data(), bytes.size());
  return read_checkpoint(file.path()).tensors;
}
std::string read_error(const std::string& bytes, const Limits& limits = {}) {
  return error_of([&] { read(bytes, limits); });
}

/// A state dict with one tensor of twelve float32 values over the storage of the same length.
std::string zip_with_tensor(const std::vector<std::int64_t>& shape,
                            const std::vector<std::int64_t>& strides, std::int64_t offset = 0,
                            std::int64_t elements = 12) {
  const std::string root = pickle::mapping(
      {{"w", pickle::tensor("FloatStorage", "0", elements, offset, shape, strides)}});
  return torch_zip_bytes(pickle::file(root), {{"0", std::string(48, '\0')}});
}

std::string system_call() { return pickle::call("posix", "system", {pickle::text("touch pwned")}); }

TensorMap two_tensors() { return {{"a", at::randn({3, 4})}, {"b", at::randn({5})}}; }

}  // namespace

TEST_CASE("the state dict is found under its usual names", "[checkpoint]") {
  const TensorMap tensors = two_tensors();
  for (const std::string wrap : {"state_dict", "model", "model_state_dict", ""}) {
    CAPTURE(wrap);
    const Checkpoint checkpoint = read(checkpoint_bytes(tensors, wrap));
    REQUIRE(checkpoint.tensors.size() == 2);
    for (const auto& [name, tensor] : tensors) CHECK(same(checkpoint.tensors.at(name), tensor));
  }
}

TEST_CASE("every type is kept as stored", "[checkpoint]") {
  for (const at::ScalarType type : {at::kFloat, at::kHalf, at::kBFloat16, at::kDouble, at::kLong}) {
    const at::Tensor values = (at::randn({3, 4}) * 10).to(type);
    CHECK(same(read(checkpoint_bytes({{"w", values}}, "state_dict")).tensors.at("w"), values));
  }
}

TEST_CASE("views, transposes and shared storages show what they showed", "[checkpoint]") {
  const at::Tensor base = at::arange(12, at::kFloat);
  const std::string data(static_cast<const char*>(base.const_data_ptr()), base.nbytes());
  const std::string root =
      pickle::mapping({{"transposed", pickle::tensor("FloatStorage", "0", 12, 0, {4, 3}, {1, 4})},
                       {"part", pickle::tensor("FloatStorage", "0", 12, 5, {3}, {2})},
                       {"repeated", pickle::tensor("FloatStorage", "0", 12, 3, {2, 2}, {0, 1})},
                       {"scalar", pickle::tensor("FloatStorage", "0", 12, 11, {}, {})},
                       {"empty", pickle::tensor("FloatStorage", "0", 12, 12, {0, 3}, {3, 1})}});
  const auto tensors = read(torch_zip_bytes(pickle::file(root), {{"0", data}})).tensors;
  CHECK(at::equal(tensors.at("transposed"), base.view({3, 4}).t()));
  CHECK(at::equal(tensors.at("part"), at::tensor({5.F, 7.F, 9.F})));
  CHECK(at::equal(tensors.at("repeated"), at::tensor({3.F, 4.F, 3.F, 4.F}).view({2, 2})));
  CHECK(tensors.at("scalar").item<float>() == 11);
  CHECK(tensors.at("empty").sizes() == at::IntArrayRef({0, 3}));
}

TEST_CASE("the legacy format, and safetensors by content", "[checkpoint]") {
  const at::Tensor values = at::randn({12});
  const std::string data(static_cast<const char*>(values.const_data_ptr()), values.nbytes());
  const auto tensor = [](const std::string& key, std::int64_t elements) {
    return pickle::tensor("FloatStorage", key, elements, 0, {elements}, {1}, true);
  };
  const std::string root = pickle::file(pickle::mapping(
      {{"state_dict", pickle::mapping({{"a", tensor("x", 4)}, {"b", tensor("y", 8)}})}}));
  const std::string legacy = torch_legacy_bytes(root, {{"x", 4}, {"y", 8}}, data);
  const Checkpoint checkpoint = read(legacy);
  CHECK(at::equal(checkpoint.tensors.at("a"), values.slice(0, 0, 4)));
  CHECK(at::equal(checkpoint.tensors.at("b"), values.slice(0, 4, 12)));
  for (std::size_t size = 1; size < legacy.size(); ++size) {
    CAPTURE(size);
    CHECK_THAT(error_of([&] { read_in_memory(legacy.substr(0, size)); }), StartsWith("format: "));
  }
  CHECK_THAT(read_error(torch_legacy_bytes(root, {{"x", 4}}, data)),
             Contains("storage 'y' is missing"));
  CHECK_THAT(read_error(torch_legacy_bytes(root, {{"x", 5}, {"y", 8}}, data + data)),
             Contains("5 elements"));
  CHECK_THAT(read_error(torch_legacy_bytes(root, {{"x", 4}, {"x", 4}, {"y", 8}}, data + data)),
             Contains("there twice"));
  CHECK_THAT(read_error(torch_legacy_bytes(root, {{"z", 4}}, data)), Contains("no tensor uses"));
  CHECK_THAT(read_error(replaced(legacy, "\x88", "\x89")),
             StartsWith("unsupported: ") && Contains("big-endian"));

  const TemporaryFolder folder;
  write_safetensors(folder.path() / "a.bin", {{"a", values}});
  CHECK(at::equal(read_checkpoint(folder.path() / "a.bin").tensors.at("a"), values));
}

TEST_CASE("hyper parameters are flattened", "[checkpoint]") {
  const std::string parameters = pickle::mapping(
      {{"n_heads", pickle::integer(4)},
       {"name", pickle::text("raygen")},
       {"decoder",
        pickle::mapping(
            {{"dropout", std::string("G\x3f\xe0\x00\x00\x00\x00\x00\x00", 9)}, {"bias", "\x88"}})},
       {"object", system_call()}});
  const Checkpoint checkpoint =
      read(checkpoint_bytes(two_tensors(), "state_dict", {{"hyper_parameters", parameters}}));
  CHECK(checkpoint.hyper_parameters ==
        std::map<std::string, std::string>{{"n_heads", "4"},
                                           {"name", "raygen"},
                                           {"decoder.dropout", "0.5"},
                                           {"decoder.bias", "true"}});
}

TEST_CASE("hyper parameters that hold themselves end", "[checkpoint]") {
  std::string parameters = "}" + std::string("q\x63", 2) + "(";
  for (int i = 0; i < 50; ++i) parameters += pickle::text("k" + std::to_string(i)) + "h\x63";
  const Checkpoint checkpoint =
      read(checkpoint_bytes(two_tensors(), "state_dict", {{"hyper_parameters", parameters + "u"}}));
  CHECK(checkpoint.hyper_parameters.empty());
}

TEST_CASE("foreign objects are skipped outside the state dict and refused inside it",
          "[checkpoint]") {
  fs::remove("pwned");
  const Checkpoint checkpoint = read(
      checkpoint_bytes(two_tensors(), "state_dict",
                       {{"optimizer", system_call()},
                        {"callbacks", pickle::call("builtins", "eval", {pickle::text("1")})}}));
  CHECK(checkpoint.tensors.size() == 2);

  const std::string tensor = pickle::tensor("FloatStorage", "0", 12, 0, {12}, {1});
  const auto inside = [&](const std::string& value) {
    const std::string root =
        pickle::mapping({{"state_dict", pickle::mapping({{"w", tensor}, {"evil", value}})}});
    return read_error(torch_zip_bytes(pickle::file(root), {{"0", std::string(48, '\0')}}));
  };
  CHECK_THAT(inside(system_call()), StartsWith("unsupported: ") && Contains("'evil'") &&
                                        Contains("'posix.system'") && Contains("model.ckpt"));
  CHECK_THAT(inside("(" + pickle::text("touch pwned") + "ios\nsystem\n"),
             StartsWith("unsupported: ") && Contains("'os.system'"));
  CHECK_THAT(
      inside(pickle::call("torch._utils", "_rebuild_tensor_v2", {system_call(), "K\1", ")", ")"})),
      StartsWith("unsupported: ") && Contains("'posix.system'"));
  CHECK_THAT(inside(pickle::integer(3)),
             StartsWith("format: ") && Contains("'evil'") && Contains("an integer"));
  CHECK_THAT(inside("N"), Contains("None"));
  CHECK_THAT(read_error(torch_zip_bytes(pickle::file(system_call()), {})),
             StartsWith("unsupported: ") && Contains("'posix.system'"));
  CHECK_THAT(read_error(torch_zip_bytes(
                 pickle::file(pickle::mapping({{"state_dict", system_call()}})), {})),
             StartsWith("unsupported: ") && Contains("'posix.system'"));
  CHECK_FALSE(fs::exists("pwned"));
}

TEST_CASE("a state dict must have tensors under names, once", "[checkpoint]") {
  const std::string tensor = pickle::tensor("FloatStorage", "0", 12, 0, {12}, {1});
  const auto error = [&](const std::string& root) {
    return read_error(torch_zip_bytes(pickle::file(root), {{"0", std::string(48, '\0')}}));
  };
  CHECK_THAT(error(pickle::mapping({{"state_dict", "}"}})), Contains("no tensors"));
  CHECK_THAT(error("}"), Contains("no tensors"));
  CHECK_THAT(error("]"), Contains("a list"));
  CHECK_THAT(error(pickle::mapping({{"w", tensor}, {"w", tensor}})),
             Contains("'w' is there twice"));
  CHECK_THAT(error("}K\1" + tensor + "s"), Contains("an integer as a key"));
  CHECK_THAT(error(std::string("}q\0(", 4) + pickle::text("state_dict") + std::string("h\0u", 3)),
             Contains("a mapping"));  // holds itself
}

TEST_CASE("tensors stay inside their storage and the limits", "[checkpoint]") {
  CHECK(read_error(zip_with_tensor({3, 4}, {4, 1})).empty());
  CHECK_THAT(read_error(zip_with_tensor({13}, {1})), Contains("'w' does not fit"));
  CHECK_THAT(read_error(zip_with_tensor({12}, {1}, 1)), Contains("does not fit"));
  CHECK_THAT(read_error(zip_with_tensor({12}, {1}, -1)), Contains("does not fit"));
  CHECK_THAT(read_error(zip_with_tensor({-3}, {1})), Contains("does not fit"));
  CHECK_THAT(read_error(zip_with_tensor({3}, {-1}, 4)), Contains("does not fit"));
  CHECK_THAT(read_error(zip_with_tensor({0}, {1}, 13)), Contains("does not fit"));
  CHECK_THAT(read_error(zip_with_tensor({2}, {INT64_MAX})), Contains("does not fit"));
  CHECK_THAT(read_error(zip_with_tensor({INT64_MAX, 4}, {0, 0})), Contains("does not fit"));
  CHECK_THAT(read_error(zip_with_tensor({1, INT64_MAX}, {INT64_MAX, INT64_MAX})),
             Contains("does not fit"));
  CHECK_THAT(read_error(zip_with_tensor({1 << 20, 1 << 20}, {0, 0})),
             StartsWith("limit: ") && Contains("'w'"));  // four terabytes of one value
  CHECK_THAT(read_error(zip_with_tensor({12}, {1}, 0, 13)),
             Contains("has 48 bytes, its 13 elements"));
  CHECK_THAT(read_error(zip_with_tensor({12}, {1}, 0, INT64_MAX)), StartsWith("limit: "));
  CHECK_THAT(read_error(zip_with_tensor({12}, {1}), Limits{.max_memory_bytes = 47}),
             StartsWith("limit: "));
  CHECK_THAT(read_error(zip_with_tensor({12}, {1}), Limits{.max_file_bytes = 100}),
             StartsWith("limit: "));
}

TEST_CASE("zip files that lie or compress are refused", "[checkpoint]") {
  const std::string root =
      pickle::file(pickle::mapping({{"w", pickle::tensor("FloatStorage", "0", 12, 0, {12}, {1})}}));
  const std::string data(48, 'x');
  const auto error = [](const std::vector<ZipEntry>& entries) {
    return read_error(zip_bytes(entries));
  };
  REQUIRE(error({{"a/data.pkl", root}, {"a/data/0", data}}).empty());
  CHECK_THAT(error({{"a/data.pkl", root}}), Contains("storage '0' is missing"));
  CHECK_THAT(error({{"a/data/0", data}}), Contains("0 entries called data.pkl"));
  CHECK_THAT(error({{"a/data.pkl", root}, {"b/data.pkl", root}, {"a/data/0", data}}),
             Contains("2 entries called data.pkl"));
  CHECK_THAT(error({{"a/data.pkl", root}, {"a/data/0", data}, {"a/data/0", data}}),
             Contains("twice"));
  CHECK_THAT(error({{"a/data.pkl", root}, {"a/data/0", data, 8, 0, 1 << 30}}),
             StartsWith("unsupported: ") && Contains("compressed"));
  CHECK_THAT(error({{"a/data.pkl", root, 8, 0, 1 << 30}, {"a/data/0", data}}),
             StartsWith("unsupported: ") && Contains("compressed"));
  CHECK_THAT(error({{"a/data.pkl", root}, {"a/data/0", data, 0, 1}}),
             StartsWith("unsupported: ") && Contains("encrypted"));
  CHECK_THAT(error({{"a/data.pkl", root}, {"a/data/0", data, 0, 0, 1 << 30}}),
             StartsWith("format: "));
  CHECK_THAT(error({{"a/data.pkl", root}, {"a/data/0", data, 0, 0, 0, false}}),
             StartsWith("format: ") && Contains("'a/data/0' is damaged"));
  CHECK_THAT(error({{"a/data.pkl", root, 0, 0, 0, false}, {"a/data/0", data}}),
             StartsWith("format: ") && Contains("'a/data.pkl' is damaged"));
  CHECK_THAT(error({{"a/data.pkl", root}, {"a/data/0", data}, {"a/byteorder", "big"}}),
             StartsWith("unsupported: ") && Contains("byteorder is 'big'"));
}

TEST_CASE("a zip cut or flipped anywhere is an error or reads the same", "[checkpoint]") {
  const TensorMap tensors = {{"w", at::arange(3, at::kFloat)}};
  const std::string whole = checkpoint_bytes(tensors, "state_dict");
  for (std::size_t size = 1; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK_THAT(error_of([&] { read_in_memory(whole.substr(0, size)); }), StartsWith("format: "));
  }
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    CAPTURE(bit / 8, bit % 8);
    TensorMap got;
    const std::string error = error_of([&] { got = read_in_memory(flipped); });
    // The checksums leave nothing to be read wrongly; what may change without harm are fields of
    // the zip that nobody needs.
    if (error.empty()) CHECK(same(got.at("w"), tensors.at("w")));
  }
}

TEST_CASE("other files are refused by name", "[checkpoint]") {
  const TemporaryFolder folder;
  CHECK_THAT(error_of([&] { read_checkpoint(folder.path() / "absent.ckpt"); }),
             StartsWith("io: ") && Contains("absent.ckpt"));
  CHECK_THAT(error_of([&] { read_checkpoint(folder.path()); }),
             StartsWith("io: ") && Contains("not a regular file"));
  CHECK_THAT(read_error(""), StartsWith("format: ") && Contains("model.ckpt"));
  CHECK_THAT(read_error("hello"),
             StartsWith("format: ") && Contains("no checkpoint that is known"));
  CHECK_THAT(read_error(pickle::file("}")), StartsWith("format: "));
}
