#include "commands.hpp"
#include "output_file.hpp"
#include "whole_number.hpp"

#include <raygen/convert.hpp>

namespace raygen::cli {
namespace {

struct CreateRandomArguments {
  std::string architecture, vocabulary, out;
  std::uint64_t seed = 0;
  bool force = false;
};

int run_create_random(const CreateRandomArguments& arguments) {
  constexpr std::uintmax_t max_text_bytes = 64 << 20;
  check_no_model(arguments.out, arguments.force);
  RandomBundleOptions options;
  if (!arguments.architecture.empty())
    options.architecture = read_file(arguments.architecture, max_text_bytes);
  if (!arguments.vocabulary.empty())
    options.vocabulary = read_file(arguments.vocabulary, max_text_bytes);
  options.seed = arguments.seed;
  options.overwrite = arguments.force;
  create_random_bundle(arguments.out, options);
  return 0;
}

}  // namespace

void add_create_random(CLI::App& app, Chosen& chosen) {
  auto arguments = std::make_shared<CreateRandomArguments>();
  CLI::App* command = app.add_subcommand("create-random", "A model with random weights")->group("");
  command
      ->add_option("--architecture", arguments->architecture,
                   "JSON of the sizes (default: the published model's)")
      ->type_name("FILE");
  command->add_option("--vocab", arguments->vocabulary, "vocab.txt (default: made up)")
      ->type_name("FILE");
  command->add_option("--seed", arguments->seed, "Seed (default 0)")
      ->transform(whole_number())
      ->type_name("S");
  command->add_flag("--force", arguments->force, "Replace a model that is there");
  command->add_option("-o,--out", arguments->out, "Folder of the model")
      ->required()
      ->type_name("DIR");
  choose(command, chosen, arguments, run_create_random);
}

}  // namespace raygen::cli
