use crate::error::{call, Result};
use crate::model::{Model, ModelInfo};
use raygen_sys as sys;

/// Scratch memory of one thread at a time. The library keeps its model alive.
#[derive(Debug)]
pub(crate) struct Session {
    raw: *mut sys::raygen_session,
    pub(crate) info: ModelInfo,
}

// One thread at a time, which may change.
unsafe impl Send for Session {}

impl Session {
    pub(crate) fn new(model: &Model) -> Result<Session> {
        let mut raw = std::ptr::null_mut();
        call(|error| unsafe { sys::raygen_session_create(model.raw(), &mut raw, error) })?;
        Ok(Session { raw, info: model.info().clone() })
    }

    /// For calls that use the session: they take it mutably, as one may run at a time.
    pub(crate) fn raw(&mut self) -> *mut sys::raygen_session {
        self.raw
    }

    pub(crate) fn memory(&self) -> u64 {
        unsafe { sys::raygen_session_memory(self.raw) }
    }

    pub(crate) fn trim(&mut self) {
        unsafe { sys::raygen_session_trim(self.raw) }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        unsafe { sys::raygen_session_free(self.raw) }
    }
}
