// A synthetic set, 5 % of which are training images that were moved and coded again, through a
// whole evaluation.

#include "evaluation/evaluate.hpp"
#include "evaluation/report_check.hpp"
#include "image/jpeg_file.hpp"
#include "memorisation/phantom_set.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>

using namespace raygen::engine;
using Catch::Matchers::Contains;

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t training = 300, held_out = 500, images = 400, copies = 20;

/// By one pixel, at the quality that most programs write JPEG with.
void put_copy(const fs::path& file, std::uint64_t number) {
  constexpr int usual_quality = 75;
  const auto source = phantom_pixels(number * training / copies);
  std::ofstream(file, std::ios::binary)
      << jpeg_file(shifted_by_one(source, number), kPhantomSide, {.quality = usual_quality});
}

Report report_of(const fs::path& folder, const char* synthetic) {
  EvaluationConfig config;
  config.real = (folder / "data").string();
  config.synthetic = (folder / synthetic).string();
  config.out = (folder / "out").string();
  config.model = (folder / "model").string();
  config.kid_subsets = 2, config.floor_draws = 2, config.membership_images = 0;
  config.radiomics = false;
  Report report = evaluate(config, {}, {}, nullptr);
  check_report(report);
  return report;
}

const Measure& too_near(const Report& report) {
  for (const ReportSection& section : report.sections)
    for (const Measure& measure : section.measures)
      if (measure.key == "too_near") return measure;
  FAIL("no measure too_near");
  return report.sections.front().measures.front();
}

/// How many images were flagged.
std::int64_t flagged(const Report& report) {
  return std::llround(too_near(report).value.value() * static_cast<double>(images));
}

}  // namespace

TEST_CASE("Training images that were moved and coded again as JPEG are found, and others are not") {
  const TemporaryFolder folder;
  write_phantom_set(folder.path() / "data", training, held_out);
  write_phantom_model(folder.path() / "model");
  for (const char* set : {"honest", "copying"}) fs::create_directories(folder.path() / set);
  for (std::uint64_t i = 0; i < images; ++i) {
    const std::string name = formatted("{:05}", i);
    const fs::path honest = folder.path() / "honest" / (name + ".png");
    write_png(picture_of(phantom_pixels(training + held_out + i)), honest, 8);
    if (i < copies)
      put_copy(folder.path() / "copying" / (name + ".jpg"), i);
    else
      fs::copy_file(honest, folder.path() / "copying" / (name + ".png"));
  }

  const Report honest = report_of(folder.path(), "honest");
  INFO(too_near(honest).sentence);
  CHECK(flagged(honest) * 100 <= static_cast<std::int64_t>(images));
  CHECK(too_near(honest).verdict == Verdict::good);
  CHECK(honest.verdict != Verdict::bad);

  // The images that are no copies are the honest set's, and flagged if they are there.
  const Report copying = report_of(folder.path(), "copying");
  INFO(too_near(copying).sentence);
  const std::int64_t found = flagged(copying) - flagged(honest);
  CHECK(found * 100 >= static_cast<std::int64_t>(copies) * 95);
  CHECK(too_near(copying).verdict == Verdict::bad);
  CHECK(copying.verdict == Verdict::bad);
  CHECK_THAT(copying.conclusion, Contains("Too near a training image"));
}
