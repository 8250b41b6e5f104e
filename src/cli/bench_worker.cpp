// One precision, measured in a process of its own: its peak memory is then its own too.

#include "commands.hpp"
#include "exit_code.hpp"
#include "model_arguments.hpp"

#include <raygen/raygen.hpp>

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <limits>
#include <vector>

namespace raygen::cli {
namespace {

constexpr const char* prompt =
    "Moderate left pleural effusion with adjacent atelectasis. The heart is mildly enlarged.";

struct Arguments {
  ModelArguments model;
  std::int32_t steps = 3;
  int repeat = 3;
};

template <typename Call>
double time(const Call& call) {
  const auto start = std::chrono::steady_clock::now();
  call();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// The fastest of `repeat` calls after one that warms up.
template <typename Call>
double best(int repeat, const Call& call) {
  call();
  double fastest = std::numeric_limits<double>::infinity();
  for (int i = 0; i < repeat; ++i) fastest = std::min(fastest, time(call));
  return fastest;
}

std::uint64_t peak_memory() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

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
  return time([&] {
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      std::ifstream file(entry.path(), std::ios::binary);
      std::vector<char> bytes(entry.file_size());
      file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
      if (!file) throw Error(Status::io, "cannot read " + entry.path().string());
    }
  });
}

nlohmann::ordered_json measure(const Arguments& arguments) {
  const double read_s = read_time(arguments.model.path);
  const double not_known = std::numeric_limits<double>::infinity();
  double load_s = not_known;
  const auto load = [&] {
    const auto start = std::chrono::steady_clock::now();
    Model model = arguments.model.open();
    model.prepare(Parts::generate);
    load_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return model;
  };
  const Model model = load();

  // A whole run first, alone: the peak is that of a program that generates.
  Generator generator(model);
  Options options;
  options.sampling.steps = arguments.steps;
  options.sampling.temperature = 1.3;
  options.sampling.top_k_threshold = 0.5;
  const double run_s = best(arguments.repeat, [&] { (void)generator.generate({prompt}, options); });
  const std::uint64_t peak_bytes = peak_memory();
  generator.session().trim();

  TextEncoder text(model);
  const double text_s = best(arguments.repeat, [&] { (void)text.encode({prompt}); });
  MaskedDecoder decoder(model);
  const Condition condition = decoder.condition(text.encode({prompt}));
  const std::vector<std::int32_t> masked = half_masked(model.grid());
  const double step_s = best(arguments.repeat, [&] { (void)decoder.logits(masked, condition); });
  decoder.session().trim();
  Encoder codec(model);
  std::vector<std::int32_t> tokens = masked;
  for (std::int32_t& token : tokens) token %= model.grid().codebook_size;
  const double vq_decode_s = best(arguments.repeat, [&] { (void)codec.decode(tokens); });

  ModelOptions peak_options = arguments.model.options();
  peak_options.precision = model.info().precision;
  return {{"name", "raygen"},
          {"precision", precision_name(model.info().precision)},
          {"device", device_name(model.info())},
          {"read_s", read_s},
          {"load_s", load_s},
          {"text_s", text_s},
          {"step_s", step_s},
          {"vq_decode_s", vq_decode_s},
          {"image_s", run_s - text_s},
          {"peak_memory_bytes", peak_bytes},
          {"matmul_gflops", measure_matmul(peak_options)}};
}

int run(const Arguments& arguments) {
  try {
    print_json(measure(arguments));
    return 0;
  } catch (const Error& error) {
    // The parent tells it, in its own words.
    print_json(
        {{"error", {{"message", error.what()}, {"exit_code", exit_code(error.status(), 0)}}}});
    return exit_code(error.status(), 0);
  }
}

}  // namespace

void add_bench_worker(CLI::App& app, Chosen& chosen) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("bench-worker", "One measurement, as JSON")->group("");
  command->add_option("--model", arguments->model.path, "The model")->required();
  add_compute_options(command, arguments->model);
  command->add_option("--steps", arguments->steps, "Unmasking steps")->check(CLI::Range(1, 1024));
  command->add_option("--repeat", arguments->repeat, "Repetitions, the best counts")
      ->check(CLI::Range(1, 1000));
  choose(command, chosen, arguments, run);
}

}  // namespace raygen::cli
