//! [`Checked`] -> [`Proven`]: what is emitted for the environments that were asked for, once it is shown to do what the
//! spec says.
//!
//! Invariants: a [`Proven`] can only be made by the comparison, and only a [`Proven`] can be written. What the objects do
//! is `verify`'s word, which knows no model; what they should do is read here from model and flows, without a line of
//! `emit`. Any difference is a mistake of bvlc, never of the spec.

mod compare;
mod difference;
mod ends;
mod expected;

use std::fmt;

pub use self::difference::Difference;
pub use self::ends::Witness;

use crate::analyze::Checked;
use crate::emit::{self, Manifests};

/// Manifests that do what the spec says.
#[derive(Debug, Clone, PartialEq)]
pub struct Proven {
    manifests: Manifests,
    proof: Proof,
}

/// What was shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Proof {
    /// How many ordered pairs of pods were compared: those of which policies isolate at least one, the pods included that
    /// stand in for whatever else may run in the cluster. Addresses come on top: all there are, for each isolated pod.
    pub pairs: usize,
    /// The workloads that no policy isolates.
    pub open: Vec<Open>,
}

/// Workloads of one environment that no policy isolates: to them, and from them, everything passes that the other end
/// lets pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// The environment as the user names it.
    pub environment: String,
    /// Why.
    pub why: OpenBecause,
    /// Their names.
    pub workloads: Vec<String>,
}

/// Why no policy isolates a workload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpenBecause {
    /// The environment states `default-deny off`, with this reason.
    DenyOff(Option<String>),
    /// The environment states `observe`.
    Observed,
    /// Its pods are on the host network, where no policy sees them.
    HostNetwork,
}

/// Where the manifests do not do what the spec says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disproof {
    /// Each difference; never empty.
    pub differences: Vec<Difference>,
}

/// A stage of [`compile`], for timings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Making the objects.
    Emit,
    /// Comparing what they do with what the spec says.
    Prove,
}

impl Stage {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Emit => "emit",
            Self::Prove => "prove",
        }
    }
}

/// Emits the environments that were asked for, and proves what was emitted.
///
/// # Errors
/// When the objects do not do what the spec says; see [`Disproof`].
pub fn compile(checked: &Checked<'_>) -> Result<Proven, Disproof> {
    compile_observed(checked, &mut |_| {})
}

/// [`compile`], telling when each stage has ended.
///
/// # Errors
/// As [`compile`].
pub fn compile_observed(checked: &Checked<'_>, ended: &mut dyn FnMut(Stage)) -> Result<Proven, Disproof> {
    let analysis = checked.analysis();
    let manifests = emit::emit_all(checked.model(), &analysis.graph, analysis.sources(), &analysis.wanted);
    ended(Stage::Emit);
    let proven = prove(checked, manifests);
    ended(Stage::Prove);
    proven
}

/// Compares what objects do with what the spec says.
///
/// # Errors
/// When they differ.
pub fn prove(checked: &Checked<'_>, manifests: Manifests) -> Result<Proven, Disproof> {
    let proof = compare(checked, &manifests, &Witness::ALL)?;
    Ok(Proven { manifests, proof })
}

/// The comparison of [`prove`] with plain pods of some kinds only, which shows what each kind is there for. It makes no
/// [`Proven`].
///
/// # Errors
/// When objects and spec differ.
pub fn compare(checked: &Checked<'_>, manifests: &Manifests, witnesses: &[Witness]) -> Result<Proof, Disproof> {
    compare::compare(checked.model(), &checked.analysis().graph, manifests, witnesses)
}

impl Proven {
    /// What was emitted.
    pub fn manifests(&self) -> &Manifests {
        &self.manifests
    }

    /// What was shown of it.
    pub fn proof(&self) -> &Proof {
        &self.proof
    }
}

/// How many differences are written out: one mistake makes many.
const WRITTEN: usize = 20;

impl fmt::Display for Disproof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the manifests do not do what the spec says:")?;
        for difference in self.differences.iter().take(WRITTEN) {
            write!(f, "\n- {difference}")?;
        }
        match self.differences.len().saturating_sub(WRITTEN) {
            0 => Ok(()),
            more => write!(f, "\n- and {more} more"),
        }
    }
}

impl std::error::Error for Disproof {}
