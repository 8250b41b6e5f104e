use crate::error::{call, initialised, string, taken, Result};
use crate::image::{path_bytes, Image};
use crate::job::Job;
use raygen_sys as sys;
use std::path::Path;

fn with_options<T>(config: &str, overrides: &[&str], job: Option<&Job>, f: impl FnOnce(&sys::raygen_training_options) -> T) -> T {
    let overrides: Vec<_> = overrides.iter().map(|assignment| string(assignment)).collect();
    let mut raw: sys::raygen_training_options = initialised(sys::raygen_training_options_init);
    raw.config = string(config);
    raw.overrides = overrides.as_ptr();
    raw.override_count = overrides.len();
    raw.job = job.map_or(std::ptr::null_mut(), Job::raw);
    f(&raw)
}

/// The whole config as YAML: every key with its value and meaning. overrides: "vqgan.loop.steps=100".
pub fn training_config(config: &str, overrides: &[&str]) -> Result<String> {
    let mut yaml = std::ptr::null_mut();
    with_options(config, overrides, None, |raw| call(|error| unsafe { sys::raygen_training_print(raw, &mut yaml, error) }))?;
    Ok(taken(yaml))
}

/// Trains the stages that the config enables and writes the model to OUT/model. A run that was stopped goes on where it was.
pub fn train(config: &str, overrides: &[&str], job: Option<&Job>) -> Result<()> {
    with_options(config, overrides, job, |raw| call(|error| unsafe { sys::raygen_training_run(raw, error) }))
}

/// A mask of a region of the phantom whose image lies at `path`, in a folder that [`write_phantoms`] has written: white in the region, as large as the
/// image. region: "left lung", "right lung" (the patient's), "lungs", "heart" or "mediastinum".
pub fn read_phantom_region(path: impl AsRef<Path>, region: &str) -> Result<Image> {
    let path = path_bytes(path.as_ref());
    let mut mask = std::ptr::null_mut();
    call(|error| unsafe {
        sys::raygen_phantom_read_region(path.as_ptr().cast(), path.len(), region.as_ptr().cast(), region.len(), &mut mask, error)
    })?;
    Ok(Image::adopt(mask))
}

/// What [`write_phantoms`] draws: phantoms first, first + 1, … of a seed.
#[derive(Clone, Copy)]
pub struct PhantomOptions<'a> {
    pub seed: u64,
    /// Index of the first phantom: a phantom depends on the seed, its index and the size.
    pub first: u64,
    pub count: u64,
    /// Pixels a side: a multiple of 32, 64 to 1024.
    pub size: i32,
    /// A mask of every finding too.
    pub masks: bool,
    /// The same patients without their findings.
    pub healthy: bool,
    /// Cancels the drawing.
    pub job: Option<&'a Job>,
}

impl Default for PhantomOptions<'_> {
    fn default() -> Self {
        let raw: sys::raygen_phantom_options = initialised(sys::raygen_phantom_options_init);
        PhantomOptions {
            seed: raw.seed,
            first: raw.first_phantom,
            count: raw.count,
            size: raw.size,
            masks: raw.masks != 0,
            healthy: raw.healthy != 0,
            job: None,
        }
    }
}

/// Writes out/images/P000000.png, … and out/phantoms.csv.
pub fn write_phantoms(out: impl AsRef<Path>, options: &PhantomOptions) -> Result<()> {
    let out = path_bytes(out.as_ref());
    let mut raw: sys::raygen_phantom_options = initialised(sys::raygen_phantom_options_init);
    raw.seed = options.seed;
    raw.first_phantom = options.first;
    raw.count = options.count;
    raw.size = options.size;
    raw.masks = options.masks.into();
    raw.healthy = options.healthy.into();
    raw.job = options.job.map_or(std::ptr::null_mut(), Job::raw);
    call(|error| unsafe { sys::raygen_phantom_write(&raw, out.as_ptr().cast(), out.len(), error) })
}
