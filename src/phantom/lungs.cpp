#include "phantom/scene.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace raygen::engine::phantom {

void draw_lungs(Scene& scene) {
  for (int row = 0; row < scene.frame.size; ++row) {
    for (int column = 0; column < scene.frame.size; ++column) {
      const Point p = scene.frame.patient(column, row);
      const Anatomy& anatomy = scene.anatomy;
      scene.tissue.at(column, row) = anatomy.body(p) - anatomy.trachea(p) - anatomy.bubble.chord(p);
      const float cavity = anatomy.cavity[p.x > 0].chord(std::abs(p.x), p.y);
      if (cavity <= 0) continue;
      const float mediastinum = anatomy.mediastinum(p);
      scene.cavity.at(column, row) = std::max(0.0F, cavity - mediastinum);
      scene.air.at(column, row) =
          std::max(0.0F, anatomy.lung[p.x > 0].chord(std::abs(p.x), p.y) - mediastinum);
    }
  }
}

namespace {

struct Branch {
  Point at;
  float heading, radius, length;
  int order;
};

// A vessel winds outwards, thins, and gives off side branches.
void grow(Scene& scene, Stream& random, const Branch& trunk) {
  std::vector<Branch> waiting{trunk};
  while (!waiting.empty()) {
    Branch branch = waiting.back();
    waiting.pop_back();
    const int steps = 7;
    const float stride = branch.length / steps;
    const float bend = random.between(-0.12F, 0.12F);
    std::vector<TubeNode> nodes;
    for (int step = 0; step <= steps; ++step) {
      const float radius = branch.radius * (1 - 0.75F * static_cast<float>(step) / steps);
      nodes.push_back({branch.at, radius, 4.2F * radius / scene.engorgement});
      branch.heading += bend + 0.1F * random.normal();
      branch.at.x += stride * std::cos(branch.heading);
      branch.at.y += stride * std::sin(branch.heading);
      if (branch.order < 2 && step > 0 && step < steps && random.chance(0.6F)) {
        const float turn = (step % 2 == 0 ? 1.0F : -1.0F) * random.between(0.4F, 0.8F);
        waiting.push_back({branch.at, branch.heading + turn, 0.75F * radius, 0.55F * branch.length,
                           branch.order + 1});
      }
    }
    scene.brush.add(nodes, scene.vessels);
  }
}

}  // namespace

void draw_vessels(Scene& scene) {
  for (const Side side : {Side::right, Side::left}) {
    Stream random(scene.seed, scene.index, Stream::Purpose::vessels,
                  static_cast<std::uint32_t>(side));
    const float sign = sign_of(side);
    const Point hilum = scene.anatomy.hilum[index_of(side)];
    const float calibre = scene.engorgement;
    // The pulmonary artery runs out of the hilum and turns down.
    const std::array<TubeNode, 4> artery{
        TubeNode{{hilum.x - sign * 0.6F, hilum.y - 0.8F}, 1.0F * calibre, 3.0F},
        TubeNode{{hilum.x + sign * 0.5F, hilum.y + 0.1F}, 0.95F * calibre, 3.2F},
        TubeNode{{hilum.x + sign * 1.1F, hilum.y + 1.8F}, 0.7F * calibre, 2.4F},
        TubeNode{{hilum.x + sign * 1.5F, hilum.y + 3.8F}, 0.45F * calibre, 1.2F}};
    scene.brush.add(artery, scene.vessels);
    constexpr int trunks = 9;
    for (int i = 0; i < trunks; ++i) {
      const float fan = -1.25F + 2.55F * static_cast<float>(i) / (trunks - 1) +
                        random.between(-0.1F, 0.1F);  // up to down
      const float heading = sign > 0 ? fan : pi - fan;
      const float radius =
          (fan > 0.2F ? random.between(0.30F, 0.42F) : random.between(0.22F, 0.32F)) * calibre;
      const float length = fan < 0 ? random.between(6.0F, 8.0F) : random.between(7.5F, 10.0F);
      grow(scene, random,
           {{hilum.x + sign * 0.4F, hilum.y + 1.6F * fan}, heading, radius, length, 0});
    }
  }
  // Blood can only be where a lung is.
  for (std::size_t i = 0; i < scene.vessels.values.size(); ++i)
    scene.vessels.values[i] = std::min(scene.vessels.values[i], 0.5F * scene.air.values[i]);
}

}  // namespace raygen::engine::phantom
