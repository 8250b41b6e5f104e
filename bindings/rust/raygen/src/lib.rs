//! A radiology sentence becomes a chest X-ray.
//!
//! ```no_run
//! # fn main() -> raygen::Result<()> {
//! let model = raygen::Model::open("models/phantom-128", &raygen::ModelOptions::default())?;
//! let options = raygen::Options { seed: 7, ..Default::default() };
//! for made in raygen::Generator::new(&model)?.generate(&["Moderate left pleural effusion."], &options)? {
//!     made.image.write_png("effusion.png", 8)?;
//! }
//! # Ok(())
//! # }
//! ```
//!
//! [`Model`], [`Job`] and [`TrainingIndex`] may be used by any number of threads (`Sync`); everything else by one thread at a time, which may change (`Send`).
//! Synthetic images are not for diagnosis.

mod classifier;
mod codec;
mod config;
mod dicom;
mod editing;
mod error;
mod evaluation;
mod generator;
mod image;
mod job;
mod limits;
mod masked_decoder;
mod model;
mod options;
mod sampler;
mod sampling;
mod session;
mod settings;
mod text_encoder;
mod training;
mod training_index;

pub use classifier::{Classification, Classifier};
pub use codec::Encoder;
pub use config::{config_schema, print_config, ConfigKind};
pub use dicom::{dicom_uid, DicomAnnotation, DicomClass, DicomOptions};
pub use editing::{Box, Edit, EditRegion, Outpaint};
pub use error::{Error, Result, Status};
pub use evaluation::{compare_features, evaluate, evaluation_config, experiment, label_rules, read_labels, score};
pub use generator::{Generated, Generator};
pub use image::Image;
pub use job::Job;
pub use limits::Limits;
pub use masked_decoder::{Condition, MaskedDecoder};
pub use model::{Device, Model, ModelInfo, ModelOptions, Precision};
pub use options::{Options, Progress};
pub use sampler::{Sampler, Step, Steps};
pub use sampling::Sampling;
pub use settings::Settings;
pub use text_encoder::{Text, TextEncoder};
pub use training::{read_phantom_region, train, training_config, write_phantoms, PhantomOptions};
pub use training_index::{IndexOptions, TrainingIndex};

/// The library's version: major, minor and patch with dots between.
pub fn version() -> &'static str {
    // The library's string lives as long as the library, which is linked.
    unsafe { std::ffi::CStr::from_ptr(raygen_sys::raygen_version()) }.to_str().unwrap_or("")
}
