/*
 * libraygen: a radiology sentence becomes a chest X-ray. This header is the whole C ABI; raygen.hpp is C++ over it.
 *
 *   raygen_error error;  raygen_error_init(&error);
 *   raygen_model *model = NULL;  raygen_session *session = NULL;  raygen_result *result = NULL;
 *   raygen_string prompt = {"Moderate left pleural effusion.", 31};
 *   raygen_options options;  raygen_options_init(&options);  options.seed = 7;
 *   if (raygen_model_open("models/phantom-128", 18, NULL, &model, &error) ||
 *       raygen_session_create(model, &session, &error) ||
 *       raygen_generate(session, &prompt, 1, &options, &result, &error) ||
 *       raygen_image_write_png(raygen_result_image(result, 0), "effusion.png", 12, NULL, &error))
 *     fprintf(stderr, "%s\n", error.message);
 *   raygen_result_free(result);  raygen_session_free(session);  raygen_model_free(model);
 *
 * Rules that hold everywhere
 *   Status     every function that can fail returns a raygen_status and takes an optional raygen_error * for the message.
 *   Structs    begin with struct_size; call their _init before setting fields. Zero never means "default". Each _init is told the size that
 *              the caller was compiled with (a macro adds it), so that a later library with longer structs never writes past the end.
 *   Handles    opaque; _free(NULL) does nothing; an out parameter is set to NULL on failure.
 *              A freed handle is not detected: set it to NULL.
 *   Strings    UTF-8 with a length in bytes; they need no terminating zero and must not contain one.
 *   Threads    a raygen_model and a raygen_job may be used by any number of threads; every other handle by one thread at a time.
 *   Lifetime   a session keeps its model alive; a result keeps nothing alive and may outlive both.
 *   Manners    nothing is printed, nothing aborts, no exception crosses. Thread count, random state, locale, signal handlers, gradient
 *              mode and CUDA device of the host are after every call what they were before it.
 *   Numbers    tokens are int32, 0..V-1, V is the mask; pixels are float 0..1; arrays are row-major and contiguous.
 */
#ifndef RAYGEN_RAYGEN_H
#define RAYGEN_RAYGEN_H

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32)
#define RAYGEN_API __declspec(dllimport)
#elif defined(__GNUC__)
#define RAYGEN_API __attribute__((visibility("default")))
#else
#define RAYGEN_API
#endif
#if defined(__GNUC__)
#define RAYGEN_NODISCARD __attribute__((warn_unused_result))
#else
#define RAYGEN_NODISCARD
#endif

/* Marks what is going to leave with the next ABI version: docs/abi.md. */
#if defined(__GNUC__)
#define RAYGEN_DEPRECATED(instead) __attribute__((deprecated(instead)))
#elif defined(_MSC_VER)
#define RAYGEN_DEPRECATED(instead) __declspec(deprecated(instead))
#else
#define RAYGEN_DEPRECATED(instead)
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Version ------------------------------------------------------------------------------------------------- */

#define RAYGEN_VERSION_MAJOR 0
#define RAYGEN_VERSION_MINOR 1
#define RAYGEN_VERSION_PATCH 0
#define RAYGEN_ABI_VERSION 0 /* the SONAME's number; a program compiled for another one must not go on */

/** "0.1.0". */
RAYGEN_API const char *raygen_version(void);
/** RAYGEN_ABI_VERSION of the library that is loaded. */
RAYGEN_API int32_t raygen_abi_version(void);
/** JSON: version, compiler, LibTorch's version, CPU features in use, whether CUDA was built in. */
RAYGEN_API const char *raygen_build_info(void);

/* ---- Status -------------------------------------------------------------------------------------------------- */

typedef int32_t raygen_status;
enum {
  RAYGEN_OK = 0,
  RAYGEN_ERROR_INVALID_ARGUMENT = 1, /* a value outside its range, a NULL, a wrong struct_size */
  RAYGEN_ERROR_IO = 2,               /* a file or folder cannot be opened, read, written or renamed */
  RAYGEN_ERROR_FORMAT = 3,           /* a file's content is not what its format or the model's architecture asks for */
  RAYGEN_ERROR_UNSUPPORTED = 4,      /* well formed, but something that libraygen does not do */
  RAYGEN_ERROR_LIMIT = 5,            /* larger than raygen_limits allows */
  RAYGEN_ERROR_CANCELLED = 6,        /* the job was cancelled or a progress callback returned non-zero */
  RAYGEN_ERROR_OUT_OF_MEMORY = 7,
  RAYGEN_ERROR_DEVICE = 8,           /* the device is absent or failed */
  RAYGEN_ERROR_NUMERIC = 9,          /* NaN or infinity in weights or results */
  RAYGEN_ERROR_INTERNAL = 10         /* a defect of libraygen: please report it */
};

/** One line of English for a status, never NULL. */
RAYGEN_API const char *raygen_status_message(raygen_status status);

/** Holds the message of a failed call; owned by the caller, reusable. */
typedef struct raygen_error {
  size_t struct_size;
  raygen_status status;
  char message[1024]; /* UTF-8, ends in a zero, empty after success; longer messages are cut */
} raygen_error;
RAYGEN_API void raygen_error_init(raygen_error *error, size_t struct_size);
#define raygen_error_init(error) raygen_error_init((error), sizeof *(error))

/* ---- Plain values -------------------------------------------------------------------------------------------- */

typedef struct raygen_string {
  const char *data; /* UTF-8; may be NULL when length is 0 */
  size_t length;    /* bytes */
} raygen_string;

/** What a file or a caller may ask for at most; larger is RAYGEN_ERROR_LIMIT. */
typedef struct raygen_limits {
  size_t struct_size;
  uint64_t max_file_bytes;   /* one file read; 16 GiB */
  uint64_t max_pixels;       /* width x height of one image; 64 Mi */
  uint64_t max_prompt_bytes; /* one prompt; 64 KiB */
  uint64_t max_batch;        /* prompts x images a prompt in one call; 1024 */
  uint64_t max_memory_bytes; /* weights of one model, or one result; 16 GiB */
} raygen_limits;
RAYGEN_API void raygen_limits_init(raygen_limits *limits, size_t struct_size);
#define raygen_limits_init(limits) raygen_limits_init((limits), sizeof *(limits))

typedef int32_t raygen_device;
enum { RAYGEN_DEVICE_AUTO = 0, RAYGEN_DEVICE_CPU = 1, RAYGEN_DEVICE_CUDA = 2 };

typedef int32_t raygen_precision;
enum {
  RAYGEN_PRECISION_AUTO = 0,    /* bfloat16 where the device multiplies it in hardware, else float32 */
  RAYGEN_PRECISION_FLOAT32 = 1, /* the reference */
  RAYGEN_PRECISION_BFLOAT16 = 2
};

#define RAYGEN_THREADS_HOST (-1) /* as many threads as the host has set for the calling thread */

/* ---- Model: immutable, shared by any number of threads ---------------------------------------------------------- */

typedef struct raygen_model raygen_model;

typedef struct raygen_model_options {
  size_t struct_size;
  raygen_device device;        /* RAYGEN_DEVICE_AUTO: CUDA where there is one, else the CPU */
  int32_t device_index;        /* which CUDA device; 0 */
  raygen_precision precision;  /* RAYGEN_PRECISION_FLOAT32 */
  int32_t threads;             /* CPU threads a call may use, 1..1024; RAYGEN_THREADS_HOST */
  int32_t verify;              /* 1: check the SHA-256 of every file (default), 0: do not */
  const raygen_limits *limits; /* NULL: the defaults; read during the call only */
} raygen_model_options;
RAYGEN_API void raygen_model_options_init(raygen_model_options *options, size_t struct_size);
#define raygen_model_options_init(options) raygen_model_options_init((options), sizeof *(options))

typedef struct raygen_model_info {
  size_t struct_size;
  int32_t image_size;       /* R: images are R x R pixels */
  int32_t image_channels;   /* channels of a generated image */
  int32_t grid_height;      /* tokens of an image: grid_height x grid_width = N, row-major */
  int32_t grid_width;
  int32_t codebook_size;    /* V; the mask's token is V */
  int32_t feature_channels; /* z: channels of the VQ-GAN's features before quantisation */
  int32_t text_length;      /* L: tokens a prompt is padded and truncated to */
  int32_t text_dim;         /* D */
  int32_t projection_dim;   /* P: the contrastive projection, 0 when the model has none */
  raygen_device device;     /* in use, never AUTO */
  int32_t device_index;
  raygen_precision precision; /* in use, never AUTO */
} raygen_model_info;
/** struct_size is filled by the _init, the rest by raygen_model_get_info. */
RAYGEN_API void raygen_model_info_init(raygen_model_info *info, size_t struct_size);
#define raygen_model_info_init(info) raygen_model_info_init((info), sizeof *(info))

/** Opens a bundle (a folder with raygen.json): checks names, shapes and sums, maps the weights, reads no more than that. */
RAYGEN_API RAYGEN_NODISCARD raygen_status raygen_model_open(const char *path, size_t path_length, const raygen_model_options *options,
                                                           raygen_model **model, raygen_error *error);
RAYGEN_API void raygen_model_free(raygen_model *model);
RAYGEN_API RAYGEN_NODISCARD raygen_status raygen_model_get_info(const raygen_model *model, raygen_model_info *info, raygen_error *error);
/** raygen.json as it stands: architecture, provenance, licence. Lives as long as the model. NULL for NULL. */
RAYGEN_API const char *raygen_model_manifest(const raygen_model *model);
/** SHA-256 of raygen.json, 64 hex digits: names the model, weights included, in the images it makes. As long-lived. NULL for NULL. */
RAYGEN_API const char *raygen_model_digest(const raygen_model *model);

enum { RAYGEN_PART_TEXT_ENCODER = 1, RAYGEN_PART_MASKED_DECODER = 2, RAYGEN_PART_IMAGE_DECODER = 4, RAYGEN_PART_IMAGE_ENCODER = 8 };
#define RAYGEN_PARTS_GENERATE (RAYGEN_PART_TEXT_ENCODER | RAYGEN_PART_MASKED_DECODER | RAYGEN_PART_IMAGE_DECODER)
/** Loads parts' weights now; otherwise each is loaded by the first call that needs it. `parts` is a sum of RAYGEN_PART_*. */
RAYGEN_API RAYGEN_NODISCARD raygen_status raygen_model_prepare(const raygen_model *model, uint32_t parts, raygen_error *error);
/** Bytes of weights that the model holds in memory now. 0 for NULL. */
RAYGEN_API uint64_t raygen_model_memory(const raygen_model *model);

/* ---- Session: one thread at a time, owns scratch memory ---------------------------------------------------------- */

typedef struct raygen_session raygen_session;
RAYGEN_API RAYGEN_NODISCARD raygen_status raygen_session_create(const raygen_model *model, raygen_session **session, raygen_error *error);
RAYGEN_API void raygen_session_free(raygen_session *session);
/** Bytes of scratch memory that the session holds. 0 for NULL. */
RAYGEN_API uint64_t raygen_session_memory(const raygen_session *session);
/** Gives the scratch memory back; the next call takes it anew. Does nothing during a call. */
RAYGEN_API void raygen_session_trim(raygen_session *session);

/* ---- Job: cancel from any thread, or from a signal handler ------------------------------------------------------- */

typedef struct raygen_job raygen_job;
RAYGEN_API RAYGEN_NODISCARD raygen_status raygen_job_create(raygen_job **job, raygen_error *error);
/** Sticky: a cancelled job stays so. The call that was given it ends within a part of a step. */
RAYGEN_API void raygen_job_cancel(raygen_job *job);
RAYGEN_API int32_t raygen_job_cancelled(const raygen_job *job);
/** Not while a call that was given it runs. */
RAYGEN_API void raygen_job_free(raygen_job *job);

/* ---- Image: [height][width][channels] float 0..1 ----------------------------------------------------------------- */

typedef struct raygen_image raygen_image;

/** channels 1 (grey) or 3 (RGB); `pixels` holds height x width x channels values of 0..1, copied; NULL makes a black image. */
RAYGEN_API RAYGEN_NODISCARD raygen_status raygen_image_create(int32_t width, int32_t height, int32_t channels, const float *pixels,
                                                             raygen_image **image, raygen_error *error);
/** PNG (8 or 16 bits), JPEG or DICOM (as a viewer shows it), told by content. limits: NULL for the defaults. */
RAYGEN_API RAYGEN_NODISCARD raygen_status raygen_image_read(const char *path, size_t path_length, const raygen_limits *limits,
                                                           raygen_image **image, raygen_error *error);
RAYGEN_API RAYGEN_NODISCARD raygen_status raygen_image_read_memory(const void *bytes, size_t size, const raygen_limits *limits,
                                                                  raygen_image **image, raygen_error *error);
RAYGEN_API void raygen_image_free(raygen_image *image);
/** 0 for NULL. */
RAYGEN_API int32_t raygen_image_width(const raygen_image *image);
RAYGEN_API int32_t raygen_image_height(const raygen_image *image);
RAYGEN_API int32_t raygen_image_channels(const raygen_image *image);
/** height x width x channels values, alive as long as the image. */
RAYGEN_API const float *raygen_image_pixels(const raygen_image *image);
/** The text kept under a keyword ("Description", "raygen", …; UTF-8): NULL when there is none. Alive until the image is changed or freed. */
RAYGEN_API const char *raygen_image_text(const raygen_image *image, const char *keyword);
/** keyword: 1 to 79 printable Latin-1 characters, as PNG asks, in UTF-8. */
RAYGEN_API RAYGEN_NODISCARD raygen_status raygen_image_set_text(raygen_image *image, const char *keyword, const char *text, size_t text_length,
                                                               raygen_error *error);
/** A new image with the same pixels and text. */
RAYGEN_API RAYGEN_NODISCARD raygen_status raygen_image_copy(const raygen_image *image, raygen_image **copy, raygen_error *error);
/** A new image of one channel, the mean of the channels; text kept. */
RAYGEN_API RAYGEN_NODISCARD raygen_status raygen_image_to_grey(const raygen_image *image, raygen_image **grey, raygen_error *error);

typedef struct raygen_png_options {
  size_t struct_size;
  int32_t bit_depth; /* 8 or 16; 8 */
} raygen_png_options;
RAYGEN_API void raygen_png_options_init(raygen_png_options *options, size_t struct_size);
#define raygen_png_options_init(options) raygen_png_options_init((options), sizeof *(options))
/** Text goes into text chunks. Written to a temporary name, renamed when whole. options: NULL for the defaults. */
RAYGEN_API RAYGEN_NODISCARD raygen_status raygen_image_write_png(const raygen_image *image, const char *path, size_t path_length,
                                                                const raygen_png_options *options, raygen_error *error);

/* ---- Text encoder ---------------------------------------------------------------------------------------------- */

typedef struct raygen_text raygen_text;
/** Encodes count >= 1 prompts. Longer than L tokens is truncated as the original does; see raygen_text_token_count. */
RAYGEN_API RAYGEN_NODISCARD raygen_status raygen_text_encode(raygen_session *session, const raygen_string *prompts, size_t count,
                                                            raygen_text **text, raygen_error *error);
RAYGEN_API void raygen_text_free(raygen_text *text);
RAYGEN_API size_t raygen_text_count(const raygen_text *text);  /* B */
RAYGEN_API size_t raygen_text_length(const raygen_text *text); /* L */
RAYGEN_API size_t raygen_text_dim(const raygen_text *text);    /* D */
/** Tokens of prompt i before truncation, special tokens included. */
RAYGEN_API size_t raygen_text_token_count(const raygen_text *text, size_t i);
RAYGEN_API const int32_t *raygen_text_input_ids(const raygen_text *text);      /* [B,L] */
RAYGEN_API const int32_t *raygen_text_attention_mask(const raygen_text *text); /* [B,L], 1 = text */
RAYGEN_API const float *raygen_text_last_hidden_state(const raygen_text *text); /* [B,L,D] */
/** [B,L,D]: every channel divided by its L2 norm over the L positions; what the masked decoder takes. */
RAYGEN_API const float *raygen_text_normalized(const raygen_text *text);
/** [B,P], L2-normalised; NULL when the model has no projection. */
RAYGEN_API const float *raygen_text_projection(const raygen_text *text);

/* ---- Image encoder and decoder (VQ-GAN) --------------------------------------------------------------------------- */

/** Image to tokens. The image is resized (antialiased bilinear, shorter side to R) and cropped at the centre when it is not R x R; grey is
 *  repeated over the channels. tokens: room for token_count = N. features: [z,grid_height,grid_width] before quantisation, feature_count =
 *  z x N, or NULL. */
RAYGEN_API RAYGEN_NODISCARD raygen_status raygen_encode(raygen_session *session, const raygen_image *image, int32_t *tokens,
                                                       size_t token_count, float *features, size_t feature_count, raygen_error *error);
/** N tokens, each 0..V-1, to an image of R x R. */
RAYGEN_API RAYGEN_NODISCARD raygen_status raygen_decode(raygen_session *session, const int32_t *tokens, size_t token_count,
                                                       raygen_image **image, raygen_error *error);

/* ---- Masked decoder --------------------------------------------------------------------------------------------- */

typedef struct raygen_condition raygen_condition;
/** Keys and values of B prompts, computed once. embeddings: [B,length,D], as raygen_text_normalized gives them. */
RAYGEN_API RAYGEN_NODISCARD raygen_status raygen_condition_create(raygen_session *session, const float *embeddings, size_t batch, size_t length,
                                                                 size_t dim, raygen_condition **condition, raygen_error *error);
/** The condition of `batch` empty prompts, for guidance: logits = empty + scale x (prompt - empty). */
RAYGEN_API RAYGEN_NODISCARD raygen_status raygen_condition_create_empty(raygen_session *session, size_t batch, raygen_condition **condition,
                                                                       raygen_error *error);
RAYGEN_API void raygen_condition_free(raygen_condition *condition);
RAYGEN_API size_t raygen_condition_batch(const raygen_condition *condition);
/** tokens: [B,N], 0..V. positions: [B,n] of 0..N-1, or NULL for all (n = N). logits: room for [B,n,V] floats. The counts are whole arrays':
 *  token_count = B x N, position_count = B x n, logit_count = B x n x V. The condition must be of a session of the same model. */
RAYGEN_API RAYGEN_NODISCARD raygen_status raygen_logits(raygen_session *session, const raygen_condition *condition, const int32_t *tokens,
                                                       size_t token_count, const int32_t *positions, size_t position_count, float *logits,
                                                       size_t logit_count, raygen_error *error);

/* ---- Options of sampling and generation --------------------------------------------------------------------------- */

typedef int32_t raygen_schedule;
enum { RAYGEN_SCHEDULE_COSINE = 0 /* the original's: max(int(cos(pi/2 i/(K-1)) N), 1) masked before step i */ };
typedef int32_t raygen_position_choice;
enum {
  RAYGEN_POSITIONS_CONFIDENCE = 0, /* the original's: re-mask the least probable choices */
  RAYGEN_POSITIONS_RANDOM = 1      /* in an order drawn for each image: images of one prompt differ more */
};
typedef int32_t raygen_token_choice;
enum { RAYGEN_TOKENS_GUMBEL = 0 /* the original's: top-k filter, temperature falling to 0, Gumbel noise */ };

/** What a progress callback sees after every step of an image. Pointers are alive during the callback only. */
typedef struct raygen_progress {
  size_t struct_size;
  uint64_t image;         /* index of the image, options.first_image + 0, 1, … */
  size_t image_number;    /* 0..image_count-1 within the call */
  size_t image_count;
  int32_t step;           /* steps done, 1..steps */
  int32_t steps;
  size_t token_count;     /* N */
  const int32_t *tokens;  /* [N] as they stand, none masked */
  size_t masked_count;    /* how many of them the next step draws again; 0 after the last */
  const raygen_image *preview; /* decoded from tokens when options.preview is 1, else NULL */
} raygen_progress;
/** Returns 0 to go on; anything else cancels. Must not throw nor use the session. */
typedef int32_t (*raygen_progress_callback)(const raygen_progress *progress, void *user_data);

typedef struct raygen_options {
  size_t struct_size;
  uint64_t seed;              /* 0 */
  uint64_t first_image;       /* index of the first image made, below 2^63; an image depends on (seed, index) alone. 0 */
  int32_t steps;              /* K, 1..1024; 18 */
  double temperature;         /* T >= 0; 1.0 */
  double top_k_threshold;     /* alpha, 0 <= alpha < 1: the ceil((1-alpha) V) largest logits are kept; 0.9 */
  raygen_schedule schedule;
  raygen_position_choice position_choice;
  raygen_token_choice token_choice;
  int32_t images_per_prompt;  /* >= 1; 1 */
  int32_t batch_size;         /* images worked on together, >= 1; changes speed and memory, never an image (float32 on a CPU). 1 */
  int32_t preview;            /* 1: decode an image for every progress call; 0 */
  raygen_job *job;            /* may be cancelled from elsewhere; NULL */
  raygen_progress_callback progress; /* NULL */
  void *user_data;
  double guidance_scale;      /* s, 0..100: logits are empty + s (prompt - empty), of the prompt and of an empty one; twice the work unless
                                 1. For models trained with emptied prompts. 1.0: the original's */
} raygen_options;
RAYGEN_API void raygen_options_init(raygen_options *options, size_t struct_size);
#define raygen_options_init(options) raygen_options_init((options), sizeof *(options))

/* ---- Sampler: the unmasking loop, driven by hand ------------------------------------------------------------------ */

typedef struct raygen_sampler raygen_sampler;
/** token_count: N; codebook_size: V; batch: B images with indices options.first_image + 0..B-1. */
RAYGEN_API RAYGEN_NODISCARD raygen_status raygen_sampler_create(size_t token_count, int32_t codebook_size, size_t batch,
                                                               const raygen_options *options, raygen_sampler **sampler, raygen_error *error);
RAYGEN_API void raygen_sampler_free(raygen_sampler *sampler);
RAYGEN_API int32_t raygen_sampler_done(const raygen_sampler *sampler);
RAYGEN_API int32_t raygen_sampler_step_index(const raygen_sampler *sampler); /* steps done, 0..K */
/** [B,N]; the positions to be drawn next hold V. Alive until the next step. */
RAYGEN_API const int32_t *raygen_sampler_tokens(const raygen_sampler *sampler);
/** [B,n] ascending: the masked positions. */
RAYGEN_API const int32_t *raygen_sampler_masked(const raygen_sampler *sampler);
RAYGEN_API size_t raygen_sampler_masked_count(const raygen_sampler *sampler); /* n */
/** Draws the masked tokens from logits [B,n,V] (logit_count = B x n x V) and masks those of the next step. */
RAYGEN_API RAYGEN_NODISCARD raygen_status raygen_sampler_step(raygen_sampler *sampler, const float *logits, size_t logit_count,
                                                             raygen_error *error);

/* ---- Generator -------------------------------------------------------------------------------------------------- */

typedef struct raygen_result raygen_result;
/** count prompts, options.images_per_prompt images each: image k of prompt p has the index first_image + p x images_per_prompt + k.
 *  options: NULL for the defaults. After a cancel the session is as good as new. */
RAYGEN_API RAYGEN_NODISCARD raygen_status raygen_generate(raygen_session *session, const raygen_string *prompts, size_t count,
                                                         const raygen_options *options, raygen_result **result, raygen_error *error);
RAYGEN_API void raygen_result_free(raygen_result *result);
RAYGEN_API size_t raygen_result_count(const raygen_result *result);
/** Borrowed: alive as long as the result. Its text holds "Description" (the prompt) and "raygen" (JSON of all that reproduces it). */
RAYGEN_API const raygen_image *raygen_result_image(const raygen_result *result, size_t i);
RAYGEN_API const int32_t *raygen_result_tokens(const raygen_result *result, size_t i); /* [N] */
RAYGEN_API size_t raygen_result_token_count(const raygen_result *result);              /* N */

/* ---- Bundles: conversion and random weights ----------------------------------------------------------------------- */

typedef struct raygen_convert_options {
  size_t struct_size;
  raygen_string decoder;        /* Lightning .ckpt or the {"model": …} side format; required */
  raygen_string vqgan;          /* taming VQModel or GumbelVQ checkpoint; required */
  raygen_string vqgan_config;   /* project.yaml that must agree; empty: inferred from the weights alone */
  raygen_string text_encoder;   /* Hugging Face folder; empty: the one inside the decoder's checkpoint */
  raygen_string text_config;    /* its config.json, for an embedded text encoder; empty: inferred */
  raygen_string vocabulary;     /* vocab.txt or a SentencePiece .model; empty: the folder's own */
  raygen_string decoder_config; /* JSON or YAML with n_heads; empty: one beside the checkpoint, if any */
  int32_t heads;                /* the decoder's attention heads, which checkpoints do not store; RAYGEN_HEADS_INFER */
  int32_t overwrite;            /* 1: replace an existing bundle; 0 */
  const raygen_limits *limits;  /* NULL: the defaults */
  const raygen_job *job;        /* cancels between two tensors; NULL: none */
} raygen_convert_options;
#define RAYGEN_HEADS_INFER (-1) /* from the config or the weights, else the original's 8 */
RAYGEN_API void raygen_convert_options_init(raygen_convert_options *options, size_t struct_size);
#define raygen_convert_options_init(options) raygen_convert_options_init((options), sizeof *(options))
/** Writes the bundle folder `out`, whole or not at all. warnings: what was assumed or left out, one a line; freed by raygen_text_buffer_free; may be NULL. */
RAYGEN_API RAYGEN_NODISCARD raygen_status raygen_convert(const raygen_convert_options *options, const char *out, size_t out_length,
                                                        char **warnings, raygen_error *error);
RAYGEN_API void raygen_text_buffer_free(char *text);

/** A bundle with random weights. architecture: the manifest's `architecture` object as JSON, or empty for the published model's sizes.
 *  vocabulary: content of vocab.txt, or empty for a made-up one. */
RAYGEN_API RAYGEN_NODISCARD raygen_status raygen_bundle_create_random(const char *out, size_t out_length, raygen_string architecture,
                                                                     raygen_string vocabulary, uint64_t seed, int32_t overwrite,
                                                                     raygen_error *error);

/* ---- Data for training -------------------------------------------------------------------------------------------- */

/** Where a preparation is; alive during the callback only. */
typedef struct raygen_data_progress {
  size_t struct_size;
  uint64_t done;
  uint64_t total;
  uint64_t skipped; /* how many of `done` could not be used */
} raygen_data_progress;
/** Returns 0 to go on; anything else cancels. What is there then is kept: the same call continues. Must not throw. */
typedef int32_t (*raygen_data_callback)(const raygen_data_progress *progress, void *user_data);

typedef int32_t raygen_split;
enum { RAYGEN_SPLIT_TRAIN = 0, RAYGEN_SPLIT_VAL = 1, RAYGEN_SPLIT_TEST = 2, RAYGEN_SPLIT_BY_PATIENT = 3 };

/** How a dataset is made, whatever it is made from. */
typedef struct raygen_prepare_options {
  size_t struct_size;
  int32_t image_size;     /* R: images are resized and cropped to R x R; 512 */
  int32_t rows_per_shard; /* images of one file; 512 */
  double val_fraction;    /* of the patients that have no split yet, 0..1; 0.1 */
  uint64_t seed;          /* of the splits; 0 */
  const raygen_limits *limits; /* NULL: the defaults */
  raygen_job *job;             /* NULL */
  raygen_data_callback progress; /* NULL */
  void *user_data;
} raygen_prepare_options;
RAYGEN_API void raygen_prepare_options_init(raygen_prepare_options *options, size_t struct_size);
#define raygen_prepare_options_init(options) raygen_prepare_options_init((options), sizeof *(options))

/** Tables of images and texts. Columns are found by their usual names (docs/datasets.md) unless a name is given. */
typedef struct raygen_table_source {
  size_t struct_size;
  const raygen_string *csv;   /* CSV files; required */
  const raygen_split *splits; /* of each of them, BY_PATIENT: by its column or its patients; NULL: all BY_PATIENT */
  size_t csv_count;
  raygen_string root;         /* folder of the images' paths, which none leaves; empty: each table's own */
  double test_fraction;       /* of the patients that have no split, 0..1; 0.1 */
  raygen_string path_column, text_column, patient_column, split_column, view_column, findings_column, id_column;
  const raygen_string *label_columns; /* columns of 0 and 1, each a finding */
  size_t label_column_count;
} raygen_table_source;
RAYGEN_API void raygen_table_source_init(raygen_table_source *source, size_t struct_size);
#define raygen_table_source_init(source) raygen_table_source_init((source), sizeof *(source))

/** MIMIC-CXR-JPG 2: one image a study, the impression of its report, the patients of p10 as test. */
typedef struct raygen_mimic_source {
  size_t struct_size;
  raygen_string root;    /* the tables, and files/; required */
  raygen_string reports; /* folder whose files/ has the reports; empty: root */
  raygen_string view;    /* ViewPosition; empty: the most common */
  int32_t exact;         /* 1: texts cleaned as the original does, which glues words; 0 */
} raygen_mimic_source;
RAYGEN_API void raygen_mimic_source_init(raygen_mimic_source *source, size_t struct_size);
#define raygen_mimic_source_init(source) raygen_mimic_source_init((source), sizeof *(source))

/** What a preparation came to; the arrays are indexed by raygen_split. */
typedef struct raygen_dataset_summary {
  size_t struct_size;
  uint64_t images;
  uint64_t skipped; /* listed with their reasons in skipped.csv */
  uint64_t images_of[3];
  uint64_t patients_of[3];
} raygen_dataset_summary;
RAYGEN_API void raygen_dataset_summary_init(raygen_dataset_summary *summary, size_t struct_size);
#define raygen_dataset_summary_init(summary) raygen_dataset_summary_init((summary), sizeof *(summary))

/** Makes the dataset folder `out`, or continues it. Images that cannot be used are listed and skipped; a patient in two splits is an error.
 *  options: NULL for the defaults; summary: NULL when it is not asked for. */
RAYGEN_API RAYGEN_NODISCARD raygen_status raygen_prepare_table(const raygen_table_source *source, const raygen_prepare_options *options,
                                                              const char *out, size_t out_length, raygen_dataset_summary *summary,
                                                              raygen_error *error);
RAYGEN_API RAYGEN_NODISCARD raygen_status raygen_prepare_mimic(const raygen_mimic_source *source, const raygen_prepare_options *options,
                                                              const char *out, size_t out_length, raygen_dataset_summary *summary,
                                                              raygen_error *error);

/** Procedural chest radiographs with findings of known side, place and severity. */
typedef struct raygen_phantom_options {
  size_t struct_size;
  uint64_t seed;          /* 0 */
  uint64_t first_phantom; /* index of the first; a phantom depends on (seed, index, size) alone. 0 */
  uint64_t count;         /* >= 1; 1 */
  int32_t size;           /* pixels a side: multiples of 32, 64 to 1024; 128 */
  int32_t masks;          /* 1: a mask of every finding too; 0 */
  raygen_job *job;        /* NULL */
  raygen_data_callback progress; /* NULL */
  void *user_data;
} raygen_phantom_options;
RAYGEN_API void raygen_phantom_options_init(raygen_phantom_options *options, size_t struct_size);
#define raygen_phantom_options_init(options) raygen_phantom_options_init((options), sizeof *(options))
/** Writes images/P000000.png, …, and at the end phantoms.csv, a table for raygen_prepare_table. A second call leaves what is there. */
RAYGEN_API RAYGEN_NODISCARD raygen_status raygen_phantom_write(const raygen_phantom_options *options, const char *out, size_t out_length,
                                                              raygen_error *error);

/* ---- Training ------------------------------------------------------------------------------------------------------ */

/** Where a training is; alive during the callback only. */
typedef struct raygen_training_progress {
  size_t struct_size;
  const char *stage; /* "vqgan", "text_encoder", "tokens", "masked_decoder" */
  const char *event; /* "step", "validation", "checkpoint", "resumed", "stage finished" */
  int64_t step;      /* steps done */
  int64_t steps;     /* of the stage */
  double images_per_second; /* over the last steps; 0 when not known */
  double seconds_left;      /* of the stage; 0 when not known */
  size_t metric_count;      /* the newest measurements, may be none */
  const char *const *metric_names; /* "train/loss", … */
  const double *metric_values;
  int32_t process;   /* of several processes, which this is, from 0 */
  int32_t processes; /* 1: alone */
} raygen_training_progress;
/** Returns 0 to go on; anything else stops: a checkpoint is written first. Must not throw. */
typedef int32_t (*raygen_training_callback)(const raygen_training_progress *progress, void *user_data);

typedef struct raygen_training_options {
  size_t struct_size;
  raygen_string config;           /* YAML; empty: all defaults. raygen_training_config shows every key */
  raygen_string config_name;      /* of the file, for messages; empty: "config" */
  const raygen_string *overrides; /* "vqgan.loop.steps=100", applied in order */
  size_t override_count;
  const raygen_limits *limits;    /* NULL: the defaults */
  raygen_job *job;                /* cancelled: a checkpoint is written and the call ends; NULL */
  raygen_training_callback progress; /* NULL */
  void *user_data;
} raygen_training_options;
RAYGEN_API void raygen_training_options_init(raygen_training_options *options, size_t struct_size);
#define raygen_training_options_init(options) raygen_training_options_init((options), sizeof *(options))

/** The whole config as YAML, every key with its value and meaning; refuses what raygen_train would refuse of it. options: NULL for the
 *  defaults; yaml is freed by raygen_text_buffer_free. */
RAYGEN_API RAYGEN_NODISCARD raygen_status raygen_training_config(const raygen_training_options *options, char **yaml, raygen_error *error);
/** Trains the stages that the config enables and writes the bundle OUT/model. A run that was stopped goes on where it was. Several
 *  processes (RANK, WORLD_SIZE, … as torchrun, Slurm and MPI launchers set them) train one model together: every one makes this call. */
RAYGEN_API RAYGEN_NODISCARD raygen_status raygen_train(const raygen_training_options *options, raygen_error *error);

/* ---- Tensors: safetensors files ------------------------------------------------------------------------------------- */

typedef struct raygen_tensors raygen_tensors;
typedef int32_t raygen_dtype;
enum { RAYGEN_DTYPE_FLOAT32 = 0, RAYGEN_DTYPE_INT32 = 1, RAYGEN_DTYPE_INT64 = 2, RAYGEN_DTYPE_FLOAT16 = 3, RAYGEN_DTYPE_BFLOAT16 = 4 };
/** Borrowed view of one tensor, alive as long as its raygen_tensors. */
typedef struct raygen_tensor_view {
  size_t struct_size;
  const char *name;
  raygen_dtype dtype;
  size_t rank;
  const int64_t *shape;
  const void *data;
  size_t bytes;
} raygen_tensor_view;
RAYGEN_API void raygen_tensor_view_init(raygen_tensor_view *view, size_t struct_size);
#define raygen_tensor_view_init(view) raygen_tensor_view_init((view), sizeof *(view))
RAYGEN_API RAYGEN_NODISCARD raygen_status raygen_tensors_create(raygen_tensors **tensors, raygen_error *error);
RAYGEN_API RAYGEN_NODISCARD raygen_status raygen_tensors_read(const char *path, size_t path_length, const raygen_limits *limits,
                                                             raygen_tensors **tensors, raygen_error *error);
RAYGEN_API void raygen_tensors_free(raygen_tensors *tensors);
/** Copies the data. A name already there is an error. */
RAYGEN_API RAYGEN_NODISCARD raygen_status raygen_tensors_add(raygen_tensors *tensors, const char *name, raygen_dtype dtype, const int64_t *shape,
                                                            size_t rank, const void *data, raygen_error *error);
RAYGEN_API size_t raygen_tensors_count(const raygen_tensors *tensors);
RAYGEN_API RAYGEN_NODISCARD raygen_status raygen_tensors_get(const raygen_tensors *tensors, size_t i, raygen_tensor_view *view,
                                                            raygen_error *error);
/** Temporary name, then rename. */
RAYGEN_API RAYGEN_NODISCARD raygen_status raygen_tensors_write(const raygen_tensors *tensors, const char *path, size_t path_length,
                                                              raygen_error *error);

/* ---- Measuring ----------------------------------------------------------------------------------------------------- */

/** The device's matrix-product peak in GFLOP/s, measured now (about a second): the fastest of a few large products. */
RAYGEN_API RAYGEN_NODISCARD raygen_status raygen_measure_matmul(const raygen_model_options *options, double *gflops, raygen_error *error);

#ifdef __cplusplus
}
#endif
#endif /* RAYGEN_RAYGEN_H */
