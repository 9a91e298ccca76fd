//! What holds for every text: the parser takes it, in time proportional to its size, and formatting changes white space
//! only.

use std::sync::Arc;

use proptest::prelude::*;

use super::tests::{SAMPLE, mistakes, shape, tree};
use super::tree::Tree;
use crate::source::edit;

/// Pieces of texts, of which many go wrong together.
const PIECES: [&str; 68] = [
    "a",
    "service",
    "web-x",
    "a.b",
    "prod/web",
    " ",
    "  ",
    "\t",
    "\n",
    "\n\n",
    "\r\n",
    ";",
    "{",
    "}",
    "{ ",
    " }\n",
    "(",
    ")",
    "[",
    "]",
    ",",
    ", ",
    "->",
    " ~> ",
    "=",
    ":",
    "..",
    "*",
    "$x",
    "${x}",
    "5",
    "30s",
    "0.5",
    "10.0.0.0/8",
    "fd00::1",
    "\"",
    "\"a\"",
    "\"\"\"",
    "\"\"\"\n  a\n  \"\"\"",
    "\\",
    "\\u{41}",
    "// c\n",
    "/// d\n",
    "/* e */",
    "/*",
    "*/",
    "#",
    "'",
    "“",
    "-",
    ".",
    "/",
    "é",
    "🚀",
    "\0",
    "\u{a0}",
    "\u{feff}",
    "\nservice b {\n",
    "\n}\n",
    "because \"x\"",
    "\n  because ",
    "let x = ",
    "=>",
    "\r",
    "|",
    "<",
    "!",
    "&",
];

/// Everything that holds for every text.
fn holds(text: &str) {
    assert!(super::parser::matches(text), "{text:?}");
    let tree = tree(text);
    for error in &tree.errors {
        assert!(!error.labels.is_empty() && !error.message.is_empty() && error.help.is_some(), "{text:?} {error:?}");
        for label in &error.labels {
            assert!(text.get(label.span.range()).is_some(), "{text:?} {label:?}");
        }
        for fix in &error.fixes {
            assert!(edit::apply(text, &fix.edits).is_some(), "{text:?} {fix:?}");
        }
    }
    assert!(!tree.errors.is_empty() || !shape(&tree).contains("BAD"), "{text:?}");
    if let Some(formatted) = super::format(&tree) {
        formats(&tree, &formatted);
    }
}

fn formats(tree: &Tree, formatted: &str) {
    let again = self::tree(formatted);
    assert_eq!(mistakes(&again), Vec::<String>::new(), "{:?}", tree.text);
    assert_eq!(shape(tree), shape(&again), "{:?} {formatted:?}", tree.text);
    assert_eq!(super::format(&again).as_deref(), Some(formatted), "{:?}", tree.text);
    let solid =
        |text: &str| text.chars().filter(|c| !c.is_whitespace() && !matches!(c, ';' | '\u{feff}')).collect::<String>();
    assert_eq!(solid(&tree.text), solid(formatted), "{:?}", tree.text);
    assert!(formatted.is_empty() || formatted.ends_with('\n') && !formatted.ends_with("\n\n"), "{:?}", tree.text);
}

fn piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&PIECES[..])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text(text in any::<String>()) {
        holds(&text);
    }

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        holds(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_pieces(pieces in prop::collection::vec(piece(), 0..40)) {
        holds(&pieces.concat());
    }

    #[test]
    fn any_mutation(at in 0..SAMPLE.len(), length in 0..30_usize, pieces in prop::collection::vec(piece(), 0..4)) {
        let (before, rest) = SAMPLE.split_at_checked(at).unwrap();
        holds(&[before, &pieces.concat(), rest.get(length..).unwrap_or_default()].concat());
    }

    /// Texts that are right, in any spacing.
    #[test]
    fn any_spacing(gaps in prop::collection::vec(prop::sample::select(&[" ", "  ", "\t", " /* c */ ", "\n"][..]), 40)) {
        let terms = "service a { port http 80 ; cpu 1..2 , 3 -> b } // t".split(' ');
        let text: String = terms.zip(gaps).flat_map(|(term, gap)| [term, gap]).collect();
        holds(&text);
    }
}

#[test]
fn the_sample_in_one_style() {
    holds(SAMPLE);
    holds(&SAMPLE.replace('\n', "\r\n"));
}

/// Whoever has files with `\r\n`, as git makes them on Windows, keeps them: the style is no other there.
#[test]
fn the_sample_with_breaks_of_windows() {
    let formatted = |text: &str| super::format(&tree(text)).unwrap();
    let windows = SAMPLE.replace('\n', "\r\n");
    assert_eq!(formatted(&windows), formatted(SAMPLE).replace('\n', "\r\n"));
    assert_eq!(formatted(&format!("// mixed\n{windows}")), formatted(&format!("// mixed\n{SAMPLE}")));
}

/// In a quadratic parser each of these takes minutes.
#[test]
fn hostile_texts_take_linear_time() {
    let million = ["[", "{", "(", "\"", "\n", "\\", "#"];
    let fewer = [
        "}\n\n",
        "-",
        ":",
        "\0",
        "/*",
        "a\n/*\n",
        "allow\n/*\n",
        "allow \\\"\"\"\n",
        "use \"\"\"\n",
        "a(",
        "a[",
        "a(\n",
        "a([",
        "${",
        "a \"${",
        "a-",
        "a.",
        "::",
        "„",
        "‘",
        "a, ",
        "a..",
        "{ ",
        "a { ",
        "service a {\n",
        "\"}",
        "\" }",
        "}{",
        "x\"\"\"\nservice\n",
        "x:y ",
        "((a)) ",
        "a b=",
    ];
    for (unit, count) in million.map(|unit| (unit, 1_000_000)).into_iter().chain(fewer.map(|unit| (unit, 4_000))) {
        let text: Arc<str> = unit.repeat(count).into();
        let tree = super::parse(super::tests::file(), &text);
        assert!(
            !tree.errors.is_empty() || matches!(unit, "\"" | "\n" | "use \"\"\"\n" | "a b=" | "x\"\"\"\nservice\n"),
            "{unit:?}"
        );
    }
}
