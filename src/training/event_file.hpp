#pragma once
// TensorBoard's event records: TFRecord frames around Event messages, as its readers expect them
// (event.proto, summary.proto).

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace raygen::engine {

/// CRC-32C (Castagnoli), as TFRecord uses it, before its masking.
std::uint32_t crc32c(std::string_view bytes);

/// The first record of an event file.
std::string event_file_version(double seconds);
/// Tells that a run goes on from `step`: what older files say of later steps is not shown.
std::string event_of_start(double seconds, std::int64_t step);
/// One number a name. `seconds` since 1970.
std::string event_of_values(double seconds, std::int64_t step,
                            const std::map<std::string, double>& values);

}  // namespace raygen::engine
