#pragma once
// The attributes (PS3.6) that are written, and taken from a template, besides those of the picture
// in dicom_elements.hpp.

#include "image/dicom_elements.hpp"

namespace raygen::engine::dicom_tag {

constexpr DicomTag meta_information_length = 0x00020000, meta_information_version = 0x00020001,
                   media_storage_sop_class = 0x00020002, media_storage_sop_instance = 0x00020003,
                   implementation_class = 0x00020012, implementation_version = 0x00020013;

constexpr DicomTag specific_character_set = 0x00080005, image_type = 0x00080008,
                   instance_creation_date = 0x00080012, instance_creation_time = 0x00080013,
                   sop_class = 0x00080016, sop_instance = 0x00080018, study_date = 0x00080020,
                   series_date = 0x00080021, content_date = 0x00080023, study_time = 0x00080030,
                   series_time = 0x00080031, content_time = 0x00080033,
                   accession_number = 0x00080050, modality = 0x00080060,
                   conversion_type = 0x00080064, presentation_intent = 0x00080068,
                   manufacturer = 0x00080070, referring_physician = 0x00080090,
                   code_value = 0x00080100, coding_scheme = 0x00080102, code_meaning = 0x00080104,
                   study_description = 0x00081030, series_description = 0x0008103e,
                   physician_of_record = 0x00081048, model_name = 0x00081090,
                   referenced_sop_class = 0x00081150, referenced_sop_instance = 0x00081155,
                   derivation_description = 0x00082111, source_image = 0x00082112,
                   anatomic_region = 0x00082218, derivation_code = 0x00089215;

constexpr DicomTag patient_name = 0x00100010, patient_id = 0x00100020,
                   issuer_of_patient_id = 0x00100021, birth_date = 0x00100030,
                   birth_time = 0x00100032, patient_sex = 0x00100040, patient_age = 0x00101010,
                   patient_size = 0x00101020, patient_weight = 0x00101030,
                   ethnic_group = 0x00102160, patient_comments = 0x00104000,
                   identity_removed = 0x00120062, deidentification_method = 0x00120063;

constexpr DicomTag body_part = 0x00180015, software_versions = 0x00181020,
                   imager_pixel_spacing = 0x00181164, detector_type = 0x00187004,
                   contributing_equipment = 0x0018a001, contribution_description = 0x0018a003;

constexpr DicomTag study_instance = 0x0020000d, series_instance = 0x0020000e, study_id = 0x00200010,
                   series_number = 0x00200011, instance_number = 0x00200013,
                   patient_orientation = 0x00200020, image_laterality = 0x00200062,
                   image_comments = 0x00204000;

constexpr DicomTag pixel_spacing = 0x00280030, quality_control_image = 0x00280300,
                   burned_in_annotation = 0x00280301, intensity_relationship = 0x00281040,
                   intensity_relationship_sign = 0x00281041, rescale_type = 0x00281054,
                   lossy_compression = 0x00282110, purpose_of_reference = 0x0040a170,
                   acquisition_context = 0x00400555, presentation_lut_shape = 0x20500020;

}  // namespace raygen::engine::dicom_tag
