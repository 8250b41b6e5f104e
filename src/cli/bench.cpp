// Times libraygen alone. benchmarks/peers.py runs it beside others.

#include "cancellation.hpp"
#include "commands.hpp"
#include "model_arguments.hpp"
#include "seconds_since.hpp"

#include <raygen/raygen.hpp>

#include <stdlib.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <limits>
#include <optional>
#include <vector>

namespace raygen::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* timed_prompt =
    "Moderate left pleural effusion with adjacent atelectasis. The heart is mildly enlarged.";

struct BenchArguments {
  ModelArguments model;
  std::int32_t steps = 3;
  std::int32_t batch = 1;
  int repeat = 3;
};

/// The published model's sizes with random weights, removed at the end.
class TemporaryModel {
 public:
  TemporaryModel() {
    std::string name = (fs::temp_directory_path() / "raygen-bench-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr)
      throw Error(Status::io, "cannot make a temporary folder like " + name);
    folder_ = name;
    try {
      create_random_bundle(path());
    } catch (...) {
      remove();
      throw;
    }
  }
  ~TemporaryModel() { remove(); }
  TemporaryModel(const TemporaryModel&) = delete;
  TemporaryModel& operator=(const TemporaryModel&) = delete;

  std::string path() const { return (folder_ / "model").string(); }

 private:
  void remove() const {
    std::error_code code;
    fs::remove_all(folder_, code);
  }
  fs::path folder_;
};

template <typename Call>
double time(const Call& call) {
  const auto start = std::chrono::steady_clock::now();
  call();
  return seconds_since(start);
}

/// The fastest of `repeat` calls.
template <typename Call>
double fastest(int repeat, const Call& call) {
  double least = std::numeric_limits<double>::infinity();
  for (int i = 0; i < repeat; ++i) least = std::min(least, time(call));
  return least;
}

/// The same after one that warms up.
template <typename Call>
double best(int repeat, const Call& call) {
  throw_if_cancelled();
  call();
  return fastest(repeat, call);
}

/// The most memory that was resident since forget_peak(), or since the process began where the
/// kernel keeps no such number.
std::uint64_t peak_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::stoull(line.substr(6)) * 1024;
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

void forget_peak() { std::ofstream("/proc/self/clear_refs") << '5'; }

/// Half of the positions masked, the rest spread over the codebook: a step amid a run.
std::vector<std::int32_t> half_masked(const Grid& grid) {
  std::vector<std::int32_t> tokens(grid.tokens());
  for (std::size_t i = 0; i < tokens.size(); ++i)
    tokens[i] =
        i % 2 == 0
            ? grid.codebook_size
            : static_cast<std::int32_t>(i * 7919 % static_cast<std::size_t>(grid.codebook_size));
  return tokens;
}

/// Seconds to read the model's files into memory: what loading them costs at the least.
double read_time(const std::string& folder) {
  if (!fs::is_directory(folder)) throw Error(Status::io, folder + " is no folder");
  return time([&] {
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (!entry.is_regular_file()) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      std::vector<char> bytes(entry.file_size());
      file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
      if (!file) throw Error(Status::io, "cannot read " + entry.path().string());
    }
  });
}

Json measure(const BenchArguments& arguments) {
  const double read_s = read_time(arguments.model.path);
  forget_peak();
  std::optional<Model> loaded;
  const double load_s = time([&] {
    loaded = arguments.model.open();
    loaded->prepare(Parts::generate);
  });
  const Model& model = *loaded;

  // A whole run first, alone: it is what a command takes that makes one image, and the peak is that
  // of a program that generates.
  Generator generator(model);
  Options options;
  options.images_per_prompt = options.batch_size = arguments.batch;
  options.sampling.steps = arguments.steps;
  options.sampling.temperature = 1.3;
  options.sampling.top_k_threshold = 0.5;
  const auto run = [&] { (void)generator.generate({timed_prompt}, options); };
  double first_step_s = 0;
  options.progress = [&, start = std::chrono::steady_clock::now()](const Progress&) {
    if (first_step_s == 0) first_step_s = seconds_since(start);
    return true;
  };
  throw_if_cancelled();
  const double first_s = time(run);
  options.progress = {};
  const double run_s = fastest(arguments.repeat, run);
  const std::uint64_t peak_bytes = peak_memory();
  generator.session().trim();

  TextEncoder text(model);
  const double text_s = best(arguments.repeat, [&] { (void)text.encode({timed_prompt}); });
  MaskedDecoder decoder(model);
  const auto images = static_cast<std::size_t>(arguments.batch);
  const Condition condition =
      decoder.condition(text.encode(std::vector<std::string>(images, timed_prompt)));
  const std::vector<std::int32_t> half = half_masked(model.grid());
  std::vector<std::int32_t> masked;
  for (std::size_t i = 0; i < images; ++i) masked.insert(masked.end(), half.begin(), half.end());
  const double step_s = best(arguments.repeat, [&] { (void)decoder.logits(masked, condition); });
  decoder.session().trim();
  Encoder codec(model);
  std::vector<std::int32_t> tokens = half;
  for (std::int32_t& token : tokens) token %= model.grid().codebook_size;
  const double vq_decode_s = best(arguments.repeat, [&] { (void)codec.decode(tokens); });

  throw_if_cancelled();
  ModelOptions peak_options = arguments.model.options();
  peak_options.precision = model.info().precision;
  return {{"name", "raygen"},
          {"precision", precision_name(model.info().precision)},
          {"device", device_name(model.info())},
          {"steps", arguments.steps},
          {"batch", arguments.batch},
          {"read_s", read_s},
          {"load_s", load_s},
          {"text_s", text_s},
          {"step_s", step_s / arguments.batch},
          {"vq_decode_s", vq_decode_s},
          {"image_s", (run_s - text_s) / arguments.batch},
          {"first_image_s", first_s / arguments.batch},
          {"first_step_s", first_step_s},
          {"peak_memory_bytes", peak_bytes},
          {"matmul_gflops", measure_matmul(peak_options)}};
}

void print_table(const Json& figures) {
  const auto batch = figures["batch"].get<int>();
  std::printf(
      "%s, %s on %s. Seconds for each image, the best of the repetitions.\n\n",
      batch == 1 ? "One image at a time" : (std::to_string(batch) + " images together").c_str(),
      figures["precision"].get<std::string>().c_str(),
      figures["device"].get<std::string>().c_str());
  const auto row = [&](const char* key, const std::string& meaning) {
    std::printf("%9.3f  %s\n", figures[key].get<double>(), meaning.c_str());
  };
  row("read_s", "read the model's files into memory");
  row("load_s", "load the model: check, map and pack its weights");
  row("text_s", "text encoder, one prompt");
  row("step_s", "masked decoder, one step over all positions");
  row("vq_decode_s", "VQ decode");
  row("image_s", "image: " + std::to_string(figures["steps"].get<int>()) +
                     " steps and one VQ decode, text encoder apart");
  row("first_image_s", "the first image of a process, loaded, text encoder included");
  row("first_step_s", "of it, text encoder and first step");
  std::printf("\n%9.0f  GFLOP/s, the fastest matrix product of this machine\n",
              figures["matmul_gflops"].get<double>());
  std::printf("%9.2f  GB of memory at the most, loading and generating\n",
              figures["peak_memory_bytes"].get<double>() / 1e9);
}

int run_bench(BenchArguments arguments) {
  cancel_on_signals();
  (void)arguments.model.options();  // a wrong --device is told before a large model is made
  std::optional<TemporaryModel> temporary;
  if (arguments.model.path.empty()) {
    if (!arguments.model.quiet)
      std::cerr << "raygen: making a model of the published size with random weights\n";
    temporary.emplace();
    arguments.model.path = temporary->path();
  }
  const Json figures = measure(arguments);
  if (arguments.model.json)
    print_json(figures);
  else
    print_table(figures);
  return 0;
}

}  // namespace

void add_bench(CLI::App& app, Chosen& chosen) {
  auto arguments = std::make_shared<BenchArguments>();
  CLI::App* command = app.add_subcommand("bench", "Measure speed and memory");
  command
      ->add_option("-m,--model", arguments->model.path,
                   "The model (default: the published size, random weights)")
      ->type_name("DIR");
  add_compute_options(command, arguments->model);
  command->add_option("--steps", arguments->steps, "Unmasking steps (default 3)")
      ->check(CLI::Range(1, 1024))
      ->type_name("K");
  command->add_option("--batch-size", arguments->batch, "Images worked on together (default 1)")
      ->check(CLI::Range(1, 1024))
      ->type_name("B");
  command->add_option("--repeat", arguments->repeat, "Repetitions, the best counts (default 3)")
      ->check(CLI::Range(1, 1000))
      ->type_name("N");
  command->add_flag("--json", arguments->model.json, "Print one JSON object");
  command->add_flag("-q,--quiet", arguments->model.quiet, "Print warnings and errors only");
  choose(command, chosen, arguments, run_bench);
}

}  // namespace raygen::cli
