#include "import/shard_index.hpp"

#include "error.hpp"
#include "storage/json.hpp"

namespace raygen::engine {

namespace {

constexpr std::size_t kMaxIndexBytes = std::size_t{64} << 20;
constexpr std::size_t kMostShards = 1024, kLongestFileName = 255;

bool is_plain_name(const std::string& name) {
  return !name.empty() && name.size() <= kLongestFileName && name != "." && name != ".." &&
         name.find_first_of(std::string_view("/\\\0", 3)) == std::string::npos;
}

}  // namespace

bool is_shard_index(std::string_view content) {
  const std::size_t start = content.find_first_not_of(" \t\r\n");
  constexpr std::size_t length_of_safetensors = 8;
  return start != std::string_view::npos && start < length_of_safetensors &&
         content[start] == '{' && content.find("\"weight_map\"") != std::string_view::npos;
}

ShardIndex read_shard_index(std::string_view content, const std::string& where) {
  if (content.size() > kMaxIndexBytes)
    fail(Status::limit, "{} has {} bytes, the limit is {}", where, content.size(), kMaxIndexBytes);
  const Json json = parse_json(content, where);
  JsonObject object(json, "", where);
  const Json& map = object.get("weight_map");
  JsonObject(map, "weight_map", where);
  ShardIndex index;
  for (const auto& [tensor, file] : map.items()) {
    if (!file.is_string())
      fail(Status::format, "{}: weight_map has no file's name for {}", where, in_quotes(tensor));
    const auto& name = file.get_ref<const std::string&>();
    if (!is_plain_name(name)) {
      fail(Status::format, "{}: {} is no name of a file in the same folder", where,
           in_quotes(name));
    }
    index[name].push_back(tensor);
    if (index.size() > kMostShards)
      fail(Status::limit, "{}: more than {} files", where, kMostShards);
  }
  if (index.empty()) fail(Status::format, "{}: weight_map is empty", where);
  return index;
}

}  // namespace raygen::engine
