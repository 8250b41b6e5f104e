#include "storage/npy.hpp"

#include "error.hpp"
#include "storage/mapped_file.hpp"

#include <ATen/ATen.h>

#include <cctype>
#include <charconv>
#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace raygen::engine {

namespace {

constexpr std::string_view kNpySignature = "\x93NUMPY";
constexpr std::size_t kMostNpyDimensions = 32;  // NumPy's own limit before its version 2

/// The dictionary that a header is, {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), },
/// whose values are texts without escapes, names and tuples of numbers.
class NpyHeader {
 public:
  NpyHeader(std::string_view text, std::string file) : rest_(text), file_(std::move(file)) {
    expect('{');
    while (!take('}')) {
      const std::string key = quoted();
      expect(':');
      if (!values_.emplace(key, value()).second) refuse("a key is there twice");
      if (take(',')) continue;
      expect('}');
      break;
    }
    skip_spaces();
    if (!rest_.empty()) refuse("something follows the dictionary");
    if (values_.size() != 3) refuse("descr, fortran_order and shape were expected");
  }

  std::string_view operator[](const char* key) const {
    const auto found = values_.find(key);
    if (found == values_.end()) refuse(formatted("{} is missing", key));
    return found->second;
  }

  [[noreturn]] void refuse(const std::string& why) const {
    fail(Status::format, "{}: not a NumPy file that can be read: {}", file_, why);
  }

 private:
  void skip_spaces() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\n'))
      rest_.remove_prefix(1);
  }
  bool take(char expected) {
    skip_spaces();
    if (rest_.empty() || rest_.front() != expected) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void expect(char expected) {
    if (!take(expected))
      refuse(formatted("its header has no '{}' where one was expected", expected));
  }
  std::string until(char end) {
    const std::size_t size = rest_.find(end);
    if (size == std::string_view::npos) refuse("its header ends too early");
    const std::string text(rest_.substr(0, size));
    rest_.remove_prefix(size + 1);
    return text;
  }
  std::string quoted() {
    const char quote = take('"') ? '"' : '\'';
    if (quote == '\'') expect('\'');
    return until(quote);
  }
  std::string value() {
    skip_spaces();
    if (rest_.starts_with('\'') || rest_.starts_with('"')) return quoted();
    if (take('(')) return until(')');
    std::string word;
    for (; !rest_.empty() && (std::isalnum(static_cast<unsigned char>(rest_.front())) != 0);
         rest_.remove_prefix(1))
      word += rest_.front();
    return word;
  }

  std::string_view rest_;
  std::string file_;
  std::map<std::string, std::string, std::less<>> values_;
};

at::ScalarType type_of(const NpyHeader& header) {
  const std::string_view name = header["descr"];
  if (name == "<f4") return at::kFloat;
  if (name == "<f8") return at::kDouble;
  if (name == "<f2") return at::kHalf;
  header.refuse("its type is not '<f2', '<f4' or '<f8'; astype(\"<f4\") makes it so");
}

std::vector<std::int64_t> shape_of(const NpyHeader& header) {
  std::vector<std::int64_t> shape;
  std::string_view rest = header["shape"];
  const auto skip = [&] {
    while (rest.starts_with(' ')) rest.remove_prefix(1);
  };
  for (skip(); !rest.empty(); skip()) {
    std::int64_t size = -1;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), size);
    if (error != std::errc{} || size < 0 || shape.size() == kMostNpyDimensions)
      header.refuse("its shape cannot be read");
    shape.push_back(size);
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    skip();
    if (rest.starts_with(','))
      rest.remove_prefix(1);
    else if (!rest.empty())
      header.refuse("its shape cannot be read");
  }
  return shape;
}

}  // namespace

bool is_npy(const MappedFile& file) { return file.text().starts_with(kNpySignature); }

at::Tensor read_npy(const MappedFile& file, const Limits& limits) {
  file.expect_whole();
  const std::string_view text = file.text();
  const std::string name = file.path().string();
  const auto refuse = [&](const std::string& why) {
    fail(Status::format, "{}: not a NumPy file that can be read: {}", name, why);
  };
  const auto byte = [&](std::size_t i) { return std::size_t{static_cast<unsigned char>(text[i])}; };
  if (!is_npy(file) || text.size() < 12) refuse("its first bytes are others, or it is too short");
  const std::size_t version = byte(6);
  if (version < 1 || version > 3)
    refuse(formatted("its version is {}; 1 to 3 was expected", version));
  const std::size_t start = version == 1 ? 10 : 12;
  std::size_t length = byte(8) | byte(9) << 8;
  if (version > 1) length |= byte(10) << 16 | byte(11) << 24;
  if (length > text.size() - start) refuse("it ends within its header");

  const NpyHeader header(text.substr(start, length), name);
  if (header["fortran_order"] != "False")
    refuse("fortran_order is not False; numpy.ascontiguousarray makes it so");
  const at::ScalarType type = type_of(header);
  const std::vector<std::int64_t> shape = shape_of(header);
  const std::string_view values = text.substr(start + length);
  std::uint64_t bytes = at::elementSize(type);
  for (const std::int64_t size : shape) {
    const auto count = static_cast<std::uint64_t>(size);
    if (count != 0 && bytes > limits.max_memory_bytes / count)
      fail(Status::limit, "{}: an array of more than {} bytes", name, limits.max_memory_bytes);
    bytes *= count;
  }
  if (values.size() != bytes)
    refuse(formatted("it has {} bytes of values; {} were expected", values.size(), bytes));
  at::Tensor array = at::empty(shape, type);
  if (bytes > 0) std::memcpy(array.mutable_data_ptr(), values.data(), bytes);
  return array;
}

}  // namespace raygen::engine
