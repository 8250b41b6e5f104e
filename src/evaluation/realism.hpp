#pragma once
// How far the synthetic images are from the real ones, by whatever features there are.

#include "evaluation/report.hpp"
#include "evaluation/set_measures.hpp"

#include <functional>
#include <string>
#include <vector>

namespace raygen::engine {

/// Both sets as one extractor sees them.
struct ComparedSets {
  std::string key;          // "vqgan": ends the keys of its measures
  std::string name;         // "VQ-GAN": ends their names
  std::string description;  // extractor, first digits of its hash, preprocessing
  const FeatureSet* real = nullptr;
  const FeatureSet* synthetic = nullptr;
};

/// set_measures() of each, and a table of them in the order and with the arrows of CheXGenBench.
/// `begin` is called before each with how many are done. May throw.
ReportSection realism_section(const std::vector<ComparedSets>& sets,
                              const SetMeasureOptions& options,
                              const std::function<void(std::size_t done)>& begin);

}  // namespace raygen::engine
