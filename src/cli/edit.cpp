#include "changed_film.hpp"
#include "commands.hpp"

#include <raygen/phantom.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace raygen::cli {
namespace {

struct EditArguments : FilmArguments {
  std::string mask;
  std::vector<std::string> regions;  // of a phantom
  std::vector<std::string> boxes;
  std::string outpaint;
  Edit edit;
  bool close = false;
};

/// "60,64,48,40". Throws Error(invalid_argument).
std::array<std::int32_t, 4> four_numbers(const std::string& text, const std::string& option,
                                         const char* meaning) {
  std::array<std::int32_t, 4> numbers{};
  const char *at = text.data(), *const end = at + text.size();
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto [stop, error] = std::from_chars(at, end, numbers[i]);
    const bool last = i + 1 == numbers.size();
    if (error != std::errc() || (last ? stop != end : stop == end || *stop != ','))
      throw Error(Status::invalid_argument, option + ": \"" + text + "\" is not " + meaning +
                                                ", four whole numbers with commas between");
    at = stop + 1;
  }
  return numbers;
}

/// Black, and white where one of the masks is.
Image united(const std::vector<Image>& masks) {
  std::vector<float> pixels(masks.front().pixels().begin(), masks.front().pixels().end());
  for (const Image& mask : masks)
    std::transform(pixels.begin(), pixels.end(), mask.pixels().begin(), pixels.begin(),
                   [](float a, float b) { return std::max(a, b); });
  return {masks.front().width(), masks.front().height(), 1, pixels.data()};
}

/// Where the phantom has the regions; hyphens stand for the spaces of their names.
Image anatomy(const EditArguments& arguments) {
  std::vector<Image> masks;
  for (std::string region : arguments.regions) {
    std::replace(region.begin(), region.end(), '-', ' ');
    try {
      masks.push_back(read_phantom_region(arguments.image, region));
    } catch (const Error& error) {
      throw Error(error.status(), std::string("--anatomy: ") + error.what());
    }
  }
  return united(masks);
}

int run_edit(EditArguments& arguments) {
  Edit edit = arguments.edit;
  for (const std::string& text : arguments.boxes) {
    const auto [x, y, width, height] = four_numbers(text, "--box", "x,y,width,height");
    edit.boxes.push_back({x, y, width, height});
  }
  if (!arguments.outpaint.empty()) {
    const auto [left, top, right, bottom] =
        four_numbers(arguments.outpaint, "--outpaint", "left,top,right,bottom");
    edit.outpaint = {left, top, right, bottom};
  }
  if (arguments.close) edit.region = EditRegion::mask;
  const Prompts prompts = read_prompts(arguments.prompts);
  const ImageFile film = read_image_file(arguments.image);
  Image mask(nullptr);
  if (!arguments.mask.empty()) mask = Image::read(arguments.mask);
  if (!arguments.regions.empty()) mask = anatomy(arguments);
  if (mask.get() != nullptr) edit.mask = &mask;
  return change_film(
      arguments, film, prompts, {edit.outpaint.left, edit.outpaint.top},
      [&](Generator& generator, const Image& image, const std::vector<std::string>& texts,
          const Options& options) { return generator.edit(image, edit, texts, options); });
}

}  // namespace

void add_edit(CLI::App& app, Chosen& chosen) {
  auto arguments = std::make_shared<EditArguments>();
  CLI::App* command = app.add_subcommand(
      "edit", "Draw part of an X-ray anew, from a sentence: all else stays as it is, to the bit");
  add_film_options(command, *arguments);
  CLI::Option* mask =
      command
          ->add_option("--mask", arguments->mask, "An image of the film's size: white may change")
          ->type_name("IMAGE");
  command
      ->add_option(
          "--anatomy", arguments->regions,
          "A region of a phantom made by raygen phantom, repeatable: left-lung, right-lung, "
          "lungs, heart, mediastinum")
      ->type_name("REGION")
      ->allow_extra_args(false)
      ->excludes(mask);
  command
      ->add_option("--box", arguments->boxes,
                   "Pixels that may change, repeatable: x,y,width,height")
      ->type_name("BOX")
      ->allow_extra_args(false);
  command
      ->add_option("--outpaint", arguments->outpaint,
                   "Pixels to add on each side: left,top,right,bottom")
      ->type_name("L,T,R,B");
  command
      ->add_option("--grow", arguments->edit.grow,
                   "Pixels that the mask reaches further than it is drawn (default 0)")
      ->check(CLI::Range(0, 1000000))
      ->type_name("N");
  command
      ->add_option(
          "--feather", arguments->edit.feather,
          "Pixels inside the mask's edge over which the new picture fades in (default: half "
          "the side of a token's cell)")
      ->check(CLI::Range(0, 1000000))
      ->type_name("N");
  command->add_flag(
      "--close", arguments->close,
      "Show the model a square around the mask, not the whole film: sharper, but sizes "
      "are not those that it has learned");
  choose(command, chosen, arguments, run_edit);
}

}  // namespace raygen::cli
