#include "cancellation.hpp"
#include "commands.hpp"
#include "csv/csv.hpp"
#include "image_format.hpp"
#include "made_image.hpp"
#include "model_arguments.hpp"
#include "output_file.hpp"
#include "progress_bar.hpp"
#include "prompts.hpp"
#include "sampling_options.hpp"
#include "sheet.hpp"
#include "steps_picture.hpp"
#include "whole_number.hpp"

#include <raygen/config.hpp>
#include <raygen/generator.hpp>
#include <raygen/tensors.hpp>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <map>

namespace raygen::cli {
namespace {

struct Arguments {
  ModelArguments model;
  PromptArguments prompts;
  std::string out;
  Options options;
  SamplingArguments sampling;
  bool print_config = false;
  std::size_t count = 1;
  bool grey = false;
  ImageFormatArguments format;
  bool show_steps = false;
  bool sheet = false;
  bool resume = false;
  std::string save_tokens, save_images;
};

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

struct Row {
  std::uint64_t index;
  std::size_t prompt;
  bool skipped;
};

class Run {
 public:
  explicit Run(const Arguments& arguments)
      : arguments_(arguments),
        format_(arguments.format),
        prompts_(read_prompts(arguments.prompts)),
        total_(count_images()),
        model_(open()),
        settings_(nlohmann::ordered_json::parse(resolve(model_, arguments.options))),
        out_(arguments.out) {
    check_outputs();
    prepare_s_ = seconds_since(start_) - open_s_;
    truncated_ = warn_of_truncation(prompts_, count_tokens(model_, prompts_), model_.info());
  }

  int run() {
    ProgressBar bar(total_ * (steps() + 1), !arguments_.model.quiet);
    const auto start = std::chrono::steady_clock::now();
    try {
      generate(bar);
    } catch (...) {
      bar.clear();
      try {
        write_csv();  // names the images that are there
      } catch (const Error& error) {
        std::cerr << "raygen: warning: " << error.what() << '\n';
      }
      throw;
    }
    bar.clear();
    generate_s_ = seconds_since(start);
    write_csv();
    write_tensors();
    write_sheet();
    report();
    return 0;
  }

 private:
  std::size_t steps() const { return settings_.at("steps").get<std::size_t>(); }
  std::string name(std::uint64_t index) const {
    return image_file_name(index, "", format_.extension());
  }
  const std::string& prompt_of(std::size_t image) const {
    return prompts_.texts[image / arguments_.count];
  }
  std::int32_t channels() const { return arguments_.grey ? 1 : model_.info().image_channels; }

  std::size_t count_images() const {
    if (arguments_.count > SIZE_MAX / prompts_.texts.size())
      throw Error(Status::limit, "--count: that many images cannot be counted");
    const std::size_t total = arguments_.count * prompts_.texts.size();
    if (total - 1 > UINT64_MAX - arguments_.options.first_image)
      throw Error(Status::invalid_argument, "--first-image: the images' indices would pass 2^64");
    return total;
  }

  Model open() {
    Model model = arguments_.model.open();
    open_s_ = seconds_since(start_);
    return model;
  }

  /// Nothing is written before all of this is known to be possible.
  void check_outputs() {
    const ModelInfo info = model_.info();
    format_.begin_series(settings_, info.image_size);
    if (arguments_.sheet) check_sheet(total_);
    if (arguments_.show_steps) check_steps_picture(steps(), info.image_size);
    if (!arguments_.save_tokens.empty()) {
      check_writable_file(arguments_.save_tokens);
      check_tensor_size("--save-tokens", info.grid.tokens() * sizeof(std::int32_t));
    }
    if (!arguments_.save_images.empty()) {
      check_writable_file(arguments_.save_images);
      const auto side = static_cast<std::size_t>(info.image_size);
      check_tensor_size("--save-images",
                        side * side * static_cast<std::size_t>(channels()) * sizeof(float));
    }
    model_.prepare(Parts::generate);
  }

  void check_tensor_size(const char* option, std::size_t bytes_an_image) const {
    const std::uint64_t limit = arguments_.model.options().limits.max_memory_bytes;
    if (total_ > limit / bytes_an_image) {
      throw Error(Status::limit, std::string(option) + ": " + std::to_string(total_) +
                                     " images do not fit into the memory limit of " +
                                     std::to_string(limit) + " bytes");
    }
  }

  void generate(ProgressBar& bar) {
    Generator generator(model_);
    const auto batch = static_cast<std::size_t>(arguments_.options.batch_size);
    std::size_t image = 0;
    while (image < total_) {
      if (skip(image)) {
        rows_.push_back({arguments_.options.first_image + image, image / arguments_.count, true});
        bar.advance(steps() + 1, label());
        ++image;
        continue;
      }
      std::size_t end = image + 1;
      while (end < total_ && end - image < batch && !skip(end)) ++end;
      generate_group(generator, image, end, bar);
      image = end;
    }
  }

  bool skip(std::size_t image) {
    if (!arguments_.resume) return false;
    throw_if_cancelled();
    const std::uint64_t index = arguments_.options.first_image + image;
    if (arguments_.show_steps &&
        !std::filesystem::exists(out_.path() / image_file_name(index, "_steps")))
      return false;
    Options options = arguments_.options;
    options.first_image = index;
    return is_made(out_.path() / name(index),
                   {nlohmann::json::parse(resolve(model_, options, prompt_of(image))), defaults_,
                    channels(), format_});
  }

  /// Images first..end-1 in one call, each with a prompt of its own, so that memory does not grow
  /// with the number of prompts.
  void generate_group(Generator& generator, std::size_t first, std::size_t end, ProgressBar& bar) {
    std::vector<std::string> prompts;
    const bool same = first / arguments_.count == (end - 1) / arguments_.count;
    for (std::size_t image = first; image < (same ? first + 1 : end); ++image)
      prompts.push_back(prompt_of(image));
    Options options = arguments_.options;
    options.first_image += first;
    options.images_per_prompt = same ? static_cast<std::int32_t>(end - first) : 1;
    options.job = &job_;
    options.preview = arguments_.show_steps;
    std::map<std::uint64_t, StepsPicture> pictures;
    options.progress = [&](const Progress& progress) {
      if (progress.preview != nullptr)
        pictures[progress.image].add(*progress.preview, arguments_.grey);
      bar.advance(1, label());
      return true;
    };
    const Generation generation = generator.generate(prompts, options);
    for (std::size_t i = 0; i < generation.size(); ++i) {
      const std::uint64_t index = options.first_image + i;
      write(generation[i], index, pictures);
      const Span<std::int32_t> tokens = generation.tokens(i);
      if (!arguments_.save_tokens.empty())
        tokens_.insert(tokens_.end(), tokens.begin(), tokens.end());
      rows_.push_back({index, (first + i) / arguments_.count, false});
      bar.advance(1, label());
    }
  }

  void write(const Image& generated, std::uint64_t index,
             const std::map<std::uint64_t, StepsPicture>& pictures) {
    const Image grey = arguments_.grey ? generated.grey() : Image(nullptr);
    const Image& image = arguments_.grey ? grey : generated;
    if (arguments_.show_steps)
      pictures.at(index).write((out_.path() / image_file_name(index, "_steps")).string(), image);
    format_.write(image, out_.path() / name(index), index);
    if (!arguments_.save_images.empty()) {
      const Span<float> pixels = image.pixels();
      const auto planes = static_cast<std::size_t>(image.channels());
      for (std::size_t c = 0; c < planes; ++c)
        for (std::size_t i = c; i < pixels.size(); i += planes) pixels_.push_back(pixels[i]);
    }
  }

  void write_csv() const {
    if (rows_.empty()) return;
    std::string csv = csv_line({"prompt", "img_savename", "seed", "image"});
    for (const Row& row : rows_)
      csv += csv_line({prompts_.texts[row.prompt], name(row.index),
                       std::to_string(arguments_.options.seed), std::to_string(row.index)});
    write_file(out_.path() / "images.csv", csv);
  }

  void write_tensors() const {
    const auto count = static_cast<std::int64_t>(total_);
    if (!arguments_.save_tokens.empty()) {
      Tensors tensors;
      tensors.add("token_ids", {count, static_cast<std::int64_t>(model_.grid().tokens())}, tokens_);
      tensors.write(arguments_.save_tokens);
    }
    if (!arguments_.save_images.empty()) {
      const std::int64_t side = model_.info().image_size;
      Tensors tensors;
      tensors.add("images", {count, channels(), side, side}, pixels_);
      tensors.write(arguments_.save_images);
    }
  }

  void write_sheet() const {
    if (!arguments_.sheet) return;
    std::vector<LabelledImage> images;
    for (const Row& row : rows_)
      images.push_back({out_.path() / name(row.index), prompts_.texts[row.prompt]});
    write_file(out_.path() / "sheet.svg", labelled_sheet(images, model_.info().image_size));
  }

  std::string label() const {
    return std::to_string(rows_.size()) + "/" + std::to_string(total_) + " images";
  }

  void report() const {
    const auto made = static_cast<std::size_t>(
        std::count_if(rows_.begin(), rows_.end(), [](const Row& row) { return !row.skipped; }));
    if (arguments_.model.json) {
      report_json(made);
    } else if (!arguments_.model.quiet) {
      const ModelInfo info = model_.info();
      std::cout << made << (made == 1 ? " image" : " images") << " written to "
                << out_.path().string();
      if (made < rows_.size()) std::cout << ", " << rows_.size() - made << " were there already";
      std::cout << " (" << device_name(info) << ", " << precision_name(info.precision) << ", "
                << generate_s_ << " s)\n";
    }
  }

  void report_json(std::size_t made) const {
    nlohmann::ordered_json images = nlohmann::ordered_json::array();
    for (const Row& row : rows_) {
      nlohmann::ordered_json image = {{"file", (out_.path() / name(row.index)).string()},
                                      {"prompt", prompts_.texts[row.prompt]},
                                      {"seed", arguments_.options.seed},
                                      {"image", row.index},
                                      {"skipped", row.skipped}};
      if (arguments_.show_steps)
        image["steps_file"] = (out_.path() / image_file_name(row.index, "_steps")).string();
      images.push_back(std::move(image));
    }
    nlohmann::ordered_json json = compute_json(arguments_.model, model_.info());
    json["model_sha256"] = model_.digest();
    json["settings"] = settings_;
    json["images"] = std::move(images);
    json["csv"] = (out_.path() / "images.csv").string();
    json["tokens_file"] = arguments_.save_tokens.empty()
                              ? nlohmann::ordered_json()
                              : nlohmann::ordered_json(arguments_.save_tokens);
    json["images_file"] = arguments_.save_images.empty()
                              ? nlohmann::ordered_json()
                              : nlohmann::ordered_json(arguments_.save_images);
    json["truncated"] = nlohmann::ordered_json::array();
    for (const std::size_t i : truncated_) json["truncated"].push_back(prompts_.sources[i]);
    json["timing"] = {{"open_s", open_s_}, {"prepare_s", prepare_s_}, {"generate_s", generate_s_}};
    if (made > 0) json["timing"]["image_s"] = generate_s_ / static_cast<double>(made);
    print_json(json);
  }

  const Arguments& arguments_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  double open_s_ = 0, prepare_s_ = 0, generate_s_ = 0;
  ImageFormat format_;
  Job& job_ = cancel_on_signals();
  Prompts prompts_;
  std::size_t total_;
  Model model_;
  nlohmann::ordered_json settings_;  // of the first image
  const nlohmann::json defaults_ = option_defaults();
  OutputFolder out_;
  std::vector<std::size_t> truncated_;
  std::vector<Row> rows_;
  std::vector<std::int32_t> tokens_;
  std::vector<float> pixels_;
};

int print_config(const Arguments& arguments) {
  std::cout << (arguments.model.path.empty()
                    ? raygen::print_config(arguments.options)
                    : raygen::print_config(arguments.model.open(), arguments.options));
  return 0;
}

int run(Arguments& arguments) {
  apply(arguments.sampling, arguments.options);
  if (arguments.print_config) return print_config(arguments);
  if (arguments.resume && (!arguments.save_tokens.empty() || !arguments.save_images.empty()))
    throw Error(
        Status::invalid_argument,
        "--resume leaves images out: it cannot be combined with --save-tokens or --save-images");
  return Run(arguments).run();
}

/// A file's name: a shell's unset variable is none.
CLI::Validator not_empty() {
  return {[](const std::string& text) {
            return text.empty() ? std::string("the path is empty") : std::string();
          },
          ""};
}

}  // namespace

void add_generate(CLI::App& app, Chosen& chosen) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("generate", "Sentences to images");
  CLI::Option* model = add_model_options(command, arguments->model)->required(false);
  add_prompt_options(command, arguments->prompts);
  Options& options = arguments->options;
  CLI::Option* out =
      command->add_option("-o,--out", arguments->out, "Folder for the images and images.csv")
          ->type_name("DIR");
  command->parse_complete_callback([arguments, model, out] {
    for (const CLI::Option* needed : {model, out})
      if (!arguments->print_config && needed->count() == 0)
        throw CLI::RequiredError(needed->get_name());
  });
  add_sampling_options(command, arguments->sampling);
  command->add_flag("--print-config", arguments->print_config,
                    "Print the sampling config as YAML, every key with its meaning, and stop");
  command->add_option("--seed", options.seed, "Seed (default 0)")
      ->transform(whole_number())
      ->type_name("S");
  command->add_option("--count", arguments->count, "Images a prompt (default 1)")
      ->check(CLI::Range(1, 1000000000))
      ->type_name("N");
  command->add_option("--first-image", options.first_image, "Index of the first image (default 0)")
      ->transform(whole_number())
      ->type_name("I");
  command->add_option("--batch-size", options.batch_size, "Images made together (default 1)")
      ->check(CLI::Range(1, 1024))
      ->type_name("B");
  command->add_flag("--grey", arguments->grey, "Write the mean of the channels");
  add_image_format_options(command, arguments->format);
  command->add_flag("--show-steps", arguments->show_steps,
                    "Also write the image after every step, side by side");
  command->add_flag("--sheet", arguments->sheet,
                    "Also write sheet.svg: all images with their prompts");
  command->add_flag("--resume", arguments->resume,
                    "Leave out images that are there, made with the same settings");
  command
      ->add_option("--save-tokens", arguments->save_tokens,
                   "Write the image tokens: token_ids [images,N]")
      ->check(not_empty())
      ->type_name("FILE.safetensors");
  command
      ->add_option("--save-images", arguments->save_images,
                   "Write the pixels 0..1: images [images,C,H,W]")
      ->check(not_empty())
      ->type_name("FILE.safetensors");
  choose(command, chosen, arguments, run);
}

}  // namespace raygen::cli
