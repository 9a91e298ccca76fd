//! The mistakes of syntax, in words: what is wrong, why it matters, and how to mend it.
//!
//! Invariants: a message names what the user wrote, never a rule of the grammar; a fix is safe only where what was meant
//! is beyond doubt.

use super::build::Context;
use super::codes::{
    BVL0101, BVL0102, BVL0103, BVL0104, BVL0106, BVL0107, BVL0108, BVL0109, BVL0110, BVL0111, BVL0112, BVL0113,
    BVL0114, BVL0116, BVL0117, BVL0118, BVL0120, BVL0121, BVL0122,
};
use super::text::{escaped, is_opened, is_path, is_word};
use super::token::{Kind, Token};
use super::tree::Statement;
use super::{dollars, unquoted};
use crate::diagnostic::Diagnostic;
use crate::source::{Span, TextEdit};
use crate::value::{Term, quoted};

/// Quotation marks of other languages.
pub(super) const FOREIGN_QUOTES: [char; 6] = ['\'', '\u{2018}', '\u{2019}', '\u{201C}', '\u{201D}', '\u{201E}'];

/// How much of a text a message repeats.
const SHOWN: usize = 40;

/// The text as a message shows it: its first line, cut where it is long.
pub(super) fn shown(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default().trim_end();
    if line.chars().count() <= SHOWN {
        return line.to_owned();
    }
    line.chars().take(SHOWN).chain("..".chars()).collect()
}

/// Raised by whoever reads files, at the bytes that are no UTF-8.
pub fn not_utf8(span: Span) -> Diagnostic {
    Diagnostic::new(&BVL0113, span, "this file is not UTF-8 text")
        .here("the first bytes that are not UTF-8")
        .note("every name and string of a spec ends up in manifests, and the Kubernetes API takes UTF-8 only")
        .help("save the file with the encoding UTF-8")
}

/// Characters that fit nowhere.
/// `50 %`, which is one value.
pub(super) fn spaced_percent(cx: &Context<'_>, number: Span, sign: Span) -> Diagnostic {
    let written = format!("{}%", cx.text.get(number.range()).unwrap_or_default());
    Diagnostic::new(&BVL0101, sign, "no space stands between a number and its `%`")
        .here("belongs to the number before it")
        .help(format!("write `{written}`"))
        .fix(format!("write `{written}`"), vec![TextEdit::replace(number.to(sign), written)])
}

pub(super) fn odd(cx: &Context<'_>, token: Token) -> Diagnostic {
    let (span, text) = (cx.place(token), cx.slice(token));
    let name = shown(text);
    if let Some(word) = text.strip_suffix('-').map(|rest| rest.trim_end_matches('-')).filter(|word| is_path(word)) {
        return Diagnostic::new(&BVL0114, span, format!("the name `{name}` ends in `-`"))
            .here("ends in `-`")
            .note("Kubernetes refuses a name that ends in `-`")
            .help(format!("write `{word}`"))
            .unsafe_fix(format!("write `{word}`"), vec![TextEdit::replace(span, word)]);
    }
    if let Some(address) = text.strip_prefix('$').filter(|address| is_address(address)) {
        return signed_address(span, text, address);
    }
    if dollars::without_names(text).is_some_and(|plain| is_text(&plain)) {
        return unquoted::finding(cx, span);
    }
    let digits = text.replace('_', "");
    let separated = text.contains('_') && !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if separated && text.starts_with(|c: char| c.is_ascii_digit()) {
        return Diagnostic::new(&BVL0101, span, format!("`{name}` is no number: digits are not grouped by `_`"))
            .here("a `_` between digits")
            .help(format!("write `{digits}`"))
            .fix(format!("write `{digits}`"), vec![TextEdit::replace(span, digits)]);
    }
    for dots in ["...", "..=", "..<"] {
        if text.starts_with(dots) {
            let place = cx.span(token.start(), token.start() + dots.len());
            return Diagnostic::new(&BVL0122, place, format!("a range is written with `..`, not with `{dots}`"))
                .here("expected `..`")
                .help("write `3..20`; both ends belong to the range")
                .unsafe_fix("write `..`", vec![TextEdit::replace(place, "..")]);
        }
    }
    if text.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'@' | b'.' | b'~'))
        && is_text(text)
    {
        return unquoted::finding(cx, span);
    }
    let diagnostic =
        Diagnostic::new(&BVL0101, span, format!("`{name}` cannot stand here")).here("not a word, a value or an arrow");
    // an option of a program, or a sum
    let behind = text.trim_start_matches('-');
    if text.starts_with('-') && behind.starts_with(|first: char| first.is_ascii_alphabetic()) {
        return diagnostic.help(format!("text stands in quotes: `{}`", shown(&quoted(text))));
    }
    let help = match text {
        "--" => "a comment begins with `//`",
        "-" | "---" => "write a statement for each, its word before its values; a list of values has commas: `a, b`",
        "==" | "!=" | "<" | ">" | "<=" | ">=" => "a statement has no comparisons: write its word, then its values",
        "<-" => "a flow points from who calls to who is called: `allow web -> api.http`",
        _ if text.contains(['<', '>', '=', '+', '*']) => {
            "a sign stands between spaces in a rule, `a >= b`, and nowhere else"
        }
        "&&" | "||" | "&" | "|" | "+" => "several things are listed with commas: `a, b`",
        _ if text.starts_with('-') => "a number has no sign in .bvl; text stands in quotes: `\"-1\"`",
        _ if text.chars().any(char::is_alphabetic) => {
            "a bare word has ASCII letters, digits, `_` and `-` only; text stands in quotes: `\"TEXT\"`"
        }
        _ => "remove it, or put it in quotes if it is text",
    };
    diagnostic.help(help)
}

/// Whether a run of characters is most likely text that lacks its quotes: a version, a path, a URL, an address.
fn is_text(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-/:@+%?&=~$*".contains(&byte))
        && text.bytes().any(|byte| byte.is_ascii_alphanumeric())
}

/// What stands between quotes of another language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quoted {
    /// An end of a flow.
    Name,
    /// Anything else.
    Text,
}

/// What stands between the two marks of quotes.
pub(super) fn between_quotes(quoted: &str) -> &str {
    let mut inner = quoted.chars();
    inner.next();
    inner.next_back();
    inner.as_str()
}

/// A text as a string that got other marks around it: escapes are there already, but for those of `"`.
fn with_escapes(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\\' => {
                written.push('\\');
                written.push(rest.next_if(|next| *next == 'u' || escaped(*next).is_some()).unwrap_or('\\'));
            }
            '"' => written.push_str("\\\""),
            c => written.push(c),
        }
    }
    written
}

/// `'..'` and the like.
pub(super) fn foreign_quotes(cx: &Context<'_>, token: Token, meant: Quoted) -> Diagnostic {
    let (span, text) = (cx.place(token), cx.slice(token));
    let inner = between_quotes(text);
    let mark = text.chars().next().unwrap_or('\'');
    let diagnostic = Diagnostic::new(&BVL0116, span, format!("a string stands in `\"`, not in `{mark}`"));
    if meant == Quoted::Name {
        return diagnostic
            .here("a name, which stands without quotes")
            .help(format!("write `{}`", shown(inner)))
            .fix("write it without quotes", vec![TextEdit::replace(span, inner)]);
    }
    let diagnostic = diagnostic.here("other quotes");
    let literal = quoted(inner);
    let filled = if mark == '\'' { literal.replace("\\${", "${") } else { format!("\"{}\"", with_escapes(inner)) };
    let edits = |written: String| vec![TextEdit::replace(span, written)];
    // a word processor has put its marks around a string; others read what stands in `'` as it is
    if mark != '\'' || !inner.contains("${") {
        let help = format!("write `{}`", shown(&filled));
        return diagnostic.help(help).fix("write it with `\"`", edits(filled));
    }
    diagnostic
        .help(format!(
            "write `{}` for the values of the names in it, `{}` for the text as it stands",
            shown(&filled),
            shown(&literal)
        ))
        .unsafe_fix("write it with `\"`, and the values of its names", edits(filled))
        .unsafe_fix("write it with `\"`, as it stands", edits(literal))
}

/// `# ..`
pub(super) fn hash_comment(cx: &Context<'_>, token: Token) -> Diagnostic {
    let mark = cx.span(token.start(), token.start() + 1);
    Diagnostic::new(&BVL0117, mark, "a comment begins with `//`, not with `#`")
        .here("expected `//`")
        .help("write `//`")
        .fix("write `//`", vec![TextEdit::replace(mark, "//")])
}

/// `#service web {`, whose block follows.
pub(super) fn commented_head(statement: &Statement, mark: Span) -> Diagnostic {
    let name = statement.terms.first().and_then(Term::name).map_or_else(String::new, |name| format!(" {name}"));
    let title = format!("a `#` stands before `{}{}`, whose block follows", shown(statement.word()), shown(&name));
    Diagnostic::new(&BVL0117, mark, title)
        .here("begins no comment, and one that `//` begins would leave the lines of the block without their `{`")
        .help("take the `#` out, or begin each line of the block with `//`, down to its `}`")
        .unsafe_fix("take the `#` out", vec![TextEdit::replace(mark, "")])
}

/// `=>` and the like.
pub(super) fn wrong_arrow(cx: &Context<'_>, token: Token) -> Diagnostic {
    let span = cx.place(token);
    Diagnostic::new(&BVL0118, span, format!("an arrow is written `->`, not `{}`", cx.slice(token)))
        .here("expected `->`")
        .help("write `->`")
        .fix("write `->`", vec![TextEdit::replace(span, "->")])
}

/// `a,` where the statement ends.
pub(super) fn comma_at_end(cx: &Context<'_>, comma: Token) -> Diagnostic {
    let span = cx.place(comma);
    let behind = cx.text.get(comma.end()..).unwrap_or_default().trim_start_matches([' ', '\t']);
    if behind.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '"')) {
        return Diagnostic::new(&BVL0120, span, "no comma ends a statement")
            .here("another statement follows in this line")
            .help("write `;`")
            .fix("write `;`", vec![TextEdit::replace(span, ";")]);
    }
    Diagnostic::new(&BVL0120, span, "nothing follows this comma")
        .here("a comma announces one more value, in this line or the next")
        .help("remove the comma, or add the value")
        .fix("remove the comma", vec![TextEdit::replace(span, "")])
}

/// Whether `{{` of a template of Helm's stands behind a comma.
pub(super) fn is_before_braces(cx: &Context<'_>, comma: Token) -> bool {
    cx.text.get(comma.end()..).unwrap_or_default().trim_start_matches([' ', '\t']).starts_with("{{")
}

/// `a { .. },`
pub(super) fn comma_behind_block(cx: &Context<'_>, comma: Token) -> Diagnostic {
    let span = cx.place(comma);
    Diagnostic::new(&BVL0120, span, "no comma stands behind a block")
        .here("the `}` before it ends the statement")
        .help("remove the comma")
        .fix("remove the comma", vec![TextEdit::replace(span, "")])
}

/// `a ->` where the statement ends.
pub(super) fn nothing_behind(cx: &Context<'_>, joint: Span) -> Diagnostic {
    let written = cx.text.get(joint.range()).unwrap_or_default();
    Diagnostic::new(&BVL0120, joint, format!("nothing follows this `{written}`"))
        .here("expected a value after it")
        .help(format!("write what belongs after `{written}`, in this line or the next"))
}

/// `, a` or `a,, b`.
pub(super) fn lonely_comma(cx: &Context<'_>, comma: Token) -> Diagnostic {
    let span = cx.place(comma);
    Diagnostic::new(&BVL0120, span, "nothing stands before this comma")
        .here("expected a value before it")
        .help("remove it; a list that goes on in the next line has the comma at the end of the line before")
        .unsafe_fix("remove the comma", vec![TextEdit::replace(span, "")])
}

/// Two values in a list with no comma between them.
pub(super) fn no_comma(part: &[Term], at: Span) -> Diagnostic {
    let place = part.get(1).map_or(at, |term| term.span);
    let insert = part.first().map(|first| TextEdit::insert_after(first.span, ","));
    Diagnostic::new(&BVL0120, place, "a comma is missing before this value")
        .here("expected `,` before it")
        .help("the values between `[` and `]` are separated by commas: `[a, b]`")
        .unsafe_fix("add the comma", insert.into_iter().collect())
}

/// Two parameters or arguments with no comma between them.
pub(super) fn no_comma_between(cx: &Context<'_>, before: &[Term], name: Span) -> Diagnostic {
    let written = cx.text.get(name.range()).unwrap_or_default();
    let insert = before.last().map(|last| TextEdit::insert_after(last.span, ","));
    Diagnostic::new(&BVL0120, name, format!("a comma is missing before `{written}`"))
        .here("expected `,` before it")
        .help("what stands between `(` and `)` is separated by commas: `(a = 1, b = 2)`")
        .fix("add the comma", insert.into_iter().collect())
}

/// `..` without a value on each side.
pub(super) fn open_range(cx: &Context<'_>, dots: Token) -> Diagnostic {
    Diagnostic::new(&BVL0122, cx.place(dots), "a range has one value on each side of its `..`")
        .here("a value is missing, or one is too many")
        .help("write `LOW..HIGH`, for example `scale 3..20 { on cpu 70% }`, or one value alone: `scale 3`")
}

/// A statement that begins with something else than a word.
pub(super) fn no_word(first: &Term) -> Diagnostic {
    let found = first.describe();
    Diagnostic::new(&BVL0121, first.span, format!("a statement begins with a word, not with {found}"))
        .here("expected the word of a statement")
        .help("write a word, then its values, such as `port http 8080` in a service")
}

/// A statement that begins with a word which goes on with another one.
pub(super) fn resuming_word(cx: &Context<'_>, word: &Term) -> Diagnostic {
    let name = cx.text.get(word.span.range()).unwrap_or_default();
    Diagnostic::new(&BVL0121, word.span, format!("`{name}` begins no statement: it goes on with one"))
        .here("no statement before it goes on here")
        .help(format!("write `{name}` after the values of its statement, before the `{{` of its block"))
}

/// A string or text block without its closing quotes.
pub(super) fn unclosed_text(cx: &Context<'_>, token: Token) -> Diagnostic {
    let text = cx.slice(token);
    if text.starts_with("\"\"\"") {
        let open = cx.span(token.start(), token.start() + 3);
        return Diagnostic::new(&BVL0102, open, "this `\"\"\"` is never closed")
            .here("opened here")
            .help("add `\"\"\"` on a line of its own where the text ends");
    }
    // a comment or a closing brace that the string has taken stands behind it
    let own = text.split(" //").next().unwrap_or(text).trim_end();
    let braces = own.trim_end_matches(['}', ' ', '\t']);
    let opened = own.matches("${").count();
    let own = if opened == 0 && own.ends_with('}') { braces } else { own };
    let end = cx.span(token.start(), token.start() + own.len());
    let is_last = cx
        .text
        .get(end.range().end..)
        .is_some_and(|rest| rest.lines().next().is_none_or(|rest| rest.trim().is_empty()));
    let title = if is_last { "close it at the end of the line" } else { "close it before what follows" };
    let told = Diagnostic::new(&BVL0102, end, format!("the string `{}` is never closed", shown(own)))
        .here("expected `\"` in this line")
        .help("add the closing `\"`; text of several lines stands between `\"\"\"`")
        .unsafe_fix(title, vec![TextEdit::insert_after(end, "\"")]);
    // a text without spaces, and another value behind it
    match own.split_once(' ').filter(|(first, rest)| first.len() > 1 && !rest.trim().is_empty()) {
        Some((first, rest)) => {
            let first = cx.span(token.start(), token.start() + first.len());
            let next = rest.split_whitespace().next().unwrap_or_default();
            told.unsafe_fix(format!("close it before `{}`", shown(next)), vec![TextEdit::insert_after(first, "\"")])
        }
        None => told,
    }
}

/// A string that lacks one of its quotes.
pub(super) fn half_string(cx: &Context<'_>, token: Token) -> Diagnostic {
    let (span, text) = (cx.place(token), cx.slice(token));
    if is_opened(text) {
        return unclosed_text(cx, token);
    }
    let told = Diagnostic::new(&BVL0102, span, format!("the string `{}` is never opened", shown(text)))
        .here("expected `\"` before it")
        .help("add the opening `\"`; text of several lines stands between `\"\"\"`")
        .unsafe_fix("open it here", vec![TextEdit::replace(span.before(), "\"")]);
    // words between it and the string before it may be its own
    let before = cx.text.get(..token.start()).and_then(|before| before.lines().next_back()).unwrap_or_default();
    let words = before.rsplit_once('"').map_or("", |(_, words)| words).trim_start();
    match words.split_whitespace().next() {
        Some(first) if !words.contains(['{', '}', ';']) => {
            let start = token.start() - words.len();
            let at = cx.span(start, start + first.len()).before();
            told.unsafe_fix(format!("open it before `{}`", shown(first)), vec![TextEdit::replace(at, "\"")])
        }
        Some(_) | None => told,
    }
}

/// A string that lacks one of its quotes, nobody knows where.
pub(super) fn torn_string(cx: &Context<'_>, token: Token) -> Diagnostic {
    let text = cx.slice(token);
    // no bare word holds these
    if is_opened(text) || text.contains(['/', ':', '$', '@']) {
        return half_string(cx, token);
    }
    Diagnostic::new(&BVL0102, cx.place(token), "a `\"` is missing in this line")
        .here("ends or begins a text whose other end has no `\"`")
        .help("put a `\"` on both sides of the text; text of several lines stands between `\"\"\"`")
}

/// A text of several lines of which the quotes at one end are too few.
pub(super) fn half_block(cx: &Context<'_>, token: Token) -> Diagnostic {
    const QUOTES: &str = "\"\"\"";
    let whole = cx.slice(token);
    let first = whole.len() - whole.trim_start_matches('"').len();
    let last = whole.len() - whole.trim_end_matches('"').len();
    let opening = cx.span(token.start(), token.start() + first.min(QUOTES.len()));
    let closing = cx.span(token.end() - last.min(QUOTES.len()), token.end());
    let (span, other, title) = if first < QUOTES.len() {
        (opening, closing, "a text of several lines begins with `\"\"\"`")
    } else {
        (closing, opening, "a text of several lines ends with `\"\"\"`")
    };
    let n_missing = QUOTES.len().saturating_sub(first.min(last));
    let here = if n_missing == 1 { "a quote is missing" } else { "two quotes are missing" };
    Diagnostic::new(&BVL0102, span, title)
        .here(here)
        .label(other, if first < QUOTES.len() { "ends here" } else { "begins here" })
        .help("write `\"\"\"` on both sides of the text")
        .unsafe_fix("write `\"\"\"`", vec![TextEdit::replace(span, QUOTES)])
}

/// `/*` without `*/`.
pub(super) fn unclosed_comment(cx: &Context<'_>, token: Token) -> Diagnostic {
    let n_lines = cx.slice(token).trim_end().lines().count();
    let lines = if n_lines == 1 { "this line is".to_owned() } else { format!("{n_lines} lines are") };
    Diagnostic::new(&BVL0103, cx.span(token.start(), token.start() + 2), "this `/*` is never closed")
        .here("opened here")
        .note(format!(
            "{lines} read as the comment, and would be missing from the manifests; what follows, from the next declaration on, is read as it stands"
        ))
        .help("add `*/` where the comment ends, or write `//` before each of its lines")
}

/// `(` or `[` without its partner; `next` is where what follows its own arguments begins.
pub(super) fn unclosed_group(cx: &Context<'_>, token: Token, next: Option<usize>) -> Diagnostic {
    let (open, close) = if cx.slice(token).starts_with('(') { ('(', ')') } else { ('[', ']') };
    let span = cx.span(token.start(), token.start() + 1);
    let own = cx.text.get(token.start()..next.unwrap_or(token.end())).unwrap_or_default().trim_end();
    // the comma before the next one stands behind the bracket
    let own = if next.is_some() { own.trim_end_matches(',').trim_end() } else { own };
    let end = cx.span(token.start(), token.start() + own.len());
    Diagnostic::new(&BVL0104, span, format!("this `{open}` is never closed"))
        .here(format!("needs a `{close}`"))
        .help(match next {
            Some(_) => format!("add the `{close}` behind `{}`", shown(own)),
            None => format!("add the `{close}`"),
        })
        .unsafe_fix(format!("add `{close}`"), vec![TextEdit::insert_after(end, close)])
}

/// What is said of `[{`.
const LIST_OF_BLOCKS: &str = "a list holds values, and no blocks";

/// `[{`, with which JSON and YAML begin a list of maps; `None` of every other bracket.
pub(super) fn list_of_blocks(cx: &Context<'_>, token: Token) -> Option<Diagnostic> {
    let holds = cx.slice(token).strip_prefix('[')?;
    let behind = cx.text.get(token.end()..).unwrap_or_default();
    let is_it = holds.trim().is_empty() && behind.trim_start().starts_with('{');
    is_it.then(|| {
        Diagnostic::new(&BVL0104, cx.span(token.start(), token.start() + 1), LIST_OF_BLOCKS)
            .here("what begins here is a list of maps in JSON and YAML")
            .help("each of them is a statement of its own: the word, its values, and what goes with them in braces")
    })
}

/// Whether a `]` closes a list of blocks, which has been told where it begins.
pub(super) fn closes_blocks(cx: &Context<'_>, token: Token) -> bool {
    let before = cx.text.get(..token.start()).unwrap_or_default();
    cx.slice(token) == "]"
        && before.trim_end().ends_with(['}', ','])
        && cx.errors.iter().any(|error| error.message == LIST_OF_BLOCKS)
}

/// `)` or `]` without its partner; `joined` is a name with a sign behind it, as stands in parentheses, that may hold the `(`.
pub(super) fn stray_bracket(cx: &Context<'_>, token: Token, joined: Option<Token>) -> Diagnostic {
    let span = cx.place(token);
    let diagnostic =
        Diagnostic::new(&BVL0104, span, format!("this `{}` closes nothing", cx.slice(token))).here("was never opened");
    if let Some(joined) = joined {
        let name = shown(cx.slice(joined));
        return diagnostic
            .label(cx.place(joined), "the `(` may be missing within this")
            .help(format!("write `(` in `{name}`, between a name and the first of what stands in its parentheses"));
    }
    diagnostic.help("remove it, or add what it closes").unsafe_fix("remove it", vec![TextEdit::replace(span, "")])
}

/// Arguments of a class without the `(` before them.
pub(super) fn unopened_arguments(cx: &Context<'_>, class: Token, first: Token, close: Token) -> Diagnostic {
    let gap = cx.span(class.end(), first.start());
    Diagnostic::new(&BVL0104, gap, format!("no `(` stands between `{}` and its arguments", shown(cx.slice(class))))
        .here("expected `(`")
        .label(cx.place(close), "closes them")
        .help("write `(` directly behind the name")
        .unsafe_fix("write `(`", vec![TextEdit::replace(gap, "(")])
}

/// Parentheses or brackets within others.
pub(super) fn nested_group(span: Span) -> Diagnostic {
    Diagnostic::new(&BVL0109, span, "lists and arguments do not nest")
        .here("holds brackets or parentheses of its own")
        .help("write one flat list: `[\"a\", \"b\"]`")
}

/// What is said of a group that holds something that may not stand there: where comments begin with `#`, of these alone.
pub(super) fn within_group(cx: &Context<'_>, group: Token) -> Vec<Diagnostic> {
    let marks: Vec<Token> = hashes(cx.slice(group)).map(|at| group.start() + at).map(hash_at).collect();
    if marks.is_empty() {
        return vec![nested_group(cx.place(group))];
    }
    marks.into_iter().map(|mark| hash_comment(cx, mark)).collect()
}

fn hash_at(at: usize) -> Token {
    Token::new(Kind::HashComment, at, at + 1)
}

/// Where a `#` begins a comment: outside of strings, behind a space.
fn hashes(text: &str) -> impl Iterator<Item = usize> + '_ {
    let of_line = |(start, line): (usize, &str)| {
        let (mut is_string, mut before) = (false, ' ');
        let at = line.char_indices().find_map(|(at, c)| {
            let is_comment = c == '#' && !is_string && before.is_whitespace();
            is_string ^= c == '"' && before != '\\';
            before = c;
            is_comment.then_some(at)
        });
        at.map(|at| start + at)
    };
    text.split('\n')
        .scan(0, |start, line| {
            let own = *start;
            *start += line.len() + 1;
            Some((own, line))
        })
        .filter_map(of_line)
}

/// `(..)` that stands behind no name.
pub(super) fn lonely_parens(cx: &Context<'_>, token: Token) -> Diagnostic {
    let span = cx.place(token);
    Diagnostic::new(&BVL0101, span, "parentheses stand directly after a name only")
        .here("no name before it")
        .help("values need no parentheses; arguments belong to a class or an environment: `sized(cpu = 1)`")
}

/// `name (..)`.
pub(super) fn space_before_parens(cx: &Context<'_>, name: Token, token: Token) -> Diagnostic {
    let gap = cx.span(name.end(), token.start());
    let name = cx.slice(name);
    Diagnostic::new(&BVL0101, gap, format!("no space stands between `{}` and its `(`", shown(name)))
        .here("a space too many")
        .help(format!("write `{}(VALUE)`", shown(name)))
        .fix("remove the space", vec![TextEdit::replace(gap, "")])
}

/// Whether a path is an address, `b.http.host`: no param, let or parameter has a dot in its name.
pub(super) fn is_address(path: &str) -> bool {
    is_path(path) && path.rsplit_once('.').is_some_and(|(_, part)| matches!(part, "host" | "port"))
}

/// An address with a `$` outside of a string.
fn signed_address(span: Span, written: &str, address: &str) -> Diagnostic {
    let title = format!("`{}` is an address, which has no `$` outside of strings", shown(written));
    Diagnostic::new(&BVL0111, span, title)
        .here("outside of a string")
        .help(format!("write `{address}`"))
        .unsafe_fix(format!("write `{address}`"), vec![TextEdit::replace(span, address)])
}

/// `${name}` outside of a string.
pub(super) fn braced_variable(cx: &Context<'_>, token: Token, inner: &str) -> Diagnostic {
    let span = cx.place(token);
    if is_address(inner) {
        return signed_address(span, cx.slice(token), inner);
    }
    let diagnostic =
        Diagnostic::new(&BVL0111, span, format!("`{}` stands within strings only", shown(cx.slice(token))))
            .here("outside of a string");
    if is_word(inner) {
        let written = format!("${inner}");
        return diagnostic
            .help(format!("write `{written}`"))
            .fix(format!("write `{written}`"), vec![TextEdit::replace(span, written)]);
    }
    diagnostic.help("outside of strings a param, let or parameter is written `$name`")
}

/// `\d` and the like within a string.
pub(super) fn unknown_escape(cx: &Context<'_>, escapes: &[Span]) -> Option<Diagnostic> {
    let (first, others) = escapes.split_first()?;
    let written = cx.text.get(first.range()).unwrap_or_default();
    let number = written.strip_prefix("\\u{").and_then(|rest| rest.strip_suffix('}'));
    let (title, here) = match number {
        Some(number) if number.chars().all(|digit| digit == '0') => {
            (format!("`{}` is a NUL, and no process can be given one", shown(written)), "a NUL")
        }
        Some(_) => (format!("`{}` is no Unicode character", shown(written)), "no character has this number"),
        None => (format!("`{}` has no meaning in a string", shown(written)), "not an escape"),
    };
    let mut diagnostic = Diagnostic::new(&BVL0110, *first, title).here(here).help(match number {
        Some(_) => "take it out, or name a character by its number in hexadecimal digits, as in `\\u{1F600}`",
        None => "write `\\\\` for a backslash; the escapes are `\\\"`, `\\\\`, `\\n`, `\\t`, `\\$` and `\\u{1F600}`",
    });
    for other in others.iter().take(4) {
        diagnostic = diagnostic.label(*other, "here too");
    }
    let edits = escapes.iter().map(|span| TextEdit::replace(span.before(), "\\")).collect();
    Some(diagnostic.unsafe_fix("double the backslash", edits))
}

/// `${` that no path and `}` follow.
pub(super) fn unreadable_interpolation(cx: &Context<'_>, holes: &[Span]) -> Option<Diagnostic> {
    let (first, others) = holes.split_first()?;
    let written = cx.text.get(first.range()).unwrap_or_default();
    let inner = |span: &Span| Some(cx.text.get(span.range())?.strip_prefix("${")?.strip_suffix('}')?.trim());
    let spaced = inner(first).filter(|inner| is_path(inner));
    let (what, name) = match spaced {
        Some(name) => ("has spaces around its name", name),
        None => ("holds no name", "name"),
    };
    let mut diagnostic = Diagnostic::new(&BVL0111, *first, format!("`{}` {what}", shown(written)))
        .here(format!("expected `${{{name}}}`"))
        .help(format!(
            "write `${{{name}}}`, the name of a `param`, a `let` (such as `let {name} = \"1.0\"`) or an address; `\\${{` writes these two characters themselves"
        ));
    for other in others.iter().take(4) {
        diagnostic = diagnostic.label(*other, "here too");
    }
    let trimmed = |span: &Span| {
        let inner = inner(span)?;
        is_path(inner).then(|| TextEdit::replace(*span, format!("${{{inner}}}")))
    };
    let edits: Option<Vec<TextEdit>> = holes.iter().map(trimmed).collect();
    // a name without its `}` was hardly meant as these characters themselves
    let is_named = |span: &Span| {
        let behind = cx.text.get(span.range()).and_then(|text| text.strip_prefix("${"));
        behind.is_some_and(|behind| behind.trim_start().starts_with(|c: char| c.is_ascii_alphabetic()))
    };
    Some(match edits {
        Some(edits) => diagnostic.fix("remove the spaces", edits),
        None if holes.iter().any(is_named) => diagnostic,
        None => diagnostic
            .unsafe_fix("write `\\${`", holes.iter().map(|span| TextEdit::replace(span.before(), "\\")).collect()),
    })
}

/// A space that is not the one of the keyboard.
pub(super) fn wide_space(cx: &Context<'_>, token: Token) -> Diagnostic {
    let (span, c) = (cx.place(token), cx.slice(token).chars().next().unwrap_or(' '));
    let name = match c {
        '\u{A0}' => "a no-break space",
        '\u{2007}' => "a figure space",
        '\u{202F}' => "a narrow no-break space",
        '\u{3000}' => "an ideographic space",
        _ => "another space than the ordinary one",
    };
    Diagnostic::new(&BVL0112, span, format!("{name} (U+{:04X}) stands here", u32::from(c)))
        .here("looks like an ordinary space")
        .note("it often comes with text copied from a web page; other tools take it for a letter")
        .help("write an ordinary space")
        .fix("write an ordinary space", vec![TextEdit::replace(span, " ")])
}

/// `{` at the start of the line behind its statement.
pub(super) fn brace_on_next_line(cx: &Context<'_>, statement: &Statement, open: Span) -> Diagnostic {
    let word = shown(statement.word());
    let only = cx.text.get(statement.head().end as usize..open.start as usize).is_some_and(|gap| gap.trim().is_empty());
    let edits = if only {
        vec![TextEdit::replace(statement.head().after().to(open), " {")]
    } else {
        vec![TextEdit::insert_after(statement.head(), " {"), TextEdit::replace(open, "")]
    };
    Diagnostic::new(&BVL0107, open, format!("the `{{` of `{word}` stands on a line of its own"))
        .here("expected at the end of the statement's line")
        .label(statement.head(), "the statement ends with its line")
        .help(format!("write the `{{` on the line of `{word}`"))
        .fix("move the `{` up", edits)
}

/// `{` that no statement stands before.
pub(super) fn stray_open(open: Span) -> Diagnostic {
    Diagnostic::new(&BVL0106, open, "this `{` belongs to no statement")
        .here("no word before it")
        .help("write the word that says what the block is, for example `service web {`")
}

/// A declaration whose lines follow without a `{`.
pub(super) fn never_opened(statement: &Statement) -> Diagnostic {
    let head = statement.head();
    Diagnostic::new(&BVL0106, head, unopened(statement))
        .here("expected `{` at the end of this line")
        .help("add the missing `{`")
        .fix("add the missing `{`", vec![TextEdit::insert_after(head, " {")])
}

fn unopened(statement: &Statement) -> String {
    let name = statement.terms.first().and_then(Term::name).map_or_else(String::new, |name| format!(" {name}"));
    format!("the block of `{}{}` is never opened", shown(statement.word()), shown(&name))
}

/// A declaration whose block follows in its line without a `{`.
pub(super) fn never_opened_in_line(statement: &Statement) -> Diagnostic {
    let head = statement.head();
    Diagnostic::new(&BVL0106, head, unopened(statement))
        .here("expected `{` after this")
        .help("add the missing `{`")
        .unsafe_fix("add the missing `{`", vec![TextEdit::insert_after(head, " {")])
}

/// A statement of whose block only the `}` is there.
pub(super) fn opened_nowhere(statement: &Statement) -> Diagnostic {
    Diagnostic::new(&BVL0106, statement.head(), unopened(statement))
        .here("a `{` is missing in here, or the `}` of this line is one too many")
        .help("add the `{` before the first word of the block, or remove the `}`")
}

/// `}` that closes nothing.
/// Whether a block ends before it in its line, in which a `{` may be missing: `is_torn`.
pub(super) fn stray_close(close: Span, is_torn: bool) -> Diagnostic {
    Diagnostic::new(&BVL0106, close, "this `}` is one too many")
        .here("closes nothing")
        .help(if is_torn { "remove it, or add the `{` that is missing in this line" } else { "remove it" })
        .unsafe_fix("remove it", vec![TextEdit::replace(close, "")])
}

/// A block that is nested too deep.
pub(super) fn nested_too_deep(open: Span) -> Diagnostic {
    Diagnostic::new(&BVL0108, open, format!("blocks nest more than {} deep here", super::build::DEPTH))
        .here(format!("the {}th `{{` within each other; what stands in here is passed over", super::build::DEPTH + 1))
        .help(format!(
            "no statement needs more than a few: take out braces until at most {} stand within each other",
            super::build::DEPTH
        ))
}
