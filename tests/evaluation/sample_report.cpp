#include "evaluation/sample_report.hpp"

#include "image/image.hpp"
#include "phantom/phantom.hpp"

#include <algorithm>
#include <cmath>

namespace raygen::engine {

namespace {

/// Values about `centre`, the same on every machine: a sum of sines stands for noise.
std::vector<double> spread(std::size_t count, double centre, double width, double phase) {
  std::vector<double> values;
  for (std::size_t i = 0; i < count; ++i) {
    const double at = static_cast<double>(i) + phase;
    values.push_back(centre + width *
                                  (std::sin(12.9898 * at) + std::sin(78.233 * at * at) +
                                   std::sin(3.1 * at + 1.7 * at * at)) /
                                  2);
  }
  return values;
}

std::vector<std::pair<double, double>> roc(double power) {
  std::vector<std::pair<double, double>> points;
  for (int i = 0; i <= 200; ++i) points.emplace_back(i / 200.0, std::pow(i / 200.0, power));
  return points;
}

std::string png_of(const std::vector<float>& pixels, int size) {
  return encode_png({size, size, 1, pixels, {}}, 8);
}

PicturePairs::Pair phantom_pair(std::uint64_t index, const std::string& caption) {
  constexpr int size = 128;
  const Phantom one = draw_phantom(7, index, size), other = draw_phantom(7, index + 100, size);
  std::vector<float> difference;
  for (std::size_t i = 0; i < one.pixels.size(); ++i)
    difference.push_back(std::abs(one.pixels[i] - other.pixels[i]));
  return {caption,
          {png_of(one.pixels, size), png_of(other.pixels, size), png_of(difference, size)}};
}

Measure measure(const char* key, const char* name, Better better,
                std::optional<double> value = std::nullopt) {
  Measure measure;
  measure.key = key, measure.name = name, measure.better = better, measure.value = value;
  return measure;
}

constexpr const char* kNetwork =
    "DenseNet-121 densenet121-res224-all (sha256 8f2c41d0), 224 × 224, centre crop";

ReportSection fidelity() {
  ReportSection section{"fidelity",
                        "Do the images look real?",
                        "Distances between the features of the synthetic set and of the real set. "
                        "They say how alike the two sets are as a whole, not whether one image is "
                        "right.",
                        {},
                        {},
                        {}};
  Measure frechet = measure("frechet", "Fréchet distance", Better::lower, 14.2);
  frechet.interval = {13.1, 15.6};
  frechet.at_floor_count = 15.03;
  frechet.floor = {3.41, 0.22, 1000, 10};
  frechet.real_count = 4210, frechet.synthetic_count = 2000;
  frechet.features = kNetwork, frechet.decimals = 2, frechet.verdict = Verdict::weak;
  frechet.sentence =
      "The distance is above the floor: a network tells the set from real images. The value "
      "depends on the number of images, so it is compared at 1,000.";
  Measure kid = measure("kid", "KID × 1000", Better::lower, 1.31);
  kid.interval = {0.92, 1.74};
  kid.floor = {1.02, 0.31, 1000, 10};
  kid.real_count = 4210, kid.synthetic_count = 2000, kid.features = kNetwork, kid.decimals = 2;
  kid.verdict = Verdict::good;
  kid.sentence = "The distance is not above that of real images among themselves.";
  Measure biovil = measure("biovil", "BioViL-T similarity", Better::higher);
  biovil.verdict = Verdict::undefined;
  biovil.sentence = "Not computed: no BioViL-T weights were given (option text_image_model).";
  Measure vendi = measure("vendi", "Vendi score of the real set", Better::neither, 212.7);
  vendi.real_count = 4210, vendi.features = kNetwork, vendi.decimals = 1;
  vendi.sentence = "The effective number of different images in the real set, for comparison.";
  section.measures = {frechet, kid, biovil, vendi};
  MeasureTable models{"models",
                      "Beside other models",
                      "Values of the others: their publications.",
                      {{"Model"},
                       {"Resolution"},
                       {"FID", Better::lower, 2},
                       {"KID", Better::lower},
                       {"Alignment", Better::higher},
                       {"Precision", Better::higher},
                       {"Recall", Better::higher},
                       {"Density", Better::higher},
                       {"Coverage", Better::higher}},
                      {},
                      true};
  const auto number = [](double value) { return TableCell{value, {}, {}, Verdict::none}; };
  const auto word = [](const char* text) { return TableCell{{}, {}, text, Verdict::none}; };
  models.rows = {{word("This set"),
                  word("512"),
                  number(14.2),
                  number(0.0013),
                  {},
                  number(0.61),
                  number(0.52),
                  number(0.83),
                  number(0.71)},
                 {word("Sana 0.6 B"), word("512"), number(54.23), number(0.016), number(0.695),
                  number(0.674), number(0.614), number(0.520), number(0.548)},
                 {word("Another"), word("512"), number(60.15), number(0.025), number(0.697),
                  number(0.632), number(0.577)}};
  section.tables = {models};
  return section;
}

ReportSection findings() {
  ReportSection section{"findings",
                        "Do the images show what was asked?",
                        "A classifier that was trained on real images looks at the synthetic ones.",
                        {},
                        {},
                        {}};
  Measure auroc = measure("auroc", "Mean AUROC of 10 findings", Better::higher, 0.781);
  auroc.interval = {0.752, 0.806};
  auroc.floor = {0.842, 0.011, 605, 10};
  auroc.real_count = 605, auroc.synthetic_count = 605, auroc.features = kNetwork;
  auroc.verdict = Verdict::weak;
  auroc.sentence =
      "The findings are told less well than in real images. Two of twelve findings had one label "
      "only and are left out.";
  Measure side = measure("side", "Side as asked", Better::higher, 0.54);
  side.interval = {0.46, 0.62};
  side.synthetic_count = 143, side.verdict = Verdict::bad, side.decimals = 2;
  side.sentence =
      "Left and right are hardly told apart: do not use the set where the side matters.";
  section.measures = {auroc, side};
  MeasureTable classes{"classes",
                       "By finding",
                       "AUROC with its 95 % interval.",
                       {{"Finding"},
                        {"Positives", Better::neither, 0},
                        {"AUROC, synthetic", Better::higher},
                        {"AUROC, real", Better::higher},
                        {"Verdict"}},
                       {}};
  ReportFigure forest{"forest",
                      "Difference of AUROC, synthetic − real",
                      "An interval that does not reach zero is a difference beyond chance.",
                      "difference of AUROC (left: worse than real)",
                      "",
                      {},
                      {},
                      {},
                      {}};
  forest.bars.emplace();
  forest.bars->zero = 0;
  ReportFigure rocs{"roc",
                    "ROC by finding",
                    "A curve near the upper left corner is better.",
                    "false-positive rate",
                    "true-positive rate",
                    {},
                    {},
                    {},
                    {}};
  rocs.curves.emplace();
  for (std::size_t i = 0; i < kFindingNames.size(); ++i) {
    const std::string name(kFindingNames[i]);
    const double real = 0.80 + 0.01 * static_cast<double>(i),
                 synthetic = real - 0.12 + 0.02 * static_cast<double>(i);
    const Verdict verdict = i > 5 ? Verdict::good : i > 1 ? Verdict::weak : Verdict::bad;
    classes.rows.push_back({{{}, {}, name, Verdict::none},
                            {20.0 + 17 * static_cast<double>(i), {}, {}, Verdict::none},
                            {synthetic, {{synthetic - 0.04, synthetic + 0.035}}, {}, Verdict::none},
                            {real, {{real - 0.02, real + 0.02}}, {}, Verdict::none},
                            {{}, {}, {}, verdict}});
    forest.bars->rows.push_back(
        {name, synthetic - real, {{synthetic - real - 0.05, synthetic - real + 0.045}}});
    rocs.curves->curves.push_back({name, roc(0.15 + 0.03 * static_cast<double>(i))});
  }
  classes.rows.push_back({{{}, {}, "Pleural Other", Verdict::none},
                          {0.0, {}, {}, Verdict::none},
                          {},
                          {},
                          {{}, {}, {}, Verdict::undefined}});
  section.tables = {classes};
  ReportFigure reliability{"reliability",
                           "Reliability",
                           "On the diagonal a probability means what it says.",
                           "predicted probability",
                           "share that has the finding",
                           {},
                           {},
                           {},
                           {}};
  reliability.curves.emplace();
  Curves::Curve real{"real", {}}, synthetic{"synthetic", {}};
  for (int i = 0; i < 10; ++i) {
    const double p = 0.05 + 0.1 * i;
    real.points.emplace_back(p, p + 0.04 * std::sin(5 * p));
    synthetic.points.emplace_back(p, 0.85 * p * p + 0.05);
  }
  reliability.curves->curves = {real, synthetic};
  ReportFigure groups{"groups",
                      "AUROC by group",
                      "Groups whose intervals overlap may be alike.",
                      "AUROC",
                      "",
                      {},
                      {},
                      {},
                      {}};
  groups.bars.emplace();
  groups.bars->rows = {
      {"women", 0.79, {{0.74, 0.83}}},
      {"men", 0.77, {{0.73, 0.81}}},
      {"under 40 years", 0.71, {{0.60, 0.80}}},
      {"40 to 60 years", 0.78, {{0.73, 0.82}}},
      {"over 60 years, posteroanterior and anteroposterior together", 0.80, {{0.77, 0.83}}}};
  section.figures = {forest, reliability, groups, rocs};
  return section;
}

ReportSection memorisation() {
  ReportSection section{"memorisation",
                        "Are training images copied?",
                        "A copy of a training image is a patient's image.",
                        {},
                        {},
                        {}};
  Measure share =
      measure("dcr_share", "Nearer to training than to held-out images", Better::lower, 0.512);
  share.interval = {0.489, 0.534};
  share.floor = {0.5, 0.012, 1000, 20};
  share.real_count = 1000, share.synthetic_count = 2000;
  share.features = "means of VQ features before quantisation (sha256 77ab1203)";
  share.verdict = Verdict::good;
  share.sentence =
      "A synthetic image lies near training images no more often than near images that the model "
      "has never seen.";
  section.measures = {share};
  ReportFigure distances{"distances",
                         "Distance to the nearest training image",
                         "Values left of the threshold would be copies.",
                         "distance D₁ to the nearest training image",
                         "share of the group",
                         {},
                         {},
                         {},
                         {}};
  distances.histograms.emplace();
  distances.histograms->groups = {{"synthetic", spread(2000, 4.1, 0.8, 0)},
                                  {"held-out patients", spread(1000, 4.3, 0.9, 5)},
                                  {"copies with noise, as a control", spread(200, 1.2, 0.3, 9)}};
  distances.histograms->mark = 2.0;
  distances.histograms->mark_name = "threshold, 0.1 % of held-out";
  ReportFigure pairs{"nearest",
                     "The nearest training images",
                     "The six pairs with the smallest distance, smallest first.",
                     "",
                     "",
                     {},
                     {},
                     {},
                     {}};
  pairs.pictures.emplace();
  pairs.pictures->columns = {"synthetic", "nearest real", "difference"};
  for (int i = 0; i < 6; ++i)
    pairs.pictures->pairs.push_back(
        phantom_pair(static_cast<std::uint64_t>(i),
                     "D₁ = " + std::to_string(2 + i) + ".3, images/P00012" + std::to_string(i) +
                         ".png: “Moderate left pleural effusion with basilar atelectasis.”"));
  ReportFigure modes{"modes",
                     "Brightness by finding",
                     "The outlines should lie on each other.",
                     "mean grey, 0 to 1",
                     "share of the group",
                     {},
                     {},
                     {},
                     {}};
  modes.histograms.emplace();
  for (int i = 0; i < 5; ++i)
    modes.histograms->groups.push_back({std::string(kFindingNames[static_cast<std::size_t>(i)]),
                                        spread(300, 0.4 + 0.02 * i, 0.1, i)});
  section.figures = {distances, pairs, modes};
  return section;
}

}  // namespace

Report sample_report() {
  Report report;
  report.title = "Evaluation of 2,000 synthetic chest X-rays";
  report.verdict = Verdict::weak;
  report.conclusion =
      "The set may be used to pre-train a classifier of findings. It must not be used where the "
      "side of a finding matters. No copies of training images were found.";
  report.facts = {{"Synthetic", "runs/phantom-512/images: 2,000 images, 512 × 512"},
                  {"Real", "dataset/test: 4,210 images of 1,988 patients, 512 × 512"},
                  {"Model", "models/phantom-128 (sha256 0c1a4f5e)"},
                  {"Version", "libraygen 0.2.0"},
                  {"Seed", "7"},
                  {"Command",
                   "raygen evaluate --real dataset --synthetic runs/phantom-512/images "
                   "--out report --seed 7"}};
  report.warnings = {"12 real images are there twice (the same pixels) and were counted once.",
                     "3 synthetic images have another size (256 × 256) and were left out."};
  report.sections = {fidelity(), findings(), memorisation()};
  return report;
}

}  // namespace raygen::engine
