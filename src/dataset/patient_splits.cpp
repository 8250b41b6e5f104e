#include "dataset/patient_splits.hpp"

#include "error.hpp"
#include "storage/json.hpp"

#include <utility>

namespace raygen::engine {

void PatientSplits::place(const Record& record, const std::string& where, std::string place) {
  const auto [found, is_new] =
      first_.try_emplace(record.patient, First{record.split, std::move(place)});
  if (is_new || found->second.split == record.split) return;
  fail(Status::format,
       "{}: the patient {} is in the split \"{}\" here and in \"{}\" at {}: a model would be "
       "tested on what it was trained on",
       where, in_quotes(record.patient), split_name(record.split), split_name(found->second.split),
       found->second.place);
}

}  // namespace raygen::engine
