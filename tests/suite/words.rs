//! Splits a line into words as a shell would, without anything a shell does beyond.

use crate::case::{Case, Outcome};

/// The words of a line: blanks separate, `'..'` and `".."` hold together.
pub(crate) fn split(line: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote: Option<char> = None;
    for c in line.chars() {
        match quote {
            Some(open) if c == open => quote = None,
            None if c == '\'' || c == '"' => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            None if c.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(c),
        }
    }
    if let Some(open) = quote {
        return Err(format!("a {open} is not closed in: {line}"));
    }
    words.extend(word);
    Ok(words)
}

/// The words of an `args` file: all lines, those that begin with `#` left out.
pub(crate) fn arguments(text: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        words.extend(split(line)?);
    }
    Ok(words)
}

/// The trials of this file.
pub(crate) fn trials() -> Vec<Case> {
    vec![Case::new("harness/words", || -> Outcome {
        for (line, expected) in [
            ("a  b", Some(vec!["a", "b"])),
            ("--env 'preview(pr = 42)'", Some(vec!["--env", "preview(pr = 42)"])),
            ("set=\"a b\"c ''", Some(vec!["set=a bc", ""])),
            ("", Some(vec![])),
            ("a 'b", None),
        ] {
            let found = split(line).ok();
            let expected = expected.map(|words| words.into_iter().map(str::to_owned).collect::<Vec<_>>());
            if found != expected {
                return Err(format!("{line:?}: {found:?}"));
            }
        }
        Ok(())
    })]
}
