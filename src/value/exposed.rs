//! Where something is reached from outside: a host and a path, `shop.example/api`.
//!
//! Sources: what both an Ingress and an `HTTPRoute` take. For hosts `validateIngressRules` (kubernetes
//! `pkg/apis/networking/validation/validation.go`, 1.36), `IsWildcardDNS1123Subdomain` (apimachinery
//! `pkg/util/validation/validation.go`) and the pattern of `hostnames` of `HTTPRoute`; for paths `invalidPathSequences` and
//! `invalidPathSuffixes` there, and the rules of `path` (Gateway API 1.5, `gateway.networking.k8s.io_httproutes.yaml`), which are
//! the same and name the characters besides.

use std::fmt;
use std::net::IpAddr;

use super::name::subdomain;
use super::{FromTerm, Mismatch, Term, TermKind, quoted};

/// A host and a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exposed {
    /// The host, or `*.` and what stands behind one more part: `*.shop.example`.
    pub host: String,
    /// The path that requests begin with: `/` for all of them. Never ends in `/` but for that.
    pub path: String,
}

/// How long a part of a host may be (RFC 1035, section 2.3.4).
const LONGEST_LABEL: usize = 63;

/// How long a path may be (`path.value` of `HTTPRoute`).
const LONGEST_PATH: usize = 1024;

/// What a path may not hold, and what it may not end with.
const REFUSED: [&str; 6] = ["//", "/./", "/../", "%2f", "%2F", "#"];
const REFUSED_ENDS: [&str; 2] = ["/..", "/."];

/// What a host begins with that stands for many.
const WILDCARD: &str = "*.";

/// As it is written, without the path where that is `/`.
impl fmt::Display for Exposed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.host)?;
        if self.path == "/" { Ok(()) } else { f.write_str(&self.path) }
    }
}

impl FromTerm for Exposed {
    const EXPECTED: &'static str = "a host and perhaps a path, such as `\"shop.example\"` or `\"shop.example/api\"`";

    fn from_term(term: &Term) -> Result<Self, Mismatch> {
        let TermKind::Text(text) = &term.kind else {
            let mismatch = Mismatch::expected::<Self>(term);
            return Err(match term.name() {
                Some(name) => mismatch.help("it stands in quotes").suggest(quoted(name)),
                None => mismatch,
            });
        };
        match read(text) {
            Ok(exposed) => Ok(exposed),
            Err(fault) => {
                let mismatch =
                    Mismatch::new(format!("{} is no host that anything can be reached at: {fault}", quoted(text)));
                // what was copied from an address bar, or written in capital letters
                let behind = text.split_once("://").map_or(&**text, |(_, behind)| behind);
                let (host, path) = behind.split_at(behind.find('/').unwrap_or(behind.len()));
                let host = host.split_once(':').map_or(host, |(host, _)| host).to_ascii_lowercase();
                let meant = format!("{host}{path}");
                Err(if meant != **text && read(&meant).is_ok() { mismatch.suggest(quoted(&meant)) } else { mismatch })
            }
        }
    }
}

impl Exposed {
    /// Reads a host and a path.
    ///
    /// # Errors
    ///
    /// What is wrong with them, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        read(text)
    }
}

/// Reads a host and a path, or says what is wrong.
fn read(text: &str) -> Result<Exposed, String> {
    if text.contains("://") {
        return Err("it has a scheme, which the entry decides".to_owned());
    }
    let (host, path) = text.split_at(text.find('/').unwrap_or(text.len()));
    if host.starts_with('[') || host.matches(':').count() > 1 {
        return Err("it is an address, and neither an Ingress nor an HTTPRoute takes one".to_owned());
    }
    if host.contains(':') {
        return Err("it has a port, which the entry decides".to_owned());
    }
    let whole = host.strip_prefix(WILDCARD).unwrap_or(host);
    if whole.contains('*') {
        return Err("`*` stands for one whole part, the first".to_owned());
    }
    if host.parse::<IpAddr>().is_ok() {
        return Err("it is an address, and neither an Ingress nor an HTTPRoute takes one".to_owned());
    }
    if host.is_empty() {
        return Err("it has no host".to_owned());
    }
    subdomain(whole).map_err(|fault| format!("the host {fault}"))?;
    if host.len() > 253 {
        return Err(format!("the host has {} characters, but may have at most 253", host.len()));
    }
    if let Some(label) = host.split('.').find(|label| label.len() > LONGEST_LABEL) {
        return Err(format!("the host has a part of {} characters, but may have at most {LONGEST_LABEL}", label.len()));
    }
    if let Some(fault) = path_fault(path) {
        return Err(fault);
    }
    let path = path.strip_suffix('/').unwrap_or(path);
    Ok(Exposed { host: host.to_owned(), path: if path.is_empty() { "/".to_owned() } else { path.to_owned() } })
}

/// What is wrong with a path.
fn path_fault(path: &str) -> Option<String> {
    if path.len() > LONGEST_PATH {
        return Some(format!("the path has {} characters, but may have at most {LONGEST_PATH}", path.len()));
    }
    if let Some(part) = REFUSED.iter().find(|part| path.contains(**part)) {
        return Some(format!("the path holds `{part}`, which no cluster takes"));
    }
    if let Some(end) = REFUSED_ENDS.iter().find(|end| path.ends_with(**end)) {
        return Some(format!("the path ends with `{end}`, which no cluster takes"));
    }
    let mut rest = path;
    while let Some(first) = rest.chars().next() {
        let taken = match first {
            '%' if rest.get(1..3).is_some_and(|code| code.chars().all(|digit| digit.is_ascii_hexdigit())) => 3,
            _ if first.is_ascii_alphanumeric() || "-/._~!$&'()*+,;=:@".contains(first) => 1,
            '%' => return Some("the path holds `%` without two hexadecimal digits behind it".to_owned()),
            _ if first.is_control() => return Some("the path holds a character that is not shown".to_owned()),
            _ => {
                return Some(format!(
                    "the path holds `{first}`, which stands there as `%` and two digits for each of its bytes"
                ));
            }
        };
        rest = rest.get(taken..).unwrap_or_default();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::testing::{fault, text};

    #[test]
    fn hosts_and_paths_are_told_apart() {
        for (written, host, path) in [
            ("shop.example", "shop.example", "/"),
            ("shop.example/", "shop.example", "/"),
            ("shop.example/api", "shop.example", "/api"),
            ("shop.example/api/", "shop.example", "/api"),
            ("*.shop.example/a%20b", "*.shop.example", "/a%20b"),
            ("localhost", "localhost", "/"),
        ] {
            let exposed = Exposed::from_term(&text(written)).unwrap();
            assert_eq!((exposed.host.as_str(), exposed.path.as_str()), (host, path), "{written}");
        }
    }

    #[test]
    fn what_no_cluster_takes_is_refused() {
        let of_length = |length: usize| format!("a.example/{}", "a".repeat(length - 1));
        let long = of_length(1025);
        for written in [
            "",
            "/api",
            "*",
            "*shop.example",
            "a.*.example",
            "10.0.0.1",
            "Shop.example",
            "shop.example:80",
            "http://shop.example",
            "shop..example",
            "-a.example",
            "a.example//b",
            "a.example/./b",
            "a.example/../b",
            "a.example/..",
            "a.example/.",
            "a.example/%2f",
            "a.example/a b",
            "a.example/%zz",
            "a.example/a#b",
            "a.example/ü",
            &long,
        ] {
            assert!(Exposed::from_term(&text(written)).is_err(), "{written}");
        }
        assert!(Exposed::from_term(&text(&of_length(1024))).is_ok());
        assert_eq!(fault::<Exposed>(&text("https://Shop.example:8443/api")).suggestions, ["\"shop.example/api\""]);
    }

    #[test]
    fn a_path_that_is_all_of_them_is_not_shown() {
        for written in ["shop.example", "shop.example/api"] {
            assert_eq!(Exposed::from_term(&text(written)).unwrap().to_string(), written);
        }
    }
}
