//! What follows from a statement, shown behind it.
//!
//! Invariant: a hint is whole without being resolved; that only adds what is shown when it is pointed at.

use ls_types::request::{InlayHintRequest, InlayHintResolveRequest};
use ls_types::{
    InlayHint, InlayHintLabel, InlayHintOptions, InlayHintServerCapabilities, InlayHintTooltip, OneOf, Range,
};
use serde_json::json;

use super::{Asked, Feature, Request, judged, markup, resolved};
use crate::ide::facts::Kind;
use crate::ide::hints::{self, Hint};
use crate::lsp::asked::uri;
use crate::source::Span;

pub(super) const FEATURE: Feature = Feature {
    title: "Inlay hints",
    doc: "What follows from a statement: sums of stopping, drains, scaling, numbers of ports, of how much a rule holds.",
    declare: |server, _| {
        let options = InlayHintOptions { resolve_provider: Some(true), ..InlayHintOptions::default() };
        server.inlay_hint_provider = Some(OneOf::Right(InlayHintServerCapabilities::Options(options)));
    },
    requests: &[
        Request::new::<InlayHintRequest>(|params| {
            judged::<InlayHintRequest>(
                params,
                |params| &params.text_document.uri,
                |asked, params| hints(asked, params.range),
            )
        }),
        Request::new::<InlayHintResolveRequest>(|params| {
            resolved::<InlayHintResolveRequest>(params, |hint| hint.data.as_ref(), with_tooltip)
        }),
    ],
};

fn hints(asked: &Asked, range: Range) -> Option<Vec<InlayHint>> {
    let document = uri(&asked.path)?;
    let hints = found(asked, range)?.into_iter();
    Some(
        hints
            .filter_map(|hint| Some(InlayHint { data: Some(json!({"uri": document})), ..shown(asked, &hint)? }))
            .collect(),
    )
}

fn found(asked: &Asked, range: Range) -> Option<Vec<Hint>> {
    let (start, end) = (asked.at(range.start)?, asked.at(range.end)?);
    let within = Span { file: start.file, start: start.place, end: end.place.max(start.place) };
    let chosen = asked.settings.hints;
    let is_wanted = |kind: Kind| match kind {
        Kind::Shutdown => chosen.has_shutdown,
        Kind::Drain => chosen.has_drain,
        Kind::Scale => chosen.has_scale,
        Kind::Ports => chosen.has_ports,
        Kind::Rules => chosen.has_rules,
    };
    Some(hints::hints(asked.view(), start.file, within, &is_wanted))
}

fn shown(asked: &Asked, hint: &Hint) -> Option<InlayHint> {
    let file = asked.file()?;
    let place = Span { file, start: hint.place, end: hint.place };
    Some(InlayHint {
        position: asked.lines(file)?.range(place).start,
        label: InlayHintLabel::String(hint.fact.label.clone()),
        kind: None,
        text_edits: None,
        tooltip: None,
        padding_left: Some(true),
        padding_right: None,
        data: None,
    })
}

fn with_tooltip(asked: &Asked, hint: InlayHint) -> InlayHint {
    let InlayHintLabel::String(label) = &hint.label else { return hint };
    let known = found(asked, Range { start: hint.position, end: hint.position }).unwrap_or_default();
    // a text that has changed since may say something else there
    let known = known.into_iter().find(|known| known.fact.label == *label);
    let tooltip = known.map(|known| {
        let value = known.fact.detail;
        InlayHintTooltip::MarkupContent(markup(asked.client.markdown.hovers, value))
    });
    InlayHint { tooltip, ..hint }
}
