// Written by bindings/generate.py from abi/first_sizes.txt. Do not edit.
#pragma once
// The size that each struct had in the first version of this ABI: no caller's struct is shorter.

#include "raygen/raygen.h"

#include <cstddef>

namespace raygen::capi {

// clang-format off
template <typename T> inline constexpr std::size_t first_size = 0;

template <> inline constexpr std::size_t first_size<raygen_error> = 1040;
template <> inline constexpr std::size_t first_size<raygen_limits> = 48;
template <> inline constexpr std::size_t first_size<raygen_model_options> = 40;
template <> inline constexpr std::size_t first_size<raygen_model_info> = 64;
template <> inline constexpr std::size_t first_size<raygen_png_options> = 16;
template <> inline constexpr std::size_t first_size<raygen_dicom_options> = 128;
template <> inline constexpr std::size_t first_size<raygen_progress> = 72;
template <> inline constexpr std::size_t first_size<raygen_options> = 152;
template <> inline constexpr std::size_t first_size<raygen_edit_options> = 64;
template <> inline constexpr std::size_t first_size<raygen_convert_options> = 144;
template <> inline constexpr std::size_t first_size<raygen_data_progress> = 32;
template <> inline constexpr std::size_t first_size<raygen_prepare_options> = 64;
template <> inline constexpr std::size_t first_size<raygen_table_source> = 184;
template <> inline constexpr std::size_t first_size<raygen_mimic_source> = 64;
template <> inline constexpr std::size_t first_size<raygen_dataset_summary> = 72;
template <> inline constexpr std::size_t first_size<raygen_index_options> = 48;
template <> inline constexpr std::size_t first_size<raygen_phantom_options> = 64;
template <> inline constexpr std::size_t first_size<raygen_training_progress> = 96;
template <> inline constexpr std::size_t first_size<raygen_training_options> = 88;
template <> inline constexpr std::size_t first_size<raygen_evaluation_progress> = 40;
template <> inline constexpr std::size_t first_size<raygen_evaluation_options> = 88;
template <> inline constexpr std::size_t first_size<raygen_estimate> = 48;
template <> inline constexpr std::size_t first_size<raygen_judged_images> = 80;
template <> inline constexpr std::size_t first_size<raygen_tensor_view> = 56;

}  // namespace raygen::capi
