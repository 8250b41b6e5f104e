#include "generation/editing.hpp"

#include "compute/host_guard.hpp"
#include "error.hpp"
#include "generation/film_window.hpp"
#include "generation/settings.hpp"
#include "noise/sampling_noise.hpp"
#include "noise/tensor_noise.hpp"
#include "storage/json.hpp"
#include "storage/sha256.hpp"
#include "vqgan/architecture.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

namespace raygen::engine {
namespace {

using Record = nlohmann::ordered_json;  // of how an image was made

/// Of a film that is not a model's as a whole.
constexpr const char* edited_comment =
    "Chest radiograph edited by a model: in part synthetic, not for diagnosis";

template <typename T>
std::string sum_of(const std::vector<T>& values) {
  return sha256_hex({reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)});
}

std::string sum_of(const Film& film) {
  return film.sha256.empty() ? sum_of(film.image.pixels) : film.sha256;
}

void check_no_start(const GenerateOptions& options, const Model& model) {
  check_rejection(options.reject_near, model, /*begun_with_tokens=*/true);
  if (options.start_tokens.defined() || options.editable.defined())
    fail(Status::invalid_argument,
         "start_tokens and editable were given to an edit, which makes its own from the image");
}

void check_film(const Image& image) {
  if (image.width < 1 || image.height < 1 || (image.channels != 1 && image.channels != 3))
    fail(Status::invalid_argument,
         "the image is {} x {} x {}; a picture of 1 or 3 channels was "
         "expected",
         image.width, image.height, image.channels);
}

/// Each of the images fits, and all of them together.
void check_size(std::int64_t width, std::int64_t height, std::int64_t channels, std::size_t images,
                const Limits& limits) {
  constexpr std::int64_t longest = std::int64_t{1} << 31;  // a product of two fits
  const auto pixels = static_cast<std::uint64_t>(width) * static_cast<std::uint64_t>(height);
  if (width >= longest || height >= longest || pixels > limits.max_pixels)
    fail(Status::limit, "the result would be {} x {} pixels, more than the limit of {}", width,
         height, limits.max_pixels);
  const std::uint64_t bytes = pixels * static_cast<std::uint64_t>(channels) * sizeof(float);
  if (images > limits.max_memory_bytes / bytes)
    fail(Status::limit, "{} images of {} bytes would be made; at most {} bytes are allowed", images,
         bytes, limits.max_memory_bytes);
}

void check_window(const FilmWindow& window, const Limits& limits) {
  const auto side = static_cast<std::uint64_t>(window.side);
  if (side * side > limits.max_pixels)
    fail(
        Status::limit,
        "the square of {0} x {0} pixels that the model would look at is more than the limit of {1}",
        window.side, limits.max_pixels);
}

Box whole(const Image& image) { return {0, 0, image.width, image.height}; }

/// A film and the square of it that a model changes.
class Workpiece {
 public:
  Workpiece(Session& session, Image film, const FilmWindow& window)
      : session_(session), film_(std::move(film)), window_(window) {
    check_window(window, session.model().options().limits);
    tokens_ = session.encode_image(cut(film_, {window.x, window.y, window.side, window.side}))
                  .tokens.to(at::kLong);
  }

  /// int64 [images,N]: the film's.
  at::Tensor tokens(std::size_t images) const {
    return tokens_.unsqueeze(0).expand({static_cast<std::int64_t>(images), tokens_.size(0)});
  }

  /// The model's picture in the film's place, with the picture's texts.
  Image finished(const Image& picture, const Box& box, const std::vector<float>& weights) const {
    Image result{film_.width, film_.height, film_.channels, film_.pixels, picture.text};
    const Model& model = session_.model();
    const HostGuard guard(model.compute(), model.options().threads);
    lay_over(result, picture, window_, box, weights);
    return result;
  }

 private:
  Session& session_;
  Image film_;
  FilmWindow window_;
  at::Tensor tokens_;  // int64 [N]
};

void check(const Film& film, const EditOptions& edit) {
  check_film(film.image);
  const Margins& margins = edit.outpaint;
  for (const auto& [name, value] :
       {std::pair("outpaint.left", margins.left), std::pair("outpaint.top", margins.top),
        std::pair("outpaint.right", margins.right), std::pair("outpaint.bottom", margins.bottom),
        std::pair("grow", edit.grow)}) {
    if (value < 0) fail(Status::invalid_argument, "{} is {}; 0 or more was expected", name, value);
  }
  if (edit.feather < 0 && edit.feather != EditOptions::automatic_feather)
    fail(Status::invalid_argument, "feather is {}; 0 or more was expected", edit.feather);
  if (edit.mask == nullptr && edit.boxes.empty() && !margins.any())
    fail(Status::invalid_argument,
         "nothing says where to edit; a mask, a box or pixels to outpaint were expected");
}

/// Throws Error(invalid_argument) when nothing may change.
EditMask drawn_mask(const Film& film, const EditOptions& edit) {
  EditMask mask = mask_of(edit.mask, edit.boxes, film.image.width, film.image.height);
  if (bounds_of(mask).width == 0 && !edit.outpaint.any())
    fail(Status::invalid_argument,
         "the mask is empty: all of its {} x {} pixels are black; white where the image may change "
         "was expected",
         mask.width, mask.height);
  return mask;
}

const char* name_of(EditRegion region) { return region == EditRegion::film ? "film" : "mask"; }

/// All that, with the settings of sampling, makes the edit again.
Record record(const Film& film, const EditOptions& edit, const EditMask& drawn,
              std::int64_t feather, const FilmWindow& window) {
  const bool of_file = edit.boxes.empty() && !edit.mask_sha256.empty();
  Record boxes = Record::array();
  for (const Box& box : edit.boxes) boxes.push_back({box.x, box.y, box.width, box.height});
  const Margins& margins = edit.outpaint;
  return {{"input_sha256", sum_of(film)},
          {"mask_sha256", of_file ? edit.mask_sha256 : sum_of(drawn.editable)},
          {"boxes", boxes},
          {"outpaint", {margins.left, margins.top, margins.right, margins.bottom}},
          {"grow", edit.grow},
          {"feather", feather},
          {"region", name_of(edit.region)},
          {"window", {window.x, window.y, window.side}}};
}

/// For each image a share of the positions, chosen by its noise: bool [images,N].
at::Tensor varied_positions(const GenerateOptions& options, std::size_t images,
                            std::int64_t positions, double strength) {
  std::vector<ImageKey> keys;
  for (std::size_t i = 0; i < images; ++i) keys.push_back(options.key(i));
  const at::Tensor all = at::ones({static_cast<std::int64_t>(images), positions}, at::kBool);
  const auto count =
      static_cast<std::int64_t>(std::ceil(strength * static_cast<double>(positions)));
  const at::Tensor chosen = random_order(noise_keys(keys), varied_noise, all).narrow(1, 0, count);
  return at::zeros_like(all).scatter_(1, chosen, true);
}

/// The film's own tokens, decoded: what vary() makes of no strength.
std::vector<GeneratedImage> reconstructed(Session& session,
                                          const std::vector<std::string_view>& prompts,
                                          const GenerateOptions& options, std::size_t images) {
  const Image picture =
      session.decode_tokens(options.start_tokens.narrow(0, 0, 1), options.job).front();
  const at::Tensor row = options.start_tokens[0].to(at::kInt).contiguous();
  const auto* const tokens = row.const_data_ptr<std::int32_t>();
  std::vector<GeneratedImage> result;
  for (std::size_t i = 0; i < images; ++i) {
    check_cancelled(options.job);
    result.push_back({picture, {tokens, tokens + row.numel()}});
    describe(result.back().image, session.model(), options, i, prompts);
  }
  return result;
}

}  // namespace

std::vector<GeneratedImage> edit(Session& session, const Film& film, const EditOptions& edit,
                                 const std::vector<std::string_view>& prompts,
                                 const GenerateOptions& options) {
  const Limits& limits = session.model().options().limits;
  check_no_start(options, session.model());
  check(film, edit);
  const std::size_t images = check_generation(session, prompts, options);
  const Margins& margins = edit.outpaint;
  const Box canvas{-margins.left, -margins.top, film.image.width + margins.left + margins.right,
                   film.image.height + margins.top + margins.bottom};
  check_size(canvas.width, canvas.height, film.image.channels, images, limits);

  const EditMask drawn = drawn_mask(film, edit),
                 mask = grown(with_margins(drawn, margins), edit.grow);
  const Box bounds = bounds_of(mask);
  const auto& vqgan = session.model().architecture<VqganArchitecture>();
  const FilmWindow window = edit.region == EditRegion::film
                                ? film_window(mask.width, mask.height, bounds)
                                : close_window(mask.width, mask.height, bounds, vqgan.resolution);
  const std::int64_t feather = edit.feather == EditOptions::automatic_feather
                                   ? window.side / (2 * vqgan.grid())
                                   : edit.feather;
  const Workpiece work(session, margins.any() ? cut(film.image, canvas) : film.image, window);

  GenerateOptions own = options;
  own.start_tokens = work.tokens(images);
  own.editable = touched_cells(mask, window, vqgan.grid()).unsqueeze(0).expand_as(own.start_tokens);
  std::vector<GeneratedImage> result = generate(session, prompts, own);
  const std::vector<float> weights = weights_of(mask, feather);
  const Record how = record(film, edit, drawn, feather, window);
  for (GeneratedImage& made : result) {
    note_setting(made.image, "edit", how);
    made.image.text["Comment"] = edited_comment;
    made.image = work.finished(made.image, bounds, weights);
  }
  return result;
}

std::vector<GeneratedImage> vary(Session& session, const Film& film, double strength,
                                 const std::vector<std::string_view>& prompts,
                                 const GenerateOptions& options) {
  const Limits& limits = session.model().options().limits;
  if (!(strength >= 0 && strength <= 1))
    fail(Status::invalid_argument, "strength is {}; 0 to 1 was expected", strength);
  check_no_start(options, session.model());
  check_film(film.image);
  GenerateOptions own = options;
  own.unprompted = prompts.empty();
  const std::vector<std::string_view> texts =
      own.unprompted ? std::vector<std::string_view>{""} : prompts;
  const std::size_t images = check_generation(session, texts, own);
  const Image& image = film.image;
  check_size(image.width, image.height, image.channels, images, limits);

  const Workpiece work(session, image, whole_window(image.width, image.height));
  own.start_tokens = work.tokens(images);
  own.editable = varied_positions(own, images, own.start_tokens.size(1), strength);
  std::vector<GeneratedImage> result =
      strength == 0 ? reconstructed(session, texts, own, images) : generate(session, texts, own);
  const Box all = whole(image);
  const std::vector<float> weights(static_cast<std::size_t>(image.width * image.height), 1);
  const Record how{{"input_sha256", sum_of(film)}, {"strength", strength}};
  for (GeneratedImage& made : result) {
    note_setting(made.image, "vary", how);
    made.image = work.finished(made.image, all, weights);
  }
  return result;
}

}  // namespace raygen::engine
