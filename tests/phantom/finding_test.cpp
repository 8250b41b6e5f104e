#include "phantom/phantom.hpp"

#include <catch2/catch.hpp>

#include <cmath>

using namespace raygen::engine;

namespace {

std::vector<PhantomFinding> every_kind() {
  std::vector<PhantomFinding> kinds;
  for (int f = 0; f < kFindings; ++f) {
    const auto finding = static_cast<Finding>(f);
    const bool zoned = finding == Finding::consolidation || finding == Finding::fracture ||
                       finding == Finding::lung_lesion || finding == Finding::lung_opacity ||
                       finding == Finding::pneumonia;
    for (const Side side : {Side::none, Side::left, Side::right, Side::both}) {
      if ((finding == Finding::cardiomegaly) != (side == Side::none) ||
          (finding == Finding::edema) != (side == Side::both))
        continue;
      for (const Severity severity : {Severity::mild, Severity::severe})
        for (const Zone zone : {Zone::none, Zone::upper, Zone::mid, Zone::lower})
          if (zoned != (zone == Zone::none)) kinds.push_back({finding, side, severity, zone});
    }
  }
  return kinds;
}

}  // namespace

TEST_CASE("Every finding is seen where its mask is, on its side") {
  constexpr int size = 128;
  for (const PhantomFinding& finding : every_kind()) {
    for (std::uint64_t index = 0; index < 4; ++index) {
      CAPTURE(kFindingNames[static_cast<std::size_t>(finding.finding)],
              static_cast<int>(finding.side), static_cast<int>(finding.severity),
              static_cast<int>(finding.zone), index);
      const Phantom with = draw_phantom(9, index, size, {finding}),
                    without = draw_phantom(9, index, size, {});
      REQUIRE(with.masks.size() == 1);
      double inside = 0, outside = 0, area = 0, left = 0;
      for (std::size_t i = 0; i < with.pixels.size(); ++i) {
        const double difference = std::abs(with.pixels[i] - without.pixels[i]);
        if (with.masks[0][i] != 0) {
          REQUIRE(with.masks[0][i] == 255);
          inside += difference;
          area += 1;
          left += i % size >= size / 2;
        } else {
          outside += difference;
        }
      }
      CHECK(area >= 20);
      CHECK(area < 0.4 * size * size);
      inside /= area;
      outside /= size * size - area;
      CHECK(inside > 0.035);
      CHECK(inside > 2 * outside);
      if (finding.side == Side::left) CHECK(left > 0.95 * area);
      if (finding.side == Side::right) CHECK(left < 0.05 * area);
    }
  }
}

TEST_CASE("The mask of an atelectasis holds the lung that the diaphragm has taken") {
  constexpr int size = 128;
  for (std::uint64_t index = 0; index < 8; ++index) {
    CAPTURE(index);
    const Phantom with = draw_phantom(9, index, size,
                                      {{.finding = Finding::atelectasis,
                                        .side = Side::right,
                                        .severity = Severity::severe,
                                        .zone = Zone::lower}}),
                  without = draw_phantom(9, index, size, {});
    // Lung that is now as bright as what lies below it: much brighter than without the finding.
    double bright = 0, held = 0;
    for (std::size_t i = 0; i < with.pixels.size(); ++i) {
      if (with.pixels[i] - without.pixels[i] < 0.2) continue;
      ++bright;
      held += with.masks[0][i] != 0;
    }
    CHECK(bright > 20);
    CHECK(held > 0.9 * bright);
  }
}

TEST_CASE("Findings are as frequent as they are meant to be") {
  constexpr int count = 6000;
  int normal = 0, left = 0, right = 0;
  std::array<int, kFindings> present{};
  for (int i = 0; i < count; ++i) {
    const Phantom phantom = describe_phantom(2, static_cast<std::uint64_t>(i));
    normal += phantom.findings.empty();
    CHECK(phantom.findings.size() <= 3);
    std::array<int, kFindings> here{};
    for (const PhantomFinding& finding : phantom.findings) {
      ++here[static_cast<std::size_t>(finding.finding)];
      left += finding.side == Side::left;
      right += finding.side == Side::right;
    }
    for (std::size_t f = 0; f < kFindings; ++f) {
      CHECK(here[f] <= 1);
      present[f] += here[f];
    }
  }
  CHECK(normal / static_cast<double>(count) == Approx(0.3).margin(0.03));
  CHECK(left / static_cast<double>(left + right) == Approx(0.5).margin(0.03));
  for (std::size_t f = 0; f < kFindings; ++f) {
    CAPTURE(kFindingNames[f]);
    CHECK(present[f] / static_cast<double>(count) == Approx(0.133).margin(0.02));
  }
}

TEST_CASE("A patient keeps its anatomy whatever it suffers from") {
  const PhantomFinding lesion{Finding::lung_lesion, Side::left, Severity::mild, Zone::upper};
  const Phantom with = draw_phantom(9, 1, 128, {lesion}), without = draw_phantom(9, 1, 128, {});
  CHECK(with.age == without.age);
  CHECK(with.sex == without.sex);
  CHECK(with.view == without.view);
  double difference = 0;
  for (std::size_t row = 0; row < 128; ++row)
    for (std::size_t column = 0; column < 56; ++column)
      difference += std::abs(with.pixels[row * 128 + column] - without.pixels[row * 128 + column]);
  CHECK(difference / (128 * 56) < 0.01);
}
