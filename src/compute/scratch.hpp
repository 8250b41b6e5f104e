#pragma once
// Memory that a session keeps between calls: fresh mappings of hundreds of megabytes cost more than
// what is computed in them.

#include <ATen/core/Tensor.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace raygen::engine {

class Scratch {
 public:
  static constexpr std::size_t slots = 4;

  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  /// An uninitialised image tensor [1,C,H,W], channels last, on the CPU, in the memory of a slot;
  /// whatever was there before is gone.
  at::Tensor image(std::size_t slot, std::int64_t channels, std::int64_t height, std::int64_t width,
                   at::ScalarType type);
  std::uint64_t memory() const;
  void trim();

 private:
  struct Mapping;
  std::array<Mapping, slots>* mappings_;
};

}  // namespace raygen::engine
