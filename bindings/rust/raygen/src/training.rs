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

/// Draws phantoms first, first + 1, … of a seed: out/images/P000000.png, …, and out/phantoms.csv. size: multiples of 32, 64 to 1024.
pub fn write_phantoms(out: impl AsRef<Path>, seed: u64, first: u64, count: u64, size: i32) -> Result<()> {
    let out = path_bytes(out.as_ref());
    let mut raw: sys::raygen_phantom_options = initialised(sys::raygen_phantom_options_init);
    raw.seed = seed;
    raw.first_phantom = first;
    raw.count = count;
    raw.size = size;
    call(|error| unsafe { sys::raygen_phantom_write(&raw, out.as_ptr().cast(), out.len(), error) })
}
