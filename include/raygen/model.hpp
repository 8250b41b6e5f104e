#pragma once
// A model on disk, opened.
//
//   auto model = raygen::Model::open("models/phantom-128");
//   std::printf("%d px, %zu tokens\n", model.info().image_size, model.grid().tokens());

#include "error.hpp"
#include "limits.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace raygen {

enum class Device : std::int32_t {
  automatic = RAYGEN_DEVICE_AUTO,  ///< CUDA where there is one, else the CPU
  cpu = RAYGEN_DEVICE_CPU,
  cuda = RAYGEN_DEVICE_CUDA,
};

enum class Precision : std::int32_t {
  automatic =
      RAYGEN_PRECISION_AUTO,  ///< bfloat16 where the device multiplies it in hardware, else float32
  float32 = RAYGEN_PRECISION_FLOAT32,  ///< the reference
  bfloat16 = RAYGEN_PRECISION_BFLOAT16,
};

struct ModelOptions {
  Device device = Device::automatic;
  std::int32_t device_index = 0;  ///< which CUDA device
  Precision precision = Precision::float32;
  std::int32_t threads =
      RAYGEN_THREADS_HOST;  ///< CPU threads a call may use, 1..1024, or as many as the host has set
  bool verify = true;       ///< check the SHA-256 of every file
  Limits limits;
};

/// An image's tokens: height × width of them, row-major, each 0..codebook_size-1; codebook_size
/// itself is the mask.
struct Grid {
  std::int32_t height = 0;
  std::int32_t width = 0;
  std::int32_t codebook_size = 0;  ///< V
  std::size_t tokens() const noexcept {
    return static_cast<std::size_t>(height) * static_cast<std::size_t>(width);
  }  ///< N
};

struct ModelInfo {
  std::int32_t image_size = 0;      ///< R: images are R × R pixels
  std::int32_t image_channels = 0;  ///< channels of a generated image
  Grid grid;
  std::int32_t feature_channels = 0;  ///< z: channels of the VQ-GAN's features before quantisation
  std::int32_t text_length = 0;       ///< L: tokens a prompt is padded and truncated to
  std::int32_t text_dim = 0;          ///< D
  std::int32_t projection_dim = 0;    ///< P: the contrastive projection, 0 when the model has none
  Device device = Device::cpu;        ///< in use, never automatic
  std::int32_t device_index = 0;
  Precision precision = Precision::float32;  ///< in use, never automatic
};

/// What Model::prepare loads; add them with |.
enum class Parts : std::uint32_t {
  text_encoder = RAYGEN_PART_TEXT_ENCODER,
  masked_decoder = RAYGEN_PART_MASKED_DECODER,
  image_decoder = RAYGEN_PART_IMAGE_DECODER,
  image_encoder = RAYGEN_PART_IMAGE_ENCODER,
  generate = RAYGEN_PARTS_GENERATE,
};
constexpr Parts operator|(Parts a, Parts b) noexcept {
  return static_cast<Parts>(static_cast<std::uint32_t>(a) | static_cast<std::uint32_t>(b));
}

namespace detail {

/// ModelOptions in the C ABI's form; keeps the limits that it points to.
class RawModelOptions {
 public:
  explicit RawModelOptions(const ModelOptions& options) : limits_(options.limits.raw()) {
    raygen_model_options_init(&raw_);
    raw_.device = static_cast<raygen_device>(options.device);
    raw_.device_index = options.device_index;
    raw_.precision = static_cast<raygen_precision>(options.precision);
    raw_.threads = options.threads;
    raw_.verify = options.verify ? 1 : 0;
    raw_.limits = &limits_;
  }
  RawModelOptions(const RawModelOptions&) = delete;
  RawModelOptions& operator=(const RawModelOptions&) = delete;
  const raygen_model_options* get() const noexcept { return &raw_; }

 private:
  raygen_limits limits_;
  raygen_model_options raw_;
};

}  // namespace detail

/// Immutable: any number of threads may make Generators, Encoders, … from one Model, which they
/// keep alive.
class Model {
 public:
  /// A bundle: a folder with raygen.json. Checks names, shapes and sums and maps the weights; no
  /// more is read until a part is needed. Throws Error(io | format | limit | unsupported | device).
  static Model open(const std::string& path, const ModelOptions& options = {}) {
    const detail::RawModelOptions raw(options);
    raygen_model* model = nullptr;
    detail::check([&](raygen_error* error) {
      return raygen_model_open(path.data(), path.size(), raw.get(), &model, error);
    });
    return Model(model);
  }

  const ModelInfo& info() const noexcept { return info_; }
  const Grid& grid() const noexcept { return info_.grid; }
  /// raygen.json as it stands: architecture, provenance, licence.
  std::string manifest() const { return raygen_model_manifest(get()); }
  /// SHA-256 of raygen.json, 64 hex digits: names the model, weights included, in the images it
  /// makes.
  std::string digest() const { return raygen_model_digest(get()); }
  /// Loads weights now; otherwise the first call that needs a part loads it. Throws Error(numeric |
  /// io | out_of_memory | device).
  void prepare(Parts parts = Parts::generate) const {
    detail::check([&](raygen_error* error) {
      return raygen_model_prepare(get(), static_cast<std::uint32_t>(parts), error);
    });
  }
  /// Bytes of weights held in memory now.
  std::uint64_t memory() const noexcept { return raygen_model_memory(get()); }

  const raygen_model* get() const noexcept { return model_.get(); }

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
  }

  std::unique_ptr<raygen_model, detail::Free<raygen_model_free>> model_;
  ModelInfo info_;
};

}  // namespace raygen
