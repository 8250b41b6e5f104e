#pragma once

#include <string>
#include <string_view>

namespace raygen::engine {

/// Each maximal invalid sequence becomes U+FFFD, as Python's errors="replace" and the Unicode
/// standard (3.9, best practice) have it.
std::u32string decode_utf8(std::string_view bytes);
std::string encode_utf8(std::u32string_view text);

}  // namespace raygen::engine
