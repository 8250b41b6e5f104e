#pragma once
// One function a command: it declares the command's options and, when the command is called, leaves
// in `chosen` what to run.

#include <CLI/CLI.hpp>

#include <functional>

namespace raygen::cli {

struct Chosen {
  std::function<int()> run;  // returns the exit code, or throws
  bool json = false;         // errors are told as JSON too
};

void add_convert(CLI::App& app, Chosen& chosen);
void add_generate(CLI::App& app, Chosen& chosen);
void add_edit(CLI::App& app, Chosen& chosen);
void add_vary(CLI::App& app, Chosen& chosen);
void add_encode(CLI::App& app, Chosen& chosen);
void add_decode(CLI::App& app, Chosen& chosen);
void add_embed(CLI::App& app, Chosen& chosen);
void add_prepare(CLI::App& app, Chosen& chosen);
void add_phantom(CLI::App& app, Chosen& chosen);
void add_train(CLI::App& app, Chosen& chosen);
void add_evaluate(CLI::App& app, Chosen& chosen);
void add_experiment(CLI::App& app, Chosen& chosen);
void add_classify(CLI::App& app, Chosen& chosen);
void add_index(CLI::App& app, Chosen& chosen);
void add_label(CLI::App& app, Chosen& chosen);
void add_figure(CLI::App& app, Chosen& chosen);
void add_info(CLI::App& app, Chosen& chosen);
void add_bench(CLI::App& app, Chosen& chosen);
/// Not shown in --help: bundles for tests.
void add_create_random(CLI::App& app, Chosen& chosen);

/// Calls `run(arguments)` when the command is chosen.
template <typename Arguments, typename Run>
void choose(CLI::App* command, Chosen& chosen, std::shared_ptr<Arguments> arguments, Run run) {
  command->callback([&chosen, arguments, run] {
    chosen.run = [arguments, run] { return run(*arguments); };
    if constexpr (requires { arguments->json; }) chosen.json = arguments->json;
    if constexpr (requires { arguments->model.json; }) chosen.json = arguments->model.json;
  });
}

}  // namespace raygen::cli
