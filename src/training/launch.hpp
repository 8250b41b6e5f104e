#pragma once
// What a launcher (torchrun, Slurm's srun, Open MPI's or MPICH's mpirun) tells a process about the
// others.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace raygen::engine {

struct Launch {
  int rank = 0, size = 1, local_rank = 0;
  std::string address;          // of the machine of rank 0
  std::uint16_t port = 0;       // there
  std::string attempt;          // of a launcher that starts processes again after a failure
  bool store_is_there = false;  // the launcher itself serves the store at address:port
};

/// A variable of the environment; nullopt when it is not set.
using Environment = std::function<std::optional<std::string>(const char* name)>;
Environment process_environment();

/// One process alone when no launcher has left its variables. MASTER_ADDR and MASTER_PORT go before
/// what a launcher says. Throws Error(invalid_argument) naming the variable that is missing or out
/// of range.
Launch launch_from(const Environment& environment);

/// "gpu[03-07,12],login" → "gpu03": the first machine of a Slurm node list.
std::string first_node(const std::string& list);

}  // namespace raygen::engine
