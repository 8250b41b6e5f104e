use crate::error::initialised;
use raygen_sys as sys;

/// What a file or a caller may ask for at most. More is [`crate::Status::Limit`]. `Default` asks the library for its defaults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// One file read.
    pub max_file_bytes: u64,
    /// Width × height of one image.
    pub max_pixels: u64,
    /// One prompt.
    pub max_prompt_bytes: u64,
    /// Prompts × images per prompt in one call.
    pub max_batch: u64,
    /// Weights of one model, or one result.
    pub max_memory_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        let raw: sys::raygen_limits = initialised(sys::raygen_limits_init);
        Limits {
            max_file_bytes: raw.max_file_bytes,
            max_pixels: raw.max_pixels,
            max_prompt_bytes: raw.max_prompt_bytes,
            max_batch: raw.max_batch,
            max_memory_bytes: raw.max_memory_bytes,
        }
    }
}

impl Limits {
    pub(crate) fn raw(&self) -> sys::raygen_limits {
        let mut raw: sys::raygen_limits = initialised(sys::raygen_limits_init);
        raw.max_file_bytes = self.max_file_bytes;
        raw.max_pixels = self.max_pixels;
        raw.max_prompt_bytes = self.max_prompt_bytes;
        raw.max_batch = self.max_batch;
        raw.max_memory_bytes = self.max_memory_bytes;
        raw
    }
}
