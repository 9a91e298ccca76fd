//! Parsed literals, a file a type: what a [`Term`] becomes once the place that it stands in has given it a type.
//!
//! Invariants: a value that exists is one that Kubernetes accepts in its field; arithmetic saturates and never panics;
//! what a value displays as is what a user may write for it, and reads back as the same value.

pub mod addresses;
pub mod term;

pub mod capability;
pub mod count;
pub mod cpu;
pub mod cron;
pub mod date;
pub mod duration;
pub mod exposed;
pub mod git;
pub mod go_duration;
pub mod host;
pub mod image;
pub mod lines;
pub mod list;
pub mod memory;
pub mod name;
pub mod network;
mod number;
pub mod percent;
pub mod port;
pub mod quantity;
pub mod range;
pub mod seccomp;
pub mod similar;
#[cfg(test)]
mod testing;
pub mod text;
pub mod version;
pub mod zone;

pub use capability::Capability;
pub use cpu::Cpu;
pub use cron::Cron;
pub use date::Date;
pub use duration::Duration;
pub use exposed::Exposed;
pub use host::{Domain, HostName, Registry};
pub use image::Image;
pub use memory::Memory;
pub use name::{DnsLabel, NameFault};
pub use network::{Address, Cidr};
pub use percent::Percent;
pub use port::Port;
pub use range::{Bounds, Requested};
pub use seccomp::SeccompProfile;
pub use similar::{closest, closest_all};
pub use term::{Call, FromTerm, Mismatch, Sign, TemplatePart, Term, TermKind, Within};
pub use text::{Word, quoted};
pub use version::KubernetesVersion;
pub use zone::TimeZone;
