//! What a mesh lets in: the layer behind network policies, read from the objects alone.
//!
//! Invariants: as `connectivity` does of network policies, it says of a pod which ports each caller reaches, and judges nothing.
//! A mesh decides where traffic comes in, about TCP alone. What a rule says that is not read here lets nothing in.

mod dialect;
mod istio;
mod linkerd;
mod reader;
mod selecting;

use std::collections::BTreeMap;

use self::dialect::Dialect;
pub use self::reader::{Mark, Reader};
use crate::object::api::core::v1::PodTemplateSpec;
use crate::object::{Labels, Object};
use crate::verify::connectivity::Ports;

/// Pods, and what meshes are told of them.
#[derive(Debug, Clone, Default)]
pub struct Mesh {
    pods: Vec<Pod>,
    istio: istio::Rules,
    linkerd: linkerd::Rules,
}

/// The pods of a template, as far as a mesh knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pod {
    /// The name of the object that makes them.
    pub name: String,
    /// Their namespace.
    pub namespace: String,
    /// Their labels.
    pub labels: Labels,
    /// Their annotations.
    pub annotations: Labels,
    /// Their `ServiceAccount`, which is who they are.
    pub account: String,
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Caller {
    /// Somebody who shows this identity.
    Known {
        /// `cluster.local`, where the mesh was not told otherwise.
        trust_domain: String,
        /// The namespace.
        namespace: String,
        /// The `ServiceAccount`.
        account: String,
    },
    /// Somebody who shows none: in plain text.
    Unknown,
}

/// An object that has a say, as people name it: `AuthorizationPolicy shop-prod/web`.
pub type Told = String;

impl Mesh {
    /// Adds what an object says to a mesh; most say nothing.
    pub fn add(&mut self, object: &Object) {
        if let Object::PeerAuthentication(it) = object {
            self.istio.add_authentication(it);
        } else if let Object::AuthorizationPolicy(it) = object {
            self.istio.add_policy(it);
        } else if let Object::Server(it) = object {
            self.linkerd.add_server(it);
        } else if let Object::LinkerdAuthorizationPolicy(it) = object {
            self.linkerd.add_policy(it);
        } else if let Object::MeshTLSAuthentication(it) = object {
            self.linkerd.add_meshed(it);
        } else if let Object::NetworkAuthentication(it) = object {
            self.linkerd.add_networks(it);
        } else if let Some(template) = object.template() {
            self.add_pod(object, template);
        }
    }

    fn add_pod(&mut self, object: &Object, template: &PodTemplateSpec) {
        let metadata = template.metadata.as_ref();
        let account = template.spec.as_ref().and_then(|spec| spec.service_account_name.clone());
        self.pods.push(Pod {
            name: object.name().to_owned(),
            namespace: object.namespace().unwrap_or_default().to_owned(),
            labels: metadata.and_then(|metadata| metadata.labels.clone()).unwrap_or_default(),
            annotations: metadata.and_then(|metadata| metadata.annotations.clone()).unwrap_or_default(),
            // what states none is given this one (kubernetes `plugin/pkg/admission/serviceaccount/admission.go`, 1.33)
            account: account.unwrap_or_else(|| "default".to_owned()),
        });
    }

    /// The pods, by namespace and the name of what makes them.
    pub fn pods(&self) -> BTreeMap<(&str, &str), &Pod> {
        self.pods.iter().map(|pod| ((pod.namespace.as_str(), pod.name.as_str()), pod)).collect()
    }

    /// The ports at which the proxy of a pod lets a caller in, however it comes.
    pub fn allows(&self, pod: &Pod, by: Reader, caller: &Caller) -> Ports {
        match by {
            Reader::Sidecar => self.istio.allows(pod, caller, Dialect::Envoy),
            Reader::Ztunnel => self.istio.allows(pod, caller, Dialect::Ztunnel),
            Reader::Linkerd => self.linkerd.allows(pod, caller),
        }
    }

    /// The ports at which the proxy of a pod takes plain text, and those at which it takes mutual TLS, whoever asks.
    pub fn takes(&self, pod: &Pod, by: Reader) -> (Ports, Ports) {
        match by {
            Reader::Sidecar => self.istio.takes(pod, Dialect::Envoy),
            Reader::Ztunnel => self.istio.takes(pod, Dialect::Ztunnel),
            Reader::Linkerd => self.linkerd.takes(pod),
        }
    }

    /// Whom the rules about a pod name: each identity that one names, and of each pattern somebody who fits it.
    pub fn named(&self, pod: &Pod, by: Reader) -> Vec<Caller> {
        match by {
            Reader::Sidecar | Reader::Ztunnel => self.istio.named(pod),
            Reader::Linkerd => self.linkerd.named(pod),
        }
    }

    /// Whether a rule about a pod lets in identities that it does not name one by one.
    pub fn has_patterns(&self, pod: &Pod, by: Reader) -> bool {
        match by {
            Reader::Sidecar | Reader::Ztunnel => self.istio.has_patterns(pod),
            Reader::Linkerd => self.linkerd.has_patterns(pod),
        }
    }

    /// The objects that have a say about a pod.
    pub fn told(&self, pod: &Pod, by: Reader) -> Vec<Told> {
        match by {
            Reader::Sidecar | Reader::Ztunnel => self.istio.told(pod),
            Reader::Linkerd => self.linkerd.told(pod),
        }
    }

    /// The objects that select no pod, each with its namespace.
    pub fn idle(&self) -> Vec<Told> {
        let idle = self.istio.idle(&self.pods).into_iter();
        idle.chain(self.linkerd.idle(&self.pods)).collect()
    }

    /// The objects that let in some addresses and not all: who comes from where is the network policies' to say.
    pub fn partial(&self) -> Vec<Told> {
        self.linkerd.partial()
    }
}
