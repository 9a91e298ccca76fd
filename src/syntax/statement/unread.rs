//! What is no term in a statement: text and cron expressions without quotes, and characters that belong to nothing.

use super::{Habit, Reader, Run, Within};
use crate::source::Span;
use crate::syntax::token::{Kind, Token};
use crate::syntax::unquoted::Holds;
use crate::syntax::{cron, mistake, text, unquoted};
use crate::value::{Term, TermKind};

impl Reader<'_, '_, '_> {
    /// Where the tokens end that stand behind `end` without a space.
    pub(super) fn glued(&self, end: usize) -> usize {
        let part = |token: &&Token| token.is_unquoted();
        let mut end = end;
        for token in self.tokens.get(self.at..).unwrap_or_default().iter().take_while(part) {
            if token.start() != end {
                break;
            }
            end = token.end();
        }
        end
    }

    /// Takes text that lacks its quotes, `nginx:1.25`, from its first token on.
    pub(super) fn unquoted(&mut self, first: Token, run: &mut Run) {
        let last = self.tokens.get(self.at.saturating_sub(1)).map_or(first, |last| *last);
        let end = self.glued(last.end());
        while self.tokens.get(self.at).is_some_and(|token| token.start() < end) {
            self.at += 1;
        }
        let span = self.cx.span(first.start(), end);
        if let Some(name) = self.named(span) {
            return self.place(Term { span, kind: TermKind::Name(name.into()) }, run);
        }
        let mistake = match (self.habit(), self.within, self.holds()) {
            _ if self.is_key(first, span) => unquoted::key(self.cx, span),
            (Habit::Arrow, ..) if gives_reason(run) => unquoted::finding(self.cx, span),
            (Habit::Arrow, ..) => unquoted::end_of_flow(self.cx, span),
            (Habit::Own | Habit::Foreign, Within::Group, _) => unquoted::argument(self.cx, span),
            (_, Within::Statement, Some(holds)) => unquoted::value(self.cx, span, holds),
            (_, Within::Statement, None) => {
                let used = if self.word() == Some("use") { unquoted::used(self.cx, span) } else { None };
                used.unwrap_or_else(|| unquoted::finding(self.cx, span))
            }
        };
        self.wrong(mistake);
        self.place(Term { span, kind: TermKind::Bad }, run);
    }

    /// Whether a text is a key with the `:` of a map behind it: it begins the statement, or stands behind its word with more behind it.
    fn is_key(&self, first: Token, span: Span) -> bool {
        let text = self.cx.text.get(span.range()).unwrap_or_default();
        let is_at = |at: usize| self.tokens.get(at).is_some_and(|token| token.start() == first.start());
        let goes_on = self.at < self.tokens.len();
        self.within == Within::Statement
            && self.habit() == Habit::Foreign
            && (is_at(0) || is_at(1) && goes_on)
            && unquoted::is_key(text)
    }

    /// What may stand here as the value of a name; `None` where a statement takes it.
    fn holds(&self) -> Option<Holds> {
        let is_let = self.tokens.first().is_some_and(|first| self.cx.slice(*first) == "let");
        match (self.within, self.habit()) {
            (Within::Group, Habit::Own | Habit::Foreign) => Some(Holds::OneValue),
            (Within::Statement, Habit::Own) => Some(if is_let { Holds::Anything } else { Holds::OneValue }),
            (Within::Group | Within::Statement, Habit::Arrow) | (Within::Statement, Habit::Foreign) => None,
        }
    }

    /// The name that was meant by something with a `:` in it: the end of a flow, or a module, which is told where those are known.
    fn named(&mut self, span: Span) -> Option<String> {
        if self.habit() == Habit::Arrow {
            let (name, finding) = unquoted::port_behind_colon(self.cx, span)?;
            self.cx.errors.extend(finding);
            return Some(name);
        }
        let is_use = self.tokens.first().is_some_and(|first| self.cx.slice(*first) == "use");
        let text = self.cx.text.get(span.range()).filter(|text| is_use && text.starts_with("std:"))?;
        Some(text.to_owned())
    }

    /// Whether a `:` belongs to a value that lacks its quotes, behind the `=` or `example` of a parameter or an argument.
    pub(super) fn is_in_value(&self, colon: Token, run: &Run) -> bool {
        let is_value = run.terms.last().is_some_and(|last| last.kind == TermKind::Equals || last.is_name("example"));
        is_value && self.is_joined(colon, run)
    }

    /// Whether a `:` joins the value before it and what stands behind it, without a space on either side.
    pub(super) fn is_joined(&self, colon: Token, run: &Run) -> bool {
        let before = self.before().is_some_and(|before| {
            before.end() == colon.start()
                && matches!(before.kind, Kind::Name | Kind::Number | Kind::Address | Kind::String)
        });
        before && run.members.len() == 1 && self.glued(colon.end()) > colon.end()
    }

    /// Takes a cron expression that lacks its quotes, of which the first token has been taken.
    pub(super) fn cron(&mut self, span: Span, run: &mut Run) {
        while self.tokens.get(self.at).is_some_and(|token| span.range().contains(&token.start())) {
            self.at += 1;
        }
        let word = self.word();
        // behind the name of a `let` it is no value of the word
        let word = word.filter(|_| self.habit() == Habit::Foreign);
        let mistake = cron::mistake(self.cx, span, word);
        self.wrong(mistake);
        run.joint = None;
        run.flush();
        run.members.push(Term { span, kind: TermKind::Bad });
    }

    pub(super) fn odd(&mut self, token: Token, run: &mut Run) {
        let span = self.cx.place(token);
        let follows = self.before().is_some_and(|before| before.kind == Kind::Odd);
        if follows && let Some(last) = run.members.last_mut().filter(|last| last.kind == TermKind::Bad) {
            last.span = last.span.to(span);
            return;
        }
        if let Some(name) = self.named(span) {
            return self.place(Term { span, kind: TermKind::Name(name.into()) }, run);
        }
        let text = self.cx.slice(token);
        if let Some(high) = self.high_of(token, run) {
            let low = run.members.pop().map_or(span, |low| low.span);
            let whole = low.to(self.cx.place(high));
            self.at += 1;
            let mistake = unquoted::spaced_range(self.cx, [low, span, self.cx.place(high)], self.holds());
            self.wrong(mistake);
            run.members.push(Term { span: whole, kind: TermKind::Bad });
            return;
        }
        if self.is_key(token, span) {
            let mistake = unquoted::key(self.cx, span);
            self.wrong(mistake);
            return self.place(Term { span, kind: TermKind::Bad }, run);
        }
        if is_numbered(text) && self.habit() == Habit::Arrow {
            // a port by its number, which is told with the port's name where it is known
            let term = Term { span, kind: TermKind::Name(text.into()) };
            return self.place(term, run);
        }
        if text == "%"
            && let Some(number) = run.members.last_mut().filter(|last| matches!(last.kind, TermKind::Number(_)))
        {
            let number = number.span;
            let mistake = mistake::spaced_percent(self.cx, number, span);
            self.wrong(mistake);
            if let Some(last) = run.members.last_mut() {
                *last = Term { span: number.to(span), kind: TermKind::Bad };
            }
            return;
        }
        let used = if self.word() == Some("use") { unquoted::used(self.cx, span) } else { None };
        let constant = used.or_else(|| self.holds().and_then(|holds| unquoted::constant(text, span, holds)));
        let mistake = constant.unwrap_or_else(|| mistake::odd(self.cx, token));
        let is_end = self.habit() == Habit::Arrow && !gives_reason(run);
        let mistake = if is_end { unquoted::named_end(self.cx, span, mistake) } else { mistake };
        self.wrong(mistake);
        run.joint = None;
        run.flush();
        run.members.push(Term { span, kind: TermKind::Bad });
    }

    /// The number behind a sign that stands between two, as in `100m - 200m`.
    pub(super) fn high_of(&self, sign: Token, run: &Run) -> Option<Token> {
        let low = run.members.last()?;
        let is_like = |high: &Token| {
            high.kind == Kind::Number && matches!(low.kind, TermKind::Number(_))
                || high.kind == Kind::Address && matches!(low.kind, TermKind::Address(_))
        };
        let high = self.tokens.get(self.at).copied().filter(is_like)?;
        let is_between = self.before().is_some_and(|before| self.cx.place(before) == low.span);
        (is_between && run.joint.is_none() && ["-", "–", "—", "~", "/"].contains(&self.cx.slice(sign))).then_some(high)
    }
}

/// Whether the words of a reason are read.
fn gives_reason(run: &Run) -> bool {
    run.terms.iter().chain(&run.members).any(|term| term.is_name("because"))
}

/// Whether a text is a name and a number behind a dot, as `web.8080`.
fn is_numbered(text: &str) -> bool {
    let Some((name, port)) = text.split_once('.') else { return false };
    text::is_word(name) && !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit())
}
