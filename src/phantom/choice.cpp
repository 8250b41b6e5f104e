#include "phantom/scene.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace raygen::engine::phantom {

namespace {

/// Places in the lungs, a bit each: what a finding covers, so that no other one hides in it.
unsigned places(const PhantomFinding& finding) {
  constexpr unsigned upper = 1, mid = 2, lower = 4;
  const auto on_sides = [&](unsigned zones) {
    const bool right = finding.side == Side::right || finding.side == Side::both,
               left = finding.side == Side::left || finding.side == Side::both;
    return (right ? zones : 0U) | (left ? zones << 3 : 0U);
  };
  const bool severe = finding.severity == Severity::severe;
  switch (finding.finding) {
    case Finding::cardiomegaly:
    case Finding::fracture:
      return 0;
    case Finding::edema:
      return on_sides(mid);
    case Finding::atelectasis:
      return on_sides(lower);
    case Finding::pleural_effusion:
      return on_sides(severe ? lower | mid : lower);
    case Finding::pneumothorax:
      return on_sides(severe ? upper | mid | lower : upper);
    default:
      return on_sides(finding.zone == Zone::upper ? upper
                      : finding.zone == Zone::mid ? mid
                                                  : lower);
  }
}

PhantomFinding place(Finding finding, Stream& random) {
  PhantomFinding placed{finding, random.chance(0.5F) ? Side::left : Side::right,
                        static_cast<Severity>(random.below(3)), Zone::none};
  const auto zone = [&] { return static_cast<Zone>(1 + random.below(3)); };
  switch (finding) {
    case Finding::cardiomegaly:
      placed.side = Side::none;
      break;
    case Finding::edema:
      placed.side = Side::both;
      break;
    case Finding::atelectasis:
      if (random.chance(0.15F)) placed.side = Side::both;
      break;
    case Finding::pleural_effusion:
      if (placed.severity != Severity::severe && random.chance(0.2F)) placed.side = Side::both;
      break;
    case Finding::pneumothorax:
      break;
    default:
      placed.zone = zone();
  }
  return placed;
}

}  // namespace

std::vector<PhantomFinding> choose_findings(std::uint64_t seed, std::uint64_t index) {
  Stream random(seed, index, Stream::Purpose::choice);
  if (random.chance(0.3F)) return {};
  const float lot = random.uniform();
  const std::size_t count = lot < 0.35F ? 1 : lot < 0.75F ? 2 : 3;
  std::array<Finding, kFindings> deck;
  for (int i = 0; i < kFindings; ++i) deck[static_cast<std::size_t>(i)] = static_cast<Finding>(i);
  for (std::size_t i = 0; i < count; ++i)
    std::swap(deck[i],
              deck[i + static_cast<std::size_t>(random.below(kFindings - static_cast<int>(i)))]);
  std::sort(deck.begin(), deck.begin() + static_cast<std::ptrdiff_t>(count));

  // Any three findings have places that do not overlap: thrown again until they fit.
  while (true) {
    std::vector<PhantomFinding> findings;
    unsigned taken = 0;
    bool fits = true;
    for (std::size_t i = 0; i < count; ++i) {
      findings.push_back(place(deck[i], random));
      const unsigned wanted = places(findings.back());
      fits = fits && (taken & wanted) == 0;
      taken |= wanted;
    }
    if (fits) return findings;
  }
}

}  // namespace raygen::engine::phantom
