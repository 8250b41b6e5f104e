#include "door.hpp"

namespace raygen::capi {

static_assert(static_cast<int>(Status::invalid_argument) == RAYGEN_ERROR_INVALID_ARGUMENT);
static_assert(static_cast<int>(Status::io) == RAYGEN_ERROR_IO);
static_assert(static_cast<int>(Status::format) == RAYGEN_ERROR_FORMAT);
static_assert(static_cast<int>(Status::unsupported) == RAYGEN_ERROR_UNSUPPORTED);
static_assert(static_cast<int>(Status::limit) == RAYGEN_ERROR_LIMIT);
static_assert(static_cast<int>(Status::cancelled) == RAYGEN_ERROR_CANCELLED);
static_assert(static_cast<int>(Status::out_of_memory) == RAYGEN_ERROR_OUT_OF_MEMORY);
static_assert(static_cast<int>(Status::device) == RAYGEN_ERROR_DEVICE);
static_assert(static_cast<int>(Status::numeric) == RAYGEN_ERROR_NUMERIC);
static_assert(static_cast<int>(Status::internal) == RAYGEN_ERROR_INTERNAL);

}  // namespace raygen::capi

extern "C" {

const char* raygen_status_message(raygen_status status) {
  switch (status) {
    case RAYGEN_OK:
      return "success";
    case RAYGEN_ERROR_INVALID_ARGUMENT:
      return "invalid argument: a value outside its range, a NULL, a wrong struct_size";
    case RAYGEN_ERROR_IO:
      return "input/output: a file or folder cannot be opened, read, written or renamed";
    case RAYGEN_ERROR_FORMAT:
      return "format: a file's content is not what its format or the model's architecture asks for";
    case RAYGEN_ERROR_UNSUPPORTED:
      return "unsupported: well formed, but something that libraygen does not do";
    case RAYGEN_ERROR_LIMIT:
      return "limit: larger than raygen_limits allows";
    case RAYGEN_ERROR_CANCELLED:
      return "cancelled: by the job or a progress callback";
    case RAYGEN_ERROR_OUT_OF_MEMORY:
      return "out of memory";
    case RAYGEN_ERROR_DEVICE:
      return "device: absent or failed";
    case RAYGEN_ERROR_NUMERIC:
      return "numeric: NaN or infinity in weights or results";
    case RAYGEN_ERROR_INTERNAL:
      return "internal: a defect of libraygen";
    default:
      return "not a raygen_status";
  }
}

// The name of an _init is in parentheses so that its macro in raygen.h leaves it alone.
void(raygen_error_init)(raygen_error* error, size_t struct_size) {
  raygen::capi::initialize(error, struct_size, raygen_error{});
}

}  // extern "C"
