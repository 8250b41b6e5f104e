#pragma once
// A temporary safetensors file to load weights from.

#include "compute/compute.hpp"

#include <unistd.h>

#include <filesystem>
#include <utility>
#include <vector>

class WeightFile {
 public:
  explicit WeightFile(const std::vector<std::pair<std::string, at::Tensor>>& tensors) {
    static int counter = 0;
    path_ =
        std::filesystem::temp_directory_path() / ("raygen-weights-" + std::to_string(::getpid()) +
                                                  "-" + std::to_string(counter++) + ".safetensors");
    raygen::engine::write_safetensors(path_, tensors);
  }
  ~WeightFile() { std::filesystem::remove(path_); }
  WeightFile(const WeightFile&) = delete;
  WeightFile& operator=(const WeightFile&) = delete;

  raygen::engine::WeightSource source(at::ScalarType type = at::kFloat) const {
    return {raygen::engine::SafetensorsFile::open(path_), raygen::engine::Compute{at::kCPU, type}};
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};
