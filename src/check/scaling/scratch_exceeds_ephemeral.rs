//! Scratch folders fit the disk, or the memory, that a service may take.

use super::amounts;
use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::{Reach, Sink};
use crate::model::Workload;
use crate::model::resources::Resource;
use crate::model::settings::{Medium, Scratch};
use crate::value::Memory;

crate::check! {
    /// ## What it means
    /// The scratch folders of a service together may grow beyond its limit of local disk, `ephemeral`; or those that are
    /// kept in memory fill its whole memory limit.
    ///
    /// ## Why it matters in the cluster
    /// Folders on disk count against the disk limit, and the kubelet evicts the pod when they pass it, each below its
    /// own size. Folders in memory count against the memory limit: what they hold is missing to the process, which is
    /// killed.
    ///
    /// ## How to mend it
    /// Raise the limit, or make the folders smaller.
    ///
    /// ```bvl bad in=service
    /// ephemeral 100Mi..1Gi //~ BVL0518 "1025Mi"
    /// scratch "/tmp" 1Mi
    /// scratch "/cache" 1Gi
    /// ```
    /// ```bvl fixed in=service fix=1
    /// ephemeral 100Mi..1025Mi
    /// scratch "/tmp" 1Mi
    /// scratch "/cache" 1Gi
    /// ```
    /// ```bvl good in=service
    /// ephemeral 512Mi..1Gi
    /// scratch "/tmp" 512Mi
    /// scratch "/cache" 512Mi
    /// ```
    /// ```bvl bad in=service
    /// memory 128Mi..256Mi //~ BVL0518 "256Mi of memory"
    /// scratch "/tmp" 256Mi in-memory
    /// ```
    /// ```bvl good in=service
    /// memory 128Mi..256Mi
    /// scratch "/tmp" 255Mi in-memory
    /// ```
    ///
    /// A folder of one environment counts there, with the layer that states it:
    /// ```bvl bad in=file
    /// environment staging { namespace "shop-staging"; service report { scratch "/cache" 300Mi } }
    /// service report is base { ephemeral 128Mi..256Mi } //~ BVL0518 "300Mi"
    /// allow caller -> report.http
    /// ```
    ///
    /// ## Source
    /// [Local ephemeral storage](https://kubernetes.io/docs/concepts/storage/ephemeral-storage/) and
    /// [`eviction_manager.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/kubelet/eviction/eviction_manager.go),
    /// `podEphemeralStorageLimitEviction`, Kubernetes 1.36.
    BVL0518, "scratch-exceeds-ephemeral", Error(Judgment), since "0.1.0" => run, reads ["scratch", "ephemeral", "init", "sidecar"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, program, environment) in cx.programs() {
        for medium in [Medium::Disk, Medium::Memory] {
            let folders: Vec<&Scratch> = program.scratches.iter().filter(|scratch| scratch.medium == medium).collect();
            let sum: Memory = folders.iter().map(|scratch| scratch.size.value).sum();
            let (resource, word, noun) = match medium {
                Medium::Disk => (&workload.resources.ephemeral, "ephemeral", "disk"),
                Medium::Memory => (&workload.resources.memory, "memory", "memory"),
            };
            let Some(amount) = resource.as_ref().map(|resource| &resource.amount) else { continue };
            let Some(limit) = amount.value.limit else { continue };
            let fits = match medium {
                // the kubelet goes by what all containers of the pod may take (`podEphemeralStorageLimitEviction`)
                Medium::Disk => sum <= of_pod(workload).unwrap_or(limit),
                Medium::Memory => sum < limit,
            };
            if fits || sum.is_zero() || amounts::are_in_doubt(cx, workload, environment, word) {
                continue;
            }
            let name = &workload.name.value;
            let title =
                format!("the scratch folders of {name} may hold {sum}, of the {limit} of {noun} that it may take");
            let mut diagnostic = finding(&BVL0518, workload, environment, amount.span, title)
                .here(format!("{limit} at most{}", cx.from_layer(amount.layer)));
            for scratch in &folders {
                diagnostic = diagnostic.also(scratch.size.span, format!("counts {}", cx.supplied(&scratch.size)));
            }
            diagnostic = match medium {
                Medium::Disk => diagnostic
                    .note("the kubelet would evict the pod once they hold more, each below its own size")
                    .help(format!("raise the limit to {sum} or more, since logs and other files that the container writes count, too, or make the folders smaller"))
                    .choice_to(
                        Reach::AtLeast(sum.bytes()),
                        format!("raise the limit to {sum}, the least that holds the folders"),
                        cx.replace(amount, format!("{}..{sum}", amount.value.request)),
                    ),
                Medium::Memory => diagnostic
                    .note("what they hold counts as memory of the process, which would be killed before they are full")
                    .help("raise the memory limit above what the folders and the process need together"),
            };
            sink.report(diagnostic);
        }
    }
}

/// What all containers of a pod may take of disk, at any time: one that states no limit adds nothing.
fn of_pod(workload: &Workload) -> Option<Memory> {
    let limit = |stated: &Resource<Memory>| stated.amount.value.limit;
    let bytes =
        workload.pod_takes(|resources| Some(resources.ephemeral.as_ref().and_then(limit).map_or(0, Memory::bytes)))?;
    Some(Memory::from_bytes(bytes))
}
