use crate::error::{initialised, string, Error, Result, Status};
use crate::job::Job;
use crate::sampling::Sampling;
use crate::training_index::TrainingIndex;
use raygen_sys as sys;

/// What belongs to one call, and how images are sampled. `Default` asks the library for its defaults.
#[derive(Clone, Debug)]
pub struct Options<'a> {
    pub seed: u64,
    /// Index of the first image. With the same model, config and prompt, an image depends on its seed and its index alone.
    pub first_image: u64,
    /// How images are sampled: the name of a preset, or JSON or YAML with keys of [`crate::config_schema`]. Empty: as the model wants to be
    /// asked.
    pub config: String,
    /// What is set here wins over `config`.
    pub sampling: Sampling,
    /// "steps=12", …, applied in order after both.
    pub overrides: Vec<String>,
    pub images_per_prompt: i32,
    /// Images worked on together. Changes speed and memory, never an image (float32 on a CPU).
    pub batch_size: i32,
    /// Decode an image for every progress call.
    pub preview: bool,
    /// May be cancelled from another thread.
    pub job: Option<&'a Job>,
    /// A seed for each image of the call. Empty: `seed` for all.
    pub seeds: Vec<u64>,
    /// An index for each image. Empty: first_image + 0, 1, …
    pub indices: Vec<u64>,
    /// N tokens for each image: 0..V-1 is kept, V is drawn. Empty: all are drawn.
    pub start_tokens: Vec<i32>,
    /// N for each image: true where a token is drawn anew. Empty: where `start_tokens` has V.
    pub editable: Vec<bool>,
    /// A config for each image, as `config` and laid over all of the above. Empty: all images are sampled alike.
    pub image_configs: Vec<String>,
    /// So many prompts, one after another, make one image: its logits are the mean of theirs, by weight.
    pub prompts_per_mix: usize,
    /// One for each prompt of the call, above 0 and at most 1e6. Empty: all of a mix count alike.
    pub prompt_weights: Vec<f64>,
    /// One for each image: above 0, an image has the noise of that later try, as [`crate::Settings::attempt`] tells it. Empty: 0 for all.
    pub attempts: Vec<u32>,
    /// An image that is nearer to a training image than the index's thresholds allow is drawn again, with other noise.
    pub reject_near: Option<&'a TrainingIndex>,
    /// Of an image with `reject_near`, the first included; after the last one the call ends with [`Status::Limit`].
    pub reject_tries: i32,
}

impl Default for Options<'_> {
    fn default() -> Self {
        let raw: sys::raygen_options = initialised(sys::raygen_options_init);
        Options {
            seed: raw.seed,
            first_image: raw.first_image,
            config: String::new(),
            sampling: Sampling::default(),
            overrides: Vec::new(),
            images_per_prompt: raw.images_per_prompt,
            batch_size: raw.batch_size,
            preview: raw.preview != 0,
            job: None,
            seeds: Vec::new(),
            indices: Vec::new(),
            start_tokens: Vec::new(),
            editable: Vec::new(),
            image_configs: Vec::new(),
            prompts_per_mix: raw.prompts_per_mix,
            prompt_weights: Vec::new(),
            attempts: Vec::new(),
            reject_near: None,
            reject_tries: raw.reject_tries,
        }
    }
}

/// The struct of the C ABI, and what it points to besides the options.
pub(crate) struct Held<'a> {
    raw: sys::raygen_options,
    _texts: Vec<String>,
    _strings: Vec<sys::raygen_string>,
    _configs: Vec<sys::raygen_string>,
    _options: &'a Options<'a>,
}

impl Held<'_> {
    pub(crate) fn raw(&self) -> &sys::raygen_options {
        &self.raw
    }
}

impl Options<'_> {
    /// tokens: N.
    pub(crate) fn raw(&self, tokens: usize) -> Result<Held<'_>> {
        let texts: Vec<String> = self.sampling.overrides().into_iter().chain(self.overrides.iter().cloned()).collect();
        let strings: Vec<_> = texts.iter().map(|text| string(text)).collect();
        let mut raw: sys::raygen_options = initialised(sys::raygen_options_init);
        raw.seed = self.seed;
        raw.first_image = self.first_image;
        raw.config = string(&self.config);
        raw.overrides = strings.as_ptr();
        raw.override_count = strings.len();
        raw.images_per_prompt = self.images_per_prompt;
        raw.batch_size = self.batch_size;
        raw.preview = self.preview.into();
        raw.job = self.job.map_or(std::ptr::null_mut(), Job::raw);
        raw.image_count = self.image_count(tokens)?;
        raw.seeds = pointer(&self.seeds);
        raw.indices = pointer(&self.indices);
        raw.attempts = pointer(&self.attempts);
        raw.reject_near = self.reject_near.map_or(std::ptr::null(), TrainingIndex::raw);
        raw.reject_tries = self.reject_tries;
        raw.start_tokens = pointer(&self.start_tokens);
        raw.editable = pointer(&self.editable).cast(); // a bool is a byte, 0 or 1
        let configs: Vec<_> = self.image_configs.iter().map(|text| string(text)).collect();
        raw.image_configs = pointer(&configs);
        raw.prompts_per_mix = self.prompts_per_mix;
        raw.prompt_weights = pointer(&self.prompt_weights);
        Ok(Held { raw, _texts: texts, _strings: strings, _configs: configs, _options: self })
    }

    /// For a call with so many prompts: each needs its weight, if there are any.
    pub(crate) fn check_weights(&self, prompts: usize) -> Result<()> {
        let given = self.prompt_weights.len();
        if given == 0 || given == prompts {
            return Ok(());
        }
        let message = format!("prompt_weights has {given} values; {prompts}, one for each prompt, were expected");
        Err(Error::new(Status::InvalidArgument, message))
    }

    /// Of how many images the arrays are; 0 when there are none.
    fn image_count(&self, tokens: usize) -> Result<usize> {
        let mut count = 0;
        for (name, length, width) in [
            ("seeds", self.seeds.len(), 1),
            ("indices", self.indices.len(), 1),
            ("attempts", self.attempts.len(), 1),
            ("image_configs", self.image_configs.len(), 1),
            ("start_tokens", self.start_tokens.len(), tokens),
            ("editable", self.editable.len(), tokens),
        ] {
            if length == 0 {
                continue;
            }
            if width == 0 || length % width != 0 || (count != 0 && length / width != count) {
                let expected = if count == 0 { format!("a multiple of {width}") } else { format!("{count} × {width}") };
                return Err(Error::new(Status::InvalidArgument, format!("{name} has {length} values; {expected} was expected")));
            }
            count = length / width;
        }
        Ok(count)
    }
}

fn pointer<T>(values: &[T]) -> *const T {
    if values.is_empty() {
        std::ptr::null()
    } else {
        values.as_ptr()
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
    /// N: 1 where the next step draws again, else 0.
    pub masked: &'a [u8],
}
