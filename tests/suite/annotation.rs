//! `//~`: what a line of a spec is claimed to get.
//!
//! `//~ BVL0701 "part of the title" other.bvl:3` claims a diagnostic of that code for its own line, with those words in
//! its title and another label there; `//~^` claims it for the line above (one more `^`, one line more), `//~|` for the
//! line of the annotation before. `//~ known-bug #12` says that the claims beside it are known to be wrong. In YAML the
//! mark is `#~`.

use crate::case::Case;

/// One claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Claim {
    /// The file.
    pub(crate) path: String,
    /// The line that is claimed to be at fault, counted from 1.
    pub(crate) line: usize,
    /// The code.
    pub(crate) code: String,
    /// A part of the title.
    pub(crate) title: Option<String>,
    /// Places that further labels point at.
    pub(crate) labels: Vec<(String, usize)>,
}

const MARK: &str = "//~";

/// What begins an annotation in a file.
fn mark(path: &str) -> &'static str {
    if crate::disk::ends_in(path, "yaml") { "#~" } else { MARK }
}

/// The claims of a file.
pub(crate) fn claims(path: &str, text: &str) -> Result<Vec<Claim>, String> {
    let mut found: Vec<Claim> = Vec::new();
    let mark = mark(path);
    for (index, line) in text.lines().enumerate() {
        for claim in line.split(mark).skip(1) {
            let number = index + 1;
            let parsed = parse(path, number, claim.trim_end(), found.last().map(|claim| claim.line));
            found.extend(parsed.map_err(|why| format!("{path}:{number}: `{mark}{}`: {why}", claim.trim_end()))?);
        }
    }
    Ok(found)
}

fn parse(path: &str, own: usize, claim: &str, before: Option<usize>) -> Result<Option<Claim>, String> {
    let (line, rest) = if let Some(rest) = claim.strip_prefix('|') {
        (before.ok_or("there is no annotation before it")?, rest)
    } else {
        let rest = claim.trim_start_matches('^');
        let up = claim.len() - rest.len();
        (own.checked_sub(up).filter(|line| *line > 0).ok_or("there is no such line above")?, rest)
    };
    let mut words = pieces(rest)?.into_iter();
    let Some(Piece::Word(code)) = words.next() else { return Err("a code is missing, such as BVL0701".to_owned()) };
    if code == "known-bug" {
        return match words.next() {
            Some(Piece::Word(issue)) if issue.starts_with('#') => Ok(None),
            _ => Err("`known-bug` names its issue: `known-bug #12`".to_owned()),
        };
    }
    if !code.strip_prefix("BVL").is_some_and(|number| number.len() == 4 && number.bytes().all(|b| b.is_ascii_digit())) {
        return Err(format!("`{code}` is no code, which is BVL and four digits"));
    }
    let mut claim = Claim { path: path.to_owned(), line, code, title: None, labels: Vec::new() };
    for word in words {
        match word {
            Piece::Quoted(title) if claim.title.is_none() => claim.title = Some(title),
            Piece::Quoted(title) => return Err(format!("a second title, \"{title}\"")),
            Piece::Word(place) => claim.labels.push(label(path, &place)?),
        }
    }
    Ok(Some(claim))
}

/// `other.bvl:3`, or `:3` for the file that the annotation stands in.
fn label(path: &str, place: &str) -> Result<(String, usize), String> {
    let (file, line) =
        place.rsplit_once(':').ok_or_else(|| format!("`{place}` is neither a \"title\" nor file:line"))?;
    let line = line.parse().map_err(|_| format!("`{place}` ends in no line number"))?;
    Ok((if file.is_empty() { path.to_owned() } else { file.to_owned() }, line))
}

enum Piece {
    Word(String),
    Quoted(String),
}

fn pieces(text: &str) -> Result<Vec<Piece>, String> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        if let Some(quoted) = rest.strip_prefix('"') {
            let mut title = String::new();
            let mut chars = quoted.chars();
            loop {
                match chars.next() {
                    Some('"') => break,
                    Some('\\') => title.extend(chars.next()),
                    Some(c) => title.push(c),
                    None => return Err("the title's closing quote is missing".to_owned()),
                }
            }
            found.push(Piece::Quoted(title));
            rest = chars.as_str().trim_start();
        } else {
            let (word, behind) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            found.push(Piece::Word(word.to_owned()));
            rest = behind.trim_start();
        }
    }
    Ok(found)
}

/// The text without annotations: lines that hold nothing else are gone.
pub(crate) fn strip(text: &str) -> String {
    let mut stripped = String::new();
    for line in text.lines() {
        let kept = line.split_once(MARK).map_or(line, |(kept, _)| kept.trim_end());
        if kept.is_empty() && line.contains(MARK) {
            continue;
        }
        stripped.push_str(kept);
        stripped.push('\n');
    }
    stripped
}

/// The same of manifests.
pub(crate) fn strip_manifest(text: &str) -> String {
    let kept = text.lines().map(|line| match line.split_once("#~") {
        Some((kept, _)) => kept.trim_end(),
        None => line,
    });
    kept.flat_map(|line| [line, "\n"]).collect()
}

/// The trials of this file.
pub(crate) fn trials() -> Vec<Case> {
    let reads = Case::new("harness/annotation/reads", || {
        let text = "a //~ BVL0101 \"say \\\"x\\\"\" b.bvl:3 :9\nb\n//~^ BVL0102\n//~| BVL0103 //~^^^ BVL0104\n//~ known-bug #7\n";
        let found = claims("a.bvl", text)?;
        let claim = |line, code: &str| Claim {
            path: "a.bvl".to_owned(),
            line,
            code: code.to_owned(),
            title: None,
            labels: Vec::new(),
        };
        let first = Claim {
            title: Some("say \"x\"".to_owned()),
            labels: vec![("b.bvl".to_owned(), 3), ("a.bvl".to_owned(), 9)],
            ..claim(1, "BVL0101")
        };
        let expected = [first, claim(2, "BVL0102"), claim(2, "BVL0103"), claim(1, "BVL0104")];
        let yaml = claims("a.yaml", "a: 1 #~ BVL0101\nb: 2 //~ BVL0102\n")?;
        let of_yaml = Claim { path: "a.yaml".to_owned(), ..claim(1, "BVL0101") };
        if found == expected && yaml == [of_yaml] { Ok(()) } else { Err(format!("{found:?} {yaml:?}")) }
    });
    let refuses = Case::new("harness/annotation/refuses", || {
        for text in [
            "//~",
            "//~^ BVL0101",
            "//~| BVL0101",
            "//~ BVL101",
            "//~ BVL01011",
            "//~ BVL0101 \"x",
            "//~ BVL0101 x",
            "//~ BVL0101 x:y",
            "//~ BVL0101 \"x\" \"y\"",
            "//~ known-bug",
        ] {
            if let Ok(found) = claims("a.bvl", text) {
                return Err(format!("{text}: {found:?}"));
            }
        }
        Ok(())
    });
    let strips = Case::new("harness/annotation/strips", || {
        let found = strip("a   //~ BVL0101\n  //~^ BVL0102\n\nb // c\n");
        if found == "a\n\nb // c\n" { Ok(()) } else { Err(format!("{found:?}")) }
    });
    vec![reads, refuses, strips]
}
