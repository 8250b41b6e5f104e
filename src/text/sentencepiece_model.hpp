#pragma once

#include <string>

namespace raygen::engine {

/// libsentencepiece trusts a .model file: its normaliser follows a stored double array without a
/// bound. This reads the file first, throws Error(format) on whatever could lead it astray, and
/// returns the part of the model that encoding needs (pieces, trainer and normaliser
/// specifications): without the self-test, which would be run and print, and without the
/// denormaliser.
std::string screen_sentencepiece_model(const std::string& model, const std::string& where);

}  // namespace raygen::engine
