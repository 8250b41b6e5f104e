/*
 * libraygen: a radiology sentence becomes a chest X-ray. This header is the whole C ABI. raygen.hpp
 * is C++ over it.
 *
 *   raygen_error error;  raygen_error_init(&error);
 *   raygen_model *model = NULL;  raygen_session *session = NULL;  raygen_result *result = NULL;
 *   raygen_string prompt = {"Moderate left pleural effusion.", 31};
 *   raygen_options options;  raygen_options_init(&options);  options.seed = 7;
 *   if (raygen_model_open("models/phantom-128", 18, NULL, &model, &error) ||
 *       raygen_session_create(model, &session, &error) ||
 *       raygen_session_generate(session, &prompt, 1, &options, &result, &error) ||
 *       raygen_image_write_png(raygen_result_image(result, 0), "effusion.png", 12, NULL, &error))
 *     fprintf(stderr, "%s\n", error.message);
 *   raygen_result_free(result);  raygen_session_free(session);  raygen_model_free(model);
 *
 * Rules that hold everywhere
 *   Names      raygen_<object>_<verb>.
 *   Status     A function that can fail returns a raygen_status and takes an optional
 *              raygen_error * for the message. "Errors:" lists the statuses of a function. Besides
 *              them every such function can return INVALID_ARGUMENT, OUT_OF_MEMORY and INTERNAL.
 *   Structs    Begin with struct_size. Call the _init of a struct before setting its fields. Zero
 *              never means "default". The _init macros pass sizeof(struct) as the caller knows it.
 *              A newer library, whose structs may be longer, reads and writes only that many bytes.
 *   Handles    Opaque. _free(NULL) does nothing. An out parameter is set to NULL on failure. The
 *              library cannot detect a freed handle: set your variable to NULL.
 *   Strings    A string that is passed in is UTF-8, a pointer and a length in bytes, without a zero
 *              inside. Any other is INVALID_ARGUMENT, whose message names string and byte. A path,
 *              and config_name, may be any bytes but zeros, as the names of files are. A string
 *              that comes out is UTF-8 and ends in a zero. A `const char *` belongs to an object.
 *              A `char *` belongs to you: free it with raygen_buffer_free.
 *   Threads    Any number of threads may use a raygen_model or a raygen_job at once. Every other
 *              handle is used by one thread at a time.
 *   Lifetime   A session keeps its model alive. A result keeps nothing alive and may outlive both.
 *   Manners    The library never prints, never aborts and lets no exception through. After every
 *              call these are what they were before it: the host's thread count, random state,
 *              locale, signal handlers, gradient mode and CUDA device.
 *   Numbers    Tokens are int32. Pixels are float, 0 to 1. Arrays are row-major and contiguous.
 *
 * Letters
 *   R          image size: an image has R x R pixels
 *   N          tokens of an image: grid_height x grid_width
 *   V          rows of the codebook: a token is 0 to V-1, and V itself is the mask, a token that is
 *              still to be drawn
 *   z          channels of the VQ-GAN's features that are quantised to tokens
 *   B          prompts, or images, of one call
 *   L, D       text tokens that a prompt is padded and cut to; the width of each token's embedding
 *   P          width of the projection of a whole prompt
 *   K, i       sampling steps, and the number of a step, from 0
 *   n          masked positions of an image, which the next step draws
 *   T          temperature
 *   alpha      top-k threshold: the share of the codebook that is never drawn
 *   s          guidance scale
 *
 * Sources
 *   RayGen     masked generation of chest X-rays from reports: VQ-GAN, CXR-BERT, masked transformer
 *   VQ-GAN     Esser, Rombach, Ommer: Taming Transformers (CVPR 2021)
 *   CXR-BERT   Boecking et al.: Making the Most of Text Semantics (ECCV 2022)
 *   MaskGIT    Chang et al. (CVPR 2022): iterative unmasking, the cosine schedule
 *   Muse       Chang et al. (ICML 2023): text to image, guidance of masked transformers
 *   Performer  Choromanski et al. (ICLR 2021): the "fast" attention
 *   Philox     Salmon et al. (SC 2011): the noise
 */
/* clang-format off: C's own layout, and comments that are tables */
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
/* In front of every function whose status must not be dropped. */
#if defined(__GNUC__)
#define RAYGEN_CALL RAYGEN_API __attribute__((warn_unused_result)) raygen_status
#else
#define RAYGEN_CALL RAYGEN_API raygen_status
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

/* ---- Version --------------------------------------------------------------------------------- */

#define RAYGEN_VERSION_MAJOR 0
#define RAYGEN_VERSION_MINOR 2
#define RAYGEN_VERSION_PATCH 0
/* The SONAME's number. A program that was compiled for another one must not go on. */
#define RAYGEN_ABI_VERSION 1

/** "MAJOR.MINOR.PATCH". */
RAYGEN_API const char *raygen_version(void);
/** RAYGEN_ABI_VERSION of the library that is loaded. */
RAYGEN_API int32_t raygen_abi_version(void);
/** JSON: version, compiler, LibTorch's version, CPU features in use, whether CUDA was built in, and
 * where it was but no device can be used, why ("cuda_problem"). */
RAYGEN_API const char *raygen_build_info(void);

/* ---- Status ---------------------------------------------------------------------------------- */

typedef int32_t raygen_status;
enum {
  RAYGEN_OK = 0,
  RAYGEN_ERROR_INVALID_ARGUMENT = 1, /* a value outside its range, a NULL, a wrong struct_size */
  RAYGEN_ERROR_IO = 2,          /* a file or folder cannot be opened, read, written or renamed */
  RAYGEN_ERROR_FORMAT = 3,      /* content is not what its format or the model asks for */
  RAYGEN_ERROR_UNSUPPORTED = 4, /* well formed, but something that libraygen does not do */
  RAYGEN_ERROR_LIMIT = 5,       /* larger than raygen_limits allows */
  RAYGEN_ERROR_CANCELLED = 6,   /* the job was cancelled or a callback returned non-zero */
  RAYGEN_ERROR_OUT_OF_MEMORY = 7,
  RAYGEN_ERROR_DEVICE = 8,   /* the device is absent or failed */
  RAYGEN_ERROR_NUMERIC = 9,  /* NaN or infinity in weights or results */
  RAYGEN_ERROR_INTERNAL = 10 /* a defect of libraygen: please report it */
};

/** One line of English for a status, never NULL. */
RAYGEN_API const char *raygen_status_message(raygen_status status);

/** Holds the message of a failed call. It belongs to the caller and may be used again. */
typedef struct raygen_error {
  size_t struct_size;
  raygen_status status;
  char message[1024]; /* UTF-8, ends in a zero, empty after success; longer messages are cut */
} raygen_error;
RAYGEN_API void raygen_error_init(raygen_error *error, size_t struct_size);
#define raygen_error_init(error) raygen_error_init((error), sizeof *(error))

/* ---- Values ---------------------------------------------------------------------------------- */

/** A string in a struct or an array. */
typedef struct raygen_string {
  const char *data; /* UTF-8; may be NULL when length is 0 */
  size_t length;    /* bytes */
} raygen_string;

/** Frees what a function has put into a `char **` or a `void **`. */
RAYGEN_API void raygen_buffer_free(void *buffer);

/** What a file or a caller may ask for at most. More is RAYGEN_ERROR_LIMIT. */
typedef struct raygen_limits {
  size_t struct_size;
  uint64_t max_file_bytes;   /* one file read; 16 GiB */
  uint64_t max_pixels;       /* width x height of one image; 64 Mi */
  uint64_t max_prompt_bytes; /* one prompt; 64 KiB */
  uint64_t max_batch;        /* prompts x images per prompt in one call; 1024 */
  uint64_t max_memory_bytes; /* weights of one model, or one result; 16 GiB */
} raygen_limits;
RAYGEN_API void raygen_limits_init(raygen_limits *limits, size_t struct_size);
#define raygen_limits_init(limits) raygen_limits_init((limits), sizeof *(limits))

/* ---- Device ---------------------------------------------------------------------------------- */

typedef int32_t raygen_device;
enum { RAYGEN_DEVICE_AUTO = 0, RAYGEN_DEVICE_CPU = 1, RAYGEN_DEVICE_CUDA = 2 };

typedef int32_t raygen_precision;
enum {
  RAYGEN_PRECISION_AUTO = 0,    /* bfloat16 if the device multiplies it in hardware, else float32 */
  RAYGEN_PRECISION_FLOAT32 = 1, /* exact: token for token what the reference chooses */
  RAYGEN_PRECISION_BFLOAT16 = 2,
  /* The masked decoder's linears in 8 bits, weights by their rows and what comes as it comes; all
   * else as AUTO has it. On CPUs only. */
  RAYGEN_PRECISION_INT8 = 3
};

#define RAYGEN_THREADS_HOST (-1) /* as many threads as the host has set for the calling thread */

/** The fastest of a few large matrix products on this device, in GFLOP/s, measured now. Takes
 *  about a second. threads: 1..1024, or RAYGEN_THREADS_HOST. Errors: DEVICE, UNSUPPORTED. */
RAYGEN_CALL raygen_device_measure(raygen_device device, int32_t device_index,
                                  raygen_precision precision, int32_t threads, double *gflops,
                                  raygen_error *error);

/* ---- Model: immutable, shared by any number of threads --------------------------------------- */

typedef struct raygen_model raygen_model;

typedef struct raygen_model_options {
  size_t struct_size;
  raygen_device device;        /* RAYGEN_DEVICE_AUTO: CUDA if there is a device, else the CPU */
  int32_t device_index;        /* which CUDA device; 0 */
  raygen_precision precision;  /* RAYGEN_PRECISION_FLOAT32 */
  int32_t threads;             /* CPU threads a call may use, 1..1024; RAYGEN_THREADS_HOST */
  int32_t verify;              /* 1: check the SHA-256 of every file (default), 0: do not */
  const raygen_limits *limits; /* NULL: the defaults; read during the call only */
} raygen_model_options;
RAYGEN_API void raygen_model_options_init(raygen_model_options *options, size_t struct_size);
#define raygen_model_options_init(options) raygen_model_options_init((options), sizeof *(options))

/** Sizes of a model. 0 where the model lacks the part that has the size. */
typedef struct raygen_model_info {
  size_t struct_size;
  int32_t image_size;       /* R */
  int32_t image_channels;   /* channels of a generated image */
  int32_t grid_height;      /* grid_height x grid_width = N, row-major */
  int32_t grid_width;
  int32_t codebook_size;    /* V */
  int32_t feature_channels; /* z: what is quantised, as wide as a row of the codebook */
  int32_t text_length;      /* L */
  int32_t text_dim;         /* D */
  int32_t projection_dim;   /* P; 0 when the model has no projection */
  raygen_device device;     /* in use, never AUTO */
  int32_t device_index;
  raygen_precision precision; /* in use, never AUTO */
  uint32_t parts;             /* which the model has: a sum of RAYGEN_PART_* */
} raygen_model_info;
RAYGEN_API void raygen_model_info_init(raygen_model_info *info, size_t struct_size);
#define raygen_model_info_init(info) raygen_model_info_init((info), sizeof *(info))

/** Opens a model (a folder with raygen.json): checks names, shapes and sums, and maps the weights.
 *  Errors: IO, FORMAT, UNSUPPORTED, LIMIT, DEVICE. */
RAYGEN_CALL raygen_model_open(const char *path, size_t path_length,
                              const raygen_model_options *options, raygen_model **model,
                              raygen_error *error);

/** A file of a model that is in memory. */
typedef struct raygen_memory_file {
  raygen_string name; /* as in the folder: "raygen.json", "vqgan.safetensors", … */
  const void *data;
  size_t size; /* bytes */
} raygen_memory_file;
/** Called once, when memory that was lent is no longer needed. */
typedef void (*raygen_release_callback)(void *user_data);
/** Opens a model from memory. The files are not copied: they must stay as they are until the model
 *  and all its sessions are freed. `release`, unless NULL, is then called once, from the thread
 *  that frees the last of them, and also when this call fails. Errors: FORMAT, UNSUPPORTED, LIMIT,
 *  DEVICE. */
RAYGEN_CALL raygen_model_open_memory(const raygen_memory_file *files, size_t file_count,
                                     const raygen_model_options *options,
                                     raygen_release_callback release, void *user_data,
                                     raygen_model **model, raygen_error *error);
RAYGEN_API void raygen_model_free(raygen_model *model);
RAYGEN_CALL raygen_model_get_info(const raygen_model *model, raygen_model_info *info,
                                  raygen_error *error);
/** raygen.json as it stands: parts, provenance, licence. Lives as long as the model. NULL for
 *  NULL. */
RAYGEN_API const char *raygen_model_manifest(const raygen_model *model);
/** SHA-256 of raygen.json, 64 hex digits: identifies the model, weights included, in the images
 *  that it makes. Lives as long as the model. NULL for NULL. */
RAYGEN_API const char *raygen_model_digest(const raygen_model *model);
/** How many text tokens a prompt has before it is cut to L, special tokens included. Runs the
 *  tokenizer only. Errors: LIMIT, UNSUPPORTED. */
RAYGEN_CALL raygen_model_count_tokens(const raygen_model *model, const char *prompt,
                                      size_t prompt_length, size_t *count, raygen_error *error);

enum {
  RAYGEN_PART_TEXT_ENCODER = 1,
  RAYGEN_PART_MASKED_DECODER = 2,
  RAYGEN_PART_IMAGE_DECODER = 4,
  RAYGEN_PART_IMAGE_ENCODER = 8,
  RAYGEN_PART_CLASSIFIER = 16
};
/* What generating needs. */
#define RAYGEN_PARTS_GENERATE \
  (RAYGEN_PART_TEXT_ENCODER | RAYGEN_PART_MASKED_DECODER | RAYGEN_PART_IMAGE_DECODER)
/** Loads the weights of parts now. Without this call each part is loaded by the first call that
 *  needs it. `parts` is a sum of RAYGEN_PART_*. Errors: IO, UNSUPPORTED, NUMERIC, DEVICE. */
RAYGEN_CALL raygen_model_prepare(const raygen_model *model, uint32_t parts, raygen_error *error);
/** Bytes of weights that the model holds in memory now. 0 for NULL. */
RAYGEN_API uint64_t raygen_model_memory(const raygen_model *model);

/* ---- Session: one thread at a time, owns scratch memory -------------------------------------- */

typedef struct raygen_session raygen_session;
RAYGEN_CALL raygen_session_create(const raygen_model *model, raygen_session **session,
                                  raygen_error *error);
RAYGEN_API void raygen_session_free(raygen_session *session);
/** Bytes of scratch memory that the last call left in the session. Any thread may ask, also during
 *  a call. 0 for NULL. */
RAYGEN_API uint64_t raygen_session_memory(const raygen_session *session);
/** Gives the scratch memory back. The next call takes it anew. Does nothing during a call. */
RAYGEN_API void raygen_session_trim(raygen_session *session);

/* ---- Job: cancel from any thread, or from a signal handler ----------------------------------- */

typedef struct raygen_job raygen_job;
RAYGEN_CALL raygen_job_create(raygen_job **job, raygen_error *error);
/** A cancelled job stays cancelled. The call that was given the job ends with CANCELLED at its
 *  next check: between layers of a network, typically within a fraction of a sampling step. */
RAYGEN_API void raygen_job_cancel(raygen_job *job);
RAYGEN_API int32_t raygen_job_cancelled(const raygen_job *job);
/** Not while a call that was given the job runs. */
RAYGEN_API void raygen_job_free(raygen_job *job);

/* ---- Image: [height][width][channels] float 0..1 --------------------------------------------- */

typedef struct raygen_image raygen_image;

/** channels: 1 (grey) or 3 (RGB). `pixels` has height x width x channels values of 0..1, which are
 *  copied. NULL makes a black image. Errors: LIMIT. */
RAYGEN_CALL raygen_image_create(int32_t width, int32_t height, int32_t channels,
                                const float *pixels, raygen_image **image, raygen_error *error);
/** A PNG, JPEG, JPEG 2000, DICOM, BMP, PGM, PPM, TGA, GIF or PSD file, as a viewer shows it: turned
 *  as EXIF says, and a film of fewer bits in 16 scaled to its own white (docs/datasets.md). The
 *  content tells the format. limits: NULL for the defaults. Errors: IO, FORMAT, UNSUPPORTED,
 *  LIMIT. */
RAYGEN_CALL raygen_image_read(const char *path, size_t path_length, const raygen_limits *limits,
                              raygen_image **image, raygen_error *error);
/** The same from memory. Errors: FORMAT, UNSUPPORTED, LIMIT. */
RAYGEN_CALL raygen_image_read_memory(const void *bytes, size_t size, const raygen_limits *limits,
                                     raygen_image **image, raygen_error *error);
RAYGEN_API void raygen_image_free(raygen_image *image);
/** 0 for NULL. */
RAYGEN_API int32_t raygen_image_width(const raygen_image *image);
RAYGEN_API int32_t raygen_image_height(const raygen_image *image);
RAYGEN_API int32_t raygen_image_channels(const raygen_image *image);
/** height x width x channels values, alive as long as the image. */
RAYGEN_API const float *raygen_image_pixels(const raygen_image *image);
/** The text under a keyword ("Description", "raygen", …). NULL when there is none. Alive until the
 *  image is changed or freed. */
RAYGEN_API const char *raygen_image_get_text(const raygen_image *image, const char *keyword,
                                             size_t keyword_length);
/** keyword: 1 to 79 printable Latin-1 characters, as PNG asks: no space at the ends, no two spaces
 *  together. A text that is there already is replaced. */
RAYGEN_CALL raygen_image_set_text(raygen_image *image, const char *keyword, size_t keyword_length,
                                  const char *text, size_t text_length, raygen_error *error);
/** A new image with the same pixels and texts. */
RAYGEN_CALL raygen_image_copy(const raygen_image *image, raygen_image **copy, raygen_error *error);
/** A new image of one channel, the mean of the channels, with the same texts. */
RAYGEN_CALL raygen_image_to_grey(const raygen_image *image, raygen_image **grey,
                                 raygen_error *error);

typedef struct raygen_png_options {
  size_t struct_size;
  int32_t bit_depth; /* 8 or 16; 8 */
  /* The depth of another file, from which the image was made: 8 bits, or 16 where its samples have
   * more; bit_depth does not matter then. A pixel that is still that file's gets its own sample,
   * also of a film of 12 bits in 16. */
  const void *like;  /* the bytes of any file that raygen_image_read_memory reads; NULL */
  size_t like_size;  /* 0 */
  int32_t like_left; /* pixel of the image where that file's first one is, after outpainting; 0 */
  int32_t like_top;  /* 0 */
  const raygen_limits *limits; /* of what is read of it; NULL: the defaults */
} raygen_png_options;
RAYGEN_API void raygen_png_options_init(raygen_png_options *options, size_t struct_size);
#define raygen_png_options_init(options) raygen_png_options_init((options), sizeof *(options))
/** Writes a PNG with the texts of the image, under a temporary name that is renamed when the file
 *  is whole. options: NULL for the defaults. Errors: IO, NUMERIC; with `like` also FORMAT,
 *  UNSUPPORTED, LIMIT. */
RAYGEN_CALL raygen_image_write_png(const raygen_image *image, const char *path, size_t path_length,
                                   const raygen_png_options *options, raygen_error *error);
/** The same bytes in memory: *bytes has *size of them and is freed with raygen_buffer_free.
 *  Errors: NUMERIC; with `like` also FORMAT, UNSUPPORTED, LIMIT. */
RAYGEN_CALL raygen_image_encode_png(const raygen_image *image, const raygen_png_options *options,
                                    void **bytes, size_t *size, raygen_error *error);

/* ---- Dicom: images as DICOM files ------------------------------------------------------------ */

typedef int32_t raygen_dicom_class;
enum {
  RAYGEN_DICOM_SECONDARY_CAPTURE = 0, /* Secondary Capture Image Storage */
  RAYGEN_DICOM_DX_FOR_PRESENTATION = 1 /* Digital X-Ray Image Storage - For Presentation */
};
typedef int32_t raygen_dicom_annotation;
enum {
  RAYGEN_DICOM_ANNOTATION_NONE = 0,    /* the picture has no letters */
  RAYGEN_DICOM_ANNOTATION_BURN_IN = 1, /* SYNTHETIC is written into its lower left corner */
  RAYGEN_DICOM_ANNOTATION_PRESENT = 2  /* it has letters already */
};
#define RAYGEN_DICOM_SPACING_UNKNOWN (-1.0)

/** What a DICOM file says besides the picture and its texts (docs/dicom.md). */
typedef struct raygen_dicom_options {
  size_t struct_size;
  raygen_dicom_class sop_class;       /* RAYGEN_DICOM_SECONDARY_CAPTURE */
  int32_t bit_depth;                  /* 8, 12 or 16; 12 */
  raygen_dicom_annotation annotation; /* RAYGEN_DICOM_ANNOTATION_NONE */
  int32_t derived_from_template; /* 1: the image was made from the template's, which is named as its
                                    source; 0 */
  raygen_string template_path; /* a DICOM file, whose patient and study are taken; empty: made up */
  raygen_string study_uid;  /* empty: the template's; without one, made of series_uid, or else a UID
                               of this image's own */
  raygen_string series_uid; /* empty: a UID of this image's own */
  raygen_string series_description; /* LO, behind "SYNTHETIC: "; empty: "SYNTHETIC, not for
                                       diagnosis" */
  raygen_string date_time;  /* YYYYMMDD or YYYYMMDDHHMMSS, of the instance, its series, and a study
                               that is made up; empty: none but a made-up study's 20000101 */
  int32_t series_number;    /* >= 0; 1 */
  int32_t instance_number;  /* >= 0; 1 */
  double pixel_spacing;     /* mm at the detector, 0.001 to 100; RAYGEN_DICOM_SPACING_UNKNOWN: none;
                               a DX, which must have one, has the template's or a nominal one */
  const raygen_limits *limits; /* of the template; NULL: the defaults */
} raygen_dicom_options;
RAYGEN_API void raygen_dicom_options_init(raygen_dicom_options *options, size_t struct_size);
#define raygen_dicom_options_init(options) raygen_dicom_options_init((options), sizeof *(options))
/** Writes a DICOM file, under a temporary name that is renamed when the file is whole: one grey
 *  frame (the mean of the channels), marked as synthetic and not for diagnosis, with the texts of
 *  the image in a private block, from which raygen_image_read has them back. The same image and
 *  options give the same bytes, UIDs included. options: NULL for the defaults. warnings: NULL, or
 *  what of the template was left out, and why, one a line, freed with raygen_buffer_free. Errors:
 *  IO, FORMAT (the template), UNSUPPORTED, LIMIT, NUMERIC. */
RAYGEN_CALL raygen_image_write_dicom(const raygen_image *image, const char *path,
                                     size_t path_length, const raygen_dicom_options *options,
                                     char **warnings, raygen_error *error);
/** The same bytes in memory: *bytes has *size of them and is freed with raygen_buffer_free.
 *  Errors: IO, FORMAT (the template), UNSUPPORTED, LIMIT, NUMERIC. */
RAYGEN_CALL raygen_image_encode_dicom(const raygen_image *image,
                                      const raygen_dicom_options *options, void **bytes,
                                      size_t *size, char **warnings, raygen_error *error);
/** "2.25." and the decimal number of a UUID (DICOM PS3.5, B.2) that is made of `name`, any bytes:
 *  the same name has the same UID. For a study or a series of several images. *uid is freed with
 *  raygen_buffer_free. */
RAYGEN_CALL raygen_dicom_uid(const void *name, size_t size, char **uid, raygen_error *error);

/* ---- Embedding: prompts as the text encoder sees them (CXR-BERT) ----------------------------- */

typedef struct raygen_embedding raygen_embedding;
/** Encodes count >= 1 prompts. A prompt longer than L text tokens is cut, as in the original:
 *  compare raygen_embedding_token_count with L. Errors: LIMIT, UNSUPPORTED, NUMERIC, DEVICE, IO.
 *  */
RAYGEN_CALL raygen_session_encode_text(raygen_session *session, const raygen_string *prompts,
                                       size_t count, raygen_embedding **embedding,
                                       raygen_error *error);
RAYGEN_API void raygen_embedding_free(raygen_embedding *embedding);
RAYGEN_API size_t raygen_embedding_count(const raygen_embedding *embedding);  /* B */
RAYGEN_API size_t raygen_embedding_length(const raygen_embedding *embedding); /* L */
RAYGEN_API size_t raygen_embedding_dim(const raygen_embedding *embedding);    /* D */
/** Text tokens of prompt i before it was cut, special tokens included. */
RAYGEN_API size_t raygen_embedding_token_count(const raygen_embedding *embedding, size_t i);
/* The arrays below are alive as long as the embedding. An embedding that was made on a GPU is
 * copied to the CPU by the first call that asks for values; NULL when that fails. */
RAYGEN_API const int32_t *raygen_embedding_input_ids(const raygen_embedding *embedding); /* [B,L] */
/** [B,L], 1 = text, 0 = padding. */
RAYGEN_API const int32_t *raygen_embedding_attention_mask(const raygen_embedding *embedding);
/** [B,L,D]. */
RAYGEN_API const float *raygen_embedding_last_hidden_state(const raygen_embedding *embedding);
/** [B,L,D]: every channel divided by its L2 norm over the L positions. The masked decoder takes
 *  it. */
RAYGEN_API const float *raygen_embedding_normalized(const raygen_embedding *embedding);
/** [B,P], L2-normalised. NULL when the model has no projection. */
RAYGEN_API const float *raygen_embedding_projection(const raygen_embedding *embedding);

/* ---- Tokens: images to tokens and back (VQ-GAN) ---------------------------------------------- */

/** Image to tokens. An image that is not R x R is resized (antialiased bilinear, shorter side to
 *  R) and cropped at the centre; grey is repeated over the channels. tokens: room for token_count
 *  = N. features: NULL, or room for [z,grid_height,grid_width], what is quantised to the tokens
 *  (feature_count = z x N). The Gumbel quantizer takes the most probable code: no noise. Errors:
 *  UNSUPPORTED, NUMERIC, DEVICE, IO. */
RAYGEN_CALL raygen_session_encode_image(raygen_session *session, const raygen_image *image,
                                        int32_t *tokens, size_t token_count, float *features,
                                        size_t feature_count, raygen_error *error);
/** N tokens, each 0..V-1, to an image of R x R. Errors: UNSUPPORTED, NUMERIC, DEVICE, IO. */
RAYGEN_CALL raygen_session_decode_tokens(raygen_session *session, const int32_t *tokens,
                                         size_t token_count, raygen_image **image,
                                         raygen_error *error);

/* ---- Condition: what the masked decoder needs of the prompts --------------------------------- */

typedef struct raygen_condition raygen_condition;
/** Attention keys and values of the B prompts of an embedding, computed once. The embedding stays
 *  on its device. Errors: UNSUPPORTED, NUMERIC, DEVICE, IO. */
RAYGEN_CALL raygen_condition_create(raygen_session *session, const raygen_embedding *embedding,
                                    raygen_condition **condition, raygen_error *error);
/** The same from values [batch,length,dim], as raygen_embedding_normalized gives them. Errors:
 *  LIMIT, UNSUPPORTED, NUMERIC, DEVICE, IO. */
RAYGEN_CALL raygen_condition_create_from_values(raygen_session *session, const float *values,
                                                size_t batch, size_t length, size_t dim,
                                                raygen_condition **condition, raygen_error *error);
/** The condition of `batch` empty prompts, for guidance: logits = empty + s (prompt - empty).
 *  Errors: LIMIT, UNSUPPORTED, NUMERIC, DEVICE, IO. */
RAYGEN_CALL raygen_condition_create_empty(raygen_session *session, size_t batch,
                                          raygen_condition **condition, raygen_error *error);
RAYGEN_API void raygen_condition_free(raygen_condition *condition);
RAYGEN_API size_t raygen_condition_batch(const raygen_condition *condition); /* B */
/** The masked transformer: V scores for each position. tokens: [B,N], 0..V. positions: [B,n] of
 *  0..N-1, or NULL for all (n = N). logits: room for [B,n,V] floats. The counts are those of whole
 *  arrays: token_count = B x N, position_count = B x n, logit_count = B x n x V. The condition
 *  must be of a session of the same model. Errors: UNSUPPORTED, NUMERIC, DEVICE, IO. */
RAYGEN_CALL raygen_session_logits(raygen_session *session, const raygen_condition *condition,
                                  const int32_t *tokens, size_t token_count,
                                  const int32_t *positions, size_t position_count, float *logits,
                                  size_t logit_count, raygen_error *error);

/* ---- Options: what belongs to one call, and how images are sampled --------------------------- */

/** What is known of a training set; the section Index makes it. */
typedef struct raygen_index raygen_index;

/** What a progress callback sees after every step of an image. Alive during the callback only. */
typedef struct raygen_progress {
  size_t struct_size;
  uint64_t image;      /* index of the image */
  size_t image_number; /* 0..image_count-1 within the call */
  size_t image_count;
  int32_t step;  /* steps done, 1..steps */
  int32_t steps; /* the most there are: some position choices need fewer */
  size_t token_count;          /* N */
  const int32_t *tokens;       /* [N] as they stand, none masked */
  size_t masked_count;         /* how many of them the next step draws again; 0 after the last */
  const raygen_image *preview; /* decoded from tokens when options.preview is 1, else NULL */
  const uint8_t *masked;       /* [N]: 1 where the next step draws again, else 0 */
} raygen_progress;
/** Returns 0 to go on. Anything else cancels. Must not throw and must not use the session. */
typedef int32_t (*raygen_progress_callback)(const raygen_progress *progress, void *user_data);

/** With the same model, config and prompt, an image depends on its seed and its index alone. */
typedef struct raygen_options {
  size_t struct_size;
  uint64_t seed;        /* 0 */
  uint64_t first_image; /* index of the first image, below 2^63; 0 */
  raygen_string config; /* how images are sampled: the name of a preset, or JSON or YAML with keys
                           of raygen_config_schema; empty: as the model wants to be asked */
  raygen_string config_name;      /* of the config's file, for messages; empty: "config" */
  const raygen_string *overrides; /* "steps=12", …, applied in order after config; NULL */
  size_t override_count;
  int32_t images_per_prompt; /* >= 1; 1 */
  int32_t batch_size; /* images worked on together, >= 1; changes speed and memory, never an image
                         (float32 on a CPU). 1 */
  int32_t preview;    /* 1: decode an image for every progress call; 0 */
  raygen_job *job;    /* may be cancelled from elsewhere; NULL */
  raygen_progress_callback progress; /* NULL */
  void *user_data;
  const uint64_t *seeds;   /* [image_count], a seed for each image; NULL: seed for all */
  const uint64_t *indices; /* [image_count], an index for each; NULL: first_image + 0, 1, … */
  size_t image_count;      /* of the arrays above and below; 0 when there are none */
  const int32_t *start_tokens; /* [image_count,N], 0..V: tokens that are kept, V where one is drawn;
                                  NULL: all are drawn */
  const uint8_t *editable;     /* [image_count,N]: 1: a token is drawn anew, 0: start_tokens has it;
                                  NULL: 1 where start_tokens has V */
  const raygen_string *image_configs; /* [image_count], a config for each image, as `config` and
                                         laid over it and the overrides; NULL */
  size_t prompts_per_mix; /* so many prompts, one after another, make one image: its logits are the
                             mean of theirs, by weight. The images are fewer by this factor. 1 */
  const double *prompt_weights; /* a weight for each prompt of the call, above 0 and at most 1e6;
                                   NULL: all of a mix count alike */
  const uint32_t *attempts; /* [image_count]: above 0, an image has the noise of that later try, as
                               raygen_settings_attempt tells it; NULL: 0 for all */
  const raygen_index *reject_near; /* an image that is nearer to a training image than the index's
                                      thresholds allow is drawn again, with other noise, which its
                                      text "raygen" names beside the nearest; NULL: none is */
  int32_t reject_tries; /* of an image, the first included, 1 to 1,000,000; after the last one the
                           call ends with LIMIT. 5 */
} raygen_options;
RAYGEN_API void raygen_options_init(raygen_options *options, size_t struct_size);
#define raygen_options_init(options) raygen_options_init((options), sizeof *(options))

/* ---- Config: keys, their ranges and meanings ------------------------------------------------- */

typedef int32_t raygen_config_kind;
enum {
  RAYGEN_CONFIG_SAMPLING = 0,
  RAYGEN_CONFIG_TRAINING = 1,
  RAYGEN_CONFIG_EVALUATION = 2,
  RAYGEN_CONFIG_EXPERIMENT = 3
};
/** A JSON Schema (draft 2020-12) of every key of a kind of config: type, range, default, meaning
 *  ("description"), source ("x-source") and, for sampling, the presets ("x-presets"). *schema is
 *  freed with raygen_buffer_free. */
RAYGEN_CALL raygen_config_schema(raygen_config_kind kind, char **schema, raygen_error *error);
/** All that makes the first image of a call, as JSON: what raygen_session_generate writes into the
 *  image under "raygen", and nothing else. prompt: may be NULL, which leaves it out. options: NULL
 *  for the defaults. *settings is freed with raygen_buffer_free. Errors: FORMAT, LIMIT. */
RAYGEN_CALL raygen_config_resolve(const raygen_model *model, const raygen_options *options,
                                  const char *prompt, size_t prompt_length, char **settings,
                                  raygen_error *error);
/** The same of an image that mixes count >= 1 prompts, with the first `count` of
 *  options.prompt_weights. Errors: FORMAT, LIMIT. */
RAYGEN_CALL raygen_config_resolve_mix(const raygen_model *model, const raygen_options *options,
                                      const raygen_string *prompts, size_t count, char **settings,
                                      raygen_error *error);
/** The sampling config of a call as YAML, every key with its value and meaning. model: NULL for
 *  the library's own defaults. *yaml is freed with raygen_buffer_free. Errors: FORMAT. */
RAYGEN_CALL raygen_config_print(const raygen_model *model, const raygen_options *options,
                                char **yaml, raygen_error *error);

/* ---- Generation ------------------------------------------------------------------------------ */

typedef struct raygen_result raygen_result;
/** count prompts, options.images_per_prompt images of each: image k of prompt p is image p x
 *  images_per_prompt + k of the call. options: NULL for the defaults. A prompt longer than L text
 *  tokens is cut: see raygen_model_count_tokens. After a cancel the session is as good as new.
 *  Errors: FORMAT (config), LIMIT, CANCELLED, UNSUPPORTED, NUMERIC, DEVICE, IO. */
RAYGEN_CALL raygen_session_generate(raygen_session *session, const raygen_string *prompts,
                                    size_t count, const raygen_options *options,
                                    raygen_result **result, raygen_error *error);
RAYGEN_API void raygen_result_free(raygen_result *result);
RAYGEN_API size_t raygen_result_count(const raygen_result *result);
/** Borrowed: alive as long as the result. The texts of the image are "Description" (the prompt),
 *  "Comment" (that it is synthetic) and "raygen" (JSON of all that reproduces it). NULL when i is
 *  too large or the image was taken. */
RAYGEN_API const raygen_image *raygen_result_image(const raygen_result *result, size_t i);
/** The steps that image i took: some position choices need fewer than they may. 0 when i is too
 *  large. */
RAYGEN_API int32_t raygen_result_steps(const raygen_result *result, size_t i);
/** Takes image i out of the result without a copy. The image is then the caller's, and freed with
 *  raygen_image_free. */
RAYGEN_CALL raygen_result_take_image(raygen_result *result, size_t i, raygen_image **image,
                                     raygen_error *error);
RAYGEN_API const int32_t *raygen_result_tokens(const raygen_result *result, size_t i); /* [N] */
RAYGEN_API size_t raygen_result_token_count(const raygen_result *result);              /* N */

/* ---- Settings: an image made again ----------------------------------------------------------- */

/** What an image carries under "raygen", read. With its prompts and options whose seed, first_image
 *  and config are raygen_settings_seed, raygen_settings_image and what raygen_settings_config gives
 *  (and, if there are several prompts, prompts_per_mix their number and prompt_weights their
 *  weights), raygen_session_generate makes the same image, to the last bit on the same machine. */
typedef struct raygen_settings raygen_settings;
/** json: the text "raygen" of an image (raygen_image_get_text), of this version or an earlier one;
 *  empty: the image has none, which is FORMAT. Errors: FORMAT, UNSUPPORTED (settings of a newer
 *  libraygen, or an image that was made from more than its settings: tokens, a mask, another
 *  image). */
RAYGEN_CALL raygen_settings_read(const char *json, size_t json_length, raygen_settings **settings,
                                 raygen_error *error);
RAYGEN_API void raygen_settings_free(raygen_settings *settings);
/* What follows lives as long as the settings; NULL or 0 for NULL. */
RAYGEN_API size_t raygen_settings_prompt_count(const raygen_settings *settings); /* >= 1 */
RAYGEN_API const char *raygen_settings_prompt(const raygen_settings *settings, size_t i);
/** The weights of all prompts sum up to 1. */
RAYGEN_API double raygen_settings_prompt_weight(const raygen_settings *settings, size_t i);
RAYGEN_API uint64_t raygen_settings_seed(const raygen_settings *settings);
RAYGEN_API uint64_t raygen_settings_image(const raygen_settings *settings); /* the index */
/** Of its tries, 0 the first: above 0 only where raygen_options.reject_near was used. */
RAYGEN_API uint32_t raygen_settings_attempt(const raygen_settings *settings);
/** raygen_model_digest of the model that made the image. */
RAYGEN_API const char *raygen_settings_model(const raygen_settings *settings);
/** "libraygen MAJOR.MINOR.PATCH", which made the image. */
RAYGEN_API const char *raygen_settings_generator(const raygen_settings *settings);
/* What the image was made with, for raygen_model_options; AUTO where this library does not know. */
RAYGEN_API raygen_device raygen_settings_device(const raygen_settings *settings);
RAYGEN_API raygen_precision raygen_settings_precision(const raygen_settings *settings);
/** The sampling config of the image as JSON, every key. Of `options` (NULL: nothing) config and
 *  overrides win over what the image has. *config is freed with raygen_buffer_free. Errors:
 *  FORMAT. */
RAYGEN_CALL raygen_settings_config(const raygen_settings *settings, const raygen_options *options,
                                   char **config, raygen_error *error);
/** Whether a model is the one that made the image: another is INVALID_ARGUMENT, whose message has
 *  both digests, unless any_model is 1. doubts: NULL, or why the model may make another image
 *  nevertheless (another version, precision or device), one a line, empty when nothing is known
 *  against it; freed with raygen_buffer_free. */
RAYGEN_CALL raygen_settings_check_model(const raygen_settings *settings, const raygen_model *model,
                                        int32_t any_model, char **doubts, raygen_error *error);
/* ---- Editing: films changed by a model ------------------------------------------------------- */

/** A rectangle of pixels; x and y are those of its first one. */
typedef struct raygen_box {
  int32_t x;
  int32_t y;
  int32_t width;
  int32_t height;
} raygen_box;

/** How much of a film the model looks at. */
typedef int32_t raygen_edit_region;
enum {
  RAYGEN_EDIT_REGION_FILM = 0, /* the largest square that holds the mask: the sizes of things are
                                  those that the model has learned */
  RAYGEN_EDIT_REGION_MASK = 1  /* a square around the mask: sharper, with less around it */
};

#define RAYGEN_FEATHER_AUTO (-1) /* half the side of a token's cell */
/** Where a film is edited: a mask, boxes and outpainted pixels together, at least one of them. */
typedef struct raygen_edit_options {
  size_t struct_size;
  const raygen_image *mask; /* of the film's size: what is at least half as bright as its brightest
                               pixel may change; NULL */
  const raygen_box *boxes;  /* [box_count], inside the film: may change too; NULL */
  size_t box_count;
  int32_t outpaint_left; /* pixels that are added on each side; 0 */
  int32_t outpaint_top;
  int32_t outpaint_right;
  int32_t outpaint_bottom;
  int32_t grow;    /* pixels by which all that reaches further than it is drawn; 0 */
  int32_t feather; /* pixels inside the edge over which the new picture fades in, >= 0;
                      RAYGEN_FEATHER_AUTO */
  raygen_edit_region region; /* RAYGEN_EDIT_REGION_FILM */
} raygen_edit_options;
RAYGEN_API void raygen_edit_options_init(raygen_edit_options *edit, size_t struct_size);
#define raygen_edit_options_init(edit) raygen_edit_options_init((edit), sizeof *(edit))

/** Inpaints and outpaints an image of any size (a film of a real person, a generated image): tokens
 *  that the mask touches are drawn anew, as raygen_session_generate draws them, and all others stay
 *  the image's. Pixels outside the mask stay the image's to the bit. The results have the image's
 *  channels, and its size with what is outpainted. Their text "raygen" also has "edit": the SHA-256
 *  of the image and of the mask (of a file that raygen_image_read has read; else of the pixels:
 *  floats of an image, bytes of 0 and 1 of a mask), and what edit says. options: NULL for the
 *  defaults; start_tokens and editable must be NULL; previews are R x R, as the model sees it.
 *  Errors: those of raygen_session_generate. */
RAYGEN_CALL raygen_session_edit(raygen_session *session, const raygen_image *image,
                                const raygen_edit_options *edit, const raygen_string *prompts,
                                size_t count, const raygen_options *options,
                                raygen_result **result, raygen_error *error);
/** Draws a share of an image's tokens anew. strength: 0 (the image's reconstruction) to 1 (what
 *  raygen_session_generate makes); the noise of each result chooses which tokens, and a larger
 *  strength chooses more to those of a smaller one. prompts: NULL and 0 to follow none. The results
 *  are as large as the image; their text "raygen" also has "vary". options as above. Errors: those
 *  of raygen_session_generate. */
RAYGEN_CALL raygen_session_vary(raygen_session *session, const raygen_image *image,
                                double strength, const raygen_string *prompts,
                                size_t prompt_count, const raygen_options *options,
                                raygen_result **result, raygen_error *error);

/* ---- Sampler: the unmasking loop, driven by hand (MaskGIT) ----------------------------------- */

typedef struct raygen_sampler raygen_sampler;
/** The grid of an image's tokens (N = grid_height x grid_width), codebook_size = V, batch: B
 *  images. Of the options these count: seed, first_image, config, overrides and the arrays. The
 *  defaults are the library's own, since there is no model. Guidance is the caller's to apply.
 *  Errors: FORMAT, LIMIT. */
RAYGEN_CALL raygen_sampler_create(int32_t grid_height, int32_t grid_width, int32_t codebook_size,
                                  size_t batch, const raygen_options *options,
                                  raygen_sampler **sampler, raygen_error *error);
RAYGEN_API void raygen_sampler_free(raygen_sampler *sampler);
RAYGEN_API int32_t raygen_sampler_done(const raygen_sampler *sampler);
RAYGEN_API int32_t raygen_sampler_step_index(const raygen_sampler *sampler); /* steps done, 0..K */
/** [B,N]. The positions that the next step draws hold V. Alive until the next step. */
RAYGEN_API const int32_t *raygen_sampler_tokens(const raygen_sampler *sampler);
/** [B,n]: the masked positions, ascending for each image. An image with fewer of them than others
 *  repeats its last. Alive until the next step. */
RAYGEN_API const int32_t *raygen_sampler_masked(const raygen_sampler *sampler);
RAYGEN_API size_t raygen_sampler_masked_count(const raygen_sampler *sampler); /* n */
/** Draws the masked tokens from logits [B,n,V] (logit_count = B x n x V) and masks those of the
 *  next step. Errors: NUMERIC. */
RAYGEN_CALL raygen_sampler_step(raygen_sampler *sampler, const float *logits, size_t logit_count,
                                raygen_error *error);

/* ---- Bundle: models on disk ------------------------------------------------------------------ */

#define RAYGEN_HEADS_INFER (-1) /* from the config or the weights, else the original's 8 */
/** Checkpoints of the published code, and what they do not say about themselves. */
typedef struct raygen_convert_options {
  size_t struct_size;
  raygen_string decoder;      /* Lightning .ckpt or a file {"model": …}; see classifier */
  raygen_string vqgan;        /* taming VQModel or GumbelVQ checkpoint; see classifier */
  raygen_string vqgan_config; /* project.yaml, which must agree; empty: sizes from the weights */
  raygen_string text_encoder; /* Hugging Face folder; empty: the one inside the decoder's file */
  raygen_string text_config;  /* its config.json, for an embedded text encoder; empty: inferred */
  raygen_string vocabulary;   /* vocab.txt or a SentencePiece .model; empty: the folder's own */
  raygen_string decoder_config; /* JSON or YAML with n_heads; empty: one beside the file, if any */
  int32_t heads;     /* attention heads of the decoder, which no file holds; RAYGEN_HEADS_INFER */
  int32_t overwrite; /* 1: replace a model that is there; 0 */
  const raygen_limits *limits; /* NULL: the defaults */
  const raygen_job *job;       /* cancels between two tensors; NULL: none */
  /* Tensors whose names start with one of these are left out, in each file; NULL: none. */
  const raygen_string *ignore;
  size_t ignore_count;
  /* DenseNet-121 (torchvision, CheXNet, torchxrayvision, RayGen's) or EfficientNet-Lite; empty:
     none. Decoder and VQ-GAN are required without it, and may both be empty with it. */
  raygen_string classifier;
  raygen_string classifier_kind; /* "imagenet", "chexnet", "raygen", "xrv:all" …; empty: told by
                                    names and shapes. docs/checkpoints.md has all */
  raygen_string classifier_config; /* JSON with classes, thresholds and preprocessing; empty */
  /* A model that is there, to be stored in another precision; empty: none. With it there are no
     other sources, and stored_precision is required. */
  raygen_string model;
  /* Of the weights on disk, in whichever precision they are used later: "float32", "float16" or
     "bfloat16" (of the last two, the codebook and whatever is small stay as they are), or "int8"
     (the masked decoder's linears, a scale for each row; all else stays as it is); empty: as they
     are. */
  raygen_string stored_precision;
} raygen_convert_options;
RAYGEN_API void raygen_convert_options_init(raygen_convert_options *options, size_t struct_size);
#define raygen_convert_options_init(options) \
  raygen_convert_options_init((options), sizeof *(options))
/** Writes the folder `out` from checkpoints, whole or not at all. Nothing of a checkpoint is ever
 *  run. warnings: NULL, or what was assumed or left out unexpectedly, one a line, freed with
 *  raygen_buffer_free. All that was taken, assumed and left out is kept in the model's manifest,
 *  under provenance. Errors: IO, FORMAT, UNSUPPORTED, LIMIT, NUMERIC, CANCELLED. */
RAYGEN_CALL raygen_bundle_convert(const raygen_convert_options *options, const char *out,
                                  size_t out_length, char **warnings, raygen_error *error);
/** A model with random weights. architecture: JSON with the sizes of each part as raygen.json has
 *  them, or empty for the published model's. vocabulary: content of vocab.txt, or empty for a
 *  made-up one. overwrite: 1 replaces a model that is there. Errors: IO, FORMAT. */
RAYGEN_CALL raygen_bundle_create_random(const char *out, size_t out_length,
                                        const char *architecture, size_t architecture_length,
                                        const char *vocabulary, size_t vocabulary_length,
                                        uint64_t seed, int32_t overwrite, raygen_error *error);

/* ---- Dataset: images and texts for training -------------------------------------------------- */

/** Where a preparation is. Alive during the callback only. */
typedef struct raygen_data_progress {
  size_t struct_size;
  uint64_t done;
  uint64_t total;
  uint64_t skipped; /* how many of `done` could not be used */
  const char *description; /* UTF-8: for each table a line that says which column was taken for what
                              and how many images and patients there are; else empty */
} raygen_data_progress;
/** Called before the first image, then now and then. Returns 0 to go on. Anything else cancels:
 *  what is there then is kept, and the same call continues; a preparation that an earlier call
 *  finished has nothing to cancel. Must not throw. */
typedef int32_t (*raygen_data_callback)(const raygen_data_progress *progress, void *user_data);

typedef int32_t raygen_split;
enum {
  RAYGEN_SPLIT_TRAIN = 0,
  RAYGEN_SPLIT_VAL = 1,
  RAYGEN_SPLIT_TEST = 2,
  RAYGEN_SPLIT_BY_PATIENT = 3
};

/** How a dataset is made, whatever it is made from. */
typedef struct raygen_prepare_options {
  size_t struct_size;
  int32_t image_size;          /* R: images are resized and cropped to R x R; 512 */
  int32_t rows_per_shard;      /* images of one file; 512 */
  double val_fraction;         /* of the patients that have no split yet, 0..1; 0.1 */
  uint64_t seed;               /* of the splits; 0 */
  const raygen_limits *limits; /* NULL: the defaults */
  raygen_job *job;             /* NULL */
  raygen_data_callback progress; /* NULL */
  void *user_data;
} raygen_prepare_options;
RAYGEN_API void raygen_prepare_options_init(raygen_prepare_options *options, size_t struct_size);
#define raygen_prepare_options_init(options) \
  raygen_prepare_options_init((options), sizeof *(options))

/** Tables of images and texts. Columns are found by their usual names (docs/datasets.md) unless a
 *  name is given. */
typedef struct raygen_table_source {
  size_t struct_size;
  const raygen_string *csv;   /* CSV files; required */
  const raygen_split *splits; /* of each of them, BY_PATIENT: by its column or its patients; NULL:
                                 all BY_PATIENT */
  size_t csv_count;
  raygen_string root; /* folder that relative image paths start from; a row whose path leaves
                         it is skipped. Empty: the folder of each CSV */
  double test_fraction;          /* of the patients that have no split, 0..1; 0.1 */
  raygen_string path_column;     /* this and the next six: names of columns; empty: usual ones */
  raygen_string text_column;
  raygen_string patient_column;
  raygen_string split_column;
  raygen_string view_column;
  raygen_string findings_column;
  raygen_string id_column;
  const raygen_string *label_columns; /* columns of 0 and 1, each a finding */
  size_t label_column_count;
  int32_t patient_per_image;  /* 1: where a table tells no patients, each image counts as one of its
                                 own, so that one person may be in two splits; 0: an error */
  int32_t text_from_findings; /* 1: texts are the names of the findings; 0: of the text column */
  raygen_string sex_column;   /* this and the next: names of columns; empty: usual ones */
  raygen_string age_column;
} raygen_table_source;
RAYGEN_API void raygen_table_source_init(raygen_table_source *source, size_t struct_size);
#define raygen_table_source_init(source) raygen_table_source_init((source), sizeof *(source))

/** MIMIC-CXR-JPG 2: one image per study, the impression of its report, the patients of p10 as
 *  test. */
typedef struct raygen_mimic_source {
  size_t struct_size;
  raygen_string root;    /* folder with the tables and files/; required */
  raygen_string reports; /* folder whose files/ has the reports; empty: root */
  raygen_string view;    /* ViewPosition; empty: the most common */
  int32_t exact;         /* 1: texts are cleaned as in the original, which glues words; 0 */
} raygen_mimic_source;
RAYGEN_API void raygen_mimic_source_init(raygen_mimic_source *source, size_t struct_size);
#define raygen_mimic_source_init(source) raygen_mimic_source_init((source), sizeof *(source))

/** What a preparation came to. The arrays are indexed by raygen_split. */
typedef struct raygen_dataset_summary {
  size_t struct_size;
  uint64_t images;
  uint64_t skipped; /* listed with their reasons in skipped.csv */
  uint64_t images_of[3];
  uint64_t patients_of[3];
} raygen_dataset_summary;
RAYGEN_API void raygen_dataset_summary_init(raygen_dataset_summary *summary, size_t struct_size);
#define raygen_dataset_summary_init(summary) \
  raygen_dataset_summary_init((summary), sizeof *(summary))

/** Makes the dataset folder `out`, or continues it. Images that cannot be used are listed and
 *  skipped. A patient in two splits is an error, and so is a table of several splits that tells no
 *  patients. options: NULL for the defaults. summary: may be NULL. Errors: IO, FORMAT, LIMIT,
 *  CANCELLED. */
RAYGEN_CALL raygen_dataset_prepare_table(const raygen_table_source *source,
                                         const raygen_prepare_options *options, const char *out,
                                         size_t out_length, raygen_dataset_summary *summary,
                                         raygen_error *error);
RAYGEN_CALL raygen_dataset_prepare_mimic(const raygen_mimic_source *source,
                                         const raygen_prepare_options *options, const char *out,
                                         size_t out_length, raygen_dataset_summary *summary,
                                         raygen_error *error);

/* ---- Index: a training set that images are compared with ------------------------------------- */

typedef struct raygen_index_options {
  size_t struct_size;
  double quantile; /* share of held-out images that each of three thresholds lets be too near, 0 to
                      below 1; 0.001 */
  int32_t named;   /* 1: the ids of the dataset are written, 0: salted hashes of them. 0 */
  raygen_job *job; /* NULL */
  raygen_data_callback progress; /* NULL */
  void *user_data;
} raygen_index_options;
RAYGEN_API void raygen_index_options_init(raygen_index_options *options, size_t struct_size);
#define raygen_index_options_init(options) raygen_index_options_init((options), sizeof *(options))
/** Writes what is known of the images in a prepared dataset's split train (tokens, and means of
 *  16 x 16 cells), with thresholds of the splits val and test, whose patients are others: whole or
 *  not at all; what was there is replaced. An index is patient data. The dataset's images are of
 *  the model's size. options: NULL for the defaults. Errors: IO, FORMAT, UNSUPPORTED, LIMIT,
 *  CANCELLED, NUMERIC. */
RAYGEN_CALL raygen_index_build(const raygen_model *model, const char *dataset,
                               size_t dataset_length, const char *out, size_t out_length,
                               const raygen_index_options *options, raygen_error *error);
/** Errors: IO, FORMAT, UNSUPPORTED, LIMIT. */
RAYGEN_CALL raygen_index_open(const char *path, size_t path_length, const raygen_limits *limits,
                              raygen_index **index, raygen_error *error);
RAYGEN_API void raygen_index_free(raygen_index *index);
RAYGEN_API int64_t raygen_index_image_count(const raygen_index *index);
/** SHA-256 of the file, hex: what images that it judged are marked with. */
RAYGEN_API const char *raygen_index_digest(const raygen_index *index);

/* ---- Phantom: drawn chest radiographs of no real person -------------------------------------- */

/** Procedural radiographs with findings of known side, place and severity. */
typedef struct raygen_phantom_options {
  size_t struct_size;
  uint64_t seed;          /* 0 */
  uint64_t first_phantom; /* index of the first; a phantom depends on seed, index and size; 0 */
  uint64_t count;         /* >= 1; 1 */
  int32_t size;           /* pixels a side: multiples of 32, 64 to 1024; 128 */
  int32_t masks;          /* 1: a mask of every finding too; 0 */
  raygen_job *job;        /* NULL */
  raygen_data_callback progress; /* NULL */
  void *user_data;
  int32_t healthy; /* 1: the same patients without their findings; 0 */
} raygen_phantom_options;
RAYGEN_API void raygen_phantom_options_init(raygen_phantom_options *options, size_t struct_size);
#define raygen_phantom_options_init(options) \
  raygen_phantom_options_init((options), sizeof *(options))
/** Writes images/P000000.png, …, and at the end phantoms.csv, a table for
 *  raygen_dataset_prepare_table. A second call leaves what is there. Errors: IO, CANCELLED. */
RAYGEN_CALL raygen_phantom_write(const raygen_phantom_options *options, const char *out,
                                 size_t out_length, raygen_error *error);
/** A mask of a region of the phantom whose image lies at `path`, in a folder that
 *  raygen_phantom_write has written: white in the region, as large as the image. region: "left
 *  lung", "right lung" (the patient's; what the lung has room in), "lungs", "heart" or
 *  "mediastinum". Errors: IO, FORMAT. */
RAYGEN_CALL raygen_phantom_read_region(const char *path, size_t path_length, const char *region,
                                       size_t region_length, raygen_image **mask,
                                       raygen_error *error);

/* ---- Training -------------------------------------------------------------------------------- */

/** Where a training is. Alive during the callback only. */
typedef struct raygen_training_progress {
  size_t struct_size;
  const char *stage;        /* "vqgan", "text_encoder", "tokens", "masked_decoder" */
  const char *event;        /* "step", "validation", "checkpoint", "resumed", "stage finished" */
  int64_t step;             /* steps done */
  int64_t steps;            /* of the stage */
  double images_per_second; /* over the last steps; 0 when not known */
  double seconds_left;      /* of the stage; 0 when not known */
  size_t metric_count;      /* the newest measurements, may be none */
  const char *const *metric_names; /* "train/loss", … */
  const double *metric_values;
  int32_t process;   /* of several processes, which this is, from 0 */
  int32_t processes; /* 1: alone */
  const char *out;   /* the folder that the config names */
} raygen_training_progress;
/** Returns 0 to go on. Anything else stops: a checkpoint is written first. Must not throw. */
typedef int32_t (*raygen_training_callback)(const raygen_training_progress *progress,
                                            void *user_data);

typedef struct raygen_training_options {
  size_t struct_size;
  raygen_string config;           /* YAML or JSON; empty: all defaults */
  raygen_string config_name;      /* of the config's file, for messages; empty: "config" */
  const raygen_string *overrides; /* "vqgan.loop.steps=100", …, in order, after config; NULL */
  size_t override_count;
  const raygen_limits *limits; /* NULL: the defaults */
  raygen_job *job; /* cancelled: a checkpoint is written and the call ends; NULL */
  raygen_training_callback progress; /* NULL */
  void *user_data;
} raygen_training_options;
RAYGEN_API void raygen_training_options_init(raygen_training_options *options, size_t struct_size);
#define raygen_training_options_init(options) \
  raygen_training_options_init((options), sizeof *(options))

/** The whole config as YAML, every key with its value and meaning. Refuses what
 *  raygen_training_run would refuse of it. options: NULL for the defaults. *yaml is freed with
 *  raygen_buffer_free. Errors: FORMAT. */
RAYGEN_CALL raygen_training_print(const raygen_training_options *options, char **yaml,
                                  raygen_error *error);
/** Trains the stages that the config enables and writes the model OUT/model. A run that was
 *  stopped goes on where it was. Several processes (RANK, WORLD_SIZE, … as torchrun, Slurm and MPI
 *  launchers set them) train one model together: every one makes this call. Errors: IO, FORMAT,
 *  UNSUPPORTED, LIMIT, CANCELLED, NUMERIC, DEVICE. */
RAYGEN_CALL raygen_training_run(const raygen_training_options *options, raygen_error *error);

/* ---- Classifier: what a trained network sees on an image ------------------------------------- */

typedef struct raygen_classification raygen_classification;
/** Classifies count >= 1 images of any size, grey or RGB, each prepared as the model's classifier
 *  wants it. Below, B is the number of images, K that of classes, D the width of the features.
 *  with_maps: 1 keeps class activation maps, 0 does not. Errors: LIMIT, UNSUPPORTED (the model has
 *  no classifier), NUMERIC, DEVICE, IO. */
RAYGEN_CALL raygen_session_classify(raygen_session *session, const raygen_image *const *images,
                                    size_t count, int32_t with_maps,
                                    raygen_classification **classification, raygen_error *error);
RAYGEN_API void raygen_classification_free(raygen_classification *classification);
RAYGEN_API size_t raygen_classification_count(const raygen_classification *classification); /* B */
/** K. */
RAYGEN_API size_t raygen_classification_class_count(const raygen_classification *classification);
/** D. */
RAYGEN_API size_t raygen_classification_feature_width(const raygen_classification *classification);
/** Empty for an output that was never trained; other names differ. Alive as long as the
 *  classification. NULL when k is too large. */
RAYGEN_API const char *raygen_classification_class_name(const raygen_classification *classification,
                                                        size_t k);
/** The probability from which on class k counts as there, on the scale of the probabilities below:
 *  0.5 where they are calibrated. NaN when the model has none, or k is too large. */
RAYGEN_API double raygen_classification_threshold(const raygen_classification *classification,
                                                  size_t k);
/* The arrays below are alive as long as the classification. */
/** [B,K]. */
RAYGEN_API const float *raygen_classification_logits(const raygen_classification *classification);
/** [B,K], each class by itself (sigmoid). Where the model says so they are calibrated: moved so
 *  that each threshold becomes 0.5. */
RAYGEN_API const float *
raygen_classification_probabilities(const raygen_classification *classification);
/** [B,D]: the mean of the last feature map over its places. */
RAYGEN_API const float *raygen_classification_features(const raygen_classification *classification);
/** Size of a class activation map; 0 without maps. */
RAYGEN_API size_t raygen_classification_map_height(const raygen_classification *classification);
RAYGEN_API size_t raygen_classification_map_width(const raygen_classification *classification);
/** The class activation map (Zhou et al., CVPR 2016) of image i and class k, [map_height,
 *  map_width]: the weights of the class applied to each place of the last feature map. Its mean
 *  plus the class's bias is the logit. NULL without maps, or when i or k is too large. */
RAYGEN_API const float *raygen_classification_map(const raygen_classification *classification,
                                                  size_t i, size_t k);
/** The map of image i and class k in colour on `film`, which is that image: RGB of the film's size.
 *  What speaks for the class is yellow to red, the redder and the more opaque the nearer to the
 *  map's largest value; what does not, or was cut off before the network saw it, stays as it is. A
 *  map without a positive value leaves the whole film so. The film's texts stay, but for "raygen":
 *  the overlay cannot be made again from it. Errors: UNSUPPORTED (no maps). */
RAYGEN_CALL raygen_classification_overlay(const raygen_classification *classification, size_t i,
                                          size_t k, const raygen_image *film,
                                          raygen_image **overlay, raygen_error *error);

/* ---- Evaluation: is a synthetic set any good ------------------------------------------------- */

/** Where an evaluation is. Alive during the callback only. */
typedef struct raygen_evaluation_progress {
  size_t struct_size;
  const char *stage;   /* "real images", "synthetic images", "measures", … */
  int64_t done;        /* images, or other parts of the stage */
  int64_t total;       /* of the stage */
  double seconds_left; /* of the stage; 0 when not known */
} raygen_evaluation_progress;
/** Returns 0 to go on. Anything else stops; computed features are kept. Must not throw. */
typedef int32_t (*raygen_evaluation_callback)(const raygen_evaluation_progress *progress,
                                              void *user_data);

typedef struct raygen_evaluation_options {
  size_t struct_size;
  raygen_string config;           /* YAML or JSON; empty: all defaults */
  raygen_string config_name;      /* of the config's file, for messages; empty: "config" */
  const raygen_string *overrides; /* "neighbours=3", …, in order, after config; NULL */
  size_t override_count;
  const raygen_limits *limits;         /* NULL: the defaults */
  raygen_job *job;                     /* NULL */
  raygen_evaluation_callback progress; /* NULL */
  void *user_data;
} raygen_evaluation_options;
RAYGEN_API void raygen_evaluation_options_init(raygen_evaluation_options *options,
                                               size_t struct_size);
#define raygen_evaluation_options_init(options) \
  raygen_evaluation_options_init((options), sizeof *(options))

/** The whole config as YAML, every key with its value and meaning. options: NULL for the defaults.
 *  *yaml is freed with raygen_buffer_free. Errors: FORMAT. */
RAYGEN_CALL raygen_evaluation_print(const raygen_evaluation_options *options, char **yaml,
                                    raygen_error *error);
/** Compares the real and the synthetic set that the config names and writes OUT/report.html,
 *  OUT/metrics.json and OUT/table.csv, each whole or not at all. OUT/features keeps what networks
 *  made of the images for the next time; it is as private as they are. *metrics, the text of
 *  metrics.json, may be NULL and is freed with raygen_buffer_free. Errors: IO, FORMAT, UNSUPPORTED,
 *  LIMIT, NUMERIC, CANCELLED. */
RAYGEN_CALL raygen_evaluation_run(const raygen_evaluation_options *options, char **metrics,
                                  raygen_error *error);
/** One metric of two sets of features, [real_count][width] and [synthetic_count][width], row by
 *  row: "fid", "fid_infinity", "kid" (not times 1000), "cmmd", "precision", "recall", "density",
 *  "coverage", "alpha_precision", "beta_recall", "authenticity" (real: the training images), "frd",
 *  the squared Fréchet distance of radiomics, which drops columns that cannot be compared,
 *  "closer_than_median" (real: the training images), the share of the synthetic that are nearer to
 *  one than half of the training images are to each other, or "vendi", which looks at the synthetic
 *  alone. options: neighbours, kid_subset_size, kid_subsets
 *  and seed of its config count; NULL for the defaults. Sets of no more than kid_subset_size rows
 *  are taken whole. Errors: FORMAT, NUMERIC. */
RAYGEN_CALL raygen_evaluation_compare(const char *metric, size_t metric_length, const double *real,
                                      size_t real_count, const double *synthetic,
                                      size_t synthetic_count, size_t width,
                                      const raygen_evaluation_options *options, double *value,
                                      raygen_error *error);
/** How near each synthetic image lies to training images, by features or pixels as above: "dcr",
 *  the distance to the closest one, "nndr", that over the distance to the second closest, 0..1,
 *  "authentic", 1 where the closest one is nearer to another training image than to this one, else
 *  0, "carlini_ratio", the distance over half of the mean of those to the 50 closest, or "rms", of
 *  pixels 0..1 the root mean square difference. Training images: 2 or more for "nndr" and
 *  "authentic", 50 for "carlini_ratio". values: synthetic_count of them. What they say stands
 *  beside the same of held-out images (docs/evaluation.md). Errors: NUMERIC. */
RAYGEN_CALL raygen_evaluation_nearness(const char *measure, size_t measure_length,
                                       const double *training, size_t training_count,
                                       const double *synthetic, size_t synthetic_count,
                                       size_t width, double *values, raygen_error *error);
/** One metric of scores and labels (0 or 1), `count` each: "auroc", "average_precision", "brier",
 *  "ece", "youden_threshold", "best_f1_threshold", "f1", "precision_at", "recall_at" (parameter of
 *  all three: the threshold) or "tpr_at_fpr" (parameter: the false positive rate). parameter is 0
 *  for the others. *value is NaN where the metric is undefined, as an AUROC without positives.
 *  Errors: NUMERIC. */
RAYGEN_CALL raygen_evaluation_score(const char *metric, size_t metric_length, const double *scores,
                                    const uint8_t *labels, size_t count, double parameter,
                                    double *value, raygen_error *error);

/** A value with its 95 % interval. All are NaN where the value is undefined. */
typedef struct raygen_estimate {
  size_t struct_size;
  double value, low, high;
  double standard_error; /* DeLong's; NaN without two positives and two negatives */
  int64_t draws;         /* of the bootstrap, without undefined ones */
} raygen_estimate;
RAYGEN_API void raygen_estimate_init(raygen_estimate *estimate, size_t struct_size);
#define raygen_estimate_init(estimate) raygen_estimate_init((estimate), sizeof *(estimate))
/** AUROC with an interval from resampled groups (patients). others: other scores of the same
 *  images, of which the AUROC is subtracted, or NULL. groups: whose each image is, `count`, or NULL
 *  for an image a group. options: bootstrap_draws and seed of its config count; NULL for the
 *  defaults. Errors: FORMAT, NUMERIC. */
RAYGEN_CALL raygen_evaluation_auroc(const double *scores, const double *others,
                                    const uint8_t *labels, size_t count,
                                    const raygen_string *groups,
                                    const raygen_evaluation_options *options,
                                    raygen_estimate *estimate, raygen_error *error);
/** What a classifier says of findings in images, and what is true. */
typedef struct raygen_judged_images {
  size_t struct_size;
  size_t count;                  /* images, 1 or more */
  size_t finding_count;          /* findings, 1 or more */
  const double *scores;          /* [count][finding_count], logits at best */
  const uint8_t *labels;         /* [count][finding_count]: 1, 0, or 255: not known */
  const raygen_string *findings; /* finding_count different names */
  const double *thresholds;      /* finding_count, scores from which on a finding counts as seen;
                                    NaN: none; NULL: none at all */
  int64_t no_finding;            /* which of the findings is "No Finding"; -1: none */
  const raygen_string *patients; /* count, whose each image is; NULL: each by itself */
  const raygen_string *groups;   /* count, the group of each image; empty: not known */
} raygen_judged_images;
RAYGEN_API void raygen_judged_images_init(raygen_judged_images *images, size_t struct_size);
#define raygen_judged_images_init(images) raygen_judged_images_init((images), sizeof *(images))
/** Whether a classifier is as good for one group of patients as for another (Seyyed-Kalantari et
 *  al. 2021). *json is a list with an object for each number of a group, and for each gap:
 *  "measure" ("auroc", "missed": share of a finding's images below the threshold, or
 *  "underdiagnosis": share of the ill that "No Finding" is said of), "finding" (null: the mean over
 *  the findings that all groups have), "group", "minus" (null, or the group that is subtracted: a
 *  gap of the highest and the lowest), "value", "low", "high" (95 %, of resampled patients, a gap's
 *  for all pairs of groups together), "draws", "images", "patients" and "left_out" (why there is no
 *  value). What there is not is null. *json is freed with raygen_buffer_free. options:
 *  bootstrap_draws, seed and group_patients of its config count; NULL for the defaults. Errors:
 *  FORMAT, NUMERIC, LIMIT. */
RAYGEN_CALL raygen_evaluation_fairness(const raygen_judged_images *images,
                                       const raygen_evaluation_options *options, char **json,
                                       raygen_error *error);
/** How alike two images of one size are, range 0..1: "ssim", "psnr" (dB), or "ms_ssim" (valid
 *  convolutions), "ms_ssim_torchmetrics", "ms_ssim_pytorch_msssim". A side below 176 pixels gets a
 *  smaller window (7 pixels at 128). */
RAYGEN_CALL raygen_evaluation_similarity(const char *metric, size_t metric_length,
                                         const raygen_image *image, const raygen_image *other,
                                         double *value, raygen_error *error);

/** The 398 radiomics of an image, whose channels are averaged, with names as pyradiomics has them:
 *  *json is an object of numbers (null where one is undefined) in the order of the rows that the
 *  metric "frd" compares, freed with raygen_buffer_free. Needs sides of 4 pixels and more than one
 *  grey value. Errors: NUMERIC. */
RAYGEN_CALL raygen_evaluation_radiomics(const raygen_image *image, char **json,
                                        raygen_error *error);

/** A network of LPIPS. Immutable, may be shared by any number of threads. */
typedef struct raygen_lpips raygen_lpips;
/** network: "lpips_vgg", "lpips_alex", or ST-LPIPS, which does not mind a shift of a few pixels,
 *  "stlpips_vgg", "stlpips_alex". files: paths of its weights, safetensors or PyTorch's, one or
 *  several that each hold a part, such as torchvision's trunk and the heads of the package lpips.
 *  limits: NULL for the defaults. On the CPU. Errors: IO, FORMAT, LIMIT, UNSUPPORTED. */
RAYGEN_CALL raygen_lpips_open(const char *network, size_t network_length,
                              const raygen_string *files, size_t file_count,
                              const raygen_limits *limits, raygen_lpips **lpips,
                              raygen_error *error);
RAYGEN_API void raygen_lpips_free(raygen_lpips *lpips);
/** How different two images of one size look to the network: 0 for equal images. Range 0..1, 1 or 3
 *  channels, sides of at least 32 pixels. Errors: NUMERIC. */
RAYGEN_CALL raygen_lpips_distance(const raygen_lpips *lpips, const raygen_image *image,
                                  const raygen_image *other, double *value, raygen_error *error);
/* ---- Experiment: do synthetic images help a classifier --------------------------------------- */

/** The whole config as YAML, every key with its value and meaning. options: NULL for the defaults.
 *  *yaml is freed with raygen_buffer_free. Errors: FORMAT, INVALID_ARGUMENT. */
RAYGEN_CALL raygen_experiment_print(const raygen_evaluation_options *options, char **yaml,
                                    raygen_error *error);
/** Trains classifiers on the real images of a dataset, on synthetic ones and on both, as many
 *  updates each and several of each kind, tests them with the same real images, and writes
 *  OUT/report.html, OUT/metrics.json and OUT/table.csv. options->config has the keys that
 *  raygen_experiment_print shows. The same call goes on where an earlier one was stopped. *metrics,
 *  the text of metrics.json, may be NULL and is freed with raygen_buffer_free. Errors: IO, FORMAT,
 *  INVALID_ARGUMENT (a folder that was begun otherwise), UNSUPPORTED, LIMIT, NUMERIC, DEVICE,
 *  CANCELLED. */
RAYGEN_CALL raygen_experiment_run(const raygen_evaluation_options *options, char **metrics,
                                  raygen_error *error);

/* ---- Labels: what reports and prompts say ---------------------------------------------------- */

/** The findings of a text after the CheXpert labeller's manner, as JSON: of each of 14 observations
 *  that the text mentions its "state" ("positive", "uncertain", "negative") and, if said, "side"
 *  ("left", "right", "both") and "severity" ("mild", "moderate", "severe"). rules: YAML of one's
 *  own, or NULL for the library's. *json is freed with raygen_buffer_free. Errors: FORMAT,
 *  LIMIT. */
RAYGEN_CALL raygen_labels_read(const char *text, size_t text_length, const char *rules,
                               size_t rules_length, char **json, raygen_error *error);
/** The library's rules, YAML whose comments explain it. *yaml is freed with raygen_buffer_free. */
RAYGEN_CALL raygen_labels_rules(char **yaml, raygen_error *error);

/* ---- Tensors: safetensors files -------------------------------------------------------------- */

typedef struct raygen_tensors raygen_tensors;
typedef int32_t raygen_dtype;
enum {
  RAYGEN_DTYPE_FLOAT32 = 0,
  RAYGEN_DTYPE_INT32 = 1,
  RAYGEN_DTYPE_INT64 = 2,
  RAYGEN_DTYPE_FLOAT16 = 3,
  RAYGEN_DTYPE_BFLOAT16 = 4
};
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
RAYGEN_CALL raygen_tensors_create(raygen_tensors **tensors, raygen_error *error);
/** Reads the file, or maps it when it is larger than 64 MiB: then it must not be changed while the
 * tensors are used. Errors: IO, FORMAT, LIMIT. */
RAYGEN_CALL raygen_tensors_read(const char *path, size_t path_length, const raygen_limits *limits,
                                raygen_tensors **tensors, raygen_error *error);
RAYGEN_API void raygen_tensors_free(raygen_tensors *tensors);
/** Copies the data. A name that is there already is an error. */
RAYGEN_CALL raygen_tensors_add(raygen_tensors *tensors, const char *name, size_t name_length,
                               raygen_dtype dtype, const int64_t *shape, size_t rank,
                               const void *data, raygen_error *error);
RAYGEN_API size_t raygen_tensors_count(const raygen_tensors *tensors);
/** i: 0..raygen_tensors_count-1. Errors: IO (a mapped file that has become shorter), UNSUPPORTED (a
 * type that raygen_dtype does not have). */
RAYGEN_CALL raygen_tensors_get(const raygen_tensors *tensors, size_t i, raygen_tensor_view *view,
                               raygen_error *error);
/** Writes under a temporary name that is renamed when the file is whole. Errors: IO. */
RAYGEN_CALL raygen_tensors_write(const raygen_tensors *tensors, const char *path,
                                 size_t path_length, raygen_error *error);

#ifdef __cplusplus
}
#endif
#endif /* RAYGEN_RAYGEN_H */
