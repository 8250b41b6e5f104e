#include "cancellation.hpp"
#include "commands.hpp"
#include "model_arguments.hpp"
#include "output_file.hpp"

#include <raygen/convert.hpp>

#include <iostream>

namespace raygen::cli {
namespace {

struct Arguments {
  ConvertOptions options;
  std::string out;
  bool json = false;
  bool quiet = false;
};

int run(const Arguments& arguments) {
  check_no_model(arguments.out, arguments.options.overwrite);
  ConvertOptions options = arguments.options;
  options.job = &cancel_on_signals();
  const std::vector<std::string> warnings = convert(options, arguments.out);
  for (const std::string& warning : warnings) std::cerr << "raygen: warning: " << warning << '\n';
  if (arguments.json)
    print_json({{"model", arguments.out}, {"warnings", warnings}});
  else if (!arguments.quiet)
    std::cout << "model written to " << arguments.out << '\n';
  return 0;
}

}  // namespace

void add_convert(CLI::App& app, Chosen& chosen) {
  auto arguments = std::make_shared<Arguments>();
  ConvertOptions& options = arguments->options;
  CLI::App* command = app.add_subcommand("convert", "The original's checkpoints to a model");
  command
      ->add_option("--decoder", options.decoder,
                   "Masked decoder: Lightning .ckpt or {\"model\": ...}")
      ->required()
      ->type_name("FILE");
  command->add_option("--vqgan", options.vqgan, "VQ-GAN: taming VQModel or GumbelVQ checkpoint")
      ->required()
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
      ->add_option("--vocab", options.vocabulary,
                   "vocab.txt or a SentencePiece .model (default: the folder's own)")
      ->type_name("FILE");
  command
      ->add_option("--decoder-config", options.decoder_config,
                   "JSON or YAML with n_heads (default: one beside the checkpoint)")
      ->type_name("FILE");
  command
      ->add_option("--heads", options.heads,
                   "Attention heads of the decoder (default: from the config, else 8)")
      ->check(CLI::Range(1, 1024))
      ->type_name("N");
  command->add_option("-o,--out", arguments->out, "Folder of the model")
      ->required()
      ->type_name("DIR");
  command->add_flag("--force", options.overwrite, "Replace a model that is there");
  command->add_flag("--json", arguments->json, "Print one JSON object");
  command->add_flag("-q,--quiet", arguments->quiet, "Print warnings and errors only");
  choose(command, chosen, arguments, run);
}

}  // namespace raygen::cli
