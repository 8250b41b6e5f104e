#pragma once

#include "text/tokenizer.hpp"

namespace raygen::engine {

/// [CLS] ids [SEP], cut to the architecture's length (the first ids are kept) and padded to it. A
/// negative cls_id or sep_id is left out.
TokenizedText with_specials(const std::vector<std::int32_t>& ids,
                            const TextArchitecture& architecture);

}  // namespace raygen::engine
