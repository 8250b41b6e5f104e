#include "import/unpickler.hpp"

#include "bundle/fixture.hpp"

#include <catch2/catch.hpp>

using namespace raygen::engine;
using Catch::Matchers::Contains;
using Catch::Matchers::Equals;
using Catch::Matchers::StartsWith;

namespace {

Pickle parse(const std::string& opcodes) {
  return Pickle::parse("\x80\x02" + opcodes + ".", "test");
}
std::string parse_error(const std::string& opcodes) {
  return error_of([&] { parse(opcodes); });
}

template <typename T>
T root(const std::string& opcodes) {
  return std::get<T>(parse(opcodes).root());
}

/// How the whole of an acyclic value reads.
std::string show(const Pickle& pickle, const Pickle::Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  std::string all;
  if (const auto* sequence = std::get_if<Pickle::Sequence>(&value)) {
    for (const Pickle::Ref ref : sequence->items) all += show(pickle, pickle.at(ref)) + " ";
    return "[" + all + "]";
  }
  if (const auto* mapping = std::get_if<Pickle::Mapping>(&value)) {
    for (const auto& [key, item] : mapping->items)
      all += show(pickle, pickle.at(key)) + ":" + show(pickle, pickle.at(item)) + " ";
    return "{" + all + "}";
  }
  return describe(value);
}
std::string show(const std::string& opcodes) {
  const Pickle pickle = parse(opcodes);
  return show(pickle, pickle.root());
}

const std::string kSystem = pickle::global("posix", "system");

}  // namespace

TEST_CASE("scalars of every width", "[unpickler]") {
  CHECK(std::holds_alternative<Pickle::None>(parse("N").root()));
  CHECK(root<bool>("\x88"));
  CHECK_FALSE(root<bool>("\x89"));
  CHECK(root<std::int64_t>("K\xff") == 255);
  CHECK(root<std::int64_t>("M\xff\xff") == 65535);
  CHECK(root<std::int64_t>("J\xff\xff\xff\xff") == -1);
  CHECK(root<std::int64_t>(std::string("\x8a\x00", 2)) == 0);
  CHECK(root<std::int64_t>("\x8a\x01\xff") == -1);
  CHECK(root<std::int64_t>(std::string("\x8a\x02\xff\x00", 4)) == 255);
  CHECK(root<std::int64_t>(std::string("\x8b\x01\x00\x00\x00\x80", 6)) == -128);
  CHECK(root<std::int64_t>(pickle::long_integer(INT64_MIN)) == INT64_MIN);
  CHECK(std::holds_alternative<Pickle::Foreign>(parse("\x8a\x09" + std::string(9, '\1')).root()));
  CHECK(root<double>(std::string("G\x3f\xf8\x00\x00\x00\x00\x00\x00", 9)) == 1.5);
  CHECK(root<std::string>(pickle::text("é")) == "é");
  CHECK(root<std::string>("\x8c\x02hi") == "hi");
  CHECK(root<std::string>("\x8d" + little_endian(2, 8) + "hi") == "hi");
  CHECK(root<std::string>("U\x02hi") == "hi");
  CHECK(root<Pickle::Bytes>("C\x02hi").value == "hi");
  CHECK(root<Pickle::Bytes>("B" + little_endian(2, 4) + "hi").value == "hi");
  CHECK(root<Pickle::Bytes>("\x96" + little_endian(2, 8) + "hi").value == "hi");
}

TEST_CASE("containers and the memo", "[unpickler]") {
  CHECK(show("](K\1K\2eK\3a") == "[1 2 3 ]");
  CHECK(show("(K\1K\2l") == "[1 2 ]");
  CHECK(show("K\1K\2K\3\x87") == "[1 2 3 ]");
  CHECK(show("K\1\x85") == "[1 ]");
  CHECK(show("(K\1K\2t") == "[1 2 ]");
  CHECK(show("\x8f(K\1K\2\x90") == "[1 2 ]");
  CHECK(show("(K\1\x91") == "[1 ]");
  CHECK(show("}(U\1aK\1U\1bK\2uU\1cK\3s") == "{a:1 b:2 c:3 }");
  CHECK(show("(U\1aK\1d") == "{a:1 }");
  CHECK(show(std::string("](K\1q\0h\0h\0e", 11)) == "[1 1 1 ]");
  CHECK(show(std::string("](K\1r\x00\x01\x00\x00j\x00\x01\x00\x00"
                         "e",
                         15)) == "[1 1 ]");
  CHECK(show(std::string("](K\1\x94h\0e", 8)) == "[1 1 ]");
  CHECK(show("K\1K\2"
             "0") == "1");
  CHECK(show("K\1(K\2K\3"
             "1") == "1");
  CHECK(show("](K\1"
             "2e") == "[1 1 ]");
  CHECK(show("\x95" + little_endian(2, 8) + "K\1") == "1");
}

TEST_CASE("a value that holds itself does no harm", "[unpickler]") {
  const Pickle list = parse(std::string("]q\0h\0a", 6));
  CHECK(std::get<Pickle::Sequence>(list.root()).items.size() == 1);
  const Pickle mapping = parse(std::string("}q\0U\1ah\0s", 9));
  CHECK(mapping.find(mapping.root(), "a") == &mapping.root());
  CHECK(parse_error("\x80\x02" + std::string(500000, ']') + std::string(499999, 'a'))
            .empty());  // nested half a million deep
}

TEST_CASE("the names that mean data", "[unpickler]") {
  CHECK(show(pickle::global("collections", "OrderedDict") + ")R(U\1aK\1u") == "{a:1 }");
  // An OrderedDict's attributes, as torch's _metadata.
  CHECK(show(pickle::global("collections", "OrderedDict") + ")R(U\1aK\1u}U\x09_metadataNsb") ==
        "{a:1 }");
  // Python 2 wrote pairs, and BUILD gave the attributes.
  CHECK(show(pickle::global("collections", "OrderedDict") +
             "](](U\1aK\1e](U\1bK\2ee\x85R}U\x09_metadataNsb") == "{a:1 b:2 }");
  CHECK(show(pickle::global("collections", "OrderedDict") + "](](U\1aee\x85R") ==
        "'collections.OrderedDict'");
  CHECK(show(pickle::call("torch", "Size", {pickle::integers({2, 3})})) == "[2 3 ]");
  const Pickle pickle = parse(pickle::tensor("HalfStorage", "7", 12, 1, {2, 3}, {3, 1}));
  const auto& tensor = std::get<Pickle::Tensor>(pickle.root());
  const auto& storage = std::get<Pickle::Storage>(pickle.at(tensor.storage));
  CHECK(storage.key == "7");
  CHECK(storage.dtype == at::kHalf);
  CHECK(storage.elements == 12);
  CHECK(tensor.offset == 1);
  CHECK(tensor.shape == std::vector<std::int64_t>{2, 3});
  CHECK(tensor.strides == std::vector<std::int64_t>{3, 1});

  const std::string plain = pickle::tensor("FloatStorage", "0", 4, 0, {4}, {1});
  CHECK(std::holds_alternative<Pickle::Tensor>(
      parse(pickle::call("torch._utils", "_rebuild_parameter", {plain, "\x88", "N"})).root()));
  const std::string arguments =
      pickle::tuple({pickle::storage("FloatStorage", "0", 4, false), "K" + std::string(1, '\0'),
                     pickle::integers({4}), pickle::integers({1}), "\x89", "N"});
  const auto typed = [&](const std::string& type) {
    return parse(
        pickle::call("torch._tensor", "_rebuild_from_type_v2",
                     {pickle::global("torch._utils", "_rebuild_tensor_v2"), type, arguments, "N"}));
  };
  CHECK(std::holds_alternative<Pickle::Tensor>(
      typed(pickle::global("torch.nn.parameter", "Parameter")).root()));
  CHECK(describe(typed(pickle::global("evil", "Tensor")).root()) == "'evil.Tensor'");
}

TEST_CASE("whatever asks for a class or a function stays inert", "[unpickler]") {
  const std::string reduce = kSystem + pickle::tuple({pickle::text("touch pwned")}) + "R";
  CHECK(describe(parse(kSystem).root()) == "'posix.system'");
  CHECK(describe(parse(reduce).root()) == "'posix.system'");
  CHECK(describe(parse(pickle::text("builtins") + pickle::text("eval") + "\x93" +
                       pickle::tuple({pickle::text("1")}) + "R")
                     .root()) == "'builtins.eval'");
  CHECK(describe(parse("(" + pickle::text("touch pwned") + "ios\nsystem\n").root()) ==
        "'os.system'");
  CHECK(describe(parse("(" + kSystem + pickle::text("touch pwned") + "o").root()) ==
        "'posix.system'");
  CHECK(describe(parse(kSystem + ")\x81").root()) == "'posix.system'");
  CHECK(describe(parse(kSystem + ")}\x92").root()) == "'posix.system'");
  CHECK(describe(parse(kSystem + ")R}U\1aK\1sb").root()) == "'posix.system'");
  CHECK(describe(parse(kSystem + ")RK\1a(K\1K\2eU\1aK\1s(U\1aK\1u").root()) == "'posix.system'");
  CHECK(describe(parse("\x82\x07").root()) == "'a registered extension'");
  CHECK(describe(parse(pickle::call("torch.storage", "_load_from_bytes", {"C\1x"})).root()) ==
        "'torch.storage._load_from_bytes'");
  // A name that is made of another's result.
  CHECK_THAT(parse_error(reduce + pickle::text("system") + "\x93"), Contains("no string"));
  CHECK_THAT(parse_error(pickle::text("x") + ")R"), Equals(""));
}

TEST_CASE("broken pickles say where", "[unpickler]") {
  CHECK_THAT(error_of([] { Pickle::parse("", "test"); }),
             StartsWith("format: test: pickle, byte 0: 1 bytes are asked for, 0 are left"));
  CHECK_THAT(parse_error(""), Contains("the stack is empty"));
  CHECK_THAT(parse_error("t"), Contains("no mark"));
  CHECK_THAT(parse_error("K\1\x86"), Contains("too few"));
  CHECK_THAT(parse_error("K\1(a"), Contains("stack"));
  CHECK_THAT(parse_error("h\7"), Contains("memo 7"));
  CHECK_THAT(parse_error("}(K\1u"), Contains("a key without a value"));
  CHECK_THAT(parse_error("X\xff\xff\xff\xff"), Contains("4294967295 bytes are asked for"));
  CHECK_THAT(parse_error("\x8d" + little_endian(~std::uint64_t{0}, 8)),
             Contains("18446744073709551615 bytes"));
  CHECK_THAT(parse_error("I1\n"), StartsWith("unsupported: ") && Contains("0x49"));
  CHECK_THAT(parse_error("\x80\x06N"), StartsWith("unsupported: ") && Contains("protocol 6"));
  CHECK_THAT(parse_error("cnot a name"), Contains("name without its end"));
  CHECK_THAT(parse_error(kSystem + "K\1R"), Contains("a tuple was expected"));
  CHECK_THAT(parse_error(pickle::call("torch._utils", "_rebuild_tensor_v2", {"N"})),
             Contains("1 arguments"));
  CHECK_THAT(parse_error(pickle::call("torch._utils", "_rebuild_tensor_v2", {"N", "N", "N", "N"})),
             Contains("a storage was expected"));
  CHECK_THAT(parse_error(pickle::tensor("FloatStorage", "0", -4, 0, {4}, {1})),
             Contains("described wrongly"));
  CHECK_THAT(parse_error(pickle::tensor("FloatStorage", "0", 4, 0, {4}, {1, 1})),
             Contains("1 dimensions with 2 strides"));
  CHECK_THAT(parse_error(pickle::tensor("FloatStorage", "0", 4, 0, std::vector<std::int64_t>(50, 1),
                                        std::vector<std::int64_t>(50, 1))),
             Contains("50 dimensions"));
}

TEST_CASE("a small pickle does not grow without bound", "[unpickler]") {
  CHECK_THAT(parse_error(std::string(3 << 20, '}')), StartsWith("limit: "));
  CHECK_THAT(parse_error("N" + std::string(3 << 20, '2')), StartsWith("limit: "));
  CHECK_THAT(parse_error(std::string(3 << 20, '(')), StartsWith("limit: "));
  // A long name, recalled again and again.
  const std::string name = pickle::text(std::string(100000, 'x')) + std::string("q\0", 2);
  CHECK_THAT(parse_error(name + std::string("h\0\x93", 3)), Contains("too long"));
}

TEST_CASE("a pickle cut anywhere is an error", "[unpickler]") {
  const std::string whole = pickle::file(pickle::mapping(
      {{"w", pickle::tensor("FloatStorage", "0", 4, 0, {2, 2}, {2, 1})}, {"f", kSystem + ")R"}}));
  REQUIRE(error_of([&] { Pickle::parse(whole, "test"); }).empty());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK_THAT(error_of([&] { Pickle::parse(whole.substr(0, size), "test"); }),
               StartsWith("format: "));
  }
}

TEST_CASE("a small pickle does not become a large one in memory", "[unpickler]") {
  // A name that is asked for again and again is there once.
  const std::string named = "\x8c\x01m\x94\x8c\x01n\x94";
  std::string again = named;
  for (int i = 0; i < 100; ++i) again += std::string("h\0h\1\x93", 5) + "0";
  CHECK(parse(again + "N").values().size() < 10);
  // Names of 2 × 500 bytes for five bytes each: 200 modules times 200 names.
  std::string bomb;
  for (int i = 0; i < 200; ++i)
    bomb += "\x8c\xf0" + std::string(237, 'a') + fmt::format("{:03}", i) + "\x94";
  for (int module = 0; module < 200; ++module)
    for (int name = 0; name < 200; ++name)
      bomb += "h" + std::string(1, static_cast<char>(module)) + "h" +
              std::string(1, static_cast<char>(name)) + "\x93" + "0";
  CHECK_THAT(parse_error(bomb + "N"), StartsWith("limit: ") && Contains("names of more than"));
  CHECK_THAT(parse_error("N" + std::string((2 << 20) + 2, '\x94')),
             StartsWith("limit: ") && Contains("remembered"));
  // A list of 2048 pairs, of which mappings are made again and again.
  std::string pairs = "](](K\1K\2eq\1",
              mappings = pickle::global("collections", "OrderedDict") + "q\3";
  for (int i = 0; i < 2047; ++i) pairs += "h\1";
  pairs += "e\x85q\2";
  for (int i = 0; i < 1100; ++i) mappings += "h\2R0h\3";
  CHECK_THAT(parse_error(pairs + mappings), StartsWith("limit: ") && Contains("pairs"));
}
