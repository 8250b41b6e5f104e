#include "deleted_folder.hpp"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <climits>
#include <utility>

namespace raygen::cli {
namespace {

int deleted_folder = -1;

// Sanitizers are not there yet.
#if defined(__has_attribute) && __has_attribute(no_sanitize)
__attribute__((no_sanitize("address", "thread", "undefined")))
#endif
void leave_deleted_folder(int, char**, char**) {
  static char path[PATH_MAX];
  if (::syscall(SYS_getcwd, path, sizeof path) > 0) return;
  deleted_folder =
      static_cast<int>(::syscall(SYS_openat, AT_FDCWD, ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (deleted_folder >= 0) ::syscall(SYS_chdir, "/");
}

/// The loader calls what is listed here before it initialises any library.
__attribute__((section(".preinit_array"),
               used)) void (*const before_libraries)(int, char**, char**) = leave_deleted_folder;

}  // namespace

void return_to_deleted_folder() {
  const int folder = std::exchange(deleted_folder, -1);
  if (folder < 0) return;
  // It cannot fail for a folder that was open: where it did, the process would be in "/".
  if (::fchdir(folder) != 0) ::_exit(1);
  ::close(folder);
}

}  // namespace raygen::cli
