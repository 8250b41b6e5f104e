#include "compute/cuda_driver.hpp"

#include <ATen/Context.h>
#include <catch2/catch.hpp>

#include <cstdlib>

using namespace raygen::engine;
using Catch::Contains;

namespace {

/// As on a machine whose LibTorch has CUDA 13.0 and whose driver starts.
CudaFacts machine() {
  CudaFacts facts;
  facts.built_in = true;
  facts.runtime_version = 13000;
  facts.driver_version = 13010;
  facts.devices = 1;
  return facts;
}

CudaFacts with_start_error(int error) {
  CudaFacts facts = machine();
  facts.start_error = error;
  facts.devices = 0;
  return facts;
}

}  // namespace

TEST_CASE("What CUDA lacks is told by name: LibTorch's part, the driver, its age, the device") {
  CHECK_THAT(why_no_cuda({}), Contains("LibTorch was built without CUDA"));
  CudaFacts facts = machine();
  facts.driver_error = "libcuda.so.1: cannot open shared object file";
  CHECK_THAT(why_no_cuda(facts), Contains("no NVIDIA driver") && Contains("libcuda.so.1"));
  facts = machine();
  facts.driver_version = 12040;
  CHECK_THAT(why_no_cuda(facts), Contains("too old") && Contains("12.4") && Contains("13.0"));
  // A driver too old to start says no more of itself.
  facts.start_error = 100;
  CHECK_THAT(why_no_cuda(facts), Contains("too old"));
  CHECK(why_no_cuda(with_start_error(100)) == "this machine has no CUDA device");
  facts = with_start_error(100);
  facts.visible_set = true;
  CHECK_THAT(why_no_cuda(facts), Contains("CUDA_VISIBLE_DEVICES is \"\""));
  CHECK_THAT(why_no_cuda(with_start_error(34)), Contains("stub"));
  CHECK_THAT(why_no_cuda(with_start_error(803)), Contains("different versions"));
  CHECK_THAT(why_no_cuda(with_start_error(999)), Contains("error 999"));
  facts = machine();
  facts.devices = 0;
  CHECK(why_no_cuda(facts) == "this machine has no CUDA device");
  CHECK_THAT(why_no_cuda(machine()), Contains("none of the 1 CUDA devices"));
}

TEST_CASE("A driver's library is asked for its version, its start and its devices") {
  ::setenv("RAYGEN_TEST_CUDA_VERSION", "12040", 1);
  ::setenv("RAYGEN_TEST_CUDA_START", "100", 1);
  CudaFacts facts = cuda_facts(RAYGEN_TEST_DRIVER);
  CHECK(facts.driver_error.empty());
  CHECK(facts.driver_version == 12040);
  CHECK(facts.start_error == 100);
  CHECK(facts.devices == 0);
  if (facts.built_in) CHECK(facts.runtime_version >= 11000);
  ::setenv("RAYGEN_TEST_CUDA_START", "0", 1);
  ::setenv("RAYGEN_TEST_CUDA_DEVICES", "3", 1);
  CHECK(cuda_facts(RAYGEN_TEST_DRIVER).devices == 3);
  CHECK_THAT(cuda_facts("libraygen-no-such-driver.so").driver_error,
             Contains("libraygen-no-such-driver.so"));
  CHECK(cuda_problem().empty() == at::hasCUDA());
}
