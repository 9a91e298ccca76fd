//! What a statement has in the place of a value, and the names that may have been meant by it.

use super::super::environments::name_of;
use super::super::unsigned::{may_fit, offer};
use super::Known;
use crate::diagnostic::{Applicability, Diagnostic};
use crate::model::codes::BVL0203;
use crate::source::Span;
use crate::value::{Term, TermKind, similar};
use crate::vocabulary::{Argument, Presence, Split, Type};

/// A bare word in the place of a value.
struct Bare<'t> {
    /// The place of what stands there, both ends of a range.
    whole: Span,
    /// The words of which one is wrong, each with its place.
    words: Vec<(&'t str, Span)>,
    /// What is expected.
    ty: Type,
    /// Whether a list may stand there.
    presence: Presence,
}

impl<'t> Bare<'t> {
    /// The bare words of a statement that stand where values are taken.
    fn all(split: &Split<'t>) -> impl Iterator<Item = Self> {
        let expects = split.variant.unwrap_or(split.word);
        let of = |terms: &'t [Term], arguments: &'static [Argument]| {
            let places = terms.iter().zip(arguments).filter(|(_, argument)| !argument.ty.is_declared());
            places.flat_map(|(term, argument)| {
                let (members, presence) = match (argument.presence, &term.kind) {
                    // one of several is one value
                    (Presence::List, TermKind::List(_)) => (term.members(), Presence::Required),
                    (presence, _) => (std::slice::from_ref(term), presence),
                };
                members.iter().map(move |member| Self::of(member, argument.ty, presence))
            })
        };
        let clauses: Vec<_> = split.clauses.iter().flat_map(|(clause, _, terms)| of(terms, clause.args)).collect();
        of(split.args, expects.args).chain(clauses)
    }

    fn of(term: &'t Term, ty: Type, presence: Presence) -> Self {
        let ends: Vec<&Term> = if let TermKind::Range(ends) = &term.kind { vec![&ends.0, &ends.1] } else { vec![term] };
        let words = ends.iter().filter_map(|end| Some((end.name()?, end.span))).collect();
        Self { whole: term.span, words, ty, presence }
    }

    /// Whether a value may stand there.
    fn takes(&self, value: &Term) -> bool {
        match self.presence {
            Presence::List => value.members().iter().all(|member| fits(self.ty, member)),
            Presence::Required | Presence::Optional => fits(self.ty, value),
        }
    }
}

/// Whether a value is one of a type; a text may stand for a word.
fn fits(ty: Type, value: &Term) -> bool {
    let word = value.text().filter(|_| ty.is_word());
    let word = word.map(|text| Term { span: value.span, kind: TermKind::Name(text.into()) });
    ty.check(word.as_ref().unwrap_or(value)).is_ok()
}

impl Known<'_, '_> {
    /// Offers the names that may have been meant, with their `$`, where bare words are refused.
    pub(super) fn unsigned(&self, split: &Split<'_>, findings: &mut [Diagnostic]) {
        if findings.iter().all(|finding| finding.code != &BVL0203) {
            return;
        }
        for bare in Bare::all(split).filter(|bare| !bare.words.is_empty()) {
            let is_of = |finding: &Diagnostic| {
                let place = finding.span();
                finding.code == &BVL0203
                    && !finding.is_of_name
                    && (place == Some(bare.whole) || bare.words.iter().any(|(_, span)| place == Some(*span)))
            };
            for finding in findings.iter_mut().filter(|finding| is_of(finding)) {
                let meant: Vec<(Span, Vec<String>)> =
                    bare.words.iter().map(|(word, span)| (*span, self.meant(word, &bare, finding))).collect();
                // whatever it stands for, its text was hardly meant
                if bare.words.iter().any(|(word, _)| self.is_known(word)) {
                    for fix in &mut finding.fixes {
                        fix.applicability = Applicability::Unsafe;
                    }
                }
                match (meant.as_slice(), bare.words.as_slice()) {
                    ([(span, signed)], [(word, _)]) => offer(finding, (*span, word), signed),
                    ([(low, first), (high, last)], _) => {
                        if let (Some(first), Some(last)) = (first.first(), last.first()) {
                            offer(finding, (low.to(*high), ""), &[format!("{first}..{last}")]);
                        }
                    }
                    _ => {}
                }
            }
        }
    }

    /// The names that a bare word may be meant for, with their `$`: the one that it is, or those that are like it, unless it is like
    /// something else that stands there.
    fn meant(&self, word: &str, bare: &Bare<'_>, finding: &Diagnostic) -> Vec<String> {
        let own = || self.parameters.iter().filter_map(|part| Some((name_of(part)?.name()?, &**part)));
        let declared = |name: &str| {
            let own = own().find(|(known, _)| *known == name).map(|(_, part)| part);
            own.or_else(|| self.constants.get(name).copied())
        };
        let may_stand = |name: &str| match declared(name) {
            Some(terms) => may_fit(terms, |value| bare.takes(value)),
            None => self.built_in.contains(&name) && matches!(bare.ty, Type::Value | Type::Text | Type::Content),
        };
        let names = if self.is_known(word) {
            vec![word]
        } else if finding.fixes.iter().flat_map(|fix| &fix.edits).any(|edit| !edit.text.starts_with('"')) {
            Vec::new()
        } else {
            let global = self.global.nearest_of(word, |name| may_stand(name));
            similar::nearest(word, global.into_iter().chain(own().map(|(name, _)| name)))
        };
        names.into_iter().filter(|name| may_stand(name)).map(|name| format!("${name}")).collect()
    }
}
