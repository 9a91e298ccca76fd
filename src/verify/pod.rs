//! A pod after the API's defaults, and its containers in one form.
//!
//! Invariants: the containers are those that `visitContainers` of the pod security admission visits, in its order: init
//! containers, containers, ephemeral ones (`k8s.io/pod-security-admission/policy/visitor.go`, v0.37).

use crate::object::api::core::v1::{
    Container, ContainerPort, EnvFromSource, EnvVar, EphemeralContainer, Lifecycle, PodSecurityContext, Probe,
    ResourceRequirements, SecurityContext, Volume, VolumeMount,
};
use crate::object::{FieldPath, PodTemplate};

/// When a container runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Before the others, to its end.
    Init,
    /// Started before the others, then beside them (an init container with `restartPolicy: Always`).
    Sidecar,
    /// As long as the pod.
    Main,
    /// For someone who looks for a fault.
    Ephemeral,
}

/// A container of any list.
#[derive(Debug, Clone)]
pub struct ContainerView<'a> {
    /// Its name.
    pub name: &'a str,
    /// When it runs.
    pub role: Role,
    /// What it runs; empty where that is not stated.
    pub image: &'a str,
    /// Where it stands.
    pub path: FieldPath,
    /// What it may do.
    pub security: Option<&'a SecurityContext>,
    /// Its ports.
    pub ports: &'a [ContainerPort],
    /// Its probes, with the names of their fields.
    pub probes: [(&'static str, Option<&'a Probe>); 3],
    /// What runs when it starts and before it stops.
    pub lifecycle: Option<&'a Lifecycle>,
    /// What it asks for.
    pub resources: Option<&'a ResourceRequirements>,
    /// Its variables.
    pub env: &'a [EnvVar],
    /// The maps that its variables come from.
    pub env_from: &'a [EnvFromSource],
    /// The volumes that it mounts.
    pub mounts: &'a [VolumeMount],
}

/// The same view of the two types of containers.
macro_rules! view {
    ($container:expr, $role:expr, $path:expr) => {
        ContainerView {
            name: &$container.name,
            role: $role,
            image: $container.image.as_deref().unwrap_or_default(),
            path: $path,
            security: $container.security_context.as_ref(),
            ports: $container.ports.as_deref().unwrap_or_default(),
            probes: [
                ("livenessProbe", $container.liveness_probe.as_ref()),
                ("readinessProbe", $container.readiness_probe.as_ref()),
                ("startupProbe", $container.startup_probe.as_ref()),
            ],
            lifecycle: $container.lifecycle.as_ref(),
            resources: $container.resources.as_ref(),
            env: $container.env.as_deref().unwrap_or_default(),
            env_from: $container.env_from.as_deref().unwrap_or_default(),
            mounts: $container.volume_mounts.as_deref().unwrap_or_default(),
        }
    };
}

/// A pod as the API server stores it.
#[derive(Debug, Clone)]
pub struct PodView<'a> {
    /// Its template.
    pub template: PodTemplate<'a>,
    /// Where its `spec` stands.
    pub spec_path: FieldPath,
    /// Its containers.
    pub containers: Vec<ContainerView<'a>>,
}

impl<'a> PodView<'a> {
    /// The pod of a template.
    pub fn new(template: PodTemplate<'a>) -> Self {
        let spec = template.spec;
        let spec_path = template.path.at("spec");
        let at = |list: &'static str, index: usize| spec_path.at(list).index(index);
        let init = spec.init_containers.iter().flatten().enumerate().map(|(index, it): (usize, &Container)| {
            let role = if it.restart_policy.as_deref() == Some("Always") { Role::Sidecar } else { Role::Init };
            view!(it, role, at("initContainers", index))
        });
        let main = spec.containers.iter().enumerate().map(|(index, it)| view!(it, Role::Main, at("containers", index)));
        let ephemeral = spec.ephemeral_containers.iter().flatten().enumerate();
        let ephemeral = ephemeral.map(|(index, it): (usize, &EphemeralContainer)| {
            view!(it, Role::Ephemeral, at("ephemeralContainers", index))
        });
        let containers = init.chain(main).chain(ephemeral).collect();
        Self { template, spec_path, containers }
    }

    /// What holds for all containers.
    pub fn security(&self) -> Option<&'a PodSecurityContext> {
        self.template.spec.security_context.as_ref()
    }

    /// Its volumes with their paths.
    pub fn volumes(&self) -> impl Iterator<Item = (FieldPath, &'a Volume)> + '_ {
        let volumes = self.template.spec.volumes.iter().flatten().enumerate();
        volumes.map(|(index, volume)| (self.spec_path.at("volumes").index(index), volume))
    }

    /// Whether it is in the network of its node.
    pub fn is_host_network(&self) -> bool {
        self.template.spec.host_network == Some(true)
    }

    /// The port of the node that a port takes. In the network of the node it is the container's own port: the default
    /// of `SetDefaults_PodSpec` (kubernetes `pkg/apis/core/v1/defaults.go`, v1.36).
    pub fn host_port(&self, port: &ContainerPort) -> i32 {
        match port.host_port {
            Some(stated) if stated != 0 => stated,
            _ if self.is_host_network() => port.container_port,
            _ => 0,
        }
    }

    /// Its annotations.
    pub fn annotations(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let annotations = self.template.metadata.and_then(|metadata| metadata.annotations.as_ref());
        annotations.into_iter().flatten().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// Where an annotation stands.
    pub fn annotation_path(&self, key: &str) -> FieldPath {
        self.template.path.at("metadata.annotations").key(key)
    }
}
