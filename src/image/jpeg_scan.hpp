#pragma once
// Whether stray bytes behind a scan are only that, or what is left of a scan that went wrong.

#include <cstdio>

#include <jpeglib.h>

#include <string_view>

namespace raygen::engine {

/// `info` has just decoded the last scan of `bytes`, and found bytes between it and the marker at
/// `marker`. True when they are none of the picture's: the scan's codes end before them, in a byte
/// filled up with ones, and they are no further codes of the same picture. (Bytes that come or go
/// inside a scan shift all that follows, and some are left over at its end.) Throws nothing.
///
/// libjpeg does not tell where in a byte it stopped, so that the codes are counted here again. That
/// is done for sequential Huffman scans, which nearly all radiographs are. Of the others only a
/// single repeated byte, a filler, is believed to be a stray.
bool strays_only(const jpeg_decompress_struct& info, std::string_view bytes, std::size_t marker,
                 std::size_t strays);

}  // namespace raygen::engine
