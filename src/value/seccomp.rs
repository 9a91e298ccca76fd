//! Profiles of seccomp that lie on nodes: `profiles/app.json`.
//!
//! Source: `validateLocalDescendingPath` of kubernetes `pkg/apis/core/validation/validation.go` (1.36), which says what a
//! `localhostProfile` may be.

use super::{FromTerm, Mismatch, Term, quoted};

/// The path of a profile, relative to the folder in which the kubelet looks for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeccompProfile(String);

/// The folder in which the kubelet looks, where its own (`--root-dir`) is the usual one.
const FOLDER: &str = "/var/lib/kubelet/seccomp/";

impl SeccompProfile {
    /// The profile of that path, where it may be one.
    pub fn named(path: &str) -> Option<Self> {
        fault(path).is_none().then(|| Self(path.to_owned()))
    }
}

/// What keeps a text from being such a path.
fn fault(path: &str) -> Option<&'static str> {
    if path.is_empty() {
        Some("is empty")
    } else if path.starts_with('/') {
        Some("begins with `/`")
    } else if path.split('/').any(|part| part == "..") {
        Some("leads out by `..`")
    } else {
        None
    }
}

impl std::fmt::Display for SeccompProfile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromTerm for SeccompProfile {
    const EXPECTED: &'static str = "the path of a seccomp profile such as `\"profiles/app.json\"`";

    fn from_term(term: &Term) -> Result<Self, Mismatch> {
        let path = String::from_term(term)?;
        let Some(fault) = fault(&path) else { return Ok(Self(path)) };
        let mismatch = Mismatch::new(format!("{} is no path of a seccomp profile: it {fault}", quoted(&path)))
            .help(format!("the path is relative to the folder of profiles on each node, `{FOLDER}` mostly"));
        let within = path.strip_prefix(FOLDER).unwrap_or(&path).trim_start_matches('/');
        Err(match Self::named(within) {
            Some(meant) => mismatch.suggest(quoted(&meant.0)),
            None => mismatch,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::testing::{fault, name, text};

    #[test]
    fn paths_are_relative_and_stay_within() {
        for path in ["app.json", "profiles/app.json", "a/..b/c", "./app.json"] {
            assert_eq!(SeccompProfile::from_term(&text(path)), Ok(SeccompProfile(path.to_owned())));
        }
        for (path, meant) in [
            ("/var/lib/kubelet/seccomp/profiles/app.json", Some("\"profiles/app.json\"")),
            ("/profiles/app.json", Some("\"profiles/app.json\"")),
            ("profiles/../app.json", None),
            ("..", None),
            ("/", None),
            ("", None),
        ] {
            let fault = fault::<SeccompProfile>(&text(path));
            assert_eq!(fault.suggestions.first().map(String::as_str), meant, "{path}");
        }
        assert_eq!(fault::<SeccompProfile>(&name("app.json")).suggestions, ["\"app.json\""]);
    }
}
