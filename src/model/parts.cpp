#include "model/parts.hpp"

#include "masked_decoder/architecture.hpp"
#include "text/architecture.hpp"
#include "vqgan/architecture.hpp"

namespace raygen::engine {

const PartTypes& part_types() {
  static const PartTypes types = {
      part_type<TextArchitecture>,
      part_type<VqganArchitecture>,
      part_type<MaskedDecoderArchitecture>,
  };
  return types;
}

}  // namespace raygen::engine
