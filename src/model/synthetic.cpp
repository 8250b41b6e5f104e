#include "model/synthetic.hpp"

#include "storage/json.hpp"

namespace raygen::engine {

std::map<std::string, std::string> synthetic_texts(const Model& model) {
  const Compute& compute = model.compute();
  const nlohmann::ordered_json json = {{"generator", "libraygen " RAYGEN_VERSION_STRING},
                                       {"synthetic", true},
                                       {"model_sha256", model.bundle().digest},
                                       {"precision", name_of(compute)},
                                       {"device", compute.device.is_cuda() ? "cuda" : "cpu"}};
  return {{"Software", "libraygen " RAYGEN_VERSION_STRING},
          {"Comment", synthetic_comment},
          {"raygen", json_text(json)}};
}

}  // namespace raygen::engine
