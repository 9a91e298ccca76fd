//! Numbers of the model as the Kubernetes API counts them.
//!
//! Invariant: a number beyond what the API's type holds becomes the largest that it holds; the checks refuse it before.

use crate::model::Count;
use crate::object::{IntOrString, int, text};
use crate::value::Duration;

/// A count.
pub(super) fn count(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// A count of replicas, or a share of them.
pub(super) fn count_or_percent(amount: Count) -> IntOrString {
    match amount {
        Count::Number(number) => int(count(number)),
        Count::Percent(percent) => text(format!("{}%", percent.0)),
    }
}

/// Whole seconds, a started one counted whole.
pub(super) fn seconds(duration: Duration) -> i32 {
    i32::try_from(duration.secs()).unwrap_or(i32::MAX)
}

/// Whole seconds where the API counts them in 64 bits.
pub(super) fn long_seconds(duration: Duration) -> i64 {
    i64::try_from(duration.secs()).unwrap_or(i64::MAX)
}
