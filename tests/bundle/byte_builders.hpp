#pragma once
// Model files byte by byte, so that tests can make what no writer would.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

inline std::string little_endian(std::uint64_t value, std::size_t bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i));
  return text;
}

inline std::string safetensors_bytes(const std::string& header, const std::string& data) {
  return little_endian(header.size(), 8) + header + data;
}

/// Opcodes of protocol 2 that leave one value on the stack.
namespace pickle {

inline std::string text(const std::string& value) {
  return std::string("X") + little_endian(value.size(), 4) + value;
}
inline std::string integer(std::int32_t value) {
  return std::string("J") + little_endian(static_cast<std::uint32_t>(value), 4);
}
inline std::string long_integer(std::int64_t value) {
  return std::string("\x8a\x08") + little_endian(static_cast<std::uint64_t>(value), 8);
}
inline std::string global(const std::string& module, const std::string& name) {
  return std::string("c") + module + "\n" + name + "\n";
}
inline std::string tuple(const std::vector<std::string>& items) {
  std::string all("(");
  for (const std::string& item : items) all += item;
  return all + "t";
}
inline std::string call(const std::string& module, const std::string& name,
                        const std::vector<std::string>& arguments) {
  return global(module, name) + tuple(arguments) + "R";
}
inline std::string mapping(const std::vector<std::pair<std::string, std::string>>& items) {
  std::string all = "}(";
  for (const auto& [key, value] : items) all += text(key) + value;
  return all + "u";
}
inline std::string integers(const std::vector<std::int64_t>& values) {
  std::vector<std::string> items;
  for (const std::int64_t value : values) items.push_back(long_integer(value));
  return tuple(items);
}
inline std::string storage(const std::string& type, const std::string& key, std::int64_t elements,
                           bool legacy) {
  std::vector<std::string> parts = {text("storage"), global("torch", type), text(key), text("cpu"),
                                    long_integer(elements)};
  if (legacy) parts.push_back("N");
  return tuple(parts) + "Q";
}
inline std::string tensor(const std::string& type, const std::string& key, std::int64_t elements,
                          std::int64_t offset, const std::vector<std::int64_t>& shape,
                          const std::vector<std::int64_t>& strides, bool legacy = false) {
  return call("torch._utils", "_rebuild_tensor_v2",
              {storage(type, key, elements, legacy), long_integer(offset), integers(shape),
               integers(strides), "\x89", global("collections", "OrderedDict") + ")R"});
}
inline std::string file(const std::string& value) { return std::string("\x80\x02") + value + "."; }

}  // namespace pickle

inline std::uint32_t crc32_of(std::string_view bytes) {
  std::uint32_t sum = 0xffffffffU;
  for (const char c : bytes) {
    sum ^= static_cast<unsigned char>(c);
    for (int i = 0; i < 8; ++i) sum = (sum >> 1) ^ ((sum & 1) != 0 ? 0xedb88320U : 0U);
  }
  return ~sum;
}

/// An entry as its headers describe it, which need not be true.
struct ZipEntry {
  std::string name, data;
  std::uint16_t method = 0, flags = 0;
  std::uint32_t size = 0;  // uncompressed; 0: data's
  bool right_crc = true;
};

inline std::string zip_bytes(const std::vector<ZipEntry>& entries) {
  std::string file, directory;
  for (const ZipEntry& entry : entries) {
    const std::uint32_t size =
        entry.size == 0 ? static_cast<std::uint32_t>(entry.data.size()) : entry.size;
    const std::string common =
        little_endian(entry.flags, 2) + little_endian(entry.method, 2) +
        little_endian(0x00210000, 4) +
        little_endian(crc32_of(entry.data) ^ (entry.right_crc ? 0U : 1U), 4) +
        little_endian(entry.data.size(), 4) + little_endian(size, 4) +
        little_endian(entry.name.size(), 2) + little_endian(0, 2);
    directory += std::string("PK\1\2") + little_endian(20, 2) + little_endian(20, 2) + common +
                 std::string(10, '\0') + little_endian(file.size(), 4) + entry.name;
    file += std::string("PK\3\4") + little_endian(20, 2) + common + entry.name + entry.data;
  }
  const std::string count = little_endian(entries.size(), 2);
  return file + directory + std::string("PK\5\6") + std::string(4, '\0') + count + count +
         little_endian(directory.size(), 4) + little_endian(file.size(), 4) + std::string(2, '\0');
}

/// torch.save's zip format.
inline std::string torch_zip_bytes(
    const std::string& pickle_file,
    const std::vector<std::pair<std::string, std::string>>& storages) {
  std::vector<ZipEntry> entries = {{"archive/data.pkl", pickle_file},
                                   {"archive/byteorder", "little"}};
  for (const auto& [key, data] : storages) entries.push_back({"archive/data/" + key, data});
  entries.push_back({"archive/version", "3\n"});
  return zip_bytes(entries);
}

/// torch.save's format before the zip: `data` holds the storages one after the other, of float32.
inline std::string torch_legacy_bytes(
    const std::string& pickle_file,
    const std::vector<std::pair<std::string, std::uint64_t>>& storages, const std::string& data) {
  const std::string magic("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", 15);
  std::string keys = "](", blocks;
  std::size_t position = 0;
  for (const auto& [key, elements] : storages) {
    keys += pickle::text(key);
    blocks += little_endian(elements, 8) + data.substr(position, elements * sizeof(float));
    position += elements * sizeof(float);
  }
  return magic + pickle::file(pickle::integer(1001)) +
         pickle::file(pickle::mapping({{"little_endian", "\x88"}})) + pickle_file +
         pickle::file(keys + "e") + blocks;
}
