use crate::error::{call, initialised, taken, Result};
use crate::image::path_bytes;
use crate::limits::Limits;
use raygen_sys as sys;
use std::path::PathBuf;

/// Which kind of DICOM image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DicomClass {
    SecondaryCapture,
    DxForPresentation,
}

/// Letters in the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DicomAnnotation {
    None,
    /// SYNTHETIC is written into the lower left corner.
    BurnIn,
    /// The picture has letters already.
    Present,
}

/// What a DICOM file says besides the picture and its texts. `Default` is a Secondary Capture of 12 bits of nobody.
#[derive(Clone, Debug)]
pub struct DicomOptions {
    pub sop_class: DicomClass,
    /// 8, 12 or 16.
    pub bit_depth: i32,
    pub annotation: DicomAnnotation,
    /// A DICOM file, whose patient and study are taken; none: made up.
    pub template: Option<PathBuf>,
    /// The image was made from the template's, which is named as its source.
    pub derived_from_template: bool,
    /// Empty: the template's; without one, made of `series_uid`, or else a UID of this image's own.
    pub study_uid: String,
    /// Empty: a UID of this image's own.
    pub series_uid: String,
    /// Written behind the word SYNTHETIC.
    pub series_description: String,
    /// YYYYMMDD or YYYYMMDDHHMMSS, of the instance, its series, and a study that is made up; empty: none but a made-up study's 20000101.
    pub date_time: String,
    pub series_number: i32,
    pub instance_number: i32,
    /// mm at the detector; none: not written; a DX, which must have one, has the template's or a nominal one.
    pub pixel_spacing: Option<f64>,
    /// Of the template.
    pub limits: Limits,
}

impl Default for DicomOptions {
    fn default() -> Self {
        let raw: sys::raygen_dicom_options = initialised(sys::raygen_dicom_options_init);
        DicomOptions {
            sop_class: DicomClass::SecondaryCapture,
            bit_depth: raw.bit_depth,
            annotation: DicomAnnotation::None,
            template: None,
            derived_from_template: false,
            study_uid: String::new(),
            series_uid: String::new(),
            series_description: String::new(),
            date_time: String::new(),
            series_number: raw.series_number,
            instance_number: raw.instance_number,
            pixel_spacing: None,
            limits: Limits::default(),
        }
    }
}

impl DicomOptions {
    /// Alive as long as `self` and `limits`.
    pub(crate) fn raw(&self, limits: &sys::raygen_limits) -> sys::raygen_dicom_options {
        let mut raw: sys::raygen_dicom_options = initialised(sys::raygen_dicom_options_init);
        raw.sop_class = match self.sop_class {
            DicomClass::SecondaryCapture => sys::RAYGEN_DICOM_SECONDARY_CAPTURE,
            DicomClass::DxForPresentation => sys::RAYGEN_DICOM_DX_FOR_PRESENTATION,
        };
        raw.bit_depth = self.bit_depth;
        raw.annotation = match self.annotation {
            DicomAnnotation::None => sys::RAYGEN_DICOM_ANNOTATION_NONE,
            DicomAnnotation::BurnIn => sys::RAYGEN_DICOM_ANNOTATION_BURN_IN,
            DicomAnnotation::Present => sys::RAYGEN_DICOM_ANNOTATION_PRESENT,
        };
        if let Some(template) = &self.template {
            raw.template_path = string(path_bytes(template));
        }
        raw.derived_from_template = self.derived_from_template.into();
        raw.study_uid = string(self.study_uid.as_bytes());
        raw.series_uid = string(self.series_uid.as_bytes());
        raw.series_description = string(self.series_description.as_bytes());
        raw.date_time = string(self.date_time.as_bytes());
        raw.series_number = self.series_number;
        raw.instance_number = self.instance_number;
        if let Some(spacing) = self.pixel_spacing {
            raw.pixel_spacing = spacing;
        }
        raw.limits = limits;
        raw
    }
}

fn string(bytes: &[u8]) -> sys::raygen_string {
    sys::raygen_string { data: bytes.as_ptr().cast(), length: bytes.len() }
}

/// A UID under 2.25: the decimal number of a UUID that is made of `name`. The same name has the same UID. For a study or a series of several
/// images.
pub fn dicom_uid(name: &[u8]) -> Result<String> {
    let mut uid = std::ptr::null_mut();
    call(|error| unsafe { sys::raygen_dicom_uid(name.as_ptr().cast(), name.len(), &mut uid, error) })?;
    Ok(taken(uid))
}
