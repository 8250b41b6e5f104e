#include "door.hpp"

#include "layout_checks.hpp"
#include "sampling/config.hpp"
#include "storage/utf8.hpp"

#include <ATen/ATen.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <system_error>
#include <typeinfo>

namespace raygen::capi {

namespace {

/// Whether LibTorch threw it for a device that failed. Its type for that is c10::AcceleratorError
/// since 2.8; before, and for cuDNN, types of CUDA's own headers, which are known by their names.
bool is_device_error(const c10::Error& error) {
  const std::string_view type = typeid(error).name();
  return type == "N3c1016AcceleratorErrorE" || type == "N3c109CUDAErrorE" ||
         type == "N3c1010CuDNNErrorE";
}

}  // namespace

raygen_status report(raygen_error* error, raygen_status status, std::string_view message) noexcept {
  if (error == nullptr) return status;
  raygen_error filled{};
  filled.status = status;
  std::size_t used = 0;
  for (std::size_t at = 0; at < message.size();) {
    const std::size_t size = engine::utf8::first_character(message.substr(at));
    const bool valid = size > 0 && message[at] != '\0';
    const std::size_t wanted = valid ? size : 1;
    if (used + wanted >= sizeof filled.message) break;
    std::memcpy(filled.message + used, valid ? message.data() + at : "?", wanted);
    used += wanted;
    at += wanted;
  }
  put(*error, filled);
  return status;
}

raygen_status report_exception(raygen_error* error) noexcept {
  const bool no_memory = errno == ENOMEM;  // before anything else sets it
  try {
    throw;
  } catch (const engine::Error& e) {
    return report(error, static_cast<raygen_status>(e.status()), e.what());
  } catch (const std::bad_alloc&) {
    return report(error, RAYGEN_ERROR_OUT_OF_MEMORY, "out of memory");
  } catch (const c10::OutOfMemoryError& e) {
    return report(error, RAYGEN_ERROR_OUT_OF_MEMORY, e.what_without_backtrace());
  } catch (const c10::Error& e) {
    // LibTorch's allocator for the CPU has no type of its own: guard() had cleared what the system
    // says.
    const raygen_status status = is_device_error(e) ? RAYGEN_ERROR_DEVICE
                                 : no_memory        ? RAYGEN_ERROR_OUT_OF_MEMORY
                                                    : RAYGEN_ERROR_INTERNAL;
    return report(error, status, e.what_without_backtrace());
  } catch (const std::system_error& e) {  // std::filesystem::filesystem_error is one
    if (e.code() == std::errc::resource_unavailable_try_again)  // of std::thread
      return report(error, RAYGEN_ERROR_OUT_OF_MEMORY, "the system has no thread left to start");
    const bool memory = e.code() == std::errc::not_enough_memory;
    return report(error, memory ? RAYGEN_ERROR_OUT_OF_MEMORY : RAYGEN_ERROR_IO, e.what());
  } catch (const std::length_error&) {
    return report(error, RAYGEN_ERROR_OUT_OF_MEMORY,
                  "out of memory: more elements than a container can hold");
  } catch (const std::exception& e) {
    return report(error, RAYGEN_ERROR_INTERNAL, e.what());
  } catch (...) {
    return report(error, RAYGEN_ERROR_INTERNAL, "an exception of an unknown type");
  }
}

namespace {

/// A string without zeros, of which nothing else is known.
std::string_view bytes_of(const char* data, std::size_t length, std::string_view name,
                          std::uint64_t most) {
  if (length == 0) return {};
  if (length > PTRDIFF_MAX)
    fail(Status::invalid_argument, "{} is {} bytes long, more than memory has", name, length);
  if (length > most)
    fail(Status::limit, "{} is {} bytes long; at most {} are allowed", name, length, most);
  const std::string_view text(&required(data, name), length);
  if (const auto zero = text.find('\0'); zero != std::string_view::npos) {
    fail(Status::invalid_argument, "{} holds a zero at byte {} of {}", name, zero, length);
  }
  return text;
}

}  // namespace

std::string_view text_of(const char* data, std::size_t length, std::string_view name,
                         std::uint64_t most) {
  const std::string_view text = bytes_of(data, length, name, most);
  if (const std::size_t valid = engine::utf8::valid_bytes(text); valid < text.size())
    fail(Status::invalid_argument, "{} is not UTF-8 at byte {} of {}", name, valid, text.size());
  return text;
}

std::filesystem::path path_of(const char* data, std::size_t length, std::string_view name) {
  const std::string_view text = bytes_of(data, length, name, engine::Limits::max_text_bytes);
  if (text.empty()) fail(Status::invalid_argument, "{} is empty", name);
  return text;
}

std::string config_name_of(const raygen_string& name) {
  const std::filesystem::path path = optional_path_of(name, "config_name");
  return path.empty() ? "config" : path.string();
}

std::vector<std::string> strings_of(const raygen_string* strings, std::size_t count,
                                    std::string_view name) {
  std::vector<std::string> result;
  expect_at_most(count, engine::Limits::max_strings, formatted("the number of {}", name));
  if (count > 0) required(strings, name);
  for (std::size_t i = 0; i < count; ++i)
    result.emplace_back(text_of(strings[i], formatted("{}[{}]", name, i)));
  return result;
}

std::vector<std::string_view> prompts_of(const raygen_string* prompts, std::size_t count,
                                         const engine::Limits& limits) {
  if (count == 0) fail(Status::invalid_argument, "there are 0 prompts; 1 or more was expected");
  if (count > limits.max_batch)
    fail(Status::limit, "{} prompts were given; at most {} are allowed", count, limits.max_batch);
  required(prompts, "prompts");
  std::vector<std::string_view> result;
  for (std::size_t i = 0; i < count; ++i)
    result.push_back(text_of(prompts[i].data, prompts[i].length, formatted("prompts[{}]", i),
                             limits.max_prompt_bytes));
  return result;
}

at::Tensor indices_of(const std::int32_t* values, std::size_t rows, std::size_t columns,
                      std::int64_t largest, std::string_view name) {
  for (std::size_t i = 0; i < rows * columns; ++i) {
    if (values[i] < 0 || values[i] > largest) {
      fail(Status::invalid_argument, "{} {} of row {} is {}; 0 to {} was expected", name,
           i % columns, i / columns, values[i], largest);
    }
  }
  const std::vector<std::int64_t> sizes{static_cast<std::int64_t>(rows),
                                        static_cast<std::int64_t>(columns)};
  // from_blob takes no const; to() copies.
  return at::from_blob(const_cast<std::int32_t*>(values), sizes, at::kInt).to(at::kLong);
}

void* buffer_of(std::string_view bytes) {
  void* buffer = std::malloc(std::max<std::size_t>(bytes.size(), 1));
  if (buffer == nullptr) throw std::bad_alloc();
  std::memcpy(buffer, bytes.data(), bytes.size());
  return buffer;
}

void give_lines(const std::vector<std::string>& lines, char** text) {
  if (text == nullptr) return;
  std::string all;
  for (const std::string& line : lines) all += engine::utf8::escape(line) + '\n';
  *text = text_buffer(all);
}

char* text_buffer(const std::string& text) {
  return static_cast<char*>(buffer_of({text.c_str(), text.size() + 1}));
}

engine::Limits limits_of(const raygen_limits* limits) {
  const raygen_limits raw = given_or_default(limits, "limits", "raygen_limits", raygen_limits_init);
  for (const auto& [name, value] :
       {std::pair("max_file_bytes", raw.max_file_bytes), std::pair("max_pixels", raw.max_pixels),
        std::pair("max_prompt_bytes", raw.max_prompt_bytes), std::pair("max_batch", raw.max_batch),
        std::pair("max_memory_bytes", raw.max_memory_bytes)}) {
    if (value == 0)
      fail(Status::invalid_argument, "raygen_limits.{} is 0; 1 or more was expected", name);
  }
  return {raw.max_file_bytes, raw.max_pixels, raw.max_prompt_bytes, raw.max_batch,
          raw.max_memory_bytes};
}

engine::DeviceChoice device_of(raygen_device device) {
  return static_cast<engine::DeviceChoice>(choice(device, RAYGEN_DEVICE_CUDA, "device"));
}

int device_index_of(std::int32_t index) { return choice(index, 127, "device_index"); }

engine::PrecisionChoice precision_of(raygen_precision precision) {
  return static_cast<engine::PrecisionChoice>(
      choice(precision, RAYGEN_PRECISION_INT8, "precision"));
}

int threads_of(std::int32_t threads) {
  if (threads != RAYGEN_THREADS_HOST && (threads < 1 || threads > 1024)) {
    fail(Status::invalid_argument, "threads is {}; 1 to 1024 or RAYGEN_THREADS_HOST was expected",
         threads);
  }
  return threads;
}

raygen_options options_of(const raygen_options* options) {
  const raygen_options raw =
      given_or_default(options, "options", "raygen_options", raygen_options_init);
  for (const auto& [name, value] : {std::pair("images_per_prompt", raw.images_per_prompt),
                                    std::pair("batch_size", raw.batch_size)}) {
    if (value < 1) fail(Status::invalid_argument, "{} is {}; 1 or more was expected", name, value);
  }
  if (raw.first_image > INT64_MAX) {  // an index counted on from it fits 64 bits
    fail(Status::invalid_argument, "first_image is {}; at most {} was expected", raw.first_image,
         INT64_MAX);
  }
  flag(raw.preview, "preview");
  if (raw.prompts_per_mix < 1)
    fail(Status::invalid_argument, "prompts_per_mix is 0; 1 or more was expected");
  return raw;
}

engine::SamplingOptions sampling_of(const raygen_options& options,
                                    const engine::SamplingOptions& defaults) {
  return engine::resolve_sampling(
      defaults, std::string(text_of(options.config, "config")),
      strings_of(options.overrides, options.override_count, "overrides"),
      config_name_of(options.config_name));
}

void read_mixes(const raygen_options& options, std::size_t prompts,
                engine::GenerateOptions& result) {
  result.prompts_per_mix = options.prompts_per_mix;
  if (options.prompt_weights == nullptr) return;
  required(options.prompt_weights, "prompt_weights");
  result.prompt_weights.assign(options.prompt_weights, options.prompt_weights + prompts);
}

void read_images(const raygen_options& options, std::size_t images, std::int64_t tokens,
                 std::int64_t codebook, engine::GenerateOptions& result) {
  const bool any = options.seeds != nullptr || options.indices != nullptr ||
                   options.start_tokens != nullptr || options.editable != nullptr ||
                   options.image_configs != nullptr || options.attempts != nullptr;
  if (any || options.image_count != 0)
    expect_count(options.image_count, images, "image_count", "the number of images");
  const auto each = [&](const std::uint64_t* values, const char* name) {
    if (values == nullptr) return std::vector<std::uint64_t>();
    required(values, name);
    return std::vector<std::uint64_t>(values, values + images);
  };
  result.seeds = each(options.seeds, "seeds");
  result.indices = each(options.indices, "indices");
  if (options.attempts != nullptr) {
    required(options.attempts, "attempts");
    result.attempts.assign(options.attempts, options.attempts + images);
  }
  if (options.reject_near != nullptr)
    result.reject_near.index = required(options.reject_near, "reject_near").index;
  result.reject_near.tries = options.reject_tries;
  if (options.image_configs != nullptr) {
    const auto configs = strings_of(options.image_configs, images, "image_configs");
    for (std::size_t i = 0; i < images; ++i)
      result.sampling_of_images.push_back(engine::resolve_sampling(
          result.sampling, configs[i], {}, formatted("image_configs[{}]", i)));
  }
  const auto row = static_cast<std::size_t>(tokens);
  if (options.start_tokens != nullptr) {
    required(options.start_tokens, "start_tokens");
    result.start_tokens = indices_of(options.start_tokens, images, row, codebook, "start token");
  }
  if (options.editable != nullptr) {
    const std::uint8_t* const end = options.editable + images * row;
    if (const std::uint8_t* wrong =
            std::find_if(options.editable, end, [](std::uint8_t value) { return value > 1; });
        wrong != end)
      fail(Status::invalid_argument, "editable[{}] is {}; 0 or 1 was expected",
           wrong - options.editable, *wrong);
    const std::vector<std::int64_t> sizes{static_cast<std::int64_t>(images), tokens};
    result.editable =
        at::from_blob(const_cast<std::uint8_t*>(options.editable), sizes, at::kByte).to(at::kBool);
  }
  result.seed = options.seed;
  result.first_image = options.first_image;
  result.images_per_prompt = options.images_per_prompt;
  result.batch_size = options.batch_size;
  result.preview = options.preview == 1;
}

}  // namespace raygen::capi
