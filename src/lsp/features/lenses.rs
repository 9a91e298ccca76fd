//! What stands above a declaration.

use ls_types::request::{CodeLensRequest, CodeLensResolve};
use ls_types::{CodeLens, CodeLensOptions};
use serde_json::{Value, json};

use super::{Asked, Feature, Request, judged, resolved};
use crate::ide::lenses::{self, Kind, Lens};
use crate::lsp::asked::uri;
use crate::lsp::commands::Name;

pub(super) const FEATURE: Feature = Feature {
    title: "Lenses",
    doc: "Above a declaration what it makes, whom it knows and what checks find of it; above a rule of how much it holds.",
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

/// Each kind: its word in a lens's data, the command that it runs, and its title while nothing is known.
const KINDS: [(Kind, &str, Name, &str); 4] = [
    (Kind::Objects, "objects", Name::Preview, "preview YAML"),
    (Kind::Flows, "flows", Name::Graph, "flows"),
    (Kind::Check, "check", Name::Check, "check"),
    (Kind::Rule, "rule", Name::Rule, "cannot be judged"),
];

fn word(kind: Kind) -> &'static str {
    KINDS.iter().find(|(known, ..)| *known == kind).map_or("", |(_, word, ..)| word)
}

fn with_command(asked: &Asked, lens: CodeLens) -> CodeLens {
    let stated = lens.data.as_ref().and_then(|data| data.get("kind")).and_then(Value::as_str);
    let command = KINDS.iter().find(|(_, word, ..)| stated == Some(*word)).and_then(|(kind, _, name, unknown)| {
        let title = asked.at(lens.range.start).and_then(|at| lenses::title(asked.view(), at, *kind));
        // one that is resolved has a command: while something is wrong, one that says so
        let title = title.unwrap_or_else(|| (*unknown).to_owned());
        Some(name.at(title, &uri(&asked.path)?, lens.range.start))
    });
    CodeLens { command, ..lens }
}
