/* A sentence becomes a PNG: generate MODEL "Moderate left pleural effusion." effusion.png */
#include <raygen/raygen.h>
#include <stdio.h>
#include <string.h>

static int32_t show(const raygen_progress* progress, void* user_data) {
  (void)user_data;
  printf("step %d of %d\n", (int)progress->step, (int)progress->steps);
  return 0; /* anything else cancels */
}

int main(int argc, char** argv) {
  raygen_error error;
  raygen_options options;
  raygen_string prompt;
  raygen_model* model = NULL;
  raygen_session* session = NULL;
  raygen_result* result = NULL;
  int failed;

  if (argc != 4) {
    fprintf(stderr, "usage: %s MODEL PROMPT OUT.png\n", argv[0]);
    return 2;
  }
  raygen_error_init(&error);
  raygen_options_init(&options);
  options.seed = 7;
  options.progress = show;
  prompt.data = argv[2];
  prompt.length = strlen(argv[2]);

  failed = raygen_model_open(argv[1], strlen(argv[1]), NULL, &model, &error) ||
           raygen_session_create(model, &session, &error) ||
           raygen_session_generate(session, &prompt, 1, &options, &result, &error) ||
           raygen_image_write_png(raygen_result_image(result, 0), argv[3], strlen(argv[3]), NULL,
                                  &error);
  if (failed) fprintf(stderr, "%s: %s\n", raygen_status_message(error.status), error.message);

  raygen_result_free(result);
  raygen_session_free(session);
  raygen_model_free(model);
  return failed ? 1 : 0;
}
