#pragma once
// A part of a bundle: one network with its sizes, its tensors and its files. Each network's room
// derives its architecture from PartArchitecture; a bundle knows no more of a network than that.

#include "storage/tensor_spec.hpp"

#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace raygen::engine {

/// A size on which all parts of a bundle that have it agree: the width of a codebook's indices,
/// say, of the network that makes them and of the network that takes them.
struct SharedSize {
  const char* meaning;  // the same for all parts that have it
  const char* name;     // what messages call this part's own
  std::int64_t value;
};

/// A network's sizes, from which all else about its part follows. An architecture A has a constant
/// A::kPart, the name of its part.
class PartArchitecture {
 public:
  virtual ~PartArchitecture() = default;

  /// The part's name in raygen.json.
  virtual const char* part() const = 0;
  virtual const char* weights_file() const = 0;
  /// What the part has besides its weights: a vocabulary, say.
  virtual std::vector<std::string> further_files() const;

  /// Unknown keys, wrong types and missing keys are Errors(format) naming the key and `where`;
  /// `name` is what the object is called in them.
  virtual void read_json(const nlohmann::json& json, const std::string& name,
                         const std::string& where) = 0;
  virtual nlohmann::ordered_json to_json() const = 0;
  /// Sizes are positive and bounded and fit each other. Throws Error(format) naming `where`.
  virtual void validate(const std::string& where) const = 0;
  /// Of validated sizes.
  virtual std::vector<SharedSize> shared_sizes() const = 0;

  /// The weights that the network needs, and no others.
  virtual std::vector<TensorSpec> tensor_specs() const = 0;
  /// For people and other programs: what happens between a file and the network. null: nothing.
  virtual nlohmann::ordered_json preprocessing() const;

 protected:
  PartArchitecture() = default;
  PartArchitecture(const PartArchitecture&) = default;
  PartArchitecture(PartArchitecture&&) = default;
  PartArchitecture& operator=(const PartArchitecture&) = default;
  PartArchitecture& operator=(PartArchitecture&&) = default;
};

using Parts = std::vector<std::shared_ptr<const PartArchitecture>>;

/// A kind of part: makes one whose sizes are still to be read.
using PartType = std::shared_ptr<PartArchitecture> (*)();
using PartTypes = std::vector<PartType>;

template <typename Architecture>
std::shared_ptr<PartArchitecture> part_type() {
  return std::make_shared<Architecture>();
}

/// Each part by itself, none of them twice, and the sizes that parts share. Throws Error(format)
/// naming `where`.
void validate(const Parts& parts, const std::string& where);

/// {"name of a part": {its sizes}, …}. A part that is none of `types` is an Error(unsupported),
/// other faults are Errors(format); all name what is wrong, and `where`.
Parts parts_from_json(const std::string& json, const PartTypes& types, const std::string& where);

/// "text_encoder, vqgan, …"
std::string names_of(const Parts& parts);

/// The members of `object`, in the order of `types`, with sizes still to be read. A member that is
/// none of them is an Error(unsupported); having none at all is an Error(format).
std::vector<std::shared_ptr<PartArchitecture>> parts_named(const nlohmann::json& object,
                                                           const PartTypes& types,
                                                           const std::string& name,
                                                           const std::string& where);

}  // namespace raygen::engine
