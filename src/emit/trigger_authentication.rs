//! `TriggerAuthentication`: what KEDA presents to the source of a trigger.

use super::scaling;
use super::{Context, metadata};
use crate::model::Workload;
use crate::object::{Kind, Object, SecretTarget, TriggerAuthentication, TriggerAuthenticationSpec};

/// One for each trigger that states how KEDA proves who it is.
pub(super) fn emit(cx: &Context<'_>, workload: &Workload, objects: &mut Vec<Object>) {
    let (Some(scaling), Some(service)) = (scaling::of_workload(workload), workload.service()) else { return };
    for asked in scaling.triggers.iter().filter(|trigger| !trigger.auth.is_empty()) {
        let targets = asked.auth.iter().map(|auth| SecretTarget {
            parameter: asked.parameter(auth).to_owned(),
            name: service.program.secret_object(&workload.name.value, &auth.secret.value),
            key: auth.key.value.clone(),
        });
        let spec = TriggerAuthenticationSpec { secret_target_ref: targets.collect() };
        let name = scaling::authentication_name(workload, asked);
        let metadata = metadata::of_workload(cx, workload, Kind::TriggerAuthentication, &name);
        objects.push(TriggerAuthentication { metadata, spec }.into());
    }
}
