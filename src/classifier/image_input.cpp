#include "classifier/image_input.hpp"

#include "compute/compute.hpp"
#include "error.hpp"

#include <ATen/ATen.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace raygen::engine {

namespace {

constexpr float kMidGrey = 0.5F;

/// One side's resizing as a matrix [out,in].
class SideWeights {
 public:
  SideWeights(std::int64_t in, std::int64_t out)
      : in_(in), values_(at::zeros({out, in}, at::kFloat)) {}
  void add(std::int64_t to, std::int64_t from, double weight) {
    values_.data_ptr<float>()[to * in_ + from] += static_cast<float>(weight);
  }
  at::Tensor take() { return std::move(values_); }

 private:
  std::int64_t in_;
  at::Tensor values_;
};

/// Between the two pixels whose centres lie around; outside the image the last pixel goes on
/// (`extended`), or there is nothing.
at::Tensor linear_weights(std::int64_t in, std::int64_t out, bool extended) {
  SideWeights weights(in, out);
  const double scale = static_cast<double>(in) / static_cast<double>(out);
  for (std::int64_t i = 0; i < out; ++i) {
    const double centre = (static_cast<double>(i) + 0.5) * scale - 0.5;
    const auto left = static_cast<std::int64_t>(std::floor(centre));
    const double share = centre - static_cast<double>(left);
    for (const auto& [at, weight] : {std::pair{left, 1 - share}, {left + 1, share}}) {
      if (extended || (at >= 0 && at < in))
        weights.add(i, std::clamp<std::int64_t>(at, 0, in - 1), weight);
    }
  }
  return weights.take();
}

at::Tensor area_weights(std::int64_t in, std::int64_t out) {
  if (out > in) return linear_weights(in, out, /*extended=*/true);
  SideWeights weights(in, out);
  const double scale = static_cast<double>(in) / static_cast<double>(out);
  for (std::int64_t i = 0; i < out; ++i) {
    const double begin = static_cast<double>(i) * scale, end = begin + scale;
    const auto last = std::min(in, static_cast<std::int64_t>(std::ceil(end)));
    for (auto j = static_cast<std::int64_t>(begin); j < last; ++j) {
      const double overlap =
          std::min(end, static_cast<double>(j + 1)) - std::max(begin, static_cast<double>(j));
      if (overlap > 0) weights.add(i, j, overlap / scale);
    }
  }
  return weights.take();
}

/// A Gaussian over the input, cut at 4σ, then linear.
at::Tensor gaussian_weights(std::int64_t in, std::int64_t out) {
  const at::Tensor linear = linear_weights(in, out, /*extended=*/false);
  const double sigma = std::max(0.0, (static_cast<double>(in) / static_cast<double>(out) - 1) / 2);
  if (sigma == 0) return linear;
  const auto radius = static_cast<std::int64_t>(4 * sigma + 0.5);
  std::vector<double> kernel;
  double sum = 0;
  for (std::int64_t d = -radius; d <= radius; ++d) {
    kernel.push_back(std::exp(-0.5 * static_cast<double>(d * d) / (sigma * sigma)));
    sum += kernel.back();
  }
  SideWeights weights(in, out);
  const float* values = linear.const_data_ptr<float>();
  for (std::int64_t i = 0; i < out; ++i) {
    for (std::int64_t j = 0; j < in; ++j) {
      const auto share = static_cast<double>(values[i * in + j]);
      if (share == 0) continue;
      for (std::int64_t d = -radius; d <= radius; ++d) {
        if (j + d >= 0 && j + d < in)
          weights.add(i, j + d, share * kernel[static_cast<std::size_t>(d + radius)] / sum);
      }
    }
  }
  return weights.take();
}

at::Tensor by_weights(const at::Tensor& x, const at::Tensor& down, const at::Tensor& across) {
  return at::matmul(down, at::matmul(x, across.t()));
}

at::Tensor centre(const at::Tensor& x, std::int64_t height, std::int64_t width) {
  // As torchvision's CenterCrop has it: half of what is over, a half rounded to even.
  const auto offset = [](std::int64_t over) { return std::llrint(static_cast<double>(over) / 2); };
  return x.narrow(2, offset(x.size(2) - height), height)
      .narrow(3, offset(x.size(3) - width), width);
}

/// The largest square, which torchxrayvision's XRayCenterCrop places by halves rounded down.
at::Tensor centre_square(const at::Tensor& x) {
  const std::int64_t height = x.size(2), width = x.size(3), side = std::min(height, width);
  return x.narrow(2, height / 2 - side / 2, side).narrow(3, width / 2 - side / 2, side);
}

at::Tensor in_channels(const at::Tensor& x, std::int64_t channels) {
  if (x.size(1) == channels) return x;
  return channels == 1 ? x.mean(1, /*keepdim=*/true)
                       : x.expand({x.size(0), channels, x.size(2), x.size(3)});
}

at::Tensor short_side_resized(const at::Tensor& x, const ClassifierArchitecture& classifier) {
  const std::int64_t height = x.size(2), width = x.size(3), least = std::min(height, width),
                     side = classifier.short_side;
  constexpr std::int64_t longest = 64;  // times the shorter side: nothing worth keeping is so long
  if (std::max(height, width) / least >= longest) {
    fail(Status::limit, "the image is {}x{}; its longer side may be at most {} times the shorter",
         width, height, longest);
  }
  const at::Tensor whole =
      resized(x, height * side / least, width * side / least, classifier.filter);
  return centre(whole, classifier.resolution, classifier.resolution);
}

}  // namespace

void check_unit_images(const at::Tensor& images, const char* what) {
  if (images.dim() != 4 || images.scalar_type() != at::kFloat) {
    fail(Status::invalid_argument, "{} are {} [{}], float32 [B,C,H,W] was expected", what,
         c10::toString(images.scalar_type()), fmt::join(images.sizes(), ","));
  }
  if (images.numel() == 0)
    fail(Status::invalid_argument, "{} are [{}], at least one pixel was expected", what,
         fmt::join(images.sizes(), ","));
  if (!is_finite(images.to(at::kCPU))) fail(Status::numeric, "{} hold NaN or infinity", what);
  constexpr float tolerance = 1e-4F;  // resizing rounds
  const auto [least, most] = at::aminmax(images);
  if (least.item<float>() < -tolerance || most.item<float>() > 1 + tolerance) {
    fail(Status::invalid_argument, "{} range from {} to {}, 0 to 1 was expected", what,
         least.item<float>(), most.item<float>());
  }
}

at::Tensor resized(const at::Tensor& x, std::int64_t height, std::int64_t width,
                   ResizeFilter filter) {
  if (x.size(2) == height && x.size(3) == width) return x;
  switch (filter) {
    case ResizeFilter::area:
      return by_weights(x, area_weights(x.size(2), height), area_weights(x.size(3), width));
    case ResizeFilter::gaussian: {
      const at::Tensor mapped = by_weights(x - kMidGrey, gaussian_weights(x.size(2), height),
                                           gaussian_weights(x.size(3), width));
      // Nothing leaves the image's own range, as borders that fade to grey might.
      return mapped.add_(kMidGrey).clamp_(x.amin({1, 2, 3}, true), x.amax({1, 2, 3}, true));
    }
    default:
      return at::_upsample_bilinear2d_aa(x.contiguous(), {height, width}, /*align_corners=*/false);
  }
}

at::Tensor prepare_for_classifier(const at::Tensor& images,
                                  const ClassifierArchitecture& architecture) {
  check_unit_images(images, "the images");
  if (images.size(1) != 1 && images.size(1) != 3) {
    fail(Status::invalid_argument, "the images have {} channels, 1 or 3 were expected",
         images.size(1));
  }
  const std::int64_t size = architecture.resolution;
  // Fewer channels are resized sooner.
  at::Tensor x = architecture.channels == 1 ? in_channels(images, 1) : images;
  switch (architecture.resize) {
    case ResizeRule::squash:
      x = resized(x, size, size, architecture.filter);
      break;
    case ResizeRule::short_side:
      x = short_side_resized(x, architecture);
      break;
    case ResizeRule::centre_square:
      x = resized(centre_square(x), size, size, architecture.filter);
      break;
  }
  return in_channels(x, architecture.channels).contiguous();
}

}  // namespace raygen::engine
