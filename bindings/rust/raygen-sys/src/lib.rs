//! The C ABI of libraygen, call by call, as `raygen.h` has it. The crate `raygen` is what programs want.
#![allow(non_camel_case_types)]

mod bindings;
pub use bindings::*;
