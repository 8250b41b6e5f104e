#pragma once

namespace raygen::cli {

/// Goes back to the folder that the process was started in, where that was deleted: MKL, which is
/// part of LibTorch, ends a process that loads it in such a folder, before main(). Elsewhere it
/// does nothing. main() calls it first, so that relative paths are errors.
void return_to_deleted_folder();

}  // namespace raygen::cli
