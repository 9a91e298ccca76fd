//! What a template of another language fills in: `image {{ .Values.image }}`, as Helm, Jinja and Go write it.
//!
//! Invariant: it ends in the line in which it begins, and gives one finding with all that touches it.

use super::build::Context;
use super::codes::BVL0115;
use super::mistake::shown;
use super::text::is_word;
use super::token::Token;
use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// A template, with all that touches it: where it is, and what was meant.
pub(super) struct Template {
    pub(super) span: Span,
    name: Option<String>,
    /// What touches it, before and behind.
    around: (String, String),
}

/// The template that a brace begins.
pub(super) fn at(cx: &Context<'_>, brace: Token) -> Option<Template> {
    let (before, rest) = cx.text.split_at_checked(brace.start())?;
    let line = rest.lines().next()?;
    let (inner, behind) = line.strip_prefix("{{")?.split_once("}}")?;
    let before = before.rsplit([' ', '\t', '\n', ';', '{', '}']).next().unwrap_or_default();
    let behind = behind.split([' ', '\t', ';', '{', '}']).next().unwrap_or_default();
    let end = brace.start() + "{{}}".len() + inner.len() + behind.len();
    let unquoted = |text: &str| text.replace('"', "");
    Some(Template {
        span: cx.span(brace.start() - before.len(), end),
        name: name(inner).map(str::to_owned),
        around: (unquoted(before), unquoted(behind)),
    })
}

/// The last name of the path with which a template begins: `tag` of `.Values.image.tag | quote`. A word with more behind it is a
/// function or a condition.
fn name(inner: &str) -> Option<&str> {
    let inner = inner.trim_start_matches('-').trim_end_matches('-').split('|').next().unwrap_or_default().trim();
    inner.rsplit('.').next().filter(|name| is_word(name))
}

/// What is said of it.
pub(super) fn mistake(cx: &Context<'_>, template: &Template, is_value: bool) -> Diagnostic {
    let Template { span, name, around: (before, behind) } = template;
    let title = format!(
        "`{}` is filled in by another language, not by .bvl",
        shown(cx.text.get(span.range()).unwrap_or_default())
    );
    let name = name.as_deref().unwrap_or("NAME");
    let written = if before.is_empty() && behind.is_empty() {
        format!("${name}")
    } else {
        format!("\"{before}${{{name}}}{behind}\"")
    };
    Diagnostic::new(&BVL0115, *span, title).here("a template, as Helm and Jinja have it").help(if is_value {
        format!(
            "write `{}` for the value of a param, and declare that with its type, such as `param {name}: string`",
            shown(&written)
        )
    } else {
        "what differs between environments is stated in their blocks, `environment NAME { .. }`; what repeats is a class"
            .to_owned()
    })
}
