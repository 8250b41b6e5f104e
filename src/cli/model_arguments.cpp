#include "model_arguments.hpp"

#include "freed_memory.hpp"

#include <charconv>
#include <iostream>

namespace raygen::cli {

ModelOptions ModelArguments::options() const {
  ModelOptions options;
  if (device == "cpu") {
    options.device = Device::cpu;
  } else if (device == "cuda" || device.starts_with("cuda:")) {
    options.device = Device::cuda;
    if (const auto colon = device.find(':'); colon != std::string::npos) {
      const char* end = device.data() + device.size();
      const auto [at, code] = std::from_chars(device.data() + colon + 1, end, options.device_index);
      if (code != std::errc() || at != end || options.device_index < 0)
        throw Error(Status::invalid_argument,
                    "--device: \"" + device + "\" is not auto, cpu, cuda or cuda:INDEX");
    }
  } else if (device != "auto") {
    throw Error(Status::invalid_argument,
                "--device: \"" + device + "\" is not auto, cpu, cuda or cuda:INDEX");
  }
  options.precision = precision == "auto"       ? Precision::automatic
                      : precision == "bfloat16" ? Precision::bfloat16
                      : precision == "int8"     ? Precision::int8
                                                : Precision::float32;
  options.threads = threads;
  return options;
}

Model ModelArguments::open() const {
  Model model = Model::open(path, options());
  keep_freed_memory();
  return model;
}

void add_compute_options(CLI::App* command, ModelArguments& arguments) {
  command->add_option("--device", arguments.device, "auto, cpu, cuda or cuda:INDEX (default auto)")
      ->type_name("DEVICE");
  command
      ->add_option("--precision", arguments.precision,
                   "auto, float32, bfloat16 or int8 (default float32)")
      ->check(CLI::IsMember({"auto", "float32", "bfloat16", "int8"}));
  command->add_option("--threads", arguments.threads, "CPU threads (default: one a core)")
      ->check(CLI::Range(1, 1024))
      ->type_name("N");
}

CLI::Option* add_model_options(CLI::App* command, ModelArguments& arguments) {
  CLI::Option* model =
      command->add_option("-m,--model", arguments.path, "The model: a folder with raygen.json")
          ->required()
          ->type_name("DIR");
  add_compute_options(command, arguments);
  command->add_flag("--json", arguments.json, "Print one JSON object");
  command->add_flag("-q,--quiet", arguments.quiet, "Print warnings and errors only");
  return model;
}

std::string device_name(const ModelInfo& info) {
  return info.device == Device::cuda ? "cuda:" + std::to_string(info.device_index) : "cpu";
}

const char* precision_name(Precision precision) {
  switch (precision) {
    case Precision::bfloat16:
      return "bfloat16";
    case Precision::float32:
      return "float32";
    case Precision::int8:
      return "int8";
    default:
      return "auto";
  }
}

nlohmann::ordered_json compute_json(const ModelArguments& arguments, const ModelInfo& info) {
  return {{"model", arguments.path},
          {"device", device_name(info)},
          {"precision", precision_name(info.precision)}};
}

void print_json(const nlohmann::ordered_json& json) {
  // A path or a message may hold bytes that are not UTF-8: they must not make the output invalid.
  std::cout << json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
}

}  // namespace raygen::cli
