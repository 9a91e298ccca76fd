//! A test can be judged: it expects findings and objects that there can be, and compares what can be compared.

use super::condition;
use crate::check::Context;
use crate::check::prose::listed;
use crate::check::waivers::{self, Named};
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::model::Origin;
use crate::model::test::{Expected, Grade, Presence, Test};
use crate::object::Kind;
use crate::source::TextEdit;
use crate::value::similar;

crate::check! {
    /// ## What it means
    /// A `test` expects a finding of a code that no finding has, an object of a kind that is not built, or compares the fields of an object with
    /// what they cannot be.
    ///
    /// ## Why it matters in the cluster
    /// The test would always fail, or never, and whoever wrote it would believe that it says something.
    ///
    /// ## How to mend it
    /// Write the code, the kind or the field that is meant. Fields are those of the object as it is built, from the outermost on: `bvlc build -o -`
    /// shows them.
    ///
    /// ```bvl bad in=file
    /// test "web is built" { expect object Deploymant/app } //~ BVL1004 "no object of kind `Deploymant` is built"
    /// ```
    /// ```bvl fixed in=file
    /// test "web is built" { expect object Deployment/app }
    /// ```
    /// ```bvl bad in=file
    /// test "app keeps two" { expect object Deployment/app where sepc.replicas == 2 } //~ BVL1004 "an object has no field `sepc`"
    /// ```
    /// ```bvl fixed in=file
    /// test "app keeps two" { expect object Deployment/app where spec.replicas == 2 }
    /// ```
    /// ```bvl bad in=file
    /// test "app stops in time" { expect error BVL9701 on app } //~ BVL1004 "no finding has the number or name"
    /// ```
    /// ```bvl good in=file
    /// test "app stops in time" { expect error BVL0701 on app }
    /// ```
    /// A platform with an error is not built, so nothing can be expected of its objects beside one:
    /// ```bvl bad in=file
    /// test "app stops in time" {
    ///   expect error BVL0701 on app
    ///   expect object Deployment/app //~ BVL1004 "beside an error"
    /// }
    /// ```
    /// ```bvl good in=file
    /// test "app stops in time" { expect error BVL0701 on app }
    /// test "app is built" { expect object Deployment/app where spec.replicas in 1..3 and metadata.name == "app" }
    /// ```
    ///
    /// ## Source
    /// The language's own: a test says what is to come, so that each of them can fail.
    BVL1004, "unfit-test", Error(Stated), since "0.1.0" => run
}

/// Whether a code says that a test cannot be judged.
pub fn is_of_tests(code: &Code) -> bool {
    code == &BVL1004
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for test in &cx.model.tests {
        judge(test, sink);
    }
}

fn judge(test: &Test, sink: &mut Sink) {
    let errors = test.expectations.iter().find(|one| matches!(one.what, Expected::Finding { grade: Grade::Error, .. }));
    for expectation in &test.expectations {
        match &expectation.what {
            Expected::Flow(..) | Expected::Path(..) => {}
            Expected::Finding { grade, code, .. } => {
                if let Some(finding) = unknown_code(code, *grade) {
                    sink.report(finding);
                }
            }
            Expected::Object { kind, condition, presence, .. } => {
                if let Some(finding) = unknown_kind(kind) {
                    sink.report(finding);
                }
                let read = condition.as_ref().map(|terms| condition::read(terms, expectation.span, &BVL1004));
                if let Some(Err(finding)) = read {
                    sink.report(*finding);
                }
                if let Some(error) = errors {
                    let what = match presence {
                        Presence::There => "an object",
                        Presence::Absent => "the absence of an object",
                    };
                    sink.report(
                        Diagnostic::new(&BVL1004, expectation.span, format!("{what} is expected beside an error"))
                            .here("nothing is built of a platform with an error")
                            .label(error.span, "the error")
                            .help("write two tests: one of the error, one of the objects"),
                    );
                }
            }
        }
    }
}

fn unknown_code(code: &Origin<String>, grade: Grade) -> Option<Diagnostic> {
    let told = |title: String| Diagnostic::new(&BVL1004, code.span, title);
    match waivers::find(&code.value) {
        Named::Check(_) | Named::Unreadable(_) => None,
        Named::Nothing => {
            let near = waivers::near(&code.value);
            let told = told(format!("no finding has the number or name `{}`", code.value));
            let what = match grade {
                Grade::Error => "an error",
                Grade::Warning => "a warning",
            };
            Some(if near.is_empty() {
                told.here(format!("the code of {what} is expected"))
                    .help("write the number or the name that the message of the finding shows; `bvlc list codes` lists them all")
            } else {
                told.guess(&near, |near| vec![TextEdit::replace(code.span, near)])
            })
        }
    }
}

fn unknown_kind(kind: &Origin<String>) -> Option<Diagnostic> {
    let kinds = Kind::ALL.map(Kind::as_str);
    if kinds.contains(&kind.value.as_str()) {
        return None;
    }
    let told = Diagnostic::new(&BVL1004, kind.span, format!("no object of kind `{}` is built", kind.value));
    let lower = kind.value.to_ascii_lowercase();
    let alike: Vec<&str> = kinds.into_iter().filter(|known| known.to_ascii_lowercase() == lower).collect();
    let near = if alike.is_empty() { similar::nearest(&kind.value, kinds) } else { alike };
    let edit = |near: &str| vec![TextEdit::replace(kind.span, near)];
    Some(match near.as_slice() {
        [] => told.here("never there").help(format!("kinds that are built: {}", listed(&kinds))),
        // a kind is no name of the writer's own
        [only] => told.did_you_mean(&near).fix(format!("write `{only}`"), edit(only)),
        near => told.guess(near, edit),
    })
}
