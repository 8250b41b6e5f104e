#include <raygen/eigen.hpp>

#include <Eigen/Core>

#include "tiny_bundle.hpp"

#include <catch2/catch.hpp>

TEST_CASE("a channel is a matrix over the image's own pixels") {
  const std::vector<float> pixels{0,    0.1F, 0.2F, 0.3F, 0.4F, 0.5F, 0.6F, 0.7F, 0.8F,
                                  0.9F, 1,    0,    0.1F, 0.2F, 0.3F, 0.4F, 0.5F, 0.6F};
  const raygen::Image image(3, 2, 3, pixels.data());
  const auto green = raygen::eigen::channel(image, 1);
  REQUIRE(green.rows() == 2);
  REQUIRE(green.cols() == 3);
  for (int y = 0; y < 2; ++y) {
    for (int x = 0; x < 3; ++x) CHECK(green(y, x) == image.at(x, y, 1));
  }
  CHECK(green.data() == image.pixels().data() + 1);
}

TEST_CASE("embeddings are matrices") {
  const auto model = tiny_model();
  raygen::TextEncoder encoder(model);
  const auto text = encoder.encode({"one", "two"});
  const auto second = raygen::eigen::normalized(text, 1);
  REQUIRE(second.rows() == 24);
  REQUIRE(second.cols() == 32);
  CHECK(second.col(3).norm() == Approx(1).margin(1e-4));
  CHECK(raygen::eigen::last_hidden_state(text, 1)(2, 4) ==
        text.last_hidden_state()[(24 + 2) * 32 + 4]);
  const auto projection = raygen::eigen::projection(text);
  CHECK(projection.rows() == 2);
  CHECK(projection.row(1).norm() == Approx(1).margin(1e-4));
}
