//! A key that is read of a `ConfigMap` that bvlc makes is one of its keys.

use super::made::{Made, Makers, Missing, keyless};
use crate::check::Context;
use crate::diagnostic::Sink;
use crate::model::settings::{Config, VariableSource};

crate::check! {
    /// ## What it means
    /// An `env` reads a key of a ConfigMap that a `config` makes in this environment, by the name of the object in quotes,
    /// `"web-settings"` for `config settings` of web, and that `config` has no such key. A name without quotes is that of one of
    /// the service's own configs ([BVL0204](BVL0204.md)). Of other ConfigMaps nobody knows the keys.
    ///
    /// ## Why it matters in the cluster
    /// A container whose variable names a key that is not in its ConfigMap does not start (`CreateContainerConfigError`), and its
    /// rollout hangs.
    ///
    /// ## How to mend it
    /// Write a key that the `config` has, or add the key to it.
    ///
    /// ```bvl bad in=config
    /// env LEVEL config "caller-settings" "level" //~ BVL0916 "has no key `level`"
    /// ```
    /// ```bvl fixed fix=1 in=config
    /// env LEVEL config "caller-settings" "LEVEL"
    /// ```
    /// ```bvl bad in=config
    /// config own { LEVEL "info" }
    /// env LOG_LEVEL config "app-own" "LVEL" //~ BVL0916 "has no key `LVEL`"
    /// ```
    /// ```bvl fixed fix=1 in=config
    /// config own { LEVEL "info" }
    /// env LOG_LEVEL config "app-own" "LEVEL"
    /// ```
    /// ```bvl good in=config
    /// env LEVEL config "caller-settings" "LEVEL"
    /// ```
    /// ```bvl good in=service
    /// env LEVEL config "made-by-others" "level"
    /// ```
    ///
    /// ## Source
    /// `makeEnvironmentVariables` in [`kubelet_pods.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/kubelet/kubelet_pods.go)
    /// (Kubernetes 1.36).
    BVL0916, "config-key-not-made", Error(Stated), since "0.1.0" => run, reads ["env", "config", "init", "sidecar"]
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    let makers: Makers<'_, Config> = Makers::new(cx, |program| &program.configs, |config| &config.name.value);
    for (workload, program, environment) in cx.programs() {
        let variables = program.containers().flat_map(|contained| &*contained.container.variables);
        for variable in variables {
            let VariableSource::Config { config: named, key } = &variable.source else { continue };
            if program.config(&named.value).is_some() {
                continue;
            }
            let found = makers.of(environment.id, &named.value);
            let Some((maker, config)) = found.filter(|(_, config)| !config.has_key(&key.value)) else { continue };
            let made = Made {
                kind: "ConfigMap",
                word: "config",
                object: Config::object_name(&maker.name.value, &config.name.value),
                maker,
                own: &config.name,
                keys: config.entries.iter().map(|(key, _)| key).collect(),
            };
            let missing = Missing {
                by: format!("`env {}`", variable.name.value),
                key,
                adds: format!("{} \"TEXT\"", key.value),
                aside: "",
                why: "a container whose variable names a key that is not in its ConfigMap does not start",
            };
            sink.report(keyless(cx, &BVL0916, (workload, environment), &missing, &made));
        }
    }
}
