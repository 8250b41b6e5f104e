#include "cancellation.hpp"
#include "commands.hpp"
#include "data_progress.hpp"
#include "exit_code.hpp"
#include "model_arguments.hpp"
#include "whole_number.hpp"

#include <raygen/dataset.hpp>

#include <iostream>

namespace raygen::cli {
namespace {

struct Common {
  PrepareOptions options;
  std::string out;
  bool json = false;
  bool quiet = false;
};

struct TableArguments : Common {
  TableSource source;
  std::vector<std::string> csv, train_csv, val_csv, test_csv;
};

struct MimicArguments : Common {
  MimicSource source;
};

nlohmann::ordered_json by_split(const std::array<std::uint64_t, 3>& counts) {
  return {{"train", counts[0]}, {"val", counts[1]}, {"test", counts[2]}};
}

std::string counted(std::uint64_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

void report(const Common& arguments, const DatasetSummary& made) {
  if (arguments.json) {
    print_json({{"dataset", arguments.out},
                {"images", made.images},
                {"skipped", made.skipped},
                {"images_of", by_split(made.images_of)},
                {"patients_of", by_split(made.patients_of)},
                {"description", made.description}});
  } else if (!arguments.quiet) {
    std::cout << counted(made.images, "image") << " in " << arguments.out << ": train "
              << made.images_of[0] << ", val " << made.images_of[1] << ", test "
              << made.images_of[2] << '\n';
    if (made.skipped > 0)
      std::cout << counted(made.skipped, "image") << " skipped: see " << arguments.out
                << "/skipped.csv\n";
  }
}

template <typename Source, typename Prepare>
int run(const Common& arguments, const Source& source, Prepare prepare) {
  PrepareOptions options = arguments.options;
  options.job = &cancel_on_signals();
  DataProgressBar bar(!arguments.quiet);
  bool described = arguments.quiet || arguments.json;
  options.progress = [&](const DataProgress& now) {
    if (!described && !now.description.empty()) std::cout << now.description << std::endl;
    described = true;
    bar.show(now);
    return true;
  };
  const DatasetSummary made = prepare(source, arguments.out, options);
  bar.clear();
  report(arguments, made);
  return 0;
}

int run_table(const TableArguments& arguments) {
  TableSource source = arguments.source;
  const auto add = [&](const std::vector<std::string>& files, Split split) {
    for (const std::string& file : files) source.files.push_back({file, split});
  };
  add(arguments.csv, Split::by_patient);
  add(arguments.train_csv, Split::train);
  add(arguments.val_csv, Split::val);
  add(arguments.test_csv, Split::test);
  if (source.files.empty())
    throw Error(Status::invalid_argument,
                "a table is required: --csv, --train-csv, --val-csv or --test-csv");
  return run(arguments, source, prepare_table);
}

int run_mimic(const MimicArguments& arguments) {
  return run(arguments, arguments.source, prepare_mimic);
}

void add_common(CLI::App* command, Common& arguments) {
  PrepareOptions& options = arguments.options;
  command->footer(exit_code_footer);
  command->add_option("-o,--out", arguments.out, "Folder of the dataset; a second run continues")
      ->required()
      ->type_name("DIR");
  command
      ->add_option("--size", options.image_size,
                   "Images are resized and cropped to R x R (default 512)")
      ->check(CLI::Range(1, 16384))
      ->type_name("R");
  command
      ->add_option("--val-fraction", options.val_fraction,
                   "Of the patients that have no split yet (default 0.1)")
      ->check(CLI::Range(0.0, 1.0))
      ->type_name("F");
  command->add_option("--seed", options.seed, "Seed of the splits (default 0)")
      ->transform(whole_number())
      ->type_name("S");
  command
      ->add_option("--rows-per-shard", options.rows_per_shard, "Images of one file (default 512)")
      ->check(CLI::Range(1, 1 << 20))
      ->type_name("N");
  command->add_flag("--json", arguments.json, "Print one JSON object");
  command->add_flag("-q,--quiet", arguments.quiet, "Print errors only");
}

void add_table(CLI::App* prepare, Chosen& chosen) {
  auto arguments = std::make_shared<TableArguments>();
  TableSource& source = arguments->source;
  CLI::App* command = prepare->add_subcommand("table", "CSV tables of image paths and texts");
  command->add_option("--csv", arguments->csv, "Table, split by its column 'split' or by patient")
      ->type_name("FILE")
      ->allow_extra_args(false);
  command->add_option("--train-csv", arguments->train_csv, "Table that is all training")
      ->type_name("FILE")
      ->allow_extra_args(false);
  command->add_option("--val-csv", arguments->val_csv, "Table that is all validation")
      ->type_name("FILE")
      ->allow_extra_args(false);
  command->add_option("--test-csv", arguments->test_csv, "Table that is all test")
      ->type_name("FILE")
      ->allow_extra_args(false);
  command
      ->add_option("--root", source.root, "Folder of the images' paths (default: the table's own)")
      ->type_name("DIR");
  command
      ->add_option("--test-fraction", source.test_fraction,
                   "Of the patients that have no split yet (default 0.1)")
      ->check(CLI::Range(0.0, 1.0))
      ->type_name("F");
  const auto column = [&](const char* option, std::string& name, const char* what) {
    command->add_option(option, name, what)->type_name("NAME");
  };
  column("--path-column", source.path_column,
         "Column of the images' paths (default: path, image, file, ..., of which one has files)");
  column("--text-column", source.text_column,
         "Column of the texts (default: text, report, prompt, impression)");
  column("--patient-column", source.patient_column,
         "Column of the patients (default: patient_id, patient, subject_id, ..., or the path)");
  column("--split-column", source.split_column, "Column of train, val and test (default: split)");
  column("--view-column", source.view_column, "Column of the views (default: view)");
  column("--findings-column", source.findings_column,
         "Column of findings with | between them (default: findings)");
  column("--id-column", source.id_column,
         "Column of the images' names (default: id, image_id, dicom_id)");
  column("--sex-column", source.sex_column,
         "Column of the patients' sex (default: sex, gender, patient_sex, patient_gender)");
  column("--age-column", source.age_column,
         "Column of the patients' age (default: age, patient_age, anchor_age)");
  command
      ->add_option("--label-column", source.label_columns,
                   "Column of 0 and 1 that is a finding, repeatable")
      ->type_name("NAME")
      ->allow_extra_args(false);
  command->add_flag("--patient-per-image", source.patient_per_image,
                    "If a table tells no patients, count each image as one: splits are by image");
  command->add_flag("--text-from-findings", source.text_from_findings,
                    "Texts are the names of the findings");
  add_common(command, *arguments);
  choose(command, chosen, arguments, run_table);
}

void add_mimic(CLI::App* prepare, Chosen& chosen) {
  auto arguments = std::make_shared<MimicArguments>();
  MimicSource& source = arguments->source;
  CLI::App* command = prepare->add_subcommand("mimic", "MIMIC-CXR-JPG 2");
  command->add_option("--root", source.root, "Folder of the tables and of files/")
      ->required()
      ->type_name("DIR");
  command
      ->add_option("--reports", source.reports,
                   "Folder whose files/ has the reports (default: the root)")
      ->type_name("DIR");
  command
      ->add_option("--view", source.view,
                   "ViewPosition of the images taken (default: the most common)")
      ->type_name("VIEW");
  command->add_flag("--exact", source.exact,
                    "Clean texts as the original does: line ends glue words");
  add_common(command, *arguments);
  choose(command, chosen, arguments, run_mimic);
}

}  // namespace

void add_prepare(CLI::App& app, Chosen& chosen) {
  CLI::App* command = app.add_subcommand("prepare", "Images and texts to a dataset for training");
  command->require_subcommand(
      0, 1);  // with 1, a source that does not exist would be told as one that is missing
  command->callback([command] {
    if (command->get_subcommands().empty())
      throw CLI::RequiredError("prepare: what from, table or mimic,");
  });
  add_table(command, chosen);
  add_mimic(command, chosen);
}

}  // namespace raygen::cli
