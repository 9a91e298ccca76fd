//! Flows as the protocol's call hierarchy.

use ls_types::request::{CallHierarchyIncomingCalls, CallHierarchyOutgoingCalls, CallHierarchyPrepare};
use ls_types::{
    CallHierarchyIncomingCall, CallHierarchyItem, CallHierarchyOutgoingCall, CallHierarchyServerCapability, Position,
    Range, SymbolKind,
};

use super::{Asked, Feature, Request, judged};
use crate::ide::calls::{self, Caller, Direction, Step};
use crate::source::Span;

pub(super) const FEATURE: Feature = Feature {
    title: "Call hierarchy",
    doc: "Flows: who may reach this, and whom it may reach.",
    declare: |server, _| server.call_hierarchy_provider = Some(CallHierarchyServerCapability::Simple(true)),
    requests: &[
        Request::new::<CallHierarchyPrepare>(|params| {
            judged::<CallHierarchyPrepare>(
                params,
                |params| &params.text_document_position_params.text_document.uri,
                |asked, params| prepare(asked, params.text_document_position_params.position),
            )
        }),
        Request::new::<CallHierarchyIncomingCalls>(|params| {
            judged::<CallHierarchyIncomingCalls>(
                params,
                |params| &params.item.uri,
                |asked, params| Some(incoming(asked, &params.item.name)),
            )
        }),
        Request::new::<CallHierarchyOutgoingCalls>(|params| {
            judged::<CallHierarchyOutgoingCalls>(
                params,
                |params| &params.item.uri,
                |asked, params| Some(outgoing(asked, &params.item.name)),
            )
        }),
    ],
};

fn prepare(asked: &Asked, position: Position) -> Option<Vec<CallHierarchyItem>> {
    let found = calls::at(asked.view(), asked.at(position)?)?;
    let detail = found.word.to_owned();
    Some(vec![item(asked, &found, detail)?])
}

fn item(asked: &Asked, caller: &Caller, detail: String) -> Option<CallHierarchyItem> {
    let location = asked.location(caller.span)?;
    Some(CallHierarchyItem {
        name: caller.name.clone(),
        kind: if caller.word == "external" { SymbolKind::INTERFACE } else { SymbolKind::MODULE },
        tags: None,
        detail: Some(detail),
        selection_range: asked.lines(caller.selection.file)?.range(caller.selection),
        uri: location.uri,
        range: location.range,
        data: None,
    })
}

fn incoming(asked: &Asked, name: &str) -> Vec<CallHierarchyIncomingCall> {
    let call = |step: Step| {
        let from_ranges = ranges(asked, &step, &step.other);
        Some(CallHierarchyIncomingCall { from: item(asked, &step.other, step.detail)?, from_ranges })
    };
    calls::steps(asked.view(), name, Direction::Incoming).into_iter().filter_map(call).collect()
}

fn outgoing(asked: &Asked, name: &str) -> Vec<CallHierarchyOutgoingCall> {
    let Some(from) = calls::named(asked.view(), name) else { return Vec::new() };
    let call = |step: Step| {
        let from_ranges = ranges(asked, &step, &from);
        Some(CallHierarchyOutgoingCall { to: item(asked, &step.other, step.detail)?, from_ranges })
    };
    calls::steps(asked.view(), name, Direction::Outgoing).into_iter().filter_map(call).collect()
}

/// Where a flow is stated, as far as that is in the caller's own file: the protocol has ranges of no other; else the
/// caller's name.
fn ranges(asked: &Asked, step: &Step, from: &Caller) -> Vec<Range> {
    let own: Vec<Span> = step.places.iter().copied().filter(|place| place.file == from.span.file).collect();
    let shown = if own.is_empty() { vec![from.selection] } else { own };
    shown.into_iter().filter_map(|span| Some(asked.lines(span.file)?.range(span))).collect()
}
