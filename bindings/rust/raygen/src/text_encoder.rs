use crate::error::{call, string, Result};
use crate::model::Model;
use crate::session::Session;
use raygen_sys as sys;

/// Sentences to embeddings. Make one a thread.
#[derive(Debug)]
pub struct TextEncoder {
    session: Session,
}

/// B encoded prompts of L tokens.
#[derive(Debug)]
pub struct Text {
    raw: *mut sys::raygen_text,
    projection_dim: usize,
}

// One thread at a time, which may change.
unsafe impl Send for Text {}

impl TextEncoder {
    pub fn new(model: &Model) -> Result<TextEncoder> {
        Ok(TextEncoder { session: Session::new(model)? })
    }

    /// At least one prompt; longer ones are truncated to L tokens.
    pub fn encode<T: AsRef<str>>(&mut self, prompts: &[T]) -> Result<Text> {
        let prompts: Vec<_> = prompts.iter().map(|prompt| string(prompt.as_ref())).collect();
        let mut text = std::ptr::null_mut();
        let session = self.session.raw();
        call(|error| unsafe { sys::raygen_text_encode(session, prompts.as_ptr(), prompts.len(), &mut text, error) })?;
        Ok(Text { raw: text, projection_dim: self.session.info.projection_dim })
    }
}

impl Text {
    /// B
    pub fn count(&self) -> usize {
        unsafe { sys::raygen_text_count(self.raw) }
    }

    /// L
    pub fn length(&self) -> usize {
        unsafe { sys::raygen_text_length(self.raw) }
    }

    /// D
    pub fn dim(&self) -> usize {
        unsafe { sys::raygen_text_dim(self.raw) }
    }

    /// Tokens of prompt i before truncation, special tokens included; 0 past the last.
    pub fn token_count(&self, i: usize) -> usize {
        unsafe { sys::raygen_text_token_count(self.raw, i) }
    }

    /// `[B,L]`
    pub fn input_ids(&self) -> &[i32] {
        self.slice(unsafe { sys::raygen_text_input_ids(self.raw) }, self.count() * self.length())
    }

    /// `[B,L]`, 1 = text
    pub fn attention_mask(&self) -> &[i32] {
        self.slice(unsafe { sys::raygen_text_attention_mask(self.raw) }, self.count() * self.length())
    }

    /// `[B,L,D]`
    pub fn last_hidden_state(&self) -> &[f32] {
        self.slice(unsafe { sys::raygen_text_last_hidden_state(self.raw) }, self.count() * self.length() * self.dim())
    }

    /// `[B,L,D]`: every channel divided by its L2 norm over the positions; what the masked decoder takes.
    pub fn normalized(&self) -> &[f32] {
        self.slice(unsafe { sys::raygen_text_normalized(self.raw) }, self.count() * self.length() * self.dim())
    }

    /// `[B,P]`, L2-normalised; empty when the model has no projection.
    pub fn projection(&self) -> &[f32] {
        self.slice(unsafe { sys::raygen_text_projection(self.raw) }, self.count() * self.projection_dim)
    }

    fn slice<T>(&self, data: *const T, count: usize) -> &[T] {
        if data.is_null() {
            return &[];
        }
        unsafe { std::slice::from_raw_parts(data, count) }
    }
}

impl Drop for Text {
    fn drop(&mut self) {
        unsafe { sys::raygen_text_free(self.raw) }
    }
}
