//! Flows as the protocol's call hierarchy.

use ls_types::request::{CallHierarchyIncomingCalls, CallHierarchyOutgoingCalls, CallHierarchyPrepare};
use ls_types::{
    CallHierarchyIncomingCall, CallHierarchyItem, CallHierarchyOutgoingCall, CallHierarchyServerCapability, Position,
    Range, SymbolKind,
};

use super::{Asked, Feature, Request, judged};
use crate::ide::calls::{self, Caller, Direction, Step};
use crate::source::{FileId, Span};

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
                |asked, params| Some(outgoing(asked, &params.item)),
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
        let (from, own) = caller(&step);
        let from_ranges = ranges(asked, own.as_deref().unwrap_or(&[from.selection]));
        Some(CallHierarchyIncomingCall { from: item(asked, &from, step.detail)?, from_ranges })
    };
    calls::steps(asked.view(), name, Direction::Incoming).into_iter().filter_map(call).collect()
}

/// Who begins, in the file in which the flow is stated, since the protocol has ranges of no other: where it is declared, if that
/// is there, or else where the statement names it. And where the statements name whom it reaches.
fn caller(step: &Step) -> (Caller, Option<Vec<Span>>) {
    let declared = step.other.span;
    let stated = || step.places.iter().filter(|place| !place.is_cause || declared.contains(place.statement));
    let targets = |file: FileId| stated().filter(move |place| place.target.file == file).map(|place| place.target);
    let own: Vec<Span> = targets(declared.file).collect();
    if !own.is_empty() {
        return (step.other.clone(), Some(own));
    }
    match stated().next() {
        Some(place) => {
            let from = Caller { span: place.statement, selection: place.source, ..step.other.clone() };
            (from, Some(targets(place.statement.file).collect()))
        }
        None => (step.other.clone(), None),
    }
}

fn outgoing(asked: &Asked, from: &CallHierarchyItem) -> Vec<CallHierarchyOutgoingCall> {
    let file = asked.file();
    let call = |step: Step| {
        // the protocol has ranges of the caller's file alone
        let stated = step.places.iter().filter(|place| !place.is_cause && Some(place.target.file) == file);
        let own = ranges(asked, &stated.map(|place| place.target).collect::<Vec<_>>());
        let from_ranges = if own.is_empty() { vec![from.selection_range] } else { own };
        Some(CallHierarchyOutgoingCall { to: item(asked, &step.other, step.detail)?, from_ranges })
    };
    calls::steps(asked.view(), &from.name, Direction::Outgoing).into_iter().filter_map(call).collect()
}

fn ranges(asked: &Asked, places: &[Span]) -> Vec<Range> {
    places.iter().filter_map(|span| Some(asked.lines(span.file)?.range(*span))).collect()
}
