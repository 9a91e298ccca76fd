//! `ExternalSecret`: a `secret` of a service.

use super::{Context, metadata};
use crate::model::Workload;
use crate::model::secret::{Secret, SecretKey, StoreScope};
use crate::object::{
    ExternalSecret, ExternalSecretData, ExternalSecretSpec, ExternalSecretTarget, Kind, Object, RemoteRef,
    SecretStoreRef,
};
use crate::value::Duration;

/// One for each `secret`, of the name of the Secret that External Secrets Operator makes of it.
pub(super) fn emit(cx: &Context<'_>, workload: &Workload, objects: &mut Vec<Object>) {
    let Some(program) = workload.program() else { return };
    for secret in &*program.secrets {
        let name = Secret::object_name(&workload.name.value, &secret.name.value);
        let spec = ExternalSecretSpec {
            data: secret.keys.iter().map(|key| data(secret, key)).collect(),
            data_from: Vec::new(),
            refresh_interval: Some(go_duration(secret.refresh.value)),
            secret_store_ref: Some(store(cx, secret)),
            target: ExternalSecretTarget {
                creation_policy: Some("Owner".to_owned()),
                deletion_policy: Some("Retain".to_owned()),
                name: Some(name.clone()),
                ..ExternalSecretTarget::default()
            },
        };
        let metadata = metadata::of_workload(cx, workload, Kind::ExternalSecret, &name);
        objects.push(ExternalSecret { metadata, spec }.into());
    }
}

/// Where a secret is read; a store that the platform has not is refused by the checks.
pub(super) fn store(cx: &Context<'_>, secret: &Secret) -> SecretStoreRef {
    let mut known = cx.model.platform.secret_stores.iter();
    let scope = known.find(|store| store.name.value == secret.store.value).map(|store| store.scope);
    let kind = match scope {
        Some(StoreScope::Namespace) => "SecretStore",
        Some(StoreScope::Cluster) | None => "ClusterSecretStore",
    };
    SecretStoreRef { kind: kind.to_owned(), name: secret.store.value.clone() }
}

/// A key and where it is read. What releases of `external-secrets.io/v1` fill in by themselves is stated: a delivery tool
/// would take it for drift within a list (external-secrets issue 5145).
fn data(secret: &Secret, key: &SecretKey) -> ExternalSecretData {
    ExternalSecretData {
        remote_ref: RemoteRef {
            conversion_strategy: Some("Default".to_owned()),
            decoding_strategy: Some("None".to_owned()),
            key: secret.path.value.clone(),
            metadata_policy: Some("None".to_owned()),
            property: key.property.as_ref().map(|property| property.value.clone()),
        },
        secret_key: key.name.value.clone(),
    }
}

/// A duration as the operator writes it back, whole units down from the largest: `1h30m0s` (`Duration.String` of Go's
/// package `time`).
fn go_duration(duration: Duration) -> String {
    let seconds = duration.secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes) {
        (0, 0) => format!("{seconds}s"),
        (0, _) => format!("{minutes}m{seconds}s"),
        (_, _) => format!("{hours}h{minutes}m{seconds}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::go_duration;
    use crate::value::Duration;

    #[test]
    fn durations_are_written_as_go_does() {
        for (seconds, written) in [
            (1, "1s"),
            (59, "59s"),
            (60, "1m0s"),
            (3599, "59m59s"),
            (3600, "1h0m0s"),
            (5430, "1h30m30s"),
            (90_000, "25h0m0s"),
        ] {
            assert_eq!(go_duration(Duration::from_secs(seconds)), written);
        }
    }
}
