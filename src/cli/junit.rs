//! What came of tests, in the XML of `JUnit`, as build servers read it.
//!
//! Invariants: text stays text; what no document may hold is replaced; the document is valid against the schema of Jenkins' xUnit plugin
//! (jenkinsci/xunit-plugin 031e285, `src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd`), which knows no file and
//! no line of a test: a failure says where it is.

use std::fmt::Write as _;
use std::time::Duration;

/// A test.
pub(super) struct Case {
    /// Its text.
    pub(super) name: String,
    /// How long it took.
    pub(super) time: Duration,
    /// What failed; nothing where it passed.
    pub(super) failures: Vec<Failure>,
}

/// Something that failed.
pub(super) struct Failure {
    /// The number of its code.
    pub(super) code: &'static str,
    /// What is wrong, in a line.
    pub(super) message: String,
    /// All that is said of it.
    pub(super) text: String,
}

/// The document.
pub(super) fn report(platform: &str, cases: &[Case]) -> String {
    let n_failed = cases.iter().filter(|case| !case.failures.is_empty()).count();
    let time = seconds(cases.iter().map(|case| case.time).sum());
    let counts = format!("tests=\"{}\" failures=\"{n_failed}\" errors=\"0\" time=\"{time}\"", cases.len());
    let name = escaped(platform);
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(xml, "<testsuites name=\"bvlc\" {counts}>");
    let _ = writeln!(xml, "  <testsuite name=\"{name}\" {counts} skipped=\"0\">");
    for case in cases {
        let Case { name: text, time, failures } = case;
        let _ =
            write!(xml, "    <testcase name=\"{}\" classname=\"{name}\" time=\"{}\"", escaped(text), seconds(*time));
        if failures.is_empty() {
            xml.push_str("/>\n");
            continue;
        }
        xml.push_str(">\n");
        for Failure { code, message, text } in failures {
            let (message, text) = (escaped(message), content(text.trim_end()));
            let _ = writeln!(xml, "      <failure type=\"{code}\" message=\"{message}\">{text}</failure>");
        }
        xml.push_str("    </testcase>\n");
    }
    xml.push_str("  </testsuite>\n</testsuites>\n");
    xml
}

fn seconds(time: Duration) -> String {
    format!("{:.3}", time.as_secs_f64())
}

/// A text as a document may hold it, in an attribute too. Characters that none may hold even as references are replaced
/// (XML 1.0, 5th edition, 2.2 `Char`); breaks and tabs of an attribute would become spaces (3.3.3), so they stand as references.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            '\n' => escaped.push_str("&#10;"),
            '\t' => escaped.push_str("&#9;"),
            '\r' => escaped.push_str("&#13;"),
            '\u{0}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}' => escaped.push('\u{FFFD}'),
            other => escaped.push(other),
        }
    }
    escaped
}

/// The same within an element, where breaks and tabs stay.
fn content(text: &str) -> String {
    let lines = text.split('\n').map(|line| line.split('\t').map(escaped).collect::<Vec<_>>().join("\t"));
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        for (text, expected) in [
            ("a < b & \"c\" > 'd'", "a &lt; b &amp; &quot;c&quot; &gt; &apos;d&apos;"),
            ("]]><x/>", "]]&gt;&lt;x/&gt;"),
            ("a\u{1}b\u{1B}[31m\u{FFFF}", "a\u{FFFD}b\u{FFFD}[31m\u{FFFD}"),
            ("a\n\tb\r", "a&#10;&#9;b&#13;"),
            ("\u{1F600} \u{E9}", "\u{1F600} \u{E9}"),
        ] {
            assert_eq!(escaped(text), expected);
        }
    }

    #[test]
    fn a_report() {
        let case = |name: &str, failures| Case { name: name.to_owned(), time: Duration::from_millis(1500), failures };
        let failure = Failure { code: "BVL1005", message: "a & b".to_owned(), text: "x < y\n".to_owned() };
        let expected = r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="bvlc" tests="2" failures="1" errors="0" time="3.000">
  <testsuite name="shop" tests="2" failures="1" errors="0" time="3.000" skipped="0">
    <testcase name="one" classname="shop" time="1.500"/>
    <testcase name="&quot;two&quot;" classname="shop" time="1.500">
      <failure type="BVL1005" message="a &amp; b">x &lt; y</failure>
    </testcase>
  </testsuite>
</testsuites>
"#;
        assert_eq!(report("shop", &[case("one", Vec::new()), case("\"two\"", vec![failure])]), expected);
    }
}
