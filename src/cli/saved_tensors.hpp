#pragma once
// --save-tokens and --save-images: all tokens, or all pixels, of a run in one file.

#include <raygen/generator.hpp>

#include <CLI/CLI.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace raygen::cli {

struct SavedTensorArguments {
  std::string tokens, images;  // files; empty: none
  bool any() const { return !tokens.empty() || !images.empty(); }
};

void add_saved_tensor_options(CLI::App* command, SavedTensorArguments& arguments);

class SavedTensors {
 public:
  /// `channels`: of the images as they are written. Throws Error(io | limit) when a file could not
  /// be written, or the tensors of `count` images take more than max_bytes.
  SavedTensors(const SavedTensorArguments& arguments, const ModelInfo& info, std::size_t count,
               std::int32_t channels, std::uint64_t max_bytes);

  /// The next image, in order.
  void add(Span<std::int32_t> tokens, const Image& image);
  void write() const;

 private:
  const SavedTensorArguments& arguments_;
  ModelInfo info_;
  std::int64_t count_, channels_;
  std::vector<std::int32_t> tokens_;
  std::vector<float> pixels_;
};

}  // namespace raygen::cli
