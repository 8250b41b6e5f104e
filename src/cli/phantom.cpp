#include "cancellation.hpp"
#include "commands.hpp"
#include "data_progress.hpp"
#include "model_arguments.hpp"
#include "whole_number.hpp"

#include <raygen/phantom.hpp>

#include <iostream>

namespace raygen::cli {
namespace {

struct PhantomArguments {
  PhantomOptions options;
  std::string out;
  bool json = false;
  bool quiet = false;
};

int run_phantom(const PhantomArguments& arguments) {
  PhantomOptions options = arguments.options;
  options.job = &cancel_on_signals();
  DataProgressBar bar(!arguments.quiet);
  options.progress = [&](const DataProgress& now) {
    bar.show(now);
    return true;
  };
  write_phantoms(arguments.out, options);
  bar.clear();
  const std::string table = arguments.out + "/phantoms.csv";
  if (arguments.json)
    print_json({{"folder", arguments.out},
                {"table", table},
                {"seed", options.seed},
                {"first", options.first_phantom},
                {"count", options.count}});
  else if (!arguments.quiet)
    std::cout << options.count << (options.count == 1 ? " phantom" : " phantoms") << " in " << table
              << '\n';
  return 0;
}

}  // namespace

void add_phantom(CLI::App& app, Chosen& chosen) {
  auto arguments = std::make_shared<PhantomArguments>();
  PhantomOptions& options = arguments->options;
  CLI::App* command = app.add_subcommand(
      "phantom", "Made-up chest radiographs with known findings, and a table of them");
  command
      ->add_option("-o,--out", arguments->out,
                   "Folder for images/ and phantoms.csv; a second run continues")
      ->required()
      ->type_name("DIR");
  command->add_option("--count", options.count, "How many")
      ->required()
      ->transform(whole_number())
      ->type_name("N");
  command->add_option("--seed", options.seed, "Seed (default 0)")
      ->transform(whole_number())
      ->type_name("S");
  command->add_option("--first", options.first_phantom, "Index of the first (default 0)")
      ->transform(whole_number())
      ->type_name("I");
  command
      ->add_option("--size", options.size,
                   "Pixels a side, a multiple of 32, 64 to 1024 (default 128)")
      ->type_name("R");
  command->add_flag("--masks", options.masks, "Also write a mask of every finding");
  command->add_flag("--healthy", options.healthy, "The same patients without their findings");
  command->add_flag("--json", arguments->json, "Print one JSON object");
  command->add_flag("-q,--quiet", arguments->quiet, "Print errors only");
  choose(command, chosen, arguments, run_phantom);
}

}  // namespace raygen::cli
