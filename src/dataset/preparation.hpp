#pragma once
// What preparing a table and preparing MIMIC have in common.

#include "dataset/prepare.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace raygen::engine {

/// One image to be prepared.
struct Candidate {
  std::string path;            // as skipped.csv names it
  std::filesystem::path file;  // where it is
  Record record;               // its text may be read later
  std::string problem;         // not empty: why it is skipped
};

/// Completes a candidate when its turn comes; may be called by several threads. Throws Error to skip it.
using Complete = std::function<void(Candidate&)>;

/// Takes the candidates in their order. `root` is left out of the reasons in skipped.csv. `how` is what the result depends on besides
/// `options`.
PreparationSummary prepare_candidates(std::vector<Candidate> candidates, const std::filesystem::path& root, const Complete& complete,
                                      const PrepareOptions& options, Json how, const PrepareProgress& progress, const Job* job);

/// The split of a patient: by a hash of the seed and the patient alone, so that it is the same in any table.
Split split_of_patient(const std::string& patient, std::uint64_t seed, double val_fraction, double test_fraction);

/// Throws Error(invalid_argument) when it is not within 0 to 1.
void check_fraction(double fraction, const char* name);

}  // namespace raygen::engine
