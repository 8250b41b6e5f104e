#include "compute/scratch.hpp"

#include "error.hpp"

#include <ATen/ATen.h>
#include <sys/mman.h>

namespace raygen::engine {

struct Scratch::Mapping {
  void* address = nullptr;
  std::size_t bytes = 0;

  void reserve(std::size_t wanted) {
    if (wanted <= bytes) return;
    release();
    constexpr std::size_t huge_page = std::size_t{2} << 20;
    const std::size_t rounded = (wanted + huge_page - 1) / huge_page * huge_page;
    void* mapped =
        ::mmap(nullptr, rounded, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED)
      fail(Status::out_of_memory, "cannot map {} bytes of scratch memory", rounded);
    ::madvise(mapped, rounded,
              MADV_HUGEPAGE);  // a wish: refused by some kernels, and then no worse
    address = mapped;
    bytes = rounded;
  }
  void release() {
    if (address != nullptr) ::munmap(address, bytes);
    address = nullptr;
    bytes = 0;
  }
};

Scratch::Scratch() : mappings_(new std::array<Mapping, slots>{}) {}

Scratch::~Scratch() {
  trim();
  delete mappings_;
}

at::Tensor Scratch::image(std::size_t slot, std::int64_t channels, std::int64_t height,
                          std::int64_t width, at::ScalarType type) {
  Mapping& mapping = mappings_->at(slot);
  mapping.reserve(static_cast<std::size_t>(channels * height * width) * c10::elementSize(type));
  return at::from_blob(mapping.address, {1, height, width, channels}, at::TensorOptions(type))
      .permute({0, 3, 1, 2});
}

std::uint64_t Scratch::memory() const {
  std::uint64_t total = 0;
  for (const Mapping& mapping : *mappings_) total += mapping.bytes;
  return total;
}

void Scratch::trim() {
  for (Mapping& mapping : *mappings_) mapping.release();
}

}  // namespace raygen::engine
