#include "import_fixture.hpp"

#include "import/checkpoint.hpp"

#include <catch2/catch.hpp>

using namespace raygen::engine;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

using Items = std::vector<std::pair<std::string, std::string>>;

const std::string kFour = pickle::integer(4);

/// An object of a class with attributes, as protocol 2 has it.
std::string object(const std::string& module, const std::string& name, const std::string& state) {
  return pickle::global(module, name) + ")\x81" + state + "b";
}
std::string set_items(const Items& items) {
  std::string all = "(";
  for (const auto& [key, value] : items) all += pickle::text(key) + value;
  return all + "u";
}
std::string dtype(const std::string& code, const std::string& order) {
  return pickle::call("numpy", "dtype", {pickle::text(code), "\x89", "\x88"}) +
         pickle::tuple({pickle::integer(3), pickle::text(order), "N", "N", "N",
                        pickle::long_integer(-1), pickle::long_integer(-1), pickle::integer(0)}) +
         "b";
}
std::string numpy_scalar(const std::string& module, const std::string& code,
                         const std::string& order, const std::string& bytes) {
  return pickle::call(module, "scalar", {dtype(code, order), bytes});
}
/// Bytes as protocol 2 has them.
std::string encoded(const std::string& latin1_as_utf8) {
  return pickle::call("_codecs", "encode", {pickle::text(latin1_as_utf8), pickle::text("latin1")});
}
std::string bytes(const std::string& value) { return "C" + little_endian(value.size(), 1) + value; }
std::string omegaconf_node(const std::string& value) {
  return object("omegaconf.nodes", "AnyNode",
                pickle::mapping({{"_metadata", object("omegaconf.base", "Metadata", "}")},
                                 {"_parent", "N"},
                                 {"_val", value}}));
}
std::string dict_config(const Items& content) {
  return object("omegaconf.dictconfig", "DictConfig",
                pickle::mapping({{"_metadata", object("omegaconf.base", "ContainerMetadata",
                                                      pickle::mapping({{"n_heads", "K\x07"}}))},
                                 {"_parent", "N"},
                                 {"_content", pickle::mapping(content)}}));
}
std::string list_config(const std::vector<std::string>& content) {
  std::string list = "](";
  for (const std::string& item : content) list += item;
  return object("omegaconf.listconfig", "ListConfig",
                pickle::mapping({{"_parent", "N"}, {"_content", list + "e"}}));
}
std::string nested(const std::string& value, const std::vector<std::string>& keys) {
  std::string all = value;
  for (auto key = keys.rbegin(); key != keys.rend(); ++key) all = pickle::mapping({{*key, all}});
  return all;
}

/// A model whose checkpoint alone tells its heads.
struct Stated : OriginalModel {
  Stated() {
    write();
    fs::remove(folder.path() / "hparams.yaml");
  }
  void state(const Items& beside) {
    write_file(sources.decoder,
               checkpoint_bytes(prefixed(decoder, "model."), "state_dict", beside));
  }
  std::int64_t heads() const { return open().architecture<MaskedDecoderArchitecture>().heads; }
};

}  // namespace

TEST_CASE("heads are read out of whatever settings are kept in", "[import]") {
  Stated model;
  const std::string four(std::string("\4\0\0\0\0\0\0\0", 8)), heads = "n_heads";
  const Items plain = {{heads, kFour}};
  const std::vector<std::pair<const char*, std::string>> forms = {
      {"a mapping", pickle::mapping(plain)},
      {"a string", pickle::mapping({{heads, pickle::text("4")}})},
      {"a float", pickle::mapping({{heads, std::string("G\x40\x10\0\0\0\0\0\0", 9)}})},
      {"Namespace", object("argparse", "Namespace", pickle::mapping(plain))},
      {"SimpleNamespace",
       pickle::global("types", "SimpleNamespace") + ")R" + pickle::mapping(plain) + "b"},
      {"a data class", object("__main__", "Config", pickle::mapping(plain))},
      {"slots", object("__main__", "Config", pickle::tuple({"N", pickle::mapping(plain)}))},
      {"pydantic", object("__main__", "Config",
                          pickle::mapping({{"__dict__", pickle::mapping(plain)},
                                           {"__pydantic_extra__", "N"}}))},
      {"ConfigDict", object("ml_collections.config_dict.config_dict", "ConfigDict",
                            pickle::mapping({{"_fields", pickle::mapping(plain)}}))},
      {"AttributeDict", pickle::global("pytorch_lightning.utilities.parsing", "AttributeDict") +
                            ")\x81" + set_items(plain)},
      {"a dictionary of a class of its own",
       pickle::global("easydict", "EasyDict") + ")\x81" + set_items(plain)},
      {"defaultdict",
       pickle::call("collections", "defaultdict", {pickle::global("builtins", "int")}) +
           set_items(plain)},
      {"OrderedDict of pairs",
       pickle::call("collections", "OrderedDict",
                    {"](" + pickle::tuple({pickle::text(heads), kFour}) + "e"})},
      {"DictConfig", dict_config({{heads, omegaconf_node(kFour)}})},
      {"DictConfig within DictConfig",
       dict_config({{"decoder", dict_config({{heads, omegaconf_node(kFour)}})}})},
      {"ListConfig",
       dict_config({{"blocks", list_config({dict_config({{heads, omegaconf_node(kFour)}})})}})},
      {"NumPy 1, protocol 2",
       pickle::mapping({{heads, numpy_scalar("numpy.core.multiarray", "i8", "<",
                                             encoded(std::string("\4\0\0\0\0\0\0\0", 8)))}})},
      {"NumPy 2",
       pickle::mapping({{heads, numpy_scalar("numpy._core.multiarray", "i8", "<", bytes(four))}})},
      {"int32, big-endian",
       pickle::mapping({{heads, numpy_scalar("numpy._core.multiarray", "i4", ">",
                                             bytes(std::string("\0\0\0\4", 4)))}})},
      {"uint8",
       pickle::mapping({{heads, numpy_scalar("numpy._core.multiarray", "u1", "|", bytes("\4"))}})},
      {"float32", pickle::mapping({{heads, numpy_scalar("numpy._core.multiarray", "f4", "<",
                                                        bytes(std::string("\0\0\x80\x40", 4)))}})},
      {"an array of one",
       pickle::mapping({{heads, pickle::call("numpy._core.multiarray", "_reconstruct",
                                             {pickle::global("numpy", "ndarray"),
                                              pickle::tuple({pickle::integer(0)}), bytes("b")}) +
                                    pickle::tuple({pickle::integer(1), ")", dtype("i8", "<"),
                                                   "\x89", bytes(four)}) +
                                    "b"}})},
      {"nested", nested(kFour, {"config", "model", "decoder", heads})},
      {"deep", nested(kFour, {"a", "b", "c", "d", "e", "f", "g", "transformer", "num_heads"})},
      {"beside another network's",
       pickle::mapping({{"decoder", pickle::mapping(plain)},
                        {"text_encoder", pickle::mapping({{"num_heads", "K\x0c"}})},
                        {"vqgan", pickle::mapping({{"heads", "K\x01"}})}})},
      {"stated twice alike",
       pickle::mapping({{heads, kFour}, {"decoder", pickle::mapping({{"num_heads", kFour}})}})}};
  for (const auto& [name, form] : forms) {
    CAPTURE(name);
    model.state({{"hyper_parameters", form}});
    CHECK(model.convert().empty());
    CHECK(model.heads() == 4);
  }
  for (const char* key : {"hparams", "args", "config", "cfg", "model_args", "module_arguments"}) {
    CAPTURE(key);
    model.state({{key, object("argparse", "Namespace", pickle::mapping(plain))}});
    CHECK(model.convert().empty());
    CHECK(model.heads() == 4);
  }
  model.state({{"n_heads", kFour}});
  CHECK(model.convert().empty());
  CHECK(model.heads() == 4);
  CHECK_THAT(model.open().manifest, Contains("'n_heads' in the checkpoint"));
}

TEST_CASE("heads in a tensor of one number", "[import]") {
  const std::string number = pickle::tensor("LongStorage", "n", 1, 0, {}, {});
  const std::string several = pickle::tensor("LongStorage", "n", 1, 0, {5}, {0});
  const std::string root = pickle::mapping(
      {{"state_dict",
        pickle::mapping({{"w", pickle::tensor("FloatStorage", "0", 1, 0, {1}, {1})}})},
       {"hparams", pickle::mapping({{"n_heads", number}, {"sizes", several}})}});
  const TemporaryFolder folder;
  write_file(folder.path() / "a.ckpt",
             torch_zip_bytes(pickle::file(root), {{"0", std::string(4, '\0')},
                                                  {"n", std::string("\6\0\0\0\0\0\0\0", 8)}}));
  const Checkpoint checkpoint = read_checkpoint(folder.path() / "a.ckpt");
  CHECK(checkpoint.hyper_parameters.at("hparams.n_heads") == "6");
  CHECK(checkpoint.unread_parameters.at("hparams.sizes") == "a tensor");
}

TEST_CASE("heads that are seen and not understood are asked for", "[import]") {
  Stated model;
  const auto error = [&](const std::string& hyper_parameters) {
    model.state({{"hyper_parameters", hyper_parameters}});
    return model.convert_error();
  };
  const auto heads = [&](const std::string& value) {
    return error(pickle::mapping({{"n_heads", value}}));
  };
  for (const std::string& value :
       {std::string("N"), std::string("\x88"), pickle::text("many"), pickle::text(""),
        std::string("G\x40\x12\0\0\0\0\0\0", 9),
        pickle::call("posix", "system", {pickle::text("x")}), omegaconf_node("N"),
        omegaconf_node(pickle::text("${oc.env:HEADS}")), pickle::call("__main__", "Heads", {kFour}),
        numpy_scalar("numpy.core.multiarray", "i8", "<", bytes("\4")),
        numpy_scalar("numpy.core.multiarray", "O8", "|", bytes("12345678"))}) {
    CAPTURE(value);
    CHECK_THAT(heads(value), StartsWith("format: ") && Contains("n_heads is ") &&
                                 Contains("--heads") && Contains("raygen.ckpt"));
  }
  CHECK_THAT(error(pickle::mapping(
                 {{"n_heads", kFour}, {"decoder", pickle::mapping({{"heads", "K\x06"}})}})),
             StartsWith("format: ") && Contains("decoder.heads is 6 and n_heads is 4") &&
                 Contains("--heads"));
  CHECK_THAT(heads("K\x07"), Contains("do not divide") && Contains("--heads"));
  std::string many = "](";
  for (int i = 0; i < 20000; ++i) many += "N";
  CHECK_THAT(error(pickle::mapping({{"vocabulary", many + "e"}})),
             Contains("more settings than are looked through") && Contains("--heads"));
  model.sources.heads = 4;
  CHECK(model.convert().empty());
  CHECK_FALSE(fs::exists("pwned"));
}

TEST_CASE("heads are found at any depth of a file", "[import]") {
  Stated model;
  const auto convert = [&](const std::string& yaml) {
    write_file(model.folder.path() / "hparams.yaml", yaml);
    return model.convert();
  };
  CHECK(convert("args: !!python/object:argparse.Namespace\n  lr: 0.1\n  n_heads: 4\n").empty());
  CHECK(model.heads() == 4);
  CHECK(convert("cfg:\n  model:\n    decoder: {num_heads: 6, n_layers: 2}\n"
                "    text_encoder: {num_heads: 12}\n")
            .empty());
  CHECK(model.heads() == 6);
  write_file(model.folder.path() / "hparams.yaml", "cfg: {decoder: {n_heads: 4, n_layers: 9}}\n");
  CHECK_THAT(model.convert_error(), Contains("n_layers is 9, the weights say 2"));
  write_file(model.folder.path() / "hparams.yaml", "n_heads: 4\ndecoder: {n_heads: 6}\n");
  CHECK_THAT(model.convert_error(), Contains("--heads"));
  write_file(model.folder.path() / "hparams.yaml", "n_heads: null\n");
  CHECK_THAT(model.convert_error(), Contains("n_heads is null") && Contains("--heads"));
}
