// What a file is that is none of the formats read: the name says more than "another format".

#include "error.hpp"
#include "image/codec.hpp"

#include <array>
#include <cstddef>

namespace raygen::engine {
namespace {

using namespace std::string_view_literals;

struct Signature {
  std::size_t at;
  std::string_view bytes, name;
};

constexpr std::array images = {
    Signature{0, "II*\0"sv, "TIFF"},
    Signature{0, "MM\0*"sv, "TIFF"},
    Signature{0, "II+\0"sv, "BigTIFF"},
    Signature{0, "MM\0+"sv, "BigTIFF"},
    Signature{8, "WEBP"sv, "WebP"},
    Signature{4, "ftyp"sv, "HEIF, AVIF or video"},
    Signature{0, "\xff\x0a"sv, "JPEG XL"},
    Signature{0, "\0\0\0\x0cJXL "sv, "JPEG XL"},
    Signature{0, "II\xbc\x01"sv, "JPEG XR"},
    Signature{0, "#?RADIANCE"sv, "Radiance HDR"},
    Signature{0, "#?RGBE"sv, "Radiance HDR"},
    Signature{0, "v/1\x01"sv, "OpenEXR"},
    Signature{0, "PF\n"sv, "PFM"},
    Signature{0, "Pf\n"sv, "PFM"},
    Signature{0, "S\x80\xf6\x34"sv, "Softimage PIC"},
    Signature{0, "\0\0\x01\0"sv, "icon (ICO)"},
    Signature{0, "qoif"sv, "QOI"},
    Signature{0, "DDS "sv, "DDS"},
    Signature{0, "\x01\xda\x01"sv, "SGI"},
    Signature{0, "gimp xcf"sv, "GIMP"},
    Signature{0, "%PDF"sv, "PDF"},
    Signature{0, "<svg"sv, "SVG"},
    Signature{0, "NRRD"sv, "NRRD"},
    Signature{344, "n+1\0"sv, "NIfTI"},
    Signature{344, "ni1\0"sv, "NIfTI"},
    Signature{0, "SIMPLE  ="sv, "FITS"},
    Signature{0, "\x93NUMPY"sv, "NumPy"},
};

/// A download that went wrong, rather than an image.
constexpr std::array others = {
    Signature{0, "version https://git-lfs"sv,
              "a Git LFS pointer, not the image that it stands for"},
    Signature{0, "<!DOCTYPE"sv, "a web page"},
    Signature{0, "<!doctype"sv, "a web page"},
    Signature{0, "<html"sv, "a web page"},
    Signature{0, "<?xml"sv, "an XML file"},
    Signature{0, "PK\x03\x04"sv, "a zip archive: unpack it"},
    Signature{0, "\x1f\x8b"sv, "a gzip file: unpack it"},
};

bool matches(std::string_view bytes, const Signature& signature) {
  return bytes.size() >= signature.at && bytes.substr(signature.at).starts_with(signature.bytes);
}

}  // namespace

void refuse_format(std::string_view bytes, const std::string& where) {
  for (const Signature& signature : images)
    if (matches(bytes, signature))
      fail(Status::unsupported, "{}: {} is not read; {} are", where, signature.name, read_formats);
  for (const Signature& signature : others)
    if (matches(bytes, signature))
      fail(Status::format, "{}: it is {}; {} was expected", where, signature.name, read_formats);
  fail(Status::format,
       "{}: neither a PNG nor a JPEG nor any other image that is read (its first bytes are of "
       "another format)",
       where);
}

}  // namespace raygen::engine
