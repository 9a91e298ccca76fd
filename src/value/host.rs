//! Names of hosts: what a resolver is asked for, and the registry that an image's name begins with.
//!
//! Sources: RFC 1035 section 2.3.4 for lengths and RFC 2181 section 11 for what a label may hold in DNS itself; resolvers ask
//! for letters, digits, `-` and `_` without further ado. The domain of a cluster is a subdomain as Kubernetes has it
//! (`IsDNS1123Subdomain`, apimachinery `pkg/util/validation/validation.go`, 1.36, asked by kubeadm of `dnsDomain`).

use std::fmt;

use super::image::{self, Image};
use super::name::{dns_label, subdomain};
use super::{FromTerm, Mismatch, Term, TermKind, quoted};

/// How long a name may be, and a label of it.
const LIMITS: (usize, usize) = (253, 63);

/// The name of a host, perhaps with the dot of the root at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostName(pub String);

/// The domain of a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Domain(pub String);

/// The host of a registry with its port, as the names of images begin with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registry(String);

impl Registry {
    /// The host by which images are known to be its: `docker.io` for each name of that registry.
    pub fn registry(&self) -> &str {
        image::canonical(&self.0)
    }
}

impl fmt::Display for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text of a term, for a value that stands in quotes. An empty one is refused as nothing, wherever one of these stands.
fn text<T: FromTerm>(term: &Term) -> Result<&str, Mismatch> {
    if let TermKind::Text(text) = &term.kind {
        return Ok(text);
    }
    let mismatch = Mismatch::expected::<T>(term);
    Err(match term.name() {
        Some(name) => mismatch.help("it stands in quotes").suggest(quoted(name)),
        None => mismatch,
    })
}

fn is_nothing(text: &str) -> bool {
    text.trim().is_empty()
}

/// What remains of a text that was copied from an address bar.
fn bare(text: &str) -> &str {
    let behind = text.split_once("://").map_or(text, |(_, behind)| behind);
    behind.split('/').next().unwrap_or(behind)
}

/// The host that a text names where no name of the language can be meant: it has a dot, and no address ends in a letter.
pub fn in_text(text: &str) -> Option<&str> {
    let whole = bare(text);
    let port = whole.rsplit_once(':').filter(|(_, port)| port.chars().all(|c| c.is_ascii_digit()));
    let host = port.map_or(whole, |(host, _)| host);
    let (_, last) = host.strip_suffix('.').unwrap_or(host).rsplit_once('.')?;
    (host_fault(host).is_none() && last.starts_with(|c: char| c.is_ascii_alphabetic())).then_some(host)
}

/// How whoever goes by the name of a host is declared, and by which name it is spoken of then: that of its domain.
pub fn as_external(host: &str) -> String {
    let domain = host.trim_end_matches('.').rsplit('.').nth(1).unwrap_or(host).to_ascii_lowercase();
    let name = if dns_label(&domain).is_ok() { &domain } else { "outside" };
    format!(
        "declare what goes by a host, `external {name} {{ host {text}; cidr ADDRESSES; port https 443 }}`, and write `{name}` here; `nslookup {host}` shows its addresses",
        text = quoted(host),
    )
}

impl FromTerm for HostName {
    const EXPECTED: &'static str = "the name of a host such as `\"objects.example.com\"`";

    fn from_term(term: &Term) -> Result<Self, Mismatch> {
        let text = text::<Self>(term)?;
        let Some(fault) = host_fault(text).filter(|_| !is_nothing(text)) else { return Ok(Self(text.to_owned())) };
        let mismatch = Mismatch::new(format!("{} is no name of a host: it {fault}", quoted(text)));
        let bare = bare(text);
        Err(if bare != text && host_fault(bare).is_none() { mismatch.suggest(quoted(bare)) } else { mismatch })
    }
}

/// What is wrong with the name of a host.
fn host_fault(name: &str) -> Option<String> {
    let (most, most_of_label) = LIMITS;
    let whole = name.strip_suffix('.').unwrap_or(name);
    let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if let Some(found) = whole.chars().find(|c| !inner(*c) && *c != '.') {
        return Some(format!(
            "holds `{}`, but may hold only letters, digits, `-`, `_` and `.`",
            found.escape_default()
        ));
    }
    if whole.len() > most {
        return Some(format!("has {} characters, but may have at most {most}", whole.len()));
    }
    whole.split('.').find_map(|label| {
        if label.is_empty() {
            Some("has nothing between two dots or at an end".to_owned())
        } else if label.len() > most_of_label {
            Some(format!("has a part of {} characters, but may have at most {most_of_label}", label.len()))
        } else if label.starts_with('-') || label.ends_with('-') {
            Some("has a part that begins or ends with `-`".to_owned())
        } else {
            None
        }
    })
}

impl FromTerm for Domain {
    const EXPECTED: &'static str = "a DNS domain such as `\"cluster.local\"`";

    fn from_term(term: &Term) -> Result<Self, Mismatch> {
        let text = text::<Self>(term)?;
        if is_nothing(text) {
            return Ok(Self(text.to_owned()));
        }
        subdomain(text).map(|()| Self(text.to_owned())).map_err(|fault| {
            let mismatch = Mismatch::new(format!("the domain {} {fault}", quoted(text)));
            let meant = text.trim_matches('.').to_ascii_lowercase();
            if meant != text && subdomain(&meant).is_ok() { mismatch.suggest(quoted(&meant)) } else { mismatch }
        })
    }
}

impl FromTerm for Registry {
    const EXPECTED: &'static str = "the host of a registry such as `\"registry.example.com\"`";

    fn from_term(term: &Term) -> Result<Self, Mismatch> {
        let text = text::<Self>(term)?;
        if is_nothing(text) || Image::begins_with_host(text) {
            return Ok(Self(text.to_owned()));
        }
        let mismatch = Mismatch::new(format!("{} is no host of a registry", quoted(text)))
            .help("it is what images begin with before their first `/`: a host with a dot, a port or both, or `localhost`; images without one come from `docker.io`");
        let bare = bare(text);
        Err(if Image::begins_with_host(bare) { mismatch.suggest(quoted(bare)) } else { mismatch })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::testing::{fault, text};

    #[test]
    fn hosts_in_texts() {
        for (text, expected) in [
            ("api.stripe.com", Some("api.stripe.com")),
            ("https://api.stripe.com/v1", Some("api.stripe.com")),
            ("api.stripe.com:443", Some("api.stripe.com")),
            ("api", None),
            ("10.0.0.1", None),
            ("a b.c", None),
        ] {
            assert_eq!(in_text(text), expected, "{text}");
        }
    }

    #[test]
    fn hosts() {
        let label = "a".repeat(63);
        let longest = format!("{label}.{label}.{label}.{}", "b".repeat(61));
        for name in ["db", "Objects.example.com", "db.example.com.", "my_db.local", "10.0.0.1", &label, &longest] {
            assert_eq!(HostName::from_term(&text(name)).unwrap().0, name);
        }
        let (long, part) = (format!("{longest}b"), "a".repeat(64));
        for (name, expected) in [
            ("Bad Host!", "\"Bad Host!\" is no name of a host: it holds ` `, but"),
            ("a..b", "\"a..b\" is no name of a host: it has nothing between two dots"),
            (".", "\".\" is no name of a host: it has nothing"),
            ("-a.b", "\"-a.b\" is no name of a host: it has a part that begins"),
            (&long, &*format!("\"{long}\" is no name of a host: it has 254 characters")),
            (&part, &*format!("\"{part}\" is no name of a host: it has a part of 64")),
        ] {
            let found = fault::<HostName>(&text(name)).message;
            assert!(found.starts_with(expected), "{found}");
        }
        assert_eq!(fault::<HostName>(&text("https://a.example/b")).suggestions, ["\"a.example\""]);
    }

    #[test]
    fn domains() {
        assert!(Domain::from_term(&text("cluster.local")).is_ok());
        assert_eq!(fault::<Domain>(&text("Cluster.Local.")).suggestions, ["\"cluster.local\""]);
        assert!(fault::<Domain>(&text("Bad Domain")).suggestions.is_empty());
    }

    #[test]
    fn registries() {
        for (written, known) in [
            ("registry.example", "registry.example"),
            ("registry:5000", "registry:5000"),
            ("localhost", "localhost"),
            ("docker.io", "docker.io"),
            ("index.docker.io", "docker.io"),
        ] {
            assert_eq!(Registry::from_term(&text(written)).unwrap().registry(), known);
        }
        for (written, suggestions) in [
            ("https://registry.example", vec!["\"registry.example\""]),
            ("ghcr.io/org", vec!["\"ghcr.io\""]),
            ("ghcr.io/", vec!["\"ghcr.io\""]),
            ("registry", vec![]),
            ("-a.b", vec![]),
        ] {
            assert_eq!(fault::<Registry>(&text(written)).suggestions, suggestions, "{written}");
        }
    }
}
