// The mechanism that every struct of the C ABI shares, on a struct that has grown three times.

#include "door.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <cstring>

using namespace raygen::capi;

namespace {

struct Grown {
  std::size_t struct_size;
  std::int32_t first, second;
  double third;            // from the second version on
  const char* fourth;      // from the third
  std::uint64_t fifth[2];  // from the fourth
};
constexpr std::size_t versions[] = {offsetof(Grown, third), offsetof(Grown, fourth),
                                    offsetof(Grown, fifth), sizeof(Grown)};

const Grown defaults{0, 1, 2, 0.5, "default", {5, 6}};
const Grown other{0, -1, -2, 8.25, "other", {55, 66}};

void grown_init(Grown* out, std::size_t size) { initialize(out, size, defaults); }

}  // namespace

template <>
constexpr std::size_t raygen::capi::first_size<Grown> = versions[0];

namespace {

constexpr std::size_t most = sizeof(Grown) + 64;

/// Memory of exactly `size` bytes, so that AddressSanitizer sees what lies beyond.
class Bytes {
 public:
  explicit Bytes(std::size_t size) : size_(size), data_(std::malloc(size)) {
    std::memset(data_, 'x', size);
  }
  ~Bytes() { std::free(data_); }
  Bytes(const Bytes&) = delete;
  Bytes& operator=(const Bytes&) = delete;

  Grown* get() { return static_cast<Grown*>(data_); }
  /// Bytes from..to of this and of a value are the same, the size aside.
  void expect(const Grown& value, std::size_t from, std::size_t to) const {
    from = std::max(from, sizeof value.struct_size);
    if (from < to)
      CHECK(std::memcmp(static_cast<const char*>(data_) + from,
                        reinterpret_cast<const char*>(&value) + from, to - from) == 0);
  }
  void expect(char byte, std::size_t from) const {
    for (std::size_t i = from; i < size_; ++i) CHECK(static_cast<const char*>(data_)[i] == byte);
  }

 private:
  std::size_t size_;
  void* data_;
};

}  // namespace

TEST_CASE("An _init fills what both sides know, and what only the caller knows is zero") {
  for (std::size_t size = versions[0]; size <= most; ++size) {
    Bytes bytes(size);
    grown_init(bytes.get(), size);
    CHECK(bytes.get()->struct_size == size);
    bytes.expect(defaults, 0, std::min(size, sizeof(Grown)));
    bytes.expect('\0', sizeof(Grown));
  }
}

TEST_CASE("A struct that comes in has the defaults where the caller's version ends") {
  for (std::size_t size = versions[0]; size <= most; ++size) {
    Bytes bytes(size);
    const std::size_t known = std::min(size, sizeof(Grown));
    std::memcpy(static_cast<void*>(bytes.get()), &other, known);
    bytes.get()->struct_size = size;
    const Grown taken = given(bytes.get(), "grown", "Grown", grown_init);
    bytes.expect(taken, 0, known);
    const auto* got = reinterpret_cast<const char*>(&taken);
    CHECK(std::memcmp(got + known, reinterpret_cast<const char*>(&defaults) + known,
                      sizeof(Grown) - known) == 0);
  }
  const Grown none = given_or_default<Grown>(nullptr, "grown", "Grown", grown_init);
  CHECK(none.second == 2);
}

TEST_CASE("A struct that goes out is filled as far as the caller knows it") {
  for (std::size_t size = versions[0]; size <= most; ++size) {
    Bytes bytes(size);
    bytes.get()->struct_size = size;
    put(sized(bytes.get(), "grown", "Grown"), other);
    CHECK(bytes.get()->struct_size == size);
    bytes.expect(other, 0, std::min(size, sizeof(Grown)));
    bytes.expect('x', sizeof(Grown));
  }
}

TEST_CASE("A size that no version has is refused") {
  Grown value = defaults;
  for (const std::size_t size :
       {std::size_t{0}, versions[0] - 1, largest_struct + 1, std::size_t{SIZE_MAX}}) {
    value.struct_size = size;
    CHECK_FALSE(has_size(value));
    CHECK_THROWS_AS(given(&value, "grown", "Grown", grown_init), raygen::engine::Error);
  }
  value.struct_size = largest_struct;
  CHECK(has_size(value));
}
