#include "cancellation.hpp"
#include "commands.hpp"
#include "exit_code.hpp"
#include "model_arguments.hpp"
#include "process.hpp"
#include "work.hpp"

#include <raygen/convert.hpp>

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>
#include <thread>

namespace raygen::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

struct Arguments {
  ModelArguments model;
  std::string precisions = "all";
  std::int32_t steps = 3;
  int repeat = 3;
  std::string reference;
  std::string python;
  bool no_reference = false;
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

/// One line of the table: a command that prints its measurements, and the best of what it printed.
struct Peer {
  std::string name;
  std::vector<std::string> command;
  Json best = Json::object();
  std::string why_not;
};

constexpr const char* times[] = {"load_s", "text_s", "step_s", "vq_decode_s", "image_s"};
constexpr const char* time_to_read = "read_s";  // of libraygen only

void keep_best(Json& best, const Json& round) {
  if (best.empty()) {
    best = round;
    return;
  }
  const auto keep_least = [&](const char* key) {
    if (round.contains(key))
      best[key] = std::min(best[key].get<double>(), round[key].get<double>());
  };
  std::for_each(std::begin(times), std::end(times), keep_least);
  keep_least(time_to_read);
  for (const char* key : {"peak_memory_bytes", "matmul_gflops"})
    if (round.contains(key))
      best[key] = std::max(best[key].get<double>(), round[key].get<double>());
}

/// The last line of the output that is a JSON object.
std::optional<Json> last_object(const std::string& output) {
  std::size_t end = output.size();
  while (end > 0) {
    const std::size_t newline = output.rfind('\n', end - 1);
    const std::size_t begin = newline == std::string::npos ? 0 : newline + 1;
    const Json json = Json::parse(output.substr(begin, end - begin), nullptr, false);
    if (json.is_object()) return json;
    if (newline == std::string::npos) break;
    end = newline;
  }
  return std::nullopt;
}

void run_round(Peer& peer) {
  if (!peer.why_not.empty()) return;
  const ProcessResult result = run_process(peer.command);
  throw_if_cancelled();
  const std::optional<Json> json = last_object(result.output);
  if (json && json->contains("error")) {
    peer.why_not = (*json)["error"].value("message", "it failed");
  } else if (result.exit_code != 0 || !json) {
    peer.why_not = "it ended with exit code " + std::to_string(result.exit_code) +
                   (json ? "" : " and printed no result");
  } else if (!std::all_of(std::begin(times), std::end(times), [&](const char* key) {
               return json->contains(key) && (*json)[key].is_number();
             })) {
    peer.why_not = "its result lacks a time";
  } else {
    keep_best(peer.best, *json);
  }
}

/// A file of the source tree that this executable was built in, or "".
std::string find_in_source_tree(const fs::path& relative) {
  for (fs::path folder = fs::path(own_executable()).parent_path(); folder.has_relative_path();
       folder = folder.parent_path()) {
    std::error_code code;
    if (fs::exists(folder / relative, code)) return (folder / relative).string();
  }
  return "";
}

std::string find_reference() { return find_in_source_tree("tests/reference/benchmark.py"); }

/// The Python that scripts/set_up.sh installed torch for, else the machine's.
std::string find_python() {
  const std::string own = find_in_source_tree(".venv/bin/python3");
  return own.empty() ? "python3" : own;
}

std::vector<Peer> peers_of(const Arguments& arguments, const std::string& model, int repeat) {
  const std::int32_t threads =
      arguments.model.threads > 0
          ? arguments.model.threads
          : static_cast<std::int32_t>(std::max(1U, std::thread::hardware_concurrency()));
  const std::vector<std::string> common = {"--model",   model,
                                           "--steps",   std::to_string(arguments.steps),
                                           "--repeat",  std::to_string(repeat),
                                           "--threads", std::to_string(threads)};
  std::vector<Peer> peers;
  for (const std::string precision : {"float32", "bfloat16"}) {
    if (arguments.precisions != "all" && arguments.precisions != precision) continue;
    Peer peer{"raygen " + precision,
              {own_executable(), "bench-worker", "--precision", precision, "--device",
               arguments.model.device},
              {},
              ""};
    peer.command.insert(peer.command.end(), common.begin(), common.end());
    peers.push_back(std::move(peer));
  }
  if (!arguments.no_reference) {
    const std::string file = arguments.reference.empty() ? find_reference() : arguments.reference;
    Peer peer{"PyTorch eager float32",
              {arguments.python.empty() ? find_python() : arguments.python, file},
              {},
              ""};
    peer.command.insert(peer.command.end(), common.begin(), common.end());
    peer.command.push_back("--json");
    if (file.empty())
      peer.why_not =
          "tests/reference/benchmark.py was not found above this executable: give --reference "
          "FILE.py";
    peers.push_back(std::move(peer));
  }
  return peers;
}

Json read_architecture(const std::string& path) {
  ModelOptions options;
  options.device = Device::cpu;
  options.verify = false;
  return Json::parse(Model::open(path, options).manifest()).at("architecture");
}

/// Adds what follows from the times: work a second, its fraction of the machine's peak, the ratio
/// to the eager reference.
void derive(std::vector<Peer>& peers, const Work& work, std::int32_t steps) {
  double float32_peak = 0;
  for (const Peer& peer : peers)
    if (peer.best.contains("matmul_gflops") && peer.best["precision"] == "float32")
      float32_peak = peer.best["matmul_gflops"].get<double>();
  const Peer& last = peers.back();
  const double eager = last.command[0] != own_executable() && !last.best.empty()
                           ? last.best["image_s"].get<double>()
                           : 0;
  for (Peer& peer : peers) {
    if (peer.best.empty()) continue;
    const double image_s = peer.best["image_s"];
    const double rate = (work.step * steps + work.vq_decode) / image_s / 1e9;
    const double peak = peer.best.contains("matmul_gflops")
                            ? peer.best["matmul_gflops"].get<double>()
                            : float32_peak;
    peer.best["gflops"] = rate;
    if (peak > 0) peer.best["fraction_of_peak"] = rate / peak;
    if (eager > 0) peer.best["times_as_fast_as_eager"] = eager / image_s;
  }
}

void print_table(const std::vector<Peer>& peers, const Work& work, std::int32_t steps) {
  std::printf(
      "One image: %d steps and one VQ decode, text encoder apart. Seconds, best of the "
      "repetitions.\n",
      steps);
  std::printf("Work: %.0f GFLOP a step, %.0f GFLOP a VQ decode. Step: logits at all positions.\n\n",
              work.step / 1e9, work.vq_decode / 1e9);
  std::printf("%-22s %8s %8s %9s %8s %9s %8s %14s %8s %8s %9s\n", "", "text", "step", "VQ decode",
              "image", "vs eager", "GFLOP/s", "of peak", "load", "reading", "memory");
  for (const Peer& peer : peers) {
    if (peer.best.empty()) {
      std::printf("%-22s %s\n", peer.name.c_str(), peer.why_not.c_str());
      continue;
    }
    const auto number = [&](const char* key) {
      return peer.best.contains(key) ? peer.best[key].get<double>() : 0.0;
    };
    char ratio[32] = "-", fraction[32] = "-", reading[32] = "-";
    if (peer.best.contains(time_to_read))
      std::snprintf(reading, sizeof reading, "%.2f", number(time_to_read));
    if (peer.best.contains("times_as_fast_as_eager"))
      std::snprintf(ratio, sizeof ratio, "%.2f x", number("times_as_fast_as_eager"));
    if (peer.best.contains("fraction_of_peak")) {
      const double rate = number("gflops");
      std::snprintf(fraction, sizeof fraction, "%.0f%% of %.0f", 100 * number("fraction_of_peak"),
                    rate / number("fraction_of_peak"));
    }
    std::printf("%-22s %8.3f %8.3f %9.3f %8.3f %9s %8.0f %14s %8.2f %8s %6.2f GB\n",
                peer.name.c_str(), number("text_s"), number("step_s"), number("vq_decode_s"),
                number("image_s"), ratio, number("gflops"), fraction, number("load_s"), reading,
                number("peak_memory_bytes") / 1e9);
  }
  std::fflush(stdout);
}

int run(const Arguments& arguments) {
  cancel_on_signals();
  (void)arguments.model.options();  // a wrong --device is told before a large model is made
  std::optional<TemporaryModel> temporary;
  if (arguments.model.path.empty()) {
    if (!arguments.model.quiet)
      std::cerr << "raygen: making a model of the published size with random weights\n";
    temporary.emplace();
  }
  const std::string model = temporary ? temporary->path() : arguments.model.path;
  const Work work = count_work(read_architecture(model));

  // In rounds, so that a machine whose speed drifts is fair to all.
  const int rounds = std::min(arguments.repeat, 2);
  std::vector<Peer> peers = peers_of(arguments, model, (arguments.repeat + rounds - 1) / rounds);
  for (int round = 0; round < rounds; ++round) {
    for (Peer& peer : peers) {
      throw_if_cancelled();
      if (!arguments.model.quiet && peer.why_not.empty())
        std::cerr << "raygen: round " << round + 1 << " of " << rounds << ": " << peer.name << '\n';
      run_round(peer);
    }
  }
  derive(peers, work, arguments.steps);

  if (arguments.model.json) {
    Json json = {{"steps", arguments.steps},
                 {"step_gflop", work.step / 1e9},
                 {"vq_decode_gflop", work.vq_decode / 1e9}};
    json["results"] = Json::array();
    for (const Peer& peer : peers) {
      Json result = peer.best.empty() ? Json{{"error", peer.why_not}} : peer.best;
      result["name"] = peer.name;
      json["results"].push_back(std::move(result));
    }
    print_json(json);
  } else {
    print_table(peers, work, arguments.steps);
  }
  const bool any =
      std::any_of(peers.begin(), peers.end(), [](const Peer& peer) { return !peer.best.empty(); });
  if (any) return 0;
  std::cerr << "raygen: nothing could be measured: " << peers.front().why_not << '\n';
  return exit_code(Status::unsupported, 0);
}

}  // namespace

void add_bench(CLI::App& app, Chosen& chosen) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("bench", "Measure speed and memory beside eager PyTorch");
  command
      ->add_option("-m,--model", arguments->model.path,
                   "The model (default: the published size, random weights)")
      ->type_name("DIR");
  command
      ->add_option("--device", arguments->model.device,
                   "auto, cpu, cuda or cuda:INDEX (default auto)")
      ->type_name("DEVICE");
  command
      ->add_option("--precision", arguments->precisions, "all, float32 or bfloat16 (default all)")
      ->check(CLI::IsMember({"all", "float32", "bfloat16"}));
  command->add_option("--threads", arguments->model.threads, "CPU threads (default: one a core)")
      ->check(CLI::Range(1, 1024))
      ->type_name("N");
  command->add_option("--steps", arguments->steps, "Unmasking steps (default 3)")
      ->check(CLI::Range(1, 1024))
      ->type_name("K");
  command->add_option("--repeat", arguments->repeat, "Repetitions, the best counts (default 3)")
      ->check(CLI::Range(1, 1000))
      ->type_name("N");
  command
      ->add_option("--reference", arguments->reference,
                   "The eager peer (default: tests/reference/benchmark.py)")
      ->type_name("FILE.py");
  command
      ->add_option("--python", arguments->python,
                   "Python to run it with (default: the source tree's .venv, else python3)")
      ->type_name("PYTHON");
  command->add_flag("--no-reference", arguments->no_reference, "Leave the eager peer out");
  command->add_flag("--json", arguments->model.json, "Print one JSON object");
  command->add_flag("-q,--quiet", arguments->model.quiet, "Do not tell what is being measured");
  choose(command, chosen, arguments, run);
}

}  // namespace raygen::cli
