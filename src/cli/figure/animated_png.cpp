#include "figure/animated_png.hpp"

#include <raygen/error.hpp>

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <string>

namespace raygen::cli {
namespace {

constexpr std::size_t signature = 8, around = 12;  // bytes: of a file, of length, name and sum

struct Chunk {
  std::string name;
  Bytes data;
};

std::uint32_t word_at(const Bytes& bytes, std::size_t at) {
  std::uint32_t word = 0;
  for (std::size_t i = 0; i < 4; ++i) word = word << 8 | bytes[at + i];
  return word;
}

void put(Bytes& bytes, std::uint32_t value, int count) {
  for (int shift = 8 * (count - 1); shift >= 0; shift -= 8)
    bytes.push_back(static_cast<std::uint8_t>(value >> shift));
}

/// Of a PNG that the library has just encoded.
std::vector<Chunk> chunks_of(const Bytes& png) {
  std::vector<Chunk> chunks;
  for (std::size_t at = signature; at + around <= png.size();) {
    const std::size_t length = word_at(png, at), begin = at + 8;
    if (length > png.size() - at - around) break;
    const auto data = png.begin() + static_cast<std::ptrdiff_t>(begin);
    chunks.push_back(
        {std::string(data - 4, data), Bytes(data, data + static_cast<std::ptrdiff_t>(length))});
    at += around + length;
  }
  return chunks;
}

void append(Bytes& file, const std::string& name, const Bytes& data) {
  put(file, static_cast<std::uint32_t>(data.size()), 4);
  const std::size_t begin = file.size();
  file.insert(file.end(), name.begin(), name.end());
  file.insert(file.end(), data.begin(), data.end());
  const uLong sum = crc32(0, file.data() + begin, static_cast<uInt>(file.size() - begin));
  put(file, static_cast<std::uint32_t>(sum), 4);
}

class Writer {
 public:
  Writer(const Bytes& first, std::size_t frames) {
    file_.assign(first.begin(), first.begin() + signature);
    for (const Chunk& chunk : chunks_of(first)) {
      if (chunk.name == "IDAT" || chunk.name == "IEND") continue;
      append(file_, chunk.name, chunk.data);
      if (chunk.name != "IHDR") continue;
      header_ = chunk.data;
      Bytes control;
      put(control, static_cast<std::uint32_t>(frames), 4);
      put(control, 0, 4);  // again and again
      append(file_, "acTL", control);
    }
  }

  void add(const Frame& frame) {
    const std::vector<Chunk> chunks = chunks_of(frame.png);
    if (chunks.empty() || chunks.front().data != header_)
      throw Error(Status::internal, "the frames of an animation differ in size or kind");
    append_control(frame.milliseconds);
    const bool first = sequence_ == 1;
    for (const Chunk& chunk : chunks) {
      if (chunk.name != "IDAT") continue;
      Bytes data;
      if (!first) put(data, sequence_++, 4);
      data.insert(data.end(), chunk.data.begin(), chunk.data.end());
      append(file_, first ? "IDAT" : "fdAT", data);
    }
  }

  Bytes finished() {
    append(file_, "IEND", {});
    return std::move(file_);
  }

 private:
  void append_control(std::uint16_t milliseconds) {
    Bytes control;
    put(control, sequence_++, 4);
    control.insert(control.end(), header_.begin(), header_.begin() + 8);  // width and height
    put(control, 0, 4);                                                   // x and y
    put(control, 0, 4);
    put(control, milliseconds, 2);
    put(control, 1000, 2);
    put(control, 0, 2);  // neither cleared nor blended: every frame is whole
    append(file_, "fcTL", control);
  }

  Bytes file_, header_;
  std::uint32_t sequence_ = 0;
};

}  // namespace

Bytes animated_png(const std::vector<Frame>& frames) {
  Writer writer(frames.at(0).png, frames.size());
  for (const Frame& frame : frames) writer.add(frame);
  return writer.finished();
}

}  // namespace raygen::cli
