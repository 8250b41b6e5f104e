#include "door.hpp"

#include <c10/util/Exception.h>
#include <utf8proc.h>

#include <cstdint>
#include <cstring>
#include <new>
#include <system_error>

namespace raygen::capi {

namespace {

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// LibTorch has one exception for most failures; its text tells them apart.
raygen_status torch_status(std::string_view message) {
  if (contains(message, "out of memory") || contains(message, "can't allocate memory") ||
      contains(message, "not enough memory")) {
    return RAYGEN_ERROR_OUT_OF_MEMORY;
  }
  for (const std::string_view part : {"CUDA", "cuDNN", "CUDNN", "cuBLAS", "CUBLAS"}) {
    if (contains(message, part)) return RAYGEN_ERROR_DEVICE;
  }
  return RAYGEN_ERROR_INTERNAL;
}

}  // namespace

raygen_status report(raygen_error* error, raygen_status status, std::string_view message) noexcept {
  if (error == nullptr) return status;
  error->status = status;
  std::size_t used = 0;
  for (std::size_t at = 0; at < message.size();) {
    utf8proc_int32_t code_point = -1;
    const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(message.data() + at);
    const auto size =
        utf8proc_iterate(bytes, static_cast<utf8proc_ssize_t>(message.size() - at), &code_point);
    const bool valid = size > 0 && code_point != 0;
    const std::size_t taken = size > 0 ? static_cast<std::size_t>(size) : 1;
    const std::size_t put = valid ? taken : 1;
    if (used + put >= sizeof error->message) break;
    std::memcpy(error->message + used, valid ? message.data() + at : "?", put);
    used += put;
    at += taken;
  }
  error->message[used] = '\0';
  return status;
}

raygen_status report_exception(raygen_error* error) noexcept {
  try {
    throw;
  } catch (const engine::Error& e) {
    return report(error, static_cast<raygen_status>(e.status()), e.what());
  } catch (const std::bad_alloc&) {
    return report(error, RAYGEN_ERROR_OUT_OF_MEMORY, "out of memory");
  } catch (const c10::Error& e) {
    const std::string_view message = e.what_without_backtrace();
    return report(error, torch_status(message), message);
  } catch (const std::system_error& e) {  // std::filesystem::filesystem_error is one
    const bool memory = e.code() == std::errc::not_enough_memory;
    return report(error, memory ? RAYGEN_ERROR_OUT_OF_MEMORY : RAYGEN_ERROR_IO, e.what());
  } catch (const std::length_error&) {
    return report(error, RAYGEN_ERROR_OUT_OF_MEMORY,
                  "out of memory: more elements than a container can hold");
  } catch (const std::exception& e) {
    return report(error, torch_status(e.what()), e.what());
  } catch (...) {
    return report(error, RAYGEN_ERROR_INTERNAL, "an exception of an unknown type");
  }
}

std::string_view bytes_of(const char* data, std::size_t length, std::string_view name) {
  if (length == 0) return {};
  if (length > PTRDIFF_MAX)
    fail(Status::invalid_argument, "{} is {} bytes long, more than memory has", name, length);
  const std::string_view text(&required(data, name), length);
  if (const auto zero = text.find('\0'); zero != std::string_view::npos) {
    fail(Status::invalid_argument, "{} holds a zero at byte {} of {}", name, zero, length);
  }
  return text;
}

void check_utf8(std::string_view text, std::string_view name) {
  for (std::size_t at = 0; at < text.size();) {
    utf8proc_int32_t code_point = -1;
    const auto size =
        utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data() + at),
                         static_cast<utf8proc_ssize_t>(text.size() - at), &code_point);
    if (size <= 0)
      fail(Status::invalid_argument, "{} is not UTF-8 at byte {} of {}", name, at, text.size());
    at += static_cast<std::size_t>(size);
  }
}

std::filesystem::path path_of(const char* data, std::size_t length, std::string_view name) {
  const std::string_view text = bytes_of(data, length, name);
  if (text.empty()) fail(Status::invalid_argument, "{} is empty", name);
  return text;
}

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

}  // extern "C"
