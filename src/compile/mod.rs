//! [`Checked`] -> [`Proven`]: what is emitted for the environments that were asked for, and the proof that it does what the
//! spec says.
//!
//! Invariants: one environment at a time, and of each some objects at a time, so that whoever takes them can let them go
//! before the next are made; the proof sees every object on its way out and keeps only what of it decides about traffic. A
//! [`Proven`] can only be made by the comparison, and nothing reaches its place without one. What the objects do is
//! `verify`'s word, which knows no model; what they should do is read here from model and flows, without a line of `emit`.
//! Any difference is a mistake of bvlc, never of the spec.

mod compare;
mod difference;
mod ends;
mod expected;
mod given;
mod manifests;
mod mesh;

use std::cell::RefCell;
use std::fmt;

pub use self::difference::{Cause, Difference};
pub use self::ends::{ENVIRONMENT, Ends, Witness, gather};
pub use self::expected::Expectation;
pub use self::given::{Sorted, sort};
pub use self::manifests::{EnvironmentObjects, Manifests};

use crate::analyze::Checked;
use crate::emit;
use crate::model::EnvironmentId;
use crate::model::environment::Instance;

/// What is emitted for a platform, as it is made.
#[derive(Debug)]
pub struct Compilation<'a> {
    checked: Checked<'a>,
    /// What is emitted, in this order.
    environments: Vec<EnvironmentId>,
    /// What of the objects that were taken so far decides about traffic.
    seen: RefCell<Manifests>,
}

/// That what was taken from a [`Compilation`] does what the spec says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
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

/// Begins to emit the environments that were asked for.
pub fn compile<'a>(checked: &Checked<'a>) -> Compilation<'a> {
    Compilation { checked: *checked, environments: checked.analysis().wanted.clone(), seen: RefCell::default() }
}

/// Begins to emit the same, and where nothing was asked for the example of every parametrised environment as well: what its
/// instances would be, for whoever only reads it.
pub fn compile_with_examples<'a>(checked: &Checked<'a>) -> Compilation<'a> {
    let mut compilation = compile(checked);
    if checked.analysis().inputs.environments.is_empty() {
        let examples = checked.model().environments.iter().filter(|one| one.instance == Instance::Example);
        compilation.environments.extend(examples.map(|one| one.id));
    }
    compilation
}

impl<'a> Compilation<'a> {
    /// The environments in order, each emitted when it is taken, its objects when they
    /// are. What was taken before is forgotten.
    pub fn environments(&self) -> impl Iterator<Item = EnvironmentObjects<'_>> + use<'_, 'a> {
        self.seen.take();
        let (model, analysis) = (self.checked.model(), self.checked.analysis());
        let emitted = self.environments.iter();
        let emitted = emitted.filter_map(move |id| emit::emit(model, &analysis.graph, analysis.sources(), *id));
        emitted.map(|emitted| EnvironmentObjects::new(emitted, &self.seen))
    }

    /// The same as they will be, for whoever looks at all of them before the first is written. The proof does not see
    /// these: what is written is taken from [`Compilation::environments`], or the same as what is.
    pub fn foreseen(&self) -> impl Iterator<Item = emit::EnvironmentManifests<'_>> + use<'_, 'a> {
        let (model, analysis) = (self.checked.model(), self.checked.analysis());
        let emitted = self.environments.iter();
        emitted.filter_map(move |id| emit::emit(model, &analysis.graph, analysis.sources(), *id))
    }

    /// Compares what the objects do that were taken with what the spec says. Objects that nobody took are missing, which is
    /// a difference.
    ///
    /// # Errors
    /// When they differ; see [`Disproof`].
    pub fn prove(&self) -> Result<Proven, Disproof> {
        compare(&self.checked, self.seen.take(), &Witness::ALL).map(|proof| Proven { proof })
    }

    /// The same, with what of the objects decides about traffic: for whoever asks more about it.
    ///
    /// # Errors
    /// When they differ; see [`Disproof`].
    pub fn prove_seen(&self) -> Result<(Proven, Manifests), Disproof> {
        let seen = self.seen.take();
        let proof = compare(&self.checked, seen.clone(), &Witness::ALL)?;
        Ok((Proven { proof }, seen))
    }
}

/// The comparison of [`Compilation::prove`] with plain pods of some kinds only, which shows what each kind is there for,
/// and with any objects. It makes no [`Proven`].
///
/// # Errors
/// When objects and spec differ.
pub fn compare(checked: &Checked<'_>, manifests: Manifests, witnesses: &[Witness]) -> Result<Proof, Disproof> {
    let (differences, proof) = compare::compare(checked.model(), &checked.analysis().graph, manifests, witnesses);
    if differences.is_empty() { Ok(proof) } else { Err(Disproof { differences }) }
}

/// Where any objects part from the spec, in order, and what was compared; for whoever knows which of it matters.
pub fn differences(checked: &Checked<'_>, manifests: Manifests) -> (Vec<Difference>, Proof) {
    compare::compare(checked.model(), &checked.analysis().graph, manifests, &Witness::ALL)
}

impl Proven {
    /// For tests of writers, which write what no compilation made.
    #[cfg(test)]
    pub(crate) fn for_writers() -> Self {
        Self { proof: Proof::default() }
    }

    /// What was shown.
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
