// Classifiers' files: what is recognised, what a user states, what is refused.

#include "classifier/architecture.hpp"

#include "classifier/small_classifier.hpp"
#include "import/import_fixture.hpp"

#include <ATen/CPUGeneratorImpl.h>
#include <catch2/catch.hpp>

#include <cmath>

using namespace raygen::engine;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

struct StoredClassifier {
  explicit StoredClassifier(ClassifierArchitecture of, std::size_t classes)
      : architecture(std::move(of)) {
    architecture.classes.resize(classes);
    for (const auto& [name, tensor] :
         random_classifier_weights(architecture, at::detail::createCPUGenerator(1)))
      tensors[name] = tensor;
    sources.classifier = folder.path() / "model.pt";
  }

  void write(const TensorMap& stored, const std::string& wrap = "") {
    write_file(sources.classifier, checkpoint_bytes(stored, wrap));
  }
  void write_config(const std::string& json) {
    sources.classifier_config = folder.path() / "config.json";
    write_file(sources.classifier_config, json);
  }
  /// Returns the notes.
  std::string convert() const { return import_model(sources, folder.path() / "out", {}, true); }
  std::string error() const {
    return error_of([&] { convert(); });
  }
  ClassifierArchitecture converted() const {
    convert();
    return open_bundle(folder.path() / "out", part_types(), {}, true)
        .architecture<ClassifierArchitecture>();
  }

  ClassifierArchitecture architecture;
  TensorMap tensors;
  TemporaryFolder folder;
  ImportSources sources;
};

/// "denselayer1.norm1" as "denselayer1.norm.1".
TensorMap old_spelling(const TensorMap& tensors) {
  TensorMap old;
  for (const auto& [stored, tensor] : tensors) {
    std::string name = stored;
    if (const std::size_t layer = name.find("denselayer"); layer != std::string::npos)
      name.insert(name.find('.', layer) + 5, ".");
    old[name] = tensor;
  }
  return old;
}

/// Names without its prefix where it has it.
TensorMap renamed(TensorMap tensors, const std::string& from, const std::string& to) {
  auto node = tensors.extract(from);
  node.key() = to;
  tensors.insert(std::move(node));
  return tensors;
}

/// As EfficientNet-Lite's: the strides of its seven stages.
ClassifierArchitecture seven_stages() {
  ClassifierArchitecture lite = small_lite();
  lite.efficientnet_lite = {8,
                            16,
                            {3, 3, 3, 5, 3, 5, 5, 3},
                            {1, 2, 1, 2, 2, 1, 2, 1},
                            {1, 2, 2, 2, 2, 2, 2, 2},
                            {4, 6, 6, 8, 10, 12, 14, 16}};
  return lite;
}

}  // namespace

TEST_CASE("a classifier's kind is told by its shapes", "[import]") {
  SECTION("CheXNet's, in the old spelling behind a wrapper") {
    StoredClassifier file(small_dense_net(), 14);
    TensorMap stored = old_spelling(file.tensors);
    CHECK(stored.count("features.denseblock1.denselayer2.conv.1.weight") == 1);
    stored = renamed(renamed(stored, "classifier.weight", "classifier.0.weight"), "classifier.bias",
                     "classifier.0.bias");
    file.write(prefixed(stored, "module.densenet121."), "state_dict");
    CHECK_THAT(file.convert(), Contains("'chexnet'"));
    const ClassifierArchitecture converted = file.converted();
    CHECK(converted.classes[13] == "Hernia");
    CHECK(converted.short_side == 256);
    CHECK(converted.densenet.blocks == file.architecture.densenet.blocks);
    CHECK(converted.densenet.growth == 4);
    CHECK(converted.densenet.bottleneck == 2);
  }
  SECTION("RayGen's") {
    StoredClassifier file(small_dense_net(), 10);
    file.write(prefixed(file.tensors, "densenet121."), "model_state_dict");
    CHECK_THAT(file.convert(), Contains("'raygen'"));
    CHECK(file.converted().classes[9] == "Pneumothorax");
  }
  SECTION("ImageNet's") {
    StoredClassifier file(small_dense_net(), 1000);
    file.write(file.tensors);
    CHECK(file.convert().empty());
    CHECK(file.converted().classes[999] == "class_999");
  }
  SECTION("torchxrayvision's, which weights of its own a file's name or the user says") {
    StoredClassifier file(small_dense_net(1), 18);
    file.write(file.tensors);
    CHECK_THAT(file.convert(), Contains("thresholds were left out"));
    CHECK_FALSE(file.converted().calibrated);
    file.sources.classifier_kind = "xrv:pc";
    CHECK(file.convert().empty());
    CHECK(file.converted().thresholds[0] == 0.031013);
    CHECK(file.converted().classes[14].empty());
    file.sources.classifier_kind.clear();
    file.sources.classifier =
        file.folder.path() / "chex-densenet121-d121-tw-lr001-rot45-tr15-sc15-seed0-best.pt";
    file.write(file.tensors);
    CHECK(file.convert().empty());
    CHECK(file.converted().thresholds[0] == 0.1989);
  }
  SECTION("thresholds beside the weights") {
    StoredClassifier file(small_dense_net(1), 18);
    TensorMap stored = file.tensors;
    stored["op_threshs"] = at::full({18}, 0.25);
    file.write(stored);
    CHECK(file.converted().calibrated);
    CHECK(file.converted().thresholds[17] == 0.25);
    stored["op_threshs"] = at::full({17}, 0.25);
    file.write(stored);
    CHECK_THAT(file.error(), Contains("'op_threshs' is no list of 18"));
  }
  SECTION("EfficientNet-Lite's, whose strides are those of its stages") {
    StoredClassifier file(seven_stages(), 5);
    TensorMap stored = file.tensors;
    stored["_bn0.num_batches_tracked"] = at::zeros({}, at::kLong);
    file.write(prefixed(stored, "module."));
    CHECK(file.convert().empty());
    const EfficientNetLiteSizes sizes = file.converted().efficientnet_lite;
    CHECK(sizes.strides == file.architecture.efficientnet_lite.strides);
    CHECK(sizes.kernels == file.architecture.efficientnet_lite.kernels);
    CHECK(sizes.expansions == file.architecture.efficientnet_lite.expansions);
  }
  SECTION("grey, of any classes") {
    StoredClassifier file(small_dense_net(1), 4);
    file.write(file.tensors);
    CHECK_THAT(file.convert(), Contains("'plain'"));
    CHECK(file.converted().scale == std::vector<double>{1});
  }
}

TEST_CASE("a user states classes and preprocessing", "[import]") {
  StoredClassifier file(small_dense_net(), 3);
  file.write(file.tensors);
  file.write_config(
      R"({"classes": ["A", "B", ""], "thresholds": [0.5, null, 0.25], "calibrated": true,
          "resize": "centre_square", "resolution": 64, "scale": [2, 2, 2], "shift": [-1, -1, -1]})");
  const ClassifierArchitecture converted = file.converted();
  CHECK(converted.classes == std::vector<std::string>{"A", "B", ""});
  CHECK(std::isnan(converted.thresholds[1]));
  CHECK(converted.resize == ResizeRule::centre_square);
  CHECK(converted.resolution == 64);
  CHECK(converted.shift[2] == -1);

  file.write_config(R"({"classes": ["A", "B"]})");
  CHECK_THAT(file.error(), Contains("2 classes are named, the weights have 3"));
  file.write_config(R"({"growth": 8})");
  CHECK_THAT(file.error(), Contains("unknown key 'growth'") && Contains("thresholds"));
  file.write_config(R"({"resize": "short_side"})");
  CHECK_THAT(file.error(), Contains("short_side"));
  file.write_config(R"({"scale": [1]})");
  CHECK_THAT(file.error(), Contains("classifier.scale"));
  file.write_config("[");
  CHECK_THAT(file.error(), StartsWith("format: ") && Contains("config.json"));
}

TEST_CASE("a file that is no classifier names what is wrong", "[import]") {
  StoredClassifier file(small_dense_net(), 1000);
  TensorMap stored = file.tensors;
  SECTION("a missing tensor") {
    stored.erase("features.denseblock2.denselayer1.norm2.running_mean");
    file.write(stored);
    CHECK_THAT(
        file.error(),
        StartsWith("format: ") &&
            Contains(
                "'features.denseblock2.denselayer1.norm2.running_mean' of shape [8] is missing"));
  }
  SECTION("an unknown tensor") {
    stored["features.extra.weight"] = at::zeros({2});
    file.write(stored);
    CHECK_THAT(file.error(), Contains("'features.extra.weight' is unknown"));
  }
  SECTION("an ill-shaped tensor") {
    stored["features.norm5.bias"] = at::zeros({3});
    file.write(stored);
    CHECK_THAT(file.error(), Contains("'features.norm5.bias'") && Contains("[3]"));
  }
  SECTION("a tensor in both spellings") {
    stored["features.denseblock1.denselayer1.norm.1.weight"] = at::zeros({8});
    file.write(stored);
    CHECK_THAT(file.error(),
               Contains("'features.denseblock1.denselayer1.norm1.weight' is there twice"));
  }
  SECTION("no layer") {
    file.write({{"features.conv0.weight", at::zeros({8, 3, 7, 7})},
                {"classifier.weight", at::zeros({1000, 8})}});
    CHECK_THAT(file.error(), Contains("denselayer1.conv2.weight' is missing"));
  }
  SECTION("a convolution without channels") {
    stored["features.denseblock1.denselayer1.conv2.weight"] = at::zeros({0, 8, 3, 3});
    file.write(stored);
    CHECK_THAT(file.error(), StartsWith("format: ") && Contains("no multiple"));
  }
  SECTION("another network") {
    file.write({{"conv1.weight", at::zeros({2, 3, 7, 7})}});
    CHECK_THAT(file.error(), Contains("no other classifiers are known"));
  }
  SECTION("four channels") {
    stored["features.conv0.weight"] = at::zeros({8, 4, 7, 7});
    file.write(stored);
    CHECK_THAT(file.error(), Contains("4 channels, 1 or 3"));
  }
  SECTION("a kind of other classes, channels or network") {
    file.write(stored);
    file.sources.classifier_kind = "chexnet";
    CHECK_THAT(file.error(), Contains("1000 classes, 'chexnet' has 14"));
    file.sources.classifier_kind = "lite";
    CHECK_THAT(file.error(), StartsWith("invalid_argument: ") && Contains("a DenseNet's"));
    file.sources.classifier_kind = "resnet";
    CHECK_THAT(file.error(), StartsWith("invalid_argument: ") && Contains("xrv:all"));
    StoredClassifier colour(small_dense_net(), 18);
    colour.write(colour.tensors);
    colour.sources.classifier_kind = "xrv:all";
    CHECK_THAT(colour.error(), Contains("3 channels, 'xrv:all' takes 1"));
  }
}

TEST_CASE("an EfficientNet-Lite has seven stages", "[import]") {
  StoredClassifier file(small_lite(), 5);
  file.write(file.tensors);
  CHECK_THAT(file.error(), Contains("3 stages") && Contains("has 7"));
  ClassifierArchitecture many = seven_stages();
  many.efficientnet_lite.block_channels[2] = 7;
  StoredClassifier eighth(many, 5);
  eighth.write(eighth.tensors);
  CHECK_THAT(eighth.error(), Contains("more stages"));
}

TEST_CASE("a classifier comes alone or beside the other parts", "[import]") {
  StoredClassifier file(small_dense_net(), 1000);
  file.write(file.tensors, "state_dict");
  file.convert();
  const Bundle alone = open_bundle(file.folder.path() / "out", part_types(), {}, true);
  CHECK(alone.parts.size() == 1);
  CHECK_THAT(alone.manifest, Contains("\"model.pt\""));

  OriginalModel model;
  model.write();
  model.sources.classifier = file.sources.classifier;
  model.convert();
  CHECK(model.open().parts.size() == 4);
  model.sources.vqgan.clear();
  CHECK_THAT(model.convert_error(), Contains("no checkpoint of the VQ-GAN"));
}
