#include "phantom/phantom.hpp"

#include "door.hpp"

using namespace raygen::capi;

extern "C" {

raygen_status raygen_phantom_write(const raygen_phantom_options* options, const char* out,
                                   size_t out_length, raygen_error* error) {
  return guard(error, [&] {
    const raygen_phantom_options raw =
        given(options, "options", "raygen_phantom_options", raygen_phantom_options_init);
    if (raw.count == 0) fail(Status::invalid_argument, "count is 0; 1 or more was expected");
    const raygen::engine::PhantomFolderOptions folder{
        raw.seed, raw.first_phantom,        raw.count,
        raw.size, flag(raw.masks, "masks"), flag(raw.healthy, "healthy")};
    std::function<bool(std::uint64_t)> progress;
    if (raw.progress != nullptr)
      progress = [&raw](std::uint64_t done) {
        return report_data(raw.progress, raw.user_data, done, raw.count, 0);
      };
    raygen::engine::write_phantoms(folder, path_of(out, out_length, "out"), progress,
                                   job_of(raw.job));
  });
}

raygen_status raygen_phantom_read_region(const char* path, size_t path_length, const char* region,
                                         size_t region_length, raygen_image** mask,
                                         raygen_error* error) {
  clear(mask);
  return guard(error, [&] {
    give(mask, "mask",
         raygen::engine::read_phantom_region(path_of(path, path_length, "path"),
                                             text_of(region, region_length, "region")));
  });
}

void(raygen_phantom_options_init)(raygen_phantom_options* options, size_t struct_size) {
  const raygen::engine::PhantomFolderOptions defaults;
  raygen_phantom_options value{};
  value.seed = defaults.seed;
  value.count = std::max<uint64_t>(defaults.count, 1);
  value.size = defaults.size;
  initialize(options, struct_size, value);
}

}  // extern "C"
