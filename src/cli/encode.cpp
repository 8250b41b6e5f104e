#include "cancellation.hpp"
#include "commands.hpp"
#include "model_arguments.hpp"
#include "output_file.hpp"
#include "progress_bar.hpp"

#include <raygen/encoder.hpp>
#include <raygen/tensors.hpp>

#include <iostream>

namespace raygen::cli {
namespace {

struct EncodeArguments {
  ModelArguments model;
  std::vector<std::string> images;
  std::string out;
  bool features = false;
};

int run_encode(const EncodeArguments& arguments) {
  cancel_on_signals();
  check_writable_file(arguments.out);
  const Model model = arguments.model.open();
  model.prepare(Parts::image_encoder);
  const ModelInfo info = model.info();
  const auto count = static_cast<std::int64_t>(arguments.images.size());

  Encoder encoder(model);
  std::vector<std::int32_t> tokens;
  std::vector<float> features;
  ProgressBar bar(arguments.images.size(), !arguments.model.quiet);
  for (const std::string& path : arguments.images) {
    throw_if_cancelled();
    const Image image = Image::read(path);
    try {
      const EncodedImage own = arguments.features ? encoder.encode_with_features(image)
                                                  : EncodedImage{encoder.encode(image), {}};
      tokens.insert(tokens.end(), own.tokens.begin(), own.tokens.end());
      features.insert(features.end(), own.features.begin(), own.features.end());
    } catch (const Error& error) {
      throw Error(error.status(), path + ": " + error.what());
    }
    bar.advance(1, "encoding");
  }
  bar.clear();
  throw_if_cancelled();

  Tensors tensors;
  tensors.add("token_ids", {count, static_cast<std::int64_t>(info.grid.tokens())}, tokens);
  if (arguments.features)
    tensors.add("features", {count, info.feature_channels, info.grid.height, info.grid.width},
                features);
  tensors.write(arguments.out);
  if (arguments.model.json) {
    auto json = compute_json(arguments.model, info);
    json["images"] = arguments.images;
    json["tokens_file"] = arguments.out;
    print_json(json);
  } else if (!arguments.model.quiet) {
    std::cout << "tokens of " << count << (count == 1 ? " image" : " images") << " written to "
              << arguments.out << '\n';
  }
  return 0;
}

}  // namespace

void add_encode(CLI::App& app, Chosen& chosen) {
  auto arguments = std::make_shared<EncodeArguments>();
  CLI::App* command = app.add_subcommand("encode", "Images to tokens");
  add_model_options(command, arguments->model);
  command
      ->add_option("images", arguments->images,
                   "Images: PNG, JPEG, JPEG 2000, DICOM, BMP, PGM, PPM, TGA, GIF, PSD")
      ->required()
      ->type_name("IMAGE");
  command->add_option("-o,--out", arguments->out, "Tokens: int32 token_ids [images,N]")
      ->required()
      ->type_name("FILE.safetensors");
  command->add_flag("--features", arguments->features,
                    "Also write the features before quantisation: features [images,z,h,w]");
  choose(command, chosen, arguments, run_encode);
}

}  // namespace raygen::cli
