//! The habits of YAML, JSON and HCL: signs between a word and its value, blocks by indentation, whole files.
//!
//! Invariant: one statement gives one finding for all that it brings along from another language, and a whole file one.

use super::build::{Context, Place};
use super::codes::{BVL0115, BVL0116, BVL0119, BVL0120, BVL0123};
use super::mistake::shown;
use super::parser::begins_declaration;
use super::sentence;
use super::token::{Kind, Token};
use crate::diagnostic::{Applicability, Diagnostic};
use crate::source::edit::apply;
use crate::source::{FileId, Span, TextEdit};

/// What a statement brings along from another language. A finding has been reported for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreign {
    /// Where that finding stands: at the first sign.
    pub at: Span,
    /// The sign.
    pub sign: char,
    /// Whether the lines below were meant to belong to it by their indentation.
    pub is_block: bool,
    /// What takes all of it away.
    pub edits: Vec<TextEdit>,
}

/// The longest statement that a help writes out.
const WRITTEN: usize = 72;

/// What is said of signs between words and their values: `word: value`, `port http = 8080`. Mistakes of the same
/// statement that come from the same habit, from `errors_from` on, become part of it.
pub(super) fn signs(cx: &mut Context<'_>, tokens: &[Token], signs: &[usize], errors_from: usize) -> Option<Foreign> {
    let first = signs.first()?;
    let sign = *tokens.get(*first)?;
    let before = first.checked_sub(1).and_then(|at| tokens.get(at)).map_or("", |word| cx.slice(*word));
    let is_beside =
        |one: &usize, next: &usize| one + 1 == *next && is_blank_between(cx, tokens.get(*one), tokens.get(*next));
    let mut edits: Vec<TextEdit> = signs.chunk_by(is_beside).filter_map(|run| without_signs(cx, tokens, run)).collect();
    let is_habit = |error: &Diagnostic| [&BVL0115, &BVL0116, &BVL0120].contains(&error.code);
    let mut at = errors_from;
    while let Some(error) = cx.errors.get(at) {
        let safe = error.fixes.iter().find(|fix| fix.applicability == Applicability::Safe);
        if let Some(fix) = safe.filter(|_| is_habit(error)) {
            edits.extend(fix.edits.iter().cloned());
            cx.errors.remove(at);
        } else {
            at += 1;
        }
    }
    let mark = cx.slice(sign);
    let whole = tokens.first().zip(tokens.last()).map(|(first, last)| cx.span(first.start(), last.end()));
    let written = whole.filter(|_| !takes_next(cx, tokens)).and_then(|whole| rewritten(cx, whole, &edits));
    let help = match written {
        Some(text) => format!("write `{text}`: a statement is its word, then its values"),
        None => format!("remove the `{mark}`: a statement is its word, then its values"),
    };
    // without its sign the key would be one more value of the entry before it
    let comma = tokens.first().and_then(|key| comma_before(cx, *key));
    edits.extend(comma.filter(|comma| !edits.contains(comma)));
    let between = if first + 1 < tokens.len() { "between" } else { "after" };
    let and = if first + 1 < tokens.len() { " and its value" } else { "" };
    let title = format!("no `{mark}` stands {between} `{}`{and}", shown(before));
    let diagnostic = Diagnostic::new(&BVL0119, cx.place(sign), title)
        .here("a space is enough")
        .help(help)
        .fix(format!("remove the `{mark}`"), edits.clone());
    cx.errors.push(diagnostic);
    Some(Foreign { at: cx.place(sign), sign: mark.chars().next().unwrap_or(':'), is_block: false, edits })
}

/// Whether a comma of a statement takes in the next one, `FROM: "desk", WORKERS 4`: what it makes of both is no statement.
fn takes_next(cx: &Context<'_>, tokens: &[Token]) -> bool {
    let mut inside = 0;
    tokens.windows(3).any(|three| {
        let [comma, key, value] = three else { return false };
        if matches!(comma.kind, Kind::Parens | Kind::Brackets) {
            inside = inside.max(comma.end());
        }
        let is_key = matches!(key.kind, Kind::Name | Kind::String) && !cx.slice(*key).contains('.');
        let is_value = matches!(value.kind, Kind::Name | Kind::String | Kind::Number | Kind::Variable);
        comma.kind == Kind::Comma && comma.start() >= inside && is_key && is_value
    })
}

/// Whether a colon belongs to what stands behind it: `:8080`, an address to listen on, with a space before it and none behind.
pub(super) fn begins_text(cx: &Context<'_>, before: Option<Token>, colon: Token, next: Option<&Token>) -> bool {
    let is_apart = before.is_some_and(|before| before.end() < colon.start() || before.kind == Kind::Comma);
    let number = next.filter(|next| next.kind == Kind::Number && next.start() == colon.end());
    is_apart && number.is_some_and(|number| cx.slice(*number).bytes().all(|byte| byte.is_ascii_digit()))
}

/// The edit that leaves one space, or nothing at the end, in place of signs beside each other.
fn without_signs(cx: &Context<'_>, tokens: &[Token], run: &[usize]) -> Option<TextEdit> {
    let (first, last) = (*run.first()?, *run.last()?);
    let (sign, behind) = (tokens.get(first)?, tokens.get(last)?);
    let before = tokens.get(first.checked_sub(1)?)?;
    let start = if is_blank_between(cx, Some(before), Some(sign)) { before.end() } else { sign.start() };
    let next = tokens.get(last + 1).filter(|next| is_blank_between(cx, Some(behind), Some(next)));
    let end = next.map_or(behind.end(), |next| next.start());
    Some(TextEdit::replace(cx.span(start, end), if next.is_some() { " " } else { "" }))
}

/// Whether nothing but space stands between two tokens.
fn is_blank_between(cx: &Context<'_>, one: Option<&Token>, next: Option<&Token>) -> bool {
    let gap = one.zip(next).and_then(|(one, next)| cx.text.get(one.end()..next.start()));
    gap.is_some_and(|gap| gap.trim().is_empty())
}

/// Takes out the comma with which JSON and HCL end the entry before a key.
fn comma_before(cx: &Context<'_>, key: Token) -> Option<TextEdit> {
    let mut before = cx.text.get(..key.start())?.trim_end();
    // lines of comments between the two
    while let Some((above, _)) = before.rsplit_once('\n').filter(|(_, line)| line.trim_start().starts_with("//")) {
        before = above.trim_end();
    }
    let comma = before.strip_suffix(',')?.len();
    let is_in_line = !cx.text.get(comma..key.start())?.contains('\n');
    // a `}` ends what stands before it
    let is_behind_block = cx.text.get(..comma)?.trim_end().ends_with('}');
    let parted = if is_in_line && !is_behind_block { ";" } else { "" };
    Some(TextEdit::replace(cx.span(comma, before.len()), parted))
}

/// The statement after the edits, where it is short enough to be shown.
fn rewritten(cx: &Context<'_>, whole: Span, edits: &[TextEdit]) -> Option<String> {
    let start = whole.start;
    let own = |edit: &TextEdit| {
        let span =
            Span { start: edit.span.start.checked_sub(start)?, end: edit.span.end.checked_sub(start)?, ..edit.span };
        Some(TextEdit { span, text: edit.text.clone() })
    };
    let edits: Option<Vec<TextEdit>> = edits.iter().map(own).collect();
    let text = apply(cx.text.get(whole.range())?, &edits?)?;
    let text = text.trim_end_matches([';', ' ', '\t']);
    (text.chars().count() <= WRITTEN && !text.contains(['\n', '`'])).then(|| text.to_owned())
}

/// Words behind which a sign is a part of the statement, or meant for an arrow.
const WITH_SIGNS: [&str; 6] = ["allow", "never", "let", "param", "use", sentence::WORD];

/// Where a statement ends whose last value has a comma behind it: before the `key:` or `key =` of the next line, as JSON and
/// HCL have it, or of the same one if it has such a sign itself. Nothing of .bvl has a sign there.
pub(super) fn next_entry(text: &str, tokens: &[Token]) -> Option<usize> {
    let is_comment = |kind: Kind| matches!(kind, Kind::LineComment | Kind::BlockComment | Kind::DocComment);
    let word = tokens.first().and_then(|first| text.get(first.start()..first.end()));
    // behind a `)` that closes nothing a sign is an argument's
    let is_torn = || tokens.iter().any(|token| token.kind == Kind::StrayClose);
    let takes_signs = word.is_some_and(|word| WITH_SIGNS.contains(&word)) || is_torn();
    let (mut inside, mut is_keyed) = (0, false);
    // the last two tokens that are no comments, with their indices
    let mut before: [Option<(usize, Token)>; 2] = [None, None];
    for (at, token) in tokens.iter().enumerate().filter(|(_, token)| !is_comment(token.kind)) {
        if matches!(token.kind, Kind::Parens | Kind::Brackets | Kind::Nested | Kind::UnclosedGroup) {
            inside = inside.max(token.end());
        }
        if let [Some((_, comma)), Some((key_at, key))] = before
            && comma.kind == Kind::Comma
            && comma.start() >= inside
            && matches!(key.kind, Kind::Name | Kind::String)
            && matches!(token.kind, Kind::Colon | Kind::Equals)
            && (text.get(comma.end()..key.start()).is_some_and(|gap| gap.contains('\n'))
                || is_keyed && is_apart(text, key, *token))
        {
            return Some(key_at);
        }
        is_keyed |= !takes_signs
            && token.start() >= inside
            && before.iter().flatten().last().is_some_and(|(_, key)| is_apart(text, *key, *token));
        let [_, last] = before;
        before = [last, Some((at, *token))];
    }
    None
}

/// Whether a token is a sign behind a key, and not a part of a text such as `web:8080`.
fn is_apart(text: &str, key: Token, sign: Token) -> bool {
    let is_glued = || text.get(sign.end()..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric()));
    sign.kind == Kind::Equals || sign.kind == Kind::Colon && (key.kind == Kind::String || !is_glued())
}

/// Lines that belong to a statement by their indentation alone, as in YAML.
#[derive(Debug, Clone, Copy)]
pub(super) struct Indented {
    /// How far the statement is indented that they belong to.
    pub(super) column: usize,
    /// How many blocks are open there.
    pub(super) depth: usize,
}

impl Indented {
    /// Whether a statement that begins a line is one of them.
    pub(super) fn takes(self, place: Place, depth: usize, is_dash: bool) -> bool {
        depth > self.depth
            || depth == self.depth && (place.column > self.column || is_dash && place.column == self.column)
    }
}

/// Whether a token is the `-` of a list in YAML.
pub(super) fn is_dash(cx: &Context<'_>, token: Token) -> bool {
    token.kind == Kind::Odd && cx.slice(token) == "-"
}

/// Says of a statement of which nothing follows its sign what belongs there instead of the lines below it.
pub(super) fn lines_below(mut diagnostic: Diagnostic, word: &str) -> Diagnostic {
    diagnostic.fixes.clear();
    diagnostic
        .here("the lines below do not belong to it by their indentation")
        .help(format!("write a statement for each, `{word}` and its values; what is a block of it stands in `{{ }}`"))
}

/// The languages that a file is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Language {
    Yaml,
    Json,
}

/// What is said of a file that holds nothing of .bvl and is written in another language throughout.
pub(super) fn whole_file(file: FileId, text: &str, tokens: &[Token]) -> Option<Diagnostic> {
    let language = language(text, tokens)?;
    let name = match language {
        Language::Yaml => "YAML",
        Language::Json => "JSON",
    };
    let first = tokens.iter().find(|token| matches!(token.kind, Kind::Statement | Kind::Open))?;
    let line = text.get(first.start()..).and_then(|rest| rest.lines().next()).unwrap_or_default().trim_end();
    let place = Span::new(file, first.start(), first.start() + line.len());
    let is_manifest = ["apiVersion", "kind"].iter().all(|key| {
        text.lines().any(|line| {
            let line = line.trim_start().trim_start_matches(['"', '-', ' ']);
            line.strip_prefix(key).is_some_and(|rest| rest.trim_start_matches('"').starts_with(':'))
        })
    });
    let help = if is_manifest {
        "`bvlc verify` judges manifests as they are; a platform in .bvl begins with what `bvlc init` writes"
    } else {
        "write the platform in .bvl, beginning with what `bvlc init` writes into an empty folder"
    };
    Some(
        Diagnostic::new(&BVL0123, place, format!("this file is {name}, not .bvl"))
            .here(format!("{name} from here on"))
            .note("in .bvl a statement is a word and its values, and blocks stand in braces:\n  service web { image \"registry.example/web:1.0\"; port http 8080 }")
            .help(help),
    )
}

/// YAML has a `:` behind most of its words, JSON is all braces; neither holds a declaration of .bvl.
fn language(text: &str, tokens: &[Token]) -> Option<Language> {
    let (mut n_statements, mut n_keyed, mut is_keyed) = (0_usize, 0_usize, true);
    for (at, token) in tokens.iter().enumerate() {
        if token.kind == Kind::Open && !is_keyed {
            return None;
        }
        if token.kind != Kind::Statement {
            continue;
        }
        n_statements += 1;
        let second = tokens.get(at + 2).filter(|second| second.start() < token.end());
        let is_sign = second.is_some_and(|second| second.kind == Kind::Colon);
        let starts = text.get(token.start()..).unwrap_or_default();
        if begins_declaration(starts) && !is_sign {
            return None;
        }
        is_keyed = is_sign || starts.starts_with("- ") || starts.starts_with("---");
        n_keyed += usize::from(is_keyed);
    }
    let first = text.trim_start_matches('\u{feff}').trim_start();
    if n_keyed == 0 || n_keyed * 2 <= n_statements {
        return None;
    }
    Some(if first.starts_with(['{', '[']) { Language::Json } else { Language::Yaml })
}
