#include "door.hpp"

#include <cstdlib>

using namespace raygen::capi;

extern "C" {

void raygen_buffer_free(void* buffer) {
  if (aligned(static_cast<std::max_align_t*>(buffer))) std::free(buffer);  // as malloc gives it
}

void(raygen_limits_init)(raygen_limits* limits, size_t struct_size) {
  const raygen::engine::Limits defaults;
  initialize(limits, struct_size,
             {0, defaults.max_file_bytes, defaults.max_pixels, defaults.max_prompt_bytes,
              defaults.max_batch, defaults.max_memory_bytes});
}

}  // extern "C"
