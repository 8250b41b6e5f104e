#pragma once
// What preparing a table and preparing MIMIC have in common.

#include "dataset/prepare.hpp"
#include "image/image.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace raygen::engine {

/// One image to be prepared.
struct Candidate {
  std::string path;            // as skipped.csv names it
  std::filesystem::path file;  // where it is
  std::size_t root = 0;        // which of the roots it is under
  Record record;               // its text may be read later
  std::string problem;         // not empty: why it is skipped
};

/// Completes a candidate when its turn comes; may be called by several threads. Throws Error to
/// skip it.
using Complete = std::function<void(Candidate&)>;

/// Takes the candidates in their order. A candidate's root is left out of the reason in
/// skipped.csv. `how` is what the result depends on besides `options`; `defaults` says what a
/// dataset was made with that was begun before a key of `how` existed.
PreparationSummary prepare_candidates(std::vector<Candidate> candidates,
                                      const std::vector<std::filesystem::path>& roots,
                                      const Complete& complete, const PrepareOptions& options,
                                      Json how, Json defaults, const PrepareProgress& progress,
                                      const Job* job);

/// An image as a dataset has it: grey, its shorter side resized, its centre cut out.
std::vector<std::uint8_t> square_of(const Image& image, std::int64_t resolution);

/// Absolute and without links; the working folder when it is empty. Throws Error(io) when there is
/// none.
std::filesystem::path canonical_folder(const std::filesystem::path& folder);

/// Stands for folders that images come from: a dataset tells whether they are the same, not where
/// they are on somebody's machine.
std::string fingerprint(const std::vector<std::filesystem::path>& folders);

/// The split of a patient: by a hash of the seed and the patient alone, so that it is the same in
/// any table.
Split split_of_patient(const std::string& patient, std::uint64_t seed, double val_fraction,
                       double test_fraction);

/// Throws Error(invalid_argument) when it is not within 0 to 1.
void check_fraction(double fraction, const char* name);

}  // namespace raygen::engine
