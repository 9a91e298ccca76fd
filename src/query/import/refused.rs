//! What was written and is not built, whatever is accepted: each such statement is left out, and what it would have said is
//! listed, so that the rest is.
//!
//! Invariant: only what stands in a declaration is left out, or a declaration by itself: never the platform or an environment,
//! in which everything runs.

use std::sync::Arc;

use super::left::{Left, Loss};
use super::platform::Spec;
use super::spec::Line;
use crate::analyze::Analysis;
use crate::diagnostic::Severity;
use crate::source::FileId;
use crate::syntax::{self, tree::Statement};

/// A statement that is refused.
pub(super) struct Refused {
    /// What the statements around it say, from outside in, and it.
    heads: Vec<String>,
    /// How it is listed.
    pub(super) left: Left,
}

/// The statements that errors are about which nothing accepts.
pub(super) fn refused(analysis: &Analysis) -> Vec<Refused> {
    let errors = analysis.findings.iter().filter(|finding| finding.severity == Severity::Error);
    let mut all: Vec<Refused> = Vec::new();
    for finding in errors {
        let Some(span) = finding.span() else { continue };
        let Some(file) = analysis.sources().get(span.file) else { continue };
        let (text, place) = (file.text(), file.range(span));
        let tree = syntax::parse(FileId::default(), &Arc::from(text));
        let mut heads = Vec::new();
        let mut within: Vec<&Statement> = tree.statements().collect();
        let mut around = None;
        let holds = |statement: &&Statement| {
            let own = file.range(statement.span);
            own.start <= place.start && place.end <= own.end
        };
        while let Some(statement) = within.into_iter().find(holds) {
            heads.push(plain(text.get(file.range(statement.head())).unwrap_or_default()));
            around = Some(statement);
            within = statement.statements().collect();
        }
        if around.is_none_or(|statement| matches!(statement.word(), "platform" | "environment" | "use"))
            || all.iter().any(|known| known.heads == heads)
        {
            continue;
        }
        let object = heads.last().cloned().unwrap_or_default();
        let given = Some(format!("{} [{}]", finding.message, finding.code.id));
        let left =
            Left { place: None, object, path: String::new(), loss: Loss::Statement, given, built: None, remark: None };
        all.push(Refused { heads, left });
    }
    all
}

/// Leaves them out; whether any was there.
pub(super) fn leave_out(spec: &mut Spec, refused: &[Refused]) -> bool {
    let all: Vec<&[String]> = refused.iter().map(|one| one.heads.as_slice()).collect();
    let Spec { platform, environments, classes, services, jobs, managed, externals, flows } = spec;
    let lists = [platform, environments, classes, services, jobs, managed, externals, flows];
    lists.into_iter().map(|lines| without(lines, &all)).filter(|is_any| *is_any).count() > 0
}

fn without(lines: &mut Vec<Line>, all: &[&[String]]) -> bool {
    let mut is_any = false;
    lines.retain_mut(|line| {
        let head = written(&line.head());
        let own: Vec<&[String]> = all
            .iter()
            .filter_map(|heads| heads.split_first())
            .filter(|(first, _)| **first == head)
            .map(|(_, rest)| rest)
            .collect();
        if own.iter().any(|rest| rest.is_empty()) {
            is_any = true;
            return false;
        }
        let is_less = !own.is_empty() && without(&mut line.block, &own);
        is_any |= is_less;
        // a word that has nothing but its braces says nothing without them
        !(is_less && line.block.is_empty() && line.key.is_empty() && line.rest.is_empty())
    });
    is_any
}

/// The head of a statement as it is printed, on one line.
fn written(head: &str) -> String {
    let formatted = syntax::format(&syntax::parse(FileId::default(), &head.into()));
    plain(&formatted.unwrap_or_else(|| head.to_owned()))
}

fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
