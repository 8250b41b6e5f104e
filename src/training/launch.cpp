#include "training/launch.hpp"

#include "error.hpp"
#include "storage/json.hpp"
#include "storage/number.hpp"

#include <cstdlib>
#include <vector>

namespace raygen::engine {

namespace {

std::int64_t integer(const Environment& environment, const char* name, std::int64_t least,
                     std::int64_t most) {
  const std::optional<std::string> text = environment(name);
  if (!text)
    fail(Status::invalid_argument,
         "the environment has no {}, which launchers set; an integer of {} to {} was expected",
         name, least, most);
  std::int64_t value = 0;
  if (!parse_number(*text, value) || value < least || value > most) {
    fail(Status::invalid_argument,
         "{} is {} in the environment; an integer of {} to {} was expected", name, in_quotes(*text),
         least, most);
  }
  return value;
}

struct Names {
  const char *rank, *size, *local_rank;
  bool slurm = false;  // SLURM_STEP_* speak of these processes
};

/// The names that the launcher has used, if there was one.
std::optional<Names> launcher(const Environment& environment) {
  // Slurm sets its other names in batch scripts too, which are one process; those of a step are
  // srun's.
  const bool step = environment("SLURM_STEP_NODELIST").has_value();
  const char* step_size =
      environment("SLURM_STEP_NUM_TASKS") ? "SLURM_STEP_NUM_TASKS" : "SLURM_NTASKS";
  constexpr Names torchrun{"RANK", "WORLD_SIZE", "LOCAL_RANK"};
  if (environment("RANK") && environment("WORLD_SIZE")) return torchrun;
  // mpirun in a Slurm allocation: SLURM_STEP_* and SLURM_PROCID are those of its daemons, one a
  // machine.
  if (environment("OMPI_COMM_WORLD_RANK"))
    return Names{"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_RANK"};
  if (step && environment("SLURM_PROCID"))
    return Names{"SLURM_PROCID", step_size, "SLURM_LOCALID", /*slurm=*/true};
  if (environment("PMI_RANK")) return Names{"PMI_RANK", "PMI_SIZE", "MPI_LOCALRANKID"};
  if (environment("WORLD_SIZE"))
    return torchrun;  // without its rank: refused where there is more than one
  return std::nullopt;
}

/// Where rank 0 is, when MASTER_ADDR does not say so.
std::string address_of(const Environment& environment, const Launch& launch, bool slurm) {
  if (slurm) return first_node(environment("SLURM_STEP_NODELIST").value_or(""));
  for (const char* name : {"OMPI_COMM_WORLD_LOCAL_SIZE", "MPI_LOCALNRANKS"})
    if (environment(name) && integer(environment, name, 1, launch.size) == launch.size)
      return "127.0.0.1";
  fail(Status::invalid_argument,
       "the environment does not say where rank 0 of {} is: MASTER_ADDR was expected", launch.size);
}

/// A port that processes of one job agree on and those of another on the same machine most likely
/// do not.
std::uint16_t port_of(const Environment& environment, bool slurm) {
  constexpr std::uint32_t first = 20000, count = 10000;
  std::uint32_t hash = 2166136261U;  // FNV-1a
  using Variables = std::vector<const char*>;
  const Variables variables =
      slurm ? Variables{"SLURM_JOB_ID", "SLURM_STEP_ID"}
            : Variables{"SLURM_JOB_ID", "PMIX_NAMESPACE", "OMPI_MCA_ess_base_jobid", "PMI_PORT"};
  for (const char* name : variables)
    for (const char c : environment(name).value_or(""))
      hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return static_cast<std::uint16_t>(first + hash % count);
}

}  // namespace

Environment process_environment() {
  return [](const char* name) -> std::optional<std::string> {
    const char* value = std::getenv(name);
    return value == nullptr || *value == '\0' ? std::nullopt : std::optional<std::string>(value);
  };
}

std::string first_node(const std::string& list) {
  const std::size_t end = list.find_first_of(",[");
  if (end == list.npos || list[end] == ',') return list.substr(0, end);
  const std::size_t close = list.find(']', end);
  if (close == list.npos)
    fail(Status::invalid_argument, "{} is no Slurm node list: ']' is missing", in_quotes(list));
  const std::size_t number_end = list.find_first_of(",-]", end + 1);
  const std::string rest = list.substr(close + 1, list.find(',', close) - close - 1);
  return list.substr(0, end) + list.substr(end + 1, number_end - end - 1) + rest;
}

Launch launch_from(const Environment& environment) {
  constexpr std::int64_t most_processes = 1 << 16;
  const std::optional<Names> names = launcher(environment);
  Launch launch;
  if (!names) return launch;
  launch.size = static_cast<int>(integer(environment, names->size, 1, most_processes));
  if (launch.size == 1 && !environment(names->rank)) return launch;
  launch.rank = static_cast<int>(integer(environment, names->rank, 0, launch.size - 1));
  if (environment(names->local_rank))
    launch.local_rank =
        static_cast<int>(integer(environment, names->local_rank, 0, launch.size - 1));
  if (launch.size == 1) return launch;
  const auto address = environment("MASTER_ADDR");
  launch.address = address ? *address : address_of(environment, launch, names->slurm);
  launch.port = environment("MASTER_PORT")
                    ? static_cast<std::uint16_t>(integer(environment, "MASTER_PORT", 1, 65535))
                    : port_of(environment, names->slurm);
  launch.attempt = environment("TORCHELASTIC_RESTART_COUNT").value_or("0");
  launch.store_is_there = environment("TORCHELASTIC_USE_AGENT_STORE") == "True";
  return launch;
}

}  // namespace raygen::engine
