#pragma once

#include "bundle/bundle.hpp"
#include "compute/compute.hpp"
#include "limits.hpp"
#include "sampling/options.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

namespace raygen::engine {

class Tokenizer;
class TextEncoder;
class MaskedDecoder;
class VqganDecoder;
class VqganEncoder;
class Classifier;

struct ModelOptions {
  DeviceChoice device = DeviceChoice::automatic;
  int device_index = 0;
  PrecisionChoice precision = PrecisionChoice::float32;
  int threads = -1;  // −1: as the host has it
  bool verify = true;
  Limits limits;
};

enum Part : unsigned {
  text_encoder_part = 1,
  masked_decoder_part = 2,
  image_decoder_part = 4,
  image_encoder_part = 8,
  classifier_part = 16
};

/// An opened bundle and its parts, each loaded once, by the first that needs it. Immutable for its
/// users: any number of threads.
class Model {
 public:
  static std::shared_ptr<const Model> open(const std::filesystem::path& path,
                                           const ModelOptions& options);
  /// From files that lie in memory and stay as they are while `keep_alive` lives: nothing of them
  /// is copied, and the model holds it until it dies.
  static std::shared_ptr<const Model> open_memory(const std::vector<LentFile>& files,
                                                  const ModelOptions& options,
                                                  std::shared_ptr<void> keep_alive);
  ~Model();

  const Bundle& bundle() const;
  /// The sizes of a part. Throws Error(unsupported) naming part and model when the model lacks it.
  template <typename Architecture>
  const Architecture& architecture() const {
    return bundle().architecture<Architecture>();
  }
  /// N and V: of the VQ-GAN or the masked decoder, which agree.
  std::int64_t token_count() const;
  std::int64_t codebook() const;
  /// Which parts the model has: a sum of Part.
  unsigned parts() const;
  /// How this model wants to be asked: its generation_config.json, else the table's defaults.
  const SamplingOptions& sampling_defaults() const;
  const Compute& compute() const;
  const ModelOptions& options() const;
  /// Loads the parts now. `parts`: a sum of Part. A part that the model lacks is an
  /// Error(unsupported), here and below.
  void prepare(unsigned parts) const;
  /// Bytes of weights in memory now.
  std::uint64_t memory() const;

  /// Text tokens of a prompt before it is cut, special tokens included. Throws Error(limit).
  std::int64_t count_tokens(std::string_view prompt) const;

  const Tokenizer& tokenizer() const;
  const TextEncoder& text_encoder() const;
  const MaskedDecoder& masked_decoder() const;
  const VqganDecoder& image_decoder() const;
  const VqganEncoder& image_encoder() const;
  const Classifier& classifier() const;

 private:
  struct State;
  explicit Model(std::unique_ptr<State> state);
  static std::shared_ptr<const Model> open(const FileSource& source, const ModelOptions& options);
  WeightSource weights(const char* part) const;
  std::unique_ptr<State> state_;
};

}  // namespace raygen::engine
