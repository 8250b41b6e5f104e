#pragma once
// Drawn chest radiographs of no real person, with findings of known side, place and severity.
//
//   raygen::PhantomOptions phantoms;
//   phantoms.count = 1000;
//   raygen::write_phantoms("phantoms", phantoms);     // phantoms/phantoms.csv names them all

#include "dataset.hpp"
#include "image.hpp"
#include "job.hpp"

#include <cstdint>
#include <string>

namespace raygen {

struct PhantomOptions {
  std::uint64_t seed = 0;
  /// Index of the first. A phantom depends on seed, index and size alone.
  std::uint64_t first_phantom = 0;
  std::uint64_t count = 1;  ///< ≥ 1
  std::int32_t size = 128;  ///< pixels a side: multiples of 32, 64 to 1024
  bool masks = false;       ///< a mask of every finding too
  bool healthy = false;     ///< the same patients without their findings
  Job* job = nullptr;       ///< must outlive the call
  DataCallback progress;
};

/// Writes out/images/P000000.png, …, and at the end out/phantoms.csv, a table for prepare_table. A
/// second call leaves what is there. Throws Error(invalid_argument | io | cancelled).
inline void write_phantoms(const std::string& out, const PhantomOptions& options = {}) {
  detail::DataRelay relay(options.progress);
  raygen_phantom_options raw;
  raygen_phantom_options_init(&raw);
  raw.seed = options.seed;
  raw.first_phantom = options.first_phantom;
  raw.count = options.count;
  raw.size = options.size;
  raw.masks = options.masks ? 1 : 0;
  raw.healthy = options.healthy ? 1 : 0;
  raw.job = options.job != nullptr ? options.job->get() : nullptr;
  if (options.progress) raw.progress = &detail::DataRelay::call;
  raw.user_data = &relay;
  relay.check([&](raygen_error* error) {
    return raygen_phantom_write(&raw, out.data(), out.size(), error);
  });
}

/// A mask of a region of the phantom whose image lies at `path`, in a folder that write_phantoms
/// has written: white in the region, as large as the image. region: "left lung", "right lung" (the
/// patient's; what the lung has room in), "lungs", "heart" or "mediastinum". Throws
/// Error(invalid_argument | io | format).
inline Image read_phantom_region(const std::string& path, const std::string& region) {
  return Image(detail::made<raygen_image>([&](raygen_image** mask, raygen_error* error) {
    return raygen_phantom_read_region(path.data(), path.size(), region.data(), region.size(), mask,
                                      error);
  }));
}

}  // namespace raygen
