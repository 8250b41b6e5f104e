use raygen_sys as sys;
use std::ffi::CStr;
use std::fmt;
use std::mem::{size_of, MaybeUninit};

/// What kind of thing went wrong; see docs/errors.md for what each asks of the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Status {
    InvalidArgument,
    Io,
    Format,
    Unsupported,
    Limit,
    Cancelled,
    OutOfMemory,
    Device,
    Numeric,
    Internal,
}

/// What was wrong, with which value, in which file or tensor, and what was expected.
#[derive(Clone, Debug)]
pub struct Error {
    pub status: Status,
    pub message: String,
}

pub type Result<T> = std::result::Result<T, Error>;

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl Error {
    pub(crate) fn new(status: Status, message: impl Into<String>) -> Self {
        Error { status, message: message.into() }
    }
}

fn status_of(status: sys::raygen_status) -> Status {
    match status {
        sys::RAYGEN_ERROR_INVALID_ARGUMENT => Status::InvalidArgument,
        sys::RAYGEN_ERROR_IO => Status::Io,
        sys::RAYGEN_ERROR_FORMAT => Status::Format,
        sys::RAYGEN_ERROR_UNSUPPORTED => Status::Unsupported,
        sys::RAYGEN_ERROR_LIMIT => Status::Limit,
        sys::RAYGEN_ERROR_CANCELLED => Status::Cancelled,
        sys::RAYGEN_ERROR_OUT_OF_MEMORY => Status::OutOfMemory,
        sys::RAYGEN_ERROR_DEVICE => Status::Device,
        sys::RAYGEN_ERROR_NUMERIC => Status::Numeric,
        _ => Status::Internal,
    }
}

/// Fills a struct of the C ABI by its `_init`, which is told the size that we know.
pub(crate) fn initialised<T>(init: unsafe extern "C" fn(*mut T, usize)) -> T {
    let mut value = MaybeUninit::<T>::zeroed();
    unsafe {
        init(value.as_mut_ptr(), size_of::<T>());
        value.assume_init() // plain old data
    }
}

/// Calls a function of the C ABI with a place for its error. A library of another ABI is refused.
pub(crate) fn call(function: impl FnOnce(*mut sys::raygen_error) -> sys::raygen_status) -> Result<()> {
    let loaded = unsafe { sys::raygen_abi_version() };
    if loaded != sys::RAYGEN_ABI_VERSION {
        return Err(Error::new(
            Status::Unsupported,
            format!("the program was compiled for libraygen's ABI {}, the library that is loaded has ABI {loaded}", sys::RAYGEN_ABI_VERSION),
        ));
    }
    let mut error: sys::raygen_error = initialised(sys::raygen_error_init);
    let status = function(&mut error);
    if status == sys::RAYGEN_OK {
        return Ok(());
    }
    let message = unsafe { CStr::from_ptr(error.message.as_ptr()) }.to_string_lossy();
    if message.is_empty() {
        let line = unsafe { CStr::from_ptr(sys::raygen_status_message(status)) };
        return Err(Error::new(status_of(status), line.to_string_lossy()));
    }
    Err(Error::new(status_of(status), message))
}

/// A text that the library has given away.
pub(crate) fn taken(text: *mut std::os::raw::c_char) -> String {
    let copy = unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned();
    unsafe { sys::raygen_buffer_free(text.cast()) };
    copy
}

/// UTF-8 with a length, borrowed.
pub(crate) fn string(text: &str) -> sys::raygen_string {
    sys::raygen_string { data: text.as_ptr().cast(), length: text.len() }
}
