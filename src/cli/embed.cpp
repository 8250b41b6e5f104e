#include "cancellation.hpp"
#include "commands.hpp"
#include "model_arguments.hpp"
#include "output_file.hpp"
#include "progress_bar.hpp"
#include "prompts.hpp"

#include <raygen/tensors.hpp>
#include <raygen/text_encoder.hpp>

#include <algorithm>
#include <iostream>

namespace raygen::cli {
namespace {

struct EmbedArguments {
  ModelArguments model;
  PromptArguments prompts;
  std::string out;
  std::size_t batch_size = 1;
};

template <typename T>
void append(std::vector<T>& all, Span<T> some) {
  all.insert(all.end(), some.begin(), some.end());
}

struct Embeddings {
  std::vector<std::int32_t> input_ids, attention_mask;
  std::vector<float> last_hidden_state, normalized, projection;
  std::vector<std::size_t> token_counts;

  void add(const Text& text) {
    append(input_ids, text.input_ids());
    append(attention_mask, text.attention_mask());
    append(last_hidden_state, text.last_hidden_state());
    append(normalized, text.normalized());
    append(projection, text.projection());
    for (std::size_t i = 0; i < text.count(); ++i) token_counts.push_back(text.token_count(i));
  }

  void write(const std::string& path, std::int64_t count, const ModelInfo& info) const {
    Tensors tensors;
    tensors.add("input_ids", {count, info.text_length}, input_ids);
    tensors.add("attention_mask", {count, info.text_length}, attention_mask);
    tensors.add("last_hidden_state", {count, info.text_length, info.text_dim}, last_hidden_state);
    tensors.add("normalized", {count, info.text_length, info.text_dim}, normalized);
    if (!projection.empty()) tensors.add("projection", {count, info.projection_dim}, projection);
    tensors.write(path);
  }
};

void check_size(std::size_t count, const ModelInfo& info, const Limits& limits) {
  const std::uint64_t bytes = static_cast<std::uint64_t>(info.text_length) *
                              static_cast<std::uint64_t>(info.text_dim) * 2 * sizeof(float);
  if (count > limits.max_memory_bytes / bytes) {
    throw Error(Status::limit, "the embeddings of " + std::to_string(count) +
                                   " prompts do not fit into the memory limit of " +
                                   std::to_string(limits.max_memory_bytes) + " bytes");
  }
}

int run_embed(const EmbedArguments& arguments) {
  cancel_on_signals();
  const Prompts prompts = read_prompts(arguments.prompts);
  check_writable_file(arguments.out);
  const Model model = arguments.model.open();
  const ModelInfo info = model.info();
  check_size(prompts.texts.size(), info, arguments.model.options().limits);
  model.prepare(Parts::text_encoder);

  TextEncoder encoder(model);
  Embeddings embeddings;
  ProgressBar bar(prompts.texts.size(), !arguments.model.quiet);
  for (std::size_t first = 0; first < prompts.texts.size(); first += arguments.batch_size) {
    throw_if_cancelled();
    const std::size_t end = std::min(prompts.texts.size(), first + arguments.batch_size);
    const auto begin = prompts.texts.begin();
    embeddings.add(encoder.encode(
        {begin + static_cast<std::ptrdiff_t>(first), begin + static_cast<std::ptrdiff_t>(end)}));
    bar.advance(end - first, "embedding");
  }
  bar.clear();
  throw_if_cancelled();

  const std::vector<std::size_t> truncated =
      warn_of_truncation(prompts, embeddings.token_counts, info);
  embeddings.write(arguments.out, static_cast<std::int64_t>(prompts.texts.size()), info);
  if (arguments.model.json) {
    auto json = compute_json(arguments.model, info);
    json["prompts"] = prompts.texts;
    json["token_counts"] = embeddings.token_counts;
    json["truncated"] = nlohmann::ordered_json::array();
    for (const std::size_t i : truncated) json["truncated"].push_back(prompts.sources[i]);
    json["embeddings_file"] = arguments.out;
    print_json(json);
  } else if (!arguments.model.quiet) {
    std::cout << "embeddings of " << prompts.texts.size()
              << (prompts.texts.size() == 1 ? " prompt" : " prompts") << " written to "
              << arguments.out << '\n';
  }
  return 0;
}

}  // namespace

void add_embed(CLI::App& app, Chosen& chosen) {
  auto arguments = std::make_shared<EmbedArguments>();
  CLI::App* command = app.add_subcommand("embed", "Sentences to embeddings");
  add_model_options(command, arguments->model);
  add_prompt_options(command, arguments->prompts);
  command
      ->add_option(
          "-o,--out", arguments->out,
          "input_ids, attention_mask, last_hidden_state, normalized and, if any, projection")
      ->required()
      ->type_name("FILE.safetensors");
  command->add_option("--batch-size", arguments->batch_size, "Prompts encoded together (default 1)")
      ->check(CLI::Range(1, 1024))
      ->type_name("B");
  choose(command, chosen, arguments, run_embed);
}

}  // namespace raygen::cli
