//! A pre-stop that runs a command finds it in the image.

use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::value::{KubernetesVersion, text::quoted};

/// The first version that has the `sleep` action of a pre-stop hook without being asked to.
const SLEEP_ACTION: KubernetesVersion = KubernetesVersion::new(30);

crate::check! {
    /// ## What it means
    /// A service has a `pre-stop`, its image is marked `shell-less`, and the oldest Kubernetes version that the output is for
    /// has no `sleep` action: the hook runs the command `sleep`, which the image has not.
    ///
    /// ## Why it matters in the cluster
    /// The hook fails (`FailedPreStopHook`) and the program is told to stop at once, while others still send it new
    /// connections.
    ///
    /// ## How to mend it
    /// Raise `kubernetes` to 1.30, or build the image with a `sleep`.
    ///
    /// ```bvl bad in=old
    /// kubernetes "1.29" //~ BVL0721 "app"
    /// ```
    /// ```bvl fixed fix=1 in=old
    /// kubernetes "1.30"
    /// ```
    /// ```bvl good in=old
    /// kubernetes "1.31"
    /// ```
    ///
    /// ## Source
    /// [KEP-3960](https://github.com/kubernetes/enhancements/issues/3960): alpha in 1.29, on by default from 1.30.
    BVL0721, "shell-less-pre-stop", Error(Judgment), since "0.1.0" => run, looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    let oldest = &cx.model.platform.kubernetes;
    if oldest.value >= SLEEP_ACTION {
        return;
    }
    for (workload, program, environment) in cx.programs() {
        let Some(shell_less) = program.shell_less else { continue };
        let pre_stop = program.shutdown.pre_stop;
        if pre_stop.value.is_zero() {
            continue;
        }
        let title =
            format!("the pre-stop of {} runs the command `sleep`, which its image does not bring", workload.name.value);
        let raised = quoted(&SLEEP_ACTION.to_string());
        sink.report(
            finding(&BVL0721, workload, environment, oldest.span, title)
                .here(format!("Kubernetes {} has no sleep action", oldest.value))
                .also(shell_less.span, format!("brings no programs but its own{}", cx.from_layer(shell_less.layer)))
                .also(pre_stop.span, format!("{} of pre-stop{}", pre_stop.value, cx.from_layer(pre_stop.layer)))
                .note("the hook fails, and the program is told to stop at once")
                .help(format!("raise `kubernetes` to {raised} once no older server is left; until then use an image that brings `sleep`, and take `shell-less` out"))
                .choice(format!("raise kubernetes to {SLEEP_ACTION}"), cx.replace(oldest, raised)),
        );
    }
}
