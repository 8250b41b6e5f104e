#pragma once

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace raygen::cli {

/// A step allocates what the step before freed. Pages given back to the system in between come back
/// cleared, which costs a tenth of an image and a sixth of a training step. The process is the
/// command's own; the library leaves a host's allocator as it is.
inline void keep_all_freed_memory() {
#ifdef __GLIBC__
  ::mallopt(M_MMAP_MAX, 0);
  ::mallopt(M_TRIM_THRESHOLD, -1);
#endif
}

/// The same for blocks below 32 MiB, the most that glibc takes here: larger ones are few when
/// images are made, and in one heap with the rest they leave holes that raise the peak.
inline void keep_freed_memory() {
#ifdef __GLIBC__
  ::mallopt(M_MMAP_THRESHOLD, 32 << 20);
  ::mallopt(M_TRIM_THRESHOLD, -1);
#endif
}

}  // namespace raygen::cli
