#include "cancellation.hpp"
#include "commands.hpp"
#include "deleted_folder.hpp"
#include "exit_code.hpp"
#include "model_arguments.hpp"

#include <raygen/raygen.hpp>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <iostream>
#include <new>
#include <string_view>

namespace {

using namespace raygen::cli;

void print_error(int code, const char* status, const std::string& message) {
  print_json({{"error", {{"message", message}, {"status", status}, {"exit_code", code}}}});
}

int report(const Chosen& chosen, int code, const char* status, const std::string& message) {
  std::cerr << "raygen: " << message << '\n';
  if (chosen.json) print_error(code, status, message);
  return code;
}

int run(const Chosen& chosen) {
  try {
    const int code = chosen.run();
    if (!std::cout.flush())
      throw raygen::Error(raygen::Status::io, "cannot write to standard output");
    return code;
  } catch (const raygen::Error& error) {
    const int code = exit_code(error.status(), cancelling_signal());
    if (error.status() == raygen::Status::cancelled)
      return report(chosen, code, "cancelled", "cancelled");
    return report(chosen, code, raygen_status_message(static_cast<raygen_status>(error.status())),
                  error.what());
  } catch (const std::bad_alloc&) {
    return report(chosen, exit_out_of_memory, raygen_status_message(RAYGEN_ERROR_OUT_OF_MEMORY),
                  "out of memory");
  } catch (const std::exception& error) {
    return report(chosen, exit_internal, raygen_status_message(RAYGEN_ERROR_INTERNAL),
                  std::string("internal error: ") + error.what());
  }
}

}  // namespace

int main(int argc, char** argv) {
  return_to_deleted_folder();
  // A closed pipe and a limit on the size of files are errors of writing, told like any other.
  for (const int signal : {SIGPIPE, SIGXFSZ}) std::signal(signal, SIG_IGN);
  CLI::App app("raygen: chest X-rays from radiology sentences", "raygen");
  app.set_version_flag("--version", std::string("raygen ") + raygen_version());
  app.require_subcommand(
      0, 1);  // with 1, a command that does not exist would be told as one that is missing
  app.footer(exit_code_footer);
  app.failure_message(CLI::FailureMessage::simple);

  Chosen chosen;
  add_generate(app, chosen);
  add_edit(app, chosen);
  add_vary(app, chosen);
  add_convert(app, chosen);
  add_encode(app, chosen);
  add_decode(app, chosen);
  add_embed(app, chosen);
  add_prepare(app, chosen);
  add_phantom(app, chosen);
  add_train(app, chosen);
  add_evaluate(app, chosen);
  add_experiment(app, chosen);
  add_classify(app, chosen);
  add_index(app, chosen);
  add_label(app, chosen);
  add_figure(app, chosen);
  add_info(app, chosen);
  add_bench(app, chosen);
  add_create_random(app, chosen);
  for (CLI::App* command : app.get_subcommands({})) command->footer(exit_code_footer);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (app.exit(error) == 0) return 0;
    if (std::find(argv, argv + argc, std::string_view("--json")) != argv + argc)
      print_error(exit_usage, "usage", error.what());
    return exit_usage;
  }
  if (!chosen.run) {
    std::cerr << "raygen: a command is required: see raygen --help\n";
    return exit_usage;
  }
  return run(chosen);
}
