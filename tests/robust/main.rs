//! The built binary against the world: bad input, random input, kills and full disks, other surroundings.
//!
//! Each child has 8 MB of stack, 1 GB of memory and 10 s of the processors' time (60 s without optimization). Holds where
//! there is a `sh`; elsewhere nothing is tested here.
#![cfg(unix)]

#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod child;
#[cfg(test)]
mod interruption;
#[cfg(test)]
mod mutation;
#[cfg(test)]
mod surroundings;
