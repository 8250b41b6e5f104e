#include "cancellation.hpp"
#include "commands.hpp"
#include "data_progress.hpp"
#include "model_arguments.hpp"

#include <raygen/training_index.hpp>

#include <filesystem>
#include <iostream>

namespace raygen::cli {
namespace {

struct IndexArguments {
  ModelArguments model;
  std::string data, out;
  double quantile = IndexOptions().quantile;
  bool named = false;
  bool overwrite = false;
};

int run_index(const IndexArguments& arguments) {
  std::error_code code;
  if (std::filesystem::exists(arguments.out, code) && !arguments.overwrite)
    throw Error(Status::invalid_argument,
                arguments.out + " is there already; --overwrite replaces it");
  const Model model = arguments.model.open();
  DataProgressBar bar(!arguments.model.quiet);
  IndexOptions options;
  options.quantile = arguments.quantile;
  options.named = arguments.named;
  options.job = &cancel_on_signals();
  options.progress = [&](const DataProgress& now) {
    bar.show(now);
    return true;
  };
  build_index(model, arguments.data, arguments.out, options);
  bar.clear();
  const TrainingIndex index = TrainingIndex::open(arguments.out);
  if (arguments.model.json)
    print_json({{"index", arguments.out}, {"images", index.images()}, {"sha256", index.digest()}});
  else if (!arguments.model.quiet)
    std::cout << index.images() << " training images in " << arguments.out
              << ", which is patient data\n";
  return 0;
}

}  // namespace

void add_index(CLI::App& app, Chosen& chosen) {
  auto arguments = std::make_shared<IndexArguments>();
  CLI::App* command = app.add_subcommand(
      "index", "What generated images are compared with, so that none repeats a training image");
  add_model_options(command, arguments->model);
  command->add_option("--data", arguments->data, "Prepared dataset that the model was trained on")
      ->required()
      ->type_name("FOLDER");
  command->add_option("-o,--out", arguments->out, "File of the index; it is patient data")
      ->required()
      ->type_name("FILE");
  command
      ->add_option("--quantile", arguments->quantile,
                   "Share of held-out images that each threshold lets be too near")
      ->capture_default_str()
      ->type_name("Q");
  command->add_flag("--named", arguments->named,
                    "Write the ids of the dataset and not salted hashes of them");
  command->add_flag("--overwrite", arguments->overwrite, "Replace an index that is there");
  choose(command, chosen, arguments, run_index);
}

}  // namespace raygen::cli
