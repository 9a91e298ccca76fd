//! What a container asks of its node.

use super::body::{Body, Decoder};
use super::container::Role;
use super::origin::Origin;
use super::workload::Workload;
use crate::value::{Cpu, Memory, Requested};

/// Cpu, memory and disk of a workload's container.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Resources {
    /// Cpu.
    pub cpu: Option<Resource<Cpu>>,
    /// Memory.
    pub memory: Option<Resource<Memory>>,
    /// Local disk.
    pub ephemeral: Option<Resource<Memory>>,
}

/// Request and limit of one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource<T> {
    /// How much is requested and at most used; no limit where `..none` is written.
    pub amount: Origin<Requested<T>>,
    /// Why there is no limit.
    pub because: Option<Origin<String>>,
}

impl Resources {
    /// Reads `cpu`, `memory` and `ephemeral`.
    pub fn decode(body: &Body<'_>, decoder: &mut Decoder<'_>) -> Self {
        Self {
            cpu: resource(body, "cpu", decoder),
            memory: resource(body, "memory", decoder),
            ephemeral: resource(body, "ephemeral", decoder),
        }
    }

    /// Reads those of a container whose words are all one to its workload.
    pub(super) fn of_container(body: &Body<'_>, decoder: &mut Decoder<'_>) -> Self {
        Self {
            cpu: read(body, "cpu", decoder),
            memory: read(body, "memory", decoder),
            ephemeral: read(body, "ephemeral", decoder),
        }
    }
}

/// What a pod takes of one resource by what its containers take, `own` being the workload's: a sidecar runs beside all that start
/// behind it, an init to its end before the next one starts (`AggregateContainerRequests` and `AggregateContainerLimits` in kubernetes
/// `staging/src/k8s.io/component-helpers/resource/helpers.go`, 1.33; KEP-753, "Resources calculation").
fn together(own: u64, beside: impl Iterator<Item = (Role, u64)>) -> u64 {
    let (mut sidecars, mut starting) = (0_u64, 0_u64);
    for (role, amount) in beside {
        starting = starting.max(sidecars.saturating_add(amount));
        match role {
            Role::Init => {}
            Role::Sidecar => sidecars = sidecars.saturating_add(amount),
        }
    }
    starting.max(sidecars.saturating_add(own))
}

impl Workload {
    /// What one of its pods takes of a resource, as the scheduler and a quota count it; `of` says what a container takes. `None` where
    /// one of them does not say.
    pub fn pod_takes(&self, of: impl Fn(&Resources) -> Option<u64>) -> Option<u64> {
        let own = of(&self.resources)?;
        let companions = self.program().into_iter().flat_map(|program| &*program.companions);
        let beside: Option<Vec<_>> =
            companions.map(|companion| Some((companion.role, of(&companion.resources)?))).collect();
        Some(together(own, beside?.into_iter()))
    }

    /// What one of its pods takes of a resource once it has started, as an autoscaler measures it: its own container and every sidecar
    /// (`calculatePodRequestsFromContainers` in kubernetes `pkg/controller/podautoscaler/replica_calculator.go`, 1.33). `None` where one of them does
    /// not say.
    pub fn pod_runs_on(&self, of: impl Fn(&Resources) -> Option<u64>) -> Option<u64> {
        let companions = self.program().into_iter().flat_map(|program| &*program.companions);
        let mut sidecars = companions.filter(|companion| companion.role == Role::Sidecar);
        let own = of(&self.resources)?;
        sidecars.try_fold(own, |sum, companion| Some(sum.saturating_add(of(&companion.resources)?)))
    }
}

fn resource<T>(body: &Body<'_>, word: &'static str, decoder: &mut Decoder<'_>) -> Option<Resource<T>>
where
    Requested<T>: crate::value::FromTerm,
{
    decoder.within(word, |decoder| read(body, word, decoder))
}

fn read<T>(body: &Body<'_>, word: &'static str, decoder: &mut Decoder<'_>) -> Option<Resource<T>>
where
    Requested<T>: crate::value::FromTerm,
{
    let entry = body.get(word)?;
    let amount = decoder.argument(entry, 0)?;
    Some(Resource { amount, because: decoder.because(entry) })
}

#[cfg(test)]
mod tests {
    use super::{Role, together};

    /// The examples of KEP-753, "Resources calculation", and both sides of each `max`.
    #[test]
    fn a_pod_takes_what_runs_at_once() {
        use Role::{Init, Sidecar};
        for (own, beside, expected) in [
            (200, &[][..], 200),
            // an init ends before the workload's own starts
            (200, &[(Init, 200)], 200),
            (200, &[(Init, 201)], 201),
            (200, &[(Init, 150), (Init, 300), (Init, 100)], 300),
            // a sidecar stays
            (200, &[(Sidecar, 50)], 250),
            (200, &[(Sidecar, 50), (Sidecar, 25)], 275),
            // an init behind a sidecar runs beside it, one before it does not
            (200, &[(Sidecar, 50), (Init, 201)], 251),
            (200, &[(Init, 251), (Sidecar, 50)], 251),
            (200, &[(Init, 250), (Sidecar, 50)], 250),
            (0, &[(Sidecar, 50), (Init, 10), (Sidecar, 20), (Init, 30)], 100),
        ] {
            assert_eq!(together(own, beside.iter().copied()), expected, "{own} beside {beside:?}");
        }
    }
}
