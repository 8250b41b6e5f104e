#include "phantom/phantom.hpp"

#include "phantom/report.hpp"
#include "phantom/scene.hpp"

#include <cmath>

namespace raygen::engine {

using namespace phantom;

namespace {

constexpr int kOversampling = 2;

Phantom describe(const Anatomy& anatomy, const std::vector<PhantomFinding>& findings,
                 std::uint64_t seed, std::uint64_t index) {
  Phantom phantom;
  phantom.view = anatomy.view;
  phantom.age = anatomy.age;
  phantom.sex = anatomy.sex;
  phantom.findings = findings;
  phantom.report = write_report(phantom, Stream(seed, index, Stream::Purpose::report));
  return phantom;
}

}  // namespace

Frame phantom::pose(std::uint64_t seed, std::uint64_t index, int size) {
  constexpr float field_of_view = 33.5F;  // cm
  Stream random(seed, index, Stream::Purpose::anatomy, 1);
  const float turn = 0.028F * random.normal();
  return {.size = size,
          .pixels_per_cm = static_cast<float>(size) / field_of_view * random.between(0.93F, 1.06F),
          .cosine = std::cos(turn),
          .sine = std::sin(turn),
          .shift = {0.5F * random.normal(), 0.5F * random.normal()}};
}

void check_phantom_size(int size) {
  if (size < kSmallestPhantom || size > kLargestPhantom || size % kPhantomStep != 0)
    fail(
        Status::invalid_argument,
        "a phantom of {} pixels a side cannot be drawn: the size is a multiple of {} from {} to {}",
        size, kPhantomStep, kSmallestPhantom, kLargestPhantom);
}

Phantom draw_phantom(std::uint64_t seed, std::uint64_t index, int size) {
  return draw_phantom(seed, index, size, choose_findings(seed, index));
}

Phantom draw_phantom(std::uint64_t seed, std::uint64_t index, int size,
                     const std::vector<PhantomFinding>& findings) {
  check_phantom_size(size);
  Scene scene(seed, index, Anatomy(seed, index), pose(seed, index, size * kOversampling));
  for (const PhantomFinding& finding : findings) deform(scene, finding);
  draw_lungs(scene);
  draw_vessels(scene);
  draw_skeleton(scene);

  Phantom phantom = describe(scene.anatomy, findings, seed, index);
  phantom.size = size;
  for (const PhantomFinding& finding : findings) {
    const Plane coverage = shrink(draw_finding(scene, finding), kOversampling);
    std::vector<std::uint8_t>& mask = phantom.masks.emplace_back();
    mask.reserve(coverage.values.size());
    for (const float covered : coverage.values) mask.push_back(covered >= 0.5F ? 255 : 0);
  }
  phantom.pixels = expose(scene, size);
  return phantom;
}

Phantom describe_phantom(std::uint64_t seed, std::uint64_t index) {
  return describe_phantom(seed, index, choose_findings(seed, index));
}

Phantom describe_phantom(std::uint64_t seed, std::uint64_t index,
                         const std::vector<PhantomFinding>& findings) {
  return describe(Anatomy(seed, index), findings, seed, index);
}

}  // namespace raygen::engine
