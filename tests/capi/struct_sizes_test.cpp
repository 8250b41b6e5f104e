// Every struct of the C ABI in every size that a caller of another version may pass, in and out.

#include "../../capi/first_sizes.hpp"
#include "calls.hpp"

#include <cstdlib>
#include <cstring>
#include <memory>

using raygen::capi::first_size;

namespace {

/// A struct in memory of exactly `size` bytes. What lies beyond the library's own struct is marked.
template <typename T>
class Sized {
 public:
  Sized(std::size_t size, void (*initialize)(T*, std::size_t))
      : size_(size), data_(std::malloc(size)) {
    initialize(get(), size);
    if (size > sizeof(T)) std::memset(tail(), 'x', size - sizeof(T));
  }
  ~Sized() { std::free(data_); }
  Sized(const Sized&) = delete;
  Sized& operator=(const Sized&) = delete;

  T* get() const { return static_cast<T*>(data_); }
  void check_untouched(std::size_t given_size) const {
    CHECK(get()->struct_size == given_size);
    for (std::size_t i = sizeof(T); i < size_; ++i)
      CHECK(static_cast<const char*>(data_)[i] == 'x');
  }

 private:
  char* tail() const { return static_cast<char*>(data_) + sizeof(T); }

  std::size_t size_;
  void* data_;
};

/// function(T*, error) is refused because of a size, or it is not.
template <typename T, typename Function>
void every_size(void (*initialize)(T*, std::size_t), Function function) {
  for (std::size_t size = first_size<T>; size <= sizeof(T) + 64; ++size) {
    const Sized<T> value(size, initialize);
    const Outcome outcome = call([&](raygen_error* error) { return function(value.get(), error); });
    INFO("size " << size << ": " << outcome.message);
    CHECK(outcome.message.find("struct_size") == std::string::npos);
    value.check_untouched(size);
  }
  for (const std::size_t size : {std::size_t{0}, first_size<T> - 1, std::size_t{65537}}) {
    const Sized<T> value(sizeof(T), initialize);
    value.get()->struct_size = size;
    refused([&](raygen_error* error) { return function(value.get(), error); },
            "struct_size is " + std::to_string(size));
    value.check_untouched(size);
  }
}
}  // namespace

TEST_CASE("structs that come in") {
  Handles h;
  const std::vector<std::uint8_t> png = raygen::Image(2, 2, 1).encode_png();
  const std::string out = "/nonexistent/out";
  every_size<raygen_limits>(raygen_limits_init, [&](auto* limits, raygen_error* error) {
    raygen_image* image = nullptr;
    const raygen_status status =
        raygen_image_read_memory(png.data(), png.size(), limits, &image, error);
    raygen_image_free(image);
    return status;
  });
  every_size<raygen_model_options>(raygen_model_options_init,
                                   [&](auto* options, raygen_error* error) {
                                     raygen_model* model = nullptr;
                                     return raygen_model_open("none", 4, options, &model, error);
                                   });
  every_size<raygen_png_options>(raygen_png_options_init, [&](auto* options, raygen_error* error) {
    void* bytes = nullptr;
    std::size_t size = 0;
    const raygen_status status = raygen_image_encode_png(h.image, options, &bytes, &size, error);
    raygen_buffer_free(bytes);
    return status;
  });
  every_size<raygen_dicom_options>(
      raygen_dicom_options_init, [&](auto* options, raygen_error* error) {
        void* bytes = nullptr;
        std::size_t size = 0;
        const raygen_status status =
            raygen_image_encode_dicom(h.image, options, &bytes, &size, nullptr, error);
        raygen_buffer_free(bytes);
        return status;
      });
  every_size<raygen_options>(raygen_options_init, [&](auto* options, raygen_error* error) {
    char* yaml = nullptr;
    const raygen_status status = raygen_config_print(h.model, options, &yaml, error);
    raygen_buffer_free(yaml);
    return status;
  });
  every_size<raygen_convert_options>(
      raygen_convert_options_init, [&](auto* options, raygen_error* error) {
        return raygen_bundle_convert(options, out.data(), out.size(), nullptr, error);
      });
  const raygen_string csv{"none.csv", 8};
  raygen_table_source table;
  raygen_table_source_init(&table);
  table.csv = &csv;
  table.csv_count = 1;
  every_size<raygen_prepare_options>(raygen_prepare_options_init, [&](auto* options,
                                                                      raygen_error* error) {
    return raygen_dataset_prepare_table(&table, options, out.data(), out.size(), nullptr, error);
  });
  every_size<raygen_table_source>(raygen_table_source_init, [&](auto* source, raygen_error* error) {
    return raygen_dataset_prepare_table(source, nullptr, out.data(), out.size(), nullptr, error);
  });
  every_size<raygen_mimic_source>(raygen_mimic_source_init, [&](auto* source, raygen_error* error) {
    return raygen_dataset_prepare_mimic(source, nullptr, out.data(), out.size(), nullptr, error);
  });
  every_size<raygen_phantom_options>(
      raygen_phantom_options_init, [&](auto* options, raygen_error* error) {
        options->count = 0;
        return raygen_phantom_write(options, out.data(), out.size(), error);
      });
  const raygen_box box{0, 0, 2, 2};
  every_size<raygen_edit_options>(raygen_edit_options_init, [&](auto* edit, raygen_error* error) {
    edit->boxes = &box;
    edit->box_count = 1;
    raygen_result* result = nullptr;
    const raygen_status status =
        raygen_session_edit(h.session, h.image, edit, &h.prompt, 1, nullptr, &result, error);
    raygen_result_free(result);
    return status;
  });
  every_size<raygen_training_options>(
      raygen_training_options_init, [&](auto* options, raygen_error* error) {
        char* yaml = nullptr;
        const raygen_status status = raygen_training_print(options, &yaml, error);
        raygen_buffer_free(yaml);
        return status;
      });
}

TEST_CASE("structs that go out") {
  Handles h;
  every_size<raygen_model_info>(raygen_model_info_init, [&](auto* info, raygen_error* error) {
    const raygen_status status = raygen_model_get_info(h.model, info, error);
    if (status == RAYGEN_OK) CHECK(info->codebook_size == 40);
    return status;
  });
  const float value = 1;
  REQUIRE(raygen_tensors_add(h.tensors, "scale", 5, RAYGEN_DTYPE_FLOAT32, nullptr, 0, &value,
                             nullptr) == RAYGEN_OK);
  every_size<raygen_tensor_view>(raygen_tensor_view_init, [&](auto* view, raygen_error* error) {
    const raygen_status status = raygen_tensors_get(h.tensors, 0, view, error);
    if (status == RAYGEN_OK) CHECK(view->name == std::string("scale"));
    return status;
  });
  const TemporaryFolder folder;
  raygen::PhantomOptions phantoms;
  phantoms.count = 2;
  phantoms.size = 64;
  raygen::write_phantoms(folder.file("phantoms"), phantoms);
  const std::string path = folder.file("phantoms/phantoms.csv"), out = folder.file("dataset");
  const raygen_string csv{path.data(), path.size()};
  raygen_table_source table;
  raygen_table_source_init(&table);
  table.csv = &csv;
  table.csv_count = 1;
  every_size<raygen_dataset_summary>(
      raygen_dataset_summary_init, [&](auto* summary, raygen_error* error) {
        const raygen_status status =
            raygen_dataset_prepare_table(&table, nullptr, out.data(), out.size(), summary, error);
        if (status == RAYGEN_OK) CHECK(summary->images == 2);
        return status;
      });
}

TEST_CASE("an error of any size") {
  for (std::size_t size = first_size<raygen_error>; size <= sizeof(raygen_error) + 64; ++size) {
    const Sized<raygen_error> error(size, raygen_error_init);
    raygen_model* model = nullptr;
    CHECK(raygen_model_open("none", 4, nullptr, &model, error.get()) == RAYGEN_ERROR_IO);
    CHECK(error.get()->status == RAYGEN_ERROR_IO);
    CHECK(std::strstr(error.get()->message, "none") != nullptr);
    error.check_untouched(size);
    raygen_job* job = nullptr;
    CHECK(raygen_job_create(&job, error.get()) == RAYGEN_OK);
    CHECK(error.get()->message[0] == '\0');
    error.check_untouched(size);
    raygen_job_free(job);
  }
  for (const std::size_t size : {std::size_t{0}, first_size<raygen_error> - 1, SIZE_MAX}) {
    const Sized<raygen_error> error(sizeof(raygen_error), raygen_error_init);
    error.get()->struct_size = size;
    raygen_job* job = nullptr;
    CHECK(raygen_job_create(&job, error.get()) == RAYGEN_ERROR_INVALID_ARGUMENT);
    CHECK(job == nullptr);
    CHECK(error.get()->status == RAYGEN_OK);
  }
}
