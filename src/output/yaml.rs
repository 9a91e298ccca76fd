//! Objects as YAML; the only file that names the YAML writer.
//!
//! Invariants: every string is read back as exactly that string by readers of YAML 1.1 (`kubectl`, kustomize and Helm
//! read with Go's `yaml`, which keeps most of 1.1) and of YAML 1.2, wherever it stands and whatever it looks like: a
//! boolean, a number, a time, a merge key, a comment, a document marker, a template. No line is folded. A document
//! starts with its first key and ends with one newline.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_saphyr::ser_options;

use super::block::{self, Quoting};
use super::tokens::Tokens;
use super::{OutputFile, WriteError};
use crate::object::Object;

/// How strings of several lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lines {
    /// As literal blocks (`|`), which people can read.
    Blocks,
    /// In double quotes, with escapes.
    Quotes,
}

/// One object, without a `---` before it.
///
/// # Errors
/// When the writer refuses the object; see [`WriteError`].
pub fn document(object: &Object) -> Result<String, WriteError> {
    text(object).map_err(|reason| WriteError::new(object, &reason))
}

/// One object with other texts, each in double quotes: those for which `other` gives one, which has a control character in it.
///
/// # Errors
/// When the writer refuses the object; see [`WriteError`].
pub(super) fn rewritten(object: &Object, other: impl Fn(&str) -> Option<String>) -> Result<String, WriteError> {
    let tokens = Tokens::of(object).map_err(|error| WriteError::new(object, &error))?;
    written(&tokens.rewritten(other)).map_err(|reason| WriteError::new(object, &reason))
}

/// Any other value as one document: a chart's values.
///
/// # Errors
/// The writer's words, when it refuses the value.
pub fn text<T: Serialize>(value: &T) -> Result<String, String> {
    written(&Tokens::of(value).map_err(|error| error.to_string())?)
}

/// The same, of what is called `what` where it is refused.
///
/// # Errors
/// When the writer refuses the value; see [`WriteError`].
pub fn named<T: Serialize>(what: &str, value: &T) -> Result<String, WriteError> {
    text(value).map_err(|reason| WriteError { what: what.to_owned(), reason })
}

/// The same as a file.
///
/// # Errors
/// When the writer refuses the value; see [`WriteError`].
pub fn file<T: Serialize>(path: String, value: &T) -> Result<OutputFile, WriteError> {
    let bytes = named(&path, value)?.into_bytes();
    Ok(OutputFile { path, bytes })
}

fn written(tokens: &Tokens) -> Result<String, String> {
    block::write(tokens, &QUOTING).map_or_else(|| whole(tokens), Ok)
}

/// The whole document by the YAML writer.
fn whole(tokens: &Tokens) -> Result<String, String> {
    let text = render(tokens, Lines::Blocks)?;
    if has_block_that_starts_with_a_tab(&text) { render(tokens, Lines::Quotes) } else { Ok(text) }
}

const QUOTING: Quoting = Quoting { value: quoted_value, key: quoted_key };

/// A text as the YAML writer writes it behind a key or a dash; `None` where that could depend on where it stands.
fn quoted_value(text: &str) -> Option<String> {
    let document = alone("k", text)?;
    Some(document.strip_prefix("k: ")?.strip_suffix('\n')?.to_owned())
}

fn quoted_key(text: &str) -> Option<String> {
    Some(alone(text, "v")?.strip_suffix(": v\n")?.to_owned())
}

/// One entry on one line.
fn alone(key: &str, value: &str) -> Option<String> {
    let is_simple = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
    if !(is_simple(key) && is_simple(value)) {
        return None;
    }
    let document = render(&BTreeMap::from([(key, value)]), Lines::Blocks).ok()?;
    (document.matches('\n').count() == 1).then_some(document)
}

/// What stands between two documents of a stream.
pub const BETWEEN: &str = "---\n";

fn render<T: Serialize>(value: &T, lines: Lines) -> Result<String, String> {
    let options = match lines {
        // Without a width to fold at, long lines stay lines.
        Lines::Blocks => ser_options! { folded_wrap_chars: usize::MAX },
        Lines::Quotes => ser_options! { prefer_block_scalars: false },
    };
    serde_saphyr::to_string_with_options(value, options).map_err(|error| error.to_string())
}

/// Whether the first line of a literal block starts with a tab. The specification allows it, but libyaml and Go's
/// `yaml`, which descends from it, refuse the whole document: "found a tab character where an indentation space is
/// expected" (`yaml_parser_scan_block_scalar_breaks` in `scannerc.go`, yaml v2 and v3). A header is known by its end
/// (`|`, `|-`, `|+`); one with a digit states its indentation and is safe. A line of text may end in the same way: then
/// the answer is true without need, and the text is quoted and still right.
fn has_block_that_starts_with_a_tab(text: &str) -> bool {
    if !text.contains('\t') {
        return false;
    }
    let mut after_header = false;
    for line in text.lines() {
        let content = line.trim_start_matches(' ');
        if after_header && content.starts_with('\t') {
            return true;
        }
        let header = content.strip_suffix(['-', '+']).unwrap_or(content).ends_with('|');
        after_header = header || (after_header && content.is_empty());
    }
    false
}

#[cfg(test)]
mod tests {
    use super::{QUOTING, block, document, has_block_that_starts_with_a_tab, whole};
    use crate::object::{ConfigMap, Labels, NetworkPolicy, Object, meta};
    use crate::output::tokens::Tokens;
    use crate::output::{Format, Stream};

    fn config(text: &str) -> Object {
        ConfigMap {
            metadata: meta("c", None, Labels::new(), Labels::new()),
            data: Some(Labels::from([("k".to_owned(), text.to_owned())])),
            ..ConfigMap::default()
        }
        .into()
    }

    fn shown(text: &str) -> String {
        let document = document(&config(text)).unwrap();
        let head = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\ndata:\n  k: ";
        document.strip_prefix(head).unwrap().to_owned()
    }

    #[test]
    fn several_lines_are_a_block_where_every_reader_takes_it() {
        let table = [
            ("a\nb", "|-\n    a\n    b\n"),
            ("a\nb\n", "|\n    a\n    b\n"),
            ("a\n\tb\n", "|\n    a\n    \tb\n"),
            ("  a\n\tb\n", "|2\n      a\n    \tb\n"),
            ("\ta\nb\n", "\"\\ta\\nb\\n\"\n"),
            ("\n\ta\n", "\"\\n\\ta\\n\"\n"),
            ("a\r\nb", "\"a\\r\\nb\"\n"),
            ("a\u{85}\nb", "\"a\\N\\nb\"\n"),
        ];
        for (text, expected) in table {
            assert_eq!(shown(text), expected, "{text:?}");
        }
    }

    /// Texts that are near what means something, or hold what has to be quoted.
    const PIECES: [&str; 41] = [
        "\n",
        "a",
        "web",
        "Yes",
        "no",
        "on",
        "OFF",
        "y",
        "N",
        "true",
        "null",
        "nan",
        "inf",
        "Infinity",
        "~",
        "-",
        "--",
        "---",
        "...",
        ".",
        ":",
        ": ",
        "::",
        " ",
        "  ",
        "#",
        " #",
        "/",
        "_",
        "0",
        "1",
        "12",
        "8Gi",
        "70%",
        "1_000",
        "1e3",
        "0x1f",
        "10.0.0.0/8",
        "2001-01-01",
        "é",
        "\t",
    ];

    /// What is laid out here is what the YAML writer would have written, for every text of up to three such pieces, as a
    /// value, in a list and as a key.
    #[test]
    fn the_fast_way_is_the_slow_way() {
        let mut texts: Vec<String> = vec![String::new(), "word ".repeat(60).trim().to_owned(), "w".repeat(300)];
        texts.push("word ".repeat(60).trim().to_owned() + "\nw: \"x\" # y");
        texts.push("a -> b\nb: `c`, 'd' {e} [f] & *g ! % @ |\nx > y | z".to_owned());
        for one in PIECES {
            texts.push(one.to_owned());
            for two in PIECES {
                texts.push(format!("{one}{two}"));
                texts.extend(PIECES.iter().map(|three| format!("{one}{two}{three}")));
            }
        }
        for text in texts {
            let value =
                serde_json::json!({"k": text, "l": [text, {"m": text, "n": {}}], (text.as_str()): {"o": [], "p": [1]}});
            let tokens = Tokens::of(&value).unwrap();
            if let Some(fast) = block::write(&tokens, &QUOTING) {
                assert_eq!(fast, whole(&tokens).unwrap(), "{text:?}");
            }
        }
    }

    #[test]
    fn what_manifests_are_made_of_is_written_the_fast_way() {
        let value = serde_json::json!({"image": "registry.example/web:1.4.2", "cpu": "500m", "args": ["--port", "8080"],
            "flow": "service web", "cidr": "10.0.0.0/8", "share": "70%", "n": 1, "app.kubernetes.io/name": "web"});
        assert!(block::write(&Tokens::of(&value).unwrap(), &QUOTING).is_some());
        let lines = serde_json::json!({"flows": "web -> api.http: because \"it asks\"\nweb -> dns: derived"});
        assert!(block::write(&Tokens::of(&lines).unwrap(), &QUOTING).is_some());
        for text in ["a\n b", "a\n\tb", "a\n\nb", "a\n", "\na", "a\r\nb"] {
            let lines = serde_json::json!({"text": text});
            assert!(block::write(&Tokens::of(&lines).unwrap(), &QUOTING).is_none(), "{text:?}");
        }
    }

    #[test]
    fn a_block_that_starts_with_a_tab_is_found() {
        for text in ["k: |\n  \ta\n", "k: |-\n  \ta\n", "k: |+\n\n  \ta\n", "- |\n  \ta\n", "k: |\n   \n  \ta\n"] {
            assert!(has_block_that_starts_with_a_tab(text), "{text:?}");
        }
        for text in ["", "k: |\n  a\n  \tb\n", "k: |2\n  \ta\n", "k: a\n\tb", "k: |\n  a\n\n  \tb\n"] {
            assert!(!has_block_that_starts_with_a_tab(text), "{text:?}");
        }
    }

    #[test]
    fn long_lines_stay_lines() {
        let words = "word ".repeat(60);
        assert_eq!(shown(words.trim_end()), format!("{}\n", words.trim_end()));
    }

    #[test]
    fn an_empty_selector_keeps_its_braces() {
        let policy = NetworkPolicy {
            metadata: meta("p", None, Labels::new(), Labels::new()),
            spec: Some(crate::object::api::networking::v1::NetworkPolicySpec {
                pod_selector: Some(crate::object::LabelSelector {
                    match_labels: Some(Labels::new()),
                    match_expressions: None,
                }),
                ingress: Some(vec![crate::object::api::networking::v1::NetworkPolicyIngressRule::default()]),
                ..Default::default()
            }),
        };
        let text = document(&policy.into()).unwrap();
        assert!(text.ends_with("spec:\n  ingress:\n  - {}\n  podSelector: {}\n"), "{text}");
    }

    #[test]
    fn documents_are_parted_by_markers() {
        let one = document(&config("a")).unwrap();
        for (n_objects, expected) in [(0, String::new()), (1, one.clone()), (2, format!("{one}---\n{one}"))] {
            let mut stream = Stream::new(Format::Yaml);
            stream.add(&vec![config("a"); n_objects]).unwrap();
            assert_eq!(stream.texts().collect::<String>(), expected);
        }
    }
}
