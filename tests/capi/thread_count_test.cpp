// No call starts more threads than its caller has set, and none that outlives it: every thread of
// this process is counted as it is made. A process of its own, for LibTorch's threads stay.

#include "tiny_bundle.hpp"

#include <dlfcn.h>
#include <pthread.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <cmath>

#ifdef _OPENMP
#include <omp.h>
#else  // Clang has a header for its own OpenMP, and this is LibTorch's
extern "C" void omp_set_num_threads(int threads);
extern "C" int omp_get_max_threads();
#endif

namespace {

std::atomic<int> started{0}, alive{0}, most_alive{0}, allowed{0};

/// The threads that `action` starts.
template <typename Action>
int threads_of(Action action) {
  const int before = started;
  action();
  return started - before;
}

/// The most threads that are there at once while `action` runs, which may be `limit`.
template <typename Action>
int threads_at_once(int limit, Action action) {
  allowed = limit;
  most_alive = alive.load();
  action();
  allowed = 0;
  return most_alive;
}

/// All that loading is: the sums of all files, the preparation of all parts.
raygen::Model load(std::int32_t threads) {
  raygen::Model model = tiny_model(threads);
  model.prepare(raygen::Parts::generate | raygen::Parts::image_encoder);
  return model;
}

void use(const raygen::Model& model) {
  raygen::Generator generator(model);
  raygen::Options options;
  options.sampling.steps = 2;
  generator.generate({"effusion", "no effusion"}, options);
  raygen::Encoder(model).encode(raygen::Image(16, 16, 1));
}

void prepare_data(const TemporaryFolder& folder, const std::string& name) {
  raygen::PhantomOptions phantoms;
  phantoms.count = 8;
  phantoms.size = 64;
  raygen::write_phantoms(folder.file(name), phantoms);
  raygen::TableSource source;
  source.files.push_back({folder.file(name) + "/phantoms.csv", raygen::Split::by_patient});
  raygen::PrepareOptions options;
  options.image_size = 32;
  raygen::prepare_table(source, folder.file(name + "-dataset"), options);
}

struct Start {
  void* (*routine)(void*);
  void* argument;
};

void* run(void* pointer) {
  const Start start = *static_cast<Start*>(pointer);
  delete static_cast<Start*>(pointer);
  void* const result = start.routine(start.argument);
  --alive;
  return result;
}

}  // namespace

extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                              void* (*routine)(void*), void* argument) {
  using Create = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  static const auto create = reinterpret_cast<Create>(::dlsym(RTLD_NEXT, "pthread_create"));
  ++started;
  // A team that was smaller has sent threads home, which may still be on their way.
  for (int waited = 0; waited < 1000 && allowed > 0 && alive >= allowed; ++waited) usleep(1000);
  most_alive = std::max(most_alive.load(), ++alive);
  return create(thread, attributes, run, new Start{routine, argument});
}

TEST_CASE("a call starts no more threads than its caller has set") {
  const TemporaryFolder folder;
  tiny_bundle();
  omp_set_num_threads(4);  // the model's own number goes before the host's
  CHECK(threads_of([] { use(load(1)); }) == 0);

  omp_set_num_threads(1);
  CHECK(threads_of([] { use(load(RAYGEN_THREADS_HOST)); }) == 0);
  CHECK(threads_of([&] { prepare_data(folder, "one"); }) == 0);

  // With n there are n − 1 beside the caller's, whatever is done with them; they are LibTorch's and
  // wait for the next call. So no two teams are ever at work.
  CHECK(threads_of([] { load(2); }) == 1);
  CHECK(threads_of([] { use(load(2)); }) == 0);
  // On some processors oneDNN takes two of three for little work, and the third is made again.
  CHECK(threads_at_once(2, [] { load(3); }) == 2);
  CHECK(threads_at_once(2, [] { use(load(3)); }) == 2);
  omp_set_num_threads(4);
  CHECK(threads_at_once(3, [&] { prepare_data(folder, "four"); }) <= 3);
  CHECK(threads_of([] { use(load(1)); }) == 0);
  CHECK(omp_get_max_threads() == 4);
}
