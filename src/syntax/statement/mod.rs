//! From the tokens of one statement to its terms: ranges, lists and calls folded, comments set aside.
//!
//! Invariants: a statement that a mistake leaves without doubt about what was meant is not broken; consecutive tokens that
//! fit nowhere are one [`TermKind::Bad`] and one diagnostic.

mod run;
mod unread;

use run::{Joint, Run, begun, part};

use super::build::Context;
use super::token::{Kind, Token};
use super::tree::{Comment, CommentForm, Statement};
use super::{cron, foreign, mistake, sentence, text, unopened};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::value::{Call, Term, TermKind, similar};

/// The words that go on with the statement of the line before, so that none begins with them.
const RESUMING: [&str; 4] = ["because", "where", "require", "else"];

/// The statement that the tokens make. There is at least one.
pub(super) fn read(cx: &mut Context<'_>, tokens: &[Token]) -> Statement {
    let quiet = tokens.iter().any(|token| matches!(token.kind, Kind::UnclosedString | Kind::UnclosedText));
    let errors_from = cx.errors.len();
    let mut reader = Reader {
        cx,
        tokens,
        at: 0,
        comments: Vec::new(),
        broken: false,
        open: None,
        quiet,
        signs: Vec::new(),
        within: Within::Statement,
        form: Form::Plain,
    };
    reader.form = match reader.word() {
        Some(sentence::WORD) => Form::Sentence,
        Some(sentence::EXPECTATION) => Form::Expectation,
        Some(_) | None => Form::Plain,
    };
    let is_sentence = reader.form != Form::Plain;
    let mut run = Run::default();
    let cron = if is_sentence { None } else { cron::unquoted(reader.cx, tokens) };
    let unopened = if is_sentence { None } else { unopened::arguments(reader.cx, tokens) };
    while let Some(token) = reader.next() {
        if let Some((first, close)) = unopened.filter(|(first, _)| first.start() == token.start()) {
            reader.unopened(first, close, &mut run);
            continue;
        }
        match cron.filter(|cron| cron.range().contains(&token.start())) {
            Some(cron) => reader.cron(cron, &mut run),
            None => reader.take(token, &mut run),
        }
    }
    reader.joint_ends(&mut run);
    let mut terms = run.finish().into_iter();
    let first_token = tokens.first().copied();
    let first = first_token.map_or_else(|| reader.cx.span(0, 0), |token| reader.cx.place(token));
    let word = terms.next().unwrap_or(Term { span: first.before(), kind: TermKind::Bad });
    if !matches!(word.kind, TermKind::Name(_) | TermKind::Text(_) | TermKind::Template(_)) && !reader.broken {
        // however it is to be written, it begins none
        let mut own = reader.cx.errors.iter().skip(errors_from);
        if let Some(at) = own.position(|error| error.span() == Some(word.span)) {
            reader.cx.errors.remove(errors_from + at);
        }
        reader.wrong(mistake::no_word(&word));
    } else if word.name().is_some_and(|name| RESUMING.contains(&name)) {
        reader.wrong(mistake::resuming_word(reader.cx, &word));
    }
    let terms: Box<[Term]> = terms.collect();
    if let Some(last) = terms.last().filter(|last| is_connective(last) || sentence::goes_on(last)) {
        let mistake = mistake::nothing_behind(reader.cx, last.span);
        reader.wrong(mistake);
    }
    let span = terms.last().map_or(word.span, |last| word.span.to(last.span));
    if first_token.is_some_and(|first| foreign::is_dash(reader.cx, first)) {
        // what stands behind the `-` of a list has the mistakes of the list
        reader.signs.clear();
        reader.cx.errors.truncate(errors_from + 1);
    }
    let foreign = foreign::signs(reader.cx, tokens, &reader.signs, errors_from).map(Box::new);
    let Reader { comments, broken, open, .. } = reader;
    let awaits = open.is_some();
    Statement { span, word, terms, block: None, docs: Vec::new(), comments, broken, awaits, foreign }
}

/// Where a reader is in a statement.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    /// Outside of parentheses and brackets.
    Statement,
    /// In parentheses or brackets.
    Group,
}

/// What a statement is made of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Terms.
    Plain,
    /// Terms and signs: it is the sentence of a rule.
    Sentence,
    /// An expectation, before its condition: an arrow is one.
    Expectation,
}

/// What a `:` or `=` is in a statement.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Habit {
    /// A part of it, in `let` and `param`.
    Own,
    /// Meant for an arrow, in a flow.
    Arrow,
    /// A habit of another language.
    Foreign,
}

struct Reader<'c, 't, 's> {
    cx: &'c mut Context<'t>,
    tokens: &'s [Token],
    at: usize,
    comments: Vec<Comment>,
    broken: bool,
    /// A comma behind which nothing follows.
    open: Option<Token>,
    /// Whether a string that was never closed hides what stands behind it, closing brackets for one.
    quiet: bool,
    /// The signs that do not belong there, by their index in the tokens.
    signs: Vec<usize>,
    /// Where the reader is.
    within: Within,
    /// What it reads.
    form: Form,
}

impl Reader<'_, '_, '_> {
    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).copied();
        self.at += 1;
        token
    }

    /// The token before the one that `next` gave last.
    fn before(&self) -> Option<Token> {
        self.tokens.get(self.at.checked_sub(2)?).copied()
    }

    /// The bare word with which the statement begins.
    fn word(&self) -> Option<&str> {
        self.tokens.first().filter(|first| first.kind == Kind::Name).map(|first| self.cx.slice(*first))
    }

    fn wrong(&mut self, mistake: Diagnostic) {
        self.broken = true;
        self.cx.errors.push(mistake);
    }

    fn take(&mut self, token: Token, run: &mut Run) {
        match self.form {
            Form::Plain => {}
            // behind `where` signs are those of a condition
            Form::Expectation if token.kind == Kind::Name && self.cx.slice(token) == sentence::CONDITION => {
                self.form = Form::Sentence;
            }
            // before it they stand for its arrow
            Form::Expectation if matches!(token.kind, Kind::WrongArrow | Kind::Equals | Kind::Colon) => {}
            Form::Expectation | Form::Sentence => {
                if self.sign(token, run) {
                    return;
                }
            }
        }
        match token.kind {
            Kind::Comma => self.comma(token, run),
            Kind::Dots => self.dots(token, run),
            Kind::Arrow | Kind::PathArrow | Kind::Equals | Kind::WrongArrow => self.connective(token, run),
            Kind::Colon => self.colon(token, run),
            Kind::Parens => self.parens(token, run),
            Kind::Brackets => self.brackets(token, run),
            Kind::Odd => self.odd(token, run),
            Kind::Nested
            | Kind::UnclosedGroup
            | Kind::StrayClose
            | Kind::UnclosedString
            | Kind::TornString
            | Kind::UnclosedText => {
                self.unfinished(token, run);
            }
            Kind::WideSpace => self.cx.errors.push(mistake::wide_space(self.cx, token)),
            Kind::DocComment | Kind::LineComment | Kind::BlockComment | Kind::UnclosedComment => self.comment(token),
            Kind::Name if self.has_two_slashes(token) => self.unquoted(token, run),
            Kind::Name
            | Kind::Number
            | Kind::Address
            | Kind::String
            | Kind::HalfString
            | Kind::HalfBlock
            | Kind::TextBlock
            | Kind::Variable
            | Kind::Star
            | Kind::ForeignQuotes
            | Kind::BracedVariable => {
                let term = self.value(token);
                self.place(term, run);
            }
            // These stand outside of statements, or in sentences, where `sign` takes them.
            Kind::Statement
            | Kind::Open
            | Kind::Close
            | Kind::End
            | Kind::HashComment
            | Kind::Operator
            | Kind::Opening
            | Kind::Closing => {}
        }
    }

    /// The value that one token is.
    #[expect(clippy::wildcard_enum_match_arm, reason = "`take` hands over these kinds only")]
    fn value(&mut self, token: Token) -> Term {
        let written = self.cx.slice(token);
        let kind = match token.kind {
            Kind::Name => TermKind::Name(written.into()),
            Kind::Number => TermKind::Number(written.into()),
            Kind::Address => TermKind::Address(written.into()),
            Kind::Variable => TermKind::Variable(written.trim_start_matches('$').into()),
            Kind::Star => TermKind::Star,
            Kind::String | Kind::HalfString | Kind::TextBlock | Kind::HalfBlock => {
                if token.kind == Kind::HalfString {
                    self.cx.errors.push(mistake::half_string(self.cx, token));
                } else if token.kind == Kind::HalfBlock {
                    self.cx.errors.push(mistake::half_block(self.cx, token));
                }
                let (kind, whole) = text::read(self.cx, token);
                self.broken |= !whole;
                kind
            }
            Kind::ForeignQuotes => {
                let inner = mistake::between_quotes(written);
                let is_reason = self.before().is_some_and(|before| self.cx.slice(before) == "because");
                let is_end = text::is_path(inner) && !is_reason && self.habit() == Habit::Arrow;
                let meant = if is_end { mistake::Quoted::Name } else { mistake::Quoted::Text };
                self.cx.errors.push(mistake::foreign_quotes(self.cx, token, meant));
                TermKind::Text(inner.into())
            }
            Kind::BracedVariable => {
                let inner = written.trim_start_matches("${").trim_end_matches('}').trim();
                let known = text::is_word(inner);
                self.broken |= !known;
                self.cx.errors.push(mistake::braced_variable(self.cx, token, inner));
                if known { TermKind::Variable(inner.into()) } else { TermKind::Bad }
            }
            _ => TermKind::Bad,
        };
        Term { span: self.cx.place(token), kind }
    }

    /// Puts a value behind the others, joined to the last one by what stands between.
    fn place(&mut self, term: Term, run: &mut Run) {
        match run.joint.take() {
            None => {
                run.flush();
                run.members.push(term);
            }
            Some(Joint::Comma(_)) => {
                let bracketed = |term: &Term| matches!(term.kind, TermKind::List(_));
                if bracketed(&term) || run.members.last().is_some_and(bracketed) {
                    self.wrong(mistake::nested_group(term.span));
                }
                run.members.push(term);
            }
            Some(Joint::Dots(token)) => match run.members.pop() {
                Some(low) if !is_whole(&low) && !is_whole(&term) => {
                    let span = low.span.to(term.span);
                    run.members.push(Term { span, kind: TermKind::Range(Box::new((low, term))) });
                }
                low => {
                    self.wrong(mistake::open_range(self.cx, token));
                    let span = low.map_or(term.span, |low| low.span.to(term.span));
                    run.members.push(Term { span, kind: TermKind::Bad });
                }
            },
        }
    }

    /// Reports a joint behind which no value stands.
    fn joint_ends(&mut self, run: &mut Run) {
        match run.joint.take() {
            // what follows is told by itself
            Some(Joint::Comma(token)) if mistake::is_before_braces(self.cx, token) => {}
            Some(Joint::Comma(token)) => {
                self.open = Some(token);
                self.cx.errors.push(mistake::comma_at_end(self.cx, token));
            }
            Some(Joint::Dots(token)) if !self.quiet => self.wrong(mistake::open_range(self.cx, token)),
            Some(Joint::Dots(_)) | None => {}
        }
    }

    fn comma(&mut self, token: Token, run: &mut Run) {
        if run.joint.is_some() || run.members.is_empty() {
            self.wrong(mistake::lonely_comma(self.cx, token));
            if run.is_empty() {
                run.terms.push(Term { span: self.cx.place(token), kind: TermKind::Bad });
            }
        } else {
            run.joint = Some(Joint::Comma(token));
        }
    }

    fn dots(&mut self, token: Token, run: &mut Run) {
        // the word of a statement is no end of a range
        let is_word = |member: &Term| member.name().is_some();
        let behind_word = self.within == Within::Statement
            && run.terms.is_empty()
            && matches!(run.members.as_slice(), [word] if is_word(word));
        if run.joint.is_some() || run.members.is_empty() || behind_word {
            self.wrong(mistake::open_range(self.cx, token));
        } else {
            run.joint = Some(Joint::Dots(token));
        }
    }

    /// An arrow or `=`: no value, so that no list goes on over it.
    fn connective(&mut self, token: Token, run: &mut Run) {
        self.joint_ends(run);
        if token.kind == Kind::Equals && self.is_foreign(run) {
            return self.signs.push(self.at - 1);
        }
        let is_meant = token.kind == Kind::Equals && self.is_meant_for_arrow(run);
        if token.kind == Kind::WrongArrow || is_meant {
            self.cx.errors.push(mistake::wrong_arrow(self.cx, token));
        }
        let kind = if token.kind == Kind::PathArrow {
            TermKind::PathArrow
        } else if token.kind == Kind::Equals && !is_meant {
            TermKind::Equals
        } else {
            TermKind::Arrow
        };
        run.flush();
        run.terms.push(Term { span: self.cx.place(token), kind });
    }

    /// Takes a sign of a sentence, and what was meant for one; `false` for everything else.
    fn sign(&mut self, token: Token, run: &mut Run) -> bool {
        let Some((kind, mistake)) = sentence::sign(self.cx, self.before(), token) else { return false };
        // whether a sign that is none holds of anything is not known before it is written
        self.broken |= mistake.is_some();
        self.cx.errors.extend(mistake);
        self.joint_ends(run);
        run.flush();
        run.terms.push(Term { span: self.cx.place(token), kind });
        true
    }

    fn colon(&mut self, token: Token, run: &mut Run) {
        if self.begins_text(token) && (self.is_announced() || self.is_foreign(run)) {
            return self.unquoted(token, run);
        }
        self.joint_ends(run);
        if self.at == 2 && self.is_foreign(run) {
            return self.signs.push(self.at - 1);
        }
        let is_param = run.terms.first().or(run.members.first()).is_some_and(|word| word.is_name("param"));
        let before = self.before().filter(|before| before.end() == token.start() && !is_param);
        let joined = |before: &Token| matches!(before.kind, Kind::Name | Kind::Number | Kind::Address);
        if let Some(before) = before.filter(joined)
            && self.glued(token.end()) > token.end()
        {
            run.members.pop();
            return self.unquoted(before, run);
        }
        if self.is_foreign(run) {
            return self.signs.push(self.at - 1);
        }
        run.flush();
        run.terms.push(Term { span: self.cx.place(token), kind: TermKind::Colon });
    }

    /// Whether a colon belongs to what stands behind it.
    fn begins_text(&self, colon: Token) -> bool {
        foreign::begins_text(self.cx, self.before(), colon, self.tokens.get(self.at))
    }

    /// Whether one more value is announced, as behind a comma, whatever the statement.
    fn is_announced(&self) -> bool {
        self.before().is_some_and(|before| matches!(before.kind, Kind::Comma | Kind::Equals))
    }

    /// What a sign is in this statement. Asked where there is one: nearly all have none.
    fn habit(&self) -> Habit {
        match self.word() {
            Some("allow" | "never" | sentence::EXPECTATION) => Habit::Arrow,
            // a misspelled one is read as what it was meant for
            Some(word) if similar::closest(word, ["let", "param"]).is_some() => Habit::Own,
            _ => Habit::Foreign,
        }
    }

    /// Whether a sign stands where none belongs.
    fn is_foreign(&self, run: &Run) -> bool {
        let behind_word =
            self.at == 2 && run.members.first().is_some_and(|word| word.is_name("allow") || word.is_name("never"));
        self.within == Within::Statement && !run.is_empty() && (behind_word || self.habit() == Habit::Foreign)
    }

    /// Whether a sign stands in a flow where its arrow does.
    fn is_meant_for_arrow(&self, run: &Run) -> bool {
        let has_arrow = |terms: &[Term]| terms.iter().any(is_connective);
        self.within == Within::Statement && self.at > 2 && self.habit() == Habit::Arrow && !has_arrow(&run.terms)
    }

    fn has_two_slashes(&self, name: Token) -> bool {
        let written = self.cx.slice(name);
        written.contains('/') && !text::is_path(written)
    }

    /// Something that was never closed, opened, or nests where nothing may.
    fn unfinished(&mut self, token: Token, run: &mut Run) {
        let span = self.cx.place(token);
        let group = matches!(token.kind, Kind::UnclosedGroup | Kind::StrayClose);
        let nests = token.kind == Kind::UnclosedGroup && nests(self.cx.slice(token));
        let blocks = || (token.kind == Kind::UnclosedGroup).then(|| mistake::list_of_blocks(self.cx, token)).flatten();
        let is_told = token.kind == Kind::StrayClose && mistake::closes_blocks(self.cx, token);
        let mistakes = if token.kind == Kind::Nested {
            mistake::within_group(self.cx, token)
        } else if nests {
            vec![mistake::nested_group(span)]
        } else if let Some(blocks) = blocks() {
            vec![blocks]
        } else if token.kind == Kind::UnclosedGroup {
            vec![mistake::unclosed_group(self.cx, token, self.next_class(token))]
        } else if token.kind == Kind::StrayClose {
            vec![mistake::stray_bracket(self.cx, token, unopened::joined(self.cx, self.tokens, token))]
        } else if token.kind == Kind::TornString {
            vec![mistake::torn_string(self.cx, token)]
        } else {
            vec![mistake::unclosed_text(self.cx, token)]
        };
        self.broken = true;
        if !(group && self.quiet || is_told) {
            self.cx.errors.extend(mistakes);
        }
        self.quiet |= group;
        if token.kind == Kind::UnclosedGroup && !nests {
            // what stands up to the end is what it holds
            return self.unclosed(token, run);
        }
        if token.kind == Kind::StrayClose {
            // without what it closes, neither is what stands before it where it belongs
            self.signs.clear();
        }
        self.inner(token);
        run.joint = None;
        run.flush();
        run.members.push(Term { span, kind: TermKind::Bad });
    }

    /// What a `(` or `[` holds that was never closed, as if it ended where the statement does.
    fn unclosed(&mut self, token: Token, run: &mut Run) {
        if !self.cx.slice(token).starts_with('(') {
            return self.brackets(token, run);
        }
        let next = self.next_class(token);
        self.parens(token, run);
        if let (Some(next), Some(Term { kind: TermKind::Call(call), .. })) = (next, run.members.last_mut()) {
            let parts = std::mem::take(&mut call.parts).into_vec();
            let (own, behind): (Vec<_>, Vec<_>) =
                parts.into_iter().partition(|part| part.first().is_none_or(|first| first.span.range().start < next));
            call.parts = own.into();
            run.members.extend(behind.into_iter().flatten());
        }
    }

    /// Takes the arguments of a class of which the `(` is missing, of which the first token has been taken.
    fn unopened(&mut self, first: Token, close: Token, run: &mut Run) {
        let class = self.before().unwrap_or(first);
        self.wrong(mistake::unopened_arguments(self.cx, class, first, close));
        self.at -= 1;
        let name = run.members.pop();
        let parts = self.group(Token::new(Kind::Parens, first.start(), close.start()));
        // the `)` has its partner now
        self.at += 1;
        if let Some(Term { span: name_span, kind: TermKind::Name(name) }) = name {
            let parts = parts.into_iter().map(|(part, _)| part.into()).collect();
            let span = name_span.to(self.cx.place(close));
            run.members.push(Term { span, kind: TermKind::Call(Box::new(Call { name, name_span, parts })) });
        }
    }

    /// Where the names begin that stand behind the arguments of a `(` which was never closed, and belong to what follows it in
    /// its list: `a(x = 1, b(y = 2)` and `a(x = 1, b`. An argument has its name, and a value behind that.
    fn next_class(&self, token: Token) -> Option<usize> {
        let rest = self.tokens.get(self.at..).unwrap_or_default();
        let inner = rest.get(..rest.partition_point(|inner| inner.start() < token.end())).unwrap_or_default();
        let is_last = |at: usize| inner.get(at + 1).is_none_or(|behind| behind.kind == Kind::Comma);
        let is_lone = |at: usize| inner.get(at).is_some_and(|name| name.kind == Kind::Name) && is_last(at);
        let next = rest.get(inner.len()).filter(|next| matches!(next.kind, Kind::Parens | Kind::UnclosedGroup));
        let opens = next.is_some_and(|next| next.start() == token.end());
        let n_named = inner.iter().rposition(|inner| inner.kind == Kind::Equals);
        // the first lone name behind the last argument that has a value
        let from = n_named.map_or(0, |equals| equals + 2);
        let commas = inner.iter().enumerate().skip(from).filter(|(_, comma)| comma.kind == Kind::Comma);
        let first = commas.map(|(at, _)| at + 1).find(|at| is_lone(*at))?;
        (opens || n_named.is_some()).then(|| inner.get(first).map(|name| name.start()))?
    }

    fn comment(&mut self, token: Token) {
        let form = if token.kind == Kind::DocComment {
            CommentForm::Doc
        } else if token.kind == Kind::LineComment {
            CommentForm::Line
        } else {
            CommentForm::Block
        };
        if token.kind == Kind::UnclosedComment {
            self.cx.errors.push(mistake::unclosed_comment(self.cx, token));
        }
        let before = self.cx.text.get(..token.start()).unwrap_or_default();
        let trailing = !before.trim_end_matches([' ', '\t', '\r']).ends_with('\n');
        self.comments.push(Comment { span: self.cx.place(token), form, trailing });
    }

    /// Takes the tokens within a group.
    fn inner(&mut self, group: Token) -> &[Token] {
        let rest = self.tokens.get(self.at..).unwrap_or_default();
        let count = rest.partition_point(|inner| inner.start() < group.end());
        self.at += count;
        rest.get(..count).unwrap_or_default()
    }

    fn parens(&mut self, token: Token, run: &mut Run) {
        let before = self.before();
        // Behind the word of a statement and a space there is no name, but a value in parentheses.
        let spaced =
            run.terms.is_empty() && run.members.len() == 1 && before.is_some_and(|name| name.end() != token.start());
        let is_name = |before: &Token| before.kind == Kind::Name && run.joint.is_none() && !spaced;
        let name = before.filter(is_name).zip(run.members.last());
        let Some((before, Term { span: name_span, kind: TermKind::Name(name) })) = name else {
            self.inner(token);
            if !self.quiet {
                self.wrong(mistake::lonely_parens(self.cx, token));
            }
            let span = self.cx.place(token);
            return self.place(Term { span, kind: TermKind::Bad }, run);
        };
        let (name, name_span) = (name.clone(), *name_span);
        if before.end() != token.start() {
            self.cx.errors.push(mistake::space_before_parens(self.cx, before, token));
        }
        run.members.pop();
        let parts = self.group(token);
        let parts = parts.into_iter().map(|(part, _)| part.into()).collect();
        let span = name_span.to(self.cx.place(token));
        run.members.push(Term { span, kind: TermKind::Call(Box::new(Call { name, name_span, parts })) });
    }

    fn brackets(&mut self, token: Token, run: &mut Run) {
        let span = self.cx.place(token);
        let mut members = Vec::new();
        for (part, at) in self.group(token) {
            match <[Term; 1]>::try_from(part) {
                Ok([member]) => members.push(member),
                Err(part) => {
                    if !self.broken {
                        self.wrong(mistake::no_comma(&part, at));
                    }
                    members.push(Term { span: at, kind: TermKind::Bad });
                }
            }
        }
        self.place(Term { span, kind: TermKind::List(members.into()) }, run);
    }

    /// The comma-separated parts of a group, each with its place. A comma may stand behind the last one.
    fn group(&mut self, group: Token) -> Vec<(Vec<Term>, Span)> {
        let end = self.tokens.get(self.at..).unwrap_or_default().partition_point(|inner| inner.start() < group.end());
        let end = self.at + end;
        let is_list = self.cx.slice(group).starts_with('[');
        let mut parts: Vec<(Vec<Term>, Span)> = Vec::new();
        let mut run = Run::default();
        let outside = std::mem::replace(&mut self.within, Within::Group);
        while self.at < end
            && let Some(token) = self.next()
        {
            if token.kind == Kind::Colon && self.is_announced() && self.begins_text(token) {
                self.unquoted(token, &mut run);
                continue;
            }
            if token.kind == Kind::Colon
                && (self.is_in_value(token, &run) || is_list && self.is_joined(token, &run))
                && let Some(before) = self.before()
            {
                run.members.pop();
                self.unquoted(before, &mut run);
                continue;
            }
            if matches!(token.kind, Kind::Colon | Kind::Equals)
                && let Some(name) = begun(token.kind, &mut run)
            {
                // the name of the next one stands before its sign
                self.wrong(mistake::no_comma_between(self.cx, &run.terms, name.span));
                part(std::mem::take(&mut run), &mut parts);
                run.members.push(name);
            }
            if token.kind == Kind::Comma {
                self.joint_ends(&mut run);
                if run.is_empty() {
                    self.wrong(mistake::lonely_comma(self.cx, token));
                } else {
                    part(std::mem::take(&mut run), &mut parts);
                }
            } else if token.kind == Kind::Colon {
                run.flush();
                run.terms.push(Term { span: self.cx.place(token), kind: TermKind::Colon });
            } else {
                self.take(token, &mut run);
            }
        }
        self.joint_ends(&mut run);
        if !run.is_empty() {
            part(run, &mut parts);
        }
        self.within = outside;
        parts
    }
}

/// Whether what was never closed opens one group within another.
fn nests(group: &str) -> bool {
    group.chars().filter(|c| !c.is_whitespace()).take_while(|c| matches!(c, '(' | '[')).count() > 1
}

fn is_connective(term: &Term) -> bool {
    matches!(term.kind, TermKind::Arrow | TermKind::PathArrow | TermKind::Equals)
}

/// Whether a term can be no end of a range.
fn is_whole(term: &Term) -> bool {
    matches!(term.kind, TermKind::Range(_) | TermKind::List(_) | TermKind::Call(_))
}
