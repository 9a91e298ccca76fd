//! Just enough of Rust's grammar to read its files exactly: tokens without comments, paths with `use` trees spread out,
//! module declarations, and which part of a file is tests.

use std::collections::BTreeSet;

/// A token and the lines on which it stands, counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    /// As written; a string literal keeps its quotes.
    pub(crate) text: String,
    /// The line of its first character.
    pub(crate) line: usize,
    /// The line of its last character.
    pub(crate) last_line: usize,
}

/// A path such as `crate::model::Platform`, one for each leaf of a `use` tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Path {
    /// Its names from the left.
    pub(crate) names: Vec<String>,
    /// Where it begins.
    pub(crate) line: usize,
    /// The modules written with braces around it, outermost first.
    pub(crate) within: Vec<String>,
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// The tokens of a text, comments left out.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let (mut at, mut line) = (0, 1);
    while at < chars.len() {
        let end = token_end(&chars, at);
        let piece: String = chars[at..end].iter().collect();
        let lines = piece.matches('\n').count();
        if !piece.trim().is_empty() && !piece.starts_with("//") && !piece.starts_with("/*") {
            found.push(Token { text: piece, line, last_line: line + lines });
        }
        line += lines;
        at = end;
    }
    found
}

/// Where the token, comment or white space that begins at `at` ends.
fn token_end(chars: &[char], at: usize) -> usize {
    let next = |offset: usize| chars.get(at + offset).copied().unwrap_or('\0');
    match chars[at] {
        '/' if next(1) == '/' => find(chars, at, |c| c == '\n'),
        '/' if next(1) == '*' => comment_end(chars, at),
        '"' => string_end(chars, at),
        'b' | 'c' if next(1) == '"' => string_end(chars, at + 1),
        'r' if next(1) == '"' || (next(1) == '#' && matches!(next(2), '#' | '"')) => raw_string_end(chars, at + 1),
        'b' | 'c' if next(1) == 'r' && matches!(next(2), '#' | '"') => raw_string_end(chars, at + 2),
        '\'' if next(1) == '\\' => find(chars, at + 3, |c| c == '\'') + 1,
        '\'' if next(2) == '\'' => at + 3,
        c if c.is_alphanumeric() || matches!(c, '_' | '\'') => {
            find(chars, at + 1, |c| !(c.is_alphanumeric() || c == '_'))
        }
        ':' if next(1) == ':' => at + 2,
        c if c.is_whitespace() => find(chars, at, |c| !c.is_whitespace()),
        _ => at + 1,
    }
}

fn find(chars: &[char], from: usize, stop: impl Fn(char) -> bool) -> usize {
    (from..chars.len()).find(|i| stop(chars[*i])).unwrap_or(chars.len())
}

fn comment_end(chars: &[char], at: usize) -> usize {
    let (mut depth, mut i) = (0, at);
    while i + 1 < chars.len() {
        match (chars[i], chars[i + 1]) {
            ('/', '*') => depth += 1,
            ('*', '/') => depth -= 1,
            _ => {
                i += 1;
                continue;
            }
        }
        i += 2;
        if depth == 0 {
            return i;
        }
    }
    chars.len()
}

fn string_end(chars: &[char], quote: usize) -> usize {
    let mut i = quote + 1;
    while i < chars.len() {
        match chars[i] {
            '\\' => i += 2,
            '"' => return i + 1,
            _ => i += 1,
        }
    }
    chars.len()
}

fn raw_string_end(chars: &[char], hashes: usize) -> usize {
    let quote = find(chars, hashes, |c| c != '#');
    let count = quote - hashes;
    (quote + 1..chars.len())
        .find(|i| chars[*i] == '"' && (1..=count).all(|n| chars.get(i + n) == Some(&'#')))
        .map_or(chars.len(), |i| i + 1 + count)
}

/// The tokens without items under `#[cfg(test)]`.
pub(crate) fn without_tests(tokens: &[Token]) -> Vec<Token> {
    let mark = ["#", "[", "cfg", "(", "test", ")", "]"];
    let mut kept = Vec::new();
    let mut i = 0;
    while i < tokens.len() {
        if tokens[i..].iter().map(|token| token.text.as_str()).take(mark.len()).eq(mark) {
            i = item_end(tokens, i + mark.len());
        } else {
            kept.push(tokens[i].clone());
            i += 1;
        }
    }
    kept
}

/// Behind the `}` or `;` that ends the item beginning at `from`.
fn item_end(tokens: &[Token], from: usize) -> usize {
    let mut depth = 0;
    for (i, token) in tokens.iter().enumerate().skip(from) {
        match token.text.as_str() {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => depth -= 1,
            ";" if depth == 0 => return i + 1,
            _ => continue,
        }
        if depth == 0 && token.text == "}" {
            return i + 1;
        }
    }
    tokens.len()
}

/// The number of lines that hold code outside tests.
pub(crate) fn code_lines(tokens: &[Token]) -> usize {
    let lines: BTreeSet<usize> = without_tests(tokens).iter().flat_map(|token| token.line..=token.last_line).collect();
    lines.len()
}

/// The modules declared by `mod name;`, but for those that another root has and this one shares: `#[path = ".."] mod name;`.
pub(crate) fn declared_modules(tokens: &[Token]) -> BTreeSet<String> {
    let is_shared = |at: usize| {
        let before = at.checked_sub(4).and_then(|start| tokens.get(start..at));
        before.is_some_and(|before| before[0].text == "path" && before[1].text == "=" && before[3].text == "]")
    };
    let declared = tokens.windows(3).enumerate().filter(|(at, window)| {
        window[0].text == "mod" && is_name(&window[1].text) && window[2].text == ";" && !is_shared(*at)
    });
    declared.map(|(_, window)| window[1].text.clone()).collect()
}

/// Every path of two names or more, and every name that a `use` brings in.
pub(crate) fn paths(tokens: &[Token]) -> Vec<Path> {
    let mut found = Vec::new();
    let mut within: Vec<Option<String>> = Vec::new();
    let mut i = 0;
    while i < tokens.len() {
        match tokens[i].text.as_str() {
            "{" => {
                let module = (i >= 2 && tokens[i - 2].text == "mod").then(|| tokens[i - 1].text.clone());
                within.push(module);
            }
            "}" => {
                within.pop();
            }
            "use" => {
                let modules: Vec<String> = within.iter().flatten().cloned().collect();
                i = use_tree(tokens, i + 1, &Path { names: vec![], line: tokens[i].line, within: modules }, &mut found);
                continue;
            }
            name if is_name(name) => {
                let mut names = vec![name.to_owned()];
                let line = tokens[i].line;
                while tokens.get(i + 1).is_some_and(|t| t.text == "::")
                    && tokens.get(i + 2).is_some_and(|t| is_name(&t.text))
                {
                    names.push(tokens[i + 2].text.clone());
                    i += 2;
                }
                if names.len() > 1 {
                    found.push(Path { names, line, within: within.iter().flatten().cloned().collect() });
                }
            }
            _ => {}
        }
        i += 1;
    }
    found
}

/// Reads the tree at `i` below `prefix`; the result is where it ends.
fn use_tree(tokens: &[Token], mut i: usize, prefix: &Path, found: &mut Vec<Path>) -> usize {
    let mut path = prefix.clone();
    while let Some(token) = tokens.get(i) {
        match token.text.as_str() {
            "::" => {}
            "{" => {
                i += 1;
                while tokens.get(i).is_some_and(|t| t.text != "}") {
                    i = use_tree(tokens, i, &path, found);
                    if tokens.get(i).is_some_and(|t| t.text == ",") {
                        i += 1;
                    }
                }
                return i + 1;
            }
            "as" => i += 1,
            "*" => path.names.push("*".to_owned()),
            name if is_name(name) => path.names.push(name.to_owned()),
            _ => break,
        }
        path.line = token.line;
        i += 1;
    }
    if !path.names.is_empty() {
        found.push(path);
    }
    i
}

#[test]
fn reads_rust() {
    let text = r##"
        use std::{fs, io::{self, Read as _}}; // use std::env;
        /* crate::no /* ::deeper */ */
        fn h() -> impl Sized + use<> {}
        mod tests { use super::super::model::*; fn f<'a>(c: char) { let _ = ('x', '\'', "crate::no", r#"crate::"no"#); } }
        fn g() { crate::graph::path(); $crate::diagnostic::Code }
    "##;
    let found: Vec<String> =
        paths(&tokens(text)).into_iter().map(|p| format!("{}|{}", p.within.join("::"), p.names.join("::"))).collect();
    let expected = [
        "|std::fs",
        "|std::io::self",
        "|std::io::Read",
        "tests|super::super::model::*",
        "|crate::graph::path",
        "|crate::diagnostic::Code",
    ];
    assert_eq!(found, expected);
}

#[test]
fn counts_code_outside_tests() {
    let text = "//! Doc.\n\nfn a() {\n    // why\n    b(\"x\n  y\");\n}\n\n#[cfg(test)]\nmod tests {\n    fn c() {}\n}\nmod d;\n#[path = \"../e.rs\"]\nmod e;\n";
    assert_eq!(code_lines(&tokens(text)), 7);
    assert_eq!(declared_modules(&tokens(text)), BTreeSet::from(["d".to_owned()]));
}
