//! Names behind the space of names of another language: `var.version`, `local.region`, as Terraform, Helm and others write them.
//!
//! Invariant: one stands for a value only where nothing is declared by the name of the space.

/// The words of those spaces.
const SPACES: [&str; 8] = ["var", "local", "locals", "param", "params", "let", "values", "Values"];

/// The name of a value that a path was meant for.
pub(super) fn meant(path: &str, is_value: impl Fn(&str) -> bool, is_declared: impl Fn(&str) -> bool) -> Option<&str> {
    let (space, name) = path.split_once('.')?;
    (SPACES.contains(&space) && is_value(name) && !is_declared(space)).then_some(name)
}
