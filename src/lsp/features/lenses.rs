//! What stands above a declaration.

use ls_types::request::{CodeLensRequest, CodeLensResolve};
use ls_types::{CodeLens, CodeLensOptions, Command};
use serde_json::{Value, json};

use super::{Asked, Feature, Request, judged, resolved};
use crate::ide::lenses::{self, Kind, Lens};
use crate::lsp::asked::uri;
use crate::lsp::commands::Name;

pub(super) const FEATURE: Feature = Feature {
    title: "Lenses",
    doc: "Above a declaration what it makes and whom it knows.",
    declare: |server, _| server.code_lens_provider = Some(CodeLensOptions { resolve_provider: Some(true) }),
    requests: &[
        Request::new::<CodeLensRequest>(|params| {
            judged::<CodeLensRequest>(params, |params| &params.text_document.uri, |asked, _| found(asked))
        }),
        Request::new::<CodeLensResolve>(|params| {
            resolved::<CodeLensResolve>(params, |lens| lens.data.as_ref(), with_command)
        }),
    ],
};

fn found(asked: &Asked) -> Option<Vec<CodeLens>> {
    let file = asked.file()?;
    if !asked.settings.has_lenses {
        return Some(Vec::new());
    }
    let document = uri(&asked.path)?;
    let lines = asked.lines(file)?;
    let shown = |lens: Lens| CodeLens {
        range: lines.range(lens.place),
        command: None,
        data: Some(json!({"uri": document, "kind": word(lens.kind)})),
    };
    Some(lenses::lenses(asked.view(), file).into_iter().map(shown).collect())
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Objects => "objects",
        Kind::Flows => "flows",
    }
}

fn with_command(asked: &Asked, lens: CodeLens) -> CodeLens {
    let is_objects = lens.data.as_ref().and_then(|data| data.get("kind")).and_then(Value::as_str) == Some("objects");
    let kind = if is_objects { Kind::Objects } else { Kind::Flows };
    let command = || -> Option<Command> {
        let (start, end) = (asked.at(lens.range.start)?, asked.at(lens.range.end)?);
        let file = asked.view().sources().get(start.file)?;
        let name = file.slice(crate::source::Span { file: start.file, start: start.place, end: end.place });
        let title = lenses::title(asked.view(), name, kind)?;
        let name = if is_objects { Name::Preview } else { Name::Graph };
        Some(name.at(title, &uri(&asked.path)?, lens.range.start))
    };
    // one that is resolved has a command: while something is wrong, one that says so
    let unknown = || {
        let title = if is_objects { "preview YAML" } else { "flows" };
        let name = if is_objects { Name::Preview } else { Name::Graph };
        Some(name.at(title, &uri(&asked.path)?, lens.range.start))
    };
    CodeLens { command: command().or_else(unknown), ..lens }
}
