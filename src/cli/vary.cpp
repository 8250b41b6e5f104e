#include "changed_film.hpp"
#include "commands.hpp"

namespace raygen::cli {
namespace {

struct VaryArguments : FilmArguments {
  double strength = 0;
};

/// What was asked for; else what a generated image was made from; else nothing.
Prompts prompts_of(const VaryArguments& arguments, const Image& film) {
  if (!arguments.prompts.prompts.empty() || !arguments.prompts.file.empty())
    return read_prompts(arguments.prompts);
  const std::string own = film.text("raygen").empty() ? "" : film.text("Description");
  if (own.empty()) return {};
  return {{own}, {arguments.image + ": its Description"}};
}

int run_vary(VaryArguments& arguments) {
  const ImageFile film = read_image_file(arguments.image);
  return change_film(arguments, film, prompts_of(arguments, film.image), {},
                     [&](Generator& generator, const Image& image,
                         const std::vector<std::string>& prompts, const Options& options) {
                       return generator.vary(image, arguments.strength, prompts, options);
                     });
}

}  // namespace

void add_vary(CLI::App& app, Chosen& chosen) {
  auto arguments = std::make_shared<VaryArguments>();
  CLI::App* command = app.add_subcommand(
      "vary",
      "Draw a share of an X-ray anew. Without --prompt, that of a generated image is "
      "followed, and for any other image none");
  add_film_options(command, *arguments);
  command
      ->add_option("--strength", arguments->strength,
                   "0 to 1: 0 is the image's reconstruction, 1 a new image")
      ->required()
      ->check(CLI::Range(0.0, 1.0))
      ->type_name("S");
  choose(command, chosen, arguments, run_vary);
}

}  // namespace raygen::cli
