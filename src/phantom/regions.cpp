#include "phantom/phantom.hpp"

#include "error.hpp"
#include "phantom/scene.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace raygen::engine {

using namespace phantom;

namespace {

constexpr float kFaintest = 0.3F;  // cm of air: less does not show

bool in_lung(const Anatomy& anatomy, Point p) {
  const float cavity = anatomy.cavity[p.x > 0].chord(std::abs(p.x), p.y);
  return cavity > 0 && cavity - anatomy.mediastinum(p) > kFaintest;
}

bool in_heart(const Anatomy& anatomy, Point p) {
  const auto* const end = anatomy.heart.begin() + kHeartChambers;
  return std::any_of(anatomy.heart.begin(), end,
                     [&](const Ellipsoid& part) { return part.chord(p) > 0; });
}

struct Region {
  std::string_view name;
  bool (*holds)(const Anatomy&, Point);
};
constexpr Region kRegions[] = {
    {"left lung", [](const Anatomy& anatomy, Point p) { return p.x > 0 && in_lung(anatomy, p); }},
    {"right lung", [](const Anatomy& anatomy, Point p) { return p.x <= 0 && in_lung(anatomy, p); }},
    {"lungs", in_lung},
    {"heart", in_heart},
    {"mediastinum", [](const Anatomy& anatomy, Point p) { return anatomy.mediastinum(p) > 0; }}};

const Region& region_of(std::string_view name) {
  const auto* const found = std::find_if(std::begin(kRegions), std::end(kRegions),
                                         [&](const Region& each) { return each.name == name; });
  if (found == std::end(kRegions))
    fail(Status::invalid_argument, "a phantom has no region \"{}\"; one of {} was expected", name,
         fmt::join(phantom_regions(), ", "));
  return *found;
}

}  // namespace

const std::vector<std::string_view>& phantom_regions() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> all;
    for (const Region& region : kRegions) all.push_back(region.name);
    return all;
  }();
  return names;
}

Image draw_phantom_region(std::uint64_t seed, std::uint64_t index, int size, bool healthy,
                          std::string_view region) {
  check_phantom_size(size);
  const Region& wanted = region_of(region);
  Scene scene(seed, index, Anatomy(seed, index), pose(seed, index, size));
  if (!healthy)
    for (const PhantomFinding& finding : choose_findings(seed, index)) deform(scene, finding);
  Image mask{size, size, 1, {}, {}};
  for (int row = 0; row < size; ++row)
    for (int column = 0; column < size; ++column)
      mask.pixels.push_back(wanted.holds(scene.anatomy, scene.frame.patient(column, row)) ? 1 : 0);
  return mask;
}

}  // namespace raygen::engine
