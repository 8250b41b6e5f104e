#include "image/dicom_own_texts.hpp"

#include "error.hpp"
#include "image/dicom_value.hpp"
#include "storage/json.hpp"
#include "storage/utf8.hpp"

#include <optional>

namespace raygen::engine {
namespace {

constexpr std::string_view creator = "LIBRAYGEN", settings_keyword = "raygen";
constexpr DicomTag private_group = 0x00090000, first_block = 0x10, last_block = 0xff;
constexpr DicomTag settings_element = 0x01, texts_element = 0x02;

/// Of an element of a block (PS3.5, 7.8.1).
constexpr DicomTag in_block(DicomTag block, DicomTag element) {
  return private_group | block << 8 | element;
}

/// An archive may have moved the block to make room for another.
std::optional<DicomTag> own_block(const DicomElements& data) {
  for (DicomTag block = first_block; block <= last_block; ++block)
    if (data.text(private_group | block) == creator) return block;
  return std::nullopt;
}

/// Whether a UT holds a text as it is: the ends of one are padding.
bool comes_back(const std::string& text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\n'; };
  return !text.empty() && !is_blank(text.front()) && !is_blank(text.back()) &&
         dicom_value_fault("UT", text).empty();
}

/// The one control character that JSON leaves as it is.
std::string without_controls(const nlohmann::ordered_json& json) {
  std::string escaped;
  for (const char c : json_text(json)) {
    if (c == '\x7f')
      escaped += "\\u007f";
    else
      escaped += c;
  }
  return escaped;
}

/// The texts of the second element; none where a stranger wrote something else there.
Json parsed_texts(const std::string& text) {
  try {
    return parse_json(text, "the texts");
  } catch (const Error&) {
    return {};
  }
}

void add(std::map<std::string, std::string>& texts, const std::string& keyword, std::string text) {
  try {
    text = utf8::repair(text);
    check_png_text(keyword, text);
  } catch (const Error&) {
    return;  // a stranger wrote it
  }
  texts.insert_or_assign(keyword, std::move(text));
}

}  // namespace

void put_own_texts(const std::map<std::string, std::string>& texts, DicomDataSet& data) {
  if (texts.empty()) return;
  data.put_text(private_group | first_block, "LO", creator);
  nlohmann::ordered_json others = nlohmann::ordered_json::object();
  for (const auto& [keyword, text] : texts) {
    if (keyword == settings_keyword && comes_back(text))
      data.put_text(in_block(first_block, settings_element), "UT", text);
    else
      others[keyword] = text;
  }
  if (!others.empty())
    data.put_text(in_block(first_block, texts_element), "UT", without_controls(others));
}

std::map<std::string, std::string> own_texts(const DicomElements& data) {
  std::map<std::string, std::string> texts;
  const auto block = own_block(data);
  if (!block) return texts;
  const Json others = parsed_texts(data.text(in_block(*block, texts_element)));
  if (others.is_object()) {
    for (const auto& [keyword, text] : others.items())
      if (text.is_string()) add(texts, keyword, text.get<std::string>());
  }
  if (std::string settings = data.text(in_block(*block, settings_element)); !settings.empty())
    add(texts, std::string(settings_keyword), std::move(settings));
  return texts;
}

}  // namespace raygen::engine
