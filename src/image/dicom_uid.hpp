#pragma once

#include <string>
#include <string_view>

namespace raygen::engine {

/// "2.25." and the decimal number of a UUID (PS3.5, B.2), which needs no registered root. The UUID
/// is made of the SHA-256 of `name` (version 8; RFC 9562, 5.8 and appendix B.2): the same name has
/// the same UID, everywhere and always, and no two names have one.
std::string dicom_uid(std::string_view name);

}  // namespace raygen::engine
