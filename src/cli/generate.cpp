#include "cancellation.hpp"
#include "class_counts.hpp"
#include "commands.hpp"
#include "image_claims.hpp"
#include "image_format.hpp"
#include "image_records.hpp"
#include "like.hpp"
#include "made_image.hpp"
#include "model_arguments.hpp"
#include "output_file.hpp"
#include "plan.hpp"
#include "progress_bar.hpp"
#include "prompts.hpp"
#include "run_options.hpp"
#include "sampling_options.hpp"
#include "saved_tensors.hpp"
#include "seconds_since.hpp"
#include "sheet.hpp"
#include "steps_picture.hpp"

#include <raygen/config.hpp>
#include <raygen/generator.hpp>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <map>
#include <optional>
#include <thread>

namespace raygen::cli {
namespace {

constexpr std::chrono::milliseconds waiting_time(50);  // for another process

struct GenerateArguments {
  ModelArguments model;
  PromptArguments prompts;
  ClassArguments classes;
  LikeArguments like;
  std::string out;
  Options options;
  SamplingArguments sampling;
  bool print_config = false;
  std::size_t count = 1;
  std::int32_t together = 0;  // as images_together() takes it
  std::vector<double> mix;    // weights of the prompts
  std::optional<std::uint64_t> seed, first_image;
  ImageFormatArguments format;
  bool grey = false;
  bool show_steps = false;
  bool sheet = false;
  bool sidecar = false;
  bool resume = false;
  SavedTensorArguments tensors;
  std::string reject_near;  // an index
};

Plan plan_of(const GenerateArguments& arguments, const LikeImage* like) {
  if (!arguments.classes.file.empty()) return Plan(read_classes(arguments.classes));
  if (like != nullptr) {
    Prompts prompts{like->settings().prompts(), {}};
    prompts.sources.assign(prompts.texts.size(), arguments.like.image);
    if (prompts.texts.size() == 1) return {std::move(prompts), arguments.count};
    return {std::move(prompts), like->settings().weights(), arguments.count};
  }
  if (!arguments.mix.empty())
    return {read_prompts(arguments.prompts), arguments.mix, arguments.count};
  return {read_prompts(arguments.prompts), arguments.count};
}

std::optional<TrainingIndex> index_of(const GenerateArguments& arguments) {
  if (arguments.reject_near.empty()) return std::nullopt;
  return TrainingIndex::open(arguments.reject_near, arguments.model.options().limits);
}

class GenerationRun {
 public:
  /// like: the image that is made again, or NULL.
  GenerationRun(const GenerateArguments& arguments, const LikeImage* like)
      : arguments_(arguments),
        format_(arguments.format),
        plan_(plan_of(arguments, like)),
        model_(open(like)),
        settings_(nlohmann::ordered_json::parse(resolve(model_, arguments.options))),
        out_(arguments.out),
        claims_(out_.path()),
        index_(index_of(arguments)),
        records_(plan_, out_.path(), arguments.options.seed, arguments.options.first_image,
                 format_.extension()),
        tensors_(arguments.tensors, model_.info(), plan_.total(), channels(),
                 arguments.model.options().limits.max_memory_bytes) {
    check_outputs();
    prepare_s_ = seconds_since(start_) - open_s_;
    truncated_ =
        warn_of_truncation(plan_.prompts(), count_tokens(model_, plan_.prompts()), model_.info());
  }

  int run() {
    ProgressBar bar(plan_.total() * (steps() + 1), !arguments_.model.quiet);
    const auto start = std::chrono::steady_clock::now();
    try {
      generate(bar);
    } catch (...) {
      bar.clear();
      try {
        records_.write_lists();  // of the images that are there
      } catch (const Error& error) {
        std::cerr << "raygen: warning: " << error.what() << '\n';
      }
      throw;
    }
    bar.clear();
    generate_s_ = seconds_since(start);
    records_.write_lists();
    tensors_.write();
    write_sheet();
    report();
    return 0;
  }

 private:
  std::size_t steps() const { return settings_.at("steps").get<std::size_t>(); }
  std::int32_t channels() const { return arguments_.grey ? 1 : model_.info().image_channels; }

  Model open(const LikeImage* like) {
    check_indices(arguments_.options.first_image, plan_.total());
    Model model = arguments_.model.open();
    if (like != nullptr) like->check_model(model);
    open_s_ = seconds_since(start_);
    return model;
  }

  /// Nothing is written before all of this is known to be possible.
  void check_outputs() {
    const ModelInfo info = model_.info();
    format_.begin_series(settings_);
    format_.check(info.image_size, info.image_size);
    if (arguments_.sheet) check_sheet(plan_.total());
    if (arguments_.show_steps) check_steps_picture(steps(), info.image_size);
    model_.prepare(Parts::generate);
  }

  void generate(ProgressBar& bar) {
    Generator generator(model_);
    const auto together = static_cast<std::size_t>(
        images_together(arguments_.together, arguments_.model, model_.info()));
    std::vector<std::size_t> batch, elsewhere;
    const auto go_to = [&](std::size_t image, std::vector<std::size_t>& later) {
      if (!claim(image)) {
        later.push_back(image);
      } else if (is_there(image)) {
        finish(image, /*skipped=*/true, bar);
      } else {
        batch.push_back(image);
      }
      if (batch.size() == together) make(generator, batch, bar);
    };
    for (std::size_t image = 0; image < plan_.total(); ++image) go_to(image, elsewhere);
    make(generator, batch, bar);
    // What another process was making is there by now, or is left to us because it has ended.
    while (!elsewhere.empty()) {
      std::vector<std::size_t> still;
      for (const std::size_t image : elsewhere) go_to(image, still);
      make(generator, batch, bar);
      if (still.size() == elsewhere.size()) std::this_thread::sleep_for(waiting_time);
      elsewhere = std::move(still);
    }
  }

  /// Whether this process is to see to an image.
  bool claim(std::size_t image) {
    throw_if_cancelled();
    return !arguments_.resume || claims_.take(records_.index_of(image));
  }

  void finish(std::size_t image, bool skipped, ProgressBar& bar) {
    if (arguments_.resume) claims_.give_back(records_.index_of(image));
    records_.add(image, skipped);
    bar.advance(skipped ? steps() + 1 : 1, label());
  }

  bool is_there(std::size_t image) const {
    if (!arguments_.resume) return false;
    const std::filesystem::path path = records_.path_of(image);
    if (arguments_.show_steps && !std::filesystem::exists(records_.steps_path_of(image)))
      return false;
    Options options = arguments_.options;
    options.first_image = records_.index_of(image);
    options.prompt_weights = plan_.weights();
    if (!plan_.config_of(image).empty()) options.image_configs = {plan_.config_of(image)};
    if (!is_made(path, {nlohmann::json::parse(resolve(model_, options, plan_.prompts_of(image))),
                        defaults_, channels(), format_, index_ ? index_->digest() : ""}))
      return false;
    if (arguments_.sidecar) write_sidecar(path, Image::read(path.string()).text("raygen"));
    return true;
  }

  /// The images of a batch in one call, so that memory does not grow with the number of prompts.
  /// Empties the batch.
  void make(Generator& generator, std::vector<std::size_t>& batch, ProgressBar& bar) {
    if (batch.empty()) return;
    Options options = arguments_.options;
    options.batch_size = static_cast<std::int32_t>(batch.size());
    if (index_) options.reject_near = &*index_;
    std::vector<std::string> prompts;
    bool configs = false;
    for (const std::size_t image : batch) {
      options.indices.push_back(records_.index_of(image));
      options.image_configs.push_back(plan_.config_of(image));
      configs = configs || !options.image_configs.back().empty();
      prompts.push_back(plan_.text_of(image));
    }
    if (!configs) options.image_configs.clear();
    if (std::equal(prompts.begin() + 1, prompts.end(), prompts.begin())) {  // encoded once
      prompts = plan_.prompts_of(batch[0]);
      options.images_per_prompt = static_cast<std::int32_t>(batch.size());
    }
    options.prompts_per_mix = plan_.mixed() ? prompts.size() : 1;
    options.prompt_weights = plan_.weights();
    options.job = &job_;
    options.preview = arguments_.show_steps;
    std::map<std::uint64_t, StepsPicture> pictures;
    std::vector<std::size_t> told(batch.size(), 0);  // of an image's steps, as the bar counts them
    options.progress = [&](const Progress& progress) {
      if (progress.preview != nullptr)
        pictures[progress.image].add(*progress.preview, arguments_.grey);
      const std::size_t now = steps() * static_cast<std::size_t>(progress.step) /
                              static_cast<std::size_t>(progress.steps);
      std::size_t& before = told[progress.image_number];
      if (now > before) {  // an image that is drawn again begins anew
        bar.advance(now - before, label());
        before = now;
      }
      return true;
    };
    const Generation generation = generator.generate(prompts, options);
    for (std::size_t i = 0; i < generation.size(); ++i) {
      const Image grey = arguments_.grey ? generation[i].grey() : Image(nullptr);
      const Image& image = arguments_.grey ? grey : generation[i];
      write(image, batch[i], pictures);
      tensors_.add(generation.tokens(i), image);
      bar.advance(steps() - told[i], label());  // an image may need fewer steps than it may take
      finish(batch[i], /*skipped=*/false, bar);
    }
    batch.clear();
  }

  /// The image comes last: where it is, all that belongs to it is.
  void write(const Image& image, std::size_t number,
             const std::map<std::uint64_t, StepsPicture>& pictures) {
    const std::filesystem::path path = records_.path_of(number);
    if (arguments_.show_steps)
      pictures.at(records_.index_of(number)).write(records_.steps_path_of(number).string(), image);
    if (arguments_.sidecar) write_sidecar(path, image.text("raygen"));
    format_.write(image, path, records_.index_of(number));
  }

  void write_sheet() const {
    if (!arguments_.sheet) return;
    std::vector<LabelledImage> images;
    for (const std::size_t image : records_.images())
      images.push_back({records_.path_of(image), plan_.text_of(image)});
    write_file(out_.path() / "sheet.svg", labelled_sheet(images, model_.info().image_size));
  }

  std::string label() const {
    return std::to_string(records_.size()) + "/" + std::to_string(plan_.total()) + " images";
  }

  void report() const {
    const std::size_t made = records_.made();
    if (arguments_.model.json) {
      report_json(made);
    } else if (!arguments_.model.quiet) {
      const ModelInfo info = model_.info();
      std::cout << made << (made == 1 ? " image" : " images") << " written to "
                << out_.path().string();
      if (made < records_.size())
        std::cout << ", " << records_.size() - made << " were there already";
      std::cout << " (" << device_name(info) << ", " << precision_name(info.precision) << ", "
                << generate_s_ << " s)\n";
    }
  }

  void report_json(std::size_t made) const {
    const auto file_or_null = [](const std::string& file) {
      return file.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(file);
    };
    nlohmann::ordered_json json = compute_json(arguments_.model, model_.info());
    json["model_sha256"] = model_.digest();
    json["settings"] = settings_;
    json["images"] = records_.json(arguments_.show_steps);
    json["csv"] = (out_.path() / "images.csv").string();
    if (plan_.by_class()) json["data_info"] = (out_.path() / "data_info.json").string();
    json["tokens_file"] = file_or_null(arguments_.tensors.tokens);
    json["images_file"] = file_or_null(arguments_.tensors.images);
    json["truncated"] = nlohmann::ordered_json::array();
    for (const std::size_t i : truncated_) json["truncated"].push_back(plan_.prompts().sources[i]);
    json["timing"] = {{"open_s", open_s_}, {"prepare_s", prepare_s_}, {"generate_s", generate_s_}};
    if (made > 0) json["timing"]["image_s"] = generate_s_ / static_cast<double>(made);
    print_json(json);
  }

  const GenerateArguments& arguments_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  double open_s_ = 0, prepare_s_ = 0, generate_s_ = 0;
  ImageFormat format_;
  Job& job_ = cancel_on_signals();
  Plan plan_;
  Model model_;
  nlohmann::ordered_json settings_;  // of the first image
  const nlohmann::json defaults_ = option_defaults();
  OutputFolder out_;
  ImageClaims claims_;
  std::optional<TrainingIndex> index_;
  ImageRecords records_;
  std::vector<std::size_t> truncated_;
  SavedTensors tensors_;
};

int print_config(const GenerateArguments& arguments) {
  std::cout << (arguments.model.path.empty()
                    ? raygen::print_config(arguments.options)
                    : raygen::print_config(arguments.model.open(), arguments.options));
  return 0;
}

/// A run that leaves images out has no tensors of all images.
void check_combination(const GenerateArguments& arguments) {
  if (arguments.resume && arguments.tensors.any())
    throw Error(Status::invalid_argument,
                std::string(arguments.classes.file.empty() ? "--resume" : "--classes") +
                    " leaves out images that are there: it cannot be combined with --save-tokens "
                    "or --save-images");
}

/// What the options say, and else the image that is made again.
void settle(GenerateArguments& arguments, const LikeImage* like) {
  Options& options = arguments.options;
  if (like != nullptr) {
    like->choose_compute(arguments.model);
    options.config = like->settings().config(options);
    options.config_name.clear();
    options.overrides.clear();
    if (!arguments.format.bit_depth && arguments.format.format == "png")
      arguments.format.bit_depth = like->bit_depth();
    arguments.grey = arguments.grey || like->channels() == 1;
  }
  options.seed = arguments.seed.value_or(like != nullptr ? like->settings().seed() : 0);
  options.first_image =
      arguments.first_image.value_or(like != nullptr ? like->settings().image() : 0);
  arguments.resume = arguments.resume || !arguments.classes.file.empty();
  // Another seed, index or number of images is not that image again.
  if (like != nullptr && !arguments.seed && !arguments.first_image && arguments.count == 1 &&
      like->settings().attempt() != 0)
    options.attempts = {like->settings().attempt()};
}

int run_generate(GenerateArguments& arguments) {
  apply(arguments.sampling, arguments.options);
  std::optional<LikeImage> like;
  if (!arguments.like.image.empty()) like.emplace(arguments.like);
  settle(arguments, like ? &*like : nullptr);
  if (arguments.print_config) return print_config(arguments);
  check_combination(arguments);
  return GenerationRun(arguments, like ? &*like : nullptr).run();
}

}  // namespace

void add_generate(CLI::App& app, Chosen& chosen) {
  auto arguments = std::make_shared<GenerateArguments>();
  CLI::App* command = app.add_subcommand("generate", "Sentences to images");
  CLI::Option* model = add_model_options(command, arguments->model)->required(false);
  describe_configs(add_prompt_options(command, arguments->prompts));
  CLI::Option* classes = add_class_options(command, arguments->classes);
  CLI::Option* like = add_like_options(command, arguments->like);
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
  add_index_options(command, arguments->seed, arguments->first_image);
  add_count_option(command, arguments->count);
  add_batch_size_option(command, arguments->together);
  command
      ->add_option("--mix", arguments->mix,
                   "Mix all prompts in each image, with these weights, one for each prompt")
      ->delimiter(',')
      ->check(CLI::PositiveNumber)
      ->type_name("W,W,...");
  command->add_flag("--grey", arguments->grey, "Write the mean of the channels");
  add_image_format_options(command, arguments->format);
  command->add_flag("--show-steps", arguments->show_steps,
                    "Also write the image after every step, side by side");
  command->add_flag("--sheet", arguments->sheet,
                    "Also write sheet.svg: all images with their prompts");
  command->add_flag("--sidecar", arguments->sidecar,
                    "Also write each image's settings beside it: 00000.json");
  command->add_flag("--resume", arguments->resume,
                    "Leave out images that are there, made with the same settings, and those that "
                    "another process is making");
  add_saved_tensor_options(command, arguments->tensors);
  command
      ->add_option("--reject-near", arguments->reject_near,
                   "Draw an image again that is too near an image of this training set, which "
                   "`raygen index` has written")
      ->type_name("INDEX");
  command
      ->add_option("--reject-tries", arguments->options.reject_tries,
                   "With --reject-near: tries of an image before the command ends with an error")
      ->capture_default_str()
      ->type_name("N");
  for (const char* other : {"--prompt", "--prompts"})
    for (CLI::Option* one : {classes, like}) one->excludes(command->get_option(other));
  classes->excludes(like)->excludes(command->get_option("--count"));
  for (CLI::Option* one : {classes, like}) one->excludes(command->get_option("--mix"));
  choose(command, chosen, arguments, run_generate);
}

}  // namespace raygen::cli
