#pragma once
// Why a machine computes on no CUDA device: what its driver says when it is asked directly.

#include <string>

namespace raygen::engine {

/// What can be known of CUDA on a machine without computing there.
struct CudaFacts {
  bool built_in = false;     // LibTorch has CUDA
  long runtime_version = 0;  // LibTorch's CUDA, 13000 for 13.0; 0: not known
  std::string driver_error;  // of the loader, where the driver's library cannot be loaded; or empty
  int driver_version = 0;    // the newest CUDA that the driver knows, as runtime_version
  int start_error = 0;       // what the driver's cuInit returned; 0: it started
  int devices = 0;           // that the driver counts
  std::string visible;       // CUDA_VISIBLE_DEVICES, where it is set
  bool visible_set = false;
};

/// Asks `driver`, the file name of the driver's library.
CudaFacts cuda_facts(const char* driver = "libcuda.so.1");

/// Why no CUDA device can be used, as the rest of "device cuda was asked for, but …".
std::string why_no_cuda(const CudaFacts& facts);

/// Why LibTorch sees no CUDA device; empty where it sees one.
std::string cuda_problem();

}  // namespace raygen::engine
