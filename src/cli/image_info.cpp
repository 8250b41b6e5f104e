#include "image_info.hpp"

#include "image_file.hpp"

namespace raygen::cli {

nlohmann::ordered_json describe_image(const std::string& path) {
  const auto [bytes, image] = read_image_file(path);
  const std::string text = image.text("raygen");
  if (text.empty())
    throw Error(Status::format,
                path +
                    ": the image carries no settings of libraygen (no text \"raygen\"): it was "
                    "made by another program, or one that drops a PNG's texts has saved it anew");
  const auto settings = nlohmann::ordered_json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!settings.is_object())
    throw Error(Status::format, path + ": the text \"raygen\" is no JSON object");
  nlohmann::ordered_json json = {
      {"file", path},
      {"image",
       {{"width", image.width()}, {"height", image.height()}, {"channels", image.channels()}}}};
  if (const std::int32_t bit_depth = png_bit_depth(bytes); bit_depth != 0)
    json["image"]["bit_depth"] = bit_depth;
  for (const char* keyword : {"Description", "Comment", "Software"})
    if (const std::string value = image.text(keyword); !value.empty())
      json["texts"][keyword] = value;
  json["settings"] = settings;
  return json;
}

}  // namespace raygen::cli
