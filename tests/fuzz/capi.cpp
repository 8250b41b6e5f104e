// Drives the C ABI: which functions are called, on what and with which values, is read from the
// input. Whatever a caller does short of handing in wild pointers must end in a status.

#include "seeds.hpp"

#include <raygen/raygen.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace {

/// Values from the input; zeros when it is used up.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
  bool empty() const { return size_ == 0; }

  template <typename T>
  T value() {
    T result{};
    const std::size_t count = size_ < sizeof result ? size_ : sizeof result;
    std::memcpy(&result, data_, count);
    skip(count);
    return result;
  }
  std::size_t below(std::size_t limit) { return value<std::uint8_t>() % limit; }
  std::string text() {
    const std::size_t count = std::min<std::size_t>(size_, value<std::uint8_t>());
    std::string result(reinterpret_cast<const char*>(data_), std::min(count, size_));
    skip(result.size());
    return result;
  }
  /// Mostly what fits, sometimes anything.
  std::int32_t near(std::int32_t good) { return below(8) == 0 ? value<std::int32_t>() : good; }
  std::size_t size_near(std::size_t good) { return below(8) == 0 ? value<std::uint64_t>() : good; }

 private:
  void skip(std::size_t count) {
    data_ += count;
    size_ -= count;
  }
  const std::uint8_t* data_;
  std::size_t size_;
};

void require(bool holds) {
  if (!holds) std::abort();
}

constexpr std::size_t tokens = 64, codes = 40, text_length = 24, text_dim = 32, most_images = 4;

/// A model in a folder of its own, both gone at the end of the program.
class Model {
 public:
  Model()
      : folder_((std::filesystem::temp_directory_path() /
                 ("raygen-fuzz-capi-" + std::to_string(::getpid())))
                    .string()) {
    std::ifstream file(std::string(RAYGEN_TEST_DATA) + "/tiny_architecture.json");
    const std::string architecture{std::istreambuf_iterator<char>(file), {}};
    require(raygen_bundle_create_random(folder_.data(), folder_.size(), architecture.data(),
                                        architecture.size(), nullptr, 0, 1, 1,
                                        nullptr) == RAYGEN_OK);
    require(raygen_model_open(folder_.data(), folder_.size(), nullptr, &model_, nullptr) ==
            RAYGEN_OK);
  }
  ~Model() {
    raygen_model_free(model_);
    std::filesystem::remove_all(folder_);
  }
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;
  const raygen_model* get() const { return model_; }

 private:
  std::string folder_;
  raygen_model* model_ = nullptr;
};

/// One program of calls; all handles go at the end.
class Program {
 public:
  Program(const raygen_model* model, Input input) : input_(input), model_(model) {
    raygen_error_init(&error_);
    require(raygen_session_create(model, &session_, &error_) == RAYGEN_OK);
    require(raygen_job_create(&job_, &error_) == RAYGEN_OK);
    require(raygen_tensors_create(&tensors_, &error_) == RAYGEN_OK);
  }
  ~Program() {
    raygen_image_free(image_);
    raygen_embedding_free(embedding_);
    raygen_condition_free(condition_);
    raygen_sampler_free(sampler_);
    raygen_tensors_free(tensors_);
    raygen_session_free(session_);
    raygen_job_free(job_);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  void run() {
    for (int calls = 0; calls < 12 && !input_.empty(); ++calls) {
      switch (input_.below(15)) {
        case 0:
          encode_text();
          break;
        case 1:
          make_condition();
          break;
        case 2:
          logits();
          break;
        case 3:
          make_sampler();
          break;
        case 4:
          step();
          break;
        case 5:
          generate();
          break;
        case 6:
          decode();
          break;
        case 7:
          encode();
          break;
        case 8:
          make_image();
          break;
        case 9:
          image_text();
          break;
        case 10:
          make_empty_condition();
          break;
        case 11:
          config();
          break;
        case 12:
          encode_png();
          break;
        case 13:
          count_tokens();
          break;
        default:
          tensors();
          break;
      }
    }
  }

 private:
  /// Status and message agree, and a message is UTF-8's length at most.
  bool good(raygen_status status) {
    require(status >= RAYGEN_OK && status < RAYGEN_ERROR_INTERNAL);
    require(error_.status == status &&
            std::memchr(error_.message, 0, sizeof error_.message) != nullptr);
    require((error_.message[0] == '\0') == (status == RAYGEN_OK));
    return status == RAYGEN_OK;
  }
  template <typename T>
  void take(T*& kept, T* made, raygen_status status, void (*free_handle)(T*)) {
    require(good(status) == (made != nullptr));
    if (made == nullptr) return;
    free_handle(kept);
    kept = made;
  }
  raygen_options options() {
    raygen_options result;
    raygen_options_init(&result);
    result.struct_size = input_.size_near(sizeof result);
    result.seed = input_.value<std::uint8_t>();
    result.first_image = input_.size_near(0);
    config_ = input_.below(4) == 0 ? input_.text() : std::string();
    result.config = {config_.data(), config_.size()};
    override_texts_.clear();
    if (input_.below(4) == 0) override_texts_.push_back(input_.text());
    for (const char* key : {"temperature=", "top_k_threshold=", "guidance_scale="})
      if (input_.below(4) == 0)
        override_texts_.push_back(key + std::to_string(input_.value<float>()));
    if (input_.below(4) == 0) override_texts_.emplace_back("position_choice=random");
    override_texts_.push_back("steps=" +
                              std::to_string(1 + input_.below(8)));  // long runs find nothing
    overrides_.clear();
    for (const std::string& text : override_texts_)
      overrides_.push_back({text.data(), text.size()});
    result.overrides = overrides_.data();
    result.override_count = overrides_.size();
    image_arrays(result);
    result.images_per_prompt = input_.near(static_cast<std::int32_t>(1 + input_.below(3)));
    if (result.images_per_prompt > 4 && result.images_per_prompt <= 1024)
      result.images_per_prompt = 4;
    result.batch_size = input_.near(1 + static_cast<std::int32_t>(input_.below(3)));
    result.preview = input_.near(0);
    return result;
  }
  /// Arrays for as many images as a call makes at most, and a count that need not fit.
  void image_arrays(raygen_options& result) {
    start_.clear();
    for (std::size_t image = 0; image < most_images; ++image) {
      const auto more = some_tokens();
      start_.insert(start_.end(), more.begin(), more.end());
    }
    editable_.assign(most_images * tokens, static_cast<std::uint8_t>(input_.below(3)));
    result.image_count = input_.below(2) == 0 ? 0 : input_.size_near(1 + input_.below(2));
    if (input_.below(4) == 0) result.seeds = numbers_;
    if (input_.below(4) == 0) result.indices = numbers_;
    if (input_.below(4) == 0) result.start_tokens = start_.data();
    if (input_.below(4) == 0) result.editable = editable_.data();
  }
  std::vector<std::int32_t> some_tokens() {
    std::vector<std::int32_t> result(tokens);
    for (std::int32_t& token : result)
      token = input_.empty() ? 0 : input_.value<std::uint8_t>() % (codes + 2);
    if (input_.below(8) == 0) result[input_.below(tokens)] = input_.value<std::int32_t>();
    return result;
  }

  void encode_text() {
    const std::string first = input_.text(), second = input_.text();
    const raygen_string prompts[] = {{first.data(), first.size()}, {second.data(), second.size()}};
    raygen_embedding* made = nullptr;
    const raygen_status status =
        raygen_session_encode_text(session_, prompts, input_.below(3), &made, &error_);
    take(embedding_, made, status, raygen_embedding_free);
  }
  void make_condition() {
    raygen_condition* made = nullptr;
    raygen_status status;
    if (input_.below(2) == 0 || embedding_ == nullptr) {
      const std::vector<float> values(2 * text_length * text_dim, input_.value<float>());
      status = raygen_condition_create_from_values(session_, values.data(), input_.below(3),
                                                   text_length, text_dim, &made, &error_);
    } else {
      require(raygen_embedding_normalized(embedding_) != nullptr);
      status = raygen_condition_create(session_, embedding_, &made, &error_);
    }
    take(condition_, made, status, raygen_condition_free);
  }
  void make_empty_condition() {
    raygen_condition* made = nullptr;
    const raygen_status status =
        raygen_condition_create_empty(session_, input_.size_near(input_.below(3)), &made, &error_);
    take(condition_, made, status, raygen_condition_free);
  }
  void logits() {
    if (condition_ == nullptr) return;
    const std::size_t batch = raygen_condition_batch(condition_);
    std::vector<std::int32_t> ids;
    for (std::size_t i = 0; i < batch; ++i) {
      const auto more = some_tokens();
      ids.insert(ids.end(), more.begin(), more.end());
    }
    std::vector<std::int32_t> positions(input_.below(6));
    for (std::int32_t& position : positions)
      position = input_.near(static_cast<std::int32_t>(input_.below(tokens)));
    const bool all = input_.below(2) == 0;
    std::vector<float> out((all ? batch * tokens : positions.size()) * codes);
    good(raygen_session_logits(session_, condition_, ids.data(),
                               input_.size_near(ids.size()) == ids.size() ? ids.size() : 1,
                               all ? nullptr : positions.data(), positions.size(), out.data(),
                               out.size(), &error_));
  }
  void make_sampler() {
    const raygen_options chosen = options();
    raygen_sampler* made = nullptr;
    const auto height = input_.below(4) == 0 ? input_.value<std::uint8_t>() : std::uint8_t{8};
    const raygen_status status =
        raygen_sampler_create(height, 8, input_.near(codes) == codes ? codes : 1,
                              1 + input_.below(2), &chosen, &made, &error_);
    take(sampler_, made, status, raygen_sampler_free);
  }
  void step() {
    if (sampler_ == nullptr) return;
    // How many logits fit is not told by the sampler: too few is an error, too many as well.
    const std::size_t count = raygen_sampler_masked_count(sampler_) * (1 + input_.below(2)) *
                              (input_.below(2) == 0 ? 1 : codes);
    std::vector<float> values(count + 1, input_.below(8) == 0 ? input_.value<float>() : 0.5F);
    good(raygen_sampler_step(sampler_, values.data(), count, &error_));
  }
  static std::int32_t on_progress(const raygen_progress* progress, void* user_data) {
    auto* self = static_cast<Program*>(user_data);
    require(progress->token_count == tokens && progress->step >= 1 &&
            progress->step <= progress->steps);
    for (std::size_t i = 0; i < tokens; ++i)
      require(progress->tokens[i] >= 0 && progress->tokens[i] < static_cast<std::int32_t>(codes));
    if (self->input_.below(16) == 1) raygen_job_cancel(self->job_);
    return self->input_.below(16) == 1 ? 1 : 0;
  }
  void generate() {
    raygen_options chosen = options();
    chosen.progress = on_progress;
    chosen.user_data = this;
    chosen.job = input_.below(2) == 0 ? job_ : nullptr;
    const std::string text = input_.text();
    const raygen_string prompt{text.data(), text.size()};
    raygen_result* result = nullptr;
    const raygen_status status = raygen_session_generate(
        session_, &prompt, input_.below(8) == 0 ? 0 : 1, &chosen, &result, &error_);
    require(good(status) == (result != nullptr));
    for (std::size_t i = 0; i < raygen_result_count(result); ++i)
      require(raygen_image_pixels(raygen_result_image(result, i)) != nullptr);
    raygen_image* taken = nullptr;
    if (input_.below(2) == 0) {
      const raygen_status took = raygen_result_take_image(result, input_.below(2), &taken, &error_);
      take(image_, taken, took, raygen_image_free);
    }
    raygen_result_free(result);
  }
  void decode() {
    const auto ids = some_tokens();
    raygen_image* made = nullptr;
    const raygen_status status = raygen_session_decode_tokens(
        session_, ids.data(), input_.below(8) == 0 ? 3 : ids.size(), &made, &error_);
    take(image_, made, status, raygen_image_free);
  }
  void encode() {
    std::vector<std::int32_t> ids(tokens);
    good(
        raygen_session_encode_image(session_, image_, ids.data(), ids.size(), nullptr, 0, &error_));
  }
  void make_image() {
    std::vector<float> pixels(16 * 16 * 3, input_.value<float>());
    raygen_image* made = nullptr;
    const bool black = input_.below(2) == 0;
    const auto width =
        static_cast<std::int32_t>(black ? input_.value<std::uint8_t>() : input_.below(17));
    const auto height = static_cast<std::int32_t>(input_.below(17));
    const raygen_status status =
        raygen_image_create(width, height, input_.near(3) == 3 ? 3 : 1,
                            black ? nullptr : pixels.data(), &made, &error_);
    take(image_, made, status, raygen_image_free);
  }
  void image_text() {
    const std::string keyword = input_.text(), text = input_.text();
    if (good(raygen_image_set_text(image_, keyword.data(), keyword.size(), text.data(), text.size(),
                                   &error_))) {
      require(text == raygen_image_get_text(image_, keyword.data(), keyword.size()));
    }
  }
  void encode_png() {
    void* bytes = nullptr;
    std::size_t size = 0;
    require(good(raygen_image_encode_png(image_, nullptr, &bytes, &size, &error_)) ==
            (bytes != nullptr));
    raygen_buffer_free(bytes);
  }
  void count_tokens() {
    const std::string text = input_.text();
    std::size_t count = 0;
    if (good(raygen_model_count_tokens(model_, text.data(), text.size(), &count, &error_)))
      require(count >= 2);
  }
  void config() {
    const raygen_options chosen = options();
    const std::string prompt = input_.text();
    char* text = nullptr;
    const bool resolved = input_.below(2) == 0
                              ? good(raygen_config_resolve(model_, &chosen, prompt.data(),
                                                           prompt.size(), &text, &error_))
                              : good(raygen_config_print(input_.below(2) == 0 ? model_ : nullptr,
                                                         &chosen, &text, &error_));
    require(resolved == (text != nullptr));
    raygen_buffer_free(text);
  }
  void tensors() {
    const std::string name = input_.text();
    const std::int64_t shape[] = {input_.value<std::int8_t>(),
                                  static_cast<std::int64_t>(input_.below(9))};
    static const std::vector<std::int64_t> values(128 * 9);
    good(raygen_tensors_add(tensors_, name.data(), name.size(), input_.near(0), shape,
                            input_.below(3), values.data(), &error_));
    raygen_tensor_view view;
    raygen_tensor_view_init(&view);
    good(raygen_tensors_get(tensors_, input_.below(4), &view, &error_));
  }

  Input input_;
  const raygen_model* model_;
  // What the options point to.
  std::string config_;
  std::vector<std::string> override_texts_;
  std::vector<raygen_string> overrides_;
  std::vector<std::int32_t> start_;
  std::vector<std::uint8_t> editable_;
  std::uint64_t numbers_[most_images] = {7, 8, 9, UINT64_MAX};
  raygen_error error_;
  raygen_session* session_ = nullptr;
  raygen_job* job_ = nullptr;
  raygen_image* image_ = nullptr;
  raygen_embedding* embedding_ = nullptr;
  raygen_condition* condition_ = nullptr;
  raygen_sampler* sampler_ = nullptr;
  raygen_tensors* tensors_ = nullptr;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Model model;
  Program(model.get(), Input(data, size)).run();
  return 0;
}

/// One byte over and over: each value is another program, most of them with arguments that fit.
std::vector<std::string> fuzz_seeds() {
  std::vector<std::string> seeds;
  for (char letter = 'a'; letter <= 'z'; ++letter) seeds.emplace_back(400, letter);
  for (char byte = 1; byte <= 12; ++byte)
    seeds.push_back(std::string(120, byte) + "Moderate left pleural effusion." +
                    std::string(120, byte));
  return seeds;
}
