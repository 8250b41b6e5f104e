use crate::error::{call, Result};
use crate::image::Image;
use crate::model::Model;
use crate::session::Session;
use raygen_sys as sys;
use std::ffi::CStr;

/// Images to findings, by a model's classifier. Make one for each thread.
#[derive(Debug)]
pub struct Classifier {
    session: Session,
}

/// What a classifier says of B images: K classes each, and D features.
#[derive(Debug)]
pub struct Classification {
    raw: *mut sys::raygen_classification,
}

// One thread at a time, which may change.
unsafe impl Send for Classification {}

impl Classifier {
    pub fn new(model: &Model) -> Result<Classifier> {
        Ok(Classifier { session: Session::new(model)? })
    }

    /// At least one image, of any size, grey or RGB.
    pub fn classify(&mut self, images: &[&Image]) -> Result<Classification> {
        self.classified(images, 0)
    }

    /// The same, with class activation maps for [`Classification::overlay`].
    pub fn classify_with_maps(&mut self, images: &[&Image]) -> Result<Classification> {
        self.classified(images, 1)
    }

    fn classified(&mut self, images: &[&Image], with_maps: i32) -> Result<Classification> {
        let images: Vec<_> = images.iter().map(|image| image.raw()).collect();
        let mut raw = std::ptr::null_mut();
        let session = self.session.raw();
        call(|error| unsafe { sys::raygen_session_classify(session, images.as_ptr(), images.len(), with_maps, &mut raw, error) })?;
        Ok(Classification { raw })
    }
}

impl Classification {
    /// B
    pub fn count(&self) -> usize {
        unsafe { sys::raygen_classification_count(self.raw) }
    }

    /// K
    pub fn class_count(&self) -> usize {
        unsafe { sys::raygen_classification_class_count(self.raw) }
    }

    /// D
    pub fn feature_width(&self) -> usize {
        unsafe { sys::raygen_classification_feature_width(self.raw) }
    }

    /// K names; an empty one is an output that was never trained.
    pub fn class_names(&self) -> Vec<String> {
        let name = |k| unsafe { CStr::from_ptr(sys::raygen_classification_class_name(self.raw, k)) }.to_string_lossy().into_owned();
        (0..self.class_count()).map(name).collect()
    }

    /// The probability from which on class k counts as there, if the model says so.
    pub fn threshold(&self, k: usize) -> Option<f64> {
        Some(unsafe { sys::raygen_classification_threshold(self.raw, k) }).filter(|threshold| !threshold.is_nan())
    }

    /// `[B,K]`
    pub fn logits(&self) -> &[f32] {
        self.slice(unsafe { sys::raygen_classification_logits(self.raw) }, self.count() * self.class_count())
    }

    /// `[B,K]`, each class by itself.
    pub fn probabilities(&self) -> &[f32] {
        self.slice(unsafe { sys::raygen_classification_probabilities(self.raw) }, self.count() * self.class_count())
    }

    /// `[B,D]`: the mean of the last feature map over its places.
    pub fn features(&self) -> &[f32] {
        self.slice(unsafe { sys::raygen_classification_features(self.raw) }, self.count() * self.feature_width())
    }

    /// The class activation map of image i and class k, `[height,width]` of [`Classification::map_size`]; empty without maps, or when i or k is too large.
    pub fn map(&self, i: usize, k: usize) -> &[f32] {
        let (height, width) = self.map_size();
        self.slice(unsafe { sys::raygen_classification_map(self.raw, i, k) }, height * width)
    }

    /// Height and width of a map; 0 without maps.
    pub fn map_size(&self) -> (usize, usize) {
        unsafe { (sys::raygen_classification_map_height(self.raw), sys::raygen_classification_map_width(self.raw)) }
    }

    /// The map of image i and class k in colour on `film`, which is that image.
    pub fn overlay(&self, i: usize, k: usize, film: &Image) -> Result<Image> {
        let mut overlay = std::ptr::null_mut();
        call(|error| unsafe { sys::raygen_classification_overlay(self.raw, i, k, film.raw(), &mut overlay, error) })?;
        Ok(Image::adopt(overlay))
    }

    fn slice(&self, data: *const f32, count: usize) -> &[f32] {
        if data.is_null() {
            return &[];
        }
        unsafe { std::slice::from_raw_parts(data, count) }
    }
}

impl Drop for Classification {
    fn drop(&mut self) {
        unsafe { sys::raygen_classification_free(self.raw) }
    }
}
