//! Labels and edits as checks need them.
//!
//! Invariants: no edit touches the standard library or a value that nobody stated, and none replaces what is written with
//! `$`, which others may use as well, but for a parameter of a class, of which `stated` moves the edit to the argument.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::Context;
use super::prose::listed;
use crate::diagnostic::{Code, Diagnostic, Reach};
use crate::graph::Why;
use crate::model::{Layer, Origin, Removed, Workload};
use crate::source::{Provenance, Span, TextEdit};
use crate::syntax;
use crate::value::Duration;

/// A line of flows grows to so many columns; what would be behind is on one of its own.
const MOST_COLUMNS: usize = 100;

/// Edits of one fix, where they can be made.
pub(super) type Edits = Option<Vec<TextEdit>>;

/// What checks add to a diagnostic.
pub(super) trait Mend: Sized {
    /// Says more, where there is something to say.
    #[must_use]
    fn notes<'n>(self, notes: impl IntoIterator<Item = &'n str>) -> Self;

    /// Says at a place that these words of a workload are stated nowhere, or who took them away and where.
    #[must_use]
    fn missing(self, cx: &Context<'_>, workload: &Workload, paths: &[&str], place: Span) -> Self;

    /// Shows where these words of a workload were taken away.
    #[must_use]
    fn taken(self, workload: &Workload, paths: &[&str]) -> Self;

    /// Shows where what a workload stated by a word was taken away, whatever stands behind the word, and who did it.
    #[must_use]
    fn taken_by(self, cx: &Context<'_>, workload: &Workload, word: &str) -> Self;

    /// Says something at a place, which may have a label already.
    #[must_use]
    fn also(self, span: Span, message: impl Into<String>) -> Self;
    /// A fix that may be applied without asking, where its edits can be made.
    #[must_use]
    fn safely(self, title: impl Into<String>, edits: Edits) -> Self;
    /// A fix that wants a choice, where its edits can be made.
    #[must_use]
    fn choice(self, title: impl Into<String>, edits: Edits) -> Self;
    /// A fix that wants a choice and moves a number that others may want moved further, where its edits can be made.
    #[must_use]
    fn choice_to(self, reach: Reach, title: impl Into<String>, edits: Edits) -> Self;
}

impl Mend for Diagnostic {
    fn notes<'n>(self, notes: impl IntoIterator<Item = &'n str>) -> Self {
        notes.into_iter().fold(self, Self::note)
    }

    fn missing(self, cx: &Context<'_>, workload: &Workload, paths: &[&str], place: Span) -> Self {
        let unstated: Vec<String> =
            paths.iter().filter(|path| workload.removed(path).is_none()).map(|path| quoted(path)).collect();
        let are = if unstated.len() == 1 { "is" } else { "are" };
        let mut found = self;
        if !unstated.is_empty() {
            let words = listed(&unstated);
            let n_shown = found.labels.len();
            let nowhere = if workload.job().is_some() {
                "nor in a class, and the defaults are for services"
            } else {
                "nor in a class or the defaults"
            };
            found = found.also(place, format!("{words} {are} stated neither here {nowhere}"));
            // it is stated nowhere for any of those whom it concerns
            if let Some(added) = found.labels.get_mut(n_shown) {
                added.is_aside = true;
            }
        }
        for path in paths.iter().filter(|path| workload.removed(path).is_some()) {
            found = found.also(place, cx.unstated(workload, path));
        }
        found.taken(workload, paths)
    }

    fn taken(self, workload: &Workload, paths: &[&str]) -> Self {
        let removals = paths.iter().filter_map(|path| Some((path, workload.removed(path)?.by.span)));
        let found =
            removals.clone().fold(self, |found, (path, span)| found.also(span, format!("takes {} away", quoted(path))));
        // one overlay may take it away from many
        match removals.clone().next() {
            Some((_, first)) if removals.count() == paths.len() => found.caused_by(first),
            Some(_) | None => found,
        }
    }

    fn taken_by(self, cx: &Context<'_>, workload: &Workload, word: &str) -> Self {
        let is_of_it = |removed: &&Removed| {
            removed.path.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        };
        let mut found = self;
        let mut shown: Option<Span> = None;
        for removed in workload.removed.iter().filter(is_of_it).filter(|removed| removed.path == removed.named) {
            shown = Some(removed.by.span);
            let taken = removed.path.rsplit(' ').next().unwrap_or(word);
            let label = format!("takes `{taken}` away{}", cx.from_layer(removed.by.layer));
            found = found.also(removed.by.span, label);
        }
        // one overlay may take it away from many
        match shown {
            Some(only) => found.caused_by(only),
            None => found,
        }
    }

    fn also(mut self, span: Span, message: impl Into<String>) -> Self {
        let message = message.into();
        match self.labels.iter_mut().find(|label| label.span == span) {
            Some(label) if label.message.is_empty() => label.message = message,
            Some(label) if label.message == message => {}
            Some(label) => {
                label.message.push_str("; ");
                label.message.push_str(&message);
            }
            None => return self.label(span, message),
        }
        self
    }

    fn safely(self, title: impl Into<String>, edits: Edits) -> Self {
        match edits {
            Some(edits) => self.fix(title, edits),
            None => self,
        }
    }

    fn choice(self, title: impl Into<String>, edits: Edits) -> Self {
        match edits {
            Some(edits) => self.unsafe_fix(title, edits),
            None => self,
        }
    }

    fn choice_to(self, reach: Reach, title: impl Into<String>, edits: Edits) -> Self {
        match edits {
            Some(edits) => self.unsafe_fix(title, edits).reaching(reach),
            None => self,
        }
    }
}

impl Context<'_> {
    /// Whether a place is in a file of the user's.
    pub(super) fn is_users(&self, span: Span) -> bool {
        self.sources.is_users(span)
    }

    /// Whether a name is written without quotes.
    pub(super) fn is_bare(&self, name: &Origin<String>) -> bool {
        (name.span.end - name.span.start) as usize == name.value.len() && self.sources.text(name.span) == name.value
    }

    /// What supplied a value, to follow it in a label: nothing for the declaration itself.
    #[expect(clippy::wrong_self_convention, reason = "it reads as what it says: `, from class web`")]
    pub(super) fn from_layer(&self, layer: Layer) -> String {
        if layer == Layer::Declaration { String::new() } else { format!(", from {}", self.model.layer_name(layer)) }
    }

    /// That a word of a workload is not stated, or who took it away: to say what comes of it, or at its name.
    pub(super) fn unstated(&self, workload: &Workload, path: &str) -> String {
        let Some(removed) = workload.removed(path) else { return format!("{} is not stated", quoted(path)) };
        format!("{} is taken away by {}", quoted(path), self.model.layer_name(removed.by.layer))
    }

    /// States a word of a workload: in the place of the `without` that takes it away where that is the declaration's or
    /// stronger, or else as the first statement of the declaration.
    pub(super) fn state_word(&self, workload: &Workload, path: &str, statement: &str) -> Edits {
        match workload.removed(path).filter(|removed| removed.by.layer >= Layer::Declaration) {
            None => self.state(workload, statement),
            Some(removed) if removed.named == path => self.replace(&removed.by, statement),
            Some(_) => None,
        }
    }

    /// States a word of a workload for all that inherit the value which asks for it: in the class that states this, before it in
    /// an overlay, unless a waiver accepts what is `found` of any of them, and else as [`Context::state_word`] does. Says where
    /// others see it as well, to follow what is done: ` in class base`.
    pub(super) fn state_beside<T>(
        &self,
        workload: &Workload,
        value: &Origin<T>,
        statement: &str,
        found: &Code,
    ) -> (Edits, String) {
        let path = statement.split(' ').next().unwrap_or_default();
        // the waiver that another one has would accept nothing any more
        let can = !self.model.is_waived(found) && workload.removed(path).is_none();
        let place = || format!(" in {}", self.model.layer_name(value.layer));
        match value.layer {
            Layer::Class(id) if can => {
                let class = self.model.classes.get(id.0 as usize).filter(|class| self.is_users(class.span));
                if let Some(class) = class {
                    return (self.state_in(class.span, statement), place());
                }
            }
            // where one environment states the number, the others have no need of it
            Layer::OverlayAll(_) | Layer::Overlay(_) if can => {
                return (self.state_before(value.span, statement), place());
            }
            Layer::BuiltIn
            | Layer::PlatformDefaults
            | Layer::EnvironmentDefaults(_)
            | Layer::Class(_)
            | Layer::Declaration
            | Layer::OverlayAll(_)
            | Layer::Overlay(_) => {}
        }
        (self.state_word(workload, path, statement), String::new())
    }

    /// Writes a statement before the one of which the first argument stands there.
    pub(super) fn state_before(&self, argument: Span, statement: &str) -> Edits {
        let file = self.sources.get(argument.file).filter(|file| file.provenance() == Provenance::User)?;
        let before = file.before(argument.start);
        let line = before.rfind('\n').map_or(0, |at| at + 1);
        let start = before.rfind(['{', ';', '\n']).map_or(0, |at| at + 1);
        let start = start + before.get(start..)?.len() - before.get(start..)?.trim_start().len();
        let indent = before.get(line..start)?;
        let is_first = indent.trim().is_empty();
        let between = if is_first { format!("\n{indent}") } else { "; ".to_owned() };
        let place = file.span(argument.file, start..start);
        Some(vec![TextEdit::replace(place, format!("{statement}{between}"))])
    }

    /// States a word that nobody states for all that inherit as a workload does: in the weakest of the user's classes that it
    /// takes over, unless a waiver accepts what is `found` of any of them, and else as [`Context::state_word`] does.
    pub(super) fn state_inherited(&self, workload: &Workload, path: &str, statement: &str, found: &Code) -> Edits {
        let can = !self.model.is_waived(found) && workload.removed(path).is_none();
        match self.own_class(workload).filter(|_| can) {
            Some(class) => self.state_in(class.span, statement),
            None => self.state_word(workload, path, statement),
        }
    }

    /// A time with the unit in which another is written, where it is whole in that.
    pub(super) fn spelled_as(&self, time: Duration, other: &Origin<Duration>) -> String {
        time.spelled_as(self.sources.text(other.span))
    }

    /// Writes `text` in the place of a stated value.
    pub(super) fn replace<T>(&self, origin: &Origin<T>, text: impl Into<String>) -> Edits {
        let is_plain = !self.sources.text(origin.span).contains('$') || self.is_parameter(origin);
        let can = !origin.is_built_in() && self.is_users(origin.span) && is_plain;
        can.then(|| vec![TextEdit::replace(origin.span, text)])
    }

    /// Whether a value is what a class is given for a parameter, and nothing beside it.
    pub(super) fn is_parameter<T>(&self, origin: &Origin<T>) -> bool {
        let name = self.sources.text(origin.span).strip_prefix('$');
        name.is_some_and(|name| self.model.constants.parameter_of(name, origin.span).is_some())
    }

    /// Writes `text` behind a stated value.
    pub(super) fn append<T>(&self, origin: &Origin<T>, text: impl Into<String>) -> Edits {
        let can = !origin.is_built_in() && self.is_users(origin.span);
        can.then(|| vec![TextEdit::insert_after(origin.span, text)])
    }

    /// Takes a clause out: its word and its stated value, which stand beside each other.
    pub(super) fn take_clause<T>(&self, word: &str, value: &Origin<T>) -> Edits {
        self.replace(value, "").filter(|_| !self.is_parameter(value))?;
        let file = self.sources.get(value.span.file)?;
        let before = file.before(value.span.start).trim_end().strip_suffix(word)?.trim_end().len();
        Some(vec![TextEdit::replace(file.span(value.span.file, before..file.range(value.span).end), "")])
    }

    /// Writes another clause in the place of one, of its word and its stated value, which stand beside each other.
    pub(super) fn replace_clause<T>(&self, word: &str, value: &Origin<T>, clause: &str) -> Edits {
        let taken = self.take_clause(word, value)?;
        let [edit] = taken.as_slice() else { return None };
        let before = self.sources.text(edit.span);
        let gap = before.get(..before.len() - before.trim_start().len())?;
        Some(vec![TextEdit::replace(edit.span, format!("{gap}{clause}"))])
    }

    /// Whether the statement whose terms end there has braces.
    pub(super) fn has_block(&self, span: Span) -> bool {
        let behind = self.sources.get(span.file).map(|file| file.behind(span.end));
        behind.is_some_and(|behind| behind.trim_start_matches([' ', '\t']).starts_with('{'))
    }

    /// Writes a statement into the body of a workload's declaration, as its first.
    pub(super) fn state(&self, workload: &Workload, statement: &str) -> Edits {
        self.state_in(workload.name.span, statement)
    }

    /// Writes a statement into the body of the declaration of that name, as its first.
    pub(super) fn state_in(&self, name: Span, statement: &str) -> Edits {
        let file = self.sources.get(name.file).filter(|file| file.provenance() == Provenance::User)?;
        let brace = file.behind(name.end).lines().next()?.find('{')?;
        let at = file.range(name).end + brace;
        let open = file.span(name.file, at..at + 1);
        Some(vec![TextEdit::first_within(open, file, statement)])
    }
}

impl Context<'_> {
    /// Whether some statement allows a flow of a workload: beside it [`Context::allow`] writes. Where there is none, it depends on
    /// the flows of others.
    pub(super) fn begins_flows(&self, source: &Workload) -> bool {
        self.graph.outgoing(source.id).any(|flow| matches!(flow.why, Why::Declared(_)))
    }

    /// Allows a flow of a workload to an end where flows stand: in the last statement that it has of its own in the user's files,
    /// if none can take it below the last, if not there then in another environment; where it has none, below the last of the
    /// file that has most; where nobody has any, at the end of its own. Only statements and declarations at the start of a line
    /// are written in or below.
    pub(super) fn allow(&self, source: &Workload, end: &str) -> Edits {
        let statement = &format!("allow {} -> {end}", source.name.value);
        let stated = |workload: &Workload| -> Vec<Span> {
            let declared = self.graph.outgoing(workload.id).filter_map(|flow| flow.declared(self.model));
            let statements = declared.flat_map(|flow| &flow.statements).filter_map(|id| self.model.statement(*id));
            statements.map(|statement| statement.span).collect()
        };
        let mut own = stated(source);
        if own.is_empty() {
            let same = self.model.workloads().filter(|known| known.name.value == source.name.value);
            own = same.flat_map(stated).collect();
        }
        if !own.is_empty() {
            own.sort_by_key(|span| (self.sources.path(*span), span.start));
            own.dedup();
            if let Some(merged) = own.iter().rev().find_map(|span| self.merged(*span, &source.name.value, end)) {
                return Some(merged);
            }
            let below = own.iter().rev().find_map(|span| self.below(*span, statement));
            return below.or_else(|| self.below_declaration(source.name.span, statement));
        }
        let mut files: BTreeMap<&str, Vec<Span>> = BTreeMap::new();
        for known in self.model.statements.iter().filter(|known| self.is_users(known.span)) {
            files.entry(self.sources.path(known.span)).or_default().push(known.span);
        }
        // the first of those that have as many
        let mut files: Vec<Vec<Span>> = files.into_values().collect();
        files.sort_by_key(|places| Reverse(places.len()));
        for places in &mut files {
            places.sort_unstable();
            if let Some(below) = places.iter().rev().find_map(|span| self.below(*span, statement)) {
                return Some(below);
            }
        }
        let name = source.name.span;
        let file = self.sources.get(name.file).filter(|file| file.provenance() == Provenance::User)?;
        let end = file.text().len();
        let gap = if file.text().ends_with('\n') { "\n" } else { "\n\n" };
        Some(vec![TextEdit::replace(file.span(name.file, end..end), format!("{gap}{statement}\n"))])
    }

    /// Writes another end into a statement that allows flows of one source and says nothing of them but where they end: whatever
    /// else it said would hold of the new one as well.
    fn merged(&self, place: Span, source: &str, end: &str) -> Edits {
        let file = self.sources.get(place.file).filter(|file| file.provenance() == Provenance::User)?;
        let (before, behind) = (file.text().get(..file.range(place).start)?, file.behind(place.end));
        let ends_line = behind.is_empty() || behind.starts_with(['\n', '\r']);
        let is_whole = (before.is_empty() || before.ends_with('\n')) && ends_line && !self.has_block(place);
        let text = self.sources.text(place);
        let (known, ends) = text.strip_prefix("allow ")?.split_once("->")?;
        let is_plain = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_' | '.' | '/');
        let is_end = |known: &str| !known.is_empty() && known.chars().all(is_plain);
        let is_alike = known.trim() == source && ends.split(',').map(str::trim).all(is_end);
        let more = format!(", {end}");
        let fits = !text.contains('\n') && text.chars().count() + more.len() <= MOST_COLUMNS;
        (is_whole && is_alike && fits).then(|| vec![TextEdit::insert_after(place, more)])
    }

    /// Writes a statement on a line of its own below the declaration of that name, wherever that ends.
    fn below_declaration(&self, name: Span, statement: &str) -> Edits {
        let file = self.sources.get(name.file).filter(|file| file.provenance() == Provenance::User)?;
        let own = file.range(name);
        let start = file.text().get(..own.start)?.rfind('\n').map_or(0, |at| at + 1);
        let rest = file.text().get(start..)?;
        let tree = syntax::parse(name.file, &rest.into());
        let declaration = tree.statements().next()?.span.range();
        let is_its = declaration.start == 0 && declaration.contains(&(own.start - start));
        let behind = rest.get(declaration.end..)?.lines().next().unwrap_or_default();
        let ends = behind.trim().is_empty() || behind.trim_start().starts_with("//");
        let end = start + declaration.end + behind.len();
        let place = file.span(name.file, end..end);
        (is_its && ends).then(|| vec![TextEdit::replace(place, format!("\n\n{statement}"))])
    }

    /// Takes a statement that allows or rules out a flow out of the user's files, its braces with it.
    pub(super) fn take_out(&self, head: Span) -> Edits {
        let file = self.sources.get(head.file).filter(|file| file.provenance() == Provenance::User)?;
        let length = if self.has_block(head) { block_length(file.behind(head.end))? } else { 0 };
        let range = file.range(head);
        Some(vec![TextEdit::take_out(file.span(head.file, range.start..range.end + length), file)])
    }

    /// Takes one of several out of a list, and the comma that parts it from the next or from the one before.
    pub(super) fn take_listed(&self, one: Span) -> Edits {
        let file = self.sources.get(one.file).filter(|file| file.provenance() == Provenance::User)?;
        let (range, behind) = (file.range(one), file.behind(one.end));
        let next = behind.trim_start().strip_prefix(',').map(str::trim_start);
        let range = match next {
            Some(next) => range.start..range.end + behind.len() - next.len(),
            None => file.before(one.start).trim_end().strip_suffix(',')?.len()..range.end,
        };
        Some(vec![TextEdit::replace(file.span(one.file, range), "")])
    }

    /// Takes a statement of a word and its one stated value out.
    pub(super) fn take_statement<T>(&self, word: &str, value: &Origin<T>) -> Edits {
        let taken = self.take_clause(word, value)?;
        let [edit] = taken.as_slice() else { return None };
        let file = self.sources.get(edit.span.file)?;
        let range = file.range(edit.span);
        let gap = self.sources.text(edit.span).find(word)?;
        Some(vec![TextEdit::take_out(file.span(edit.span.file, range.start + gap..range.end), file)])
    }

    /// Takes a statement out of the braces of a word, and the word where it holds nothing else.
    pub(super) fn take_out_of(&self, word: &str, statement: Span) -> Edits {
        let file = self.sources.get(statement.file).filter(|file| file.provenance() == Provenance::User)?;
        let head = file.before(statement.start).trim_end().strip_suffix('{').map(str::trim_end);
        let head = head.and_then(|before| before.strip_suffix(word)).map(str::len);
        let behind = file.behind(statement.end);
        let rest = behind.trim_start_matches(|c: char| c.is_whitespace() || c == ';').strip_prefix('}');
        match (head, rest) {
            (Some(start), Some(rest)) => {
                let end = file.range(statement).end + (behind.len() - rest.len());
                Some(vec![TextEdit::take_out(file.span(statement.file, start..end), file)])
            }
            (None, _) | (_, None) => self.take_out(statement),
        }
    }

    /// Takes a statement out of the braces of another, and the braces where they hold nothing else.
    pub(super) fn take_out_within(&self, statement: Span) -> Edits {
        let file = self.sources.get(statement.file).filter(|file| file.provenance() == Provenance::User)?;
        let head = file.before(statement.start).trim_end().strip_suffix('{').map(|before| before.trim_end().len());
        let behind = file.behind(statement.end);
        let rest = behind.trim_start_matches(|c: char| c.is_whitespace() || c == ';').strip_prefix('}');
        match (head, rest) {
            (Some(start), Some(rest)) => {
                let end = file.range(statement).end + (behind.len() - rest.len());
                Some(vec![TextEdit::replace(file.span(statement.file, start..end), "")])
            }
            (None, _) | (_, None) => self.take_out(statement),
        }
    }

    /// Writes a statement on the line below a place of the user's that begins at the start of a line and ends at the end
    /// of one, but for a comment.
    pub(super) fn below(&self, place: Span, statement: &str) -> Edits {
        let file = self.sources.get(place.file).filter(|file| file.provenance() == Provenance::User)?;
        let range = file.range(place);
        let before = file.text().get(..range.start)?;
        let behind = file.behind(place.end);
        let block = if behind.trim_start_matches([' ', '\t']).starts_with('{') { block_length(behind)? } else { 0 };
        let rest = behind.get(block..)?.lines().next().unwrap_or_default();
        let is_whole = before.is_empty() || before.ends_with('\n');
        let ends = rest.trim().is_empty() || rest.trim_start().starts_with("//");
        let end = range.end + block + rest.len();
        (is_whole && ends).then(|| vec![TextEdit::replace(file.span(place.file, end..end), format!("\n{statement}"))])
    }
}

/// How long the braces of a flow are, with what stands before them; they hold no others.
fn block_length(behind: &str) -> Option<usize> {
    let line = behind.lines().next()?;
    match line.find('}') {
        Some(at) => Some(at + 1),
        // braces that close on a later line do so at its start
        None => Some(behind.find("\n}")? + "\n}".len()),
    }
}

/// The last word of a path, as it is shown.
fn quoted(path: &str) -> String {
    format!("`{}`", path.rsplit(' ').next().unwrap_or(path))
}
