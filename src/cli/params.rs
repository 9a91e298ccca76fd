//! Values of params as a command is given them: `--set NAME=VALUE` and the lines of `--params FILE`.
//!
//! Invariants: of files the later one wins, and `--set` over every file; within one file, and by `--set`, nothing is given
//! twice.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use super::Fault;
use crate::diagnostic::render::text::one_line;
use crate::resolve::ParamInput;

/// One `--set`.
///
/// # Errors
/// What is wrong with it, in words.
pub(super) fn from_flag(text: &str) -> Result<ParamInput, String> {
    let (environment, name, value) = assignment(text)?;
    Ok(ParamInput { environment, name, value: value.to_owned(), given_by: "--set".to_owned() })
}

/// All `--set` of one call.
///
/// # Errors
/// A param that two of them give.
pub(super) fn from_flags(flags: &[ParamInput]) -> Result<Vec<ParamInput>, Fault> {
    let mut known = BTreeSet::new();
    match flags.iter().find(|input| !known.insert((&input.environment, &input.name))) {
        None => Ok(flags.to_vec()),
        Some(ParamInput { environment, name, .. }) => {
            let name = environment.as_ref().map_or_else(|| name.clone(), |environment| format!("{environment}.{name}"));
            Err(Fault::new(format!("`{}` is given by two --set: keep one", one_line(&name))))
        }
    }
}

/// The lines of a file, which is called `path`.
///
/// # Errors
/// Every line that is wrong, with its number.
pub(super) fn from_file(path: &str, text: &str) -> Result<Vec<ParamInput>, Fault> {
    let (mut inputs, mut wrong): (Vec<ParamInput>, Vec<String>) = (Vec::new(), Vec::new());
    let mut known: BTreeMap<(Option<String>, String), String> = BTreeMap::new();
    for (idx, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let given_by = format!("{path}:{}", idx + 1);
        let content = without_comment(line).trim();
        if content.is_empty() {
            continue;
        }
        let read = || {
            let (environment, name, value) = assignment(content)?;
            Ok((environment, name, unquoted(value)?))
        };
        let why = match read() {
            Err(why) => why,
            Ok((environment, name, value)) => match known.entry((environment.clone(), name.clone())) {
                Entry::Occupied(before) => format!("`{}` is given at {} already", one_line(&name), before.get()),
                Entry::Vacant(place) => {
                    place.insert(given_by.clone());
                    inputs.push(ParamInput { environment, name, value, given_by });
                    continue;
                }
            },
        };
        wrong.push(format!("{given_by}: {why}"));
    }
    if wrong.is_empty() { Ok(inputs) } else { Err(Fault::new(wrong.join("\n"))) }
}

/// All of them, the strongest last, none of those that a later one replaces.
pub(super) fn layered(inputs: impl IntoIterator<Item = ParamInput>) -> Vec<ParamInput> {
    let mut kept: Vec<ParamInput> = Vec::new();
    for input in inputs {
        kept.retain(|known| (&known.environment, &known.name) != (&input.environment, &input.name));
        kept.push(input);
    }
    kept
}

/// `NAME=VALUE` or `ENVIRONMENT.NAME=VALUE`, where an environment may be `preview(pr=42)`.
fn assignment(text: &str) -> Result<(Option<String>, String, &str), String> {
    let mut depth = 0_usize;
    let at = text.char_indices().find(|(_, character)| {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        *character == '=' && depth == 0
    });
    let Some((left, value)) = at.and_then(|(at, _)| Some((text.get(..at)?, text.get(at + 1..)?))) else {
        return Err(format!("`{}` is not NAME=VALUE", one_line(text)));
    };
    let (environment, name) = match left.trim().rsplit_once('.') {
        Some((environment, name)) => (Some(environment.trim().to_owned()), name.trim()),
        None => (None, left.trim()),
    };
    if name.is_empty() || environment.as_ref().is_some_and(String::is_empty) {
        return Err(format!("`{}` is not NAME=VALUE: it lacks a name", one_line(text)));
    }
    Ok((environment, name.to_owned(), value.trim()))
}

/// The line before `//`, where that stands at its start or behind a space and in no string.
fn without_comment(line: &str) -> &str {
    let (mut in_string, mut before) = (false, ' ');
    for (at, character) in line.char_indices() {
        match character {
            '"' if before != '\\' => in_string = !in_string,
            '/' if !in_string
                && before.is_whitespace()
                && line.get(at..).is_some_and(|rest| rest.starts_with("//")) =>
            {
                return line.get(..at).unwrap_or_default();
            }
            _ => {}
        }
        before = if before == '\\' && character == '\\' { ' ' } else { character };
    }
    line
}

/// The value of a string in quotes; any other value as it is.
fn unquoted(value: &str) -> Result<String, String> {
    let Some(inner) = value.strip_prefix('"') else { return Ok(value.to_owned()) };
    let mut text = String::new();
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' if characters.as_str().is_empty() => return Ok(text),
            '"' => return Err("something follows the closing quote".to_owned()),
            '\\' => match characters.next() {
                Some('n') => text.push('\n'),
                Some('t') => text.push('\t'),
                Some(same @ ('"' | '\\' | '$')) => text.push(same),
                _ => return Err("a string knows the escapes \\\" \\\\ \\n \\t \\$".to_owned()),
            },
            _ => text.push(character),
        }
    }
    Err("the closing quote is missing".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(input: &ParamInput) -> String {
        let environment = input.environment.as_ref().map(|name| format!("{name}.")).unwrap_or_default();
        format!("{environment}{}={} ({})", input.name, input.value, input.given_by)
    }

    #[test]
    fn flags() {
        for (text, expected) in [
            ("version=1.4.2", "version=1.4.2 (--set)"),
            ("version=", "version= (--set)"),
            ("a=b=c", "a=b=c (--set)"),
            ("prod.version=1.4.2", "prod.version=1.4.2 (--set)"),
            ("preview(pr=42).version=1", "preview(pr=42).version=1 (--set)"),
        ] {
            assert_eq!(shown(&from_flag(text).unwrap()), expected);
        }
        for text in ["version", "=1", ".version=1", "prod.=1", "preview(pr=42)", ""] {
            assert!(from_flag(text).is_err(), "{text}");
        }
    }

    #[test]
    fn files() {
        let text = "\u{feff}// of the team\r\nversion = 1.4.2 // the last good one\r\n\r\nprod.host = \"a//b \\\"c\\\"\"\nurl = https://a\n";
        let inputs: Vec<String> = from_file("v.txt", text).unwrap().iter().map(shown).collect();
        assert_eq!(inputs, ["version=1.4.2 (v.txt:2)", "prod.host=a//b \"c\" (v.txt:4)", "url=https://a (v.txt:5)"]);
        for (text, expected) in [
            ("a = 1\nb", "v.txt:2: `b` is not NAME=VALUE"),
            ("a = 1\na = 2", "v.txt:2: `a` is given at v.txt:1 already"),
            ("a = \"1", "v.txt:1: the closing quote is missing"),
            ("a = \"1\" 2", "v.txt:1: something follows the closing quote"),
            ("a\nb = 1\nc", "v.txt:1: `a` is not NAME=VALUE\nv.txt:3: `c` is not NAME=VALUE"),
        ] {
            assert_eq!(from_file("v.txt", text).unwrap_err().message, expected);
        }
    }

    #[test]
    fn the_last_file_and_the_flags_win() {
        let file = |path, text| from_file(path, text).unwrap();
        let flags = from_flags(&["c=3", "prod.a=3"].map(|text| from_flag(text).unwrap())).unwrap();
        let inputs = file("a.txt", "a = 1\nb = 1\nc = 1").into_iter().chain(file("b.txt", "b = 2")).chain(flags);
        let kept: Vec<String> = layered(inputs).iter().map(shown).collect();
        assert_eq!(kept, ["a=1 (a.txt:1)", "b=2 (b.txt:1)", "c=3 (--set)", "prod.a=3 (--set)"]);
    }

    #[test]
    fn no_two_flags_give_one_param() {
        for (flags, expected) in [
            (vec!["a=1", "prod.a=2", "stage.a=2"], None),
            (vec!["a=1", "b=2", "a=1"], Some("`a` is given by two --set: keep one")),
            (vec!["prod.a=1", "prod.a=2"], Some("`prod.a` is given by two --set: keep one")),
        ] {
            let flags: Vec<ParamInput> = flags.into_iter().map(|text| from_flag(text).unwrap()).collect();
            assert_eq!(from_flags(&flags).err().map(|fault| fault.message).as_deref(), expected);
        }
    }
}
