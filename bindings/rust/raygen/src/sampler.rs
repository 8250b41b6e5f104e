use crate::error::{call, Result};
use crate::masked_decoder::{Condition, MaskedDecoder};
use crate::model::Model;
use crate::options::Options;
use raygen_sys as sys;

/// The unmasking loop, driven by hand: any source of logits will do.
#[derive(Debug)]
pub struct Sampler {
    raw: *mut sys::raygen_sampler,
    tokens: usize,
    batch: usize,
}

// One thread at a time, which may change.
unsafe impl Send for Sampler {}

impl Sampler {
    /// `batch` images, sampled as the options say over the defaults of the library, not of the model. Guidance is the caller's to apply.
    pub fn new(model: &Model, batch: usize, options: &Options) -> Result<Sampler> {
        let (info, count) = (model.info(), model.info().tokens());
        let (height, width, codes) = (info.grid_height as i32, info.grid_width as i32, info.codebook_size as i32);
        let mut sampler = std::ptr::null_mut();
        let held = options.raw(count)?;
        call(|error| unsafe { sys::raygen_sampler_create(height, width, codes, batch, held.raw(), &mut sampler, error) })?;
        Ok(Sampler { raw: sampler, tokens: batch * count, batch })
    }

    pub fn is_done(&self) -> bool {
        unsafe { sys::raygen_sampler_done(self.raw) != 0 }
    }

    /// Steps done, 0..K.
    pub fn step_index(&self) -> i32 {
        unsafe { sys::raygen_sampler_step_index(self.raw) }
    }

    /// `[B,N]`; the positions to be drawn next hold V, the mask.
    pub fn tokens(&self) -> &[i32] {
        unsafe { std::slice::from_raw_parts(sys::raygen_sampler_tokens(self.raw), self.tokens) }
    }

    /// `[B,n]`: the masked positions, ascending for each image; empty when done. An image with fewer of them than others repeats its last.
    pub fn masked(&self) -> &[i32] {
        let count = self.batch * unsafe { sys::raygen_sampler_masked_count(self.raw) };
        if count == 0 {
            return &[];
        }
        unsafe { std::slice::from_raw_parts(sys::raygen_sampler_masked(self.raw), count) }
    }

    /// Draws the masked tokens from logits `[B,n,V]` and masks those of the next step.
    pub fn step(&mut self, logits: &[f32]) -> Result<()> {
        call(|error| unsafe { sys::raygen_sampler_step(self.raw, logits.as_ptr(), logits.len(), error) })
    }

    /// The rest of the loop as an iterator over its steps.
    pub fn steps<'a>(&'a mut self, decoder: &'a mut MaskedDecoder, condition: &'a Condition) -> Steps<'a> {
        Steps { sampler: self, decoder, condition, failed: false }
    }
}

impl Drop for Sampler {
    fn drop(&mut self) {
        unsafe { sys::raygen_sampler_free(self.raw) }
    }
}

/// What the tokens are after a step.
#[derive(Clone, Debug)]
pub struct Step {
    /// Steps done, 1..K.
    pub index: i32,
    /// `[B,N]`; the positions to be drawn next hold V.
    pub tokens: Vec<i32>,
    /// How many tokens of an image the next step draws; 0 after the last.
    pub masked_count: usize,
}

/// Each call of `next` makes a step. Ends after the last, or behind an error.
pub struct Steps<'a> {
    sampler: &'a mut Sampler,
    decoder: &'a mut MaskedDecoder,
    condition: &'a Condition,
    failed: bool,
}

impl Iterator for Steps<'_> {
    type Item = Result<Step>;

    fn next(&mut self) -> Option<Result<Step>> {
        if self.failed || self.sampler.is_done() {
            return None;
        }
        let logits = self.decoder.logits(self.sampler.tokens(), self.condition, Some(self.sampler.masked()));
        let made = logits.and_then(|logits| self.sampler.step(&logits)).map(|()| Step {
            index: self.sampler.step_index(),
            tokens: self.sampler.tokens().to_vec(),
            masked_count: self.sampler.masked().len() / self.sampler.batch,
        });
        self.failed = made.is_err();
        Some(made)
    }
}
