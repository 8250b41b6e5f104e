use crate::error::{call, Result};
use raygen_sys as sys;

/// Stops a call from another thread. Sticky: a cancelled job stays cancelled.
#[derive(Debug)]
pub struct Job(*mut sys::raygen_job);

// Any number of threads may use a job: raygen.h, "Threads".
unsafe impl Send for Job {}
unsafe impl Sync for Job {}

impl Job {
    pub fn new() -> Result<Job> {
        let mut job = std::ptr::null_mut();
        call(|error| unsafe { sys::raygen_job_create(&mut job, error) })?;
        Ok(Job(job))
    }

    /// The call that was given the job ends within a part of a step.
    pub fn cancel(&self) {
        unsafe { sys::raygen_job_cancel(self.0) }
    }

    pub fn is_cancelled(&self) -> bool {
        unsafe { sys::raygen_job_cancelled(self.0) != 0 }
    }

    pub(crate) fn raw(&self) -> *mut sys::raygen_job {
        self.0
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        unsafe { sys::raygen_job_free(self.0) }
    }
}
