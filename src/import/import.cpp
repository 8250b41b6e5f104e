#include "import/import.hpp"

#include "bundle/bundle.hpp"
#include "bundle/stored_weights.hpp"
#include "import/import_parts.hpp"
#include "storage/json.hpp"
#include "storage/mapped_file.hpp"
#include "storage/sha256.hpp"
#include "storage/utf8.hpp"

namespace raygen::engine {

namespace {

/// Name and sum of a source: enough to know it again, nothing about the machine it lay on.
nlohmann::ordered_json source_record(const std::filesystem::path& path, const Limits& limits) {
  const auto file = MappedFile::open(path, limits.max_file_bytes);
  return {{"file", utf8::escape(path.filename().string())},
          {"sha256", sha256_hex(file->text())},
          {"bytes", file->size()}};
}

/// The decoder, the VQ-GAN and the text encoder.
void add_generator(const ImportSources& sources, const Limits& limits, const Job* job,
                   ImportNotes& notes, BundleContents& contents,
                   nlohmann::ordered_json& provenance) {
  if (sources.decoder.empty())
    fail(Status::invalid_argument, "no checkpoint of the masked decoder was given");
  if (sources.vqgan.empty())
    fail(Status::invalid_argument, "no checkpoint of the VQ-GAN was given");
  ImportedDecoder decoder = import_decoder(sources, limits, notes);
  check_cancelled(job);
  ImportedVqgan vqgan = import_vqgan(sources, decoder.architecture.tokens,
                                     decoder.architecture.codebook, limits, notes);
  check_cancelled(job);
  ImportedText text = import_text(sources, decoder.text, limits, notes);
  contents.parts = {
      {std::make_shared<TextArchitecture>(text.architecture),
       std::move(text.tensors),
       {{text.architecture.vocabulary_file(), std::move(text.vocabulary)}}},
      {std::make_shared<VqganArchitecture>(vqgan.architecture), std::move(vqgan.tensors), {}},
      {std::make_shared<MaskedDecoderArchitecture>(decoder.architecture),
       std::move(decoder.tensors),
       {}}};
  provenance = {{"decoder", source_record(sources.decoder, limits)},
                {"vqgan", source_record(sources.vqgan, limits)},
                {"text_encoder", sources.text_encoder.empty() ? "inside the decoder's checkpoint"
                                                              : "a Hugging Face folder"},
                {"decoder_heads_from", decoder.heads_from}};
}

}  // namespace

std::string import_model(const ImportSources& sources, const std::filesystem::path& out,
                         const Limits& limits, bool overwrite, const Job* job) {
  ImportNotes notes;
  BundleContents contents;
  nlohmann::ordered_json provenance = nlohmann::ordered_json::object();
  const bool classifier_alone =
      !sources.classifier.empty() && sources.decoder.empty() && sources.vqgan.empty();
  if (!classifier_alone) add_generator(sources, limits, job, notes, contents, provenance);
  check_cancelled(job);
  if (!sources.classifier.empty()) {
    ImportedClassifier classifier = import_classifier(sources, limits, notes);
    contents.parts.push_back({std::make_shared<ClassifierArchitecture>(classifier.architecture),
                              std::move(classifier.tensors),
                              {}});
    provenance["classifier"] = source_record(sources.classifier, limits);
  }
  for (const std::string& prefix : sources.ignore) {
    if (!notes.leaves_out(prefix))
      notes.add("No tensor's name starts with {}, which was to be left out.", in_quotes(prefix));
  }
  validate(architectures(contents),
           (classifier_alone ? sources.classifier : sources.decoder).string());
  contents.licence = "not stated by the files this was converted from";
  check_stored_precision(architectures(contents), sources.stored_precision);
  for (PartContents& part : contents.parts)
    part.tensors = stored_weights(*part.architecture, part.tensors, sources.stored_precision, job);
  if (!sources.stored_precision.empty()) provenance["stored_precision"] = sources.stored_precision;
  provenance.update(notes.json());
  contents.provenance = json_text(provenance);
  write_bundle(out, contents, overwrite, job);
  return notes.text();
}

}  // namespace raygen::engine
