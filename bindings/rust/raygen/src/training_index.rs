use crate::error::{call, initialised, Result};
use crate::image::path_bytes;
use crate::job::Job;
use crate::limits::Limits;
use crate::model::Model;
use raygen_sys as sys;
use std::ffi::CStr;
use std::path::Path;

/// What is known of a training set, so that images too near to it are drawn again ([`crate::Options::reject_near`]). Any number of threads.
#[derive(Debug)]
pub struct TrainingIndex(*mut sys::raygen_index);

// Immutable.
unsafe impl Send for TrainingIndex {}
unsafe impl Sync for TrainingIndex {}

/// How [`TrainingIndex::build`] writes an index.
#[derive(Clone, Copy, Debug)]
pub struct IndexOptions<'a> {
    /// Share of held-out images that each of three thresholds lets be too near, 0 to below 1.
    pub quantile: f64,
    /// The ids of the dataset are written, and not salted hashes of them.
    pub named: bool,
    /// May be cancelled from another thread.
    pub job: Option<&'a Job>,
}

impl Default for IndexOptions<'_> {
    fn default() -> Self {
        let raw: sys::raygen_index_options = initialised(sys::raygen_index_options_init);
        IndexOptions { quantile: raw.quantile, named: raw.named != 0, job: None }
    }
}

impl TrainingIndex {
    /// Writes the index of a prepared dataset's split train, whose images are of the model's size. An index is patient data.
    pub fn build(model: &Model, dataset: impl AsRef<Path>, out: impl AsRef<Path>, options: &IndexOptions) -> Result<()> {
        let (dataset, out) = (path_bytes(dataset.as_ref()), path_bytes(out.as_ref()));
        let mut raw: sys::raygen_index_options = initialised(sys::raygen_index_options_init);
        raw.quantile = options.quantile;
        raw.named = options.named.into();
        raw.job = options.job.map_or(std::ptr::null_mut(), Job::raw);
        call(|error| unsafe {
            sys::raygen_index_build(model.raw(), dataset.as_ptr().cast(), dataset.len(), out.as_ptr().cast(), out.len(), &raw, error)
        })
    }

    pub fn open(path: impl AsRef<Path>, limits: &Limits) -> Result<TrainingIndex> {
        let path = path_bytes(path.as_ref());
        let mut index = std::ptr::null_mut();
        call(|error| unsafe { sys::raygen_index_open(path.as_ptr().cast(), path.len(), &limits.raw(), &mut index, error) })?;
        Ok(TrainingIndex(index))
    }

    pub(crate) fn raw(&self) -> *const sys::raygen_index {
        self.0
    }

    pub fn image_count(&self) -> i64 {
        unsafe { sys::raygen_index_image_count(self.0) }
    }

    /// SHA-256 of the file, hex: what images that it judged are marked with.
    pub fn digest(&self) -> String {
        unsafe { CStr::from_ptr(sys::raygen_index_digest(self.0)) }.to_string_lossy().into_owned()
    }
}

impl Drop for TrainingIndex {
    fn drop(&mut self) {
        unsafe { sys::raygen_index_free(self.0) }
    }
}
