#include "figure/figure_file.hpp"
#include "figure/kinds.hpp"
#include "figure/pictures.hpp"
#include "json_text.hpp"
#include "output_file.hpp"

#include <raygen/error.hpp>

#include <algorithm>
#include <filesystem>

namespace raygen::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::uintmax_t most_list_bytes = 256 << 20;  // of data_info.json

struct ClassesFigureArguments {
  std::string folder;
  std::size_t count = 5;
  FigureArguments figure;
  bool json = false, quiet = false;
};

struct Class {
  std::string name;
  std::vector<fs::path> images;  // below the folder
};

/// data_info.json: {"images": [names below the folder], "class": [the class of each]}.
class Table {
 public:
  explicit Table(const fs::path& folder) : path_(folder / "data_info.json") {
    const Json table =
        Json::parse(read_file(path_, most_list_bytes), nullptr, /*allow_exceptions=*/false);
    if (table.is_discarded()) fail("it is not JSON");
    images_ = list(table, "images");
    classes_ = list(table, "class");
    if (images_.size() != classes_.size())
      fail("\"images\" has " + std::to_string(images_.size()) + " entries, \"class\" " +
           std::to_string(classes_.size()) + "; as many were expected");
    if (images_.empty()) fail("it lists no images");
  }

  /// In the order in which they come first, each with the first `count` of its images.
  std::vector<Class> classes(std::size_t count) const {
    std::vector<Class> found;
    for (std::size_t i = 0; i < images_.size(); ++i) {
      const std::string name = text_of(classes_[i]);
      auto at = std::find_if(found.begin(), found.end(),
                             [&](const Class& known) { return known.name == name; });
      if (at == found.end()) at = found.insert(found.end(), {name, {}});
      if (at->images.size() < count) at->images.push_back(image(i));
    }
    return found;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(Status::format, path_.string() + ": " + what);
  }

  std::vector<Json> list(const Json& table, const char* key) const {
    if (!table.is_object() || !table.contains(key) || !table[key].is_array())
      fail("there is no list \"" + std::string(key) + '"');
    return table[key];
  }

  fs::path image(std::size_t i) const {
    const std::string where = "\"images\"[" + std::to_string(i) + ']';
    if (!images_[i].is_string()) fail(where + ": the name of a file was expected");
    const fs::path name = fs::path(images_[i].get<std::string>()).lexically_normal();
    if (name.empty() || name.is_absolute() || *name.begin() == "..")
      fail(where + ": \"" + name.string() + "\" is not in the folder");
    return name;
  }

  fs::path path_;
  std::vector<Json> images_, classes_;
};

int run_classes_figure(const ClassesFigureArguments& arguments) {
  const FigureFile file(arguments.figure, false);
  const std::vector<Class> classes = Table(arguments.folder).classes(arguments.count);
  std::size_t most = 0;
  for (const Class& one : classes) most = std::max(most, one.images.size());
  check_panels(classes.size() * most);

  Figure figure;
  figure.title = arguments.figure.title;
  PictureGrid grid;
  grid.row_axis = "Class";
  grid.columns = most;
  grid.panels.resize(classes.size() * most);
  Provenance provenance;
  std::size_t images = 0;
  for (std::size_t row = 0; row < classes.size(); ++row) {
    grid.row_labels.push_back(classes[row].name);
    for (std::size_t column = 0; column < classes[row].images.size(); ++column) {
      const fs::path& name = classes[row].images[column];
      const Image image = Image::read((fs::path(arguments.folder) / name).string());
      if (images++ == 0) {
        figure.cell_width = cell_width(arguments.figure, image.width());
        figure.cell_height = figure.cell_width * image.height() / image.width();
      }
      provenance.add(image, name.string());
      grid.panels[row * most + column].png = embedded(image);
    }
  }
  figure.grids = {std::move(grid)};
  figure.footnote = provenance.footnote();
  figure.metadata = provenance.json("classes");
  file.check(figure);
  file.write(figure, provenance);
  report_figure("classes", arguments.figure, images, {}, arguments.json, arguments.quiet);
  return 0;
}

}  // namespace

void add_classes_figure(CLI::App* figure, Chosen& chosen) {
  auto arguments = std::make_shared<ClassesFigureArguments>();
  CLI::App* command = figure->add_subcommand(
      "classes", "A row a class, of a folder made by generate --classes: .svg or .png");
  command
      ->add_option("folder", arguments->folder,
                   "Folder with data_info.json: {\"images\": [...], \"class\": [...]}")
      ->required()
      ->type_name("DIR");
  command->add_option("--count", arguments->count, "Images a class, the first (default 5)")
      ->check(CLI::Range(1, 400))
      ->type_name("N");
  add_figure_options(command, arguments->figure);
  command->add_flag("--json", arguments->json, "Print one JSON object");
  command->add_flag("-q,--quiet", arguments->quiet, "Print warnings and errors only");
  choose(command, chosen, arguments, run_classes_figure);
}

}  // namespace raygen::cli
