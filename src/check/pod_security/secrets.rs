//! What looks like a secret: by the shape of a value, or by the name of a setting.
//!
//! Invariant: what is recognized is named by its kind; the value itself is never repeated.

/// The kind of secret that a text holds, with its article, by its shape alone.
pub(super) fn by_shape(text: &str) -> Option<&'static str> {
    if text.contains("-----BEGIN ") && text.contains("PRIVATE KEY-----") {
        return Some("a private key");
    }
    if has_password_in_url(text) {
        return Some("a password in a URL");
    }
    text.split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-' | '.')).find_map(token)
}

/// Prefixes of tokens, how many characters follow at least, and whose they are. From the issuers' documentation (2026).
const TOKENS: [(&str, usize, &str); 14] = [
    ("AKIA", 16, "an AWS access key"),
    ("ASIA", 16, "an AWS access key"),
    ("ghp_", 36, "a GitHub token"),
    ("gho_", 36, "a GitHub token"),
    ("ghs_", 36, "a GitHub token"),
    ("github_pat_", 22, "a GitHub token"),
    ("glpat-", 20, "a GitLab token"),
    ("xoxb-", 20, "a Slack token"),
    ("xoxp-", 20, "a Slack token"),
    ("AIza", 35, "a Google API key"),
    ("sk_live_", 20, "a Stripe key"),
    ("rk_live_", 20, "a Stripe key"),
    ("hvs.", 20, "a Vault token"),
    ("dop_v1_", 32, "a DigitalOcean token"),
];

fn token(word: &str) -> Option<&'static str> {
    let by_prefix =
        TOKENS.iter().find(|(prefix, length, _)| word.strip_prefix(prefix).is_some_and(|rest| rest.len() >= *length));
    by_prefix.map(|(_, _, kind)| *kind).or_else(|| is_jwt(word).then_some("a signed token (JWT)"))
}

/// Three parts of base64, of which the first two are JSON objects (RFC 7519).
fn is_jwt(word: &str) -> bool {
    let parts: Vec<&str> = word.split('.').collect();
    let [header, claims, signature] = parts.as_slice() else { return false };
    header.starts_with("eyJ") && claims.starts_with("eyJ") && signature.len() >= 16
}

/// `scheme://user:password@host` (RFC 3986, 3.2.1) with a password that is written out: not empty, and no `$(NAME)` or
/// address to be put in.
fn has_password_in_url(text: &str) -> bool {
    text.match_indices("://").any(|(at, mark)| {
        let behind = text.get(at + mark.len()..).unwrap_or_default();
        let authority = behind.split(['/', '?', '#']).next().unwrap_or_default();
        let password = authority.rsplit_once('@').and_then(|(user, _)| user.split_once(':'));
        password.is_some_and(|(_, password)| !password.is_empty() && !password.starts_with("$("))
    })
}

/// Last words of a setting's name that say that its value is secret.
const NAMES: [&str; 8] = ["PASSWORD", "PASSWD", "PASSPHRASE", "SECRET", "TOKEN", "CREDENTIAL", "CREDENTIALS", "APIKEY"];
/// What may stand before `KEY` to say the same.
const KEYS: [&str; 6] = ["API", "ACCESS", "PRIVATE", "SECRET", "SIGNING", "ENCRYPTION"];

/// Whether the name of a setting says that its value is secret: `DB_PASSWORD`, `api-key`; not `TOKEN_TTL`.
pub(super) fn by_name(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    let words: Vec<&str> = upper.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    match words.as_slice() {
        [.., kind, "KEY"] if KEYS.contains(kind) => true,
        [.., last] => NAMES.contains(last),
        [] => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_secrets_by_their_shape() {
        for (text, expected) in [
            ("-----BEGIN RSA PRIVATE KEY-----\nMII", Some("a private key")),
            ("-----BEGIN CERTIFICATE-----\nMII", None),
            ("postgres://app:hunter2@db:5432/app", Some("a password in a URL")),
            ("postgres://app:$(PASSWORD)@db:5432/app", None),
            ("postgres://app@db:5432/app", None),
            ("postgres://app:@db", None),
            ("http://host/path:a@b", None),
            ("AKIAIOSFODNN7EXAMPLE", Some("an AWS access key")),
            ("AKIAIOSFODNN7EXAMPL", None),
            ("id=ghp_0123456789012345678901234567890123456", Some("a GitHub token")),
            ("eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJlMTIz", Some("a signed token (JWT)")),
            ("eyJhbGciOi.eyJzdWIiOi", None),
            ("info", None),
        ] {
            assert_eq!(by_shape(text), expected, "{text}");
        }
    }

    #[test]
    fn knows_secrets_by_their_name() {
        for (name, expected) in [
            ("DB_PASSWORD", true),
            ("password", true),
            ("api-key", true),
            ("STRIPE_API_KEY", true),
            ("CACHE_KEY", false),
            ("TOKEN_TTL", false),
            ("PASSWORD_FILE", false),
            ("SECRETARY", false),
            ("KEY", false),
        ] {
            assert_eq!(by_name(name), expected, "{name}");
        }
    }
}
