#pragma once
// --model, --device, --precision, --threads, --json and --quiet, which most commands share.

#include <raygen/model.hpp>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <string>

namespace raygen::cli {

struct ModelArguments {
  std::string path;
  std::string device = "auto";
  std::string precision = "float32";
  std::int32_t threads = RAYGEN_THREADS_HOST;
  bool json = false;
  bool quiet = false;

  /// Throws Error(invalid_argument) for a device that is none.
  ModelOptions options() const;
  Model open() const;
};

void add_compute_options(CLI::App* command, ModelArguments& arguments);
/// --model, the compute options, --json and --quiet. Returns --model, which is required.
CLI::Option* add_model_options(CLI::App* command, ModelArguments& arguments);

/// "cpu", "cuda:0"
std::string device_name(const ModelInfo& info);
const char* precision_name(Precision precision);
/// {"model", "device", "precision"}: what a result was computed with.
nlohmann::ordered_json compute_json(const ModelArguments& arguments, const ModelInfo& info);
/// One JSON object on standard output.
void print_json(const nlohmann::ordered_json& json);

}  // namespace raygen::cli
