#include "dataset/patients.hpp"

#include "csv/table_text.hpp"
#include "error.hpp"
#include "storage/json.hpp"
#include "storage/utf8.hpp"

#include <algorithm>
#include <vector>

namespace raygen::engine {
namespace {

constexpr std::string_view decimal_digits = "0123456789";

bool only_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of(decimal_digits) == std::string_view::npos;
}

/// 8.4e+35: what Excel and pandas make of a long number.
bool is_rounded(std::string_view text) {
  const std::size_t end = text.find("e+");
  if (end == std::string_view::npos || !only_digits(text.substr(end + 2))) return false;
  std::string mantissa(text.substr(0, end));
  std::erase_if(mantissa, [](char c) { return c == '.' || c == ','; });
  return only_digits(mantissa);
}

std::vector<std::string_view> parts_of(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find_first_of("/\\"), path.size());
    if (end > 0) parts.push_back(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return parts;
}

/// "patient00001" for the prefix "patient".
bool is_numbered(std::string_view part, std::string_view prefix) {
  return part.starts_with(prefix) && only_digits(part.substr(prefix.size()));
}

std::string_view chexpert_patient(const std::vector<std::string_view>& parts) {
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    if (is_numbered(parts[i], "patient") && is_numbered(parts[i + 1], "study")) return parts[i];
  }
  return {};
}

std::string_view mimic_patient(const std::vector<std::string_view>& parts) {
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    constexpr std::size_t name = 9;  // p10000032
    if (parts[i].size() == name && is_numbered(parts[i], "p") && is_numbered(parts[i + 1], "s"))
      return parts[i].substr(1);
  }
  return {};
}

std::string_view nih_patient(const std::vector<std::string_view>& parts) {
  // Patients are 1 to 30805: eight digits that begin otherwise may be a date.
  const std::string_view file = parts.empty() ? std::string_view() : parts.back();
  constexpr std::size_t patient = 8, image = 3;
  if (file.size() < patient + 1 + image || file[patient] != '_' || !file.starts_with("000") ||
      !only_digits(file.substr(0, patient)) || !only_digits(file.substr(patient + 1, image)) ||
      (file.size() > patient + 1 + image && file[patient + 1 + image] != '.'))
    return {};
  return file.substr(0, patient);
}

std::string_view openi_patient(const std::vector<std::string_view>& parts) {
  std::string_view file = parts.empty() ? std::string_view() : parts.back();
  if (file.starts_with("CXR")) file.remove_prefix(std::min(file.find('_') + 1, file.size()));
  const std::size_t end = file.find("_IM-");
  if (end == std::string_view::npos || !only_digits(file.substr(0, end))) return {};
  return file.substr(0, end);
}

std::string_view brax_patient(const std::vector<std::string_view>& parts) {
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    if (parts[i].starts_with("id_") && parts[i + 1].starts_with("Study_")) return parts[i];
  }
  return {};
}

/// The Brain Imaging Data Structure, which BIMCV's chest films follow.
std::string_view bids_patient(const std::vector<std::string_view>& parts) {
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    if (parts[i].size() > 4 && parts[i].starts_with("sub-") && parts[i + 1].starts_with("ses-"))
      return parts[i];
  }
  return {};
}

}  // namespace

std::string patient_key(std::string_view spelling) {
  const std::string key = ascii_lower(without_spaces(spelling));
  std::string_view text = key;
  if (text.starts_with("=\"")) text.remove_prefix(1);  // Excel's way to keep zeros
  for (const char quote : {'"', '\''}) {
    if (text.size() > 1 && text.front() == quote && text.back() == quote)
      text = without_spaces(text.substr(1, text.size() - 2));
  }
  if (const std::size_t point = text.find_first_of(".,");
      point != std::string_view::npos && only_digits(text.substr(0, point)) &&
      text.find_first_not_of('0', point + 1) == std::string_view::npos)
    text = text.substr(0, point);
  if (only_digits(text)) text.remove_prefix(std::min(text.find_first_not_of('0'), text.size() - 1));
  return std::string(text);
}

const std::string& PatientNames::name(std::string_view spelling) {
  if (is_rounded(ascii_lower(without_spaces(spelling)))) {
    fail(Status::format,
         "the patient {} is a rounded number, in which digits were lost; save the column as text",
         in_quotes(without_spaces(spelling)));
  }
  return names_.try_emplace(patient_key(spelling), without_spaces(spelling)).first->second;
}

std::optional<PathLayout> path_layout(std::string_view path) {
  for (const PathLayout layout : {PathLayout::chexpert, PathLayout::mimic, PathLayout::nih,
                                  PathLayout::openi, PathLayout::brax, PathLayout::bids}) {
    if (!patient_in_path(path, layout).empty()) return layout;
  }
  return std::nullopt;
}

std::string_view layout_name(PathLayout layout) {
  switch (layout) {
    case PathLayout::chexpert:
      return "patient…/study…";
    case PathLayout::mimic:
      return "p…/s…";
    case PathLayout::nih:
      return "00000000_000";
    case PathLayout::openi:
      return "0_IM-…";
    case PathLayout::brax:
      return "id_…/Study_…";
    case PathLayout::bids:
      return "sub-…/ses-…";
  }
  return {};
}

std::string_view patient_in_path(std::string_view path, PathLayout layout) {
  const std::vector<std::string_view> parts = parts_of(path);
  switch (layout) {
    case PathLayout::chexpert:
      return chexpert_patient(parts);
    case PathLayout::mimic:
      return mimic_patient(parts);
    case PathLayout::nih:
      return nih_patient(parts);
    case PathLayout::openi:
      return openi_patient(parts);
    case PathLayout::brax:
      return brax_patient(parts);
    case PathLayout::bids:
      return bids_patient(parts);
  }
  return {};
}

}  // namespace raygen::engine
