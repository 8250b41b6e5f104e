#include "training/parameters.hpp"

#include "error.hpp"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <fmt/ranges.h>

#include <cmath>

namespace raygen::engine {

namespace {

bool is_norm(const std::string& name) {
  const std::size_t dot = name.find_last_of('.');
  const std::string owner = name.substr(0, dot);
  for (const char* end : {"norm", "norm1", "norm2", "norm_out", "LayerNorm", "layer_norm",
                          "layer_norm_1", "layer_norm_2", "layer_norm_3"}) {
    if (owner.ends_with(end)) return true;
  }
  return false;
}

bool is_table(const std::string& name) {
  return name.ends_with("embeddings.weight") || name.ends_with("embedding.weight") ||
         name.ends_with("pos_emb") || name.ends_with("projection_matrix") ||
         name.ends_with("quantize.embed.weight");
}

}  // namespace

void Parameters::add(const std::string& name, const at::Tensor& value, bool trained) {
  at::Tensor tensor =
      value.detach().to(device_, type_, /*non_blocking=*/false, /*copy=*/true).contiguous();
  if (trained) tensor.requires_grad_();
  if (!tensors_.emplace(name, tensor).second)
    fail(Status::internal, "the parameter {} is there twice", name);
  if (!trained) return;
  trained_.clear();
  trained_names_.clear();
  for (const auto& [each, parameter] : tensors_) {
    if (!parameter.requires_grad()) continue;
    trained_.push_back(parameter);
    trained_names_.push_back(each);
  }
}

void Parameters::add_statistic(const std::string& name, const at::Tensor& value) {
  add(name, value, /*trained=*/false);
  statistics_.push_back(tensors_.at(name));
  statistic_names_.push_back(name);
}

const std::string& Parameters::averaged_name(std::size_t i) const {
  return i < trained_names_.size() ? trained_names_[i]
                                   : statistic_names_.at(i - trained_names_.size());
}

const at::Tensor& Parameters::operator[](const std::string& name) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) fail(Status::internal, "the network has no parameter {}", name);
  return found->second;
}

Parameters Parameters::without_gradients(const std::vector<at::Tensor>& averages) const {
  Parameters view(device_, type_);
  for (const auto& [name, tensor] : tensors_) view.tensors_[name] = tensor.detach();
  for (std::size_t i = 0; i < averages.size(); ++i)
    view.tensors_[averaged_name(i)] = averages[i].detach();
  return view;
}

TensorMap Parameters::snapshot(const std::vector<at::Tensor>& averages) const {
  TensorMap copy;
  for (const auto& [name, tensor] : tensors_)
    copy[name] = tensor.detach().to(at::kCPU, at::kFloat, false, /*copy=*/true).contiguous();
  for (std::size_t i = 0; i < averages.size(); ++i) {
    copy[averaged_name(i)] =
        averages[i].detach().to(at::kCPU, at::kFloat, false, /*copy=*/true).contiguous();
  }
  return copy;
}

void Parameters::restore(const TensorMap& values) {
  for (const auto& [name, tensor] : tensors_) {
    const auto found = values.find(name);
    if (found == values.end()) fail(Status::format, "the tensor {} is missing", name);
    if (found->second.sizes() != tensor.sizes()) {
      fail(Status::format, "the tensor {} has the shape {}; {} was expected", name,
           fmt::join(found->second.sizes(), "x"), fmt::join(tensor.sizes(), "x"));
    }
    tensor.detach().copy_(found->second);
  }
}

TensorMap initial_weights(const std::vector<TensorSpec>& specs, at::Generator& generator) {
  TensorMap weights;
  double bound = 0;  // of the last weight: its bias, which follows it, has the same
  for (const TensorSpec& spec : specs) {
    at::Tensor tensor = at::zeros(spec.shape, at::kFloat);
    const bool bias = spec.name.ends_with("bias");
    if (is_norm(spec.name)) {
      if (!bias) tensor.fill_(1);
    } else if (is_table(spec.name)) {
      tensor.normal_(0, 1, generator);
    } else {
      if (!bias) bound = 1 / std::sqrt(static_cast<double>(tensor.numel() / tensor.size(0)));
      tensor.uniform_(-bound, bound, generator);
    }
    weights[spec.name] = tensor;
  }
  return weights;
}

at::Generator weight_generator(std::uint64_t seed) {
  return at::make_generator<at::CPUGeneratorImpl>(seed);
}

}  // namespace raygen::engine
