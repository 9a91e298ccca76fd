//! What is said where a test's expectation is not met. `bvlc test` alone finds it.

use crate::code;

code! {
    /// ## What it means
    /// An `expect` of a test of this platform is not met with the values that the test gives. The finding shows what was expected, what is, and
    /// why: the statements that let a flow pass, the hops of a path, the findings that there are, the value of the field.
    ///
    /// ## Why it matters in the cluster
    /// Whoever wrote the test knows: it says what the platform is to do.
    ///
    /// ## How to mend it
    /// Mend what the finding shows, or change what the test expects. `bvlc test --only TEXT` runs it alone, `bvlc test -v` says why each expectation is
    /// met that is.
    ///
    /// ## Source
    /// bvlc's own: `bvlc test` alone finds it. It is no finding of `check`, and no waiver accepts it.
    BVL1005, "expectation-not-met", Error, since "0.1.0"
}
