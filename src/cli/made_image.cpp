#include "made_image.hpp"

#include "output_file.hpp"

#include <raygen/image.hpp>

namespace raygen::cli {
namespace {

/// Of a PNG's bytes: the bit depth follows the signature, the header's length and name, the width
/// and the height.
std::int32_t png_bit_depth(const std::string& bytes) {
  return bytes.size() > 24 ? static_cast<unsigned char>(bytes[24]) : 0;
}

}  // namespace

bool is_made(const std::filesystem::path& path, const ExpectedImage& expected) {
  std::error_code code;
  if (!std::filesystem::exists(path, code)) return false;
  try {
    const std::string bytes = read_file(path, Limits().max_file_bytes);
    const Image image = Image::read_memory(bytes.data(), bytes.size());
    return png_bit_depth(bytes) == expected.bit_depth && image.channels() == expected.channels &&
           nlohmann::json::parse(image.text("raygen")) == expected.settings;
  } catch (const Error& error) {
    if (error.status() == Status::format || error.status() == Status::unsupported ||
        error.status() == Status::limit)
      return false;
    throw;
  } catch (const nlohmann::json::exception&) {
    return false;
  }
}

}  // namespace raygen::cli
