// A host that was compiled without exceptions and RTTI, with OpenMP, a locale, signal handlers and
// a mask of its own, which loads libraygen late, uses it, closes it, and does so again: everything
// of its own is afterwards what it was. Ends with 0 when all holds.
//   late_host LIBRARY tiny_architecture.json BUNDLE

#include <raygen/raygen.h>
#undef raygen_error_init
#undef raygen_options_init

#include <dlfcn.h>
#include <omp.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cfenv>
#include <clocale>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <fstream>
#include <iterator>
#include <new>
#include <string>
#include <vector>

extern char** environ;

namespace {

void check_at(bool good, const char* what, int line, const char* message = "") {
  if (good) return;
  std::fprintf(stderr, "line %d: %s: %s\n", line, what, message);
  std::exit(1);
}
#define CHECK(expression) check_at((expression), #expression, __LINE__)
#define CALL(expression) check_at((expression) == RAYGEN_OK, #expression, __LINE__, error.message)

void on_signal(int) {}
void on_terminate() { std::abort(); }
void on_no_memory() { std::abort(); }

constexpr std::array signals{SIGINT, SIGTERM, SIGABRT, SIGSEGV, SIGFPE, SIGILL,
                             SIGBUS, SIGPIPE, SIGHUP,  SIGUSR1, SIGCHLD};

struct Settings {
  std::string locale = std::setlocale(LC_ALL, nullptr);
  int threads = omp_get_max_threads(), dynamic = omp_get_dynamic(), rounding = std::fegetround(),
      traps = fegetexcept();
  mode_t mask = umask(0);
  std::array<struct sigaction, signals.size()> actions{};
  sigset_t blocked{};
  std::terminate_handler terminate = std::get_terminate();
  std::new_handler no_memory = std::get_new_handler();
  std::vector<std::string> environment;
  std::string folder;

  Settings() {
    umask(mask);
    for (std::size_t i = 0; i < signals.size(); ++i) sigaction(signals[i], nullptr, &actions[i]);
    sigprocmask(SIG_SETMASK, nullptr, &blocked);
    for (char** each = environ; *each != nullptr; ++each) environment.emplace_back(*each);
    char* path = getcwd(nullptr, 0);
    folder = path;
    std::free(path);
  }

  void expect(const Settings& now) const {
    CHECK(now.locale == locale);
    CHECK(now.threads == threads && now.dynamic == dynamic);
    CHECK(now.rounding == rounding && now.traps == traps);
    CHECK(now.mask == mask);
    for (std::size_t i = 0; i < signals.size(); ++i)
      CHECK(now.actions[i].sa_handler == actions[i].sa_handler);
    for (int signal = 1; signal < SIGRTMIN; ++signal)
      CHECK(sigismember(&now.blocked, signal) == sigismember(&blocked, signal));
    CHECK(now.terminate == terminate && now.no_memory == no_memory);
    CHECK(now.environment == environment);
    CHECK(now.folder == folder);
  }
};

class Library {
 public:
  explicit Library(const char* path) : handle_(dlopen(path, RTLD_NOW | RTLD_LOCAL)) {
    if (handle_ == nullptr) check_at(false, "dlopen", __LINE__, dlerror());
  }
  void close() { CHECK(dlclose(handle_) == 0); }
  template <typename Function>
  Function* function(const char* name) const {
    void* address = dlsym(handle_, name);
    check_at(address != nullptr, name, __LINE__);
    return reinterpret_cast<Function*>(address);
  }

 private:
  void* handle_;
};
#define IN(library, name) (library).function<decltype(name)>(#name)

std::vector<std::int32_t> generate(const char* path, const std::string& architecture,
                                   const char* bundle) {
  Library library(path);
  CHECK(IN(library, raygen_abi_version)() == RAYGEN_ABI_VERSION);
  raygen_error error;
  IN(library, raygen_error_init)(&error, sizeof error);
  raygen_options options;
  IN(library, raygen_options_init)(&options, sizeof options);
  raygen_model* model = nullptr;
  raygen_session* session = nullptr;
  raygen_result* result = nullptr;
  const raygen_string prompt{"Moderate left pleural effusion.", 31};
  raygen_string override{"steps=4", 7};
  options.overrides = &override;
  options.override_count = 1;
  CALL(IN(library, raygen_bundle_create_random)(bundle, std::strlen(bundle), architecture.data(),
                                                architecture.size(), nullptr, 0, 5, 1, &error));
  CALL(IN(library, raygen_model_open)(bundle, std::strlen(bundle), nullptr, &model, &error));
  CALL(IN(library, raygen_session_create)(model, &session, &error));
  CALL(IN(library, raygen_session_generate)(session, &prompt, 1, &options, &result, &error));
  const std::int32_t* tokens = IN(library, raygen_result_tokens)(result, 0);
  std::vector<std::int32_t> copied(tokens, tokens + IN(library, raygen_result_token_count)(result));

  // An error inside, too, comes out as a status: exceptions of the library never meet this program.
  override.data = "steps=0";
  raygen_result* no_result = nullptr;
  CHECK(IN(library, raygen_session_generate)(session, &prompt, 1, &options, &no_result, &error) ==
        RAYGEN_ERROR_INVALID_ARGUMENT);
  CHECK(std::strstr(error.message, "steps is '0'") != nullptr && no_result == nullptr);

  IN(library, raygen_result_free)(result);
  IN(library, raygen_session_free)(session);
  IN(library, raygen_model_free)(model);
  library.close();
  return copied;
}

}  // namespace

int main(int argc, char** argv) {
  CHECK(argc == 4);
  std::ifstream file(argv[2]);
  const std::string architecture{std::istreambuf_iterator<char>(file), {}};
  std::setlocale(LC_ALL, "C.UTF-8");
  const bool comma = std::setlocale(LC_NUMERIC, "de_DE.UTF-8") != nullptr;
  CHECK(comma || std::getenv("LOCPATH") == nullptr);  // where it was set the locale is there
  if (comma) CHECK(std::localeconv()->decimal_point[0] == ',');
  omp_set_num_threads(3);
  std::fesetround(FE_UPWARD);
  umask(027);
  for (const int signal : signals) std::signal(signal, on_signal);
  sigset_t blocked;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGUSR2);
  sigprocmask(SIG_BLOCK, &blocked, nullptr);
  std::set_terminate(on_terminate);
  std::set_new_handler(on_no_memory);

  const Settings before;
  const std::vector<std::int32_t> first = generate(argv[1], architecture, argv[3]);
  before.expect(Settings());
  CHECK(generate(argv[1], architecture, argv[3]) == first);
  before.expect(Settings());
  return 0;
}
