//! Who makes an object that is named after its workload, `web-billing` being that of `secret billing`, or of `config billing`, of
//! web; and what is said of a key that it has not.

use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Environment, EnvironmentId, Origin, Program, Workload};
use crate::value::{quoted, similar};

/// So many keys are pointed at.
const SHOWN: usize = 3;

/// An object with keys that a word of a workload makes.
pub(super) struct Made<'a> {
    /// What it is to Kubernetes: `Secret`.
    pub(super) kind: &'static str,
    /// The word that makes it.
    pub(super) word: &'static str,
    /// Its name.
    pub(super) object: String,
    /// Whose word it is.
    pub(super) maker: &'a Workload,
    /// What stands behind the word.
    pub(super) own: &'a Origin<String>,
    /// Its keys, in order.
    pub(super) keys: Vec<&'a Origin<String>>,
}

/// A key that is read and not there.
pub(super) struct Missing<'a> {
    /// What reads it: "`env TOKEN`".
    pub(super) by: String,
    /// The key.
    pub(super) key: &'a Origin<String>,
    /// The statement that would make it.
    pub(super) adds: String,
    /// What is to be said of that statement.
    pub(super) aside: &'static str,
    /// Why it matters in the cluster.
    pub(super) why: &'static str,
}

/// The workloads that make objects by a word.
pub(super) struct Makers<'a, T> {
    /// In order of environment and name, as the model keeps them. A workload whose words could not be read is not among them.
    all: Vec<(&'a Workload, &'a [T])>,
    /// What stands behind the word.
    name: fn(&T) -> &str,
}

impl<'a, T> Makers<'a, T> {
    /// Those of a word, what stands behind it being its `name`.
    pub(super) fn new(cx: &Context<'a>, word: fn(&Program) -> &[T], name: fn(&T) -> &str) -> Self {
        let all = cx.programs().map(|(workload, program, _)| (workload, word(program)));
        Self { all: all.filter(|(_, made)| !made.is_empty()).collect(), name }
    }

    /// Who in an environment makes the object of this name, and by which of its words. A name may be cut at each of its `-`:
    /// `a-b-c` is `c` of a-b or `b-c` of a.
    pub(super) fn of(&self, home: EnvironmentId, object: &str) -> Option<(&'a Workload, &'a T)> {
        if self.all.is_empty() {
            return None;
        }
        object.match_indices('-').find_map(|(at, _)| {
            let (name, own) = (object.get(..at)?, object.get(at + 1..)?);
            let order = |(workload, _): &(&Workload, _)| {
                (workload.environment, workload.name.value.as_str()).cmp(&(home, name))
            };
            let (workload, made) = self.all.get(self.all.binary_search_by(order).ok()?)?;
            made.iter().find(|made| (self.name)(made) == own).map(|made| (*workload, made))
        })
    }

    /// Each in an environment who has a word of this name, in order of name.
    pub(super) fn by_own(&self, home: EnvironmentId, own: &str) -> Vec<(&'a Workload, &'a T)> {
        let here = self.all.iter().filter(|(workload, _)| workload.environment == home);
        let made = here.flat_map(|(workload, made)| made.iter().map(|made| (*workload, made)));
        made.filter(|(_, made)| (self.name)(made) == own).collect()
    }
}

/// What is said of a key that an object has not.
pub(super) fn keyless(
    cx: &Context<'_>,
    code: &'static Code,
    (workload, environment): (&Workload, &Environment),
    missing: &Missing<'_>,
    made: &Made<'_>,
) -> Diagnostic {
    let Missing { by, key, adds, aside, why } = missing;
    let Made { kind, word, maker, own, keys, .. } = made;
    let (name, object) = (&workload.name.value, quoted(&made.object));
    let is_others = maker.id != workload.id;
    let which = if is_others {
        format!("the {kind} {object} of {}", maker.name.value)
    } else {
        format!("`{word} {}`", own.value)
    };
    let title = format!("{by} of {name} reads {which}, which has no key `{}`", key.value);
    let near = similar::nearest(&key.value, keys.iter().map(|key| key.value.as_str()));
    // where there is but one key, it may be meant however it is called
    let meant = match (near.as_slice(), keys.as_slice()) {
        ([], [only]) => vec![only.value.as_str()],
        _ => near.clone(),
    };
    let mut found = finding(code, workload, environment, key.span, title)
        .here(format!("no such key{}", cx.from_layer(key.layer)))
        .did_you_mean(&near);
    if is_others {
        found = found.also(own.span, format!("makes the {kind} {object}"));
    }
    found = match keys.as_slice() {
        [] => found,
        [only] => found.also(only.span, "its only key"),
        several => several.iter().take(SHOWN).fold(found, |found, key| found.also(key.span, "one of its keys")),
    };
    let whose = if is_others { format!(" of {}", maker.name.value) } else { String::new() };
    let add = format!("add `{adds}` to `{word} {}`{whose}{aside}", own.value);
    let known: Vec<String> = keys.iter().map(|key| format!("`{}`", key.value)).collect();
    let found = found.note(*why).help(if known.is_empty() {
        format!("it has none: {add}")
    } else {
        format!("its keys: {}; name one of these, or {add}", known.join(", "))
    });
    meant
        .iter()
        .fold(found, |told, better| told.choice(format!("write {}", quoted(better)), cx.replace(key, quoted(better))))
}
