#pragma once
// What lies where a file of a checkpoint was expected.

#include <filesystem>
#include <string>
#include <string_view>

namespace raygen::engine {

/// Whether `path` is a file, links followed. Throws Error(io) when it is a link to nothing: a cache
/// that was not downloaded whole.
bool is_file(const std::filesystem::path& path);

/// Throws Error(format) when the content stands for another file: a pointer of Git LFS, a web page
/// that was saved instead of a download, nothing at all.
void refuse_stand_in(std::string_view content, const std::string& where);

}  // namespace raygen::engine
