//! A diagnostic for people: what, where with the lines of the spec, why, and how to mend it. The only file that names
//! miette, which draws the lines and the places on them.
//!
//! Invariants: places of several files stand in one report, the primary one's file first; miette sees excerpts only, so
//! that no report reads a whole file; `read_span` refuses to join two excerpts.

use std::fmt::Write as _;

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan,
    SpanContents, ThemeCharacters, ThemeStyles,
};

use super::Shown;
use super::excerpt::{self, Excerpt, Mark, Rank};
use super::paint::{Paint, Role};
use super::text::{listing, one_line, printable, wrap};
use crate::diagnostic::{Applicability, Diagnostic, Severity};

/// More places than these are listed, not drawn.
const MOST_PLACES: usize = 12;
/// More places, or environments, than these are counted, not listed.
const MOST_LISTED: usize = 12;
/// No narrower than this is anything drawn, whatever the terminal says.
const NARROWEST: usize = 40;
/// What line numbers and the gutter take.
const GUTTER: usize = 10;

/// How a report looks.
#[derive(Debug, Clone, Default)]
pub struct Look {
    /// Whether it has colors.
    pub paint: Paint,
    /// What lines are drawn with.
    pub glyphs: Glyphs,
    /// How many columns there are.
    pub width: usize,
    /// What stands before a path to make it a link (`file:///srv/platform/`), where the reader can follow links.
    pub links: Option<String>,
}

/// What lines are drawn with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Glyphs {
    /// Box drawing characters.
    #[default]
    Unicode,
    /// ASCII only.
    Ascii,
}

/// The report, several lines, each with its line break.
pub fn render(diagnostic: &Diagnostic, shown: Shown<'_>, look: &Look) -> String {
    let width = look.width.max(NARROWEST);
    let mut report = heading(diagnostic, look.paint, width);
    let (drawn, listed) = diagnostic.labels.split_at(diagnostic.labels.len().min(MOST_PLACES));
    let excerpts = excerpt::excerpts(shown.sources, drawn, width - GUTTER);
    report.push_str(&draw(excerpts, diagnostic.severity, shown, look));
    let mut section = |role: Role, name: &str, text: &str| {
        let lines = wrap(&printable(text), width - 8);
        for (idx, line) in lines.iter().enumerate() {
            let head = if idx == 0 { look.paint.paint(role, &format!("{name:>6}:")) } else { " ".repeat(7) };
            // writing to a string cannot fail
            let _ = writeln!(report, "{head} {line}");
        }
    };
    if !listed.is_empty() {
        let places = listed.iter().map(|label| shown.sources.place(label.span));
        section(Role::Strong, "also", &listing(places, listed.len(), MOST_LISTED));
    }
    // with the places, and not behind the help: there it reads like its end
    if !diagnostic.environments.is_empty() {
        let environments = &diagnostic.environments;
        section(Role::Strong, "in", &listing(environments.iter().cloned(), environments.len(), MOST_LISTED));
    }
    for note in &diagnostic.notes {
        section(Role::Strong, "note", note);
    }
    if let Some(help) = &diagnostic.help {
        section(Role::Hint, "help", help);
    }
    for (fix, number) in diagnostic.fixes.iter().zip(1..) {
        let how = match fix.applicability {
            Applicability::Safe => "",
            Applicability::Unsafe if diagnostic.fixes.len() == 1 => " (if that is meant)",
            Applicability::Unsafe => " (your choice)",
        };
        // of several each has the number by which it is chosen
        let name = if diagnostic.fixes.len() == 1 { "fix".to_owned() } else { format!("fix {number}") };
        match &fix.withheld {
            None => section(Role::Good, &name, &format!("{}{how}", fix.title)),
            Some(why) => section(Role::Strong, &name, &format!("{} (to be done by hand, with more: {why})", fix.title)),
        }
    }
    report
}

/// The color of a severity.
pub fn role(severity: Severity) -> Role {
    match severity {
        Severity::Error => Role::Error,
        Severity::Warning => Role::Warning,
        Severity::Hint => Role::Hint,
    }
}

fn heading(diagnostic: &Diagnostic, paint: Paint, width: usize) -> String {
    let name = format!("{}[{}]", diagnostic.severity.name(), diagnostic.code.id);
    let message = format!("{name}: {}", one_line(&diagnostic.message));
    let mut heading = String::new();
    for (idx, line) in wrap(&message, width).iter().enumerate() {
        let line = match line.strip_prefix(&name) {
            Some(rest) if idx == 0 => {
                format!("{}{}", paint.paint(role(diagnostic.severity), &name), paint.paint(Role::Strong, rest))
            }
            _ => paint.paint(Role::Strong, line),
        };
        heading.push_str(&line);
        heading.push('\n');
    }
    heading
}

/// The excerpts with their marks, as miette draws them.
fn draw(excerpts: Vec<Excerpt>, severity: Severity, shown: Shown<'_>, look: &Look) -> String {
    if excerpts.is_empty() {
        return String::new();
    }
    let styles = match look.paint {
        Paint::Plain => ThemeStyles::none(),
        Paint::Ansi => ThemeStyles::ansi(),
    };
    let primary = match severity {
        Severity::Error => styles.error,
        Severity::Warning => styles.warning,
        Severity::Hint => styles.advice,
    };
    // miette colors places in the order in which they stand
    let drawn = |excerpt: &Excerpt| -> Vec<Rank> {
        excerpt.marks.iter().filter(|mark| leads_somewhere(mark, excerpt)).map(|mark| mark.rank).collect()
    };
    let ranks = excerpts.iter().flat_map(drawn);
    let highlights = ranks.map(|rank| match rank {
        Rank::Primary => primary,
        Rank::Secondary => styles.help,
    });
    let theme = GraphicalTheme {
        characters: match look.glyphs {
            Glyphs::Unicode => ThemeCharacters::unicode(),
            Glyphs::Ascii => ThemeCharacters::ascii(),
        },
        styles: ThemeStyles { highlights: highlights.collect(), link: styles.linum, ..styles.clone() },
    };
    let handler = GraphicalReportHandler::new_themed(theme).with_width(look.width.max(NARROWEST));
    let view = View::new(excerpts, shown, look);
    let mut drawn = String::new();
    if handler.render_report(&mut drawn, &view).is_err() {
        return String::new();
    }
    // miette begins with a heading of its own, which is empty here
    let mut snippets = String::with_capacity(drawn.len());
    for line in drawn.lines().skip(1) {
        snippets.push_str(line.trim_end());
        snippets.push('\n');
    }
    snippets
}

/// What miette sees: the excerpts one after the other, as if they were one text.
#[derive(Debug)]
struct View {
    parts: Vec<Part>,
    labels: Vec<LabeledSpan>,
}

#[derive(Debug)]
struct Part {
    /// Where it starts in the view.
    offset: usize,
    text: String,
    first_line: u32,
    /// The path as it is shown, and line and column (from 0) of the mark to look at.
    path: String,
    position: (usize, usize),
}

impl View {
    fn new(excerpts: Vec<Excerpt>, shown: Shown<'_>, look: &Look) -> Self {
        let width = look.width.max(NARROWEST);
        let mut view = Self { parts: Vec::new(), labels: Vec::new() };
        let mut offset = 0;
        for excerpt in excerpts {
            let Some(first) = excerpt.marks.iter().min_by_key(|mark| mark.rank).map(|mark| mark.origin) else {
                continue;
            };
            let drawn = excerpt.marks.iter().filter(|mark| leads_somewhere(mark, &excerpt));
            view.labels.extend(drawn.map(|mark| label(mark, offset, width)));
            let position = shown.sources.position(first);
            let mut path = one_line(&shown.path(first));
            if let (Some(root), true) = (&look.links, shown.is_own(first)) {
                path =
                    format!("\u{1b}]8;;{root}{}\u{1b}\\{path}\u{1b}]8;;\u{1b}\\", url_path(shown.sources.path(first)));
            }
            let position = (position.line.saturating_sub(1) as usize, position.column.saturating_sub(1) as usize);
            let n_bytes = excerpt.text.len();
            view.parts.push(Part { offset, text: excerpt.text, first_line: excerpt.first_line, path, position });
            offset += n_bytes;
        }
        view
    }
}

/// Whether the line that is drawn from a mark has a text at its end: one without, beside others of its line that have one,
/// would lead nowhere.
fn leads_somewhere(mark: &Mark, excerpt: &Excerpt) -> bool {
    let line = |mark: &Mark| excerpt.text.get(..mark.range.start).map(|before| before.matches('\n').count());
    let is_beside = |other: &&Mark| !other.message.is_empty() && line(other) == line(mark);
    !mark.message.is_empty() || !excerpt.marks.iter().any(|other| is_beside(&other))
}

fn label(mark: &Mark, offset: usize, width: usize) -> LabeledSpan {
    let length = mark.range.len();
    // the label's text begins near the middle of the place
    let room = width.saturating_sub(GUTTER + 6 + mark.column + length / 2).max(NARROWEST / 2);
    let message = wrap(&printable(&mark.message), room).join("\n");
    let message = (!message.is_empty()).then_some(message);
    let start = offset + mark.range.start;
    match mark.rank {
        Rank::Primary => LabeledSpan::new_primary_with_span(message, (start, length)),
        Rank::Secondary => LabeledSpan::new_with_span(message, (start, length)),
    }
}

/// A path within a URL.
pub fn url_path(path: &str) -> String {
    let mut escaped = String::new();
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            // writing to a string cannot fail
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}

impl SourceCode for View {
    /// The whole excerpt for miette's snippets (which ask for lines around), the position of its mark for their headings.
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        context_lines_before: usize,
        _context_lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let end = span.offset() + span.len();
        let part = self
            .parts
            .iter()
            .find(|part| (part.offset..part.offset + part.text.len()).contains(&span.offset()))
            .filter(|part| end <= part.offset + part.text.len())
            .ok_or(MietteError::OutOfBounds)?;
        let whole = SourceSpan::from((part.offset, part.text.len()));
        let (line, column) = if context_lines_before == 0 { part.position } else { (part.first_line as usize, 0) };
        let n_lines = part.text.lines().count();
        let text = part.text.as_bytes();
        Ok(Box::new(MietteSpanContents::new_named(part.path.clone(), text, whole, line, column, n_lines)))
    }
}

impl std::fmt::Display for View {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        Ok(())
    }
}

impl std::error::Error for View {}

impl miette::Diagnostic for View {
    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Code, Sink};
    use crate::source::{Provenance, SourceMap, Span, TextEdit};

    static CODE: Code = Code {
        id: "BVL0210",
        slug: "test",
        severity: Severity::Error,
        ground: None,
        graver: None,
        since: "0.1.0",
        explanation: "",
    };

    /// A report about the marked places of files: `<primary>`, then `[secondary]`, each labeled with its number.
    fn report(files: &[(&str, &str)], look: &Look, finish: impl FnOnce(Diagnostic) -> Diagnostic) -> String {
        let mut sources = SourceMap::default();
        let mut places: Vec<(char, Span)> = Vec::new();
        for (path, marked) in files {
            let (mut text, mut open) = (String::new(), Vec::new());
            let mut found = Vec::new();
            for character in marked.chars() {
                match character {
                    '<' | '[' => open.push((character, text.len())),
                    '>' | ']' => {
                        let (form, start) = open.pop().unwrap();
                        found.push((form, start, text.len()));
                    }
                    _ => text.push(character),
                }
            }
            let file = sources.add(*path, text, Provenance::User);
            places.extend(found.into_iter().map(|(form, start, end)| (form, Span::new(file, start, end))));
        }
        places.sort_by_key(|(form, _)| *form);
        let mut diagnostic = Diagnostic::new(&CODE, places[0].1, "web needs 35s to stop, but is killed after 30s");
        diagnostic = diagnostic.here("label 0");
        for (idx, (_, span)) in places.iter().enumerate().skip(1) {
            diagnostic = diagnostic.label(*span, format!("label {idx}"));
        }
        let mut sink = Sink::default();
        sink.report(finish(diagnostic));
        render(&sink.finish()[0], Shown { sources: &sources, prefix: "" }, look)
    }

    fn plain() -> Look {
        Look { width: 72, ..Look::default() }
    }

    fn shown(marked: &str) -> String {
        let report = report(&[("a.bvl", marked)], &plain(), |diagnostic| diagnostic);
        report.split_once('\n').unwrap().1.to_owned()
    }

    #[test]
    fn a_whole_report() {
        let files = [
            ("platform.bvl", "platform shop {\n  defaults {\n    shutdown { [drain 30s] }\n  }\n}\n"),
            ("teams/web.bvl", "service web {\n  cpu 1\n  shutdown { <grace [30s]> }\n\n  x\n}\n"),
        ];
        let finish = |diagnostic: Diagnostic| {
            let edits = vec![TextEdit::replace(diagnostic.labels[0].span, "37s")];
            diagnostic
                .note("the kubelet kills what is still running when the grace period ends: 5s + 30s + 0s = 35s > 30s")
                .note("sum\n  web  5s")
                .help("raise `grace`")
                .fix("raise grace to 37s", edits)
                .unsafe_fix("shorten drain to 23s", Vec::new())
                .environment("prod")
                .environment("preview(pr=42)")
        };
        let expected = "\
error[BVL0210]: web needs 35s to stop, but is killed after 30s
   ╭─[teams/web.bvl:3:14]
 2 │   cpu 1
 3 │   shutdown { grace 30s }
   ·              ───┬───┬─
   ·                 │   ╰── label 2
   ·                 ╰── label 0
   ╰────
   ╭─[platform.bvl:3:16]
 2 │   defaults {
 3 │     shutdown { drain 30s }
   ·                ────┬────
   ·                    ╰── label 1
 4 │   }
   ╰────
    in: preview(pr=42), prod
  note: the kubelet kills what is still running when the grace period
        ends: 5s + 30s + 0s = 35s > 30s
  note: sum
          web  5s
  help: raise `grace`
 fix 1: raise grace to 37s
 fix 2: shorten drain to 23s (your choice)
";
        assert_eq!(report(&files, &plain(), finish), expected);
        let linked = Look { paint: Paint::Ansi, links: Some("file:///p q/".to_owned()), ..plain() };
        let colored = report(&files, &linked, finish);
        assert!(colored.contains("\u{1b}]8;;file:///p q/teams/web.bvl\u{1b}\\teams/web.bvl\u{1b}]8;;\u{1b}\\:3:14"));
        assert!(report(&files, &Look { glyphs: Glyphs::Ascii, ..plain() }, finish).is_ascii());
    }

    #[test]
    fn a_fix_that_is_alone_is_no_choice() {
        let lonely = report(&[("a.bvl", "<a>")], &plain(), |diagnostic| diagnostic.unsafe_fix("write b", Vec::new()));
        assert!(lonely.ends_with("   fix: write b (if that is meant)\n"), "{lonely}");
    }

    #[test]
    fn a_fix_that_is_not_offered_says_why() {
        let report = report(&[("a.bvl", "<a>")], &Look { width: 100, ..plain() }, |diagnostic| {
            let mut diagnostic = diagnostic.unsafe_fix("write b", Vec::new()).unsafe_fix("write c", Vec::new());
            diagnostic.fixes[0].withheld = Some("it would make BVL0702: b is late".to_owned());
            diagnostic
        });
        let expected = "\
 fix 1: write b (to be done by hand, with more: it would make BVL0702: b is late)
 fix 2: write c (your choice)
";
        assert!(report.ends_with(expected), "{report}");
    }

    #[test]
    fn no_line_leads_to_nothing() {
        let silent = |mut diagnostic: Diagnostic| {
            diagnostic.labels[0].message.clear();
            diagnostic
        };
        let drawn = report(&[("a.bvl", "<never a to [b]>")], &plain(), silent);
        let expected =
            "   ╭─[a.bvl:1:1]\n 1 │ never a to b\n   ·            ┬\n   ·            ╰── label 1\n   ╰────\n";
        assert_eq!(drawn.split_once('\n').unwrap().1, expected);
        let alone = report(&[("a.bvl", "<never> a")], &plain(), silent);
        assert!(alone.contains("   · ─────\n   ╰"), "{alone}");
    }

    #[test]
    fn places_that_are_hard_to_draw() {
        for (marked, expected) in [
            ("<>", "   ╭─[a.bvl:1:1]\n 1 │\n   · ▲\n   · ╰── label 0\n   ╰────\n"),
            ("a\n\n<>", "   ╭─[a.bvl:3:1]\n 1 │ a\n   ·  ▲\n   ·  ╰── label 0\n   ╰────\n"),
            ("{\r\n\tb<>\r\n", "   ╭─[a.bvl:2:3]\n 1 │ {\n 2 │     b\n   ·      ▲\n   ·      ╰── label 0\n   ╰────\n"),
            ("<{\n}\n>\na", "   ╭─[a.bvl:1:1]\n 1 │ {\n   · ┬\n   · ╰── label 0\n 2 │ }\n   ╰────\n"),
            ("日<本>", "   ╭─[a.bvl:1:2]\n 1 │ 日本\n   ·   ─┬\n   ·    ╰── label 0\n   ╰────\n"),
            ("[<a>]", "   ╭─[a.bvl:1:1]\n 1 │ a\n   · ┬\n   · ╰─┤ label 0\n   ·   │ label 1\n   ╰────\n"),
            ("\u{1b}<\u{202e}>", "   ╭─[a.bvl:1:2]\n 1 │ ␛\u{fffd}\n   ·  ┬\n   ·  ╰── label 0\n   ╰────\n"),
        ] {
            assert_eq!(shown(marked), expected, "{marked:?}");
        }
        let long = shown(&format!("{}<bad>{}", "word ".repeat(20_000), " word".repeat(20_000)));
        let line = long.lines().nth(1).unwrap();
        assert!(line.starts_with(" 1 │ … word") && line.contains(" bad ") && line.ends_with('…'), "{line}");
        assert!(line.chars().count() <= 72, "{line}");
    }

    #[test]
    fn places_apart_are_drawn_apart() {
        let far = shown("<a>\nb\nc\n[d]\ne\nf\ng\nh\n[i]\n");
        let headings: Vec<&str> = far.lines().filter(|line| line.contains('╭')).collect();
        assert_eq!(headings, ["   ╭─[a.bvl:1:1]", "   ╭─[a.bvl:9:1]"], "{far}");
        assert!(far.contains(" 2 │ b\n 3 │ c\n 4 │ d\n"), "{far}");
    }

    #[test]
    fn many_places_are_listed() {
        let many = shown(&format!("<a>\n{}", "[b]\n".repeat(30)));
        assert_eq!(many.matches("label").count(), MOST_PLACES);
        assert!(many.contains("  also: a.bvl:13, a.bvl:14") && many.contains("a.bvl:24 and 7\n"), "{many}");
    }

    proptest::proptest! {
        #[test]
        fn any_place_of_any_text_can_be_drawn(
            text in "(a| |\\{|\n|\r\n|\t|é|日|\u{1b}|\u{301}|\u{202e}){0,60}",
            ends in proptest::collection::vec((0u32..90, 0u32..90), 1..5),
            width in 0usize..60,
        ) {
            let mut sources = SourceMap::default();
            let files = ["a.bvl", "b.bvl"].map(|path| sources.add(path, text.clone(), Provenance::User));
            let mut labels = ends.iter().enumerate().map(|(idx, (start, length))| Span {
                file: files[idx % 2],
                start: *start,
                end: start + length,
            });
            let mut diagnostic = Diagnostic::new(&CODE, labels.next().unwrap(), text.clone());
            for span in labels {
                diagnostic = diagnostic.label(span, text.clone());
            }
            let look = Look { width, ..Look::default() };
            let report = render(&diagnostic, Shown { sources: &sources, prefix: "" }, &look);
            proptest::prop_assert!(!report.chars().any(|c| c.is_control() && c != '\n'));
            proptest::prop_assert!(report.contains("╭─[a.bvl:"));
        }
    }
}
