#pragma once
// How cells of tables tell a patient's sex and age.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace raygen::engine {

/// Columns that usually hold them, and views; case, spaces, "_", "-" and "." do not count.
inline const std::vector<std::string_view> usual_sex_columns{"sex", "gender", "patient_sex",
                                                             "patient_gender", "PatientSex_DICOM"};
inline const std::vector<std::string_view> usual_age_columns{"age", "patient_age", "age_years",
                                                             "anchor_age"};
inline const std::vector<std::string_view> usual_view_columns{"view", "ViewPosition", "projection"};

/// The largest number of years that counts as an age.
inline constexpr double max_age = 120;

/// "F" or "M" of "F", "female", "woman", "M", "male", "man" in any case; empty for all others.
std::string sex_of(std::string_view cell);

/// Years of "58", "58.0", "058Y" and DICOM's other units ("006M", "003W", "012D"); nothing for what
/// is no number or not within 0 to max_age, as ChestX-ray14's 414.
std::optional<double> age_of(std::string_view cell);
/// "58", "0.5"; empty for nothing.
std::string age_text(std::optional<double> age);

}  // namespace raygen::engine
