#include "saved_tensors.hpp"

#include "output_file.hpp"

#include <raygen/tensors.hpp>

namespace raygen::cli {
namespace {

/// A file's name: a shell's unset variable is none.
CLI::Validator not_empty() {
  return {[](const std::string& text) {
            return text.empty() ? std::string("the path is empty") : std::string();
          },
          ""};
}

void check(const std::string& file, const char* option, std::size_t count,
           std::size_t bytes_an_image, std::uint64_t max_bytes) {
  if (file.empty()) return;
  check_writable_file(file);
  if (count > max_bytes / bytes_an_image) {
    throw Error(Status::limit, std::string(option) + ": " + std::to_string(count) +
                                   " images do not fit into the memory limit of " +
                                   std::to_string(max_bytes) + " bytes");
  }
}

}  // namespace

void add_saved_tensor_options(CLI::App* command, SavedTensorArguments& arguments) {
  command
      ->add_option("--save-tokens", arguments.tokens,
                   "Write the image tokens: token_ids [images,N]")
      ->check(not_empty())
      ->type_name("FILE.safetensors");
  command
      ->add_option("--save-images", arguments.images,
                   "Write the pixels 0..1: images [images,C,H,W]")
      ->check(not_empty())
      ->type_name("FILE.safetensors");
}

SavedTensors::SavedTensors(const SavedTensorArguments& arguments, const ModelInfo& info,
                           std::size_t count, std::int32_t channels, std::uint64_t max_bytes)
    : arguments_(arguments),
      info_(info),
      count_(static_cast<std::int64_t>(count)),
      channels_(channels) {
  const auto side = static_cast<std::size_t>(info.image_size);
  check(arguments.tokens, "--save-tokens", count, info.grid.tokens() * sizeof(std::int32_t),
        max_bytes);
  check(arguments.images, "--save-images", count,
        side * side * static_cast<std::size_t>(channels) * sizeof(float), max_bytes);
}

void SavedTensors::add(Span<std::int32_t> tokens, const Image& image) {
  if (!arguments_.tokens.empty()) tokens_.insert(tokens_.end(), tokens.begin(), tokens.end());
  if (arguments_.images.empty()) return;
  const Span<float> pixels = image.pixels();
  const auto planes = static_cast<std::size_t>(image.channels());
  for (std::size_t c = 0; c < planes; ++c)
    for (std::size_t i = c; i < pixels.size(); i += planes) pixels_.push_back(pixels[i]);
}

void SavedTensors::write() const {
  if (!arguments_.tokens.empty()) {
    Tensors tensors;
    tensors.add("token_ids", {count_, static_cast<std::int64_t>(info_.grid.tokens())}, tokens_);
    tensors.write(arguments_.tokens);
  }
  if (!arguments_.images.empty()) {
    Tensors tensors;
    tensors.add("images", {count_, channels_, info_.image_size, info_.image_size}, pixels_);
    tensors.write(arguments_.images);
  }
}

}  // namespace raygen::cli
