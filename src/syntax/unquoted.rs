//! Text that stands without its quotes, and what looks like it: addresses and ranges that are none, paths without an end.

use std::net::{IpAddr, SocketAddr};

use super::build::Context;
use super::codes::{BVL0115, BVL0122};
use super::dollars::in_quotes;
use super::mistake::shown;
use super::text::{is_path, is_word};
use crate::diagnostic::Diagnostic;
use crate::source::{Span, TextEdit};
use crate::value::{Cidr, addresses, host};

/// What was meant for an address: `10.0.0/16`, or `10.0.0.9.s3` where a flow ends.
fn near_address(text: &str, span: Span) -> Option<Diagnostic> {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if let Some((address, prefix)) = text.split_once('/')
        && is_number(prefix)
        && address.contains('.')
        && address.split('.').all(is_number)
    {
        let n = address.split('.').count();
        return Some(
            Diagnostic::new(&BVL0115, span, format!("`{}` is no address: it has {n} of 4 numbers", shown(text)))
                .here("no IPv4 address")
                .help("an address has four numbers from 0 to 255: `10.0.0.0/16`"),
        );
    }
    let (numbers, rest): (Vec<&str>, Vec<&str>) = text.split('.').partition(|part| is_number(part));
    (numbers.len() == 4 && rest.len() == 1 && text.ends_with(rest.first()?)).then(|| {
        Diagnostic::new(&BVL0115, span, format!("`{}` is neither a name nor an address", shown(text)))
            .here("an address with a port after it")
            .help(format!(
                "flows end at names: declare `external NAME {{ cidr {}; port {} 443 }}` and write `NAME.{}`",
                numbers.join("."),
                rest.join(""),
                rest.join("")
            ))
    })
}

/// What was meant for a range: `100m-500m`, `3/20`.
fn near_range(text: &str, span: Span) -> Option<Diagnostic> {
    let (low, high) = text.split_once(['-', '/', '~'])?;
    let is_quantity = |part: &str| {
        let unit = part.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        part.starts_with(|c: char| c.is_ascii_digit())
            && unit.len() <= 2
            && unit.bytes().all(|b| b.is_ascii_alphabetic())
    };
    if let Some(diagnostic) = address_range(low, high, span) {
        return Some(diagnostic);
    }
    let written = format!("{low}..{high}");
    (is_quantity(low) && is_quantity(high)).then(|| {
        Diagnostic::new(&BVL0122, span, format!("a range is written with `..`: `{}` is none", shown(text)))
            .here("expected `..` between its ends")
            .help(format!("write `{written}`; if it is text, put it in quotes"))
            .unsafe_fix(format!("write `{written}`"), vec![TextEdit::replace(span, written)])
    })
}

/// What was meant for all addresses from one to another one, `10.14.0.0-10.14.0.255`: nothing takes such with `..`.
fn address_range(low: &str, high: &str, span: Span) -> Option<Diagnostic> {
    let is_address = |text: &str| text.parse::<IpAddr>().is_ok();
    (is_address(low) && is_address(high)).then(|| {
        let (help, only) = Cidr::written(low, high);
        let title = format!("an address range is written with a prefix length: `{low}` to `{high}` is none");
        let diagnostic = Diagnostic::new(&BVL0122, span, title).here("its first and its last address").help(help);
        only.into_iter().fold(diagnostic, |diagnostic, only| {
            diagnostic.unsafe_fix(format!("write `{only}`"), vec![TextEdit::replace(span, only)])
        })
    })
}

/// `100m - 200m`: two ends of a range with a sign between them, each of which stands by itself.
pub(super) fn spaced_range(cx: &Context<'_>, [low, sign, high]: [Span; 3], holds: Option<Holds>) -> Diagnostic {
    let text = |span: Span| cx.text.get(span.range()).unwrap_or_default();
    if let Some(diagnostic) = holds.and_then(|holds| constant(text(low.to(high)), low.to(high), holds)) {
        return diagnostic;
    }
    if let Some(diagnostic) = address_range(text(low), text(high), low.to(high)) {
        return diagnostic;
    }
    let written = format!("{}..{}", text(low), text(high));
    Diagnostic::new(&BVL0122, low.to(high), format!("a range is written with `..`, not with `{}`", text(sign)))
        .here("expected `..` between its ends")
        .help(format!("write `{written}`"))
        .unsafe_fix(format!("write `{written}`"), vec![TextEdit::replace(low.to(high), written)])
}

/// `web.` and `web.*`: a path without its last part.
fn half_path(text: &str, span: Span) -> Option<Diagnostic> {
    let path = text.strip_suffix(".*").or_else(|| text.strip_suffix('.')).filter(|path| is_path(path))?;
    let (here, help) = if text.ends_with('*') {
        ("no sign stands for all of them", "name each, with commas between them".to_owned())
    } else {
        let bare = format!("take the dot out: `{path}`");
        let named = format!("write the name of a port after it, such as `{path}.http`, or {bare}");
        return Some(
            Diagnostic::new(&BVL0115, span, format!("`{}` ends in a dot", shown(text)))
                .here("a name is missing after the dot")
                .help(if path.contains('.') { bare } else { named }),
        );
    };
    let diagnostic = Diagnostic::new(&BVL0115, span, format!("`{}` names nothing", shown(text)));
    Some(diagnostic.here(here).help(format!("{help}; text stands in quotes: `\"{}\"`", shown(text))))
}

/// What is said of what reads like addresses or like a range as the value of a `let`, a parameter or an argument, which stands
/// where it is used: of addresses only a range of addresses does, and as one of a type only one value.
pub(super) fn constant(text: &str, span: Span, holds: Holds) -> Option<Diagnostic> {
    let begins = text.split(['-', '/', '~', ' ']).next().unwrap_or_default();
    if begins.parse::<IpAddr>().is_ok()
        && let Some(meant) = addresses::meant(text)
    {
        let told = Diagnostic::new(&BVL0122, span, meant.title).here(meant.here);
        let is_one = |written: &String| !written.contains([' ', ',']);
        return Some(match meant.written.filter(is_one) {
            Some(written) => told
                .help(format!("write `{written}`"))
                .unsafe_fix(format!("write `{written}`"), vec![TextEdit::replace(span, written)]),
            None => told.help("write the address ranges where they are used, behind `cidr`"),
        });
    }
    let is_range = holds == Holds::OneValue && near_range(text, span).is_some();
    is_range.then(|| {
        Diagnostic::new(&BVL0122, span, format!("`{}` is no value of a type", shown(text)))
            .here("one value stands here, and no range")
            .help("write one value; each end of a range can have a parameter of its own; text stands in quotes")
    })
}

/// What may stand as the value of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    /// Anything, in a `let`.
    Anything,
    /// One value of a type, in a `param` and in parentheses.
    OneValue,
}

/// Text that lacks its quotes as the value of a `let` or `param`.
pub(super) fn value(cx: &Context<'_>, span: Span, holds: Holds) -> Diagnostic {
    let text = cx.text.get(span.range()).unwrap_or_default();
    constant(text, span, holds).unwrap_or_else(|| finding(cx, span))
}

/// Text that lacks its quotes in the place of one value: a `:` parts nothing there.
pub(super) fn argument(cx: &Context<'_>, span: Span) -> Diagnostic {
    let text = cx.text.get(span.range()).unwrap_or_default();
    if !text.split_once(':').is_some_and(|(host, _)| is_path(host)) {
        return value(cx, span, Holds::OneValue);
    }
    let title = format!("`{}` is neither a word nor a value: text stands in quotes", shown(text));
    put_in_quotes(Diagnostic::new(&BVL0115, span, title).here("text without quotes"), text, span)
}

/// Whether a text is the key of a map of another language, `app.example/tier:`, which no bare word is.
pub(super) fn is_key(text: &str) -> bool {
    text.strip_suffix(':').is_some_and(|key| {
        key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-/".contains(&byte))
            && key.starts_with(|c: char| c.is_ascii_alphanumeric())
    })
}

/// Such a key: it lacks its quotes, and has a `:` too many.
pub(super) fn key(cx: &Context<'_>, span: Span) -> Diagnostic {
    let text = cx.text.get(span.range()).unwrap_or_default();
    let quoted = format!("\"{}\"", text.trim_end_matches(':'));
    Diagnostic::new(&BVL0115, span, format!("`{}` is neither a word nor a value: text stands in quotes", shown(text)))
        .here("a key without quotes, and with a `:` that has no place behind it")
        .help(format!("write `{}`", shown(&quoted)))
        .fix(format!("write `{}`", shown(&quoted)), vec![TextEdit::replace(span, quoted)])
}

/// A module or file of `use`, as other languages part it: `lib::web`.
pub(super) fn used(cx: &Context<'_>, span: Span) -> Option<Diagnostic> {
    let text = cx.text.get(span.range())?;
    let is_parted = text.contains("::") && text.split("::").all(is_word);
    is_parted.then(|| {
        let file = format!("\"{}.bvl\"", text.replace("::", "/"));
        Diagnostic::new(&BVL0115, span, format!("`{}` is neither a module nor a file", shown(text)))
            .here("parted by `::`")
            .help(format!("a file is used by its path: `{}`", shown(&file)))
            .unsafe_fix(format!("write `{}`", shown(&file)), vec![TextEdit::replace(span, file)])
    })
}

/// Text that lacks its quotes.
pub(super) fn finding(cx: &Context<'_>, span: Span) -> Diagnostic {
    let text = cx.text.get(span.range()).unwrap_or_default();
    if let Some(diagnostic) = near_address(text, span)
        .or_else(|| near_range(text, span))
        .or_else(|| half_path(text, span))
        .or_else(|| instance_path(cx, text, span))
    {
        return diagnostic;
    }
    if let Some((name, number)) = text.split_once(':')
        && is_word(name)
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && !number.is_empty()
    {
        let (apart, quoted) = (format!("{name} {number}"), format!("\"{text}\""));
        return Diagnostic::new(&BVL0115, span, format!("`{}` is neither a word nor a value", shown(text)))
            .here("two things, or text without quotes")
            .help(format!("write `{apart}` for a name and its number, `{quoted}` for text such as an image"))
            .unsafe_fix(format!("write `{apart}`"), vec![TextEdit::replace(span, apart)])
            .unsafe_fix("put it in quotes", vec![TextEdit::replace(span, quoted)]);
    }
    if let Some(number) = text.strip_prefix(':').filter(|rest| rest.bytes().all(|byte| byte.is_ascii_digit())) {
        let quoted = format!("\"{text}\"");
        return Diagnostic::new(&BVL0115, span, format!("`{}` is neither a word nor a value", shown(text)))
            .here("a number behind a colon")
            .help(format!("write `{quoted}` for text such as an address to listen on, `{number}` for the number"))
            .unsafe_fix(format!("write `{quoted}`"), vec![TextEdit::replace(span, quoted)])
            .unsafe_fix(format!("write `{number}`"), vec![TextEdit::replace(span, number)]);
    }
    if let Some(apart) = two_numbers(text, span) {
        return apart;
    }
    if let Some(decimal) = bare_decimal(text, span) {
        return decimal;
    }
    let number = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    // what begins like a number may have been meant for one; a version has more dots than a number
    let is_version = number && !text.starts_with('.') && text.matches('.').count() > 1;
    let is_socket = text.parse::<SocketAddr>().is_ok();
    let is_text =
        is_version || is_socket || text.contains('$') || !text.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    let what = if number { "is no number" } else { "is neither a word nor a value" };
    let diagnostic = Diagnostic::new(&BVL0115, span, format!("`{}` {what}: text stands in quotes", shown(text)))
        .here("text without quotes");
    if is_text {
        put_in_quotes(diagnostic, text, span)
    } else {
        diagnostic.help(format!("write `{}`", shown(&format!("\"{text}\""))))
    }
}

/// `.5`, and `.5Gi`: a number without the digit before its point.
fn bare_decimal(text: &str, span: Span) -> Option<Diagnostic> {
    let behind = text.strip_prefix('.')?;
    let unit = behind.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_unit = unit.len() <= 2 && unit.bytes().all(|byte| byte.is_ascii_alphabetic()) || unit == "%";
    (behind.starts_with(|c: char| c.is_ascii_digit()) && is_unit).then(|| {
        let written = format!("0{text}");
        Diagnostic::new(&BVL0115, span, format!("`{}` is no number: a digit stands before its point", shown(text)))
            .here("begins with a point")
            .help(format!("write `{written}`"))
            .unsafe_fix(format!("write `{written}`"), vec![TextEdit::replace(span, written)])
    })
}

/// `preview(pr = 7)/web.http`, of which the parser takes the path for a text of its own.
fn instance_path(cx: &Context<'_>, path: &str, span: Span) -> Option<Diagnostic> {
    let before = cx.text.get(..span.start as usize)?;
    let line = before.rsplit('\n').next()?.strip_suffix(')')?;
    let (head, arguments) = line.rsplit_once('(')?;
    let name_at = head.rfind(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))).map_or(0, |at| at + 1);
    let name = head.get(name_at..)?;
    let rest = path.strip_prefix('/')?;
    if !is_path(name) || !is_path(rest) || arguments.contains(')') {
        return None;
    }
    let open = u32::try_from(arguments.len() + 2).ok()?;
    let parentheses = Span { start: span.start.checked_sub(open)?, ..span };
    let whole = Span { start: parentheses.start.checked_sub(u32::try_from(name.len()).ok()?)?, ..span };
    let title = format!(
        "`{}` names nothing: an environment is named without its parameters",
        shown(&format!("{name}({arguments}){path}"))
    );
    let meant = format!("{name}{path}");
    Some(
        Diagnostic::new(&BVL0115, whole, title)
            .here("an environment's name, its parameters and a path")
            .help(format!("write `{meant}`: it is said of each environment that is made of `{name}`"))
            .unsafe_fix(format!("write `{meant}`"), vec![TextEdit::replace(parentheses, path)]),
    )
}

/// `9443:9000` and `9000/tcp`, as others write ports and users: no text is meant.
fn two_numbers(text: &str, span: Span) -> Option<Diagnostic> {
    let (number, rest) = text.split_once([':', '/'])?;
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let diagnostic = Diagnostic::new(&BVL0115, span, format!("`{}` is neither a word nor a value", shown(text)))
        .here("more than a number");
    if text.contains(':') && is_number(number) && is_number(rest) {
        if number == rest {
            return Some(diagnostic.help(format!("write one number, `{number}`")));
        }
        return Some(diagnostic.help(format!(
            "write one number: for a container's port with another one of its Service, `{rest} service-port {number}`; for a user without its group, `{number}`"
        )));
    }
    let (written, is_plain) = match rest {
        "tcp" => (number.to_owned(), "a port is TCP where nothing else is said"),
        "udp" => (format!("{number} udp"), "`udp` is a word of its own"),
        _ => return None,
    };
    is_number(number).then(|| {
        diagnostic
            .help(format!("write `{written}`: {is_plain}"))
            .unsafe_fix(format!("write `{written}`"), vec![TextEdit::replace(span, written)])
    })
}

/// `web:http` and `web:8080` in a flow, as what was meant: the port behind a dot. Which port a number is, is told where the ports
/// are known.
pub(super) fn port_behind_colon(cx: &Context<'_>, span: Span) -> Option<(String, Option<Diagnostic>)> {
    let text = cx.text.get(span.range())?;
    let (name, port) = text.split_once(':').filter(|(name, _)| is_path(name) && !name.contains('.'))?;
    let meant = format!("{name}.{port}");
    if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some((meant, None));
    }
    is_word(port).then(|| {
        let finding = Diagnostic::new(&BVL0115, span, format!("`{}` names no end of a flow", shown(text)))
            .here("a `:` before the port")
            .help(format!("a port stands after a dot, by its name: `{}`", shown(&meant)))
            .fix(format!("write `{}`", shown(&meant)), vec![TextEdit::replace(span, meant.as_str())]);
        (meant, Some(finding))
    })
}

/// What is said of text without quotes where a flow ends.
pub(super) fn end_of_flow(cx: &Context<'_>, span: Span) -> Diagnostic {
    let text = cx.text.get(span.range()).unwrap_or_default();
    match text.split_once(':') {
        Some((host, port)) if is_path(host) && !port.contains(['/', ':']) => {
            Diagnostic::new(&BVL0115, span, format!("`{}` names no end of a flow", shown(text)))
                .here("a `:` before the port")
                .help(host::as_external(host))
        }
        _ => named_end(cx, span, finding(cx, span)),
    }
}

/// The same, or that it is more than a name and a port where quotes would be proposed: no end of a flow is a text. Which port was meant
/// is told where the ports are known.
pub(super) fn named_end(cx: &Context<'_>, span: Span, found: Diagnostic) -> Diagnostic {
    let text = cx.text.get(span.range()).unwrap_or_default();
    let is_quoting = found.fixes.iter().flat_map(|fix| &fix.edits).any(|edit| edit.text.starts_with('"'));
    if !is_quoting || !text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '$') {
        return found;
    }
    Diagnostic::new(&BVL0115, span, format!("`{}` names no end of a flow", shown(text)))
        .here("neither a name nor a name with its port")
        .help("an end of a flow is a name, and a port stands after a dot, by its name: `web.http`")
}

/// Text without quotes, with quotes around it as what mends it.
fn put_in_quotes(told: Diagnostic, text: &str, span: Span) -> Diagnostic {
    match in_quotes(text) {
        Some(quoted) => told
            .help(format!("write `{}`", shown(&quoted)))
            .fix("put it in quotes", vec![TextEdit::replace(span, quoted)]),
        None => told.help(
            "put it in quotes, and the name of a param, let or parameter, or an address, between the braces: `\"a-${NAME}\"`",
        ),
    }
}
