#pragma once
// The networks that a model may be made of.

#include "bundle/part.hpp"
#include "job.hpp"
#include "limits.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

namespace raygen::engine {

/// The one list of them, in the order in which a manifest has them. A new network adds its line.
const PartTypes& part_types();

/// The published RayGen's sizes: 129.9 M decoder, 512 px VQ-GAN, CXR-BERT.
Parts published_parts();

/// A bundle with random weights (scaled so that activations stay near unit variance): for
/// benchmarks, tests and as a start for training. `vocabulary`: bytes of the text encoder's; empty:
/// a made-up WordPiece vocabulary.
void write_random_model(const std::filesystem::path& path, const Parts& parts,
                        const std::string& vocabulary, std::uint64_t seed, bool overwrite);

/// The model in `from` with its weights stored in another precision (stored_weights.hpp), which its
/// provenance names. Throws Error naming file and item; a cancelled job writes nothing.
void store_model_anew(const std::filesystem::path& from, const std::string& precision,
                      const std::filesystem::path& out, const Limits& limits, bool overwrite,
                      const Job* job = nullptr);

}  // namespace raygen::engine
