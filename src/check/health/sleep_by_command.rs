//! A pre-stop needs nothing from the image.

use std::collections::BTreeSet;

use super::stopping::SLEEP_ACTION;
use crate::check::Context;
use crate::check::mend::Mend;
use crate::check::prose::listed;
use crate::diagnostic::{Diagnostic, Sink};
use crate::value::{KubernetesVersion, text::quoted};

/// The oldest version that bvlc knows; one before it is reported as that.
const OLDEST: KubernetesVersion = KubernetesVersion::new(29);

crate::check! {
    /// ## What it means
    /// The oldest Kubernetes version that the output is for has no `sleep` action for a pre-stop hook, so that the hook
    /// runs the command `sleep` in the container.
    ///
    /// ## Why it matters in the cluster
    /// An image without that command (distroless, scratch) fails the hook: the pod reports `FailedPreStopHook` and is told
    /// to stop at once.
    ///
    /// ## How to mend it
    /// Nothing, where the image brings `sleep`. Else raise `kubernetes` to 1.30 once no older server is left.
    ///
    /// ```bvl bad in=platform
    /// kubernetes "1.29" //~ BVL0706 "app and caller"
    /// api-server 10.40.0.0/28 6443
    /// ```
    /// ```bvl fixed fix=1 in=platform
    /// kubernetes "1.30"
    /// api-server 10.40.0.0/28 6443
    /// ```
    /// ```bvl good in=platform
    /// kubernetes "1.31"
    /// api-server 10.40.0.0/28 6443
    /// ```
    ///
    /// ## Source
    /// [KEP-3960](https://github.com/kubernetes/enhancements/issues/3960): alpha in 1.29, on by default from 1.30.
    BVL0706, "sleep-by-command", Hint, since "0.1.0" => run, reads ["shutdown"]
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    let oldest = &cx.model.platform.kubernetes;
    if !(OLDEST..SLEEP_ACTION).contains(&oldest.value) {
        return;
    }
    let mut names = BTreeSet::new();
    let mut titles = BTreeSet::new();
    for (workload, program, environment) in cx.programs() {
        // an image that is known to bring none is named by itself
        if !program.shutdown.pre_stop.value.is_zero() && program.shell_less.is_none() {
            names.insert(workload.name.value.as_str());
            titles.insert(environment.title.as_str());
        }
    }
    if names.is_empty() {
        return;
    }
    let named: Vec<&str> = names.iter().copied().collect();
    let title = format!("the pre-stop of {} runs the command `sleep`, which the image has to bring", listed(&named));
    let raised = quoted(&SLEEP_ACTION.to_string());
    let mut diagnostic = Diagnostic::new(&BVL0706, oldest.span, title)
        .here(format!("Kubernetes {} has no sleep action", oldest.value))
        .note("an image without `sleep` fails the hook, and the program is told to stop at once")
        .help(format!("raise `kubernetes` to {raised} once no older server is left; where the image brings `sleep`, nothing need be done, and `waive sleep-by-command on {} because \"REASON\"` says so, one for each service", named.first().copied().unwrap_or_default()))
        .choice(format!("raise kubernetes to {SLEEP_ACTION}"), cx.replace(oldest, raised));
    diagnostic.environments = titles.into_iter().map(str::to_owned).collect();
    diagnostic.subjects = named.into_iter().map(str::to_owned).collect();
    sink.report(diagnostic);
}
