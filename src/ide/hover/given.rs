//! What stands behind a word and is no argument of the schema table's: types and values of what is given a name, the files
//! that are used, what is taken away, and the ends of flows that nobody declares.
//!
//! Invariant: of a name that is declared somewhere nothing is said here.

use std::fmt::Write as _;

use super::{Hover, MOST, documented, expected, of_word, signature};
use crate::ide::context::{self, Context};
use crate::ide::{View, sentences};
use crate::resolve::param_types;
use crate::source::Provenance;
use crate::source::files::matches_pattern;
use crate::syntax::Statement;
use crate::value::{Term, TermKind};
use crate::vocabulary::{RULE, TEST, Word};

/// What is said of a term of a statement, at a place within it.
pub(super) fn of(
    view: &View,
    context: &Context<'_>,
    (statement, word): (&Statement, &'static Word),
    (term, place): (&Term, u32),
) -> Option<Hover> {
    let said = |text: String| Some(Hover { span: term.span, text });
    match word.name {
        "param" | "let" => typed(&statement.terms, word.name, place),
        "use" => said(files(view, term.members().iter().find(|member| context::touches(member.span, place))?.text()?)?),
        sentences::WORD if context.block.is_some_and(|block| std::ptr::eq(block, &raw const RULE)) => {
            sentences::hover(&statement.terms, term, place)
        }
        "expect" if context.block.is_some_and(|block| std::ptr::eq(block, &raw const TEST)) => {
            expected::of(&statement.terms, term, place)
        }
        "without" => said(taken_away(context, statement, word)),
        "allow" | "never" => {
            let member = term.members().iter().find(|member| context::touches(member.span, place))?;
            Some(Hover { span: member.span, text: end(view, member.name()?)? })
        }
        // the parameters of a declaration, `preview(pr: int example 42)`
        _ => {
            let TermKind::Call(call) = &term.kind else { return None };
            let part = call.parts.iter().find(|part| part.iter().any(|term| context::touches(term.span, place)))?;
            typed(part, "parameter", place)
        }
    }
}

/// `NAME: TYPE = VALUE example VALUE`: the type, the default, or the example.
fn typed(terms: &[Term], of: &str, place: u32) -> Option<Hover> {
    let at = terms.iter().position(|term| context::touches(term.span, place) && term.kind != TermKind::Colon)?;
    let (term, name) = (terms.get(at)?, terms.first()?.name()?);
    let before = terms.get(..at)?.last()?;
    let written = terms.iter().position(|term| term.kind == TermKind::Colon);
    let ty = written.and_then(|colon| terms.get(colon + 1)).and_then(Term::name);
    let known = ty.and_then(|ty| param_types().find(|(known, _)| *known == ty));
    let such_as = known.map(|(ty, sample)| format!(": {ty}, such as `{sample}`")).unwrap_or_default();
    let text = match (&before.kind, &term.kind) {
        (TermKind::Colon, _) => format!("The type of the {of} `{name}`{such_as}."),
        (TermKind::Equals, _) if of == "let" => {
            format!(
                "What `{name}` stands for, wherever `${name}` or `${{{name}}}` is written. It is read by type where it is used."
            )
        }
        (TermKind::Equals, _) => format!("The value of `{name}` where none is given{such_as}."),
        (_, TermKind::Name(word)) if &**word == "example" => EXAMPLE.to_owned(),
        (TermKind::Name(word), _) if &**word == "example" => {
            format!("The example of `{name}`{such_as}.\n\n{EXAMPLE}")
        }
        _ => return None,
    };
    Some(Hover { span: term.span, text })
}

const EXAMPLE: &str = "An example stands in where no value is given and none is built: `bvlc check` and editors take it, `bvlc build` asks for a value.";

/// The files that a path or pattern takes in, and what each declares.
fn files(view: &View, pattern: &str) -> Option<String> {
    let users = view.sources().iter().filter(|(_, file)| file.provenance() == Provenance::User);
    let found: Vec<_> = users.filter(|(_, file)| matches_pattern(pattern, file.path())).collect();
    let mut text = match found.len() {
        0 => return None,
        1 => "One file of the platform:\n".to_owned(),
        n => format!("{n} files of the platform:\n"),
    };
    for (id, file) in found.iter().take(MOST) {
        let _ = write!(text, "\n- `{}`", file.path());
        let Some((_, tree)) = view.file(*id) else { continue };
        let heads = tree.statements().filter(|statement| statement.word() != "use");
        let heads: Vec<String> = heads.map(|statement| format!("`{}`", file.slice(statement.head()))).collect();
        if !heads.is_empty() {
            let _ = write!(text, ": {}", heads.iter().take(MOST).cloned().collect::<Vec<_>>().join(", "));
        }
        if heads.len() > MOST {
            let _ = write!(text, " and {} more", heads.len() - MOST);
        }
    }
    if found.len() > MOST {
        let _ = write!(text, "\n- and {} more", found.len() - MOST);
    }
    Some(text)
}

/// What `without` takes away: the word as it is documented where it is stated.
fn taken_away(context: &Context<'_>, statement: &Statement, without: &'static Word) -> String {
    let named = statement.terms.first().and_then(Term::name);
    let Some(taken) = named.and_then(|name| context.block?.word(name)) else { return of_word(without, context) };
    let key = statement.terms.get(1).and_then(Term::name);
    let variant = key.and_then(|key| taken.variant(key)).unwrap_or(taken);
    let text = documented(&signature(variant), variant.doc, variant.example);
    format!("Taken away here, as far as weaker layers state it:\n\n{text}")
}

/// An end of a flow that every platform has.
fn end(view: &View, name: &str) -> Option<String> {
    match name.split('.').next()? {
        "self" => Some(
            "Each workload of this class. `self -> self.PORT` is a flow among its replicas, which reach each other as others reach them."
                .to_owned(),
        ),
        "kubernetes-api" => {
            let server = view.analysis.model.as_ref().and_then(|model| model.platform.api_server.as_ref());
            let at = server.map(|server| {
                let cidrs: Vec<String> = server.cidrs.iter().map(|cidr| cidr.value.to_string()).collect();
                format!(", at {} port {} as `api-server` of the platform says", cidrs.join(", "), server.port.value)
            });
            Some(format!(
                "The API server of the cluster{}. Pods reach it there, behind the address of its Service; as a source it calls webhooks and aggregated APIs.",
                at.unwrap_or_default()
            ))
        }
        _ => None,
    }
}
