// How recordings are kept and fed, with a recorder of the CPU that keeps functions over memory.

#include "compute/recordings.hpp"

#include "compute/device_kernel.hpp"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

#include <stdexcept>

using namespace raygen::engine;

namespace {

using Tape = std::vector<std::function<void()>>;

/// The tape that operators are written to instead of being executed; NULL where they are executed.
Tape* recorded = nullptr;

void executed_or_recorded(std::function<void()> work) {
  if (recorded != nullptr)
    recorded->push_back(std::move(work));
  else
    work();
}

class TapeRecording final : public Recording {
 public:
  explicit TapeRecording(Tape tape) : tape_(std::move(tape)) {}
  void replay() override {
    for (const auto& work : tape_) work();
  }

 private:
  Tape tape_;
};

class TapeRecorder final : public Recorder {
 public:
  std::unique_ptr<Recording> record(const std::function<void()>& compute) override {
    Tape tape;
    recorded = &tape;
    try {
      compute();
    } catch (...) {
      recorded = nullptr;
      throw;
    }
    recorded = nullptr;
    return std::make_unique<TapeRecording>(std::move(tape));
  }
};

/// a + 2 b, and how often it was computed or recorded.
struct Sum {
  int computed = 0;
  Recordings::Compute compute = [this](const Recordings::Tensors& given) {
    ++computed;
    const at::Tensor out = at::zeros_like(given[0]), a = given[0], b = given[1];
    executed_or_recorded([=] { out.copy_(a + 2 * b); });
    return out;
  };
};

at::Tensor full(double value, std::int64_t count = 3) { return at::full({count}, value); }

double value_of(const at::Tensor& result) { return result[0].item<double>(); }

}  // namespace

TEST_CASE("The first call computes, the second records, and the others replay") {
  Recordings recordings(std::make_unique<TapeRecorder>());
  Sum sum;
  const at::Tensor b = full(10);
  for (int call = 1; call <= 5; ++call) {
    const at::Tensor result = recordings.run("sum", {full(call), b}, 1, sum.compute);
    CHECK(value_of(result) == call + 20);
    CHECK(sum.computed == std::min(call, 2));
  }
  // Another tensor in the place of the steady one is copied.
  CHECK(value_of(recordings.run("sum", {full(1), full(5)}, 1, sum.compute)) == 11);
  CHECK(value_of(recordings.run("sum", {full(2), b}, 1, sum.compute)) == 22);
  CHECK(sum.computed == 2);
  CHECK(recordings.memory() == 3 * 3 * sizeof(float));
  CHECK(recordings.problem().empty());
}

TEST_CASE("What is not steady is copied even where it is the same tensor") {
  Recordings recordings(std::make_unique<TapeRecorder>());
  Sum sum;
  const at::Tensor a = full(1), b = full(1);
  for (int call = 1; call <= 4; ++call) {
    a.fill_(call);
    CHECK(value_of(recordings.run("sum", {a, b}, 1, sum.compute)) == call + 2);
  }
}

TEST_CASE("Each name and each shape has a recording of its own, and the oldest makes room") {
  Recordings recordings(std::make_unique<TapeRecorder>());
  Sum sum;
  const auto run = [&](const std::string& name, std::int64_t count, double value) {
    const at::Tensor result =
        recordings.run(name, {full(value, count), full(1, count)}, 0, sum.compute);
    CHECK(result.numel() == count);
    CHECK(value_of(result) == value + 2);
  };
  for (int call = 0; call < 4; ++call) {
    run("sum", 3, call);
    run("sum", 4, call + 1);
    run("other", 3, call + 2);
  }
  CHECK(sum.computed == 6);
  for (std::int64_t count = 10; count < 17; ++count) run("sum", count, 1);  // room for one of three
  CHECK(sum.computed == 13);
  run("other", 3, 7);
  CHECK(sum.computed == 13);
  run("sum", 3, 7);
  CHECK(sum.computed == 14);
  recordings.clear();
  CHECK(recordings.memory() == 0);
  run("other", 3, 8);
  CHECK(sum.computed == 15);
}

TEST_CASE("What cannot be recorded is computed, and is not tried again") {
  Recordings recordings(std::make_unique<TapeRecorder>());
  int computed = 0, tried = 0;
  const auto compute = [&](const Recordings::Tensors& given) {
    if (recorded != nullptr) {
      ++tried;
      throw std::runtime_error("not while recording");
    }
    ++computed;
    return given[0] * 2;
  };
  for (int call = 1; call <= 4; ++call)
    CHECK(value_of(recordings.run("twice", {full(call)}, 0, compute)) == 2 * call);
  CHECK(tried == 1);
  CHECK(computed == 4);
  CHECK(recordings.problem() == "not while recording");
  CHECK(recordings.memory() == 0);
}

TEST_CASE("Without a recorder, or where graphs are not wanted, everything is computed") {
  Sum sum;
  Recordings without(nullptr), unwanted(std::make_unique<TapeRecorder>());
  const LimitedCudaUse limited(CudaUse::kernels);
  for (Recordings* const recordings : {&without, &unwanted})
    for (int call = 0; call < 3; ++call)
      CHECK(value_of(recordings->run("sum", {full(call), full(0)}, 0, sum.compute)) == call);
  CHECK(sum.computed == 6);
}

TEST_CASE("The CPU has no recorder") { CHECK(make_recorder(at::kCPU) == nullptr); }
