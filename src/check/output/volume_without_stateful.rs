//! A volume that outlives a pod belongs to a service whose pods come back to it.

use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;

crate::check! {
    /// ## What it means
    /// A service states a `volume`, and is not `stateful`.
    ///
    /// ## Why it matters in the cluster
    /// A volume is mounted on one node at a time. The pods of a Deployment have no number by which each of them could have one of its
    /// own: all would share one, and a second pod on another node waits for it in `ContainerCreating`, without end. So would the new pod
    /// of a rollout, which is started before the old one is gone.
    ///
    /// ## How to mend it
    /// State `stateful`: each pod keeps its name and its volume, and a rollout stops the old pod before it starts the new one. If nothing
    /// has to outlive a pod, write `scratch "/PATH" SIZE` in place of the volume.
    ///
    /// ```bvl bad in=service
    /// volume data "/var/lib/app" 1Gi //~ BVL0917 "the volume data of app"
    /// ```
    /// ```bvl fixed in=service fix=1
    ///   stateful
    /// volume data "/var/lib/app" 1Gi
    /// ```
    /// ```bvl good in=service
    /// stateful
    /// volume data "/var/lib/app" 1Gi
    /// ```
    /// ```bvl good in=service
    /// scratch "/var/cache/app" 1Gi
    /// ```
    ///
    /// ## Source
    /// [Access modes](https://kubernetes.io/docs/concepts/storage/persistent-volumes/#access-modes): "`ReadWriteOnce`: the volume can be
    /// mounted as read-write by a single node", and [StatefulSet](https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/)
    /// (Kubernetes 1.33).
    BVL0917, "volume-without-stateful", Error(Refused), since "0.1.0" => run, reads ["volume", "stateful"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, service, environment) in cx.services().filter(|(_, service, _)| service.stateful().is_none()) {
        let mut volumes = service.program.volumes.iter();
        let Some(volume) = volumes.next() else { continue };
        let (name, own) = (&workload.name.value, &volume.name.value);
        let title = format!("the volume {own} of {name} outlives its pods, and none of them would find it again");
        let mut diagnostic = finding(&BVL0917, workload, environment, volume.name.span, title)
            .here(format!("mounted on one node at a time{}", cx.from_layer(volume.name.layer)));
        for other in volumes {
            diagnostic = diagnostic.also(other.name.span, "so is this one");
        }
        sink.report(
            diagnostic
                .taken(workload, &["stateful"])
                .note(format!(
                    "{name} is a Deployment: a second pod, or the new one of a rollout, would wait for the volume of the first without end"
                ))
                .help(format!(
                    "add the line `stateful` to {name}: each of its pods then has a volume, and data, of its own; or, where nothing has to outlive a pod, write `scratch PATH SIZE` in place of `volume`"
                ))
                .choice("state `stateful`", cx.state_word(workload, "stateful", "stateful")),
        );
    }
}
