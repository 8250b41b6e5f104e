// Whole pickled modules, read as data.

#include "import/module_tree.hpp"

#include "bundle/fixture.hpp"
#include "import/checkpoint.hpp"

#include <catch2/catch.hpp>

using namespace raygen::engine;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

using Members = std::vector<std::pair<std::string, std::string>>;

/// As NEWOBJ and BUILD make it.
std::string object(const std::string& type, const std::string& state) {
  return pickle::global("nets", type) + ")\x81" + state + "b";
}
std::string module(const Members& parameters, const Members& buffers, const Members& modules,
                   const Members& further = {}) {
  Members all = {{"training", "\x89"},
                 {"_parameters", pickle::mapping(parameters)},
                 {"_buffers", pickle::mapping(buffers)},
                 {"_modules", pickle::mapping(modules)}};
  all.insert(all.end(), further.begin(), further.end());
  return object("Net", pickle::mapping(all));
}
std::string value(const std::string& key, bool legacy = false) {
  return pickle::tensor("FloatStorage", key, 2, 0, {2}, {1}, legacy);
}
std::string parameter(const std::string& key) {
  return pickle::call("torch._utils", "_rebuild_parameter",
                      {value(key), "\x88", pickle::global("collections", "OrderedDict") + ")R"});
}

std::vector<std::string> names_of(const std::string& opcodes) {
  const Pickle pickle = Pickle::parse(pickle::file(opcodes), "test");
  std::vector<std::string> names;
  for (const auto& [name, ref] : module_tensors(pickle, pickle.root(), "test"))
    names.push_back(name);
  return names;
}
std::string tree_error(const std::string& opcodes) {
  return error_of([&] { names_of(opcodes); });
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a module's tensors have the names of its state dict", "[module_tree]") {
  const std::string inner = module({{"weight", parameter("1")}, {"bias", "N"}}, {}, {});
  CHECK(names_of(module({{"scale", parameter("0")}}, {{"mean", value("2")}},
                        {{"conv", inner}, {"nothing", "N"}})) ==
        Names{"scale", "mean", "conv.weight"});
}

TEST_CASE("buffers that a state dict leaves out are left out", "[module_tree]") {
  const std::string names = "](" + pickle::text("cache") + "e";
  const std::string set = pickle::call("__builtin__", "set", {names});
  for (const std::string& passing :
       {set, names, std::string("\x8f(") + pickle::text("cache") + "\x90"}) {
    CHECK(names_of(module({}, {{"cache", value("0")}, {"mean", value("1")}}, {},
                          {{"_non_persistent_buffers_set", passing}})) == Names{"mean"});
  }
}

TEST_CASE("a module that is there twice has its tensors under both names", "[module_tree]") {
  const std::string once = module({{"w", parameter("0")}}, {}, {});
  const std::string put("q\x07", 2), get("h\x07", 2);
  CHECK(names_of(module({}, {}, {{"a", once + put}, {"b", get}})) == Names{"a.w", "b.w"});
}

TEST_CASE("what is not built like a module names it", "[module_tree]") {
  CHECK_THAT(tree_error(object("Net", "K\1")), StartsWith("format: test: "));
  CHECK_THAT(tree_error(module({}, {}, {{"conv", pickle::text("no module")}})),
             Contains("'conv.'") && Contains("a string"));
  CHECK_THAT(tree_error(object("Net", pickle::mapping({{"_parameters", "K\1"}}))),
             Contains("_parameters, a mapping was expected"));
  CHECK_THAT(tree_error(object("Net", pickle::mapping({{"_parameters", "}K\1K\2s"}}))),
             Contains("in _parameters, a name was expected"));
  CHECK_THAT(tree_error(object("Net", pickle::mapping({{"_modules", "}"}}))),
             Contains("has nothing under _parameters"));
  const std::string long_name(2000, 'x');
  CHECK_THAT(tree_error(module({{long_name, value("0")}}, {}, {})), Contains("a very long name"));
}

TEST_CASE("modules inside each other without end are refused", "[module_tree]") {
  // The object is remembered before its state is built, which then holds it.
  const std::string itself =
      pickle::global("nets", "Net") + std::string(")\x81q\x07", 4) +
      pickle::mapping({{"_parameters", "}"},
                       {"_buffers", "}"},
                       {"_modules", pickle::mapping({{"me", std::string("h\x07", 2)}})}}) +
      "b";
  CHECK_THAT(tree_error(itself),
             StartsWith("format: ") && Contains("'me.'") && Contains("holds itself"));

  std::string deep = module({}, {}, {});
  for (int i = 0; i < 70; ++i) deep = module({}, {}, {{"m", deep}});
  CHECK_THAT(tree_error(deep), StartsWith("limit: ") && Contains("64"));

  // Each level holds the one below twice: 2^40 modules of a file of a few kilobytes.
  std::string twice = module({}, {}, {});
  for (int i = 0; i < 40; ++i) {
    const std::string index(1, static_cast<char>(i + 1));
    twice = module({}, {}, {{"a", twice + "q" + index}, {"b", "h" + index}});
  }
  CHECK_THAT(tree_error(twice), StartsWith("limit: ") && Contains("65536 modules"));

  Members many;
  for (int i = 0; i < 300; ++i) many.emplace_back("w" + std::to_string(i), value("0"));
  const std::string full = module(many, {}, {}) + std::string("q\x07", 2);
  Members copies = {{"m", full}};
  for (int i = 0; i < 300; ++i)
    copies.emplace_back("m" + std::to_string(i), std::string("h\x07", 2));
  CHECK_THAT(tree_error(module({}, {}, copies)),
             StartsWith("limit: ") && Contains("65536 tensors"));
}

TEST_CASE("a checkpoint may be a whole module, in either container", "[module_tree]") {
  const std::string data(8, '\0');
  const auto read = [](const std::string& bytes) {
    const TemporaryFolder folder;
    write_file(folder.path() / "model.pt", bytes);
    return read_checkpoint(folder.path() / "model.pt");
  };
  const std::string root = module({{"w", parameter("0")}}, {}, {});
  const Checkpoint zip = read(torch_zip_bytes(pickle::file(root), {{"0", data}}));
  CHECK(zip.tensors.at("w").sizes() == at::IntArrayRef({2}));
  CHECK(zip.taken == "a whole 'nets.Net'");

  // A legacy file says each class with its source text, which is not looked at.
  const std::string type =
      pickle::tuple({pickle::text("module"), pickle::global("nets", "Net"), pickle::text("nets.py"),
                     pickle::text("import os; os.abort()")}) +
      "Q";
  const std::string state =
      pickle::mapping({{"_parameters", pickle::mapping({{"w", value("0", true)}})},
                       {"_buffers", "}"},
                       {"_modules", "}"}});
  const Checkpoint legacy =
      read(torch_legacy_bytes(pickle::file(type + ")\x81" + state + "b"), {{"0", 2}}, data));
  CHECK(legacy.tensors.at("w").sizes() == at::IntArrayRef({2}));
  CHECK(legacy.taken == "a whole 'nets.Net'");

  const std::string asks =
      module({{"w", pickle::call("posix", "system", {pickle::text("true")})}}, {}, {});
  CHECK_THAT(error_of([&] { read(torch_zip_bytes(pickle::file(asks), {})); }),
             StartsWith("unsupported: ") && Contains("'w' in a whole 'nets.Net'") &&
                 Contains("'posix.system'"));
  CHECK_THAT(error_of([&] { read(torch_zip_bytes(pickle::file(module({}, {}, {})), {})); }),
             Contains("no tensors in a whole 'nets.Net'"));
}
