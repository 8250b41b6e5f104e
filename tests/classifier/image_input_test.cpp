#include "classifier/image_input.hpp"

#include "bundle/fixture.hpp"
#include "classifier/small_classifier.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <limits>

using namespace raygen::engine;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

/// v[y,x] = ((7·y + 3·x) mod 256) / 255.
at::Tensor pattern(std::int64_t height, std::int64_t width) {
  const at::Tensor y = at::arange(height).view({-1, 1}), x = at::arange(width).view({1, -1});
  return ((y * 7 + x * 3).remainder(256).to(at::kFloat) / 255).view({1, 1, height, width});
}

ClassifierArchitecture taking(std::int64_t channels, std::int64_t resolution, ResizeRule resize,
                              ResizeFilter filter = ResizeFilter::bilinear) {
  ClassifierArchitecture classifier = small_dense_net(channels);
  classifier.resolution = resolution;
  classifier.resize = resize;
  classifier.filter = filter;
  return classifier;
}

}  // namespace

TEST_CASE("each rule takes its part of an image", "[image_input]") {
  const at::Tensor image = pattern(6, 10);
  SECTION("squash: all of it") {
    const at::Tensor taken = prepare_for_classifier(image, taking(1, 6, ResizeRule::squash));
    CHECK(at::equal(taken, at::_upsample_bilinear2d_aa(image, {6, 6}, false)));
  }
  SECTION("centre square: the largest") {
    const at::Tensor taken = prepare_for_classifier(image, taking(1, 6, ResizeRule::centre_square));
    CHECK(at::equal(taken, image.narrow(3, 2, 6)));
  }
  SECTION("shorter side, then the centre") {
    ClassifierArchitecture classifier = taking(1, 4, ResizeRule::short_side);
    classifier.short_side = 6;
    CHECK(at::equal(prepare_for_classifier(image, classifier),
                    image.narrow(2, 1, 4).narrow(3, 3, 4)));
    classifier.short_side = 5;  // 5 × 8, of which 4 × 4 from the offsets 0 (a half to even) and 2
    CHECK(at::equal(
        prepare_for_classifier(image, classifier),
        at::_upsample_bilinear2d_aa(image, {5, 8}, false).narrow(2, 0, 4).narrow(3, 2, 4)));
  }
}

TEST_CASE("grey is repeated, colour is averaged", "[image_input]") {
  const at::Tensor grey = pattern(8, 8);
  const at::Tensor colour = at::cat({grey, grey * 0.5, grey * 0}, 1);
  CHECK(at::equal(prepare_for_classifier(grey, taking(3, 8, ResizeRule::squash)),
                  grey.expand({1, 3, 8, 8})));
  CHECK(at::allclose(prepare_for_classifier(colour, taking(1, 8, ResizeRule::squash)), grey / 2));
  CHECK(at::equal(prepare_for_classifier(colour, taking(3, 8, ResizeRule::squash)), colour));
}

TEST_CASE("area is the mean of what a pixel covers", "[image_input]") {
  const at::Tensor image = pattern(6, 6);
  CHECK(at::allclose(resized(image, 3, 2, ResizeFilter::area), at::avg_pool2d(image, {2, 3}), 1e-6,
                     1e-6));
  const at::Tensor row = at::tensor({1.F, 2.F, 3.F}).view({1, 1, 1, 3});
  CHECK(
      at::allclose(resized(row, 1, 2, ResizeFilter::area),  // 1.5 pixels each
                   at::tensor({(1 + 0.5F * 2) / 1.5F, (0.5F * 2 + 3) / 1.5F}).view({1, 1, 1, 2})));
  // A side that grows is interpolated.
  CHECK(at::allclose(resized(image, 9, 6, ResizeFilter::area),
                     at::upsample_bilinear2d(image, {9, 6}, false), 1e-6, 1e-6));
}

TEST_CASE("gaussian fades towards mid-grey at the borders and stays in the image's range",
          "[image_input]") {
  const at::Tensor even = at::full({1, 1, 12, 12}, 0.75);
  CHECK(at::equal(resized(even, 4, 4, ResizeFilter::gaussian), at::full({1, 1, 4, 4}, 0.75)));
  at::Tensor image = pattern(12, 12);
  const at::Tensor small = resized(image, 4, 4, ResizeFilter::gaussian);
  // σ = 1; the Gaussian of every place, then the mean of the four around (12 / 4 is odd: a centre).
  const at::Tensor d = at::arange(-4, 5, at::kDouble), bell = (d.square() / -2).exp();
  const at::Tensor kernel = bell / bell.sum();
  const at::Tensor blurred = at::conv2d(image.to(at::kDouble) - 0.5,
                                        at::outer(kernel, kernel).view({1, 1, 9, 9}), {}, 1, 4);
  const at::Tensor expected = blurred.slice(2, 1, 12, 3).slice(3, 1, 12, 3) + 0.5;  // 3·i + 1
  CHECK(at::allclose(small.to(at::kDouble), expected, 1e-5, 1e-5));
}

TEST_CASE("images that no classifier takes are refused", "[image_input]") {
  const auto error = [](const at::Tensor& images) {
    return error_of([&] { prepare_for_classifier(images, taking(1, 8, ResizeRule::squash)); });
  };
  CHECK_THAT(error(at::zeros({1, 2, 8, 8})),
             StartsWith("invalid_argument: ") && Contains("2 channels, 1 or 3"));
  CHECK_THAT(error(at::zeros({8, 8})), Contains("[8,8]"));
  CHECK_THAT(error(at::zeros({1, 1, 0, 8})), Contains("at least one pixel"));
  CHECK_THAT(error(at::full({1, 1, 8, 8}, 255.0F)), Contains("255") && Contains("0 to 1"));
  CHECK_THAT(error(at::full({1, 1, 8, 8}, std::numeric_limits<float>::infinity())),
             StartsWith("numeric: "));
  ClassifierArchitecture classifier = taking(1, 8, ResizeRule::short_side);
  classifier.short_side = 8;
  CHECK_THAT(error_of([&] {
               prepare_for_classifier(at::zeros({1, 1, 1, 100}), classifier);
             }),
             StartsWith("limit: ") && Contains("100x1"));
}
