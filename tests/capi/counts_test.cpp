// Counts and sizes of a caller are looked at before what they count: here that is memory which
// nobody can read. And memory that runs out is told as such.

#include "calls.hpp"

#include <sys/mman.h>
#include <sys/resource.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace {

/// The address of a page that ends a process which reads it.
const void* unreadable() {
  static void* const page =
      ::mmap(nullptr, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  REQUIRE(page != MAP_FAILED);
  return page;
}
template <typename T>
const T* unreadable_as() {
  return static_cast<const T*>(unreadable());
}

constexpr std::size_t too_many = 65537, too_long = (std::size_t{64} << 20) + 1;

void limited(const std::function<raygen_status(raygen_error*)>& function, const std::string& part) {
  refused(function, part, RAYGEN_ERROR_LIMIT);
}

}  // namespace

TEST_CASE("arrays of a caller are counted before they are read") {
  const Handles h;
  Out<raygen_result> result;
  Out<raygen_embedding> embedding;
  limited(EXPRESSION(raygen_session_generate(h.session, unreadable_as<raygen_string>(), 1025,
                                             nullptr, &result, error)),
          "1025 prompts");
  limited(EXPRESSION(raygen_session_encode_text(h.session, unreadable_as<raygen_string>(), 1025,
                                                &embedding, error)),
          "1025 prompts");
  raygen_options options;
  raygen_options_init(&options);
  options.overrides = unreadable_as<raygen_string>();
  options.override_count = too_many;
  Out<char> text;
  limited(EXPRESSION(raygen_config_print(nullptr, &options, &text, error)), "overrides is 65537");
  raygen_training_options training;
  raygen_training_options_init(&training);
  training.overrides = unreadable_as<raygen_string>();
  training.override_count = SIZE_MAX;
  limited(EXPRESSION(raygen_training_run(&training, error)), "overrides");
  raygen_table_source table;
  raygen_table_source_init(&table);
  table.csv = unreadable_as<raygen_string>();
  table.csv_count = too_many;
  limited(EXPRESSION(raygen_dataset_prepare_table(&table, nullptr, "x", 1, nullptr, error)),
          "csv_count is 65537");
  const raygen_string csv{"x", 1};
  table.csv = &csv;
  table.csv_count = 1;
  table.label_columns = unreadable_as<raygen_string>();
  table.label_column_count = too_many;
  limited(EXPRESSION(raygen_dataset_prepare_table(&table, nullptr, "x", 1, nullptr, error)),
          "label_columns is 65537");
}

TEST_CASE("texts of a caller are measured before they are read") {
  const Handles h;
  const char* const lost = unreadable_as<char>();
  const raygen_string prompt{lost, (64 << 10) + 1};
  Out<raygen_result> result;
  Out<raygen_embedding> embedding;
  Out<raygen_model> model;
  Out<raygen_image> image;
  Out<char> text;
  std::size_t count = 0;
  limited(EXPRESSION(raygen_session_generate(h.session, &prompt, 1, nullptr, &result, error)),
          "prompts[0] is 65537 bytes long");
  limited(EXPRESSION(raygen_session_encode_text(h.session, &prompt, 1, &embedding, error)),
          "prompts[0] is 65537 bytes long");
  limited(EXPRESSION(raygen_model_count_tokens(h.model, prompt.data, prompt.length, &count, error)),
          "65537");
  limited(
      EXPRESSION(raygen_config_resolve(h.model, nullptr, prompt.data, prompt.length, &text, error)),
      "65537");
  limited(EXPRESSION(raygen_model_open(lost, too_long, nullptr, &model, error)),
          "path is 67108865");
  limited(EXPRESSION(raygen_image_set_text(h.image, "k", 1, lost, too_long, error)),
          "text is 67108865");
  limited(EXPRESSION(
              raygen_image_read_memory(lost, (std::size_t{16} << 30) + 1, nullptr, &image, error)),
          "17179869185");
  limited(EXPRESSION(raygen_bundle_create_random("x", 1, nullptr, 0, lost, too_long, 0, 0, error)),
          "vocabulary_length");
  raygen_options options;
  raygen_options_init(&options);
  options.config = {lost, too_long};
  limited(EXPRESSION(raygen_config_print(nullptr, &options, &text, error)), "config is 67108865");
}

TEST_CASE("values of a caller are counted before memory is taken for them") {
  const Handles h;
  const std::int64_t shape[] = {1 << 16, 1 << 16, 2};
  limited(EXPRESSION(raygen_tensors_add(h.tensors, "t", 1, RAYGEN_DTYPE_FLOAT32, shape, 3,
                                        unreadable(), error)),
          "tensor \"t\"");
  Out<raygen_image> image;
  limited(EXPRESSION(raygen_image_create(8193, 8193, 3, unreadable_as<float>(), &image, error)),
          "8193 x 8193");
  Out<raygen_sampler> sampler;
  limited(EXPRESSION(raygen_sampler_create(1024, 1024, 8, 1024, nullptr, &sampler, error)),
          "the number of the sampler's bytes");
  Out<raygen_condition> condition;
  limited(EXPRESSION(raygen_condition_create_from_values(h.session, unreadable_as<float>(), 1, 4097,
                                                         32, &condition, error)),
          "4097");
  limited(EXPRESSION(raygen_condition_create_from_values(h.session, unreadable_as<float>(), 1025, 1,
                                                         32, &condition, error)),
          "1025");
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_CASE("memory that runs out is told as that, whoever asked for it") {
  const Handles h;
  rlimit before;
  REQUIRE(::getrlimit(RLIMIT_AS, &before) == 0);
  const rlimit small{rlim_t{1} << 20, before.rlim_max};  // less than there is already
  const auto starved = [&](const auto& function) {
    REQUIRE(::setrlimit(RLIMIT_AS, &small) == 0);
    const raygen_status status = function();
    ::setrlimit(RLIMIT_AS, &before);
    CHECK(status == RAYGEN_ERROR_OUT_OF_MEMORY);
  };
  const std::int64_t shape[] = {std::int64_t{1} << 26};
  const std::vector<float> values(std::size_t{1} << 26);
  starved([&] {  // LibTorch's allocator
    return raygen_tensors_add(h.tensors, "t", 1, RAYGEN_DTYPE_FLOAT32, shape, 1, values.data(),
                              nullptr);
  });
  starved([&] {
    raygen_sampler* sampler = nullptr;
    return raygen_sampler_create(1024, 1024, 8, 64, nullptr, &sampler, nullptr);
  });
  starved([&] {  // the standard library's
    raygen_image* image = nullptr;
    return raygen_image_create(8192, 8192, 3, nullptr, &image, nullptr);
  });
  CHECK(raygen_tensors_add(h.tensors, "t", 1, RAYGEN_DTYPE_FLOAT32, shape, 1, values.data(),
                           nullptr) == RAYGEN_OK);
}
#endif
