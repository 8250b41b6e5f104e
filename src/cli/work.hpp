#pragma once

#include <nlohmann/json.hpp>

namespace raygen::cli {

/// Arithmetic of the published algorithm in floating-point operations (two a multiply-add),
/// products only. What is not computed again because a result is kept, or is folded into less,
/// still counts: rates compare like with like.
struct Work {
  double step;       // one step of the masked decoder, one image, text keys and values included
  double vq_decode;  // one image from its tokens
};

/// architecture: as in raygen.json.
Work count_work(const nlohmann::json& architecture);

}  // namespace raygen::cli
