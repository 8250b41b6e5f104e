#include "model/parts.hpp"

#include "classifier/architecture.hpp"
#include "masked_decoder/architecture.hpp"
#include "text/architecture.hpp"
#include "vqgan/architecture.hpp"

namespace raygen::engine {

const PartTypes& part_types() {
  static const PartTypes types = {
      part_type<TextArchitecture>,
      part_type<VqganArchitecture>,
      part_type<MaskedDecoderArchitecture>,
      part_type<ClassifierArchitecture>,
  };
  return types;
}

}  // namespace raygen::engine
