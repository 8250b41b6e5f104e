#pragma once

#include <string>
#include <vector>

namespace raygen::engine {

/// The pieces of a SentencePiece .model file in the order of their ids. Throws Error(format).
std::vector<std::string> sentencepiece_pieces(const std::string& model, const std::string& where);

}  // namespace raygen::engine
