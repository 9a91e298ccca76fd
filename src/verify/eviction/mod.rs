//! Disruption budgets: whether a drain can end, and whether what stays is enough.

mod arithmetic;
pub mod codes;
mod judge;

pub use self::arithmetic::{Amount, Budget};
pub use self::codes::{BVL1120, CODES};
pub use self::judge::judge;
