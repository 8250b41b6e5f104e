// The C ABI as a careless caller uses it: wrong sizes, wrong enums, values outside their ranges.
// Each an error that says so.

#include "calls.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

TEST_CASE("structs of the wrong size") {
  Handles h;
  const std::string& path = tiny_bundle();
  Out<raygen_model> model;
  raygen_model_options model_options;
  raygen_model_options_init(&model_options);
  model_options.struct_size = 8;
  refused(EXPRESSION(raygen_model_open(path.data(), path.size(), &model_options, &model, error)),
          "raygen_model_options.struct_size is 8");
  raygen_limits limits;
  raygen_limits_init(&limits);
  limits.struct_size = 0;
  model_options.struct_size = sizeof model_options;
  model_options.limits = &limits;
  refused(EXPRESSION(raygen_model_open(path.data(), path.size(), &model_options, &model, error)),
          "raygen_limits.struct_size is 0");
  Out<raygen_image> image;
  refused(EXPRESSION(raygen_image_read("x", 1, &limits, &image, error)),
          "raygen_limits.struct_size is 0");
  Out<raygen_tensors> tensors;
  refused(EXPRESSION(raygen_tensors_read("x", 1, &limits, &tensors, error)),
          "raygen_limits.struct_size is 0");
  raygen_model_info info;
  raygen_model_info_init(&info);
  info.struct_size = 4;
  refused(EXPRESSION(raygen_model_get_info(h.model, &info, error)),
          "raygen_model_info.struct_size is 4");
  raygen_png_options png;
  raygen_png_options_init(&png);
  png.struct_size = 1;
  refused(EXPRESSION(raygen_image_write_png(h.image, "x.png", 5, &png, error)),
          "raygen_png_options.struct_size is 1");
  raygen_dicom_options dicom;
  raygen_dicom_options_init(&dicom);
  dicom.struct_size = 8;
  refused(EXPRESSION(raygen_image_write_dicom(h.image, "x.dcm", 5, &dicom, nullptr, error)),
          "raygen_dicom_options.struct_size is 8");
  raygen_dicom_options_init(&dicom);
  dicom.limits = &limits;
  refused(EXPRESSION(raygen_image_write_dicom(h.image, "x.dcm", 5, &dicom, nullptr, error)),
          "raygen_limits.struct_size is 0");
  raygen_options options;
  raygen_options_init(&options);
  options.struct_size = 50;
  Out<raygen_result> result;
  refused(EXPRESSION(raygen_session_generate(h.session, &h.prompt, 1, &options, &result, error)),
          "raygen_options.struct_size is 50");
  Out<raygen_sampler> sampler;
  refused(EXPRESSION(raygen_sampler_create(8, 8, 40, 1, &options, &sampler, error)),
          "raygen_options.struct_size is 50");
  raygen_convert_options convert;
  raygen_convert_options_init(&convert);
  convert.struct_size = 0;
  refused(EXPRESSION(raygen_bundle_convert(&convert, "out", 3, nullptr, error)),
          "raygen_convert_options.struct_size is 0");
  raygen_tensor_view view;
  raygen_tensor_view_init(&view);
  view.struct_size = 55;
  refused(EXPRESSION(raygen_tensors_get(h.tensors, 0, &view, error)),
          "raygen_tensor_view.struct_size is 55");
  raygen_error small;
  raygen_error_init(&small);
  small.struct_size = 16;
  small.message[0] = 'x';
  raygen_job* job = nullptr;
  CHECK(raygen_job_create(&job, &small) == RAYGEN_ERROR_INVALID_ARGUMENT);
  CHECK(job == nullptr);
  CHECK(small.message[0] == 'x');
}

TEST_CASE("an _init that is told an absurd size writes nothing") {
  raygen_options options;
  raygen_options_init(&options);
  options.seed = 5;
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{7}, std::size_t{65537}, std::size_t{1} << 40, SIZE_MAX}) {
    (raygen_options_init)(&options, size);
    CHECK(options.struct_size == sizeof options);
    CHECK(options.seed == 5);
  }
  std::vector<char> later(65536 + 64,
                          'x');  // a struct of some later version, and what lies behind it
  auto* longer = reinterpret_cast<raygen_options*>(later.data());
  (raygen_options_init)(longer, 65536);
  CHECK(longer->struct_size == 65536);
  CHECK(longer->images_per_prompt == 1);
  CHECK(later[sizeof options] == 0);
  CHECK(later[65535] == 0);
  CHECK(later[65536] == 'x');
}

TEST_CASE("a length that no memory has is refused unread") {
  raygen_training_options options;
  raygen_training_options_init(&options);
  options.config = {"x", SIZE_MAX};
  char* yaml = nullptr;
  refused(EXPRESSION(raygen_training_print(&options, &yaml, error)), "config is");
}

TEST_CASE("misaligned arrays and structs") {
  Handles h;
  alignas(8) char room[4096] = {};
  const auto* floats = reinterpret_cast<const float*>(room + 2);
  const auto* integers = reinterpret_cast<const std::int32_t*>(room + 2);
  raygen_image* image = nullptr;
  refused(EXPRESSION(raygen_image_create(2, 2, 1, floats, &image, error)),
          "pixels is at an address that is no multiple of 4");
  refused(EXPRESSION(raygen_session_decode_tokens(h.session, integers, 64, &image, error)),
          "tokens is at an address that is no multiple of 4");
  raygen_condition* condition = nullptr;
  refused(EXPRESSION(
              raygen_condition_create_from_values(h.session, floats, 1, 24, 32, &condition, error)),
          "values is at an address that is no multiple of 4");
  raygen_result* result = nullptr;
  const auto* options = reinterpret_cast<const raygen_options*>(room + 4);
  refused(EXPRESSION(raygen_session_generate(h.session, &h.prompt, 1, options, &result, error)),
          "options is at an address that is no multiple of 8");
  raygen_options good;
  raygen_options_init(&good);
  good.job = reinterpret_cast<raygen_job*>(room + 1);
  refused(EXPRESSION(raygen_session_generate(h.session, &h.prompt, 1, &good, &result, error)),
          "job is at an address that is no multiple of");
  auto* error = reinterpret_cast<raygen_error*>(room + 4);
  raygen_job* job = nullptr;
  CHECK(raygen_job_create(&job, error) == RAYGEN_ERROR_INVALID_ARGUMENT);
}

TEST_CASE("options outside their ranges") {
  Handles h;
  const auto refuse = [&](const std::function<void(raygen_options&)>& change,
                          const std::string& part) {
    raygen_options options;
    raygen_options_init(&options);
    change(options);
    Out<raygen_result> result;
    refused(EXPRESSION(raygen_session_generate(h.session, &h.prompt, 1, &options, &result, error)),
            part);
    Out<raygen_sampler> sampler;
    refused(EXPRESSION(raygen_sampler_create(8, 8, 40, 1, &options, &sampler, error)), part);
  };
  for (const std::string text :
       {"steps=0", "steps=1025", "temperature=-1", "temperature=nan", "temperature=inf",
        "top_k_threshold=1", "top_k_threshold=-0.1", "guidance_scale=-0.5", "guidance_scale=101",
        "schedule=sigmoid", "position_choice=-1", "token_choice=none", "preset=none", "stesp=3",
        "steps"}) {
    const raygen_string assignment{text.data(), text.size()};
    refuse(
        [&](raygen_options& o) {
          o.overrides = &assignment;
          o.override_count = 1;
        },
        text.substr(0, text.find('=')));
  }
  refuse([](raygen_options& o) { o.override_count = 1; }, "overrides is NULL");
  const raygen_string latin1{"steps=\xe9", 7};
  refuse(
      [&](raygen_options& o) {
        o.overrides = &latin1;
        o.override_count = 1;
      },
      "overrides[0] is not UTF-8 at byte 6");
  refuse([](raygen_options& o) { o.config = {nullptr, 3}; }, "config is NULL");
  refuse([](raygen_options& o) { o.images_per_prompt = 0; }, "images_per_prompt is 0");
  refuse([](raygen_options& o) { o.batch_size = -3; }, "batch_size is -3");
  refuse([](raygen_options& o) { o.preview = 2; }, "preview is 2");
  refuse([](raygen_options& o) { o.first_image = UINT64_MAX; },
         "first_image is 18446744073709551615");
}

TEST_CASE("model options outside their ranges") {
  const auto refuse = [&](const std::function<void(raygen_model_options&, raygen_limits&)>& change,
                          const std::string& part,
                          raygen_status status = RAYGEN_ERROR_INVALID_ARGUMENT) {
    raygen_limits limits;
    raygen_limits_init(&limits);
    raygen_model_options options;
    raygen_model_options_init(&options);
    options.limits = &limits;
    change(options, limits);
    Out<raygen_model> model;
    const std::string& path = tiny_bundle();
    refused(EXPRESSION(raygen_model_open(path.data(), path.size(), &options, &model, error)), part,
            status);
  };
  refuse([](raygen_model_options& o, raygen_limits&) { o.device = 3; }, "device is 3");
  refuse([](raygen_model_options& o, raygen_limits&) { o.device = -1; }, "device is -1");
  refuse([](raygen_model_options& o, raygen_limits&) { o.device_index = -1; },
         "device_index is -1");
  refuse([](raygen_model_options& o, raygen_limits&) { o.precision = 9; }, "precision is 9");
  refuse([](raygen_model_options& o, raygen_limits&) { o.threads = 0; }, "threads is 0");
  refuse([](raygen_model_options& o, raygen_limits&) { o.threads = 1025; }, "threads is 1025");
  refuse([](raygen_model_options& o, raygen_limits&) { o.verify = -1; }, "verify is -1");
  refuse([](raygen_model_options&, raygen_limits& l) { l.max_batch = 0; },
         "raygen_limits.max_batch is 0");
  refuse([](raygen_model_options&, raygen_limits& l) { l.max_file_bytes = 100; }, "100",
         RAYGEN_ERROR_LIMIT);
  refuse([](raygen_model_options&, raygen_limits& l) { l.max_memory_bytes = 1000; }, "1000",
         RAYGEN_ERROR_LIMIT);
}

TEST_CASE("strings with zeros, paths that are none, text that is none") {
  Handles h;
  Out<raygen_model> model;
  refused(EXPRESSION(raygen_model_open("a\0b", 3, nullptr, &model, error)), "zero at byte 1 of 3");
  refused(EXPRESSION(raygen_model_open("/no/such/model", 14, nullptr, &model, error)),
          "/no/such/model", RAYGEN_ERROR_IO);
  const raygen_string zero{"a\0b", 3}, blank{" \n", 2}, none{nullptr, 0};
  Out<raygen_embedding> text;
  refused(EXPRESSION(raygen_session_encode_text(h.session, &zero, 1, &text, error)),
          "prompts[0] holds a zero");
  const raygen_string latin1{"\xc9panchement", 11};
  refused(EXPRESSION(raygen_session_encode_text(h.session, &latin1, 1, &text, error)),
          "prompts[0] is not UTF-8 at byte 0");
  refused(EXPRESSION(raygen_session_encode_text(h.session, &blank, 1, &text, error)), "empty");
  refused(EXPRESSION(raygen_session_encode_text(h.session, &none, 1, &text, error)), "empty");
  refused(EXPRESSION(raygen_session_encode_text(h.session, &h.prompt, 0, &text, error)),
          "0 prompts");
  const std::string megabyte(1 << 20, 'x');
  const raygen_string huge{megabyte.data(), megabyte.size()};
  refused(EXPRESSION(raygen_session_encode_text(h.session, &huge, 1, &text, error)), "1048576",
          RAYGEN_ERROR_LIMIT);
  Out<raygen_result> result;
  refused(EXPRESSION(raygen_session_generate(h.session, &huge, 1, nullptr, &result, error)),
          "1048576", RAYGEN_ERROR_LIMIT);
  refused(EXPRESSION(raygen_session_generate(h.session, &blank, 1, nullptr, &result, error)),
          "empty");
  raygen_options options;
  raygen_options_init(&options);
  options.images_per_prompt = 1025;
  refused(EXPRESSION(raygen_session_generate(h.session, &h.prompt, 1, &options, &result, error)),
          "1025", RAYGEN_ERROR_LIMIT);
  refused(EXPRESSION(raygen_image_set_text(h.image, "", 0, "t", 1, error)), "keyword");
  refused(EXPRESSION(raygen_image_set_text(h.image, "two\nlines", 9, "t", 1, error)), "keyword");
  refused(EXPRESSION(raygen_image_set_text(h.image, "k", 1, "\xff", 1, error)), "UTF-8");
  for (const std::string wrong : {" a", "a ", "a  b", "\xe2\x82\xac", "a\x7f"})
    refused(EXPRESSION(raygen_image_set_text(h.image, wrong.data(), wrong.size(), "t", 1, error)),
            "keyword");
  const std::string longest(79, 'k'), longer(80, 'k');
  refused(EXPRESSION(raygen_image_set_text(h.image, longer.data(), 80, "t", 1, error)), "keyword");
  CHECK(
      call(EXPRESSION(raygen_image_set_text(h.image, longest.data(), 79, "t", 1, error))).status ==
      RAYGEN_OK);
  CHECK(raygen_image_get_text(h.image, longest.data(), 79) == std::string("t"));
  CHECK(raygen_image_get_text(h.image, longest.data(), 78) == nullptr);
  CHECK(raygen_image_get_text(h.image, "k", 1) == nullptr);
  CHECK(raygen_image_get_text(h.image, nullptr, 0) == nullptr);
  size_t count = 77;
  refused(EXPRESSION(
              raygen_model_count_tokens(h.model, megabyte.data(), megabyte.size(), &count, error)),
          "1048576", RAYGEN_ERROR_LIMIT);
  refused(EXPRESSION(raygen_model_count_tokens(h.model, "\xc9", 1, &count, error)),
          "prompt is not UTF-8");
  CHECK(count == 77);
}

TEST_CASE("counts and tokens that do not fit the model") {
  Handles h;
  std::vector<std::int32_t> tokens(64, 0), positions{0, 64};
  std::vector<float> numbers(64 * 40);
  Out<raygen_image> image;
  refused(EXPRESSION(raygen_session_decode_tokens(h.session, tokens.data(), 63, &image, error)),
          "token_count is 63; N = 64");
  refused(EXPRESSION(raygen_session_encode_image(h.session, h.image, tokens.data(), 65, nullptr, 0,
                                                 error)),
          "token_count is 65; N = 64");
  refused(EXPRESSION(raygen_session_encode_image(h.session, h.image, tokens.data(), 64,
                                                 numbers.data(), 10, error)),
          "feature_count is 10; z x N = 512");
  const auto logits = [&](std::size_t token_count, const std::int32_t* places,
                          std::size_t place_count, std::size_t logit_count) {
    return [&, token_count, places, place_count, logit_count](raygen_error* error) {
      return raygen_session_logits(h.session, h.condition, tokens.data(), token_count, places,
                                   place_count, numbers.data(), logit_count, error);
    };
  };
  refused(logits(1, nullptr, 0, 64 * 40), "token_count is 1; B x N = 64");
  refused(logits(64, nullptr, 0, 64 * 39), "logit_count is 2496; B x n x V = 2560");
  refused(logits(64, positions.data(), 0, 40), "position_count is 0");
  refused(logits(64, positions.data(), 65, 65 * 40), "position_count is 65");
  refused(logits(64, positions.data(), 2, 80), "64");
  tokens[5] = 41;
  refused(logits(64, nullptr, 0, 64 * 40), "41");
  tokens[5] = 40;  // the mask has logits but no picture
  CHECK(call(logits(64, nullptr, 0, 64 * 40)).status == RAYGEN_OK);
  refused(EXPRESSION(raygen_session_decode_tokens(h.session, tokens.data(), 64, &image, error)),
          "40");
  tokens[5] = -1;
  refused(EXPRESSION(raygen_session_decode_tokens(h.session, tokens.data(), 64, &image, error)),
          "-1");

  Out<raygen_condition> condition;
  refused(EXPRESSION(raygen_condition_create_from_values(h.session, numbers.data(), 1, 24, 31,
                                                         &condition, error)),
          "31");
  refused(EXPRESSION(raygen_condition_create_from_values(h.session, numbers.data(), 0, 24, 32,
                                                         &condition, error)),
          "0");
  refused(EXPRESSION(raygen_condition_create_from_values(h.session, numbers.data(), 1, SIZE_MAX, 32,
                                                         &condition, error)),
          "tokens long", RAYGEN_ERROR_LIMIT);
  numbers[3] = std::nanf("");
  refused(EXPRESSION(raygen_condition_create_from_values(h.session, numbers.data(), 1, 24, 32,
                                                         &condition, error)),
          "NaN", RAYGEN_ERROR_NUMERIC);

  Handles other;
  refused(EXPRESSION(raygen_session_logits(other.session, h.condition, tokens.data(), 64, nullptr,
                                           0, numbers.data(), 64 * 40, error)),
          "another model");
}

TEST_CASE("samplers outside their ranges") {
  Handles h;
  Out<raygen_sampler> sampler;
  refused(EXPRESSION(raygen_sampler_create(0, 8, 40, 1, nullptr, &sampler, error)),
          "the grid is 0 x 8");
  refused(EXPRESSION(raygen_sampler_create(8, -1, 40, 1, nullptr, &sampler, error)),
          "the grid is 8 x -1");
  refused(EXPRESSION(raygen_sampler_create(INT32_MAX, INT32_MAX, 40, 1, nullptr, &sampler, error)),
          "the grid is 2147483647 x 2147483647");
  refused(EXPRESSION(raygen_sampler_create(8, 8, 0, 1, nullptr, &sampler, error)),
          "codebook_size is 0");
  refused(EXPRESSION(raygen_sampler_create(8, 8, INT32_MAX, 1, nullptr, &sampler, error)),
          "codebook_size is");
  refused(EXPRESSION(raygen_sampler_create(8, 8, 40, 0, nullptr, &sampler, error)), "batch is 0");
  refused(EXPRESSION(raygen_sampler_create(8, 8, 40, SIZE_MAX, nullptr, &sampler, error)),
          "batch is");
  std::vector<float> logits(64 * 40, 0.5F);
  refused(EXPRESSION(raygen_sampler_step(h.sampler, logits.data(), 40, error)),
          "logit_count is 40");
  logits[7] = std::numeric_limits<float>::infinity();
  refused(EXPRESSION(raygen_sampler_step(h.sampler, logits.data(), 64 * 40, error)), "infinity",
          RAYGEN_ERROR_NUMERIC);
  logits[7] = 0;
  while (raygen_sampler_done(h.sampler) == 0) {
    const std::size_t count = raygen_sampler_masked_count(h.sampler) * 40;
    REQUIRE(call(EXPRESSION(raygen_sampler_step(h.sampler, logits.data(), count, error))).status ==
            RAYGEN_OK);
  }
  CHECK(raygen_sampler_step_index(h.sampler) == 18);
  CHECK(raygen_sampler_masked_count(h.sampler) == 0);
  for (std::size_t i = 0; i < 64; ++i)
    CHECK((raygen_sampler_tokens(h.sampler)[i] >= 0 && raygen_sampler_tokens(h.sampler)[i] < 40));
  refused(EXPRESSION(raygen_sampler_step(h.sampler, logits.data(), 0, error)), "done");
}

TEST_CASE("images, tensors and the rest outside their ranges") {
  Handles h;
  Out<raygen_image> image;
  refused(EXPRESSION(raygen_image_create(0, 4, 1, nullptr, &image, error)), "0 x 4");
  refused(EXPRESSION(raygen_image_create(4, -1, 1, nullptr, &image, error)), "4 x -1");
  refused(EXPRESSION(raygen_image_create(4, 4, 2, nullptr, &image, error)), "channels is 2");
  refused(EXPRESSION(raygen_image_create(INT32_MAX, INT32_MAX, 3, nullptr, &image, error)), "limit",
          RAYGEN_ERROR_LIMIT);
  for (const float wrong : {-0.1F, 255.0F, std::nanf("")}) {
    refused(EXPRESSION(raygen_image_create(1, 1, 1, &wrong, &image, error)), "pixels[0] is");
  }
  raygen_png_options png;
  raygen_png_options_init(&png);
  png.bit_depth = 4;
  refused(EXPRESSION(raygen_image_write_png(h.image, "x.png", 5, &png, error)), "bit_depth is 4");
  const auto refused_dicom = [&](auto set, const std::string& what) {
    raygen_dicom_options dicom;
    raygen_dicom_options_init(&dicom);
    set(dicom);
    refused(EXPRESSION(raygen_image_write_dicom(h.image, "x.dcm", 5, &dicom, nullptr, error)),
            what);
  };
  refused_dicom([](auto& dicom) { dicom.sop_class = 2; }, "sop_class is 2");
  refused_dicom([](auto& dicom) { dicom.annotation = -1; }, "annotation is -1");
  refused_dicom([](auto& dicom) { dicom.derived_from_template = 2; }, "derived_from_template is 2");
  refused_dicom([](auto& dicom) { dicom.bit_depth = 0; }, "bit_depth is 0");
  refused_dicom([](auto& dicom) { dicom.pixel_spacing = 0; }, "pixel_spacing is 0");
  refused_dicom(
      [](auto& dicom) {
        dicom.series_description = {"\xff", 1};
      },
      "series_description is not UTF-8");
  refused_dicom([](auto& dicom) { dicom.study_uid = {"1..2", 4}; }, "study_uid is no UID");

  const float value = 1;
  const std::int64_t negative[] = {-1}, huge[] = {INT64_MAX, 2}, one[] = {1};
  refused(EXPRESSION(raygen_tensors_add(h.tensors, "n", 1, 5, one, 1, &value, error)),
          "dtype is 5");
  refused(EXPRESSION(raygen_tensors_add(h.tensors, "n", 1, 0, negative, 1, &value, error)),
          "shape[0] is -1");
  refused(EXPRESSION(raygen_tensors_add(h.tensors, "n", 1, 0, huge, 2, &value, error)),
          "more elements");
  refused(EXPRESSION(raygen_tensors_add(h.tensors, "n", 1, 0, one, 65, &value, error)),
          "rank is 65");
  refused(EXPRESSION(raygen_tensors_add(h.tensors, "", 0, 0, one, 1, &value, error)),
          "name is empty");
  raygen_tensor_view view;
  raygen_tensor_view_init(&view);
  refused(EXPRESSION(raygen_tensors_get(h.tensors, 0, &view, error)), "there are 0");
  refused(EXPRESSION(raygen_model_prepare(h.model, 32, error)), "parts is 0x20");
  refused(EXPRESSION(raygen_bundle_create_random("x", 1, "{}", 2, nullptr, 0, 0, 0, error)),
          "no part", RAYGEN_ERROR_FORMAT);
  refused(EXPRESSION(raygen_bundle_create_random("x", 1, "{", 1, nullptr, 0, 0, 0, error)),
          "architecture", RAYGEN_ERROR_FORMAT);
  refused(EXPRESSION(raygen_bundle_create_random(tiny_bundle().data(), tiny_bundle().size(),
                                                 nullptr, 0, nullptr, 0, 0, 2, error)),
          "overwrite is 2");
  const std::string tiny = tiny_architecture();
  refused(
      EXPRESSION(raygen_bundle_create_random(tiny_bundle().data(), tiny_bundle().size(),
                                             tiny.data(), tiny.size(), nullptr, 0, 0, 0, error)),
      tiny_bundle(), RAYGEN_ERROR_IO);
  raygen_convert_options convert;
  raygen_convert_options_init(&convert);
  char* warnings = nullptr;
  refused(EXPRESSION(raygen_bundle_convert(&convert, "out", 3, &warnings, error)),
          "decoder is empty");
  convert.decoder = {"none.ckpt", 9};
  refused(EXPRESSION(raygen_bundle_convert(&convert, "out", 3, &warnings, error)),
          "vqgan is empty");
  convert.vqgan = {"none.ckpt", 9};
  convert.heads = 0;
  refused(EXPRESSION(raygen_bundle_convert(&convert, "out", 3, &warnings, error)), "heads is 0");
  convert.heads = RAYGEN_HEADS_INFER;
  refused(EXPRESSION(raygen_bundle_convert(&convert, "out", 3, &warnings, error)), "none.ckpt",
          RAYGEN_ERROR_IO);
  CHECK(warnings == nullptr);
}

TEST_CASE("a long message is cut between characters, foreign bytes are replaced") {
  std::string path;
  for (int i = 0; i < 900; ++i) path += "é";
  raygen_model* model = nullptr;
  for (const std::string& prefix : {std::string(), std::string("x")}) {
    const std::string name = prefix + path;
    const Outcome outcome =
        call(EXPRESSION(raygen_model_open(name.data(), name.size(), nullptr, &model, error)));
    CHECK(outcome.status != RAYGEN_OK);
    CHECK(outcome.message.size() < sizeof(raygen_error::message));
    CHECK(outcome.message.size() >= sizeof(raygen_error::message) - 2);
    CHECK(outcome.message.substr(outcome.message.size() - 2) == "é");
  }
  const Outcome outcome =
      call(EXPRESSION(raygen_model_open("none\xff", 5, nullptr, &model, error)));
  CHECK(outcome.message.find("none?") != std::string::npos);
}

TEST_CASE("a device is measured with what it can do") {
  double gflops = 0;
  refused(EXPRESSION(raygen_device_measure(7, 0, 1, 1, &gflops, error)), "device is 7");
  refused(EXPRESSION(raygen_device_measure(1, 128, 1, 1, &gflops, error)), "device_index is 128");
  refused(EXPRESSION(raygen_device_measure(1, 0, 4, 1, &gflops, error)), "precision is 4");
  refused(EXPRESSION(raygen_device_measure(1, 0, 1, 0, &gflops, error)), "threads is 0");
}

TEST_CASE("versions and statuses have words") {
  CHECK(std::string(raygen_version()) == "0.2.0");
  CHECK(raygen_abi_version() == RAYGEN_ABI_VERSION);
  const std::string info = raygen_build_info();
  for (const char* key :
       {"\"version\":\"0.2.0\"", "\"compiler\"", "\"libtorch\"", "\"cpu\"", "\"cuda\""}) {
    CHECK(info.find(key) != std::string::npos);
  }
  for (raygen_status status = 0; status <= 10; ++status)
    CHECK(std::string(raygen_status_message(status)) != raygen_status_message(99));
}
