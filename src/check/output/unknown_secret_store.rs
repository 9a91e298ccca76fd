//! Each secret comes from a store that the platform states.

use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::{Absent, Sink};
use crate::value::name::{subdomain, suggest_label};
use crate::value::similar;

crate::check! {
    /// ## What it means
    /// A `secret` comes from a store that no `secret-store` of the platform states.
    ///
    /// ## Why it matters in the cluster
    /// An ExternalSecret names its store with the kind of it, and the platform does not say which kind that is. One that
    /// names a store which is not there is never filled: the Secret is not made, and no pod that reads it starts.
    ///
    /// ## How to mend it
    /// Write the store's name as the platform states it, or state it: `secret-store vault` for a ClusterSecretStore,
    /// `secret-store vault namespaced` for a SecretStore in each namespace.
    ///
    /// ```bvl bad in=service
    /// secret billing from vault "shop/billing" { key TOKEN "token" } //~ BVL0912 "the store `vault`"
    /// ```
    /// ```bvl bad in=secret
    /// secret billing from vualt "shop/billing" { key TOKEN "token" } //~ BVL0912 "the store `vualt`"
    /// ```
    /// ```bvl fixed fix=1 in=secret
    /// secret billing from vault "shop/billing" { key TOKEN "token" }
    /// ```
    /// ```bvl good in=platform
    /// secret-store vault
    /// ```
    /// ```bvl good in=platform
    /// secret-store vault namespaced
    /// ```
    ///
    /// ## Source
    /// [`SecretStoreRef`](https://github.com/external-secrets/external-secrets/blob/v2.0.0/apis/externalsecrets/v1/externalsecret_types.go)
    /// (External Secrets Operator 2.0): a store is named with its kind, `SecretStore` where none is stated.
    BVL0912, "unknown-secret-store", Error(Emitted), since "0.1.0" => run, reads ["secret"], looks Endpoint
}

/// So many stores are named.
const SHOWN: usize = 8;

fn run(cx: &Context<'_>, sink: &mut Sink) {
    let platform = &cx.model.platform;
    let known = || platform.secret_stores.iter().map(|store| store.name.value.as_str());
    for (workload, program, environment) in cx.programs() {
        for secret in &*program.secrets {
            let store = &secret.store;
            // one whose name Kubernetes does not accept is meant by the name that it should have, too
            let is_meant = |known: &str| {
                known == store.value
                    || subdomain(known).is_err() && suggest_label(known).as_deref() == Some(store.value.as_str())
            };
            if known().any(is_meant) {
                continue;
            }
            let title = format!(
                "`secret {}` of {} comes from the store `{}`, which the platform does not state",
                secret.name.value, workload.name.value, store.value
            );
            let near = similar::nearest(&store.value, known());
            let statement = format!("secret-store {}", store.value);
            let stated: Vec<String> = known().take(SHOWN).map(|known| format!("`{known}`")).collect();
            let stated = if stated.is_empty() { String::new() } else { format!("stores: {}; or ", stated.join(", ")) };
            let diagnostic = finding(&BVL0912, workload, environment, store.span, title)
                .here(format!("no such store{}", cx.from_layer(store.layer)))
                .did_you_mean(&near)
                .note("External Secrets Operator finds a store by its kind and name: if it is not there, no Secret is made, and no pod that reads it starts")
                .help(format!(
                    "{stated}state it in the platform block: `{statement}` for a ClusterSecretStore, `{statement} namespaced` for a SecretStore in each namespace; `kubectl get clustersecretstores,secretstores -A` shows which kind it is"
                ))
                .lacking(Absent::Store(store.value.clone()));
            sink.report(if near.is_empty() {
                // which kind it is nobody but the cluster knows
                [statement.clone(), format!("{statement} namespaced")].iter().fold(diagnostic, |told, statement| {
                    told.choice(format!("state `{statement}`"), cx.state_in(platform.name.span, statement))
                })
            } else {
                near.iter()
                    .fold(diagnostic, |told, near| told.choice(format!("write `{near}`"), cx.replace(store, *near)))
            });
        }
    }
}
