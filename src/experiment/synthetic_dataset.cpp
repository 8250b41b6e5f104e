#include "experiment/synthetic_dataset.hpp"

#include "dataset/preparation_record.hpp"
#include "dataset/writer.hpp"
#include "error.hpp"
#include "evaluation/finding_rows.hpp"
#include "evaluation/image_set.hpp"
#include "generation/generator.hpp"
#include "labeller/labeller.hpp"
#include "model/model.hpp"
#include "sampling/config.hpp"
#include "storage/json.hpp"
#include "storage/sha256.hpp"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

namespace raygen::engine {

namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kRowsOfShard = 32;  // an interrupted run makes at most so many again

DatasetWriter writer_of(const fs::path& folder, const Dataset& real, Json preparation) {
  DatasetWriter::Settings settings;
  settings.resolution = real.resolution(), settings.labels = real.labels();
  settings.rows_per_shard = kRowsOfShard;
  settings.preparation = std::move(preparation);
  return {folder, std::move(settings)};
}

/// The published experiment's: its one-hot of a pneumothorax is that of pneumonia.
std::vector<std::string> pneumothorax_as_pneumonia(const std::vector<std::string>& findings,
                                                   const std::vector<std::string>& labels) {
  std::vector<std::string> changed;
  for (const std::string& finding : findings) {
    if (observation_of(finding) != Observation::pneumothorax) {
      changed.push_back(finding);
      continue;
    }
    for (const std::string& label : labels)
      if (observation_of(label) == Observation::pneumonia) changed.push_back(label);
  }
  std::sort(changed.begin(), changed.end());
  changed.erase(std::unique(changed.begin(), changed.end()), changed.end());
  return changed;
}

class SyntheticWriter {
 public:
  SyntheticWriter(const ExperimentConfig& config, const Dataset& real, std::int64_t images,
                  const fs::path& folder, Json preparation, Teller& teller)
      : config_(config),
        real_(real),
        writer_(writer_of(folder, real, std::move(preparation))),
        images_(images),
        teller_(teller) {
    teller_.tell("synthetic images", next(), images_);
  }

  /// The next image that is to be added.
  std::int64_t next() const { return static_cast<std::int64_t>(writer_.items()); }
  bool finished() const { return writer_.finished(); }

  void add(const Image& image, const std::string& text, std::vector<std::string> findings) {
    Record record;
    record.id = record.patient = formatted("synthetic-{:07}", next());
    record.split = Split::train;
    record.findings = config_.original.pneumothorax_as_pneumonia
                          ? pneumothorax_as_pneumonia(findings, real_.labels())
                          : std::move(findings);
    record.text = text;
    writer_.add(record, square_of(image, real_.resolution()));
    teller_.tell("synthetic images", next(), images_);
  }
  void finish() { writer_.finish(); }

 private:
  const ExperimentConfig& config_;
  const Dataset& real_;
  DatasetWriter writer_;
  std::int64_t images_;
  Teller& teller_;
};

Json sums_json(const Dataset& dataset) {
  Json sums;
  for (const auto& [name, sum] : dataset.sums()) sums[name] = sum;
  return sums;
}

void generate_images(const ExperimentConfig& config, const Dataset& real, std::int64_t images,
                     const fs::path& folder, const Limits& limits, Teller& teller, const Job* job) {
  ModelOptions model_options;
  std::tie(model_options.device, model_options.device_index) = device_choice(config.device, 0);
  if (config.threads > 0) model_options.threads = static_cast<int>(config.threads);
  model_options.limits = limits;
  const auto model = Model::open(config.model, model_options);
  GenerateOptions options;
  options.sampling = resolve_sampling(model->sampling_defaults(), config.sampling, {}, "sampling");
  options.seed = config.seed, options.batch_size = config.batch_size, options.job = job;
  SyntheticWriter writer(config, real, images, folder,
                         {{"model_sha256", model->bundle().digest},
                          {"sampling", Json(sampling_to_json(options.sampling))},
                          {"reports", sums_json(real)},
                          {"seed", config.seed},
                          {"images", images},
                          {"pneumothorax_as_pneumonia", config.original.pneumothorax_as_pneumonia}},
                         teller);
  if (writer.finished()) return;
  Session session(model);
  PromptOrder prompts(real, config.seed);
  while (writer.next() < images) {
    const std::int64_t first = writer.next(), count = std::min(config.batch_size, images - first);
    std::vector<const Record*> asked;
    std::vector<std::string_view> texts;
    for (std::int64_t i = 0; i < count; ++i) {
      asked.push_back(&real.record(prompts.at(first + i)));
      texts.push_back(asked.back()->text);
    }
    options.first_image = static_cast<std::uint64_t>(first);
    const std::vector<GeneratedImage> made = generate(session, texts, options);
    for (std::size_t i = 0; i < made.size(); ++i)
      writer.add(made[i].image, asked[i]->text, asked[i]->findings);
  }
  writer.finish();
}

/// Which observation each label of a dataset is.
std::vector<Observation> observations_of(const Dataset& dataset) {
  std::vector<Observation> observations;
  for (const std::string& label : dataset.labels()) {
    const std::optional<Observation> observation = observation_of(label);
    if (!observation)
      fail(
          Status::invalid_argument,
          "no rule reads {} from the prompts of a list of synthetic images; a dataset whose labels "
          "are CheXpert's was expected, or the key model",
          in_quotes(label));
    observations.push_back(*observation);
  }
  return observations;
}

void take_images(const ExperimentConfig& config, const Dataset& real, std::int64_t images,
                 const fs::path& folder, const Limits& limits, Teller& teller) {
  std::vector<ListedImage> list = list_images(config.synthetic, limits);
  if (static_cast<std::int64_t>(list.size()) < images)
    fail(Status::invalid_argument, "{} has {} images; the arms need {}", config.synthetic,
         list.size(), images);
  list.resize(static_cast<std::size_t>(images));
  Sha256 names;
  for (const ListedImage& each : list) {
    const std::string line = each.name + '\n' + each.prompt.value_or("") + '\n';
    names.update(line.data(), line.size());
  }
  const std::vector<Observation> observations = observations_of(real);
  const Labeller labeller = Labeller::chexpert();
  const auto set = images_of_list(std::move(list), limits);
  SyntheticWriter writer(config, real, images, folder,
                         {{"list_sha256", names.hex()},
                          {"images", images},
                          {"pneumothorax_as_pneumonia", config.original.pneumothorax_as_pneumonia}},
                         teller);
  if (writer.finished()) return;
  while (writer.next() < images) {
    const auto i = static_cast<std::size_t>(writer.next());
    const std::optional<std::string> prompt = set->text(i);
    if (!prompt || prompt->empty())
      fail(Status::invalid_argument,
           "image {} of {} has no prompt, so that nobody knows what it shows", set->name(i),
           config.synthetic);
    const ReportLabels labels = labeller.label(*prompt);
    std::vector<std::string> findings;
    for (std::size_t k = 0; k < observations.size(); ++k)
      if (labels[observations[k]].state == Mentioned::positive)
        findings.push_back(real.labels()[k]);
    writer.add(set->image(i), *prompt, std::move(findings));
  }
  writer.finish();
}

}  // namespace

PromptOrder::PromptOrder(const Dataset& real, std::uint64_t seed)
    : train_(real.indices(Split::train)), order_(seed, static_cast<std::int64_t>(train_.size())) {}

std::size_t PromptOrder::at(std::int64_t image) {
  return train_[static_cast<std::size_t>(order_.at(static_cast<std::uint64_t>(image)))];
}

Dataset synthetic_dataset(const ExperimentConfig& config, const Dataset& real, std::int64_t images,
                          const fs::path& folder, const Limits& limits, Teller& teller,
                          const Job* job) {
  if (config.model.empty() == config.synthetic.empty())
    fail(Status::invalid_argument,
         "{} of the keys model and synthetic are set; one of them was expected",
         config.model.empty() ? "none" : "both");
  if (config.model.empty())
    take_images(config, real, images, folder, limits, teller);
  else
    generate_images(config, real, images, folder, limits, teller, job);
  return Dataset::open(folder, limits);
}

}  // namespace raygen::engine
