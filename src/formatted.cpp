#include "formatted.hpp"

namespace raygen::engine {

std::string format_arguments(fmt::string_view format, fmt::format_args args) {
  return fmt::vformat(format, args);
}

}  // namespace raygen::engine
