//! `Ingress`: a host of a service, for an entry that serves Ingresses.

use super::{Context, because, metadata};
use crate::graph::Exposing;
use crate::model::{Certificate, Exposure, Origin, Workload};
use crate::object::api::networking::v1::{
    HTTPIngressPath, HTTPIngressRuleValue, IngressBackend, IngressRule, IngressServiceBackend, IngressSpec, IngressTLS,
    ServiceBackendPort,
};
use crate::object::{Ingress, Kind, Object};

/// The Ingress of a host, for those that serve the class.
pub(super) fn of_host(cx: &Context<'_>, workload: &Workload, host: &Exposing<'_>, class: &Origin<String>) -> Object {
    let name = host.object_name(workload);
    let mut metadata = metadata::of_workload(cx, workload, Kind::Ingress, &name);
    let certificate = host.certificate();
    for (key, value) in host.annotations() {
        metadata::annotate(&mut metadata, &key, value);
    }
    because::annotate_ingress(host.exposures.iter().copied(), &mut metadata);
    let spec = IngressSpec {
        ingress_class_name: Some(class.value.clone()),
        rules: Some(vec![IngressRule {
            host: Some(host.host.to_owned()),
            http: Some(HTTPIngressRuleValue { paths: paths(workload, host) }),
        }]),
        tls: certificate.and_then(|certificate| tls(certificate, host)),
        ..IngressSpec::default()
    };
    Ingress { metadata, spec: Some(spec), status: None }.into()
}

/// The paths of a host. Of two that fit a request the longer one is asked, so that their order says nothing.
fn paths(workload: &Workload, host: &Exposing<'_>) -> Vec<HTTPIngressPath> {
    let path = |exposure: &&Exposure| HTTPIngressPath {
        path: Some(exposure.address.value.path.clone()),
        path_type: if exposure.exact.is_some() { "Exact" } else { "Prefix" }.to_owned(),
        backend: IngressBackend {
            service: Some(IngressServiceBackend {
                name: workload.name.value.clone(),
                port: workload
                    .exposed_port(exposure)
                    .map(|port| ServiceBackendPort { name: Some(port.name.value.clone()), number: None }),
            }),
            resource: None,
        },
    };
    host.exposures.iter().map(path).collect()
}

/// The certificate of a host. One that cert-manager asks for is in a Secret named after the entry and the host, whoever exposes the
/// host: of several Ingresses that want it, the first one owns it (`buildCertificates` in cert-manager
/// `pkg/controller/certificate-shim/sync.go`, v1.19).
fn tls(certificate: &Certificate, host: &Exposing<'_>) -> Option<Vec<IngressTLS>> {
    let secret = match certificate {
        Certificate::Secret(name) => name.value.clone(),
        Certificate::Issuer(_) | Certificate::ClusterIssuer(_) => {
            Exposure::certificate_name(&host.entry.name().value, host.host)
        }
        Certificate::None(_) => return None,
    };
    Some(vec![IngressTLS { hosts: Some(vec![host.host.to_owned()]), secret_name: Some(secret) }])
}
