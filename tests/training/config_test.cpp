#include "training/config.hpp"

#include "error.hpp"
#include "training/config_keys.hpp"

#include <catch2/catch.hpp>

#include <locale>
#include <string>
#include <vector>

using namespace raygen::engine;

namespace {

TrainingConfig read(const std::string& yaml, const std::vector<std::string>& overrides = {}) {
  return training_config_from_yaml(yaml, overrides, "train.yaml");
}

void refused(const std::string& yaml, const std::vector<std::string>& overrides, Status status,
             const std::vector<std::string>& words) {
  CAPTURE(yaml, overrides);
  try {
    read(yaml, overrides);
    FAIL("was taken");
  } catch (const Error& error) {
    CHECK(error.status() == status);
    for (const std::string& word : words) CHECK_THAT(error.what(), Catch::Contains(word));
  }
}
void refused(const std::string& yaml, const std::vector<std::string>& words) {
  refused(yaml, {}, Status::format, words);
}

/// A value that the key takes and that is not its default.
std::string another(const ConfigKey& key) {
  if (const auto* value = std::get_if<bool*>(&key.value)) return **value ? "false" : "true";
  if (std::get_if<std::vector<std::int64_t>*>(&key.value) != nullptr) return "[2, 3]";
  if (std::get_if<std::string*>(&key.value) != nullptr) {
    return key.path == "device"  ? "cuda:3"
           : key.choices.empty() ? "some \"text\": #1, é"
                                 : key.choices.back();
  }
  if (std::get_if<double*>(&key.value) != nullptr) return "0.0123";
  // Heads divide hidden sizes, channels are whole groups, a micro batch is no larger than a batch.
  if (key.path.ends_with("hidden")) return "384";
  if (key.path.ends_with("heads")) return "2";
  if (key.path == "vqgan.channels" || key.path == "vqgan.discriminator_channels") return "64";
  if (key.path.ends_with("image_channels")) return "3";
  if (key.path.ends_with("vocabulary")) return "99";
  return key.path == "seed" ? "18446744073709551615" : "11";
}

}  // namespace

TEST_CASE("An empty file is the defaults, which print to a file that reads as the same") {
  const std::string defaults = to_yaml({});
  for (const char* empty : {"", "# only a comment\n", "vqgan:\n", "---\n...\n"})
    CHECK(to_yaml(read(empty)) == defaults);
  CHECK(to_yaml(read(defaults)) == defaults);
  CHECK(read(defaults).masked_decoder.loop.optimizer.learning_rate ==
        DecoderTrainingConfig().loop.optimizer.learning_rate);
}

TEST_CASE("Every key is printed with its meaning, can be overridden, and survives the round trip") {
  TrainingConfig defaults;
  const std::vector<ConfigKey> keys = keys_of(defaults);
  REQUIRE(keys.size() > 100);
  for (const ConfigKey& key : keys) {
    CAPTURE(key.path);
    CHECK(!key.meaning.empty());
    if (key.is_section()) continue;
    const TrainingConfig changed = read("", {key.path + "=" + another(key)});
    const std::string printed = to_yaml(changed);
    CHECK(printed != to_yaml(defaults));
    CHECK(to_yaml(read(printed)) == printed);
  }
  for (std::size_t at = 0; const ConfigKey& key : keys) {  // one line each
    at = to_yaml(defaults).find(key.path.substr(key.path.rfind('.') + 1) + ":", at);
    CHECK(at != std::string::npos);
  }
}

TEST_CASE("Values are read as what they are") {
  const TrainingConfig config = read(
      "seed: 7\n"
      "out: runs/a b\n"
      "vqgan: {channel_multipliers: [1, 2], attention_resolutions: [], loop: {steps: 5, optimizer: "
      "{learning_rate: 1e-5}}}\n"
      "text_encoder:\n"
      "  enabled: false\n"
      "  from: \"a \\\"b\\\"\"\n"
      "licence:\n",
      {"vqgan.channel_multipliers=[1, 1, 4]", "licence=CC BY: 4.0", "vqgan.loop.steps=6",
       "vqgan.loop.steps=9"});
  CHECK(config.seed == 7);
  CHECK(config.out == "runs/a b");
  CHECK(config.vqgan.channel_multipliers == std::vector<std::int64_t>{1, 1, 4});
  CHECK(config.vqgan.attention_resolutions.empty());
  CHECK(config.vqgan.loop.steps == 9);
  CHECK(config.vqgan.loop.optimizer.learning_rate == 1e-5);
  CHECK(!config.text_encoder.enabled);
  CHECK(config.text_encoder.from == "a \"b\"");
  CHECK(config.licence == "CC BY: 4.0");
}

TEST_CASE("The original's recipe changes defaults, not what is said") {
  const TrainingConfig config =
      read("masked_decoder: {loop: {optimizer: {ema_decay: 0.5}}, recipe: original}", {});
  const OptimizerConfig& optimizer = config.masked_decoder.loop.optimizer;
  CHECK(optimizer.algorithm == "adam");
  CHECK(optimizer.learning_rate == 1e-5);
  CHECK(optimizer.beta2 == 0.999);
  CHECK(optimizer.schedule == "plateau");
  CHECK(optimizer.plateau_patience == 4);
  CHECK(optimizer.learning_rate_floor == 1e-8);
  CHECK(optimizer.warmup_steps == 0);
  CHECK(optimizer.gradient_clip == 0);
  CHECK(optimizer.ema_decay == 0.5);
  CHECK(config.masked_decoder.text_dropout == 0);
  CHECK(config.masked_decoder.label_smoothing == 0);
  CHECK(config.masked_decoder.loop.batch_size == 16);
  CHECK(config.vqgan.loop.optimizer.algorithm == "adamw");
  CHECK(read("", {"masked_decoder.recipe=original"}).masked_decoder.loop.optimizer.algorithm ==
        "adam");
  CHECK(read("masked_decoder: {recipe: original}", {"masked_decoder.recipe=raygen"})
            .masked_decoder.loop.optimizer.algorithm == "adamw");
  CHECK(to_yaml(read(to_yaml(config))) == to_yaml(config));
}

TEST_CASE("An unknown key is refused with line and nearest name, wherever that is") {
  refused("seed: 1\nvqgan:\n  chanels: 32\n",
          {"train.yaml, line 3", "'vqgan.chanels'", "nearest is vqgan.channels"});
  refused("vqgan: {steps: 3}", {"'vqgan.steps'", "vqgan.loop.steps"});
  refused("masked_decoder: {loop: {learning_rate: 3}}",
          {"masked_decoder.loop.optimizer.learning_rate"});
  refused("maskeddecoder: {}", {"nearest is masked_decoder "});
  refused("commitment_weight: 1", {"vqgan.commitment_weight"});
  refused("text_encoder: {dataset: x}", {"data.dataset"});
  refused("<<: {seed: 1}", {"'<<'"});
  refused("'': 1", {"unknown key ''"});
  refused("seed.: 1", {"unknown key 'seed.'"});
  refused("", {"vqgan.loop.step=1"}, Status::invalid_argument,
          {"override 'vqgan.loop.step=1'", "vqgan.loop.steps"});
}

TEST_CASE("Names are compared in either case, and merge keys are told to be none") {
  refused("SEED: 3\n", {"nearest is seed"});
  refused("vqgan: {loop: &l {steps: 3}}\ntext_encoder: {loop: {<<: *l}}\n",
          {"line 2", "'<<'", "merge key"});
}

TEST_CASE(
    "A value of another type or outside its range is refused with line, key, value and what was "
    "expected") {
  refused("seed: 1\n\nthreads: many\n",
          {"train.yaml, line 3", "threads is 'many'", "an integer of 0 to 1024"});
  refused("vqgan: {loop: {steps: 0}}", {"vqgan.loop.steps is '0'", "at least 1"});
  refused("vqgan: {loop: {steps: 1.5}}", {"'1.5'", "an integer"});
  refused("vqgan: {loop: {steps: 99999999999999999999}}", {"an integer"});
  refused("vqgan: {loop: {steps: [1]}}", {"'[1]'", "an integer"});
  refused("vqgan: {loop: {steps: {a: 1}}}", {"a mapping", "an integer"});
  refused("vqgan: {loop: {steps: }}", {"empty", "an integer"});
  refused("seed: -1", {"'-1'", "at least 0"});
  refused("vqgan: {l1_weight: .nan}", {"'.nan'", "a number"});
  refused("vqgan: {l1_weight: nan}", {"a number"});
  refused("vqgan: {l1_weight: inf}", {"a number"});
  refused("vqgan: {codebook_decay: 1}", {"0 to below 1"});
  refused("vqgan: {enabled: 1}", {"true or false"});
  refused("vqgan: {codebook_update: sgd}", {"'sgd'", "ema, gradient"});
  refused("vqgan: {channel_multipliers: 2}", {"a list of integers"});
  refused("vqgan: {channel_multipliers: [2, x]}", {"a list of integers"});
  refused("vqgan: {channel_multipliers: [2, 0]}", {"of 1 to 64"});
  refused("vqgan: {channel_multipliers: []}", {"0 levels"});
  refused("vqgan: 5", {"vqgan is '5'", "a section"});
  refused("out: [a]", {"text without control"});
  refused("out: \"a\\0b\"", {"without control characters"});
  refused("", {"threads=-1"}, Status::invalid_argument, {"override 'threads=-1'", "0 to 1024"});
  refused("", {"threads"}, Status::invalid_argument, {"key=value"});
  refused("", {"vqgan=1"}, Status::invalid_argument, {"a section"});
}

TEST_CASE("Values that do not fit together are refused") {
  refused("device: gpu", {"'gpu'", "cuda:INDEX"});
  refused("device: 'cuda:-1'", {"cuda:INDEX"});
  refused("vqgan: {channels: 48}", {"multiple of 32"});
  refused("vqgan: {image_channels: 2}", {"1 or 3"});
  refused("vqgan: {discriminator_channels: 6}",
          {"vqgan.discriminator_channels is 6", "multiple of 4"});
  refused("masked_decoder: {hidden: 100, heads: 3}", {"masked_decoder.hidden 100", "3 heads"});
  refused("text_encoder: {loop: {batch_size: 2, micro_batch: 3}}",
          {"text_encoder.loop.micro_batch is 3"});
}

TEST_CASE("What is no config is refused") {
  refused("[1, 2]", {"a mapping was expected"});
  refused("just words", {"a mapping was expected"});
  refused("a: b: c", {"invalid YAML"});
  refused("seed: [1", {"invalid YAML"});
  refused("seed: 1\nseed: 2\n", {"line 2", "seed is there twice"});
  refused("seed: 1\n---\nseed: 2\n", {"more than one YAML document"});
  refused("? [a]\n: 1\n", {"a key must be a name"});
  refused(std::string(2 << 20, '#'), {"too many"});
  refused(std::string(5000, '['), {"invalid YAML"});
  refused("vqgan: &a {loop: *a}", {"vqgan.loop"});
  refused("a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n", {"unknown key 'a'"});
}

TEST_CASE("An anchor repeats what it stands for") {
  const TrainingConfig config =
      read("vqgan: {loop: &loop {steps: 77}}\nmasked_decoder: {loop: *loop}\n");
  CHECK(config.vqgan.loop.steps == 77);
  CHECK(config.masked_decoder.loop.steps == 77);
}

TEST_CASE("Numbers are read and printed alike whatever the host's locale") {
  struct Comma : std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\3"; }
  };
  const std::string before = to_yaml(read("vqgan: {l1_weight: 0.25}"));
  const std::locale host = std::locale::global(std::locale(std::locale::classic(), new Comma));
  const std::string during = to_yaml(read("vqgan: {l1_weight: 0.25}"));
  std::locale::global(host);
  CHECK(during == before);
}
