//! What belongs to the node: its namespaces, paths, ports, addresses and processes.
//!
//! Source: `check_{hostNamespaces,hostPathVolumes,hostPorts,hostProbesAndhostLifecycle,windowsHostProcess}.go` of
//! `k8s.io/pod-security-admission/policy`, v0.37.

use super::policy::{Check, Found, Step};
use crate::object::FieldPath;
use crate::object::api::core::v1::{HTTPGetAction, TCPSocketAction, WindowsSecurityContextOptions};
use crate::verify::pod::PodView;

pub(super) const NAMESPACES: Check =
    Check { id: "hostNamespaces", replaces: &[], versions: &[(0, namespaces, Step::More)] };
pub(super) const PATH_VOLUMES: Check =
    Check { id: "hostPathVolumes", replaces: &[], versions: &[(0, path_volumes, Step::More)] };
pub(super) const PORTS: Check = Check { id: "hostPorts", replaces: &[], versions: &[(0, ports, Step::More)] };
pub(super) const PROBES_AND_LIFECYCLE: Check =
    Check { id: "hostProbesAndHostLifecycle", replaces: &[], versions: &[(34, probes_and_lifecycle, Step::More)] };
pub(super) const WINDOWS_PROCESS: Check =
    Check { id: "windowsHostProcess", replaces: &[], versions: &[(0, windows_process, Step::More)] };

fn namespaces(pod: &PodView<'_>, found: &mut Found) {
    let spec = pod.template.spec;
    for (field, is_set) in [("hostNetwork", spec.host_network), ("hostPID", spec.host_pid), ("hostIPC", spec.host_ipc)]
    {
        if is_set == Some(true) {
            found.refuse(pod.spec_path.at(field), format!("`{field}` is true"), "remove it");
        }
    }
}

fn path_volumes(pod: &PodView<'_>, found: &mut Found) {
    for (path, volume) in pod.volumes().filter(|(_, volume)| volume.host_path.is_some()) {
        let reason = format!("the volume `{}` is a path of the node", volume.name);
        found.refuse(path.at("hostPath"), reason, "use an `emptyDir`, a `configMap` or a claim");
    }
}

fn ports(pod: &PodView<'_>, found: &mut Found) {
    for container in &pod.containers {
        for (index, port) in container.ports.iter().enumerate() {
            let host_port = pod.host_port(port);
            if host_port != 0 {
                let reason = format!("the container `{}` takes port {host_port} of the node", container.name);
                let path = container.path.at("ports").index(index).at("hostPort");
                found.refuse(path, reason, "remove `hostPort`, and `hostNetwork` with it; a Service reaches the pod");
            }
        }
    }
}

fn probes_and_lifecycle(pod: &PodView<'_>, found: &mut Found) {
    for container in &pod.containers {
        for (field, probe) in container.probes {
            let Some(probe) = probe else { continue };
            let path = container.path.at(field);
            hosts(&path, probe.http_get.as_ref(), probe.tcp_socket.as_ref(), found);
        }
        let Some(lifecycle) = container.lifecycle else { continue };
        for (field, handler) in [("postStart", &lifecycle.post_start), ("preStop", &lifecycle.pre_stop)] {
            let Some(handler) = handler else { continue };
            let path = container.path.at("lifecycle").at(field);
            hosts(&path, handler.http_get.as_ref(), handler.tcp_socket.as_ref(), found);
        }
    }
}

fn hosts(path: &FieldPath, http: Option<&HTTPGetAction>, tcp: Option<&TCPSocketAction>, found: &mut Found) {
    let http = http.and_then(|action| action.host.as_deref()).map(|host| (path.at("httpGet.host"), host));
    let tcp = tcp.and_then(|action| action.host.as_deref()).map(|host| (path.at("tcpSocket.host"), host));
    for (path, host) in http.into_iter().chain(tcp).filter(|(_, host)| !host.is_empty()) {
        let reason = format!("the kubelet would call `{host}` instead of the pod");
        found.refuse(path, reason, "remove `host`; a name that the server needs is a `Host` header in `httpHeaders`");
    }
}

fn windows_process(pod: &PodView<'_>, found: &mut Found) {
    const FIELD: &str = "securityContext.windowsOptions.hostProcess";
    let is_host = |options: &WindowsSecurityContextOptions| options.host_process == Some(true);
    if pod.security().and_then(|security| security.windows_options.as_ref()).is_some_and(is_host) {
        found.refuse(pod.spec_path.at(FIELD), "the pod's containers are processes of the node", "remove it");
    }
    for container in &pod.containers {
        if container.security.and_then(|security| security.windows_options.as_ref()).is_some_and(is_host) {
            let reason = format!("the container `{}` is a process of the node", container.name);
            found.refuse(container.path.at(FIELD), reason, "remove it");
        }
    }
}
