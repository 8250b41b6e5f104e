#include "training/processes.hpp"

#include "error.hpp"
#include "small_training.hpp"
#include "training/launch.hpp"
#include "two_processes.hpp"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

using namespace raygen::engine;

namespace {

namespace fs = std::filesystem;

/// Those of this process.
std::set<std::string> threads() {
  std::set<std::string> numbers;
  for (const auto& entry : fs::directory_iterator("/proc/self/task"))
    numbers.insert(entry.path().filename().string());
  return numbers;
}

/// Whether soon there is no other. One that was joined is still listed for a moment.
bool no_more_than(const std::set<std::string>& before) {
  for (int look = 0; look < 100; ++look) {
    const std::set<std::string> now = threads();
    if (std::includes(before.begin(), before.end(), now.begin(), now.end())) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return false;
}

Launch launch(const std::map<std::string, std::string>& variables) {
  return launch_from([&](const char* name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  });
}

/// The VQ-GAN alone, in a folder of one process.
TrainingConfig one_stage(const fs::path& folder, const std::string& rank) {
  TrainingConfig config = small_config(small_dataset(folder), folder / rank);
  config.text_encoder.enabled = config.masked_decoder.enabled = false;
  return config;
}

}  // namespace

TEST_CASE("One of two that share", "[.][sharing-peer]") {
  const auto processes = Processes::join(at::kCPU, nullptr);
  REQUIRE(processes->size() == 2);
  const int rank = processes->rank();
  CHECK(processes->first() == (rank == 0));
  CHECK(processes->local_rank() == rank);
  const double mine = rank + 1;

  // Several types, an empty one, one that is not contiguous, one larger than a bucket, a parameter.
  at::Tensor strided = at::full({4, 3}, mine).t();
  at::Tensor parameter = at::full({5}, mine).requires_grad_();
  std::vector<at::Tensor> tensors = {
      at::full({2, 3}, mine),    at::arange(3, at::kLong) * (rank + 1), at::empty({0}), strided,
      at::full({7 << 20}, mine), at::full({3}, mine, at::kDouble),      parameter};
  processes->sum(tensors);
  CHECK(at::equal(tensors[0], at::full({2, 3}, 3.)));
  CHECK(at::equal(tensors[1], at::arange(3, at::kLong) * 3));
  CHECK(at::equal(strided, at::full({3, 4}, 3.)));
  CHECK(at::equal(tensors[4], at::full({7 << 20}, 3.)));
  CHECK(at::equal(tensors[5], at::full({3}, 3., at::kDouble)));
  CHECK(at::equal(parameter.detach(), at::full({5}, 3.)));

  std::vector<at::Tensor> copies = {at::full({2}, mine), at::full({3}, mine, at::kLong)};
  processes->broadcast(copies);
  CHECK(at::equal(copies[0], at::ones({2})));
  CHECK(at::equal(copies[1], at::ones({3}, at::kLong)));
  processes->barrier();
}

TEST_CASE("One of two of which the second dies", "[.][dying-peer]") {
  const auto processes = Processes::join(at::kCPU, nullptr);
  std::vector<at::Tensor> tensors = {at::ones({1000})};
  processes->sum(tensors);
  if (processes->rank() == 1) ::raise(SIGKILL);
  try {
    for (int i = 0; i < 2; ++i) processes->sum(tensors);
    FAIL("the other is gone, but sums go on");
  } catch (const Error& error) {
    CHECK(error.status() == Status::device);
    CHECK_THAT(error.what(), Catch::Contains("rank 0 of 2: another process is gone"));
  }
}

TEST_CASE("One of two, alone", "[.][lonely-peer]") {
  const std::string rank = process_environment()("RANK").value();
  Job job;
  std::thread([] {}).join();  // with the first, ThreadSanitizer starts one of its own
  const std::set<std::string> before = threads();
  std::thread teller([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    job.cancel();
  });
  try {
    Processes::join(at::kCPU, &job);
    FAIL("there is nobody to join");
  } catch (const Error& error) {
    CHECK(error.status() == Status::cancelled);
    CHECK_THAT(error.what(), Catch::Contains("rank " + rank + " of 2 waited"));
  }
  teller.join();
  CHECK(no_more_than(before));  // no thread outlives what was cancelled
}

TEST_CASE("One of two of which the second stands still", "[.][standing-peer]") {
  Job job;
  const auto processes = Processes::join(at::kCPU, &job);
  std::vector<at::Tensor> tensors = {at::ones({1000})};
  processes->sum(tensors);
  if (processes->rank() == 1) ::raise(SIGSTOP);
  job.cancel();
  try {
    processes->sum(tensors);
    FAIL("the other stands still, but sums go on");
  } catch (const Error& error) {
    CHECK(error.status() == Status::cancelled);
  }
}

TEST_CASE("One of two that see different folders", "[.][folders-peer]") {
  const fs::path folder = process_environment()("RAYGEN_TEST_FOLDER").value();
  const TrainingConfig config = one_stage(folder, process_environment()("RANK").value());
  CHECK_THROWS_WITH(train(config, {}, {}, nullptr),
                    Catch::Contains("the processes do not see one folder"));
}

TEST_CASE("A cancelled job ends the waiting for a process that does not come") {
  CHECK(status_of(start("[lonely-peer]", 0, 2, free_port())) == 0);
  CHECK(status_of(start("[lonely-peer]", 1, 2, free_port())) == 0);  // for a store, too
}

TEST_CASE("A cancelled job ends the waiting for a process that stands still") {
  const int port = free_port();
  const pid_t first = start("[standing-peer]", 0, 2, port),
              second = start("[standing-peer]", 1, 2, port);
  CHECK(status_of(first) == 0);
  ::kill(second, SIGKILL);
  status_of(second);
}

TEST_CASE("Processes that see different folders do not train") {
  const TemporaryFolder folder;
  const auto stop_at_two = [](const TrainingProgress& now) { return now.step < 2; };
  CHECK_THROWS_AS(train(one_stage(folder.path(), "0"), {}, stop_at_two, nullptr), Error);
  ::setenv("RAYGEN_TEST_FOLDER", folder.path().c_str(), 1);
  const auto [first, second] = run_two("[folders-peer]");
  CHECK(first == 0);
  CHECK(second == 0);
}

TEST_CASE("Two processes sum, share and wait for each other") {
  const auto [first, second] = run_two("[sharing-peer]");
  CHECK(first == 0);
  CHECK(second == 0);
}

TEST_CASE("When a process dies the other gets an error") {
  const auto [first, second] = run_two("[dying-peer]");
  CHECK(first == 0);
  CHECK((WIFSIGNALED(second) && WTERMSIG(second) == SIGKILL));
}

TEST_CASE("A process that no launcher has started is alone") {
  const Launch alone = launch({{"MASTER_ADDR", "elsewhere"},
                               {"SLURM_PROCID", "0"},
                               {"SLURM_NTASKS", "8"}});  // a batch script
  CHECK(alone.size == 1);
  CHECK(alone.rank == 0);
  for (const char* name :
       {"RANK", "WORLD_SIZE", "SLURM_STEP_NODELIST", "OMPI_COMM_WORLD_RANK", "PMI_RANK"})
    ::unsetenv(name);
  const auto processes = Processes::join(at::kCPU, nullptr);
  std::vector<at::Tensor> tensors = {at::full({2}, 5.)};
  processes->sum(tensors);
  processes->broadcast(tensors);
  processes->barrier();
  CHECK(at::equal(tensors[0], at::full({2}, 5.)));
}

TEST_CASE("What launchers say is understood") {
  const Launch torchrun = launch({{"RANK", "3"},
                                  {"WORLD_SIZE", "8"},
                                  {"LOCAL_RANK", "1"},
                                  {"MASTER_ADDR", "node7"},
                                  {"MASTER_PORT", "1234"},
                                  {"TORCHELASTIC_RESTART_COUNT", "2"},
                                  {"TORCHELASTIC_USE_AGENT_STORE", "True"}});
  CHECK(torchrun.rank == 3);
  CHECK(torchrun.size == 8);
  CHECK(torchrun.local_rank == 1);
  CHECK(torchrun.address == "node7");
  CHECK(torchrun.port == 1234);
  CHECK(torchrun.attempt == "2");
  CHECK(torchrun.store_is_there);

  const std::map<std::string, std::string> step = {{"SLURM_PROCID", "2"},
                                                   {"SLURM_NTASKS", "4"},
                                                   {"SLURM_LOCALID", "0"},
                                                   {"SLURM_JOB_ID", "77"},
                                                   {"SLURM_STEP_NODELIST", "gpu[03-04]"}};
  const Launch slurm = launch(step);
  CHECK(slurm.rank == 2);
  CHECK(slurm.size == 4);
  CHECK(slurm.address == "gpu03");
  CHECK(slurm.port >= 20000);
  CHECK(slurm.port == launch(step).port);
  CHECK(!slurm.store_is_there);
  auto other_job = step;
  other_job["SLURM_JOB_ID"] = "78";
  CHECK(launch(other_job).port != slurm.port);

  const Launch mpi = launch({{"OMPI_COMM_WORLD_RANK", "1"},
                             {"OMPI_COMM_WORLD_SIZE", "2"},
                             {"OMPI_COMM_WORLD_LOCAL_RANK", "1"},
                             {"OMPI_COMM_WORLD_LOCAL_SIZE", "2"}});
  CHECK(mpi.rank == 1);
  CHECK(mpi.address == "127.0.0.1");
  std::map<std::string, std::string> in_allocation = {{"OMPI_COMM_WORLD_RANK", "3"},
                                                      {"OMPI_COMM_WORLD_SIZE", "4"},
                                                      {"OMPI_COMM_WORLD_LOCAL_RANK", "3"},
                                                      {"OMPI_COMM_WORLD_LOCAL_SIZE", "4"},
                                                      {"PMIX_NAMESPACE", "prterun-1"},
                                                      {"SLURM_JOB_ID", "77"},
                                                      {"SLURM_STEP_NODELIST", "gpu04"},
                                                      {"SLURM_STEP_ID", "0"},
                                                      {"SLURM_PROCID", "0"},
                                                      {"SLURM_NTASKS", "1"}};
  const Launch mpirun = launch(in_allocation);  // the step is that of mpirun's daemons
  CHECK(mpirun.rank == 3);
  CHECK(mpirun.size == 4);
  CHECK(mpirun.local_rank == 3);
  CHECK(mpirun.address == "127.0.0.1");
  in_allocation["SLURM_STEP_ID"] = "1";  // as another daemon has it
  CHECK(launch(in_allocation).port == mpirun.port);
  in_allocation["OMPI_COMM_WORLD_LOCAL_SIZE"] = "2";
  in_allocation["OMPI_COMM_WORLD_LOCAL_RANK"] = "1";
  CHECK_THROWS_WITH(launch(in_allocation), Catch::Contains("MASTER_ADDR"));
  CHECK(launch({{"PMI_RANK", "1"}, {"PMI_SIZE", "2"}, {"MASTER_ADDR", "a"}, {"MASTER_PORT", "5"}})
            .port == 5);
}

TEST_CASE("What launchers say wrongly is refused by name") {
  CHECK_THROWS_WITH(launch({{"RANK", "2"}, {"WORLD_SIZE", "2"}}),
                    Catch::Contains("RANK is '2'") && Catch::Contains("0 to 1"));
  CHECK(launch({{"WORLD_SIZE", "1"}}).size == 1);
  CHECK_THROWS_WITH(launch({{"WORLD_SIZE", "2"}}), Catch::Contains("no RANK"));
  CHECK_THROWS_WITH(launch({{"RANK", "0"}, {"WORLD_SIZE", "x"}}),
                    Catch::Contains("WORLD_SIZE is 'x'"));
  CHECK_THROWS_WITH(launch({{"RANK", "0"}, {"WORLD_SIZE", "2"}}), Catch::Contains("MASTER_ADDR"));
  CHECK_THROWS_WITH(
      launch({{"RANK", "0"}, {"WORLD_SIZE", "2"}, {"MASTER_ADDR", "a"}, {"MASTER_PORT", "70000"}}),
      Catch::Contains("MASTER_PORT"));
  CHECK_THROWS_WITH(launch({{"OMPI_COMM_WORLD_RANK", "0"},
                            {"OMPI_COMM_WORLD_SIZE", "4"},
                            {"OMPI_COMM_WORLD_LOCAL_SIZE", "2"}}),
                    Catch::Contains("MASTER_ADDR"));
  CHECK_THROWS_WITH(launch({{"OMPI_COMM_WORLD_RANK", "0"}}),
                    Catch::Contains("OMPI_COMM_WORLD_SIZE"));
}

TEST_CASE("The first machine of a node list") {
  CHECK(first_node("gpu3") == "gpu3");
  CHECK(first_node("gpu3,gpu4") == "gpu3");
  CHECK(first_node("gpu[03-07,12],login") == "gpu03");
  CHECK(first_node("gpu[5,7]-ib,x") == "gpu5-ib");
  CHECK(first_node("gpu[12]") == "gpu12");
  CHECK_THROWS_AS(first_node("gpu[12"), Error);
}
