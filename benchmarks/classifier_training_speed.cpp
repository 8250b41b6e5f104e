// How long one step of a classifier's training takes on a CPU, for classifier.py:
//
//   classifier_training_speed densenet|efficientnet_lite BATCH THREADS SECONDS
//
// prints the best time of one step (forward, loss, backward, AdamW) and the least processor time,
// in seconds, of those that fit into SECONDS.

#include "least_time.hpp"

#include "classifier/known_classes.hpp"
#include "cli/freed_memory.hpp"
#include "compute/guest.hpp"
#include "compute/host_guard.hpp"
#include "training/classifier_network.hpp"
#include "training/classifier_stage.hpp"
#include "training/optimizer.hpp"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include <cstdlib>
#include <iostream>
#include <string>

using namespace raygen::engine;

int main(int argc, char** argv) {
  if (argc != 5) {
    std::cerr
        << "usage: classifier_training_speed densenet|efficientnet_lite BATCH THREADS SECONDS\n";
    return 2;
  }
  const bool lite = std::string(argv[1]) == "efficientnet_lite";
  const std::int64_t batch = std::atoll(argv[2]), classes = 14;
  const double seconds = std::atof(argv[4]);

  raygen::cli::keep_all_freed_memory();  // as `raygen train` does
  const Guest guest;
  const HostGuard guard({}, std::atoi(argv[3]));
  const c10::InferenceMode with_gradients(false);
  const ClassifierArchitecture architecture =
      known_classifier(lite ? "lite" : "plain", 3, classes, "benchmark");
  at::Generator generator = weight_generator(1);
  Parameters parameters(at::kCPU);
  for (const auto& [name, tensor] : initial_classifier_weights(architecture, generator))
    parameters.add(name, tensor, !is_running_statistic(name));
  const ClassifierNetwork network(architecture, parameters, /*training=*/true);
  OptimizerConfig config;
  config.ema_decay = 0, config.gradient_clip = 0;  // as the peer, which has neither
  Optimizer optimizer("classifier", parameters, config, 1000);
  const at::Tensor images =
      at::rand({batch, 3, architecture.resolution, architecture.resolution}, at::kFloat);
  const at::Tensor targets = at::randint(2, {batch, classes}, at::kFloat),
                   label_weights = at::ones({classes});

  print_least_time(seconds, [&](int step) {
    (known_label_loss(network.logits(images), targets, label_weights) /
     static_cast<double>(targets.numel()))
        .backward();
    optimizer.step(step);
  });
}
