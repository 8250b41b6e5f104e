use crate::error::{call, Error, Result, Status};
use crate::model::Model;
use crate::session::Session;
use crate::text_encoder::Text;
use raygen_sys as sys;

/// Which tokens fit: the masked transformer. Make one for each thread.
#[derive(Debug)]
pub struct MaskedDecoder {
    session: Session,
}

/// Keys and values of B prompts in every layer, for decoders of the same model.
#[derive(Debug)]
pub struct Condition(*mut sys::raygen_condition);

// One thread at a time, which may change.
unsafe impl Send for Condition {}

impl Condition {
    /// B
    pub fn batch(&self) -> usize {
        unsafe { sys::raygen_condition_batch(self.0) }
    }
}

impl Drop for Condition {
    fn drop(&mut self) {
        unsafe { sys::raygen_condition_free(self.0) }
    }
}

impl MaskedDecoder {
    pub fn new(model: &Model) -> Result<MaskedDecoder> {
        Ok(MaskedDecoder { session: Session::new(model)? })
    }

    /// Keys and values of encoded prompts, computed once.
    pub fn condition(&mut self, text: &Text) -> Result<Condition> {
        let mut condition = std::ptr::null_mut();
        let session = self.session.raw();
        call(|error| unsafe { sys::raygen_condition_create(session, text.raw(), &mut condition, error) })?;
        Ok(Condition(condition))
    }

    /// From values `[batch,length,dim]` as [`Text::normalized`] gives them.
    pub fn condition_of(&mut self, values: &[f32], batch: usize, length: usize, dim: usize) -> Result<Condition> {
        if batch.checked_mul(length).and_then(|n| n.checked_mul(dim)) != Some(values.len()) {
            let message = format!("{} values are not batch {batch} × length {length} × dim {dim}", values.len());
            return Err(Error::new(Status::InvalidArgument, message));
        }
        let mut condition = std::ptr::null_mut();
        let session = self.session.raw();
        call(|error| unsafe { sys::raygen_condition_create_from_values(session, values.as_ptr(), batch, length, dim, &mut condition, error) })?;
        Ok(Condition(condition))
    }

    /// Of `batch` empty prompts, for guidance: logits = empty + scale (prompt − empty).
    pub fn empty_condition(&mut self, batch: usize) -> Result<Condition> {
        let mut condition = std::ptr::null_mut();
        let session = self.session.raw();
        call(|error| unsafe { sys::raygen_condition_create_empty(session, batch, &mut condition, error) })?;
        Ok(Condition(condition))
    }

    /// tokens: `[B,N]` of 0..V, where V is the mask. positions: `[B,n]` of 0..N-1, None for all. Returns `[B,n,V]`.
    pub fn logits(&mut self, tokens: &[i32], condition: &Condition, positions: Option<&[i32]>) -> Result<Vec<f32>> {
        let (chosen, rows) = match positions {
            Some([]) => return Ok(Vec::new()),
            Some(chosen) => (chosen.as_ptr(), chosen.len()),
            None => (std::ptr::null(), condition.batch() * self.session.info.tokens()),
        };
        let mut logits = vec![0f32; rows * self.session.info.codebook_size];
        let session = self.session.raw();
        call(|error| unsafe {
            let position_count = if positions.is_some() { rows } else { 0 };
            sys::raygen_session_logits(
                session,
                condition.0,
                tokens.as_ptr(),
                tokens.len(),
                chosen,
                position_count,
                logits.as_mut_ptr(),
                logits.len(),
                error,
            )
        })?;
        Ok(logits)
    }
}
