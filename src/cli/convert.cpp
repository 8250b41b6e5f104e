#include "cancellation.hpp"
#include "commands.hpp"
#include "model_arguments.hpp"
#include "output_file.hpp"

#include <raygen/convert.hpp>
#include <raygen/model.hpp>

#include <iostream>
#include <utility>

namespace raygen::cli {
namespace {

struct ConvertArguments {
  ConvertOptions options;
  std::string out;
  bool json = false;
  bool quiet = false;
};

using Json = nlohmann::ordered_json;

constexpr std::pair<const char*, const char*> kReport[] = {
    {"took", "took"}, {"assumed", "assumed"}, {"left_out", "left out"}};

/// What the model says about its making.
Json report_of(const std::string& model) {
  ModelOptions options;
  options.verify = false;  // it was written a moment ago
  const Json provenance = Json::parse(Model::open(model, options).manifest())["provenance"];
  Json report;
  for (const auto& [key, title] : kReport) report[key] = provenance.value(key, Json::array());
  return report;
}

int run_convert(const ConvertArguments& arguments) {
  check_no_model(arguments.out, arguments.options.overwrite);
  ConvertOptions options = arguments.options;
  options.job = &cancel_on_signals();
  const std::vector<std::string> warnings = convert(options, arguments.out);
  for (const std::string& warning : warnings) std::cerr << "raygen: warning: " << warning << '\n';
  // A model that is stored anew keeps what was said of it when it was made.
  const Json report = options.model.empty() ? report_of(arguments.out) : Json::object();
  if (arguments.json) {
    Json json = {{"model", arguments.out}, {"warnings", warnings}};
    json.update(report);
    print_json(json);
  } else if (!arguments.quiet) {
    for (const auto& [key, title] : kReport)
      for (const Json& sentence : report.value(key, Json::array()))
        std::cout << title << ": " << sentence.get<std::string>() << '\n';
    std::cout << "model written to " << arguments.out << '\n';
  }
  return 0;
}

}  // namespace

void add_convert(CLI::App& app, Chosen& chosen) {
  auto arguments = std::make_shared<ConvertArguments>();
  ConvertOptions& options = arguments->options;
  CLI::App* command = app.add_subcommand(
      "convert", "The original's checkpoints to a model, or a model in another precision");
  command
      ->add_option("--decoder", options.decoder,
                   "Masked decoder: Lightning .ckpt or {\"model\": ...}")
      ->type_name("FILE");
  command->add_option("--vqgan", options.vqgan, "VQ-GAN: taming VQModel or GumbelVQ checkpoint")
      ->type_name("FILE");
  command
      ->add_option("--vqgan-config", options.vqgan_config,
                   "project.yaml of the VQ-GAN; its sizes must agree with the weights")
      ->type_name("FILE");
  command
      ->add_option("--text-encoder", options.text_encoder,
                   "Hugging Face folder (default: the one inside the decoder's checkpoint)")
      ->type_name("DIR");
  command
      ->add_option("--text-config", options.text_config,
                   "config.json of a text encoder inside the decoder's checkpoint")
      ->type_name("FILE");
  command
      ->add_option(
          "--vocab", options.vocabulary,
          "vocab.txt, tokenizer.json or a SentencePiece .model (default: the folder's own)")
      ->type_name("FILE");
  command
      ->add_option("--decoder-config", options.decoder_config,
                   "JSON or YAML with n_heads (default: one beside the checkpoint)")
      ->type_name("FILE");
  command
      ->add_option("--heads", options.heads,
                   "Attention heads of the decoder (default: from the checkpoint's settings or a "
                   "config, else 8)")
      ->check(CLI::Range(1, 1024))
      ->type_name("N");
  command
      ->add_option("--classifier", options.classifier,
                   "DenseNet-121 or EfficientNet-Lite, beside the others or alone")
      ->type_name("FILE");
  command
      ->add_option("--classifier-kind", options.classifier_kind,
                   "imagenet, chexnet, raygen, lite, xrv:all, xrv:nih, ... (default: told by names "
                   "and shapes)")
      ->type_name("KIND");
  command
      ->add_option("--classifier-config", options.classifier_config,
                   "JSON with classes, thresholds and preprocessing of the classifier")
      ->type_name("FILE");
  command
      ->add_option("--ignore", options.ignore,
                   "Leave out tensors whose names start with this; may be repeated")
      ->allow_extra_args(false)
      ->type_name("PREFIX");
  CLI::Option* model = command
                           ->add_option("--model", options.model,
                                        "Store a model that is there in another precision, instead")
                           ->type_name("DIR");
  CLI::Option* stored =
      command
          ->add_option("--stored-precision", options.stored_precision,
                       "float32, float16, bfloat16 or int8: of the weights on disk (default: as "
                       "they are; int8: the masked decoder's linears)")
          ->type_name("TYPE");
  model->needs(stored);
  command->add_option("-o,--out", arguments->out, "Folder of the model")
      ->required()
      ->type_name("DIR");
  command->parse_complete_callback([arguments, command] {
    if (!arguments->options.classifier.empty() || !arguments->options.model.empty()) return;
    for (const char* needed : {"--decoder", "--vqgan"})
      if (command->count(needed) == 0) throw CLI::RequiredError(needed);
  });
  command->add_flag("--force", options.overwrite, "Replace a model that is there");
  command->add_flag("--json", arguments->json, "Print one JSON object");
  command->add_flag("-q,--quiet", arguments->quiet, "Print warnings and errors only");
  choose(command, chosen, arguments, run_convert);
}

}  // namespace raygen::cli
