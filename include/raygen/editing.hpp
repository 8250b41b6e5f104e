#pragma once
// Where and how a film is edited; Generator does it.
//
//   const raygen::Image film = raygen::Image::read("film.png");
//   raygen::Edit edit;
//   edit.boxes = {{60, 64, 48, 40}};                  // x, y, width, height
//   auto generator = raygen::Generator::load("models/phantom-128");
//   generator.edit(film, edit, {"Small left pleural effusion."})[0].write_png("edited.png");

#include "image.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace raygen {

/// A rectangle of pixels; x and y are those of its first one.
struct Box {
  std::int32_t x = 0, y = 0, width = 0, height = 0;
};

/// Pixels that are added on each side of a film.
struct Outpaint {
  std::int32_t left = 0, top = 0, right = 0, bottom = 0;
};

/// How much of a film the model looks at.
enum class EditRegion : std::int32_t {
  /// The largest square that holds the mask: the sizes of things are those that the model has
  /// learned.
  film = RAYGEN_EDIT_REGION_FILM,
  /// A square around the mask: sharper, with less around it.
  mask = RAYGEN_EDIT_REGION_MASK
};

/// A mask, boxes and outpainted pixels together, at least one of them.
struct Edit {
  static constexpr std::int32_t automatic_feather = RAYGEN_FEATHER_AUTO;

  /// Of the film's size: what is at least half as bright as its brightest pixel may change. Must
  /// outlive the call.
  const Image* mask = nullptr;
  std::vector<Box> boxes;  ///< inside the film: may change too
  Outpaint outpaint;
  std::int32_t grow = 0;  ///< pixels by which all that reaches further than it is drawn
  /// Pixels inside the edge over which the new picture fades in, ≥ 0; automatic: half the side of a
  /// token's cell.
  std::int32_t feather = automatic_feather;
  EditRegion region = EditRegion::film;
};

namespace detail {

/// An edit in the C ABI's form. Alive during one call.
class RawEdit {
 public:
  explicit RawEdit(const Edit& edit) {
    boxes_.reserve(edit.boxes.size());
    for (const Box& box : edit.boxes) boxes_.push_back({box.x, box.y, box.width, box.height});
    raygen_edit_options_init(&raw_);
    raw_.mask = edit.mask != nullptr ? edit.mask->get() : nullptr;
    raw_.boxes = boxes_.data();
    raw_.box_count = boxes_.size();
    raw_.outpaint_left = edit.outpaint.left;
    raw_.outpaint_top = edit.outpaint.top;
    raw_.outpaint_right = edit.outpaint.right;
    raw_.outpaint_bottom = edit.outpaint.bottom;
    raw_.grow = edit.grow;
    raw_.feather = edit.feather;
    raw_.region = static_cast<raygen_edit_region>(edit.region);
  }
  RawEdit(const RawEdit&) = delete;
  RawEdit& operator=(const RawEdit&) = delete;

  const raygen_edit_options* get() const noexcept { return &raw_; }

 private:
  std::vector<raygen_box> boxes_;
  raygen_edit_options raw_;
};

}  // namespace detail
}  // namespace raygen
