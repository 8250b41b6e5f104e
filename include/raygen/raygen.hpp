#pragma once
// libraygen in C++17: header-only classes over raygen.h, nothing but the standard library. Link
// raygen::raygen.
//
//   auto generator = raygen::Generator::load("models/phantom-128");
//   raygen::Options options;
//   options.seed = 7;
//   for (const raygen::Image& image :
//        generator.generate({"Moderate left pleural effusion."}, options))
//     image.write_png("effusion.png");
//
// Every class is move-only; a moved-from object can be assigned to or destroyed, nothing else.
// Paths and texts are UTF-8. What is borrowed from an object cannot be borrowed from a temporary
// one: it does not compile. Every call can throw Error(invalid_argument | out_of_memory |
// internal); what else it throws stands at it. The letters (R, N, V, …) are those of raygen.h.

#include "classifier.hpp"
#include "config.hpp"
#include "convert.hpp"
#include "dataset.hpp"
#include "dicom.hpp"
#include "editing.hpp"
#include "encoder.hpp"
#include "error.hpp"
#include "evaluation.hpp"
#include "experiment.hpp"
#include "generator.hpp"
#include "image.hpp"
#include "job.hpp"
#include "limits.hpp"
#include "masked_decoder.hpp"
#include "measure.hpp"
#include "model.hpp"
#include "options.hpp"
#include "phantom.hpp"
#include "raygen.h"
#include "sampler.hpp"
#include "sampling.hpp"
#include "session.hpp"
#include "settings.hpp"
#include "span.hpp"
#include "tensors.hpp"
#include "text_encoder.hpp"
#include "training.hpp"
#include "training_index.hpp"
