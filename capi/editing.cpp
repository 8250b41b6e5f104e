#include "generation/editing.hpp"

#include "result.hpp"

namespace raygen::capi {
namespace {

engine::Film film_of(const raygen_image* image) {
  const raygen_image& film = required(image, "image");
  return {film.image, film.source_sha256};
}

std::vector<engine::Box> boxes_of(const raygen_edit_options& edit) {
  expect_at_most(edit.box_count, engine::Limits::max_strings, "box_count");
  if (edit.box_count > 0) required(edit.boxes, "boxes");
  std::vector<engine::Box> boxes;
  for (std::size_t i = 0; i < edit.box_count; ++i) {
    const raygen_box& box = edit.boxes[i];
    boxes.push_back({box.x, box.y, box.width, box.height});
  }
  return boxes;
}

engine::EditOptions edit_of(const raygen_edit_options* given_edit) {
  const raygen_edit_options raw =
      given(given_edit, "edit", "raygen_edit_options", raygen_edit_options_init);
  engine::EditOptions edit;
  if (raw.mask != nullptr) {
    const raygen_image& mask = required(raw.mask, "mask");
    edit.mask = &mask.image;
    edit.mask_sha256 = mask.source_sha256;
  }
  edit.boxes = boxes_of(raw);
  edit.outpaint = {raw.outpaint_left, raw.outpaint_top, raw.outpaint_right, raw.outpaint_bottom};
  edit.grow = raw.grow;
  edit.feather = raw.feather;
  edit.region =
      static_cast<engine::EditRegion>(choice(raw.region, RAYGEN_EDIT_REGION_MASK, "region"));
  return edit;
}

}  // namespace
}  // namespace raygen::capi

using namespace raygen::capi;

extern "C" {

raygen_status raygen_session_edit(raygen_session* session, const raygen_image* image,
                                  const raygen_edit_options* edit, const raygen_string* prompts,
                                  size_t count, const raygen_options* options,
                                  raygen_result** result, raygen_error* error) {
  clear(result);
  return guard(error, [&] {
    const Turn turn(session);
    raygen_result*& out = required(result, "result");
    const raygen::engine::Film film = film_of(image);
    const raygen::engine::EditOptions where = edit_of(edit);
    const raygen::engine::GenerateOptions wanted = generation_of(turn, options, count);
    const auto texts = prompts_of(prompts, count, turn.limits());
    out = make_result(raygen::engine::edit(*turn, film, where, texts, wanted));
  });
}

raygen_status raygen_session_vary(raygen_session* session, const raygen_image* image,
                                  double strength, const raygen_string* prompts,
                                  size_t prompt_count, const raygen_options* options,
                                  raygen_result** result, raygen_error* error) {
  clear(result);
  return guard(error, [&] {
    const Turn turn(session);
    raygen_result*& out = required(result, "result");
    const raygen::engine::Film film = film_of(image);
    const raygen::engine::GenerateOptions wanted =
        generation_of(turn, options, std::max<std::size_t>(prompt_count, 1));
    std::vector<std::string_view> texts;
    if (prompt_count > 0) texts = prompts_of(prompts, prompt_count, turn.limits());
    out = make_result(raygen::engine::vary(*turn, film, strength, texts, wanted));
  });
}

void(raygen_edit_options_init)(raygen_edit_options* edit, size_t struct_size) {
  raygen_edit_options value{};
  value.feather = RAYGEN_FEATHER_AUTO;
  initialize(edit, struct_size, value);
}

}  // extern "C"
