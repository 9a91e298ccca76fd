//! Where something is kept in Git: the address of a repository, a revision of it, a folder in it.
//!
//! What is accepted is less than Git takes: what Argo CD reads by (`util/git/git.go`, v3.5: addresses of HTTPS and SSH), and
//! nothing that a template, a shell or a URL reads as anything but itself. So a text of these stays text wherever it stands.

use std::fmt;

use super::{FromTerm, Mismatch, Term, TermKind, quoted};

/// The address of a repository: `https://host/path`, `ssh://user@host/path` or `user@host:path`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository(String);

/// A branch, a tag or a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision(String);

/// A folder of a repository, relative to its root, which is `.`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder(String);

impl Revision {
    /// What whoever asks for no other one gets: the newest of the default branch.
    pub fn head() -> Self {
        Self("HEAD".to_owned())
    }
}

impl Folder {
    /// The root.
    pub fn root() -> Self {
        Self(".".to_owned())
    }

    /// The path of what is in it.
    pub fn path_of(&self, name: &str) -> String {
        if self.0 == "." { name.to_owned() } else { format!("{}/{name}", self.0) }
    }
}

impl fmt::Display for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text of a term, unless it is empty, which is refused as nothing wherever one of these stands.
fn text<T: FromTerm>(term: &Term) -> Result<&str, Mismatch> {
    if let TermKind::Text(text) = &term.kind { Ok(text) } else { Err(Mismatch::expected::<T>(term)) }
}

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '+')
}

/// What is wrong with the parts between the slashes of a path.
fn path_fault(path: &str) -> Option<&'static str> {
    path.split('/').find_map(|part| match part {
        "" => Some("has nothing before, between or behind its slashes"),
        "." | ".." => Some("has `.` or `..` for a part"),
        _ if part.starts_with('-') => Some("has a part that begins with `-`"),
        _ => None,
    })
}

fn foreign(text: &str, also: &[char]) -> Option<String> {
    let found = text.chars().find(|c| !is_plain(*c) && !also.contains(c))?;
    Some(format!("holds `{}`", found.escape_default()))
}

impl FromTerm for Repository {
    const EXPECTED: &'static str = "the address of a repository such as `\"https://git.example.com/team/deploy.git\"`";

    fn from_term(term: &Term) -> Result<Self, Mismatch> {
        let text = text::<Self>(term)?;
        if text.trim().is_empty() {
            return Ok(Self(text.to_owned()));
        }
        match repository_fault(text) {
            None => Ok(Self(text.to_owned())),
            Some(fault) => Err(Mismatch::new(format!("{} is no address of a repository: it {fault}", quoted(text)))
                .help("`https://HOST/PATH`, `ssh://USER@HOST/PATH` and `USER@HOST:PATH` are")),
        }
    }
}

fn repository_fault(address: &str) -> Option<String> {
    let (user, host, path) = if let Some(rest) = address.strip_prefix("https://") {
        let Some((host, path)) = rest.split_once('/') else { return Some("names no path behind the host".to_owned()) };
        if host.contains('@') {
            return Some("holds who asks: that is a secret of Argo CD's, and would stand in the output".to_owned());
        }
        ("git", host, path)
    } else if let Some(rest) = address.strip_prefix("ssh://") {
        let Some((host, path)) = rest.split_once('/') else { return Some("names no path behind the host".to_owned()) };
        let (user, host) = host.split_once('@').unwrap_or(("git", host));
        (user, host, path)
    } else if let Some((user, (host, path))) =
        address.split_once('@').and_then(|(user, rest)| Some((user, rest.split_once(':')?)))
    {
        (user, host, path)
    } else {
        return Some("begins with none of `https://`, `ssh://` and `USER@HOST:`".to_owned());
    };
    if user.is_empty() || host.is_empty() {
        return Some("names no host".to_owned());
    }
    let fault = foreign(user, &[]).or_else(|| foreign(host, &[':'])).or_else(|| foreign(path, &['/', '~']));
    fault.or_else(|| path_fault(path).map(str::to_owned))
}

impl FromTerm for Revision {
    const EXPECTED: &'static str = "a branch, a tag or a commit such as `\"main\"`";

    fn from_term(term: &Term) -> Result<Self, Mismatch> {
        let text = text::<Self>(term)?;
        let fault = foreign(text, &['/']).or_else(|| path_fault(text).map(str::to_owned));
        match fault.filter(|_| !text.trim().is_empty()) {
            None => Ok(Self(text.to_owned())),
            Some(fault) => Err(Mismatch::new(format!("{} is no revision: it {fault}", quoted(text)))),
        }
    }
}

impl FromTerm for Folder {
    const EXPECTED: &'static str = "a folder of a repository such as `\"deploy\"`";

    fn from_term(term: &Term) -> Result<Self, Mismatch> {
        let text = text::<Self>(term)?;
        if text == "." || text.trim().is_empty() {
            return Ok(Self(text.to_owned()));
        }
        let fault = foreign(text, &['/']).or_else(|| path_fault(text).map(str::to_owned));
        let Some(fault) = fault else { return Ok(Self(text.to_owned())) };
        let mismatch = Mismatch::new(format!("{} is no folder of a repository: it {fault}", quoted(text)));
        let trimmed = text.trim_start_matches("./").trim_matches('/');
        let is_meant = trimmed != text && foreign(trimmed, &['/']).is_none() && path_fault(trimmed).is_none();
        Err(if is_meant { mismatch.suggest(quoted(trimmed)) } else { mismatch })
    }
}

#[cfg(test)]
mod tests {
    use super::{Folder, Repository, Revision};
    use crate::value::FromTerm;
    use crate::value::testing::{fault, text};

    fn holds<T: FromTerm>(accepted: &[&str], refused: &[&str]) {
        for written in accepted {
            assert!(T::from_term(&text(written)).is_ok(), "{written}");
        }
        for written in refused {
            assert!(T::from_term(&text(written)).is_err(), "{written}");
        }
    }

    #[test]
    fn addresses_are_of_https_or_ssh_and_hold_no_secret() {
        holds::<Repository>(
            &[
                "https://git.example.com/team/deploy.git",
                "https://h:8443/a",
                "ssh://git@h:22/a/b.git",
                "git@h:team/a.git",
            ],
            &[
                "http://h/a",
                "h/a",
                "https://h",
                "https://h/",
                "https://u:token@h/a",
                "https://h/a b",
                "https://h/{{.x}}",
                "git@h:",
                "ssh://git@h",
                "https://h/../a",
                "https://h/a?x=1",
                "https:///a",
                "@h:a",
                "https://h/a\n",
            ],
        );
    }

    #[test]
    fn revisions_and_folders_are_what_no_template_reads_otherwise() {
        let refused = ["a b", "{{x}}", "/a", "a/", "a//b", "../a", "a/../b", "-a", "a\n", "$a", "a:b", "a\\b"];
        holds::<Revision>(&["main", "release/1.4", "v1.2.3", "HEAD", "0a1b2c"], &refused);
        holds::<Folder>(&["deploy", "a/b.c", "."], &refused);
    }

    #[test]
    fn a_folder_from_the_root_is_taken_for_what_is_meant() {
        let mismatch = fault::<Folder>(&text("/deploy/"));
        assert_eq!(mismatch.suggestions, ["\"deploy\""]);
        assert_eq!(Folder::root().path_of("prod"), "prod");
    }
}
