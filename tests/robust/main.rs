//! The built binary against the world: bad input, random input, kills and full disks, other surroundings.
//!
//! Each child has 8 MB of stack, 1 GB of memory and 10 s. Holds where there is a `sh`; elsewhere nothing is tested here.

#[cfg(all(test, unix))]
mod bad_input;
#[cfg(all(test, unix))]
mod child;
#[cfg(all(test, unix))]
mod interruption;
#[cfg(all(test, unix))]
mod mutation;
#[cfg(all(test, unix))]
mod surroundings;
