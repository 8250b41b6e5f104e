// How long a classifier of random weights takes for a batch on a CPU, for classifier.py:
//
//   classifier_speed densenet|efficientnet_lite BATCH THREADS SECONDS
//
// prints the best time of one batch and the least processor time, in seconds, of those that fit
// into SECONDS.

#include "least_time.hpp"

#include "classifier/classifier.hpp"

#include "../tests/temporary_folder.hpp"
#include "bundle/bundle.hpp"
#include "classifier/known_classes.hpp"
#include "compute/guest.hpp"
#include "compute/host_guard.hpp"
#include "model/parts.hpp"

#include <ATen/ATen.h>

#include <cstdlib>
#include <iostream>
#include <string>

using namespace raygen::engine;

int main(int argc, char** argv) {
  if (argc != 5) {
    std::cerr << "usage: classifier_speed densenet|efficientnet_lite BATCH THREADS SECONDS\n";
    return 2;
  }
  const bool lite = std::string(argv[1]) == "efficientnet_lite";
  const std::int64_t batch = std::atoll(argv[2]);
  const double seconds = std::atof(argv[4]);

  const Guest guest;
  const HostGuard guard({}, std::atoi(argv[3]));
  const TemporaryFolder folder;
  const auto part = std::make_shared<ClassifierArchitecture>(
      known_classifier(lite ? "lite" : "imagenet", 3, 1000, "benchmark"));
  write_random_model(folder.path() / "model", {part}, "", 1, false);
  const Bundle bundle = open_bundle(folder.path() / "model", part_types(), {}, false);
  const Classifier classifier(*part,
                              WeightSource(bundle.part(ClassifierArchitecture::kPart).weights, {}));
  const at::Tensor images = at::rand({batch, 3, part->resolution, part->resolution});

  print_least_time(seconds, [&](int) { classifier.classify(images); });
}
