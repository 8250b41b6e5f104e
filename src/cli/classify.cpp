#include "cancellation.hpp"
#include "classification_table.hpp"
#include "commands.hpp"
#include "image_sources.hpp"
#include "model_arguments.hpp"
#include "output_file.hpp"
#include "progress_bar.hpp"

#include <raygen/classifier.hpp>

#include <algorithm>
#include <iostream>
#include <optional>
#include <set>

namespace raygen::cli {
namespace {

namespace fs = std::filesystem;

struct ClassifyArguments {
  ModelArguments model;
  std::vector<std::string> sources;
  std::string out, features, maps, map_class;
  std::size_t batch_size = 1;
};

/// What the command reads, so that it writes over none of it.
class ReadFiles {
 public:
  ReadFiles(const ClassifyArguments& arguments, const std::vector<SourceImage>& images) {
    for (const std::string& source : arguments.sources) {
      add(source);
      add(fs::path(source) / "images.csv");
    }
    for (const SourceImage& image : images) add(image.path);
  }
  /// Throws Error(invalid_argument).
  void check(const fs::path& out) const {
    std::error_code code;
    if (read_.contains(fs::weakly_canonical(out, code)))
      throw Error(Status::invalid_argument,
                  out.string() + " is read by this run; another name was expected");
  }

 private:
  void add(const fs::path& path) {
    std::error_code code;
    read_.insert(fs::weakly_canonical(path, code));
  }
  std::set<fs::path> read_;
};

std::string map_name(const ClassifyArguments& arguments, std::size_t image) {
  return (fs::path(arguments.maps) / image_file_name(image, "_map")).string();
}

std::optional<std::size_t> wanted_class(const ClassifyArguments& arguments,
                                        const std::vector<std::string>& classes) {
  if (arguments.map_class.empty()) return std::nullopt;
  const auto found = std::find(classes.begin(), classes.end(), arguments.map_class);
  if (found != classes.end()) return static_cast<std::size_t>(found - classes.begin());
  std::string names;
  for (const std::string& name : classes)
    if (!name.empty()) names += (names.empty() ? "" : ", ") + name;
  throw Error(Status::invalid_argument,
              "--class \"" + arguments.map_class + "\": the classifier has " + names);
}

std::vector<Image> read_images(const std::vector<SourceImage>& sources) {
  std::vector<Image> images;
  for (const SourceImage& source : sources) {
    throw_if_cancelled();
    images.push_back(Image::read(source.path.string()));
  }
  return images;
}

Classification classified(Classifier& classifier, const std::vector<SourceImage>& sources,
                          const std::vector<Image>& images, bool with_maps) {
  try {
    return classifier.classify(images, with_maps);
  } catch (const Error& error) {
    const std::string last =
        sources.size() > 1 ? " to " + sources.back().path.string() : std::string();
    throw Error(error.status(), sources.front().path.string() + last + ": " + error.what());
  }
}

void print_result(const ClassifyArguments& arguments, const ModelInfo& info,
                  const ClassificationTable& table, std::size_t count) {
  if (arguments.model.json) {
    auto json = compute_json(arguments.model, info);
    json["classes"] = table.json_classes();
    json["images"] = table.json_images();
    json["table"] = arguments.out;
    if (!arguments.features.empty()) json["features_file"] = arguments.features;
    print_json(json);
  } else if (!arguments.model.quiet) {
    std::cout << table.summary() << "probabilities of " << count
              << (count == 1 ? " image" : " images") << " written to " << arguments.out << '\n';
  }
}

int run_classify(const ClassifyArguments& arguments) {
  cancel_on_signals();
  const std::vector<SourceImage> sources = list_source_images(arguments.sources);
  const ReadFiles read(arguments, sources);
  for (const std::string& file : {arguments.out, arguments.features}) {
    if (file.empty()) continue;
    check_writable_file(file);
    read.check(file);
  }
  const Model model = arguments.model.open();
  const auto only = wanted_class(arguments, classes_of(model, arguments.model.path));
  const bool with_maps = !arguments.maps.empty();
  std::optional<OutputFolder> folder;
  if (with_maps) folder.emplace(arguments.maps);
  for (std::size_t i = 0; with_maps && i < sources.size(); ++i) read.check(map_name(arguments, i));
  model.prepare(Parts::classifier);

  Classifier classifier(model);
  ClassificationTable table;
  ProgressBar bar(sources.size(), !arguments.model.quiet);
  for (std::size_t first = 0; first < sources.size(); first += arguments.batch_size) {
    const std::size_t end = std::min(sources.size(), first + arguments.batch_size);
    const std::vector<SourceImage> batch(sources.begin() + static_cast<std::ptrdiff_t>(first),
                                         sources.begin() + static_cast<std::ptrdiff_t>(end));
    const std::vector<Image> images = read_images(batch);
    throw_if_cancelled();
    const Classification seen = classified(classifier, batch, images, with_maps);
    if (first == 0)
      table.check_size(seen, sources.size(), arguments.model.options().limits.max_memory_bytes);
    table.add(seen, batch);
    for (std::size_t i = 0; with_maps && i < batch.size(); ++i) {
      const std::size_t k = only ? *only : most_probable(seen, i);
      const std::string path = map_name(arguments, first + i);
      seen.overlay(i, k, images[i]).write_png(path);
      table.add_map(first + i, k, path);
    }
    bar.advance(batch.size(), "classifying");
  }
  bar.clear();
  throw_if_cancelled();

  if (!arguments.features.empty()) table.write_features(arguments.features);
  write_file(arguments.out, table.csv());
  print_result(arguments, model.info(), table, sources.size());
  return 0;
}

}  // namespace

void add_classify(CLI::App& app, Chosen& chosen) {
  auto arguments = std::make_shared<ClassifyArguments>();
  CLI::App* command =
      app.add_subcommand("classify", "What a model's classifier sees on images, as CSV");
  add_model_options(command, arguments->model);
  command
      ->add_option("images", arguments->sources,
                   "Images, folders of them (one that `raygen generate` wrote is read by its "
                   "images.csv), or CSV files with a column img_savename or path")
      ->required()
      ->type_name("IMAGE|FOLDER|CSV");
  command
      ->add_option("-o,--out", arguments->out,
                   "A row an image: a probability for each class, and whether it reaches the "
                   "class's threshold")
      ->required()
      ->type_name("FILE.csv");
  command
      ->add_option("--features", arguments->features,
                   "Also write features [images,D] and logits [images,K]")
      ->type_name("FILE.safetensors");
  CLI::Option* maps =
      command
          ->add_option("--explain", arguments->maps,
                       "Also write 00000_map.png, …: each image with the class activation map of "
                       "its most probable class in colour")
          ->type_name("FOLDER");
  command->add_option("--class", arguments->map_class, "The class of --explain, for every image")
      ->type_name("NAME")
      ->needs(maps);
  command->add_option("--batch-size", arguments->batch_size, "Images of one call (default 1)")
      ->check(CLI::Range(1, 1024))
      ->type_name("B");
  choose(command, chosen, arguments, run_classify);
}

}  // namespace raygen::cli
