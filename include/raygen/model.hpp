#pragma once
// A model, opened from a folder or from memory.
//
//   auto model = raygen::Model::open("models/phantom-128");
//   std::printf("%d px, %zu tokens\n", model.info().image_size, model.grid().tokens());

#include "error.hpp"
#include "limits.hpp"
#include "strings.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace raygen {

enum class Device : std::int32_t {
  automatic = RAYGEN_DEVICE_AUTO,  ///< CUDA if there is a device, else the CPU
  cpu = RAYGEN_DEVICE_CPU,
  cuda = RAYGEN_DEVICE_CUDA,
};

enum class Precision : std::int32_t {
  /// bfloat16 if the device multiplies it in hardware, else float32.
  automatic = RAYGEN_PRECISION_AUTO,
  /// Exact: token for token what the reference chooses.
  float32 = RAYGEN_PRECISION_FLOAT32,
  bfloat16 = RAYGEN_PRECISION_BFLOAT16,
  /// The masked decoder's linears in 8 bits, all else as automatic has it. On CPUs only.
  int8 = RAYGEN_PRECISION_INT8,
};

struct ModelOptions {
  Device device = Device::automatic;
  std::int32_t device_index = 0;  ///< which CUDA device
  Precision precision = Precision::float32;
  /// CPU threads a call may use, 1..1024, or as many as the host has set for the calling thread.
  std::int32_t threads = RAYGEN_THREADS_HOST;
  bool verify = true;  ///< check the SHA-256 of every file
  Limits limits;
};

/// The tokens of an image: height × width of them, row-major, each 0..codebook_size-1.
/// codebook_size itself is the mask.
struct Grid {
  std::int32_t height = 0;
  std::int32_t width = 0;
  std::int32_t codebook_size = 0;  ///< V
  /// N.
  std::size_t tokens() const noexcept {
    return static_cast<std::size_t>(height) * static_cast<std::size_t>(width);
  }
};

/// What Model::prepare loads, and which parts a model has. Parts are added with |.
enum class Parts : std::uint32_t {
  text_encoder = RAYGEN_PART_TEXT_ENCODER,
  masked_decoder = RAYGEN_PART_MASKED_DECODER,
  image_decoder = RAYGEN_PART_IMAGE_DECODER,
  image_encoder = RAYGEN_PART_IMAGE_ENCODER,
  classifier = RAYGEN_PART_CLASSIFIER,
  generate = RAYGEN_PARTS_GENERATE,
};
constexpr Parts operator|(Parts a, Parts b) noexcept {
  return static_cast<Parts>(static_cast<std::uint32_t>(a) | static_cast<std::uint32_t>(b));
}
constexpr Parts operator&(Parts a, Parts b) noexcept {
  return static_cast<Parts>(static_cast<std::uint32_t>(a) & static_cast<std::uint32_t>(b));
}

/// Sizes of a model. 0 where the model lacks the part that has the size.
struct ModelInfo {
  std::int32_t image_size = 0;      ///< R: an image has R × R pixels
  std::int32_t image_channels = 0;  ///< channels of a generated image
  Grid grid;
  /// z: channels of the features that are quantised, as wide as a row of the codebook.
  std::int32_t feature_channels = 0;
  std::int32_t text_length = 0;     ///< L: text tokens that a prompt is padded and cut to
  std::int32_t text_dim = 0;        ///< D
  std::int32_t projection_dim = 0;  ///< P: width of the projection, 0 when the model has none
  Device device = Device::cpu;      ///< in use, never automatic
  std::int32_t device_index = 0;
  Precision precision = Precision::float32;  ///< in use, never automatic
  Parts parts{};                             ///< which the model has

  bool has(Parts wanted) const noexcept { return (parts & wanted) == wanted; }
};

/// A file of a model that is in memory.
struct MemoryFile {
  std::string name;  ///< as in the folder: "raygen.json", "vqgan.safetensors", …
  const void* data;
  std::size_t size;  ///< bytes
};

namespace detail {

/// ModelOptions in the C ABI's form. Alive as long as the options.
inline raygen_model_options raw_options(const ModelOptions& options) {
  raygen_model_options raw;
  raygen_model_options_init(&raw);
  raw.device = static_cast<raygen_device>(options.device);
  raw.device_index = options.device_index;
  raw.precision = static_cast<raygen_precision>(options.precision);
  raw.threads = options.threads;
  raw.verify = options.verify ? 1 : 0;
  raw.limits = &options.limits;
  return raw;
}

}  // namespace detail

/// Immutable: any number of threads may make Generators, Encoders, … from one Model, which they
/// keep alive.
class Model {
 public:
  /// A folder with raygen.json. Checks names, shapes and sums and maps the weights. No more is read
  /// until a part is needed. Throws Error(invalid_argument | io | format | unsupported | limit |
  /// device).
  static Model open(const std::string& path, const ModelOptions& options = {}) {
    const raygen_model_options raw = detail::raw_options(options);
    return Model(detail::made<raygen_model>([&](raygen_model** model, raygen_error* error) {
      return raygen_model_open(path.data(), path.size(), &raw, model, error);
    }));
  }
  /// The same from memory, which is not copied: it must stay as it is until the model and all that
  /// was made from it are gone. `owner` is what keeps it; the model drops it then, in the thread
  /// that frees the last of them. Throws Error(invalid_argument | format | unsupported | limit |
  /// device).
  static Model open_memory(const std::vector<MemoryFile>& files, std::shared_ptr<const void> owner,
                           const ModelOptions& options = {}) {
    using Owner = std::shared_ptr<const void>;
    std::vector<raygen_memory_file> raw_files;
    for (const MemoryFile& file : files)
      raw_files.push_back({detail::raw_string(file.name), file.data, file.size});
    const raygen_model_options raw = detail::raw_options(options);
    detail::check_abi_version();
    auto* kept = new Owner(std::move(owner));
    const raygen_release_callback release = [](void* user_data) {
      delete static_cast<Owner*>(user_data);
    };
    return Model(detail::made<raygen_model>([&](raygen_model** model, raygen_error* error) {
      return raygen_model_open_memory(raw_files.data(), raw_files.size(), &raw, release, kept,
                                      model, error);
    }));
  }

  ModelInfo info() const noexcept { return info_; }
  Grid grid() const noexcept { return info_.grid; }
  /// raygen.json as it stands: parts, provenance, licence.
  std::string manifest() const { return raygen_model_manifest(get()); }
  /// SHA-256 of raygen.json, 64 hex digits: identifies the model, weights included, in the images
  /// that it makes.
  std::string digest() const { return raygen_model_digest(get()); }
  /// How many text tokens a prompt (UTF-8) has before it is cut to L, special tokens included. Runs
  /// the tokenizer only. Throws Error(invalid_argument | limit | unsupported).
  std::size_t count_tokens(const std::string& prompt) const {
    std::size_t count = 0;
    detail::check([&](raygen_error* error) {
      return raygen_model_count_tokens(get(), prompt.data(), prompt.size(), &count, error);
    });
    return count;
  }
  /// Loads weights now. Otherwise the first call that needs a part loads it. Throws Error(io |
  /// unsupported | numeric | out_of_memory | device).
  void prepare(Parts parts = Parts::generate) const {
    detail::check([&](raygen_error* error) {
      return raygen_model_prepare(get(), static_cast<std::uint32_t>(parts), error);
    });
  }
  /// Bytes of weights that the model holds in memory now.
  std::uint64_t memory() const noexcept { return raygen_model_memory(get()); }

  const raygen_model* get() const& noexcept { return model_.get(); }
  void get() const&& = delete;

 private:
  explicit Model(raygen_model* model) : model_(model) {
    raygen_model_info raw;
    raygen_model_info_init(&raw);
    detail::check([&](raygen_error* error) { return raygen_model_get_info(get(), &raw, error); });
    info_.image_size = raw.image_size;
    info_.image_channels = raw.image_channels;
    info_.grid = {raw.grid_height, raw.grid_width, raw.codebook_size};
    info_.feature_channels = raw.feature_channels;
    info_.text_length = raw.text_length;
    info_.text_dim = raw.text_dim;
    info_.projection_dim = raw.projection_dim;
    info_.device = static_cast<Device>(raw.device);
    info_.device_index = raw.device_index;
    info_.precision = static_cast<Precision>(raw.precision);
    info_.parts = static_cast<Parts>(raw.parts);
  }

  std::unique_ptr<raygen_model, detail::Free<raygen_model_free>> model_;
  ModelInfo info_;
};

}  // namespace raygen
