#include "bundle/part.hpp"

#include "error.hpp"
#include "storage/json.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

namespace raygen::engine {

std::vector<std::string> PartArchitecture::further_files() const { return {}; }
nlohmann::ordered_json PartArchitecture::preprocessing() const { return nullptr; }

void validate(const Parts& parts, const std::string& where) {
  std::set<std::string> names;
  std::map<std::string, SharedSize> shared;
  for (const auto& part : parts) {
    if (!names.insert(part->part()).second)
      fail(Status::format, "{}: part {} is there twice", where, part->part());
    part->validate(where);
    for (const SharedSize& size : part->shared_sizes()) {
      const SharedSize& first = shared.emplace(size.meaning, size).first->second;
      if (size.value != first.value) {
        fail(Status::format, "{}: {} is {}, {} is {}: they must be equal", where, size.name,
             size.value, first.name, first.value);
      }
    }
  }
}

std::string names_of(const Parts& parts) {
  std::string names;
  for (const auto& part : parts) {
    if (!names.empty()) names += ", ";
    names += part->part();
  }
  return names;
}

std::vector<std::shared_ptr<PartArchitecture>> parts_named(const nlohmann::json& object,
                                                           const PartTypes& types,
                                                           const std::string& name,
                                                           const std::string& where) {
  JsonObject members(object, name, where);
  std::vector<std::shared_ptr<PartArchitecture>> found;
  std::vector<std::string> known;
  for (const PartType& type : types) {
    std::shared_ptr<PartArchitecture> part = type();
    known.push_back(part->part());
    if (members.contains(part->part())) found.push_back(std::move(part));
  }
  for (const auto& [key, value] : object.items()) {
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      fail(Status::unsupported, "{}: unknown part {}; this library knows {}", where,
           in_quotes(members.path(key)), fmt::join(known, ", "));
    }
  }
  if (found.empty()) fail(Status::format, "{}: there is no part", where);
  return found;
}

Parts parts_from_json(const std::string& json, const PartTypes& types, const std::string& where) {
  const Json all = parse_json(json, where);
  Parts parts;
  for (const auto& part : parts_named(all, types, "", where)) {
    part->read_json(all.at(part->part()), part->part(), where);
    parts.push_back(part);
  }
  return parts;
}

}  // namespace raygen::engine
