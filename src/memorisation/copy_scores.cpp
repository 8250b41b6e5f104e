#include "memorisation/copy_scores.hpp"

#include "error.hpp"

#include <ATen/ATen.h>

#include <cmath>

namespace raygen::engine {

namespace {

/// a / b, and 0 where b is 0, which a then is, too.
at::Tensor quotient(const at::Tensor& a, const at::Tensor& b) {
  return at::where(b > 0, a / b, at::zeros_like(a));
}

at::Tensor first_column(const at::Tensor& table) { return table.select(1, 0); }

void check_pixels(const at::Tensor& pixels, const char* name) {
  if (pixels.defined() && pixels.numel() > 0 &&
      (pixels.min().item<double>() < 0 || pixels.max().item<double>() > 1))
    fail(Status::invalid_argument, "the pixels of the {} images are {} to {}; 0 to 1 was expected",
         name, pixels.min().item<double>(), pixels.max().item<double>());
}

/// Of an even number the mean of the two in the middle, as numpy's.
double middle_of(const at::Tensor& values) {
  const at::Tensor sorted = std::get<0>(values.sort());
  const std::int64_t count = sorted.size(0);
  return (sorted[(count - 1) / 2].item<double>() + sorted[count / 2].item<double>()) / 2;
}

}  // namespace

at::Tensor distance_to_closest(const at::Tensor& synthetic, const at::Tensor& training) {
  return first_column(nearest(synthetic, training, 1).distances);
}

double dcr_share(const at::Tensor& synthetic, const at::Tensor& training,
                 const at::Tensor& held_out) {
  const at::Tensor to_training = distance_to_closest(synthetic, training),
                   to_held_out = distance_to_closest(synthetic, held_out);
  if (training.size(0) != held_out.size(0))
    fail(Status::invalid_argument,
         "{} training and {} held-out images were given; equal numbers were expected, because the "
         "larger set is nearer by itself",
         training.size(0), held_out.size(0));
  return ((to_training < to_held_out).to(at::kDouble) +
          (to_training == to_held_out).to(at::kDouble) / 2)
      .mean()
      .item<double>();
}

at::Tensor distance_ratio(const Nearest& nearest) {
  if (nearest.distances.size(1) < 2)
    fail(Status::invalid_argument,
         "{} neighbour of each image is known; 2 or more were expected for a ratio",
         nearest.distances.size(1));
  return quotient(first_column(nearest.distances), nearest.distances.select(1, 1));
}

at::Tensor distance_ratio(const at::Tensor& synthetic, const at::Tensor& training) {
  return distance_ratio(nearest(synthetic, training, 2));
}

at::Tensor carlini_ratio(const at::Tensor& synthetic, const at::Tensor& training, double alpha,
                         std::int64_t neighbours) {
  if (!(alpha > 0)) fail(Status::invalid_argument, "alpha is {}; above 0 was expected", alpha);
  const at::Tensor distances = nearest(synthetic, training, neighbours).distances;
  return quotient(first_column(distances), distances.mean(1) * alpha);
}

at::Tensor nearest_rms(const at::Tensor& synthetic, const at::Tensor& training) {
  const at::Tensor distances = distance_to_closest(synthetic, training);
  check_pixels(synthetic, "synthetic");
  check_pixels(training, "training");
  return distances / std::sqrt(static_cast<double>(synthetic.size(1)));
}

at::Tensor authentic(const at::Tensor& synthetic, const at::Tensor& training) {
  const Nearest to_training = nearest(synthetic, training, 1);
  const at::Tensor own = first_column(nearest_others(training, 1).distances);
  return first_column(to_training.distances) >
         own.index_select(0, first_column(to_training.indices));
}

double closer_than_median_share(const at::Tensor& synthetic, const at::Tensor& training) {
  const at::Tensor distances = distance_to_closest(synthetic, training);
  const double usual = middle_of(first_column(nearest_others(training, 1).distances));
  if (usual == 0)
    fail(Status::numeric,
         "over half of the {} training images have a duplicate among them; nothing is closer than "
         "their median distance of 0: leave duplicates out",
         training.size(0));
  return (distances < usual).to(at::kDouble).mean().item<double>();
}

}  // namespace raygen::engine
