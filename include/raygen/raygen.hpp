#pragma once
// libraygen in C++17: header-only classes over raygen.h, nothing but the standard library. Link
// raygen::raygen.
//
//   auto generator = raygen::Generator::load("models/phantom-128");
//   raygen::Options options;
//   options.seed = 7;
//   for (const raygen::Image& image : generator.generate({"Moderate left pleural effusion."},
//   options))
//     image.write_png("effusion.png");
//
// Every class is move-only; a moved-from object can be assigned to or destroyed, nothing else.
// Paths and texts are UTF-8.

#include "convert.hpp"
#include "data.hpp"
#include "encoder.hpp"
#include "error.hpp"
#include "generator.hpp"
#include "image.hpp"
#include "job.hpp"
#include "limits.hpp"
#include "masked_decoder.hpp"
#include "measure.hpp"
#include "model.hpp"
#include "options.hpp"
#include "raygen.h"
#include "sampler.hpp"
#include "session.hpp"
#include "span.hpp"
#include "tensors.hpp"
#include "text_encoder.hpp"
#include "training.hpp"
