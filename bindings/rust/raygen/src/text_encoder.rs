use crate::error::{call, string, Result};
use crate::model::Model;
use crate::session::Session;
use raygen_sys as sys;

/// Sentences to embeddings. Make one for each thread.
#[derive(Debug)]
pub struct TextEncoder {
    session: Session,
}

/// B prompts of L text tokens, as the text encoder sees them. Its values are where the model computes until one of them is asked for.
#[derive(Debug)]
pub struct Text {
    raw: *mut sys::raygen_embedding,
    projection_dim: usize,
}

// One thread at a time, which may change.
unsafe impl Send for Text {}

impl TextEncoder {
    pub fn new(model: &Model) -> Result<TextEncoder> {
        Ok(TextEncoder { session: Session::new(model)? })
    }

    /// At least one prompt. A prompt longer than L text tokens is cut: compare [`Text::token_count`] with L.
    pub fn encode<T: AsRef<str>>(&mut self, prompts: &[T]) -> Result<Text> {
        let prompts: Vec<_> = prompts.iter().map(|prompt| string(prompt.as_ref())).collect();
        let mut embedding = std::ptr::null_mut();
        let session = self.session.raw();
        call(|error| unsafe { sys::raygen_session_encode_text(session, prompts.as_ptr(), prompts.len(), &mut embedding, error) })?;
        Ok(Text { raw: embedding, projection_dim: self.session.info.projection_dim })
    }
}

impl Text {
    pub(crate) fn raw(&self) -> *const sys::raygen_embedding {
        self.raw
    }

    /// B
    pub fn count(&self) -> usize {
        unsafe { sys::raygen_embedding_count(self.raw) }
    }

    /// L
    pub fn length(&self) -> usize {
        unsafe { sys::raygen_embedding_length(self.raw) }
    }

    /// D
    pub fn dim(&self) -> usize {
        unsafe { sys::raygen_embedding_dim(self.raw) }
    }

    /// Text tokens of prompt i before it was cut, special tokens included; 0 past the last.
    pub fn token_count(&self, i: usize) -> usize {
        unsafe { sys::raygen_embedding_token_count(self.raw, i) }
    }

    /// `[B,L]`
    pub fn input_ids(&self) -> &[i32] {
        self.slice(unsafe { sys::raygen_embedding_input_ids(self.raw) }, self.count() * self.length())
    }

    /// `[B,L]`, 1 = text
    pub fn attention_mask(&self) -> &[i32] {
        self.slice(unsafe { sys::raygen_embedding_attention_mask(self.raw) }, self.count() * self.length())
    }

    /// `[B,L,D]`
    pub fn last_hidden_state(&self) -> &[f32] {
        self.slice(unsafe { sys::raygen_embedding_last_hidden_state(self.raw) }, self.count() * self.length() * self.dim())
    }

    /// `[B,L,D]`: every channel divided by its L2 norm over the positions; what the masked decoder takes.
    pub fn normalized(&self) -> &[f32] {
        self.slice(unsafe { sys::raygen_embedding_normalized(self.raw) }, self.count() * self.length() * self.dim())
    }

    /// `[B,P]`, L2-normalised; empty when the model has no projection.
    pub fn projection(&self) -> &[f32] {
        self.slice(unsafe { sys::raygen_embedding_projection(self.raw) }, self.count() * self.projection_dim)
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
        unsafe { sys::raygen_embedding_free(self.raw) }
    }
}
