//! From tokens to the tree: blocks nested by a stack, comments and documentation set in their places.
//!
//! Invariants: at most [`DEPTH`] blocks nest; a mistake costs its own statement at most, and is reported once.

use std::sync::Arc;

use super::balance::{Balance, is_declaration};
use super::codes::BVL0120;
use super::foreign::{self, Indented};
use super::template::{self, Meant, Template};
use super::token::{Kind, Token};
use super::tree::{Block, Comment, CommentForm, Item, Statement, Tree};
use super::unclosed::unclosed_block;
use super::{mistake, parser, parted, statement, unopened};
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Span};
use crate::value::{Term, TermKind};

/// How deep blocks nest at most. Nobody writes a spec that deep; what walks a tree may recurse.
pub(super) const DEPTH: usize = 64;

/// The text under work, and what was found to be wrong with it.
pub(super) struct Context<'t> {
    pub(super) file: FileId,
    pub(super) text: &'t str,
    pub(super) errors: Vec<Diagnostic>,
}

impl<'t> Context<'t> {
    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, start, end)
    }

    pub(super) fn place(&self, token: Token) -> Span {
        self.span(token.start(), token.end())
    }

    pub(super) fn slice(&self, token: Token) -> &'t str {
        self.text.get(token.range()).unwrap_or_default()
    }
}

/// The tree of tokens.
pub(super) fn build(file: FileId, text: &Arc<str>, tokens: &[Token]) -> Tree {
    let cx = Context { file, text, errors: Vec::new() };
    let mut builder = Builder {
        balance: Balance::new(text, tokens),
        cx,
        tokens,
        at: 0,
        place: Place { end: 0, line: 0, column: 0, breaks: 0, begun: false },
        frames: Vec::new(),
        current: Content::default(),
        too_deep: false,
        swallowed: false,
        indented: None,
    };
    while let Some(token) = builder.next() {
        builder.take(token);
    }
    let end = builder.place.end;
    builder.close_all(builder.cx.span(end, end));
    builder.current.flush();
    let Builder { current, cx, .. } = builder;
    let (text, items, errors) = (Arc::clone(text), current.items, cx.errors);
    Tree { file, text, items, errors, is_foreign: false, left_out: Vec::new() }
}

/// Where the builder stands, kept up to date token by token so that no line is read twice.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// Behind the last token.
    pub(super) end: usize,
    /// Where the line of the current token starts.
    pub(super) line: usize,
    /// How far the first token of that line is indented.
    pub(super) column: usize,
    /// Line breaks between the last token and the current one.
    pub(super) breaks: usize,
    /// Whether something but `;` stands before in this line.
    begun: bool,
}

/// What stands in the block under work.
#[derive(Default)]
struct Content {
    items: Vec<Item>,
    /// Documentation, with what follows it, that waits for its statement.
    pending: Vec<Item>,
    /// The last statement, while a `{` would be its block.
    head: Option<Head>,
    /// Whether a line break stands behind that statement.
    broken_off: bool,
}

/// A statement that may take a block.
#[derive(Clone, Copy)]
struct Head {
    index: usize,
    line: usize,
    column: usize,
}

impl Content {
    fn push(&mut self, item: Item) {
        let waits = !self.pending.is_empty();
        if waits { self.pending.push(item) } else { self.items.push(item) }
    }

    /// Gives up waiting for a statement.
    fn flush(&mut self) {
        while matches!(self.pending.last(), Some(Item::Blank(_))) {
            self.pending.pop();
        }
        self.items.append(&mut self.pending);
    }
}

/// A block that is open.
pub(super) struct Frame {
    statement: Statement,
    /// Its brace.
    pub(super) open: Span,
    outer: Content,
    /// Where the line of its statement starts, and how far it is indented.
    pub(super) line: usize,
    pub(super) column: usize,
    /// Whether its first line is indented deeper than its statement.
    pub(super) indented: Option<bool>,
    /// Whether the brace belongs to no statement.
    headless: bool,
}

impl Frame {
    /// What a message calls the block: the word and name of its statement.
    pub(super) fn title(&self) -> String {
        let word = self.statement.word();
        match self.statement.terms.first().and_then(Term::name) {
            _ if word.is_empty() => "this block".to_owned(),
            Some(name) => format!("`{word} {name}`"),
            None => format!("`{word}`"),
        }
    }
}

struct Builder<'t> {
    cx: Context<'t>,
    balance: Option<Balance>,
    tokens: &'t [Token],
    at: usize,
    place: Place,
    frames: Vec<Frame>,
    current: Content,
    too_deep: bool,
    /// Whether a text or comment that was never closed has taken the end of this part.
    swallowed: bool,
    /// The lines that a statement takes for its own by their indentation, and that are passed over.
    indented: Option<Indented>,
}

impl Builder<'_> {
    fn next(&mut self) -> Option<Token> {
        let token = *self.tokens.get(self.at)?;
        self.at += 1;
        self.move_to(token);
        Some(token)
    }

    /// Moves the place to the start of a token.
    fn move_to(&mut self, token: Token) {
        let gap = self.cx.text.get(self.place.end..token.start()).unwrap_or_default();
        self.place.breaks = gap.bytes().filter(|byte| *byte == b'\n').count();
        if let Some(last) = gap.rfind('\n') {
            self.place.line = self.place.end + last + 1;
        }
        if self.place.breaks > 0 || self.place.end == 0 {
            self.place.column = token.start() - self.place.line;
        }
    }

    /// Moves the place behind a token or the last token of a statement.
    fn move_behind(&mut self, start: usize, end: usize) {
        if end <= self.place.end {
            return;
        }
        if let Some(last) = self.cx.text.get(start..end).and_then(|text| text.rfind('\n')) {
            self.place.line = start + last + 1;
            let line = self.cx.text.get(self.place.line..end).unwrap_or_default();
            self.place.column = line.len() - line.trim_start_matches([' ', '\t']).len();
        }
        self.place.end = end;
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "every other kind stands in a statement, but for line comments")]
    fn take(&mut self, token: Token) {
        if self.place.breaks > 0 {
            self.current.broken_off = true;
            self.place.begun = false;
        }
        if token.kind != Kind::Close {
            self.blank(token);
        }
        match token.kind {
            Kind::Statement => return self.statement(token),
            Kind::Open => self.open(token),
            Kind::Close => self.close(token),
            // Documentation before a `;` that ends nothing belongs to what follows: formatting drops the `;`.
            Kind::End => self.current.head = None,
            Kind::WideSpace => self.cx.errors.push(mistake::wide_space(&self.cx, token)),
            Kind::HashComment => self.hash_comment(token),
            Kind::DocComment => self.comment(token, CommentForm::Doc),
            Kind::BlockComment => self.comment(token, CommentForm::Block),
            Kind::UnclosedComment => {
                self.cx.errors.push(mistake::unclosed_comment(&self.cx, token));
                self.comment(token, CommentForm::Block);
                self.swallowed = true;
            }
            _ => self.comment(token, CommentForm::Line),
        }
        self.place.begun |= token.kind != Kind::End;
        self.move_behind(token.start(), token.end());
    }

    fn blank(&mut self, token: Token) {
        let first = self.current.items.is_empty() && self.current.pending.is_empty();
        if self.place.breaks > 1 && !first {
            self.current.push(Item::Blank(self.cx.span(self.place.end, token.start())));
        }
    }

    fn comment(&mut self, token: Token, form: CommentForm) {
        let trailing = self.place.begun;
        let comment = Item::Comment(Comment { span: self.cx.place(token), form, trailing });
        if form == CommentForm::Doc && !trailing {
            self.current.pending.push(comment);
        } else {
            self.current.push(comment);
        }
    }

    fn hash_comment(&mut self, token: Token) {
        if self.commented_head(token) {
            return;
        }
        self.cx.errors.push(mistake::hash_comment(&self.cx, token));
        self.current.push(Item::Stray(self.cx.place(token)));
    }

    /// Opens the block of a statement that a `#` takes out, where the lines and the `}` of that block are still there.
    fn commented_head(&mut self, token: Token) -> bool {
        let line = self.cx.slice(token);
        if self.place.begun || !line.trim_end().ends_with('{') {
            return false;
        }
        let begin = token.end() - line.trim_start_matches(['#', ' ', '\t']).len();
        let tokens = parser::tokens_of(self.cx.text, begin, token.end());
        let [first, inner @ .., open] = tokens.as_slice() else { return false };
        let is_head = first.kind == Kind::Statement
            && open.kind == Kind::Open
            && inner.iter().all(|inner| inner.end() <= first.end())
            && self.balance.as_mut().is_some_and(Balance::opens_without_brace);
        if !is_head {
            return false;
        }
        let mark = self.cx.span(token.start(), begin);
        self.current.flush();
        self.current.push(Item::Stray(mark));
        self.push_statement(inner);
        if let Some(Item::Statement(statement)) = self.current.items.last() {
            self.cx.errors.push(mistake::commented_head(statement, mark));
        }
        self.current.broken_off = false;
        self.open(*open);
        true
    }

    fn statement(&mut self, token: Token) {
        self.recover(token);
        self.place.begun = true;
        let rest = self.tokens.get(self.at..).unwrap_or_default();
        let count = rest.partition_point(|inner| inner.start() < token.end());
        let inner = rest.get(..count).unwrap_or_default();
        self.at += count;
        let parted = parted::of(self.cx.text, (token, inner), rest.get(count..).unwrap_or_default());
        let (token, inner) = match &parted {
            Some(parted) => {
                self.at += parted.n_taken;
                self.cx.errors.extend(parted::mistake(&self.cx, parted));
                parted.tokens.split_first().map_or((token, inner), |(token, inner)| (*token, inner))
            }
            None => (token, inner),
        };
        let inner = self.behind_comma(inner);
        let takes_rest = |inner: &Token| matches!(inner.kind, Kind::UnclosedText | Kind::UnclosedComment);
        let swallowed = inner.last().is_some_and(takes_rest);
        let end = inner.iter().map(|inner| inner.end()).max().unwrap_or(token.end());
        if self.is_indented(token, inner) {
            self.current.flush();
            self.current.head = None;
            self.current.push(Item::Stray(self.cx.span(token.start(), end)));
            return self.move_behind(token.start(), end);
        }
        if self.open_in_line(token, inner) {
            self.current.broken_off = false;
            return self.move_behind(token.start(), end);
        }
        if inner.is_empty() {
            return self.move_behind(token.start(), end);
        }
        let mut rest = inner;
        while let Some(at) = foreign::next_entry(self.cx.text, rest) {
            let (own, behind) = rest.split_at(at);
            self.push_statement(own);
            rest = behind;
        }
        self.push_statement(rest);
        self.begins_indented(token, rest);
        let own_end = self.place.end.max(end);
        self.open_unwritten(token, own_end);
        self.swallowed |= swallowed;
        self.current.broken_off = false;
        self.move_behind(token.start(), end);
    }

    /// The tokens of a statement behind the comma with which JSON and HCL end the block before it.
    fn behind_comma<'s>(&mut self, tokens: &'s [Token]) -> &'s [Token] {
        let is_behind_block = self.current.head.is_none()
            && matches!(self.current.items.last(), Some(Item::Statement(statement)) if statement.block.is_some());
        match tokens.split_first() {
            Some((comma, rest)) if comma.kind == Kind::Comma && is_behind_block => {
                self.cx.errors.push(mistake::comma_behind_block(&self.cx, *comma));
                self.current.flush();
                self.current.push(Item::Stray(self.cx.place(*comma)));
                rest
            }
            Some(_) | None => tokens,
        }
    }

    fn push_statement(&mut self, tokens: &[Token]) {
        let mut statement = statement::read(&mut self.cx, tokens);
        for item in self.current.pending.drain(..) {
            match item {
                Item::Comment(comment) if comment.form == CommentForm::Doc => statement.docs.push(comment),
                Item::Comment(comment) => statement.comments.push(comment),
                Item::Statement(_) | Item::Blank(_) | Item::Stray(_) => {}
            }
        }
        statement.comments.sort_by_key(|comment| comment.span);
        let Place { line, column, .. } = self.place;
        self.current.head = Some(Head { index: self.current.items.len(), line, column });
        self.current.items.push(Item::Statement(statement));
    }

    /// Opens the block of a statement whose `{` was forgotten in the line in which the block ends.
    fn open_in_line(&mut self, token: Token, inner: &[Token]) -> bool {
        let is_first = self.place.line + self.place.column == token.start();
        // asked of every statement: where all braces balance nothing is looked at
        if self.balance.is_none() || !is_first {
            return false;
        }
        let from = self.at.saturating_sub(inner.len() + 1);
        let line = self.tokens.get(from..).unwrap_or_default();
        let count = unopened::head(self.cx.text, inner);
        // that it has its brace, or that there is nothing which one would take in
        let is_whole = match count {
            Some(count) => count == inner.len(),
            None => self.tokens.get(self.at).is_some_and(|next| next.kind == Kind::Open),
        };
        if is_whole
            || !unopened::closes_more(self.cx.text, line)
            || !self.balance.as_mut().is_some_and(Balance::opens_without_brace)
        {
            return false;
        }
        let (head, rest) = inner.split_at_checked(count.unwrap_or(inner.len())).unwrap_or((inner, &[]));
        self.push_statement(head);
        let Some(Item::Statement(mut statement)) = self.current.items.pop() else { return false };
        if count.is_some() {
            self.cx.errors.push(mistake::never_opened_in_line(&statement));
        } else {
            statement.broken = true;
            self.cx.errors.push(mistake::opened_nowhere(&statement));
        }
        let end = statement.head().range().end;
        self.open_frame(statement, end);
        if !rest.is_empty() {
            self.push_statement(rest);
        }
        true
    }

    /// Opens a block behind its statement, where no `{` stands.
    fn open_frame(&mut self, statement: Statement, end: usize) {
        let open = self.cx.span(end, end);
        self.current.head = None;
        let outer = std::mem::take(&mut self.current);
        let Place { line, column, .. } = self.place;
        self.frames.push(Frame { statement, open, outer, line, column, indented: Some(true), headless: false });
    }

    /// Opens the block of a statement whose `{` was forgotten: lines that are indented deeper follow it, and a `}` is one
    /// too many.
    fn open_unwritten(&mut self, token: Token, end: usize) {
        if self.balance.is_none() || (self.frames.is_empty() && !is_declaration(self.cx.text, token)) {
            return;
        }
        let is_first = self.place.line + self.place.column == token.start();
        if !is_first
            || !matches!(self.current.items.last(), Some(Item::Statement(statement)) if statement.foreign.is_none())
        {
            return;
        }
        let is_comment =
            |token: &&Token| matches!(token.kind, Kind::LineComment | Kind::DocComment | Kind::BlockComment);
        let next = self.tokens.get(self.at..).unwrap_or_default().iter().find(|token| !is_comment(token));
        let Some(next) = next.filter(|next| next.kind == Kind::Statement) else { return };
        let gap = self.cx.text.get(end..next.start()).unwrap_or_default();
        let column = self.place.column;
        let is_deeper = gap.rsplit_once('\n').is_some_and(|(_, space)| space.len() > column && space.trim().is_empty());
        if !is_deeper || !self.balance.as_mut().is_some_and(Balance::opens_without_brace) {
            return;
        }
        let Some(Item::Statement(statement)) = self.current.items.pop() else { return };
        self.cx.errors.push(mistake::never_opened(&statement));
        self.open_frame(statement, end);
    }

    /// Whether a statement is one of the lines that another takes for its own by their indentation.
    fn is_indented(&mut self, token: Token, tokens: &[Token]) -> bool {
        let Some(indented) = self.indented else { return false };
        let is_dash = tokens.first().is_some_and(|first| foreign::is_dash(&self.cx, *first));
        let is_first = self.place.line + self.place.column == token.start();
        let takes = !is_first || indented.takes(self.place, self.frames.len(), is_dash);
        if !takes {
            self.indented = None;
        }
        takes
    }

    /// Remembers that the lines below belong to a statement only by their indentation: behind `word:`, or with a `-`.
    fn begins_indented(&mut self, token: Token, tokens: &[Token]) {
        let next = self.tokens.get(self.at).map(|next| next.kind);
        let Some(Item::Statement(statement)) = self.current.items.last_mut() else { return };
        let is_dash = tokens.first().is_some_and(|first| foreign::is_dash(&self.cx, *first));
        let ends_in_sign = statement.foreign.is_some() && tokens.last().is_some_and(|last| last.kind == Kind::Colon);
        if !is_dash && (!ends_in_sign || next == Some(Kind::Open)) {
            return;
        }
        let is_first = self.place.line + self.place.column == token.start();
        if ends_in_sign {
            statement.broken = true;
            if let Some(foreign) = &mut statement.foreign {
                foreign.is_block = true;
            }
            if let Some(error) = self.cx.errors.pop() {
                let error = foreign::lines_below(error, statement.word());
                self.cx.errors.push(error);
            }
        }
        self.indented = is_first.then_some(Indented { column: self.place.column, depth: self.frames.len() });
    }

    fn open(&mut self, token: Token) {
        if let Some(template) =
            template::at(&self.cx, self.tokens.get(..self.at.saturating_sub(1)).unwrap_or_default(), token)
        {
            return self.template(&template);
        }
        if self.frames.len() >= DEPTH {
            return self.skip(token);
        }
        // a map of YAML, as in `key: {}`, in lines that are passed over
        let passed_over = self.indented.is_some() && self.current.head.is_none();
        let open = self.cx.place(token);
        self.current.flush();
        let head = self.current.head.take();
        let mut behind = head.map(|head| self.current.items.split_off(head.index)).unwrap_or_default().into_iter();
        let mut inside = Content::default();
        let (statement, headless) = if let Some(Item::Statement(mut statement)) = behind.next() {
            let next_line = self.current.broken_off;
            if next_line {
                self.cx.errors.push(mistake::brace_on_next_line(&self.cx, &statement, open));
            }
            for item in behind {
                match item {
                    Item::Comment(comment) if !next_line => statement.comments.push(comment),
                    item @ (Item::Comment(_) | Item::Stray(_)) => inside.items.push(item),
                    Item::Statement(_) | Item::Blank(_) => {}
                }
            }
            (statement, false)
        } else {
            if !passed_over && !self.frames.last().is_some_and(|frame| frame.headless) {
                self.cx.errors.push(mistake::stray_open(open));
            }
            (headless(open), true)
        };
        let outer = std::mem::replace(&mut self.current, inside);
        let (line, column) = head.map_or((self.place.line, self.place.column), |head| (head.line, head.column));
        self.frames.push(Frame { statement, open, outer, line, column, indented: None, headless });
    }

    /// Whether nothing but space stands between two places of a line.
    fn is_blank(&self, from: usize, to: usize) -> bool {
        self.cx.text.get(from..to).is_some_and(|gap| gap.chars().all(|c| matches!(c, ' ' | '\t')))
    }

    /// Passes over what another language fills in, and what stands behind it in its line, as a part of the statement before it.
    fn template(&mut self, template: &Template) {
        let span = template.span;
        let is_part = |part: Span| span.contains(part);
        // a list that it stands in is closed behind it
        let opened = self.tokens.get(..self.at).unwrap_or_default().iter().rev();
        let opened =
            opened.skip_while(|token| token.kind == Kind::Open).take_while(|token| token.kind != Kind::Statement);
        let opened: Vec<Span> =
            opened.filter(|token| token.kind == Kind::UnclosedGroup).map(|token| self.cx.place(*token)).collect();
        // what an arrow or a comma lacks is this
        let waits =
            |at: Span| at.range().end <= span.range().start && self.is_blank(at.range().end, span.range().start);
        let is_told = |error: &Diagnostic| {
            let is_open = |at: Span| opened.iter().any(|group| group.contains(at));
            error.span().is_some_and(|at| is_part(at) || is_open(at) || error.code == &BVL0120 && waits(at))
        };
        let n_left = self.cx.errors.iter().rposition(|error| !is_told(error)).map_or(0, |last| last + 1);
        self.cx.errors.truncate(n_left);
        let is_apart = self.current.broken_off || self.current.head.is_none();
        let before = self.current.items.last_mut().filter(|_| !is_apart);
        let meant = if let Some(Item::Statement(statement)) = before {
            statement.broken = true;
            let is_first = || statement.terms.iter().all(|term| span.contains(term.span));
            let word = statement.word();
            let is_name = template::FLOWS.contains(&word) || template::NAMED.contains(&word) && is_first();
            if self.frames.is_empty() && is_name { Meant::Name } else { Meant::Value }
        } else {
            self.current.push(Item::Stray(span));
            Meant::Statements
        };
        self.cx.errors.push(template::mistake(&self.cx, template, meant));
        let line_end = self.cx.text.get(span.range().end..).and_then(|rest| rest.find('\n'));
        let line_end = line_end.map_or(self.cx.text.len(), |newline| span.range().end + newline);
        let mut end = span.range().end;
        while let Some(token) = self.tokens.get(self.at) {
            let goes_on = token.kind == Kind::Statement && token.start() < line_end || token.start() < end;
            if !goes_on {
                break;
            }
            end = end.max(token.end());
            self.at += 1;
        }
        self.move_behind(span.range().start, end);
    }

    fn close(&mut self, token: Token) {
        let span = self.cx.place(token);
        let missing = self.balance.as_mut().map_or(0, |balance| balance.missing_before_close(&self.frames, self.place));
        self.close_last(missing, span);
        if self.indented.is_some_and(|indented| self.frames.len() <= indented.depth) {
            self.indented = None;
        }
        let surplus = self.balance.as_mut().is_some_and(|balance| balance.is_surplus(&self.frames, self.place));
        if surplus || self.frames.is_empty() {
            let is_torn = self.place.breaks == 0 && self.tear_line();
            self.cx.errors.push(mistake::stray_close(span, is_torn));
            self.blank(token);
            self.current.flush();
            self.current.head = None;
            self.current.push(Item::Stray(span));
        } else {
            self.pop(Some(span));
        }
    }

    /// Takes the block that has just ended in this line for broken: somewhere in it a `{` may be missing.
    fn tear_line(&mut self) -> bool {
        let line = self.place.line;
        let last = self.current.items.last_mut().and_then(|item| match item {
            Item::Statement(statement) if statement.block.is_some() && statement.span.range().start >= line => {
                Some(statement)
            }
            Item::Statement(_) | Item::Comment(_) | Item::Blank(_) | Item::Stray(_) => None,
        });
        last.map(tear).is_some()
    }

    /// Closes the innermost block.
    fn pop(&mut self, close: Option<Span>) {
        let Some(Frame { mut statement, open, mut outer, .. }) = self.frames.pop() else { return };
        self.current.flush();
        while matches!(self.current.items.last(), Some(Item::Blank(_))) {
            self.current.items.pop();
        }
        let items = std::mem::take(&mut self.current.items);
        let end = close.unwrap_or_else(|| self.cx.span(self.place.end, self.place.end));
        statement.span = statement.span.to(open).to(end);
        statement.block = Some(Box::new(Block { open, close, items: items.into() }));
        outer.items.push(Item::Statement(statement));
        outer.head = None;
        self.current = outer;
    }

    /// Closes what a statement shows to lack its `}`.
    fn recover(&mut self, token: Token) {
        let name = self.tokens.get(self.at).map_or(token, |first| *first);
        let first_on_line = self.place.line + self.place.column == token.start();
        if first_on_line && let Some(frame) = self.frames.last_mut() {
            frame.indented.get_or_insert(self.place.column > frame.column);
        } else if let Some(frame) = self.frames.last_mut() {
            // What follows a `{` on its line is within it; the next line shows where it ends.
            frame.indented.get_or_insert(true);
        }
        let place = self.cx.span(token.start(), name.end().min(token.end()));
        let Some(balance) = &mut self.balance else { return };
        if first_on_line && balance.begins_part(self.cx.text, token) {
            self.close_all(place);
            self.swallowed = false;
        } else if first_on_line {
            let missing = balance.missing_before_statement(&self.frames, self.place);
            self.close_last(missing, place);
        }
    }

    fn close_all(&mut self, before: Span) {
        self.close_last(self.frames.len(), before);
    }

    /// Closes the last blocks, which lack their `}`: expected before a place.
    fn close_last(&mut self, count: usize, before: Span) {
        let from = self.frames.len().saturating_sub(count);
        let open = self.frames.get(from..).unwrap_or_default();
        if open.is_empty() {
            return;
        }
        let reported = self.too_deep || self.swallowed;
        if !reported && !open.iter().all(|frame| frame.headless) {
            let read = (self.tokens.get(..self.at).unwrap_or_default(), self.place.end);
            self.cx.errors.push(unclosed_block(&self.cx, open, read, before));
        }
        for _ in 0..count {
            self.pop(None);
        }
    }

    /// Passes over a block that is nested too deep.
    fn skip(&mut self, token: Token) {
        let is_said = self.too_deep || self.frames.last().is_some_and(|frame| frame.headless);
        if !is_said {
            self.cx.errors.push(mistake::nested_too_deep(self.cx.place(token)));
        }
        self.too_deep = true;
        let mut depth = 1_usize;
        let mut last = token;
        while let Some(inner) = self.tokens.get(self.at).copied() {
            let begins = self.balance.is_some() && inner.kind == Kind::Statement && is_declaration(self.cx.text, inner);
            if depth == 0 || begins {
                break;
            }
            depth += usize::from(inner.kind == Kind::Open);
            depth -= usize::from(inner.kind == Kind::Close);
            last = inner;
            self.at += 1;
        }
        self.current.head = None;
        self.move_behind(token.start(), last.end());
    }
}

/// Takes a statement for broken, and no notice of what stands in its block.
fn tear(statement: &mut Statement) {
    statement.broken = true;
    for item in statement.block.iter_mut().flat_map(|block| &mut block.items) {
        if let Item::Statement(inner) = item {
            *item = Item::Stray(inner.span);
        }
    }
}

fn headless(open: Span) -> Statement {
    let word = Term { span: open.before(), kind: TermKind::Bad };
    Statement {
        span: open,
        word,
        terms: Box::default(),
        block: None,
        docs: Vec::new(),
        comments: Vec::new(),
        broken: true,
        awaits: false,
        foreign: None,
    }
}
