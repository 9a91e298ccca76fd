//! Who may reach something is told where it is.

use std::collections::BTreeSet;

use super::addresses::addresses;
use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::program::Program;
use crate::model::settings::VariableSource;
use crate::model::text::Piece;
use crate::model::{DeclaredFlow, Endpoint, Environment, Workload};

crate::check! {
    /// ## What it means
    /// A service's settings name the addresses of some that it may reach, and nothing in them names another one that it
    /// may reach, too. No setting is read from a Secret or from a ConfigMap that bvlc does not know, so it is not named
    /// there either.
    ///
    /// ## Why it matters in the cluster
    /// A flow that nobody uses is open for whoever takes the service over. Perhaps it is left from something that is gone,
    /// or the setting was forgotten.
    ///
    /// ## How to mend it
    /// Name the address, or take the flow out. A program may know an address by itself: then all is well, and this is only
    /// a hint.
    ///
    /// ```bvl bad in=flow
    /// service report is base { env VAULT_ADDR "https://${vault.host}:${vault.port}" }
    /// allow report -> vault.api, store.sql //~ BVL0324 "where store is"
    /// ```
    /// ```bvl good in=flow
    /// service report is base { env VAULT_ADDR "https://${vault.host}:${vault.port}"; env STORE "postgres://store/reports" }
    /// allow report -> vault.api, store.sql
    /// ```
    /// ```bvl good in=flow
    /// service report is base { env VAULT_ADDR "https://${vault.host}:${vault.port}"; env DATABASE_URL secret "store" "uri" }
    /// allow report -> vault.api, store.sql
    /// ```
    ///
    /// Where no address is named at all, the program knows them all:
    /// ```bvl good in=flow
    /// service report is base { env MODE "fast" }
    /// allow report -> vault.api, store.sql
    /// ```
    ///
    /// ## Source
    /// bvlc's own.
    BVL0324, "target-never-named", Hint, since "0.1.0" => run, judges Missing, looks Neighbors
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (workload, program, environment) in cx.programs().filter(|(_, program, _)| is_told(program)) {
        // a value that is not known may name any of them
        if workload.unread.lacks_value("env") {
            continue;
        }
        let mut said = BTreeSet::new();
        for flow in cx.stated_from(workload.id) {
            let Some(target) = cx.model.endpoint(flow.destination) else { continue };
            let is_known = flow.source == flow.destination || target.tainted() || names(workload, program, target);
            if !is_known && said.insert(flow.destination) {
                sink.report(unnamed(cx, (workload, program, environment), (flow, target)));
            }
        }
    }
}

/// That no setting of a service says where the end of its flow is.
fn unnamed(
    cx: &Context<'_>,
    (workload, program, environment): (&Workload, &Program, &Environment),
    (flow, target): (&DeclaredFlow, &Endpoint),
) -> Diagnostic {
    let (name, far) = (&workload.name.value, cx.name(target.id(), environment.id));
    let port = target.ports().get(usize::from(flow.port)).map_or("", |port| port.name.value.as_str());
    let at = format!("{}.{port}", target.name().value);
    let title = format!("no setting of {name} says where {far} is");
    let mut diagnostic = finding(&BVL0324, workload, environment, flow.destination_span, title)
        .here(format!("{name} may reach it"))
        .about(format!("{name} -> {}", target.name().value));
    if let Some((setting, address)) = addresses(program).next() {
        diagnostic = diagnostic.also(address.span, format!("{setting} says where another one is"));
    }
    diagnostic
        .note("a flow that nobody uses is open for whoever takes the service over")
        .help(format!("name its address in a setting, such as `env ADDRESS \"${{{at}.host}}:${{{at}.port}}\"`, or take the flow out if nothing needs it"))
}

/// Whether the platform tells a service where others are, and nothing else can.
fn is_told(program: &Program) -> bool {
    let own = |config: &str| program.config(config).is_some();
    let mut variables = program.containers().flat_map(|contained| &*contained.container.variables);
    let is_known = variables.all(|variable| match &variable.source {
        VariableSource::Value { .. } => true,
        VariableSource::Secret { .. } => false,
        VariableSource::Config { config, .. } => own(&config.value),
    });
    is_known && program.secrets.is_empty() && addresses(program).next().is_some()
}

/// Whether some setting names an endpoint, by its address or in a text.
fn names(workload: &Workload, program: &Program, target: &Endpoint) -> bool {
    if addresses(program).any(|(_, address)| address.endpoint == target.id()) {
        return true;
    }
    let mut known: Vec<String> = vec![target.name().value.clone()];
    match target {
        Endpoint::Workload(far) => {
            known.extend(far.services.iter().map(|program| program.name.value.clone()));
        }
        Endpoint::External(far) => {
            known.extend(far.host.iter().map(|host| host.value.clone()));
            known.extend(far.cidrs.iter().filter_map(|cidr| Some(cidr.value.single()?.to_string())));
        }
    }
    let in_settings = program.texts().flat_map(|(_, text)| &text.value.pieces);
    let fixed = in_settings.filter_map(|piece| match piece {
        Piece::Fixed(text) => Some(text.as_str()),
        Piece::Address(_) => None,
    });
    let commands = program.containers().flat_map(|contained| [&contained.container.command, &contained.container.args]);
    let commands = commands.flatten().flat_map(|command| &command.words);
    let annotations = workload.annotations.iter().map(|(_, value)| value.value.as_str());
    let mut all = fixed.chain(commands.map(|word| word.value.as_str())).chain(annotations);
    all.any(|text| known.iter().any(|name| text.contains(name.as_str())))
}
