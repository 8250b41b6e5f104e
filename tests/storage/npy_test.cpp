#include "storage/npy.hpp"

#include "bundle/fixture.hpp"
#include "storage/mapped_file.hpp"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

using namespace raygen::engine;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

/// As NumPy 2.4 writes it: the header ends with a line feed at a multiple of 64 bytes.
std::string npy_bytes(const std::string& dictionary, const std::string& values, int version = 1) {
  const std::size_t start = version == 1 ? 10 : 12;
  std::string header = dictionary;
  header.resize((start + dictionary.size() + 64) / 64 * 64 - start - 1, ' ');
  header += '\n';
  std::string bytes = "\x93NUMPY";
  bytes += static_cast<char>(version);
  bytes += '\0';
  for (std::size_t i = 0; i < start - 8; ++i)
    bytes += static_cast<char>(header.size() >> (8 * i) & 0xff);
  return bytes + header + values;
}

std::string dictionary(const std::string& type, const std::string& shape,
                       const std::string& order = "False") {
  return "{'descr': '" + type + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }";
}

at::Tensor read(const std::string& bytes, const Limits& limits = {}) {
  const TemporaryFolder folder;
  write_file(folder.path() / "array.npy", bytes);
  const auto file = MappedFile::open(folder.path() / "array.npy", limits.max_file_bytes);
  return read_npy(*file, limits);
}

std::string refusal(const std::string& bytes, const Limits& limits = {}) {
  return error_of([&] { read(bytes, limits); });
}

const std::string kTwoDoubles("\0\0\0\0\0\0\xf8?\0\0\0\0\0\0\0\xc0", 16);  // 1.5, -2

}  // namespace

TEST_CASE("Arrays are read as NumPy has written them", "[npy]") {
  const std::string floats("\0\0\0\0\0\0\x80>\0\0\0?\0\0@?\0\0\x80?\0\0\xa0?", 24);
  const at::Tensor quarters = read(npy_bytes(dictionary("<f4", "(2, 3)"), floats));
  CHECK(at::equal(quarters, at::arange(6, at::kFloat).view({2, 3}) / 4));
  for (const int version : {1, 2, 3}) {
    const at::Tensor two = read(npy_bytes(dictionary("<f8", "(1, 2)"), kTwoDoubles, version));
    CHECK(at::equal(two, at::tensor({1.5, -2.0}, at::kDouble).view({1, 2})));
  }
  const at::Tensor halves = read(npy_bytes(dictionary("<f2", "(2, 1)"), std::string("\x00"
                                                                                    "8\x00"
                                                                                    "B",
                                                                                    4)));
  CHECK(at::equal(halves, at::tensor({0.5, 3.0}, at::kDouble).to(at::kHalf).view({2, 1})));
  CHECK(read(npy_bytes(dictionary("<f8", "(2,)"), kTwoDoubles)).sizes() == at::IntArrayRef({2}));
  CHECK(read(npy_bytes(dictionary("<f8", "()"), kTwoDoubles.substr(8))).item<double>() == -2);
  CHECK(read(npy_bytes(dictionary("<f8", "(0, 4)"), "")).sizes() == at::IntArrayRef({0, 4}));
}

TEST_CASE("Arrays that would be read wrongly are refused", "[npy]") {
  const auto bad = [](const std::string& header) {
    return refusal(npy_bytes(header, kTwoDoubles));
  };
  CHECK_THAT(bad(dictionary("<f8", "(1, 2)", "True")), Contains("ascontiguousarray"));
  for (const char* type : {">f8", "<i8", "|u1", "<c8", "|O"})
    CHECK_THAT(bad(dictionary(type, "(1, 2)")), StartsWith("format") && Contains("astype"));
  CHECK_THAT(bad("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (2,), }"),
             StartsWith("format"));
  for (const char* shape : {"(1, 3)", "(1,)", "(-1, 2)", "(1 2)", "(,)", "(1,,2)", "(1, 2", "x"})
    CHECK_THAT(bad(dictionary("<f8", shape)), StartsWith("format") && Contains("array.npy"));
  CHECK_THAT(bad("{'descr': '<f8', 'shape': (1, 2), }"), Contains("fortran_order"));
  CHECK_THAT(bad("{'descr': '<f8', 'descr': '<f8', 'shape': (1, 2), }"), Contains("twice"));
  CHECK_THAT(bad(dictionary("<f8", "(1, 2)") + "x"), Contains("follows"));
  CHECK_THAT(refusal(npy_bytes(dictionary("<f8", "(1, 2)"), kTwoDoubles, 4)), Contains("version"));
  CHECK_THAT(refusal("PK\x03\x04 and more bytes"), StartsWith("format"));
  const std::string whole = npy_bytes(dictionary("<f8", "(1, 2)"), kTwoDoubles);
  for (std::size_t size = 0; size < whole.size(); ++size)
    CHECK_THAT(refusal(whole.substr(0, size)), StartsWith("format"));
  CHECK_THAT(refusal(whole + "x"), Contains("17 bytes"));
  CHECK_THAT(
      refusal(npy_bytes(dictionary("<f8", "(4611686018427387904, 4611686018427387904)"), "")),
      StartsWith("limit"));
  CHECK_THAT(refusal(whole, {.max_memory_bytes = 8}), StartsWith("limit"));
}
