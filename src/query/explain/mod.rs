//! Why something is as it is: codes, effective values, flows.

pub mod address;
pub mod advice;
mod by_address;
pub mod code;
pub mod endpoint;
pub mod environment;
pub mod flow;
pub mod json;
pub mod words;
