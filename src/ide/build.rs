//! What `bvlc build` makes of the platform as it is edited, proven as that does; nothing is written.
//!
//! Invariant: a `param` that has no value stands at its example: what is deployed is given its values by whoever builds.

use std::fmt::Write as _;

use super::View;
use super::lenses::is_of;
use super::obstacles::obstacles;
use crate::compile::compile_with_examples;
use crate::output::yaml;

/// Manifests of an environment, and what comes of the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// What it is: `build of prod`.
    pub title: String,
    /// YAML: a comment about every environment, then the objects of this one in the order in which they are applied.
    pub text: String,
}

/// What comes of the platform, with the manifests of an environment, or else of the first. It ends early once `is_wanted`
/// says no.
///
/// # Errors
/// A sentence that says why nothing is made.
pub fn build(view: &View, environment: Option<&str>, is_wanted: &dyn Fn() -> bool) -> Result<Built, String> {
    let Some(checked) = view.analysis.checked() else {
        let lines = obstacles(&view.analysis, None);
        let text = lines
            .iter()
            .fold("# nothing is built while something is wrong:".to_owned(), |text, line| format!("{text}\n# {line}"));
        return Ok(Built { title: "build".to_owned(), text: format!("{text}\n") });
    };
    let model = checked.model();
    let compilation = compile_with_examples(&checked);
    let (mut told, mut text, mut shown) = (String::new(), String::new(), None);
    for objects in compilation.environments() {
        let title = model.environment_title(objects.environment).to_owned();
        let is_shown = shown.is_none() && environment.is_none_or(|wanted| is_of(&title, wanted));
        let (mut n_objects, mut documents) = (0, Vec::new());
        for some in objects {
            if !is_wanted() {
                return Err("nobody waits for it".to_owned());
            }
            n_objects += some.len();
            if is_shown {
                documents.extend(some);
            }
        }
        let _ = writeln!(told, "# {title}: {n_objects} {}", if n_objects == 1 { "object" } else { "objects" });
        if is_shown {
            documents.sort_by(|a, b| a.apply_key().cmp(&b.apply_key()));
            for object in &documents {
                text.push_str("---\n");
                text.push_str(&yaml::document(object).map_err(|error| error.to_string())?);
            }
            shown = Some(title);
        }
    }
    let proven = compilation.prove().map_err(|disproof| disproof.to_string())?;
    let shown = match (shown, environment) {
        (Some(shown), _) => shown,
        (None, Some(wanted)) => return Err(format!("there is no environment {wanted}")),
        (None, None) => return Err("there is no environment to build".to_owned()),
    };
    let pairs = match proven.proof().pairs {
        1 => "1 pair".to_owned(),
        n => format!("{n} pairs"),
    };
    let text = format!(
        "{told}# proved: {pairs} of endpoints pass exactly the declared and derived flows\n# of {shown}:\n{text}"
    );
    Ok(Built { title: format!("build of {shown}"), text })
}
