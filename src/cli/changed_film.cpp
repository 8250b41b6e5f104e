#include "changed_film.hpp"

#include "cancellation.hpp"
#include "output_file.hpp"
#include "plan.hpp"
#include "progress_bar.hpp"
#include "run_options.hpp"

#include <raygen/config.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <optional>

namespace raygen::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// One image, or a folder of them.
class Outputs {
 public:
  Outputs(const FilmArguments& arguments, const std::string& extension, std::size_t images)
      : input_(arguments.image), extension_(extension) {
    const std::string ending = ending_of(arguments.out);
    if (ending != extension && (ending == ".png" || ending == ".dcm"))
      throw Error(Status::invalid_argument, "--out: " + arguments.out +
                                                " is no name for --format " +
                                                arguments.format.format + "; a " + extension +
                                                " file or a folder was expected");
    if (ending == extension) {
      if (images != 1)
        throw Error(Status::invalid_argument, "--out: " + arguments.out + " is one file, and " +
                                                  std::to_string(images) +
                                                  " images would be made; a folder was expected");
      check_writable_file(arguments.out);
      file_ = arguments.out;
    } else {
      folder_.emplace(arguments.out);
    }
    for (std::size_t i = 0; i < images; ++i)
      check_is_not_input(path(arguments.options.first_image + i));
  }

  fs::path path(std::uint64_t index) const {
    return folder_ ? folder_->path() / image_file_name(index, "", extension_) : file_;
  }

 private:
  /// A film is not lost for a wrong --out.
  void check_is_not_input(const fs::path& path) const {
    std::error_code code;
    if (fs::equivalent(path, input_, code) && !code)
      throw Error(Status::invalid_argument,
                  "--out: " + path.string() + " is the image itself, which is not written over");
  }

  fs::path input_, file_;
  std::string extension_;
  std::optional<OutputFolder> folder_;
};

class FilmRun {
 public:
  FilmRun(FilmArguments& arguments, const ImageFile& film, const Prompts& prompts,
          const FilmOffset& offset, const FilmChange& change)
      : arguments_(arguments),
        film_(film),
        prompts_(prompts),
        offset_(offset),
        change_(change),
        format_(arguments.format),
        total_(count_images()),
        model_(arguments.model.open()),
        steps_(nlohmann::json::parse(resolve(model_, arguments.options)).at("steps")),
        outputs_(arguments, format_.extension(), total_),
        bar_(total_ * (steps_ + 1), !arguments.model.quiet) {
    format_.check(film.image.width(), film.image.height());
  }

  int run() {
    model_.prepare(Parts::generate | Parts::image_encoder);
    warn_of_truncation(prompts_, count_tokens(model_, prompts_), model_.info());
    Generator generator(model_);
    const auto batch = static_cast<std::size_t>(
        images_together(arguments_.together, arguments_.model, model_.info()));
    for (std::size_t first = 0; first < total_; first += batch)
      make(generator, first, std::min(total_, first + batch));
    bar_.clear();
    report();
    return 0;
  }

 private:
  std::size_t count_images() const {
    const std::size_t total =
        counted_images(std::max<std::size_t>(prompts_.texts.size(), 1), arguments_.count);
    check_indices(arguments_.options.first_image, total);
    return total;
  }

  std::string prompt_of(std::size_t image) const {
    return prompts_.texts.empty() ? std::string() : prompts_.texts[image / arguments_.count];
  }

  /// Images first..end-1, in one call.
  void make(Generator& generator, std::size_t first, std::size_t end) {
    throw_if_cancelled();
    const bool same = first / arguments_.count == (end - 1) / arguments_.count;
    std::vector<std::string> prompts;
    if (!prompts_.texts.empty())
      for (std::size_t image = first; image < (same ? first + 1 : end); ++image)
        prompts.push_back(prompt_of(image));
    Options options = arguments_.options;
    options.batch_size = static_cast<std::int32_t>(end - first);
    options.first_image += first;
    options.images_per_prompt = same ? static_cast<std::int32_t>(end - first) : 1;
    if (!prompts_.configs.empty())
      for (std::size_t image = first; image < end; ++image)
        options.image_configs.push_back(prompts_.configs[image / arguments_.count]);
    options.job = &job_;
    options.progress = [&](const Progress&) {
      bar_.advance(1, label());
      return true;
    };
    const Generation made = change_(generator, film_.image, prompts, options);
    for (std::size_t i = 0; i < made.size(); ++i) write(made[i], first + i);
  }

  void write_file(const Image& image, const std::string& path, std::uint64_t index) {
    if (format_.is_dicom() || arguments_.format.bit_depth) return format_.write(image, path, index);
    const Span<std::uint8_t> original(reinterpret_cast<const std::uint8_t*>(film_.bytes.data()),
                                      film_.bytes.size());
    image.write_png_like(path, original, offset_.left, offset_.top);
  }

  void write(const Image& image, std::size_t number) {
    const std::uint64_t index = arguments_.options.first_image + number;
    const std::string path = outputs_.path(index).string();
    const Json settings = Json::parse(image.text("raygen"));
    if (images_.empty()) format_.begin_series(settings);
    write_file(image, path, index);
    Json entry{{"file", path}, {"prompt", nullptr}};
    if (!prompts_.texts.empty()) entry["prompt"] = prompt_of(number);
    entry["settings"] = settings;
    images_.push_back(std::move(entry));
    bar_.advance(1, label());
  }

  std::string label() const {
    return std::to_string(images_.size()) + "/" + std::to_string(total_) + " images";
  }

  void report() const {
    if (arguments_.model.json) {
      Json json = compute_json(arguments_.model, model_.info());
      json["model_sha256"] = model_.digest();
      json["input"] = arguments_.image;
      json["images"] = images_;
      print_json(json);
    } else if (!arguments_.model.quiet) {
      std::cout << total_ << (total_ == 1 ? " image" : " images") << " written to "
                << arguments_.out << '\n';
    }
  }

  FilmArguments& arguments_;
  const ImageFile& film_;
  const Prompts& prompts_;
  FilmOffset offset_;
  const FilmChange& change_;
  Job& job_ = cancel_on_signals();
  ImageFormat format_;
  std::size_t total_;
  Model model_;
  std::size_t steps_;
  Outputs outputs_;
  ProgressBar bar_;
  Json images_ = Json::array();
};

}  // namespace

void add_film_options(CLI::App* command, FilmArguments& arguments) {
  add_model_options(command, arguments.model);
  command
      ->add_option("image", arguments.image,
                   "A film of any size: PNG, JPEG, JPEG 2000, DICOM, BMP, PGM, PPM, TGA, GIF, PSD")
      ->required()
      ->type_name("IMAGE");
  describe_configs(add_prompt_options(command, arguments.prompts));
  command
      ->add_option("-o,--out", arguments.out,
                   "A .png file (.dcm with DICOM), or a folder for 00000.png, 00001.png, ...; of "
                   "the film's size, and a PNG of 16 bits if the film has more than 8")
      ->required()
      ->type_name("PATH");
  add_image_format_options(command, arguments.format);
  command->get_option("--bit-depth")
      ->description("8 or 16 (default as the film); with DICOM 8, 12 or 16 (default 12)");
  add_sampling_options(command, arguments.sampling);
  add_index_options(command, arguments.options.seed, arguments.options.first_image);
  add_count_option(command, arguments.count);
  add_batch_size_option(command, arguments.together);
}

int change_film(FilmArguments& arguments, const ImageFile& film, const Prompts& prompts,
                const FilmOffset& offset, const FilmChange& change) {
  apply(arguments.sampling, arguments.options);
  return FilmRun(arguments, film, prompts, offset, change).run();
}

}  // namespace raygen::cli
