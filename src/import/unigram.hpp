#pragma once

#include "storage/json.hpp"

#include <string>

namespace raygen::engine {

/// The bytes of a SentencePiece model of what tokenizer.json holds of one: its pieces, its scores
/// and its normaliser's table. Throws Error(format | unsupported).
std::string sentencepiece_from_unigram(const Json& tokenizer, const std::string& where);

}  // namespace raygen::engine
