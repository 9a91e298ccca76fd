//! References to container images: `registry.example.com/team/web:1.4.2@sha256:...`.
//!
//! Sources: the grammar in distribution/reference 0.6 `reference.go` and `regexp.go`, the split of the host in its
//! `normalize.go`; the digests in opencontainers/go-digest 1.0 `algorithm.go`. Kubernetes itself only refuses an empty
//! reference and white space at its ends, so that everything else would fail as late as the pull.

use std::fmt;

use super::{FromTerm, Mismatch, Term, TermKind, quoted};

/// A reference to an image. Displays as it was written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Image {
    host: Option<Box<str>>,
    repository: Box<str>,
    tag: Option<Box<str>>,
    digest: Option<Box<str>>,
}

/// How long the path of a repository may be (`RepositoryNameTotalLengthMax`).
const REPOSITORY_LIMIT: usize = 255;
/// The algorithms of digests, with their lengths in hexadecimal digits.
const DIGESTS: [(&str, usize); 3] = [("sha256", 64), ("sha384", 96), ("sha512", 128)];

/// The older name of the default registry (`legacyDefaultDomain`).
const LEGACY_HOST: &str = "index.docker.io";

/// The one name of a registry that has two.
pub(super) fn canonical(host: &str) -> &str {
    if host == LEGACY_HOST { Image::DEFAULT_REGISTRY } else { host }
}

impl Image {
    /// How long a tag may be (`TagRegexp`).
    pub const MOST_OF_TAG: usize = 128;

    /// The tag of images that name neither one nor a digest (`TagNameOnly` in distribution/reference `normalize.go`): what was
    /// pushed last.
    pub const MOVING_TAG: &str = "latest";

    /// The registry of images that name none (`defaultDomain`).
    pub const DEFAULT_REGISTRY: &'static str = "docker.io";

    /// Reads a reference.
    ///
    /// # Errors
    /// A [`Mismatch`] names the part that is wrong.
    pub fn parse(text: &str) -> Result<Self, Mismatch> {
        if text.is_empty() {
            return Err(Mismatch::new("the image is empty"));
        }
        if text.contains(char::is_whitespace) {
            let mismatch = Mismatch::new(format!("the image {} holds white space", quoted(text)));
            // `{{ version }}`, the template of another language
            let is_template = text.contains("{{") || text.contains("$(") || text.contains("<%");
            let mismatch =
                if is_template { mismatch.help("the value of a name stands in a text as `${NAME}`") } else { mismatch };
            return Err(suggest_if_read(mismatch, text.trim()));
        }
        if let Some((_, bare)) = text.split_once("://") {
            let mismatch = Mismatch::new(format!("the image {} begins with a scheme", quoted(text)));
            return Err(suggest_if_read(mismatch.help("an image begins with the host of its registry"), bare));
        }
        Self::read(text)
    }

    /// The registry with its port, as written; `None` where the default one is meant.
    pub fn host(&self) -> Option<&str> {
        self.host.as_deref()
    }

    /// The registry that it comes from: the default one where none is written, each by one name (`splitDockerDomain`).
    pub fn registry(&self) -> &str {
        self.host().map_or(Self::DEFAULT_REGISTRY, canonical)
    }

    /// Whether a text is what an image begins with to name its registry.
    pub fn begins_with_host(text: &str) -> bool {
        is_host(text) && read_host(text, text).is_ok()
    }

    /// The path of the repository within its registry, as written.
    pub fn repository(&self) -> &str {
        &self.repository
    }

    /// The tag.
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// The digest with its algorithm.
    pub fn digest(&self) -> Option<&str> {
        self.digest.as_deref()
    }
}

impl fmt::Display for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, repository, tag, digest } = self;
        if let Some(host) = host {
            write!(f, "{host}/")?;
        }
        f.write_str(repository)?;
        if let Some(tag) = tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}

impl FromTerm for Image {
    const EXPECTED: &'static str = "an image such as `\"registry.example.com/web:1.4.2\"`";

    fn from_term(term: &Term) -> Result<Self, Mismatch> {
        if let TermKind::Text(text) = &term.kind {
            return Self::parse(text);
        }
        let mismatch = Mismatch::expected::<Self>(term);
        Err(match term.name() {
            Some(name) => suggest_if_read(mismatch.help("an image stands in quotes"), name),
            None => mismatch,
        })
    }
}

impl Image {
    /// Takes a text apart that holds no white space and no scheme.
    fn read(text: &str) -> Result<Self, Mismatch> {
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(read_digest(text, digest)?)),
            None => (text, None),
        };
        let (host, rest) = match rest.split_once('/') {
            Some((host, rest)) if is_host(host) => (Some(read_host(text, host)?), rest),
            Some(_) | None => (None, rest),
        };
        let (repository, tag) = match rest.split_once(':') {
            Some((repository, tag)) => (repository, Some(read_tag(text, tag)?)),
            None => (rest, None),
        };
        let image = Self { host, repository: repository.into(), tag, digest };
        image.check_repository()?;
        Ok(image)
    }

    fn check_repository(&self) -> Result<(), Mismatch> {
        let (text, repository) = (self.to_string(), &*self.repository);
        if repository.contains(|c: char| c.is_ascii_uppercase()) {
            let lower = Self { repository: repository.to_ascii_lowercase().into(), ..self.clone() };
            let mismatch = wrong(&text, format_args!("has upper-case letters in its repository `{repository}`"))
                .help("registries accept repositories in lower case only");
            return Err(match lower.check_repository() {
                Ok(()) => mismatch.suggest(quoted(&lower.to_string())),
                Err(_) => mismatch,
            });
        }
        if repository.is_empty() {
            return Err(wrong(&text, "names no repository"));
        }
        if let Some(part) = repository.split('/').find(|part| !is_path_component(part)) {
            return Err(wrong(&text, format_args!("has the part `{part}` in its repository"))
                .help("a part is lower-case letters and digits, with `.`, `_`, `__` or hyphens between them"));
        }
        if repository.len() > REPOSITORY_LIMIT {
            let length = repository.len();
            let what = format_args!("has a repository of {length} characters, but {REPOSITORY_LIMIT} at most fit");
            return Err(wrong(&text, what));
        }
        // The bare identifier of an image looks like a repository, and is refused as one (`ParseNormalizedNamed`).
        if text.len() == 64 && text.bytes().all(is_hexadecimal) {
            return Err(
                wrong(&text, "is the identifier of an image").help("it follows the repository, as in `web@sha256:...`")
            );
        }
        Ok(())
    }
}

/// Adds the text as a suggestion if it is an image without further ado.
fn suggest_if_read(mismatch: Mismatch, text: &str) -> Mismatch {
    if !text.contains(char::is_whitespace) && Image::read(text).is_ok() {
        mismatch.suggest(quoted(text))
    } else {
        mismatch
    }
}

fn is_hexadecimal(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

fn wrong(text: &str, what: impl fmt::Display) -> Mismatch {
    Mismatch::new(format!("the image {} {what}", quoted(text)))
}

/// Whether what stands before the first `/` is a host and no part of the path (`splitDockerDomain`).
fn is_host(part: &str) -> bool {
    part == "localhost" || part.contains(['.', ':']) || part.contains(|c: char| c.is_ascii_uppercase())
}

fn read_host(text: &str, host: &str) -> Result<Box<str>, Mismatch> {
    let fault = || wrong(text, format_args!("names the registry `{host}`, which is no host name"));
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !host.ends_with(']') => (name, Some(port)),
        Some(_) | None => (host, None),
    };
    let component = |part: &str| {
        let inner = part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        !part.is_empty() && inner && !part.starts_with('-') && !part.ends_with('-')
    };
    let is_name = match name.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
        Some(v6) => !v6.is_empty() && v6.chars().all(|c| c.is_ascii_hexdigit() || c == ':'),
        None => name.split('.').all(component),
    };
    let is_port = port.is_none_or(|port| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()));
    if is_name && is_port { Ok(host.into()) } else { Err(fault()) }
}

/// Runs of lower-case letters and digits, between them one of `.`, `_`, `__` or any number of `-`.
fn is_path_component(part: &str) -> bool {
    let alphanumeric = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let separators = part.split(alphanumeric).filter(|separator| !separator.is_empty());
    let known = |separator: &str| matches!(separator, "." | "_" | "__") || separator.bytes().all(|byte| byte == b'-');
    part.starts_with(alphanumeric) && part.ends_with(alphanumeric) && separators.into_iter().all(known)
}

fn read_tag(text: &str, tag: &str) -> Result<Box<str>, Mismatch> {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if tag.is_empty() {
        return Err(wrong(text, "has an empty tag"));
    }
    if tag.len() > Image::MOST_OF_TAG {
        let most = Image::MOST_OF_TAG;
        return Err(wrong(text, format_args!("has a tag of {} characters, but {most} at most fit", tag.len())));
    }
    if !tag.starts_with(word) || !tag.chars().all(|c| word(c) || c == '.' || c == '-') {
        return Err(wrong(text, format_args!("has the tag `{tag}`"))
            .help("a tag is letters, digits, `_`, `.` and `-`, and begins with none of the last two"));
    }
    Ok(tag.into())
}

fn read_digest(text: &str, digest: &str) -> Result<Box<str>, Mismatch> {
    let (algorithm, hash) = digest.split_once(':').unwrap_or((digest, ""));
    let Some((_, length)) = DIGESTS.iter().find(|(known, _)| *known == algorithm) else {
        return Err(wrong(text, format_args!("has the digest `{digest}`"))
            .help("a digest is `sha256:`, `sha384:` or `sha512:` and its hexadecimal digits"));
    };
    let is_hash = hash.len() == *length && hash.bytes().all(is_hexadecimal);
    if is_hash {
        return Ok(digest.into());
    }
    Err(wrong(text, format_args!("has the digest `{digest}`")).help(format!(
        "{algorithm} has {length} hexadecimal digits in lower case; this one has {}",
        hash.chars().count()
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::testing::{fault, name, number, text};

    #[test]
    fn reads_references() {
        let hash = "0123456789abcdef".repeat(4);
        let digest = format!("sha256:{hash}");
        let (all, digested) = (format!("r.io:5000/a/b:1@{digest}"), format!("web@{digest}"));
        let (tag, path) = ("t".repeat(128), "p".repeat(255));
        let (long_tag, long_path) = (format!("web:{tag}"), format!("r.io/{path}"));
        for (written, host, repository, tag, digest) in [
            ("web", None, "web", None, None),
            ("web:1.4.2", None, "web", Some("1.4.2"), None),
            ("team/web", None, "team/web", None, None),
            ("localhost/web", Some("localhost"), "web", None, None),
            ("localhost:5000/web:1", Some("localhost:5000"), "web", Some("1"), None),
            ("registry:5000", None, "registry", Some("5000"), None),
            ("[fd00::1]:5000/web", Some("[fd00::1]:5000"), "web", None, None),
            ("[fd00::1]/web", Some("[fd00::1]"), "web", None, None),
            ("R.io/a.b__c_d--e/f", Some("R.io"), "a.b__c_d--e/f", None, None),
            (&all, Some("r.io:5000"), "a/b", Some("1"), Some(&*digest)),
            (&digested, None, "web", None, Some(&*digest)),
            (&long_tag, None, "web", Some(&*tag), None),
            (&long_path, Some("r.io"), &*path, None, None),
        ] {
            let image = Image::from_term(&text(written)).unwrap();
            let found = (image.host(), image.repository(), image.tag(), image.digest());
            assert_eq!(found, (host, repository, tag, digest), "{written}");
            assert_eq!(image.to_string(), written);
        }
        for (written, registry) in [
            ("nginx:1", "docker.io"),
            ("team/web", "docker.io"),
            ("docker.io/library/nginx", "docker.io"),
            ("index.docker.io/team/web", "docker.io"),
            ("localhost/web", "localhost"),
            ("r.io:5000/web", "r.io:5000"),
        ] {
            assert_eq!(Image::parse(written).unwrap().registry(), registry);
        }
    }

    #[test]
    fn refuses_with_what_could_stand_there() {
        let hash = "0123456789abcdef".repeat(4);
        let cases: [(&str, &str, &[&str]); 17] = [
            ("", "the image is empty", &[]),
            ("web:1 ", "the image \"web:1 \" holds white space", &["\"web:1\""]),
            ("we b", "the image \"we b\" holds white space", &[]),
            ("https://r.io/web", "the image \"https://r.io/web\" begins with a scheme", &["\"r.io/web\""]),
            (
                "r.io/Web:A",
                "the image \"r.io/Web:A\" has upper-case letters in its repository `Web`",
                &["\"r.io/web:A\""],
            ),
            ("web:", "the image \"web:\" has an empty tag", &[]),
            ("web:.1", "the image \"web:.1\" has the tag `.1`", &[]),
            ("web:a:b", "the image \"web:a:b\" has the tag `a:b`", &[]),
            ("r.io/", "the image \"r.io/\" names no repository", &[]),
            (":1", "the image \":1\" names no repository", &[]),
            ("a//b", "the image \"a//b\" has the part `` in its repository", &[]),
            ("a___b", "the image \"a___b\" has the part `a___b` in its repository", &[]),
            ("a-", "the image \"a-\" has the part `a-` in its repository", &[]),
            ("-r.io/web", "the image \"-r.io/web\" names the registry `-r.io`, which is no host name", &[]),
            ("r.io:x/web", "the image \"r.io:x/web\" names the registry `r.io:x`, which is no host name", &[]),
            ("web@md5:00", "the image \"web@md5:00\" has the digest `md5:00`", &[]),
            ("web@sha256:00", "the image \"web@sha256:00\" has the digest `sha256:00`", &[]),
        ];
        for (written, message, suggestions) in cases {
            let mismatch = fault::<Image>(&text(written));
            assert_eq!(mismatch.message, message);
            assert_eq!(mismatch.suggestions, suggestions, "{message}");
        }
        let upper = hash.to_uppercase();
        for written in [
            format!("web:{}", "t".repeat(129)),
            format!("r.io/{}", "p".repeat(256)),
            hash,
            format!("web@sha256:{upper}"),
        ] {
            assert!(Image::parse(&written).is_err(), "{written}");
        }
        assert_eq!(fault::<Image>(&name("web")).suggestions, ["\"web\""]);
        assert!(fault::<Image>(&number("1")).suggestions.is_empty());
    }
}
