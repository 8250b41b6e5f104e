#pragma once
// LibTorch's settings of the whole process that change numbers: how exact products of float32 are,
// and which of several kernels computes.

#include <c10/core/Device.h>

namespace raygen::engine {

/// While one lives, products of float32 are float32's (neither TF32 nor bfloat16 inside), and the
/// kernels are those that LibTorch takes by itself, whatever the host has set. A setting is written
/// only where the host's differs, and is the host's again when the last of these is gone; one that
/// the host sets meanwhile stays. Another thread of the host that computes meanwhile finds ours.
class ProcessSettings {
 public:
  explicit ProcessSettings(c10::Device device);
  ~ProcessSettings();
  ProcessSettings(const ProcessSettings&) = delete;
  ProcessSettings& operator=(const ProcessSettings&) = delete;

 private:
  bool cuda_;
};

}  // namespace raygen::engine
