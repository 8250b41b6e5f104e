#pragma once
// Calls of the C ABI with their status and message, and one of each handle to call them with.

#include "tiny_bundle.hpp"

#include <catch2/catch.hpp>
#include <string>

/// The status and the message of one call of the C ABI.
struct Outcome {
  raygen_status status;
  std::string message;
};

template <typename Call>
Outcome call(Call function) {
  raygen_error error;
  raygen_error_init(&error);
  const raygen_status status = function(&error);
  CHECK(error.status == status);
  CHECK((error.message[0] == '\0') == (status == RAYGEN_OK));
  return {status, error.message};
}

template <typename Call>
void refused(Call function, const std::string& part,
             raygen_status expected = RAYGEN_ERROR_INVALID_ARGUMENT) {
  const Outcome outcome = call(function);
  INFO("message: " << outcome.message << ", expected in it: " << part);
  CHECK(outcome.status == expected);
  CHECK(outcome.message.find(part) != std::string::npos);
}

#define EXPRESSION(...) [&](raygen_error* error) { return __VA_ARGS__; }

struct Handles {
  raygen_model* model = nullptr;
  raygen_session* session = nullptr;
  raygen_image* image = nullptr;
  raygen_embedding* embedding = nullptr;
  raygen_condition* condition = nullptr;
  raygen_sampler* sampler = nullptr;
  raygen_tensors* tensors = nullptr;
  raygen_string prompt{"effusion", 8};

  Handles() {
    const std::string& path = tiny_bundle();
    REQUIRE(call(EXPRESSION(raygen_model_open(path.data(), path.size(), nullptr, &model, error)))
                .status == RAYGEN_OK);
    REQUIRE(call(EXPRESSION(raygen_session_create(model, &session, error))).status == RAYGEN_OK);
    REQUIRE(call(EXPRESSION(raygen_image_create(4, 4, 1, nullptr, &image, error))).status ==
            RAYGEN_OK);
    REQUIRE(call(EXPRESSION(raygen_session_encode_text(session, &prompt, 1, &embedding, error)))
                .status == RAYGEN_OK);
    REQUIRE(
        call(EXPRESSION(raygen_condition_create(session, embedding, &condition, error))).status ==
        RAYGEN_OK);
    REQUIRE(call(EXPRESSION(raygen_sampler_create(8, 8, 40, 1, nullptr, &sampler, error))).status ==
            RAYGEN_OK);
    REQUIRE(call(EXPRESSION(raygen_tensors_create(&tensors, error))).status == RAYGEN_OK);
  }
  ~Handles() {
    raygen_tensors_free(tensors);
    raygen_sampler_free(sampler);
    raygen_condition_free(condition);
    raygen_embedding_free(embedding);
    raygen_image_free(image);
    raygen_session_free(session);
    raygen_model_free(model);
  }
  Handles(const Handles&) = delete;
  Handles& operator=(const Handles&) = delete;
};

/// An out parameter that must be NULL after a failure.
template <typename T>
struct Out {
  T* value = reinterpret_cast<T*>(&value);
  T** operator&() { return &value; }
  ~Out() { CHECK(value == nullptr); }
};
