#include "evaluation/image_pairs.hpp"

#include "error.hpp"

#include <ATen/ATen.h>

#include <sstream>

namespace raygen::engine {

namespace {

std::string shape_text(const at::Tensor& images) {
  if (!images.defined()) return "nothing";
  std::ostringstream text;
  text << images.sizes();
  return text.str();
}

}  // namespace

std::pair<at::Tensor, at::Tensor> image_pairs(const at::Tensor& x, const at::Tensor& y) {
  if (!x.defined() || x.dim() != 4 || x.numel() == 0)
    fail(Status::invalid_argument, "the images have the shape {}; [B,C,H,W] was expected",
         shape_text(x));
  if (!y.defined() || y.sizes() != x.sizes())
    fail(Status::invalid_argument,
         "the images have the shapes {} and {}; one shape was expected, because pairs are compared",
         shape_text(x), shape_text(y));
  const at::Tensor a = x.detach().to(at::kCPU, at::kDouble),
                   b = y.detach().to(at::kCPU, at::kDouble);
  if (!a.isfinite().all().item<bool>() || !b.isfinite().all().item<bool>())
    fail(Status::numeric, "the images hold NaN or infinity");
  return {a, b};
}

}  // namespace raygen::engine
