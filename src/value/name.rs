//! The names that Kubernetes accepts, a function a kind of name. Each returns the first fault.
//!
//! Sources: apimachinery `pkg/util/validation/validation.go` (1.33), whose rules for labels newer versions keep in
//! `pkg/api/validate/content/kube.go`, unchanged.

use std::error::Error;
use std::fmt;

use super::{FromTerm, Mismatch, Term, TermKind, quoted};

/// Why Kubernetes does not accept a name. Displays as what follows the name in a sentence: "holds `_`, but ...".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NameFault {
    /// There are no characters.
    Empty,
    /// There are more characters than fit.
    TooLong {
        /// How many there are.
        length: usize,
        /// How many there may be.
        limit: usize,
    },
    /// Characters that may not stand anywhere.
    Character {
        /// Each of them, once, in order.
        found: Vec<char>,
        /// What may stand, in words.
        allowed: &'static str,
    },
    /// A character that may not be the first.
    Start {
        /// The first character.
        found: char,
        /// What it may be, in words.
        allowed: &'static str,
    },
    /// A character that may not be the last.
    End {
        /// The last character.
        found: char,
        /// What it may be, in words.
        allowed: &'static str,
    },
    /// Nothing stands between two dots, or before the first or after the last.
    EmptyPart,
    /// No letter in a name that needs one.
    NoLetter,
    /// A number in a name that needs a letter: it was meant to stand without quotes.
    Number,
    /// Two hyphens in a row.
    DoubleHyphen,
    /// More than one `/`.
    Slashes,
    /// It is `.`, or begins with `..`, which would lead out of a directory.
    Directory,
    /// What is wrong with the part before the `/`.
    Prefix(Box<NameFault>),
    /// What is wrong with the part after the `/`.
    Suffix(Box<NameFault>),
}

impl fmt::Display for NameFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("is empty"),
            Self::TooLong { length, limit } => write!(f, "has {length} characters, but may have at most {limit}"),
            Self::Character { found, allowed } => write!(f, "holds {}, but may hold only {allowed}", all_shown(found)),
            Self::Start { found, allowed } => {
                write!(f, "begins with `{}`, but must begin with {allowed}", shown(*found))
            }
            Self::End { found, allowed } => write!(f, "ends with `{}`, but must end with {allowed}", shown(*found)),
            Self::EmptyPart => f.write_str("has an empty part beside a dot"),
            Self::NoLetter => f.write_str("holds no letter, but must hold at least one"),
            Self::Number => f.write_str("is a number in quotes, but a name must hold a letter"),
            Self::DoubleHyphen => f.write_str("holds `--`, but may not"),
            Self::Slashes => f.write_str("holds more than one `/`"),
            Self::Directory => f.write_str("is `.` or begins with `..`, but may not"),
            Self::Prefix(fault) => write!(f, "has a part before the `/` that {fault}"),
            Self::Suffix(fault) => write!(f, "has a part after the `/` that {fault}"),
        }
    }
}

impl Error for NameFault {}

/// Characters as a sentence names them, so many of them at the most: `` `A`, `T` and `_` ``.
fn all_shown(found: &[char]) -> String {
    const MOST: usize = 4;
    let mut each: Vec<String> = found.iter().take(MOST).map(|c| format!("`{}`", shown(*c))).collect();
    if found.len() > MOST {
        each.push("others".to_owned());
    }
    match each.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        _ => each.concat(),
    }
}

/// A character as a message can hold it.
fn shown(c: char) -> String {
    if c.is_control() { c.escape_default().to_string() } else { c.to_string() }
}

/// A kind of name that is one run of characters.
struct Shape {
    limit: usize,
    allowed: (fn(char) -> bool, &'static str),
    start: (fn(char) -> bool, &'static str),
    end: (fn(char) -> bool, &'static str),
}

impl Shape {
    fn check(&self, name: &str) -> Result<(), NameFault> {
        let (Some(first), Some(last)) = (name.chars().next(), name.chars().next_back()) else {
            return Err(NameFault::Empty);
        };
        let found = unfit(name, self.allowed.0);
        if !found.is_empty() {
            return Err(NameFault::Character { found, allowed: self.allowed.1 });
        }
        if !(self.start.0)(first) {
            return Err(NameFault::Start { found: first, allowed: self.start.1 });
        }
        if !(self.end.0)(last) {
            return Err(NameFault::End { found: last, allowed: self.end.1 });
        }
        within(name, self.limit)
    }
}

/// The characters of a name that are not allowed, each once.
pub fn unfit(name: &str, is_allowed: impl Fn(char) -> bool) -> Vec<char> {
    let mut found = Vec::new();
    for c in name.chars().filter(|c| !is_allowed(*c)) {
        if !found.contains(&c) {
            found.push(c);
        }
    }
    found
}

fn within(name: &str, limit: usize) -> Result<(), NameFault> {
    if name.len() > limit { Err(NameFault::TooLong { length: name.len(), limit }) } else { Ok(()) }
}

fn lower(c: char) -> bool {
    c.is_ascii_lowercase()
}

fn lower_or_digit(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit()
}

fn lower_digit_hyphen(c: char) -> bool {
    lower_or_digit(c) || c == '-'
}

fn alphanumeric(c: char) -> bool {
    c.is_ascii_alphanumeric()
}

fn key_character(c: char) -> bool {
    alphanumeric(c) || matches!(c, '-' | '_' | '.')
}

fn not_digit(c: char) -> bool {
    !c.is_ascii_digit()
}

const LOWER_DIGIT: &str = "a lower-case letter or a digit";
const LOWER_DIGIT_HYPHEN: &str = "lower-case letters, digits and `-`";
const LETTER_DIGIT: &str = "a letter or a digit";
const KEY_CHARACTERS: &str = "letters, digits, `-`, `_` and `.`";

const DNS_LABEL: Shape = Shape {
    limit: 63,
    allowed: (lower_digit_hyphen, LOWER_DIGIT_HYPHEN),
    start: (lower_or_digit, LOWER_DIGIT),
    end: (lower_or_digit, LOWER_DIGIT),
};

const SERVICE_NAME: Shape = Shape { start: (lower, "a lower-case letter"), ..DNS_LABEL };

/// To the name of a Job ten digits are put behind a hyphen, by bvlc or by its `CronJob`, and it is a label of its pods.
const RUN_NAME: Shape = Shape { limit: 52, ..DNS_LABEL };

const PORT_NAME: Shape = Shape { limit: 15, ..DNS_LABEL };

/// Both the name part of a label's key and a label's value.
const QUALIFIED: Shape = Shape {
    limit: 63,
    allowed: (key_character, KEY_CHARACTERS),
    start: (alphanumeric, LETTER_DIGIT),
    end: (alphanumeric, LETTER_DIGIT),
};

const SECRET_KEY: Shape = Shape {
    limit: SUBDOMAIN_LIMIT,
    allowed: (key_character, KEY_CHARACTERS),
    start: (key_character, KEY_CHARACTERS),
    end: (key_character, KEY_CHARACTERS),
};

const ENV_NAME: Shape = Shape { limit: usize::MAX, start: (not_digit, "a letter, `_`, `-` or `.`"), ..SECRET_KEY };

const SUBDOMAIN_LIMIT: usize = 253;

/// An RFC 1123 label, the name of a namespace: lower-case letters, digits and `-` within, at most 63
/// (`IsDNS1123Label`).
///
/// # Errors
/// The first fault.
pub fn dns_label(name: &str) -> Result<(), NameFault> {
    DNS_LABEL.check(name)
}

/// An RFC 1035 label, the name of a Service: a [`dns_label`] that begins with a letter (`IsDNS1035Label`; Kubernetes
/// 1.36 takes a digit there, older servers do not).
///
/// # Errors
/// The first fault.
pub fn service_name(name: &str) -> Result<(), NameFault> {
    SERVICE_NAME.check(name)
}

/// The name of a `CronJob`, or of a Job to which a digest is put: a [`dns_label`] of at most 52 (`ValidateCronJobCreate` in
/// kubernetes `pkg/apis/batch/validation/validation.go`, 1.33). That of a `StatefulSet` as well: with `-` and 10 letters more it is the
/// value of a label of its pods, `controller-revision-hash`, and no pod could be made (kubernetes issue 64023).
///
/// # Errors
/// The first fault.
pub fn run_name(name: &str) -> Result<(), NameFault> {
    RUN_NAME.check(name)
}

/// An RFC 1123 subdomain, the name of most objects: labels with dots between, at most 253 characters in all
/// (`IsDNS1123Subdomain`, which does not limit the single label).
///
/// # Errors
/// The first fault.
pub fn subdomain(name: &str) -> Result<(), NameFault> {
    if name.is_empty() {
        return Err(NameFault::Empty);
    }
    let label = Shape {
        limit: usize::MAX,
        allowed: (lower_digit_hyphen, "lower-case letters, digits, `-` and `.`"),
        ..DNS_LABEL
    };
    for part in name.split('.') {
        label.check(part).map_err(|fault| if fault == NameFault::Empty { NameFault::EmptyPart } else { fault })?;
    }
    within(name, SUBDOMAIN_LIMIT)
}

/// The name of a port, an IANA service name in lower case: at most 15 of lower-case letters, digits and `-`, at least
/// one letter, no `--` and no `-` at either end (`IsValidPortName`, RFC 6335).
///
/// # Errors
/// The first fault.
pub fn port_name(name: &str) -> Result<(), NameFault> {
    PORT_NAME.check(name)?;
    if name.contains("--") {
        return Err(NameFault::DoubleHyphen);
    }
    match name {
        name if name.contains(lower) => Ok(()),
        name if name.bytes().all(|byte| byte.is_ascii_digit()) => Err(NameFault::Number),
        _ => Err(NameFault::NoLetter),
    }
}

/// The key of a label: a name of at most 63, before it perhaps a [`subdomain`] and `/` (`IsQualifiedName`, in
/// newer versions `IsLabelKey`).
///
/// # Errors
/// The first fault.
pub fn label_key(key: &str) -> Result<(), NameFault> {
    let Some((prefix, name)) = key.split_once('/') else { return QUALIFIED.check(key) };
    if name.contains('/') {
        return Err(NameFault::Slashes);
    }
    subdomain(prefix).map_err(|fault| NameFault::Prefix(Box::new(fault)))?;
    QUALIFIED.check(name).map_err(|fault| NameFault::Suffix(Box::new(fault)))
}

/// The value of a label: empty, or at most 63 of letters, digits, `-`, `_` and `.`, the ends letters or digits
/// (`IsValidLabelValue`, in newer versions `IsLabelValue`).
///
/// # Errors
/// The first fault.
pub fn label_value(value: &str) -> Result<(), NameFault> {
    if value.is_empty() { Ok(()) } else { QUALIFIED.check(value) }
}

/// The key of an annotation: a [`label_key`], but for case (apimachinery `pkg/api/validation/objectmeta.go`,
/// `ValidateAnnotations`).
///
/// # Errors
/// The first fault.
pub fn annotation_key(key: &str) -> Result<(), NameFault> {
    label_key(&key.to_ascii_lowercase())
}

/// The key of a Secret's or `ConfigMap`'s data, which becomes the name of a file (`IsConfigMapKey`).
///
/// # Errors
/// The first fault.
pub fn secret_key(key: &str) -> Result<(), NameFault> {
    SECRET_KEY.check(key)?;
    no_directory(key)
}

/// The name of an environment variable: `[-._a-zA-Z][-._a-zA-Z0-9]*` (`IsEnvVarName`). Kubernetes takes nearly any
/// character from 1.32 on by default (KEP-4369), older servers and most shells do not.
///
/// # Errors
/// The first fault.
pub fn env_name(name: &str) -> Result<(), NameFault> {
    ENV_NAME.check(name)?;
    no_directory(name)
}

/// `hasChDirPrefix`: not `.`, nothing that begins with `..`.
fn no_directory(name: &str) -> Result<(), NameFault> {
    if name == "." || name.starts_with("..") { Err(NameFault::Directory) } else { Ok(()) }
}

/// The [`dns_label`] that was likely meant: in lower case, with `-` for `_`, `.` and spaces. `None` if the name is one
/// already, or if that does not make it one.
pub fn suggest_label(name: &str) -> Option<String> {
    let hyphen = |c: char| if matches!(c, '_' | '.' | ' ') { '-' } else { c.to_ascii_lowercase() };
    let label: String = name.chars().map(hyphen).collect();
    let label = label.trim_matches('-');
    (label != name && dns_label(label).is_ok()).then(|| label.to_owned())
}

/// A name that is a [`dns_label`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DnsLabel(String);

impl DnsLabel {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<&str> for DnsLabel {
    type Error = NameFault;

    fn try_from(name: &str) -> Result<Self, NameFault> {
        dns_label(name).map(|()| Self(name.to_owned()))
    }
}

impl fmt::Display for DnsLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromTerm for DnsLabel {
    const EXPECTED: &'static str = "a name such as `\"web-1\"`";

    fn from_term(term: &Term) -> Result<Self, Mismatch> {
        let TermKind::Text(text) = &term.kind else {
            let mismatch = Mismatch::expected::<Self>(term);
            return Err(match term.name().filter(|name| dns_label(name).is_ok()) {
                Some(name) => mismatch.help("it stands in quotes").suggest(quoted(name)),
                None => mismatch,
            });
        };
        Self::try_from(&**text).map_err(|fault| {
            let mismatch = Mismatch::new(format!("the name {} {fault}", quoted(text)));
            suggest_label(text).iter().fold(mismatch, |mismatch, label| mismatch.suggest(quoted(label)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::testing::{fault, name, number, text};

    type Validator = fn(&str) -> Result<(), NameFault>;

    #[test]
    fn accepts_what_kubernetes_accepts() {
        let n = |length| "a".repeat(length);
        let cases: [(Validator, Vec<String>); 9] = [
            (dns_label, vec!["a".into(), "0".into(), "web-1".into(), "a--b".into(), n(63)]),
            (service_name, vec!["a".into(), "web-1".into(), "a--b".into(), n(63)]),
            (subdomain, vec!["a".into(), "0.a-b.c".into(), n(253)]),
            (port_name, vec!["a".into(), "8a".into(), "http-2".into(), n(15)]),
            (label_key, vec!["a".into(), "A.b_c-D".into(), "x.io/A".into(), n(63), format!("{}/{}", n(253), n(63))]),
            (label_value, vec![String::new(), "A.b_c-D".into(), n(63)]),
            (annotation_key, vec!["X.io/A".into()]),
            (secret_key, vec!["tls.crt".into(), "_".into(), ".a".into(), "-".into(), n(253)]),
            (env_name, vec!["A".into(), "_a.b-C0".into(), ".a".into(), n(300)]),
        ];
        for (validator, names) in cases {
            for name in names {
                assert_eq!(validator(&name), Ok(()), "{name}");
            }
        }
    }

    #[test]
    fn says_what_is_wrong() {
        let n = |length| "a".repeat(length);
        let cases: [(Validator, &str, &str); 38] = [
            (dns_label, "", "is empty"),
            (dns_label, &n(64), "has 64 characters, but may have at most 63"),
            (dns_label, "Web", "holds `W`, but may hold only lower-case letters, digits and `-`"),
            (
                dns_label,
                "A B_C D",
                "holds `A`, ` `, `B`, `_` and others, but may hold only lower-case letters, digits and `-`",
            ),
            (dns_label, "a_b", "holds `_`, but may hold only lower-case letters, digits and `-`"),
            (dns_label, "a.b", "holds `.`, but may hold only lower-case letters, digits and `-`"),
            (dns_label, "é", "holds `é`, but may hold only lower-case letters, digits and `-`"),
            (dns_label, "a\n", "holds `\\n`, but may hold only lower-case letters, digits and `-`"),
            (dns_label, "-a", "begins with `-`, but must begin with a lower-case letter or a digit"),
            (dns_label, "a-", "ends with `-`, but must end with a lower-case letter or a digit"),
            (service_name, "1a", "begins with `1`, but must begin with a lower-case letter"),
            (service_name, &n(64), "has 64 characters, but may have at most 63"),
            (subdomain, "", "is empty"),
            (subdomain, "a..b", "has an empty part beside a dot"),
            (subdomain, "a.", "has an empty part beside a dot"),
            (subdomain, "a.-b", "begins with `-`, but must begin with a lower-case letter or a digit"),
            (subdomain, "a_b", "holds `_`, but may hold only lower-case letters, digits, `-` and `.`"),
            (subdomain, &n(254), "has 254 characters, but may have at most 253"),
            (port_name, "", "is empty"),
            (port_name, &n(16), "has 16 characters, but may have at most 15"),
            (port_name, "80", "is a number in quotes, but a name must hold a letter"),
            (port_name, "80-81", "holds no letter, but must hold at least one"),
            (port_name, "a--b", "holds `--`, but may not"),
            (port_name, "HTTP", "holds `H`, `T` and `P`, but may hold only lower-case letters, digits and `-`"),
            (label_key, "a/b/c", "holds more than one `/`"),
            (label_key, "/a", "has a part before the `/` that is empty"),
            (label_key, "a/", "has a part after the `/` that is empty"),
            (label_key, &n(64), "has 64 characters, but may have at most 63"),
            (
                label_key,
                "a/.b",
                "has a part after the `/` that begins with `.`, but must begin with a letter or a digit",
            ),
            (label_value, &n(64), "has 64 characters, but may have at most 63"),
            (label_value, "a b", "holds ` `, but may hold only letters, digits, `-`, `_` and `.`"),
            (annotation_key, "", "is empty"),
            (secret_key, "a/b", "holds `/`, but may hold only letters, digits, `-`, `_` and `.`"),
            (secret_key, "..a", "is `.` or begins with `..`, but may not"),
            (secret_key, &n(254), "has 254 characters, but may have at most 253"),
            (env_name, "1A", "begins with `1`, but must begin with a letter, `_`, `-` or `.`"),
            (env_name, "A=B", "holds `=`, but may hold only letters, digits, `-`, `_` and `.`"),
            (env_name, ".", "is `.` or begins with `..`, but may not"),
        ];
        for (validator, name, expected) in cases {
            assert_eq!(validator(name).unwrap_err().to_string(), expected, "{name}");
        }
        let prefix = label_key("X.io/a").unwrap_err().to_string();
        assert_eq!(
            prefix,
            "has a part before the `/` that holds `X`, but may hold only lower-case letters, digits, `-` and `.`"
        );
    }

    #[test]
    fn suggests_labels() {
        for (name, expected) in [
            ("My_App", Some("my-app")),
            ("a.b c", Some("a-b-c")),
            ("-a-", Some("a")),
            ("web", None),
            ("é", None),
            ("__", None),
            (&"A".repeat(64), None),
        ] {
            assert_eq!(suggest_label(name).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn reads_labels() {
        assert_eq!(DnsLabel::from_term(&text("web-1")).unwrap().as_str(), "web-1");
        for (term, message, suggestions) in [
            (
                text("Web_1"),
                "the name \"Web_1\" holds `W` and `_`, but may hold only lower-case letters, digits and `-`",
                vec!["\"web-1\""],
            ),
            (name("web"), "expected a name such as `\"web-1\"`, found the word `web`", vec!["\"web\""]),
            (number("1"), "expected a name such as `\"web-1\"`, found `1`", vec![]),
        ] {
            let mismatch = fault::<DnsLabel>(&term);
            assert_eq!(mismatch.message, message);
            assert_eq!(mismatch.suggestions, suggestions);
        }
    }
}
