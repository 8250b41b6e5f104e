#include "dataset/preparation_record.hpp"

#include "dataset/csv_table.hpp"
#include "error.hpp"
#include "image/resize.hpp"
#include "storage/number.hpp"
#include "storage/sha256.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <system_error>
#include <unordered_set>

namespace raygen::engine {
namespace {

struct Prepared {
  std::vector<std::uint8_t> pixels;
  std::string problem;
};

Prepared prepare(Candidate& candidate, const Complete& complete, const PrepareOptions& options) {
  if (!candidate.problem.empty()) return {{}, candidate.problem};
  try {
    complete(candidate);
    if (trimmed(candidate.record.text).empty()) return {{}, "the text is empty"};
    return {square_of(read_image(candidate.file, options.limits), options.resolution), {}};
  } catch (const Error& error) {
    return {{}, error.what()};
  }
}

std::string without(std::string text, const std::filesystem::path& root) {
  if (root.empty()) return text;
  const std::string part = (root / "").string();
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at))
    text.erase(at, part.size());
  return text;
}

/// An image is known by its id: of several the first counts.
void mark_duplicates(std::vector<Candidate>& candidates) {
  std::unordered_set<std::string> ids;
  for (Candidate& candidate : candidates) {
    if (candidate.problem.empty() && !ids.insert(candidate.record.id).second)
      candidate.problem =
          formatted("the id {} is taken by an image above", in_quotes(candidate.record.id));
  }
}

/// What every dataset depends on, as dataset.json has it.
void describe(const PrepareOptions& options, Json& how) {
  how["resolution"] = options.resolution;
  how["val_fraction"] = options.val_fraction;
  how["seed"] = options.seed;
  how["rows_per_shard"] = options.rows_per_shard;
}

std::vector<std::string> labels_of(const std::vector<Candidate>& candidates) {
  std::set<std::string> labels;
  for (const Candidate& candidate : candidates)
    labels.insert(candidate.record.findings.begin(), candidate.record.findings.end());
  return {labels.begin(), labels.end()};
}

}  // namespace

std::vector<std::uint8_t> square_of(const Image& image, std::int64_t resolution) {
  const Image grey = to_grey(image);
  const at::Tensor pixels =
      resize_and_crop(grey, resolution).mul(255).round_().clamp_(0, 255).to(at::kByte).contiguous();
  const auto* data = pixels.const_data_ptr<std::uint8_t>();
  return {data, data + pixels.numel()};
}

std::filesystem::path canonical_folder(const std::filesystem::path& folder) {
  std::error_code code;
  std::filesystem::path path = std::filesystem::canonical(folder.empty() ? "." : folder, code);
  if (code) fail(Status::io, "cannot open the folder {}: {}", folder.string(), code.message());
  return path;
}

std::string fingerprint(const std::vector<std::filesystem::path>& folders) {
  Sha256 sum;
  for (const std::filesystem::path& folder : folders) {
    const std::filesystem::path path = canonical_folder(folder);
    sum.update(path.c_str(), path.native().size() + 1);  // with its zero, which no path holds
  }
  return sum.hex();
}

PreparationSummary prepare_candidates(std::vector<Candidate> candidates,
                                      const std::vector<std::filesystem::path>& roots,
                                      const Complete& complete, const PrepareOptions& options,
                                      Json how, Json defaults, const PrepareProgress& progress,
                                      const Job* job) {
  how["roots_sha256"] = fingerprint(roots);
  describe(options, how);
  describe(PrepareOptions(), defaults);
  mark_duplicates(candidates);
  DatasetWriter writer(options.out, {options.resolution, labels_of(candidates),
                                     options.rows_per_shard, std::move(how), std::move(defaults)});
  if (writer.finished()) {
    if (progress) progress(writer.items(), candidates.size(), writer.summary().skipped);
    return writer.summary();
  }
  if (writer.items() > candidates.size())
    fail(Status::format, "{}: the journal has {} images of {}", options.out.string(),
         writer.items(), candidates.size());

  const auto total = static_cast<std::int64_t>(candidates.size());
  while (writer.items() < candidates.size()) {
    check_cancelled(job);
    if (progress && progress(writer.items(), candidates.size(), writer.summary().skipped) != 0)
      fail(Status::cancelled, "the preparation was cancelled; the same command continues it");
    // Decoded in parallel, added in order: neither the order nor a shard's border depends on the
    // threads.
    constexpr std::int64_t images_a_thread = 8;
    const auto first = static_cast<std::int64_t>(writer.items());
    const std::int64_t count = std::min(total - first, images_a_thread * at::get_num_threads());
    std::vector<Prepared> prepared(static_cast<std::size_t>(count));
    at::parallel_for(0, count, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        check_cancelled(job);
        prepared[static_cast<std::size_t>(i)] =
            prepare(candidates[static_cast<std::size_t>(first + i)], complete, options);
      }
    });
    for (std::size_t i = 0; i < prepared.size(); ++i) {
      Candidate& candidate = candidates[static_cast<std::size_t>(first) + i];
      if (prepared[i].problem.empty()) {
        writer.add(candidate.record, prepared[i].pixels);
      } else {
        writer.skip(candidate.path, without(prepared[i].problem, roots[candidate.root]));
      }
      candidate = {};  // the writer has what is needed of it
    }
  }
  if (progress) progress(writer.items(), candidates.size(), writer.summary().skipped);
  writer.finish();
  return writer.summary();
}

Split split_of_patient(const std::string& patient, std::uint64_t seed, double val_fraction,
                       double test_fraction) {
  const std::string digest = sha256_hex(formatted("{}:{}", seed, patient));
  constexpr std::size_t digits = 13;  // 52 bits: exact in a double
  std::uint64_t number = 0;
  parse_number(std::string_view(digest).substr(0, digits), number, /*base=*/16);
  const double place = std::ldexp(static_cast<double>(number), -52);
  if (place < test_fraction) return Split::test;
  return place < test_fraction + val_fraction ? Split::val : Split::train;
}

void check_fraction(double fraction, const char* name) {
  if (!(fraction >= 0 && fraction <= 1))
    fail(Status::invalid_argument, "{} is {}, expected 0 to 1", name, fraction);
}

}  // namespace raygen::engine
