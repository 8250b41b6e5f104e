/* The C ABI from C99, start to end: a random model, an image made in one call, the same one by
 * hand. Ends with 0 when all holds. */
#include <raygen/raygen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static raygen_error error;

static void check_at(int good, const char* what, int line) {
  if (good) return;
  fprintf(stderr, "line %d: %s: %s\n", line, what, error.message);
  exit(1);
}
#define CHECK(expression) check_at(!!(expression), #expression, __LINE__)
#define CALL(expression) check_at((expression) == RAYGEN_OK, #expression, __LINE__)

static int32_t count_calls(const raygen_progress* progress, void* user_data) {
  if (progress->struct_size < sizeof *progress || progress->token_count != 64) return 1;
  *(int*)user_data += 1;
  return 0;
}

static raygen_string read_file(const char* path, char* buffer, size_t capacity) {
  FILE* file = fopen(path, "rb");
  raygen_string text;
  CHECK(file != NULL);
  text.data = buffer;
  text.length = fread(buffer, 1, capacity, file);
  fclose(file);
  return text;
}

int main(int argc, char** argv) {
  static char buffer[8192];
  static float logits[64 * 40];
  raygen_string architecture, prompt = {"Moderate left pleural effusion.", 31},
                              overrides[] = {{"steps=4", 7}};
  raygen_model* model = NULL;
  raygen_session* session = NULL;
  raygen_result* result = NULL;
  raygen_embedding* embedding = NULL;
  raygen_condition* condition = NULL;
  raygen_sampler* sampler = NULL;
  raygen_image* image = NULL;
  raygen_options options;
  raygen_model_info info;
  int calls = 0;

  raygen_error_init(&error);
  raygen_options_init(&options);
  raygen_model_info_init(&info);
  CHECK(argc == 4); /* tiny_architecture.json, the bundle to make, the PNG to write */
  architecture = read_file(argv[1], buffer, sizeof buffer);
  CALL(raygen_bundle_create_random(argv[2], strlen(argv[2]), architecture.data, architecture.length,
                                   NULL, 0, 5, 1, &error));
  CALL(raygen_model_open(argv[2], strlen(argv[2]), NULL, &model, &error));
  CALL(raygen_model_get_info(model, &info, &error));
  CHECK(info.grid_height * info.grid_width == 64 && info.codebook_size == 40 &&
        info.image_size == 16);
  CALL(raygen_session_create(model, &session, &error));
  raygen_model_free(model); /* the session keeps it */

  options.overrides = overrides;
  options.override_count = 1;
  options.progress = count_calls;
  options.user_data = &calls;
  CALL(raygen_session_generate(session, &prompt, 1, &options, &result, &error));
  CHECK(calls == 4 && raygen_result_count(result) == 1 && raygen_result_token_count(result) == 64);
  CALL(raygen_image_write_png(raygen_result_image(result, 0), argv[3], strlen(argv[3]), NULL,
                              &error));

  CALL(raygen_session_encode_text(session, &prompt, 1, &embedding, &error));
  CALL(raygen_condition_create(session, embedding, &condition, &error));
  CALL(raygen_sampler_create(info.grid_height, info.grid_width, info.codebook_size, 1, &options,
                             &sampler, &error));
  while (!raygen_sampler_done(sampler)) {
    size_t n = raygen_sampler_masked_count(sampler);
    CALL(raygen_session_logits(session, condition, raygen_sampler_tokens(sampler), 64,
                               raygen_sampler_masked(sampler), n, logits, n * 40, &error));
    CALL(raygen_sampler_step(sampler, logits, n * 40, &error));
  }
  CHECK(memcmp(raygen_sampler_tokens(sampler), raygen_result_tokens(result, 0),
               64 * sizeof(int32_t)) == 0);
  CALL(raygen_session_decode_tokens(session, raygen_sampler_tokens(sampler), 64, &image, &error));
  CHECK(memcmp(raygen_image_pixels(image), raygen_image_pixels(raygen_result_image(result, 0)),
               16 * 16 * 3 * sizeof(float)) == 0);

  raygen_image_free(image);
  CALL(raygen_result_take_image(result, 0, &image, &error));
  CHECK(raygen_result_image(result, 0) == NULL && raygen_image_width(image) == 16);
  raygen_image_free(image);
  CHECK(raygen_result_take_image(result, 0, &image, &error) == RAYGEN_ERROR_INVALID_ARGUMENT);
  CHECK(image == NULL);
  raygen_sampler_free(sampler);
  raygen_condition_free(condition);
  raygen_embedding_free(embedding);
  raygen_result_free(result);
  raygen_session_free(session);
  return 0;
}
