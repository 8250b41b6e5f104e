use crate::error::initialised;
use crate::job::Job;
use raygen_sys as sys;

/// Which tokens a step keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum PositionChoice {
    /// Those that the model is surest of.
    Confidence = sys::RAYGEN_POSITIONS_CONFIDENCE,
    /// In an order drawn for each image: images of one prompt differ more.
    Random = sys::RAYGEN_POSITIONS_RANDOM,
}

/// How images are sampled. `Default` asks the library for its defaults.
#[derive(Clone, Debug)]
pub struct Options<'a> {
    pub seed: u64,
    /// Index of the first image made; an image depends on (seed, index) alone.
    pub first_image: u64,
    /// K, 1..1024
    pub steps: i32,
    /// T ≥ 0
    pub temperature: f64,
    /// α, 0 ≤ α < 1: the ceil((1−α) V) largest logits are kept.
    pub top_k_threshold: f64,
    /// s, 0..100: logits are empty + s (prompt − empty); twice the work unless 1.
    pub guidance_scale: f64,
    /// Which tokens a step keeps.
    pub position_choice: PositionChoice,
    pub images_per_prompt: i32,
    /// Images worked on together; changes speed and memory, never an image (float32 on a CPU).
    pub batch_size: i32,
    /// Decode an image for every progress call.
    pub preview: bool,
    /// May be cancelled from another thread.
    pub job: Option<&'a Job>,
}

impl Default for Options<'_> {
    fn default() -> Self {
        let raw: sys::raygen_options = initialised(sys::raygen_options_init);
        Options {
            seed: raw.seed,
            first_image: raw.first_image,
            steps: raw.steps,
            temperature: raw.temperature,
            top_k_threshold: raw.top_k_threshold,
            guidance_scale: raw.guidance_scale,
            position_choice: PositionChoice::Confidence,
            images_per_prompt: raw.images_per_prompt,
            batch_size: raw.batch_size,
            preview: raw.preview != 0,
            job: None,
        }
    }
}

impl Options<'_> {
    pub(crate) fn raw(&self) -> sys::raygen_options {
        let mut raw: sys::raygen_options = initialised(sys::raygen_options_init);
        raw.seed = self.seed;
        raw.first_image = self.first_image;
        raw.steps = self.steps;
        raw.temperature = self.temperature;
        raw.top_k_threshold = self.top_k_threshold;
        raw.guidance_scale = self.guidance_scale;
        raw.position_choice = self.position_choice as sys::raygen_position_choice;
        raw.images_per_prompt = self.images_per_prompt;
        raw.batch_size = self.batch_size;
        raw.preview = self.preview.into();
        raw.job = self.job.map_or(std::ptr::null_mut(), Job::raw);
        raw
    }
}

/// An image after one more step.
#[derive(Debug)]
pub struct Progress<'a> {
    /// Index of the image: first_image + 0, 1, …
    pub image: u64,
    /// 0..image_count-1 within the call.
    pub image_number: usize,
    pub image_count: usize,
    /// Steps done, 1..steps.
    pub step: i32,
    pub steps: i32,
    /// N as they stand, none masked.
    pub tokens: &'a [i32],
    /// How many of them the next step draws again; 0 after the last.
    pub masked_count: usize,
    /// Width, height, channels and pixels of the image decoded from `tokens`, when [`Options::preview`] is set.
    pub preview: Option<(usize, usize, usize, &'a [f32])>,
}
