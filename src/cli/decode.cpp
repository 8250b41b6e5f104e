#include "cancellation.hpp"
#include "commands.hpp"
#include "image_format.hpp"
#include "model_arguments.hpp"
#include "output_file.hpp"
#include "progress_bar.hpp"

#include <raygen/encoder.hpp>
#include <raygen/tensors.hpp>

#include <iostream>

namespace raygen::cli {
namespace {

struct DecodeArguments {
  ModelArguments model;
  std::string tokens, out;
  bool grey = false;
  ImageFormatArguments format;
};

/// token_ids as rows of int32, checked against the model.
std::vector<std::vector<std::int32_t>> read_tokens(const std::string& file, const Grid& grid) {
  const Tensors tensors = Tensors::read(file);
  TensorView view;
  for (std::size_t i = 0; i < tensors.size() && view.name.empty(); ++i)
    if (tensors.get(i).name == "token_ids") view = tensors.get(i);
  if (view.name.empty()) throw Error(Status::format, file + ": there is no tensor \"token_ids\"");
  const std::string where = file + ": token_ids";
  if (view.shape.size() != 2 || view.shape[1] != static_cast<std::int64_t>(grid.tokens()))
    throw Error(Status::format, where + ": its shape is not [images," +
                                    std::to_string(grid.tokens()) + "], which the model asks for");
  if (view.dtype != Dtype::int32 && view.dtype != Dtype::int64)
    throw Error(Status::format, where + ": neither int32 nor int64");

  std::vector<std::vector<std::int32_t>> rows(static_cast<std::size_t>(view.shape[0]),
                                              std::vector<std::int32_t>(grid.tokens()));
  for (std::size_t row = 0; row < rows.size(); ++row) {
    for (std::size_t i = 0; i < grid.tokens(); ++i) {
      const std::size_t at = row * grid.tokens() + i;
      const std::int64_t token = view.dtype == Dtype::int32 ? view.values<std::int32_t>()[at]
                                                            : view.values<std::int64_t>()[at];
      if (token < 0 || token >= grid.codebook_size) {
        throw Error(Status::format, where + ": token " + std::to_string(i) + " of image " +
                                        std::to_string(row) + " is " + std::to_string(token) +
                                        ", expected 0 to " +
                                        std::to_string(grid.codebook_size - 1));
      }
      rows[row][i] = static_cast<std::int32_t>(token);
    }
  }
  return rows;
}

int run_decode(const DecodeArguments& arguments) {
  cancel_on_signals();
  ImageFormat format(arguments.format);
  const Model model = arguments.model.open();
  const auto rows = read_tokens(arguments.tokens, model.grid());
  model.prepare(Parts::image_decoder);
  const OutputFolder out(arguments.out);

  Encoder codec(model);
  nlohmann::ordered_json files = nlohmann::ordered_json::array();
  ProgressBar bar(rows.size(), !arguments.model.quiet);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    throw_if_cancelled();
    Image image = codec.decode(rows[i]);
    if (arguments.grey) image = image.grey();
    const auto path = out.path() / image_file_name(i, "", format.extension());
    if (i == 0) {
      auto made_with = nlohmann::json::parse(image.text("raygen"));
      made_with["tokens"] = rows;
      format.begin_series(made_with);
      format.check(image.width(), image.height());
    }
    format.write(image, path, i);
    files.push_back(path.string());
    bar.advance(1, "decoding");
  }
  bar.clear();
  if (arguments.model.json) {
    auto json = compute_json(arguments.model, model.info());
    json["images"] = std::move(files);
    print_json(json);
  } else if (!arguments.model.quiet) {
    std::cout << rows.size() << (rows.size() == 1 ? " image" : " images") << " written to "
              << arguments.out << '\n';
  }
  return 0;
}

}  // namespace

void add_decode(CLI::App& app, Chosen& chosen) {
  auto arguments = std::make_shared<DecodeArguments>();
  CLI::App* command = app.add_subcommand("decode", "Tokens to images");
  add_model_options(command, arguments->model);
  command->add_option("tokens", arguments->tokens, "File with int32 or int64 token_ids [images,N]")
      ->required()
      ->type_name("FILE.safetensors");
  command->add_option("-o,--out", arguments->out, "Folder for 00000.png, 00001.png, ...")
      ->required()
      ->type_name("DIR");
  command->add_flag("--grey", arguments->grey, "Write the mean of the channels");
  add_image_format_options(command, arguments->format);
  choose(command, chosen, arguments, run_decode);
}

}  // namespace raygen::cli
