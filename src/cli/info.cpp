#include "commands.hpp"
#include "image_info.hpp"
#include "json_text.hpp"
#include "model_arguments.hpp"

#include <raygen/config.hpp>

#include <algorithm>
#include <iostream>

namespace raygen::cli {
namespace {

using Json = nlohmann::ordered_json;

struct InfoArguments {
  ModelArguments model;
  std::string image;
  bool memory = false;
};

bool is_list_of_sentences(const Json& value) {
  return value.is_array() && !value.empty() &&
         std::all_of(value.begin(), value.end(), [](const Json& item) {
           return item.is_string() &&
                  item.get_ref<const std::string&>().find(' ') != std::string::npos;
         });
}

void print_object(const Json& object, const std::string& indent) {
  for (const auto& [key, value] : object.items()) {
    if (value.is_object()) {
      std::cout << indent << key << ":\n";
      print_object(value, indent + "  ");
    } else if (is_list_of_sentences(value)) {
      std::cout << indent << key << ":\n";
      for (const Json& sentence : value)
        std::cout << indent << "  " << sentence.get<std::string>() << '\n';
    } else {
      std::cout << indent << key << ": " << text_of(value) << '\n';
    }
  }
}

Json describe(const InfoArguments& arguments) {
  const Model model = arguments.model.open();
  const ModelInfo info = model.info();
  const Json manifest = Json::parse(model.manifest());
  Json json = compute_json(arguments.model, info);
  json["sha256"] = model.digest();
  json["image"] = {{"size", info.image_size}, {"channels", info.image_channels}};
  json["tokens"] = {{"height", info.grid.height},
                    {"width", info.grid.width},
                    {"codebook", info.grid.codebook_size}};
  json["text"] = {
      {"length", info.text_length}, {"width", info.text_dim}, {"projection", info.projection_dim}};
  for (const char* key :
       {"parts", "architecture", "preprocessing", "provenance", "licence", "files"})
    if (manifest.contains(key)) json[key] = manifest[key];
  // The settings of an image, less what is not sampling's.
  const Json keys = Json::parse(config_schema())["properties"],
             settings = Json::parse(resolve(model));
  for (const auto& [key, value] : settings.items())
    if (keys.contains(key)) json["sampling"][key] = value;
  if (arguments.memory) {
    model.prepare(info.parts);
    json["memory_bytes"] = model.memory();
  }
  return json;
}

int run_info(const InfoArguments& arguments) {
  const Json json = !arguments.image.empty()        ? describe_image(arguments.image)
                    : !arguments.model.path.empty() ? describe(arguments)
                                                    : Json::parse(raygen_build_info());
  if (arguments.model.json)
    print_json(json);
  else
    print_object(json, "");
  return 0;
}

}  // namespace

void add_info(CLI::App& app, Chosen& chosen) {
  auto arguments = std::make_shared<InfoArguments>();
  CLI::App* command = app.add_subcommand(
      "info",
      "What made an image, or what a model is made of; without either, how the library was built");
  CLI::Option* image =
      command->add_option("image", arguments->image, "A generated image: prints what made it")
          ->type_name("IMAGE.png");
  command->add_option("-m,--model", arguments->model.path, "The model: a folder with raygen.json")
      ->type_name("DIR")
      ->excludes(image);
  add_compute_options(command, arguments->model);
  command->add_flag("--memory", arguments->memory,
                    "Load the weights and tell the memory they take");
  command->add_flag("--json", arguments->model.json, "Print one JSON object");
  choose(command, chosen, arguments, run_info);
}

}  // namespace raygen::cli
