// Whole evaluations of phantoms with models of random weights.

#include "evaluation/evaluate.hpp"

#include "classifier_bundle.hpp"
#include "error.hpp"
#include "evaluation/frechet.hpp"
#include "evaluation/report_check.hpp"
#include "feature_sets.hpp"
#include "memorisation/phantom_set.hpp"
#include "storage/safetensors.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using namespace raygen::engine;
using Catch::Matchers::Contains;

namespace {

namespace fs = std::filesystem;

/// Of a report without membership and with few draws, in `folder`, which has data/ and model/.
EvaluationConfig quick_config(const fs::path& folder, const char* synthetic) {
  EvaluationConfig config;
  config.real = (folder / "data").string();
  config.synthetic = (folder / synthetic).string();
  config.out = (folder / "out").string();
  config.model = (folder / "model").string();
  config.kid_subsets = 2, config.floor_draws = 2, config.bootstrap_draws = 100;
  config.membership_images = 0;
  return config;
}

void put_image(const fs::path& folder, std::uint64_t number,
               const std::vector<std::uint8_t>& pixels, const std::string& prompt = {}) {
  fs::create_directories(folder);
  Image image = picture_of(pixels);
  if (!prompt.empty()) image.text["Description"] = prompt;
  write_png(image, folder / formatted("{:05}.png", number), 8);
}

const ReportSection* section(const Report& report, const std::string& key) {
  for (const ReportSection& each : report.sections)
    if (each.key == key) return &each;
  return nullptr;
}

const Measure& measure(const Report& report, const std::string& key) {
  for (const ReportSection& each : report.sections)
    for (const Measure& found : each.measures)
      if (found.key == key) return found;
  FAIL("no measure " << key);
  return report.sections.front().measures.front();
}

bool warned(const Report& report, const std::string& words) {
  return std::any_of(report.warnings.begin(), report.warnings.end(),
                     [&](const auto& warning) { return warning.find(words) != std::string::npos; });
}

}  // namespace

TEST_CASE("Training images in a synthetic set, moved by a pixel, make its verdict bad") {
  constexpr std::uint64_t training = 150, held_out = 300, images = 200, leaks = 10;
  const TemporaryFolder folder;
  write_phantom_set(folder.path() / "data", training, held_out);
  write_phantom_model(folder.path() / "model");
  for (std::uint64_t i = 0; i < images; ++i) {
    const std::vector<std::uint8_t> pixels = phantom_pixels(training + held_out + i);
    put_image(folder.path() / "honest", i, pixels);
    put_image(folder.path() / "leaking", i,
              i < leaks ? shifted_by_one(phantom_pixels(7 * i), 0) : pixels);
  }
  const Report honest = evaluate(quick_config(folder.path(), "honest"), {}, {}, nullptr);
  check_report(honest);
  const Measure& of_honest = measure(honest, "too_near");
  INFO(of_honest.sentence);
  CHECK(of_honest.verdict == Verdict::good);
  CHECK(measure(honest, "dcr_share").verdict == Verdict::good);
  CHECK(measure(honest, "authenticity").verdict == Verdict::good);
  CHECK(honest.verdict != Verdict::bad);
  INFO(honest.conclusion);
  for (const char* key : {"fid_vqgan", "kid_vqgan"}) {
    INFO(key << ": " << measure(honest, key).sentence);
    CHECK(measure(honest, key).value);
    CHECK(measure(honest, key).verdict == Verdict::good);
  }
  CHECK(measure(honest, "frd").verdict == Verdict::good);
  CHECK(measure(honest, "frd").floor);
  CHECK(measure(honest, "alpha_precision_vqgan").value);
  CHECK(measure(honest, "cliques").verdict == Verdict::undefined);  // no prompts
  CHECK(section(honest, "adherence") == nullptr);
  CHECK(warned(honest, "No classifier was named"));
  CHECK(measure(honest, "ms_ssim_within_prompt").verdict == Verdict::undefined);

  const Report leaking = evaluate(quick_config(folder.path(), "leaking"), {}, {}, nullptr);
  check_report(leaking);
  const Measure& of_leaking = measure(leaking, "too_near");
  INFO(of_leaking.sentence);
  CHECK(of_leaking.value.value() >= 0.045);
  CHECK(of_leaking.verdict == Verdict::bad);
  CHECK(leaking.verdict == Verdict::bad);
  CHECK_THAT(leaking.conclusion, Contains("Too near a training image"));
  const ReportSection* memorisation = section(leaking, "memorisation");
  REQUIRE(memorisation != nullptr);
  const PicturePairs& pairs = memorisation->figures.at(1).pictures.value();
  CHECK(pairs.pairs.size() == 6);
  CHECK(pairs.columns.size() == 3);
  for (const PicturePairs::Pair& pair : pairs.pairs) CHECK_THAT(pair.caption, Contains("too near"));
}

TEST_CASE("A whole report: files, the prompts' findings, an equal image, other sizes") {
  const TemporaryFolder folder;
  write_phantom_set(folder.path() / "data", 20, 40);
  write_phantom_model(folder.path() / "model");
  const ClassifierArchitecture architecture = small_dense_net(1);
  TensorMap weights;
  for (const auto& [name, tensor] : random_classifier_weights(architecture, made_generator(3)))
    weights[name] = tensor;
  write_classifier(folder.path() / "classifier", architecture, weights);
  for (std::uint64_t i = 0; i < 24; ++i)
    put_image(folder.path() / "made", i,
              phantom_pixels(i == 12 ? 21 : 60 + i),  // phantom 21 is one of the split test
              i % 2 == 0 ? "Moderate left pleural effusion." : "No pleural effusion.");
  EvaluationConfig config = quick_config(folder.path(), "made");
  config.classifier = (folder.path() / "classifier").string();
  config.membership_images = 3;
  std::vector<std::string> stages;
  const Report report = evaluate(
      config, {},
      [&](const EvaluationProgress& now) {
        if (stages.empty() || stages.back() != now.stage) stages.push_back(now.stage);
        CHECK(now.done <= now.total);
        return true;
      },
      nullptr);
  check_report(report);
  CHECK(std::count(stages.begin(), stages.end(), "membership inference") == 1);
  CHECK(stages.back() == "report");
  CHECK(report.verdict == Verdict::bad);
  CHECK(warned(report,
               "1 of 24 synthetic images are real ones to the last pixel (the first is "
               "00012.png)"));
  CHECK_FALSE(warned(report, "pixels, synthetic ones"));
  const ReportSection* adherence = section(report, "adherence");
  REQUIRE(adherence != nullptr);
  const auto& rows = adherence->tables.at(0).rows;
  REQUIRE(rows.size() == 3);
  CHECK(rows[1][0].text == "Pleural Effusion (Effusion)");
  CHECK(rows[1][1].number == 12);
  CHECK(rows[1][2].number);  // an AUROC, of whatever
  CHECK_THAT(measure(report, "auroc_gap_view_real").sentence, Contains("Fewer than two groups"));
  CHECK(measure(report, "groups_synthetic").verdict == Verdict::undefined);
  CHECK(measure(report, "membership_loss").value);
  CHECK(measure(report, "ms_ssim_within_prompt").value);
  CHECK(measure(report, "fid_classifier").synthetic_count == 24);
  CHECK(measure(report, "cliques").value);
  const MeasureTable& table = section(report, "realism")->tables.at(0);
  CHECK(table.columns.at(1).name == "FID");
  CHECK(table.columns.at(7).name == "Coverage");
  REQUIRE(table.rows.size() == 2);  // two networks, whose sets are too small for a floor
  for (const char* key : {"fid_classifier", "kid_vqgan", "recall_vqgan"}) {
    CHECK(measure(report, key).verdict == Verdict::undefined);
    CHECK_THAT(measure(report, key).sentence, Contains("1 of 24 synthetic images have the very"));
  }
  CHECK_FALSE(table.rows[0][1].number);
  const ReportSection* told_apart = section(report, "classifier");
  REQUIRE(told_apart != nullptr);
  CHECK(measure(report, "auroc_synthetic").value);
  // The real images' text is "text": no finding is there.
  CHECK(measure(report, "auroc_real").verdict == Verdict::undefined);
  CHECK(told_apart->tables.size() == 1);

  for (const char* file : {"report.html", "metrics.json", "table.csv"})
    CHECK(fs::file_size(folder.path() / "out" / file) > 1000);
  const auto json = nlohmann::json::parse(std::ifstream(folder.path() / "out" / "metrics.json"));
  CHECK(json.dump().find("ms_ssim_within_prompt") != std::string::npos);

  // The same again gives the same numbers, from the features that were kept.
  CHECK(report_json(evaluate(config, {}, {}, nullptr)) == report_json(report));

  // Images of another size are shown without a difference.
  config.membership_images = 0;
  fs::create_directories(folder.path() / "small");
  for (std::uint64_t i = 0; i < 4; ++i) {
    Image image{32, 32, 1, {}, {}};
    for (std::size_t p = 0; p < 32 * 32; ++p)
      image.pixels.push_back(static_cast<float>(p % (i + 7)) / 20);
    write_png(image, folder.path() / "small" / formatted("{}.png", i), 8);
  }
  config.synthetic = (folder.path() / "small").string();
  const Report small = evaluate(config, {}, {}, nullptr);
  CHECK(warned(small, "64 × 64 pixels, synthetic ones 32 × 32"));
  CHECK(measure(small, "frd").verdict == Verdict::undefined);
  CHECK_THAT(measure(small, "frd").sentence, Contains("The sizes differ"));
  CHECK(section(small, "memorisation")->figures.at(1).pictures->columns.size() == 2);
  CHECK(measure(small, "fid_vqgan").verdict == Verdict::undefined);  // four are too few

  // The training images of another dataset get an index of their own.
  fs::remove_all(folder.path() / "data");
  write_phantom_set(folder.path() / "data", 18, 40);
  CHECK(measure(evaluate(config, {}, {}, nullptr), "too_near").real_count == 18);

  // A classifier alone says nothing of copies, and the report says so.
  config.model.clear();
  const Report seen = evaluate(config, {}, {}, nullptr);
  CHECK(section(seen, "memorisation") == nullptr);
  CHECK(warned(seen, "because no model with an image encoder was named"));
}

TEST_CASE("Images of one grey value have no radiomics and are counted") {
  const TemporaryFolder folder;
  write_phantom_set(folder.path() / "data", 4, 80);
  write_phantom_model(folder.path() / "model");
  put_image(folder.path() / "made", 0, std::vector<std::uint8_t>(kPhantomSide * kPhantomSide, 9));
  for (std::uint64_t i = 1; i < 25; ++i)
    put_image(folder.path() / "made", i, phantom_pixels(90 + i));
  EvaluationConfig config = quick_config(folder.path(), "made");
  config.memorisation = false;
  const Report report = evaluate(config, {}, {}, nullptr);
  check_report(report);
  CHECK(measure(report, "frd").synthetic_count == 24);
  CHECK_THAT(measure(report, "frd").sentence, Contains("0 real and 1 synthetic images were left"));
  CHECK(measure(report, "fid_vqgan").synthetic_count == 25);
  CHECK(report_json(evaluate(config, {}, {}, nullptr)) == report_json(report));
  config.radiomics = false;
  const Report without = evaluate(config, {}, {}, nullptr);
  for (const Measure& each : section(without, "realism")->measures) CHECK(each.key != "frd");
}

TEST_CASE("Features of any other network, with the images and alone") {
  const TemporaryFolder folder;
  write_phantom_set(folder.path() / "data", 4, 80);  // 40 of the split test
  for (std::uint64_t i = 0; i < 25; ++i)
    put_image(folder.path() / "made", i, phantom_pixels(90 + i));
  const at::Tensor real = feature_set(40, 5, 0, 0), made = feature_set(25, 5, 2, 0.3);
  write_safetensors(folder.path() / "real.safetensors", {{"x", real}});
  write_safetensors(folder.path() / "made.safetensors", {{"x", made}});
  EvaluationConfig config = quick_config(folder.path(), "made");
  config.model.clear();
  config.real_features = (folder.path() / "real.safetensors").string();
  config.synthetic_features = (folder.path() / "made.safetensors").string();
  const Report both = evaluate(config, {}, {}, nullptr);
  check_report(both);
  CHECK(measure(both, "fid_file").value.value() == frechet_distance(real, made));
  CHECK_THAT(measure(both, "fid_file").features, Contains("real.safetensors, ") &&
                                                     Contains("made.safetensors, ") &&
                                                     Contains("5 numbers an image"));
  CHECK(measure(both, "frd").value);  // of the images
  CHECK(measure(both, "kid_file").name == "KID × 1000 (files)");
  const MeasureTable& table = section(both, "realism")->tables.at(0);
  REQUIRE(table.rows.size() == 2);
  CHECK(table.rows[1][0].text == "real against real, 20 a side");
  CHECK(table.rows[1][2].number.value() == Approx(measure(both, "kid_file").floor->value / 1000));

  config.real.clear(), config.synthetic.clear();
  const Report alone = evaluate(config, {}, {}, nullptr);
  check_report(alone);
  CHECK(alone.sections.size() == 1);
  CHECK(measure(alone, "fid_file").value == measure(both, "fid_file").value);
  CHECK(measure(alone, "fid_file").floor->count == 20);
  CHECK(warned(alone, "Only features were given"));

  const auto refused = [&](const std::string& why) {
    CHECK_THROWS_WITH(evaluate(config, {}, {}, nullptr), Contains(why));
  };
  config.synthetic = (folder.path() / "made").string();
  refused("real is empty");
  config.real = (folder.path() / "data").string();
  std::swap(config.real_features, config.synthetic_features);
  refused("real_features (made.safetensors, ");
  refused("has 25 rows; 40, one an image, were expected");
  config.real_features.clear();
  refused("both, or none");
  config.synthetic_features.clear();
  config.lpips = "lpips_alex";
  refused("one of lpips and lpips_weights is empty");
  config.lpips_weights = (folder.path() / "made.safetensors").string();
  config.model = (folder.path() / "nowhere").string();
  CHECK_THROWS_AS(evaluate(config, {}, {}, nullptr), Error);
}

TEST_CASE("Sets that say nothing are not called good") {
  const TemporaryFolder folder;
  write_phantom_set(folder.path() / "data", 30, 45);
  write_phantom_model(folder.path() / "model");
  const auto evaluated = [&](const char* set) {
    Report report = evaluate(quick_config(folder.path(), set), {}, {}, nullptr);
    check_report(report);
    return report;
  };
  const auto new_phantom = [](std::uint64_t i) { return phantom_pixels(100 + i); };

  // Three images: nothing is known of how they look, or of copies.
  for (std::uint64_t i = 0; i < 3; ++i) put_image(folder.path() / "three", i, new_phantom(i));
  const Report three = evaluated("three");
  CHECK(three.verdict == Verdict::undefined);
  CHECK_THAT(three.conclusion, Contains("Nothing can be said of whether the images look like"));
  for (const char* key : {"too_near", "dcr_share", "authenticity", "nndr_5", "dcr_share_vqgan"}) {
    CHECK(measure(three, key).verdict == Verdict::undefined);
    CHECK_THAT(measure(three, key).sentence, Contains("there are 3 and 22"));
  }

  // One of them is a training image.
  for (std::uint64_t i = 0; i < 3; ++i)
    put_image(folder.path() / "copy", i, i == 1 ? phantom_pixels(5) : new_phantom(i));
  const Report copy = evaluated("copy");
  CHECK(copy.verdict == Verdict::bad);
  CHECK(warned(copy,
               "1 of 3 synthetic images are training images to the last pixel (the first is "
               "00001.png)"));

  // One new image, again and again.
  for (std::uint64_t i = 0; i < 30; ++i) put_image(folder.path() / "one", i, new_phantom(0));
  const Report one = evaluated("one");
  CHECK(one.verdict == Verdict::bad);
  CHECK(warned(one, "29 synthetic images are there more than once"));
  CHECK_THAT(measure(one, "fid_vqgan").sentence,
             Contains("Most synthetic images have equal numbers"));

  // Black images are like nothing.
  for (std::uint64_t i = 0; i < 30; ++i)
    put_image(folder.path() / "black", i,
              i < 5 ? new_phantom(i) : std::vector<std::uint8_t>(kPhantomSide * kPhantomSide, 0));
  const Report black = evaluated("black");
  CHECK(measure(black, "authenticity").verdict == Verdict::undefined);
  CHECK_THAT(measure(black, "authenticity").sentence, Contains("there are 5 and 22"));
  CHECK_THAT(section(black, "memorisation")->introduction, Contains("25 synthetic and 0 held-out"));

  // As many as a floor needs, but a leak of one image in twenty could be chance.
  for (std::uint64_t i = 0; i < 30; ++i) put_image(folder.path() / "few", i, new_phantom(i));
  const Report few = evaluated("few");
  CHECK(measure(few, "too_near").verdict == Verdict::none);
  CHECK_THAT(measure(few, "too_near").sentence, Contains("one copy in twenty"));
  CHECK(measure(few, "fid_vqgan").verdict != Verdict::undefined);
  CHECK(measure(few, "authenticity_vqgan").value);
}

TEST_CASE("Without a network images are compared by radiomics, and a network wants its pixels") {
  const TemporaryFolder folder;
  write_phantom_set(folder.path() / "data", 20, 90);
  write_phantom_model(folder.path() / "model");
  for (std::uint64_t i = 0; i < 24; ++i)
    put_image(folder.path() / "made", i, phantom_pixels(200 + i));
  EvaluationConfig config = quick_config(folder.path(), "made");
  config.model.clear();
  const Report report = evaluate(config, {}, {}, nullptr);
  check_report(report);
  CHECK(measure(report, "frd").floor);
  CHECK(report.verdict != Verdict::undefined);
  CHECK(warned(report, "compared by radiomics alone"));
  config.radiomics = false;
  const Report nothing = evaluate(config, {}, {}, nullptr);
  CHECK(nothing.verdict == Verdict::undefined);
  CHECK(warned(nothing, "nothing is said of whether the images look like real ones"));

  Image dot{1, 1, 1, {0.5F}, {}};
  write_png(dot, folder.path() / "made" / "dot.png", 8);
  CHECK_THROWS_WITH(evaluate(quick_config(folder.path(), "made"), {}, {}, nullptr),
                    Contains("dot.png has 1 × 1 pixels") && Contains("at least a quarter"));
}

TEST_CASE("An evaluation that cannot be made says why, and one that is stopped writes no report") {
  const TemporaryFolder folder;
  write_phantom_set(folder.path() / "data", 4, 4);
  write_phantom_model(folder.path() / "model");
  put_image(folder.path() / "made", 0, phantom_pixels(50));
  const auto refused = [&](const EvaluationConfig& config, const std::string& why) {
    CHECK_THROWS_WITH(evaluate(config, {}, {}, nullptr), Contains(why));
  };
  EvaluationConfig config = quick_config(folder.path(), "made");
  config.real.clear();
  refused(config, "real is empty");
  config = quick_config(folder.path(), "made");
  config.classifier = (folder.path() / "model").string();
  refused(config, "has no classifier");
  config = quick_config(folder.path(), "nowhere");
  refused(config, "nowhere is not there");
  config = quick_config(folder.path(), "made");
  const auto stop = [](const EvaluationProgress& now) { return now.stage != "measures"; };
  CHECK_THROWS_WITH(evaluate(config, {}, stop, nullptr), Contains("stopped"));
  CHECK_FALSE(fs::exists(folder.path() / "out" / "report.html"));
  CHECK(fs::exists(folder.path() / "out" / "features"));
  Job job;
  job.cancel();
  CHECK_THROWS_WITH(evaluate(config, {}, {}, &job), Contains("cancelled"));
}
