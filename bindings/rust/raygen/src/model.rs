use crate::config::settings_of;
use crate::error::{call, initialised, string, Result};
use crate::image::path_bytes;
use crate::limits::Limits;
use crate::options::Options;
use raygen_sys as sys;
use std::ffi::CStr;
use std::os::raw::c_void;
use std::path::Path;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Device {
    /// CUDA where there is one, else the CPU.
    Auto,
    Cpu,
    Cuda(i32),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// bfloat16 where the device multiplies it in hardware, else float32.
    Auto,
    Float32,
    Bfloat16,
    /// The masked decoder's linears in 8 bits, all else as `Auto` has it; on CPUs only.
    Int8,
}

#[derive(Clone, Debug)]
pub struct ModelOptions {
    pub device: Device,
    pub precision: Precision,
    /// CPU threads that a call may use; None: as many as the host has set.
    pub threads: Option<i32>,
    /// Check the SHA-256 of every file.
    pub verify: bool,
    /// What a file or a caller may ask for at most.
    pub limits: Limits,
}

impl Default for ModelOptions {
    fn default() -> Self {
        ModelOptions { device: Device::Auto, precision: Precision::Float32, threads: None, verify: true, limits: Limits::default() }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct ModelInfo {
    /// R: images are R × R pixels.
    pub image_size: usize,
    pub image_channels: usize,
    /// Tokens of an image: grid_height × grid_width = N, row-major.
    pub grid_height: usize,
    pub grid_width: usize,
    /// V; the mask's token is V.
    pub codebook_size: usize,
    pub feature_channels: usize,
    /// L: tokens that a prompt is padded and truncated to.
    pub text_length: usize,
    /// D
    pub text_dim: usize,
    /// P: the contrastive projection, 0 when the model has none.
    pub projection_dim: usize,
    pub device: Device,
    pub precision: Precision,
}

impl ModelInfo {
    /// N
    pub fn tokens(&self) -> usize {
        self.grid_height * self.grid_width
    }
}

/// A model, opened. Immutable: any number of threads may make Generators, Encoders, … from one model, which they keep alive.
#[derive(Debug)]
pub struct Model {
    raw: *mut sys::raygen_model,
    info: ModelInfo,
}

// Immutable and shared by any number of threads: raygen.h, "Threads".
unsafe impl Send for Model {}
unsafe impl Sync for Model {}

impl Model {
    /// Checks names, shapes and sums and maps the weights; each part is loaded by the first call that needs it.
    pub fn open(path: impl AsRef<Path>, options: &ModelOptions) -> Result<Model> {
        let path = path_bytes(path.as_ref());
        let (limits, mut raw) = (options.limits.raw(), options.raw());
        raw.limits = &limits;
        let mut model = std::ptr::null_mut();
        call(|error| unsafe { sys::raygen_model_open(path.as_ptr().cast(), path.len(), &raw, &mut model, error) })?;
        Model::opened(model)
    }

    /// Opens a model from memory: its files by name, as in the folder ("raygen.json", "vqgan.safetensors", …). They are kept, not copied.
    pub fn open_memory(files: Vec<(String, Vec<u8>)>, options: &ModelOptions) -> Result<Model> {
        let (limits, mut raw) = (options.limits.raw(), options.raw());
        raw.limits = &limits;
        let kept = Box::new(files);
        let borrowed: Vec<_> = kept
            .iter()
            .map(|(name, bytes)| sys::raygen_memory_file { name: string(name), data: bytes.as_ptr().cast(), size: bytes.len() })
            .collect();
        let (mut model, user_data) = (std::ptr::null_mut(), Box::into_raw(kept).cast());
        let mut called = false; // else nothing was given away
        let status = call(|error| unsafe {
            called = true;
            sys::raygen_model_open_memory(borrowed.as_ptr(), borrowed.len(), &raw, Some(release), user_data, &mut model, error)
        });
        if !called {
            unsafe { release(user_data) };
        }
        status?;
        Model::opened(model)
    }

    fn opened(raw: *mut sys::raygen_model) -> Result<Model> {
        let mut opened = Model { raw, info: NOTHING };
        opened.info = opened.read_info()?;
        Ok(opened)
    }

    fn read_info(&self) -> Result<ModelInfo> {
        let mut raw: sys::raygen_model_info = initialised(sys::raygen_model_info_init);
        call(|error| unsafe { sys::raygen_model_get_info(self.raw, &mut raw, error) })?;
        let size = |value: i32| value.max(0) as usize;
        Ok(ModelInfo {
            image_size: size(raw.image_size),
            image_channels: size(raw.image_channels),
            grid_height: size(raw.grid_height),
            grid_width: size(raw.grid_width),
            codebook_size: size(raw.codebook_size),
            feature_channels: size(raw.feature_channels),
            text_length: size(raw.text_length),
            text_dim: size(raw.text_dim),
            projection_dim: size(raw.projection_dim),
            device: if raw.device == sys::RAYGEN_DEVICE_CUDA { Device::Cuda(raw.device_index) } else { Device::Cpu },
            precision: match raw.precision {
                sys::RAYGEN_PRECISION_INT8 => Precision::Int8,
                sys::RAYGEN_PRECISION_BFLOAT16 => Precision::Bfloat16,
                _ => Precision::Float32,
            },
        })
    }

    pub fn info(&self) -> &ModelInfo {
        &self.info
    }

    /// raygen.json as it stands: parts, provenance, licence.
    pub fn manifest(&self) -> &str {
        unsafe { CStr::from_ptr(sys::raygen_model_manifest(self.raw)) }.to_str().unwrap_or("")
    }

    /// SHA-256 of raygen.json, 64 hex digits: names the model, weights included.
    pub fn digest(&self) -> &str {
        unsafe { CStr::from_ptr(sys::raygen_model_digest(self.raw)) }.to_str().unwrap_or("")
    }

    /// How many text tokens a prompt has before it is cut to L, special tokens included. Runs the tokenizer only.
    pub fn count_tokens(&self, prompt: &str) -> Result<usize> {
        let mut count = 0;
        call(|error| unsafe { sys::raygen_model_count_tokens(self.raw, prompt.as_ptr().cast(), prompt.len(), &mut count, error) })?;
        Ok(count)
    }

    /// All that makes the first image of a call, as JSON: what is written into the image under "raygen".
    pub fn settings(&self, prompt: Option<&str>, options: &Options) -> Result<String> {
        settings_of(self, prompt, options)
    }

    /// Loads what generation needs now.
    pub fn prepare(&self) -> Result<()> {
        call(|error| unsafe { sys::raygen_model_prepare(self.raw, sys::RAYGEN_PARTS_GENERATE, error) })
    }

    /// Bytes of weights held now.
    pub fn memory(&self) -> u64 {
        unsafe { sys::raygen_model_memory(self.raw) }
    }

    pub(crate) fn raw(&self) -> *const sys::raygen_model {
        self.raw
    }
}

const NOTHING: ModelInfo = ModelInfo {
    image_size: 0,
    image_channels: 0,
    grid_height: 0,
    grid_width: 0,
    codebook_size: 0,
    feature_channels: 0,
    text_length: 0,
    text_dim: 0,
    projection_dim: 0,
    device: Device::Cpu,
    precision: Precision::Float32,
};

impl ModelOptions {
    /// Without limits.
    fn raw(&self) -> sys::raygen_model_options {
        let mut raw: sys::raygen_model_options = initialised(sys::raygen_model_options_init);
        (raw.device, raw.device_index) = match self.device {
            Device::Auto => (sys::RAYGEN_DEVICE_AUTO, 0),
            Device::Cpu => (sys::RAYGEN_DEVICE_CPU, 0),
            Device::Cuda(index) => (sys::RAYGEN_DEVICE_CUDA, index),
        };
        raw.precision = match self.precision {
            Precision::Auto => sys::RAYGEN_PRECISION_AUTO,
            Precision::Float32 => sys::RAYGEN_PRECISION_FLOAT32,
            Precision::Bfloat16 => sys::RAYGEN_PRECISION_BFLOAT16,
            Precision::Int8 => sys::RAYGEN_PRECISION_INT8,
        };
        raw.threads = self.threads.unwrap_or(sys::RAYGEN_THREADS_HOST);
        raw.verify = self.verify.into();
        raw
    }
}

/// Called when nothing refers to the files of a model in memory any more.
unsafe extern "C" fn release(files: *mut c_void) {
    drop(Box::from_raw(files.cast::<Vec<(String, Vec<u8>)>>()));
}

impl Drop for Model {
    fn drop(&mut self) {
        unsafe { sys::raygen_model_free(self.raw) }
    }
}
