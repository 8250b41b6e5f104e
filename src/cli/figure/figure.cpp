#include "figure/kinds.hpp"

namespace raygen::cli {

void add_figure(CLI::App& app, Chosen& chosen) {
  CLI::App* command = app.add_subcommand("figure", "Figures to print: SVG, PNG or animated PNG");
  command->require_subcommand(
      0, 1);  // with 1, a kind that does not exist would be told as one that is missing
  command->callback([command] {
    if (command->get_subcommands().empty())
      throw CLI::RequiredError("figure: of what, steps, prompts, decoding, classes or edit,");
  });
  add_steps_figure(command, chosen);
  add_prompts_figure(command, chosen);
  add_decoding_figure(command, chosen);
  add_classes_figure(command, chosen);
  add_edit_figure(command, chosen);
}

}  // namespace raygen::cli
