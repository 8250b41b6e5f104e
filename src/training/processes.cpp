#include "training/processes.hpp"

#include "error.hpp"
#include "training/launch.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#ifdef USE_C10D_GLOO
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#endif
#ifdef RAYGEN_HAS_NCCL
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#endif

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <thread>
#include <utility>

namespace raygen::engine {

namespace {

class Alone : public Processes {
 public:
  explicit Alone(int local_rank) : local_rank_(local_rank) {}
  int rank() const override { return 0; }
  int size() const override { return 1; }
  int local_rank() const override { return local_rank_; }
  void sum(std::vector<at::Tensor>&) override {}
  void broadcast(std::vector<at::Tensor>&) override {}
  void barrier() override {}

 private:
  int local_rank_;
};

#ifdef USE_C10D_GLOO

/// How long the others may take to come or, between two sums, for what they do alone. One that has
/// died is noticed at once.
constexpr std::chrono::minutes kPatience{15};
/// How long one that was told to stop waits for others to come to the same place, where all save
/// and stop.
constexpr std::chrono::seconds kPatienceWhenTold{15};
constexpr std::chrono::milliseconds kGlance{20};  // between looks at what lets it wait for minutes
constexpr std::chrono::milliseconds kAttempt{
    1000};                                        // to reach the store: a cancel waits for its end
constexpr std::chrono::microseconds kMoment{50};  // and at a sum
constexpr std::size_t kBucketBytes = 25 << 20;

using Store = c10::intrusive_ptr<c10d::Store>;
using Backend = c10::intrusive_ptr<c10d::Backend>;

/// Processes that meet on one machine use its loopback, whatever the machine's name resolves to.
std::shared_ptr<gloo::transport::Device> gloo_device(const Launch& launch) {
  using Gloo = c10d::ProcessGroupGloo;
  if (const auto interface = process_environment()("GLOO_SOCKET_IFNAME"))
    return Gloo::createDeviceForInterface(*interface);
  const bool local = launch.address == "localhost" || launch.address == "127.0.0.1";
  return local ? Gloo::createDeviceForHostname(launch.address) : Gloo::createDefaultDevice();
}

Backend gloo_backend(const Store& store, const Launch& launch) {
  auto options = c10d::ProcessGroupGloo::Options::create(kPatience);
  options->devices.push_back(gloo_device(launch));
  return c10::make_intrusive<c10d::ProcessGroupGloo>(store, launch.rank, launch.size, options);
}

Backend nccl_backend([[maybe_unused]] const Store& store, [[maybe_unused]] const Launch& launch) {
#ifdef RAYGEN_HAS_NCCL
  auto options = c10d::ProcessGroupNCCL::Options::create();
  options->timeout = kPatience;
  return c10::make_intrusive<c10d::ProcessGroupNCCL>(
      c10::make_intrusive<c10d::PrefixStore>("nccl", store), launch.rank, launch.size, options);
#else
  return {};  // Gloo takes CUDA tensors too, through the CPU
#endif
}

struct Backends {
  Backend gloo, nccl;
};

/// Throws when there is no more to be waited for.
using Look = std::function<void()>;

/// A store whose waits look at the job meanwhile. c10d's own cannot be interrupted, and a thread of
/// ours that waited in them would outlive the call that gave up on it, even libraygen itself.
class WatchedStore : public c10d::PrefixStore {
 public:
  WatchedStore(const std::string& prefix, const c10::intrusive_ptr<c10d::Store>& store, Look look)
      : c10d::PrefixStore(prefix, store), look_(std::move(look)) {}

  std::vector<std::uint8_t> get(const std::string& key) override {
    await({key}, kPatience);
    return c10d::PrefixStore::get(key);
  }
  std::vector<std::vector<std::uint8_t>> multiGet(const std::vector<std::string>& keys) override {
    await(keys, kPatience);
    return c10d::PrefixStore::multiGet(keys);
  }
  void wait(const std::vector<std::string>& keys) override { await(keys, kPatience); }
  void wait(const std::vector<std::string>& keys,
            const std::chrono::milliseconds& timeout) override {
    await(keys, timeout > timeout.zero() ? timeout : kPatience);
  }

  /// All are there: what waits later is not ours to end.
  void stop_looking() { look_ = nullptr; }

 private:
  void await(const std::vector<std::string>& keys, std::chrono::milliseconds patience) {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (!check(keys)) {
      if (look_) look_();
      if (std::chrono::steady_clock::now() > end)
        throw std::runtime_error("the other processes did not come in time");
      std::this_thread::sleep_for(kGlance);
    }
  }

  Look look_;
};

/// Whether somebody listens there. Asked before c10d is, which tries on for minutes and says so on
/// standard error each time.
bool somebody_listens(const std::string& address, std::uint16_t port) {
  addrinfo wanted{}, *first = nullptr;
  wanted.ai_socktype = SOCK_STREAM;
  if (::getaddrinfo(address.c_str(), std::to_string(port).c_str(), &wanted, &first) != 0)
    return false;
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> found(first, &::freeaddrinfo);
  for (const addrinfo* place = first; place != nullptr; place = place->ai_next) {
    const int type = place->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC;
    const int socket = ::socket(place->ai_family, type, place->ai_protocol);
    if (socket < 0) continue;
    bool connected = ::connect(socket, place->ai_addr, place->ai_addrlen) == 0;
    pollfd waiting{socket, POLLOUT, 0};
    if (!connected && errno == EINPROGRESS &&
        ::poll(&waiting, 1, static_cast<int>(kAttempt.count())) == 1) {
      int error = -1;
      socklen_t size = sizeof error;
      connected = ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
    }
    ::close(socket);
    if (connected) return true;
  }
  return false;
}

/// The store that rank 0 or the launcher serves. Whoever is not it waits until it is there.
Store connected(const Launch& launch, const Look& look) {
  c10d::TCPStoreOptions options;
  options.port = launch.port;
  options.isServer = launch.rank == 0 && !launch.store_is_there;
  options.waitWorkers = false;  // the backends wait for each other
  options.timeout = kPatience;
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (!options.isServer && !somebody_listens(launch.address, launch.port)) {
    look();
    if (std::chrono::steady_clock::now() > end)
      throw std::runtime_error("nobody has answered there in time");
    std::this_thread::sleep_for(kGlance);
  }
  return c10::make_intrusive<c10d::TCPStore>(launch.address, options);
}

/// Waits for all the others.
Backends backends(const Launch& launch, at::Device device, const Look& look) {
  const auto store =
      c10::make_intrusive<WatchedStore>("raygen/" + launch.attempt, connected(launch, look), look);
  Backends all{gloo_backend(store, launch),
               device.is_cuda() ? nccl_backend(store, launch) : Backend()};
  store->stop_looking();
  return all;
}

class Group : public Processes {
 public:
  Group(Launch launch, at::Device device, const Job* job) : launch_(std::move(launch)), job_(job) {
    const Look look = [this] {
      if (told_to_stop())
        fail(Status::cancelled, "the training was stopped while rank {} of {} waited for others",
             rank(), size());
    };
    try {
      backends_ = backends(launch_, device, look);
    } catch (const Error&) {
      throw;
    } catch (const std::exception& error) {
      look();  // which Gloo may have told in words of its own
      fail(Status::device, "rank {} of {} cannot join the others at {}:{}: {}", launch_.rank,
           launch_.size, launch_.address, launch_.port, first_line(error));
    }
  }

  int rank() const override { return launch_.rank; }
  int size() const override { return launch_.size; }
  int local_rank() const override { return launch_.local_rank; }

  void sum(std::vector<at::Tensor>& tensors) override {
    in_buckets(tensors, [](c10d::Backend& backend, std::vector<at::Tensor>& bucket) {
      return backend.allreduce(bucket);
    });
  }
  void broadcast(std::vector<at::Tensor>& tensors) override {
    in_buckets(tensors, [](c10d::Backend& backend, std::vector<at::Tensor>& bucket) {
      return backend.broadcast(bucket);
    });
  }
  void barrier() override {
    std::vector<at::Tensor> nothing = {at::zeros({1})};
    sum(nothing);
  }

 private:
  static std::string first_line(const std::exception& error) {
    const std::string text = error.what();
    return text.substr(0, text.find('\n'));
  }

  /// Runs `collective` over tensors of one kind, joined into buckets: many small messages are
  /// slower than few large ones.
  template <typename Collective>
  void in_buckets(std::vector<at::Tensor>& tensors, const Collective& collective) {
    const at::NoGradGuard no_grad;  // parameters change in place
    for (std::size_t begin = 0; begin < tensors.size();) {
      std::size_t end = begin, bytes = 0;
      do {
        bytes += tensors[end++].nbytes();
      } while (end < tensors.size() &&
               tensors[end].options().type_equal(tensors[begin].options()) &&
               tensors[end].device() == tensors[begin].device() &&
               bytes + tensors[end].nbytes() <= kBucketBytes);
      run_bucket(tensors, begin, end, collective);
      begin = end;
    }
  }

  template <typename Collective>
  void run_bucket(std::vector<at::Tensor>& tensors, std::size_t begin, std::size_t end,
                  const Collective& collective) {
    std::vector<at::Tensor> flat;
    for (std::size_t i = begin; i < end; ++i) flat.push_back(tensors[i].detach().reshape({-1}));
    std::vector<at::Tensor> bucket = {at::cat(flat)};
    if (bucket[0].numel() == 0) return;
    c10d::Backend& backend =
        bucket[0].is_cuda() && backends_.nccl ? *backends_.nccl : *backends_.gloo;
    try {
      const auto work = collective(backend, bucket);
      wait_for(*work);
      work->wait();
    } catch (const Error&) {
      throw;
    } catch (const std::exception& error) {
      fail(Status::device, "rank {} of {}: another process is gone or does not answer: {}",
           launch_.rank, launch_.size, first_line(error));
    }
    std::int64_t at = 0;
    for (std::size_t i = begin; i < end; at += tensors[i++].numel()) {
      tensors[i].copy_(bucket[0].narrow(0, at, tensors[i].numel()).view(tensors[i].sizes()));
    }
  }

  bool told_to_stop() const { return job_ != nullptr && job_->cancelled(); }

  /// Until it is done, or the job is cancelled and patience has an end.
  void wait_for(c10d::Work& work) {
    std::chrono::steady_clock::time_point told{};
    while (!work.isCompleted()) {
      std::this_thread::sleep_for(kMoment);
      if (!told_to_stop()) continue;
      const auto now = std::chrono::steady_clock::now();
      if (told == std::chrono::steady_clock::time_point{}) told = now;
      if (now - told < kPatienceWhenTold) continue;
      for (Backend* backend : {&backends_.gloo, &backends_.nccl})
        backend->release();  // their ends would wait for what does not come
      fail(Status::cancelled, "the training was stopped while rank {} of {} waited for others",
           rank(), size());
    }
  }

  Launch launch_;
  const Job* job_;
  Backends backends_;
};

#endif  // USE_C10D_GLOO

}  // namespace

std::unique_ptr<Processes> Processes::join([[maybe_unused]] at::Device device,
                                           [[maybe_unused]] const Job* job) {
  Launch launch = launch_from(process_environment());
  if (launch.size == 1) return std::make_unique<Alone>(launch.local_rank);
#ifdef USE_C10D_GLOO
  return std::make_unique<Group>(std::move(launch), device, job);
#else
  fail(Status::unsupported,
       "{} processes were started, but this LibTorch was built without c10d and Gloo", launch.size);
#endif
}

}  // namespace raygen::engine
