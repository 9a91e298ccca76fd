//! The one style: two spaces a level, one space between terms, at most one blank line in a row, a block on one line
//! where it was written so and fits, else one entry a line. Line breaks within a statement stay where they were, and all
//! breaks are what the first of the file is: with `\r\n`, as git checks files out on Windows, they go on so.
//!
//! Invariants: only white space and `;` change, and within a text block only its indentation; formatting twice is
//! formatting once; the formatted text parses to the same tree but for places and blank lines.

use super::text;
use super::tree::{Block, Comment, CommentForm, Item, Statement, Tree};
use crate::source::Span;
use crate::source::edit::with_breaks_of;
use crate::value::{Sign, Term, TermKind};

/// Columns that a block on one line may take.
const WIDTH: usize = 100;
/// Spaces a level.
const LEVEL: usize = 2;
/// Further spaces where a statement goes on in the next line.
const CONTINUATION: usize = 4;

/// The text of a tree in the one style, or `None` where the syntax has errors: what cannot be read is not moved.
pub fn format(tree: &Tree) -> Option<String> {
    if !tree.errors.is_empty() {
        return None;
    }
    let mut printer = Printer { text: &tree.text, out: String::with_capacity(tree.text.len()) };
    printer.items(&tree.items, 0);
    if !printer.out.is_empty() {
        printer.out.push('\n');
    }
    Some(with_breaks_of(&tree.text, &printer.out).into_owned())
}

struct Printer<'t> {
    text: &'t str,
    out: String,
}

impl<'t> Printer<'t> {
    fn slice(&self, span: Span) -> &'t str {
        self.text.get(span.range()).unwrap_or_default()
    }

    fn spaces(&mut self, count: usize) {
        self.out.extend(std::iter::repeat_n(' ', count));
    }

    /// Begins a line, but for the first line of the file.
    fn line(&mut self, indent: usize) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        self.spaces(indent);
    }

    /// How many columns the last line has.
    fn column(&self) -> usize {
        self.out.rsplit('\n').next().unwrap_or_default().chars().count()
    }

    fn items(&mut self, items: &[Item], indent: usize) {
        let (mut blank, mut first) = (false, true);
        for item in items {
            match item {
                Item::Blank(_) => {
                    blank = !first;
                    continue;
                }
                Item::Comment(comment) if comment.trailing => self.trailing(*comment),
                Item::Comment(comment) => {
                    self.gap(&mut blank);
                    self.line(indent);
                    self.comment(*comment);
                }
                Item::Statement(statement) => {
                    self.gap(&mut blank);
                    self.statement(statement, indent);
                }
                // A tree with strays has errors and is not formatted.
                Item::Stray(_) => {}
            }
            first = false;
        }
    }

    fn gap(&mut self, blank: &mut bool) {
        if std::mem::take(blank) {
            self.out.push('\n');
        }
    }

    fn trailing(&mut self, comment: Comment) {
        self.out.push(' ');
        self.comment(comment);
    }

    fn comment(&mut self, comment: Comment) {
        for (number, line) in self.slice(comment.span).split('\n').enumerate() {
            if number > 0 {
                self.out.push('\n');
            }
            self.out.push_str(line.trim_end());
        }
    }

    fn statement(&mut self, statement: &Statement, indent: usize) {
        let behind = statement.comments.partition_point(|comment| comment.span < statement.word.span);
        let (before, behind) = statement.comments.split_at_checked(behind).unwrap_or_default();
        let mut leading: Vec<Comment> = statement.docs.iter().chain(before).copied().collect();
        leading.sort_by_key(|comment| comment.span);
        for comment in leading {
            if comment.trailing {
                self.trailing(comment);
            } else {
                self.line(indent);
                self.comment(comment);
            }
        }
        self.line(indent);
        self.head(statement, behind, indent);
        let Some(block) = &statement.block else { return };
        self.out.push(' ');
        if let Some(flat) = self.flat(block, WIDTH.saturating_sub(self.column())) {
            self.out.push_str(&flat);
            return;
        }
        self.out.push('{');
        self.items(&block.items, indent + LEVEL);
        self.line(indent);
        self.out.push('}');
    }

    fn head(&mut self, statement: &Statement, comments: &[Comment], indent: usize) {
        let mut last: Option<Atom<'_>> = None;
        for atom in atoms(self.text, statement, comments) {
            if let Some(last) = last {
                let joined = matches!(atom.kind, Sort::Comma | Sort::Dots);
                if last.kind == Sort::LineComment || (atom.breaks && !joined) {
                    let closes = atom.kind == Sort::Close;
                    self.line(if closes { indent } else { indent + CONTINUATION });
                } else if is_spaced(last.kind, atom.kind) {
                    self.out.push(' ');
                }
            }
            match atom.kind {
                Sort::TextBlock => self.text_block(atom.text, indent + LEVEL),
                Sort::BlockComment | Sort::LineComment => {
                    let lines: Vec<&str> = atom.text.split('\n').map(str::trim_end).collect();
                    self.out.push_str(&lines.join("\n"));
                }
                Sort::Value | Sort::Comma | Sort::Dots | Sort::Colon | Sort::Open | Sort::Call | Sort::Close => {
                    self.out.push_str(atom.text);
                }
            }
            last = Some(atom);
        }
    }

    /// A text block whose lines begin at `indent`.
    fn text_block(&mut self, raw: &str, indent: usize) {
        let content = raw.strip_prefix("\"\"\"").and_then(|raw| raw.strip_suffix("\"\"\"")).unwrap_or_default();
        let shared = text::indentation(content);
        let last = content.matches('\n').count();
        self.out.push_str("\"\"\"");
        for (number, line) in content.split('\n').enumerate() {
            let line = line.strip_suffix('\r').unwrap_or(line);
            let blank = line.trim_matches([' ', '\t']).is_empty();
            if number > 0 {
                self.out.push('\n');
                if blank && number != last {
                    continue;
                }
                self.spaces(indent);
                self.out.push_str(if blank { "" } else { line.get(shared..).unwrap_or_default() });
            } else if !blank || last == 0 {
                self.out.push_str(line);
            }
        }
        self.out.push_str("\"\"\"");
    }

    /// The block on one line, where it was written so and takes no more than `width` columns.
    fn flat(&self, block: &Block, width: usize) -> Option<String> {
        if block.items.iter().all(|item| matches!(item, Item::Blank(_))) {
            return Some("{}".to_owned());
        }
        let span = block.open.to(block.close?);
        if self.slice(span).contains('\n') {
            return None;
        }
        let mut printer = Printer { text: self.text, out: "{ ".to_owned() };
        for (number, item) in block.items.iter().enumerate() {
            let Item::Statement(statement) = item else { return None };
            if !statement.docs.is_empty() || !statement.comments.is_empty() {
                return None;
            }
            if number > 0 {
                printer.out.push_str("; ");
            }
            printer.head(statement, &[], 0);
            let used = printer.out.chars().count();
            if let Some(block) = &statement.block {
                printer.out.push(' ');
                let inner = self.flat(block, width.checked_sub(used + 1)?)?;
                printer.out.push_str(&inner);
            }
            if printer.out.chars().count() > width {
                return None;
            }
        }
        printer.out.push_str(" }");
        (printer.out.chars().count() <= width).then_some(printer.out)
    }
}

/// What an atom is, as far as the space around it depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Value,
    TextBlock,
    Comma,
    Dots,
    Colon,
    /// `[`
    Open,
    /// `(`, behind a name.
    Call,
    Close,
    LineComment,
    BlockComment,
}

/// A piece of a statement that is printed as it is.
#[derive(Debug, Clone, Copy)]
struct Atom<'t> {
    text: &'t str,
    kind: Sort,
    /// Whether it begins a line in the source.
    breaks: bool,
}

fn is_spaced(left: Sort, right: Sort) -> bool {
    !matches!(left, Sort::Open | Sort::Call | Sort::Dots)
        && !matches!(right, Sort::Comma | Sort::Close | Sort::Call | Sort::Dots)
        && (right != Sort::Colon || left == Sort::Colon)
}

/// The atoms of a statement without its block: its terms and comments, and what stands between them.
fn atoms<'t>(text: &'t str, statement: &Statement, comments: &[Comment]) -> Vec<Atom<'t>> {
    let mut leaves: Vec<(Span, Sort)> = Vec::new();
    for term in std::iter::once(&statement.word).chain(&statement.terms) {
        collect(text, term, &mut leaves);
    }
    leaves.extend(comments.iter().map(|comment| {
        let block = comment.form == CommentForm::Block;
        (comment.span, if block { Sort::BlockComment } else { Sort::LineComment })
    }));
    leaves.sort_by_key(|(span, _)| *span);
    let mut atoms = Vec::with_capacity(leaves.len());
    let mut at = statement.word.span.range().start;
    for (span, kind) in leaves {
        let breaks = between(text.get(at..span.range().start).unwrap_or_default(), &mut atoms);
        atoms.push(Atom { text: text.get(span.range()).unwrap_or_default(), kind, breaks });
        at = span.range().end;
    }
    between(text.get(at..statement.head().range().end).unwrap_or_default(), &mut atoms);
    atoms
}

fn collect(text: &str, term: &Term, leaves: &mut Vec<(Span, Sort)>) {
    match &term.kind {
        TermKind::Range(ends) => {
            collect(text, &ends.0, leaves);
            collect(text, &ends.1, leaves);
        }
        TermKind::List(members) => members.iter().for_each(|member| collect(text, member, leaves)),
        TermKind::Call(call) => {
            leaves.push((call.name_span, Sort::Value));
            call.parts.iter().flatten().for_each(|term| collect(text, term, leaves));
        }
        TermKind::Colon => leaves.push((term.span, Sort::Colon)),
        TermKind::Text(_) | TermKind::Template(_) => {
            let written = text.get(term.span.range()).unwrap_or_default();
            let block = written.starts_with("\"\"\"") && written.contains('\n');
            leaves.push((term.span, if block { Sort::TextBlock } else { Sort::Value }));
        }
        TermKind::Name(_)
        | TermKind::Star
        | TermKind::Variable(_)
        | TermKind::Number(_)
        | TermKind::Address(_)
        | TermKind::Arrow
        | TermKind::PathArrow
        | TermKind::Equals
        | TermKind::Bad => leaves.push((term.span, Sort::Value)),
        TermKind::Sign(sign) => leaves.push((
            term.span,
            match sign {
                Sign::Open => Sort::Open,
                Sign::Call => Sort::Call,
                Sign::Close => Sort::Close,
                Sign::Equal
                | Sign::Unequal
                | Sign::Below
                | Sign::AtMost
                | Sign::Above
                | Sign::AtLeast
                | Sign::Plus
                | Sign::Minus => Sort::Value,
            },
        )),
    }
}

/// Takes the punctuation between two terms, and says whether a line break stands behind it.
fn between<'t>(gap: &'t str, atoms: &mut Vec<Atom<'t>>) -> bool {
    let (mut breaks, mut at) = (false, 0);
    while let Some(byte) = gap.as_bytes().get(at) {
        let kind = match byte {
            b',' => Sort::Comma,
            b'(' => Sort::Call,
            b'[' => Sort::Open,
            b')' | b']' => Sort::Close,
            b'.' => Sort::Dots,
            byte => {
                breaks |= *byte == b'\n';
                at += 1;
                continue;
            }
        };
        let length = if kind == Sort::Dots { 2 } else { 1 };
        atoms.push(Atom { text: gap.get(at..at + length).unwrap_or_default(), kind, breaks });
        breaks = false;
        at += length;
    }
    breaks
}
