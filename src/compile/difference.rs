//! One difference between what the manifests do and what the spec says, in words.

use std::fmt;

use crate::verify::connectivity::{Direction, Ports};

/// A policy, or a rule of one, that makes a difference.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cause {
    /// The policy's namespace; none where it is the cluster's.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
    /// The rule, by its direction and its number there; none where the whole policy is meant.
    pub rule: Option<(Direction, usize)>,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "NetworkPolicy {namespace}/{}", self.name)?,
            None => write!(f, "ClusterNetworkPolicy {}", self.name)?,
        }
        match self.rule {
            Some((direction, rule)) => write!(f, " (rule {} of {})", rule + 1, direction.name().to_lowercase()),
            None => Ok(()),
        }
    }
}

/// Where the manifests do something else than the spec says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Difference {
    /// What no flow allows passes one end's half.
    Allowed {
        /// Who begins.
        source: String,
        /// Who answers.
        destination: String,
        /// Which half lets it pass.
        direction: Direction,
        /// Where.
        ports: Ports,
        /// The rules that allow it.
        by: Vec<Cause>,
        /// How many of its ends only stand in for pods that no object makes.
        standing_in: usize,
    },
    /// What a flow allows does not pass one end's half.
    Denied {
        /// The flow as the spec names it.
        flow: String,
        /// Which half lacks it.
        direction: Direction,
        /// Where.
        ports: Ports,
        /// The policies that isolate that end, none of which allows it.
        by: Vec<Cause>,
    },
    /// A pod is isolated that the spec leaves open.
    Isolated {
        /// Which pod.
        pod: String,
        /// In which direction.
        direction: Direction,
        /// The policies that do so.
        by: Vec<Cause>,
        /// How many of its ends only stand in for pods that no object makes.
        standing_in: usize,
    },
    /// A pod is open that the spec denies what no flow allows.
    Open {
        /// Which pod.
        pod: String,
        /// In which direction.
        direction: Direction,
        /// The namespace whose policies should isolate it.
        namespace: String,
        /// The flows of that direction that its policy should have.
        flows: Vec<String>,
        /// How many of its ends only stand in for pods that no object makes.
        standing_in: usize,
    },
    /// A Service does not lead where it should.
    Service {
        /// The Service, with its port.
        service: String,
        /// Where it leads.
        leads: Vec<String>,
        /// Where it should lead.
        should: Vec<String>,
    },
    /// Pods do not declare the ports, labels, namespace or network that they should.
    Declares {
        /// The workload.
        workload: String,
        /// What they declare and should not.
        more: Vec<String>,
        /// What they should declare and do not.
        less: Vec<String>,
    },
    /// A service has no pods.
    NoPods {
        /// The workload.
        workload: String,
    },
    /// A mesh lets in what no flow allows.
    MeshAllowed {
        /// Who asks.
        source: String,
        /// Who answers.
        destination: String,
        /// Where.
        ports: Ports,
        /// The objects that have a say about that.
        by: Vec<String>,
    },
    /// A mesh refuses what should pass.
    MeshDenied {
        /// Who asks.
        source: String,
        /// Who should answer.
        destination: String,
        /// The flows that it is about.
        flows: Vec<String>,
        /// Where.
        ports: Ports,
        /// The objects that have a say about that.
        by: Vec<String>,
    },
    /// Pods are not in the mesh as the spec has them; where they lack nothing, they should not be in it.
    MeshPod {
        /// Which pods.
        pod: String,
        /// What they lack.
        lacks: Vec<String>,
    },
    /// What is told to a mesh is about no pod.
    MeshIdle {
        /// The object.
        object: String,
    },
    /// What is told to a mesh lets in some addresses alone.
    MeshPartial {
        /// The object.
        object: String,
    },
    /// The API server would refuse a policy.
    Refused {
        /// The policy.
        policy: Cause,
        /// What is wrong with it.
        what: String,
    },
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Allowed { source, destination, direction, ports, by, .. } => write!(
                f,
                "{source} -> {destination} at {ports} passes the {} side, and no flow allows it: {}",
                side(*direction),
                listed(by)
            ),
            Self::Denied { flow, direction, ports, by } => write!(
                f,
                "the flow {flow} at {ports} does not pass the {} side: {}",
                side(*direction),
                if by.is_empty() {
                    "there is no policy for it".to_owned()
                } else {
                    format!("it is isolated by {}, and no rule there allows it", listed(by))
                }
            ),
            Self::Isolated { pod, direction, by, .. } => {
                write!(f, "{pod} should be open to all {}, and is isolated by {}", traffic(*direction), listed(by))
            }
            Self::Open { pod, direction, namespace, flows, .. } => {
                write!(f, "{pod} is open to all {}: no NetworkPolicy in {namespace} isolates it", traffic(*direction))?;
                if flows.is_empty() {
                    Ok(())
                } else {
                    write!(f, "; only these flows are allowed: {}", flows.join(", "))
                }
            }
            Self::Service { service, leads, should } => {
                write!(f, "{service} leads to {}, and should lead to {}", listed(leads), listed(should))
            }
            Self::Declares { workload, more, less } => write!(
                f,
                "the pods of {workload} declare {} that they should not, and lack {}",
                listed(more),
                listed(less)
            ),
            Self::NoPods { workload } => write!(f, "no Deployment makes pods of {workload}"),
            Self::MeshAllowed { source, destination, ports, by } => {
                write!(f, "{source} -> {destination} at {ports} passes the mesh, and no flow allows it: {}", listed(by))
            }
            Self::MeshDenied { source, destination, flows, ports, by } => {
                write!(f, "{source} -> {destination} at {ports} does not pass the mesh")?;
                if !flows.is_empty() {
                    write!(f, ", as these flows need: {}", flows.join(", "))?;
                }
                write!(f, "; what decides there: {}", listed(by))
            }
            Self::MeshPod { pod, lacks } if lacks.is_empty() => {
                write!(f, "{pod} should be outside of the mesh, and is in it")
            }
            Self::MeshPod { pod, lacks } => {
                write!(f, "{pod} is not in the mesh as its flows need it, for it lacks {}", listed(lacks))
            }
            Self::MeshIdle { object } => write!(f, "the mesh is told {object}, which is about no pod"),
            Self::MeshPartial { object } => {
                write!(f, "the mesh is told {object}, which lets in some addresses: network policies say which")
            }
            Self::Refused { policy, what } => write!(f, "the API server would refuse {policy}: {what}"),
        }
    }
}

/// Who is to let it pass.
fn side(direction: Direction) -> &'static str {
    match direction {
        Direction::Ingress => "receiving (ingress)",
        Direction::Egress => "sending (egress)",
    }
}

fn traffic(direction: Direction) -> &'static str {
    match direction {
        Direction::Ingress => "incoming traffic (ingress)",
        Direction::Egress => "outgoing traffic (egress)",
    }
}

fn listed<T: fmt::Display>(all: &[T]) -> String {
    if all.is_empty() {
        return "nothing".to_owned();
    }
    all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
