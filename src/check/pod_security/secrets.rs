//! What looks like a secret: by the shape of a value, or by the name that it stands under.
//!
//! Invariant: what is recognized is named by its kind; the value itself is never repeated.

use std::collections::BTreeSet;

/// A secret within a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Secret<'t> {
    /// Its kind, with its article.
    pub(super) kind: &'static str,
    /// What of the text it is.
    pub(super) text: &'t str,
}

/// The secret that a text holds, by its shape alone.
pub(super) fn by_shape(text: &str) -> Option<Secret<'_>> {
    if text.contains("-----BEGIN ") && text.contains("PRIVATE KEY-----") {
        return Some(Secret { kind: "a private key", text });
    }
    if let Some(password) = password_in_url(text) {
        return Some(Secret { kind: "a password in a URL", text: password });
    }
    let token = |word| token(word).map(|kind| Secret { kind, text: word });
    in_connection_string(text)
        .or_else(|| in_slack_webhook(text))
        .or_else(|| text.split(|c: char| !is_part(c)).find_map(token))
        .or_else(|| in_authorization(text))
}

/// Prefixes of tokens, how many characters follow at least, and whose they are: from the issuers' documentation, and those of npm,
/// `OpenAI`, Anthropic, `SendGrid`, Hugging Face, `PyPI` and Shopify from the rules of gitleaks (`config/gitleaks.toml` at 420a0f55),
/// whose lengths are lower bounds here, since issuers make keys longer. gitleaks has no rule for `dckr_pat_` (Docker Hub API, "Create
/// access token") and `whsec_` (Stripe, "Webhooks"), whose issuers state no length.
const TOKENS: [(&str, usize, &str); 29] = [
    ("npm_", 36, "an npm token"),
    ("sk-proj-", 40, "an OpenAI key"),
    ("sk-svcacct-", 40, "an OpenAI key"),
    ("sk-admin-", 40, "an OpenAI key"),
    ("sk-ant-", 40, "an Anthropic key"),
    ("SG.", 60, "a SendGrid key"),
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
    ("hf_", 34, "a Hugging Face token"),
    ("api_org_", 34, "a Hugging Face token"),
    ("dckr_pat_", 15, "a Docker Hub token"),
    ("pypi-AgEIcHlwaS5vcmc", 50, "a PyPI token"),
    ("shpat_", 32, "a Shopify token"),
    ("shpca_", 32, "a Shopify token"),
    ("shppa_", 32, "a Shopify token"),
    ("shpss_", 32, "a Shopify secret"),
    ("whsec_", 24, "a webhook's signing secret"),
];

/// What a key of `OpenAI` begins with that does not say what it is of.
const PLAIN_KEY: &str = "sk-";
/// What the header and the claims of a signed token begin with: base64 of `{"`.
const SIGNED: &str = "eyJ";

/// What a text may not begin with, so that no token comes of it between what stands before and behind it. It is of letters,
/// digits, `.`, `_` and `-`.
///
/// # Errors
/// What may come of it whatever it begins with, with its article.
pub fn openings(before: &str, behind: &str) -> Result<Vec<String>, &'static str> {
    let words = before.trim_end_matches(|c: char| !c.is_whitespace()).split_whitespace();
    let scheme = words.map(bare).map(last_word).next_back().unwrap_or_default();
    if [BASIC, BEARER].into_iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
        return Err("a token for HTTP");
    }
    if before.contains("slack.com") || behind.contains("slack.com") || behind.contains("/services/") {
        return Err("a Slack webhook's address");
    }
    let begun = before.get(before.trim_end_matches(is_part).len()..).unwrap_or_default();
    let all = TOKENS.iter().map(|(prefix, _, kind)| (*prefix, *kind));
    let all = all.chain([(PLAIN_KEY, "an OpenAI key"), (SIGNED, "a signed token (JWT)")]);
    let mut openings = Vec::new();
    for (opening, kind) in all {
        if begun.starts_with(opening) {
            return Err(kind);
        }
        openings.extend(opening.strip_prefix(begun).map(str::to_owned));
    }
    Ok(openings)
}

/// What words are made of that may be tokens.
fn is_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')
}

fn token(word: &str) -> Option<&'static str> {
    let is_token = |prefix: &str, length: usize| {
        word.strip_prefix(prefix).is_some_and(|rest| rest.len() >= length && !is_placeholder(rest))
    };
    let by_prefix = TOKENS.iter().find(|(prefix, length, _)| is_token(prefix, *length));
    by_prefix
        .map(|(_, _, kind)| *kind)
        .or_else(|| is_plain_openai_key(word).then_some("an OpenAI key"))
        .or_else(|| is_jwt(word).then_some("a signed token (JWT)"))
}

/// `sk-` and 48 letters and digits, as keys of `OpenAI` were before they said what they are of (`openai-api-key` of gitleaks, where
/// `T3BlbkFJ` stands in their middle; others that speak its API make theirs of such a length without it). A word with hyphens is
/// a name.
fn is_plain_openai_key(word: &str) -> bool {
    let key =
        word.strip_prefix(PLAIN_KEY).filter(|key| key.len() >= 48 && key.chars().all(|c| c.is_ascii_alphanumeric()));
    key.is_some_and(|key| key.contains(|c: char| c.is_ascii_digit()) && !is_placeholder(key))
}

/// What of the address of a Slack webhook opens it (Slack, "Sending messages using incoming webhooks": the URL contains a secret;
/// `slack-webhook-url` of gitleaks): all behind the host, which names the workspace, the webhook and its secret.
fn in_slack_webhook(text: &str) -> Option<Secret<'_>> {
    let starts = ["hooks.slack.com/services/", "hooks.slack.com/workflows/", "hooks.slack.com/triggers/"];
    starts.into_iter().find_map(|start| {
        let behind = text.get(text.find(start)? + start.len()..)?;
        let is_of_path = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '+');
        let path = behind.get(..behind.find(|c| !is_of_path(c)).unwrap_or(behind.len()))?;
        let is_meant = !path.rsplit('/').next().is_some_and(is_placeholder);
        (path.len() >= 43 && is_meant).then_some(Secret { kind: "a Slack webhook's address", text: path })
    })
}

/// Whether a text stands where a secret will: `xxxxxxxx`, `****`.
fn is_placeholder(text: &str) -> bool {
    let letters: BTreeSet<char> =
        text.chars().filter(|c| !matches!(c, '-' | '_' | '.')).map(|c| c.to_ascii_lowercase()).collect();
    letters.len() < 3
}

/// What follows `Basic` and `Bearer` in the value of an `Authorization` header: the base64 of `user:password` (RFC 7617, 2), or a
/// token (RFC 6750, 2.1) that is long, and no word of a sentence.
fn in_authorization(text: &str) -> Option<Secret<'_>> {
    let mut scheme = "";
    for word in text.split_whitespace() {
        let value = bare(word);
        if scheme.eq_ignore_ascii_case(BASIC) && is_token(value) && is_user_and_password(value) {
            return Some(Secret { kind: "a password for HTTP (`Basic`)", text: value });
        }
        if scheme.eq_ignore_ascii_case(BEARER) && is_token(value) && is_long_token(value) {
            return Some(Secret { kind: "a token for HTTP (`Bearer`)", text: value });
        }
        scheme = last_word(value);
    }
    None
}

/// The schemes of HTTP behind which a secret stands.
const BASIC: &str = "basic";
const BEARER: &str = "bearer";

/// A word without the signs around it.
fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| is_quote(c) || matches!(c, ',' | ';'))
}

/// The letters and digits at the end of a text.
fn last_word(text: &str) -> &str {
    text.rsplit(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default()
}

/// Whether a text is made of what tokens are made of (RFC 6750, 2.1), and no place where one will stand.
fn is_token(text: &str) -> bool {
    let bare = text.trim_end_matches('=');
    let is_of_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '~' | '+' | '/');
    bare.chars().all(is_of_token) && !is_placeholder(bare)
}

/// Whether a token is too long and too mixed to be a word.
fn is_long_token(text: &str) -> bool {
    let bare = text.trim_end_matches('=');
    bare.len() >= 16 && bare.contains(|c: char| c.is_ascii_digit()) && bare.contains(|c: char| c.is_ascii_alphabetic())
}

/// Whether a text is the base64 of `user:password`, with a password that is written out.
fn is_user_and_password(text: &str) -> bool {
    let plain = base64(text).and_then(|bytes| String::from_utf8(bytes).ok());
    let is_printable = |text: &&String| text.chars().all(|c| !c.is_control());
    let plain = plain.as_ref().filter(is_printable).and_then(|plain| plain.split_once(':'));
    plain.is_some_and(|(_, password)| !password.is_empty() && !is_put_in(password))
}

/// What base64 (RFC 4648, 4) stands for; `None` where it is none.
fn base64(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=');
    if digits.len() % 4 == 1 || text.len() - digits.len() > 2 {
        return None;
    }
    let (mut bytes, mut bits, mut n_bits) = (Vec::new(), 0_u32, 0_u32);
    for digit in digits.bytes() {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        (bits, n_bits) = ((bits << 6 | u32::from(value)) & 0xffff, n_bits + 6);
        if n_bits >= 8 {
            n_bits -= 8;
            bytes.push(u8::try_from(bits >> n_bits & 0xff).ok()?);
        }
    }
    Some(bytes)
}

/// Three parts of base64, of which the first two are JSON objects (RFC 7519).
fn is_jwt(word: &str) -> bool {
    let parts: Vec<&str> = word.split('.').collect();
    let [header, claims, signature] = parts.as_slice() else { return false };
    header.starts_with(SIGNED) && claims.starts_with(SIGNED) && signature.len() >= 16
}

/// `scheme://user:password@host` (RFC 3986, 3.2.1) with a password that is written out.
fn password_in_url(text: &str) -> Option<&str> {
    text.match_indices("://").find_map(|(at, mark)| {
        let behind = text.get(at + mark.len()..)?;
        let authority = behind.split(['/', '?', '#']).next()?;
        let (_, password) = authority.rsplit_once('@').and_then(|(user, _)| user.split_once(':'))?;
        (!password.is_empty() && !is_put_in(password)).then_some(password)
    })
}

/// What a connection string calls what opens the door, in lower case.
const OPENERS: [&str; 5] = ["password", "passwd", "pwd", "accountkey", "sharedaccesskey"];
/// What it says besides, by the last word of each name: to whom, and as whom.
const WHEREABOUTS: [&str; 15] = [
    "server",
    "host",
    "hostname",
    "source",
    "addr",
    "port",
    "endpoint",
    "user",
    "username",
    "uid",
    "id",
    "database",
    "dbname",
    "catalog",
    "accountname",
];

/// `Server=db;Password=..` and `host=db password=..`, of which one says where or who; `user:password@tcp(db:3306)`, as
/// the drivers of Go write it.
fn in_connection_string(text: &str) -> Option<Secret<'_>> {
    const PASSWORD: &str = "a password in a connection string";
    let mut by_driver = ["@tcp(", "@unix("].into_iter().filter_map(|mark| text.split_once(mark));
    let by_driver = by_driver.find_map(|(before, _)| {
        let user = before.rsplit(|c: char| c.is_whitespace() || is_quote(c)).next()?;
        let (_, password) = user.split_once(':')?;
        (!password.is_empty() && !is_put_in(password)).then_some(password)
    });
    if let Some(text) = by_driver {
        return Some(Secret { kind: PASSWORD, text });
    }
    let named =
        |names: &[&str], name: &str| names.contains(&name.trim_start_matches('-').to_ascii_lowercase().as_str());
    let opener = assignments(text).find(|(name, value)| named(&OPENERS, name) && is_written(value))?;
    let is_connection = assignments(text).any(|(name, _)| named(&WHEREABOUTS, name));
    let is_key = opener.0.to_ascii_lowercase().ends_with("key");
    let kind = if is_key { "a key in a connection string" } else { PASSWORD };
    is_connection.then_some(Secret { kind, text: opener.1 })
}

/// The first name in a text that says that what is assigned to it there is secret, and that: `password` of `--password=..`, of
/// a line of a properties file, of YAML or of JSON.
pub(super) fn assigned(text: &str) -> Option<(&str, &str)> {
    assignments(text).find(|(name, value)| by_name(name) && is_written(value))
}

/// What a text assigns: `NAME=VALUE` anywhere, `NAME: VALUE` where an entry of YAML or JSON begins.
fn assignments(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.match_indices(['=', ':']).filter_map(|(at, mark)| {
        let (before, behind) = (text.get(..at)?.trim_end_matches([' ', '\t']), text.get(at + 1..)?);
        let unquoted = before.strip_suffix(is_quote).unwrap_or(before);
        let is_named = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        let name = unquoted.get(unquoted.trim_end_matches(is_named).len()..).filter(|name| !name.is_empty())?;
        if mark == ":" {
            let line = unquoted.strip_suffix(name)?.rsplit(['\n', ',', '{']).next()?;
            let opens = line.chars().all(|c| c.is_whitespace() || c == '-' || is_quote(c));
            if !opens || !behind.starts_with(|c: char| c.is_whitespace() || is_quote(c)) {
                return None;
            }
        }
        Some((name, assigned_value(behind)))
    })
}

/// The value at the start of what stands behind a `=` or `:`: within its quotes, or up to where the next one may begin.
fn assigned_value(behind: &str) -> &str {
    let behind = behind.trim_start_matches([' ', '\t']);
    let value = match behind.strip_prefix(is_quote) {
        Some(quoted) => quoted.split(is_quote).next(),
        None => behind.split(|c: char| c.is_whitespace() || is_quote(c) || matches!(c, ';' | '&' | ',')).next(),
    };
    value.unwrap_or_default()
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\'')
}

/// Whether something else is put in the place of a text: `$(NAME)`, an address, what a shell or a template expands.
fn is_put_in(text: &str) -> bool {
    let by_shell = |rest: &str| {
        rest.starts_with(|c: char| matches!(c, '(' | '{' | '_') || c.is_ascii_digit() || c.is_ascii_uppercase())
    };
    text.strip_prefix('$').is_some_and(by_shell)
        || text.starts_with("{{")
        || text.starts_with('`')
        || (text.starts_with('<') && text.ends_with('>'))
}

/// What a setting that is on or off is set to, in lower case.
const SWITCHES: [&str; 10] = ["true", "false", "yes", "no", "on", "off", "0", "1", "none", "null"];

/// Whether a value that stands under a secret's name can be the secret: no switch, nothing to be put in, and no place
/// where it is kept (a path, a URL, a resource of AWS, a path of Vault).
pub(super) fn is_written(value: &str) -> bool {
    let is_path = value.starts_with(['/', '.']) && value.chars().skip(1).any(|c| c == '/') && !value.contains(' ');
    // base64 begins with `/` as well, and has capitals
    let is_path = is_path && !value.contains(|c: char| c.is_ascii_uppercase() || matches!(c, '+' | '='));
    let is_kept = is_path || value.contains("://") || value.starts_with("arn:") || value.starts_with("vault:");
    let is_operator = value.starts_with(['=', '~', '>']);
    let is_switch = value.is_empty() || SWITCHES.contains(&value.to_ascii_lowercase().as_str());
    !is_switch && !is_put_in(value) && !is_kept && !is_operator
}

/// Last words of a name that say that its value is secret.
const NAMES: [&str; 8] = ["PASSWORD", "PASSWD", "PASSPHRASE", "SECRET", "TOKEN", "CREDENTIAL", "CREDENTIALS", "PWD"];
/// What may stand before `KEY` to say the same.
const KEYS: [&str; 11] =
    ["API", "ACCESS", "PRIVATE", "SECRET", "SIGNING", "ENCRYPTION", "MASTER", "AUTH", "ACCOUNT", "LICENSE", "HMAC"];
/// Whose secrets are often written as one word with them, such as `PGPASS` and `clientsecret`: by these `BYPASS` and
/// `COMPASS` are told from them.
const OWNERS: [&str; 20] = [
    "PG", "DB", "SQL", "MYSQL", "MONGO", "REDIS", "RABBIT", "SMTP", "MAIL", "LDAP", "USER", "ROOT", "ADMIN", "AUTH",
    "API", "APP", "CLIENT", "ACCESS", "REFRESH", "BEARER",
];
/// What stands before `PASS` where it is a run, a filter or a card.
const PASSES: [&str; 10] = ["FIRST", "SECOND", "SINGLE", "TWO", "MULTI", "HIGH", "LOW", "BAND", "BOARDING", "SEASON"];
/// Words by which no part of a name is about a secret: bounds of how many, and what everybody may know.
const OPEN: [&str; 4] = ["MAX", "MIN", "PUBLIC", "PUBLISHABLE"];

/// Whether a name says that its value is secret: `DB_PASSWORD`, `api-key`, `clientSecret`; not `TOKEN_TTL`.
pub(super) fn by_name(name: &str) -> bool {
    let all = words(name);
    // `API_KEY_2` is another one
    let is_number = |word: &String| word.chars().all(|c| c.is_ascii_digit());
    let counted = all.iter().rev().take_while(|word| is_number(word)).count();
    let words: Vec<&str> = all.iter().take(all.len() - counted).map(String::as_str).collect();
    if words.iter().any(|word| OPEN.contains(word)) {
        return false;
    }
    match words.as_slice() {
        [.., kind, "KEY"] => KEYS.contains(kind),
        ["PASS"] | [.., "SECRET", "KEY", "BASE"] => true,
        // names of objects of the cluster, and folders
        [.., "TLS" | "PULL", "SECRET"] | ["PWD"] | [.., "OLD", "PWD"] | [] => false,
        [.., before, "PASS"] => !PASSES.contains(before),
        [.., last] => NAMES.contains(last) || is_joined(last),
    }
}

/// Whether a name in the values of a chart says that its value is secret. A Secret, credentials and a key of a Secret are as a rule
/// named there by what they are called in the cluster (`existingSecret`), but for the secret of a client, of cookies or of signed
/// tokens, which is written out (`helm/oauth2-proxy/values.yaml` of oauth2-proxy/manifests at 002cbe5c has all but the last).
pub(super) fn by_value_name(name: &str) -> bool {
    let words = words(name);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let is_of_cluster = match words.as_slice() {
        [.., "CLIENT" | "COOKIE" | "JWT", "SECRET"] => false,
        [.., "SECRET" | "CREDENTIAL" | "CREDENTIALS"] | [.., "SECRET", "KEY"] => true,
        _ => false,
    };
    !is_of_cluster && by_name(name)
}

/// Whether a word is a secret's name joined to what stands before it: `PGPASSWORD`, `dbpass`, `APIKEY`.
fn is_joined(word: &str) -> bool {
    let joined = |last: &str| word.strip_suffix(last).filter(|before| !before.is_empty());
    let always = ["PASSWORD", "PASSWD", "PASSPHRASE"].into_iter().any(|last| joined(last).is_some());
    let owned =
        ["PASS", "PWD", "TOKEN", "SECRET"].into_iter().filter_map(joined).any(|before| OWNERS.contains(&before));
    always || owned || joined("KEY").is_some_and(|before| KEYS.contains(&before))
}

/// The words of a name in capitals: `DB_PASS`, `db-pass`, `db.pass` and `dbPass` are `DB` and `PASS`; `APIToken` is `API`
/// and `TOKEN`; `PASSWORD2` is `PASSWORD` and `2`.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for run in name.split(|c: char| !c.is_ascii_alphanumeric()) {
        let chars: Vec<char> = run.chars().collect();
        for (at, c) in chars.iter().enumerate() {
            let before = at.checked_sub(1).and_then(|at| chars.get(at));
            let is_lower_next = chars.get(at + 1).is_some_and(char::is_ascii_lowercase);
            let begins = before.is_none_or(|before| {
                let rises = c.is_ascii_uppercase() && (before.is_ascii_lowercase() || is_lower_next);
                rises || (before.is_ascii_digit() && c.is_ascii_uppercase())
            });
            let ends_in_digits = c.is_ascii_digit() && chars.iter().skip(at).all(char::is_ascii_digit);
            let begins = begins || (ends_in_digits && before.is_some_and(char::is_ascii_alphabetic));
            match words.last_mut().filter(|_| !begins) {
                Some(word) => word.push(c.to_ascii_uppercase()),
                None => words.push(c.to_ascii_uppercase().to_string()),
            }
        }
    }
    words
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
            ("redis://:hunter2@cache:6379", Some("a password in a URL")),
            ("postgres://app:$(PASSWORD)@db:5432/app", None),
            ("postgres://app:$PASSWORD@db:5432/app", None),
            ("postgres://app@db:5432/app", None),
            ("postgres://app:@db", None),
            ("http://host/path:a@b", None),
            ("Server=db;User Id=app;Password=hunter2;", Some("a password in a connection string")),
            ("host=db user=app password='hunter2'", Some("a password in a connection string")),
            ("jdbc:postgresql://db/app?user=app&password=hunter2", Some("a password in a connection string")),
            ("app:hunter2@tcp(db:3306)/shop", Some("a password in a connection string")),
            ("AccountName=shop;AccountKey=c2VjcmV0==;", Some("a key in a connection string")),
            ("Server=db;User Id=app;Password=;", None),
            ("host=db user=app password=$(PASSWORD)", None),
            ("app:$(PASSWORD)@tcp(db:3306)/shop", None),
            ("app@tcp(db:3306)/shop", None),
            ("Server=db;Integrated Security=true", None),
            ("password=hunter2", None),
            ("AKIAIOSFODNN7EXAMPLE", Some("an AWS access key")),
            ("AKIAIOSFODNN7EXAMPL", None),
            ("id=ghp_0123456789012345678901234567890123456", Some("a GitHub token")),
            ("eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJlMTIz", Some("a signed token (JWT)")),
            ("eyJhbGciOi.eyJzdWIiOi", None),
            ("npm_a1B2c3a1B2c3a1B2c3a1B2c3a1B2c3a1B2c3", Some("an npm token")),
            ("npm_a1B2c3a1B2c3a1B2c3a1B2c3a1B2c3a1B2c", None),
            ("npm_config_registry", None),
            ("sk-proj-aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3", Some("an OpenAI key")),
            ("sk-proj-your-key-goes-here", None),
            ("sk-proj-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", None),
            ("sk-ant-api03-aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3", Some("an Anthropic key")),
            ("SG.aBcDeFgHiJkLmNoPqRsTuV.aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789abcdefg", Some("a SendGrid key")),
            ("SG.Services.Module", None),
            ("Basic dXNlcjpwYXNzd29yZA==", Some("a password for HTTP (`Basic`)")),
            ("--header=Authorization: Basic dXNlcjpwYXNzd29yZA==", Some("a password for HTTP (`Basic`)")),
            // `user:`, and no base64
            ("Basic dXNlcjo=", None),
            ("Basic authentication", None),
            ("Basic $(CREDENTIALS)", None),
            ("Bearer abcdef0123456789abcdef", Some("a token for HTTP (`Bearer`)")),
            ("Authorization: bearer abcdef0123456789abcdef", Some("a token for HTTP (`Bearer`)")),
            ("Bearer abcdef012345678", None),
            ("Bearer authentication-tokens-only", None),
            ("Bearer $(TOKEN)", None),
            ("Bearer {{ .Values.token0123456789 }}", None),
            ("Bearer xxxxxxxxxxxxxxxxxxxx", None),
            ("sk-aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3a", Some("an OpenAI key")),
            ("sk-aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB", None),
            ("sk-aBcaBcaBcaBcaBcaBcaBcaBcaBcaBcaBcaBcaBcaBcaBcaBca", None),
            ("sk-a-name-of-48-letters-with-hyphens-between-its-words", None),
            ("hf_aBcDeFgHiJkLmNoPqRsTuVwXyZaBcDeFgH", Some("a Hugging Face token")),
            ("hf_aBcDeFgHiJkLmNoPqRsTuVwXyZaBcDeFg", None),
            ("hf_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", None),
            ("dckr_pat_124509ugsdjga93", Some("a Docker Hub token")),
            ("dckr_pat_124509ugsdjga9", None),
            ("pypi-AgEIcHlwaS5vcmcCJDAxMjM0NTY3LTg5YWItY2RlZi0wMTIzLTQ1Njc4OWFiY2RlZgAC", Some("a PyPI token")),
            ("pypi-proxy", None),
            ("shpat_0123456789abcdef0123456789abcdef", Some("a Shopify token")),
            ("shpat_0123456789abcdef0123456789abcde", None),
            ("shpss_0123456789abcdef0123456789abcdef", Some("a Shopify secret")),
            ("whsec_aB3aB3aB3aB3aB3aB3aB3aB3", Some("a webhook's signing secret")),
            ("whsec_aB3aB3aB3aB3aB3aB3aB3aB", None),
            (
                "https://hooks.slack.com/services/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",
                Some("a Slack webhook's address"),
            ),
            ("https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX", None),
            ("https://hooks.slack.com/services/", None),
            ("https://hooks.slack.com/services/$(SLACK_PATH)", None),
            ("info", None),
        ] {
            assert_eq!(by_shape(text).map(|secret| secret.kind), expected, "{text}");
            assert!(by_shape(text).is_none_or(|secret| text.contains(secret.text)), "{text}");
        }
    }

    #[test]
    fn knows_what_a_text_assigns_by_its_name() {
        for (text, expected) in [
            ("Password=hunter2;", Some("Password")),
            ("--db-password=hunter2", Some("--db-password")),
            ("-Dspring.datasource.password=hunter2", Some("-Dspring.datasource.password")),
            ("log = info\ndb.password = hunter2\n", Some("db.password")),
            ("log: info\ndb:\n  password: hunter2\n", Some("password")),
            (r#"{"user":"app","apiKey": "k-123"}"#, Some("apiKey")),
            ("PGPASSWORD=hunter2 psql", Some("PGPASSWORD")),
            ("--password-file=/run/password", None),
            ("--token=/run/secrets/token", None),
            ("--token=$(TOKEN)", None),
            ("db.password=${DB_PASSWORD}", None),
            ("password=", None),
            ("user.password != null && token == x", None),
            ("vault:secret:token", None),
            ("http://api/token:renew", None),
            ("type your password: now", None),
            ("response_type=token&grant=password", None),
        ] {
            assert_eq!(assigned(text).map(|(name, _)| name), expected, "{text}");
        }
    }

    #[test]
    fn knows_secrets_by_their_name() {
        for name in [
            "DB_PASSWORD",
            "password",
            "DB_PASS",
            "PASS",
            "dbPass",
            "dbpass",
            "PGPASS",
            "PGPASSWORD",
            "MYSQL_PWD",
            "api-key",
            "apiKey",
            "APIKEY",
            "STRIPE_API_KEY",
            "API_KEY_2",
            "apiToken",
            "APIToken",
            "authtoken",
            "clientSecret",
            "CLIENTSECRET",
            "SECRET_KEY_BASE",
            "RAILS_MASTER_KEY",
            "AWS_SECRET_ACCESS_KEY",
            "PASSWORD2",
            "spring.datasource.password",
            "oauth2Token",
        ] {
            assert!(by_name(name), "{name}");
        }
        for name in [
            "CACHE_KEY",
            "TOKEN_TTL",
            "PASSWORD_FILE",
            "SECRETARY",
            "KEY",
            "PASSPORT_URL",
            "PASSTHROUGH",
            "SSL_PASSTHROUGH",
            "SECRET_NAME",
            "TOKEN_FILE",
            "PASSWORD_MIN_LENGTH",
            "KEY_PREFIX",
            "COMPASS",
            "COMPASS_URL",
            "BYPASS",
            "CACHE_BYPASS",
            "cacheBypass",
            "TRESPASS",
            "FIRST_PASS",
            "PWD",
            "OLDPWD",
            "tokenTtl",
            "MAX_TOKEN",
            "MAX_TOKENS",
            "MAPBOX_PUBLIC_TOKEN",
            "PUBLIC_API_KEY",
            "TLS_SECRET",
            "IMAGE_PULL_SECRET",
            "AWS_ACCESS_KEY_ID",
            "MONKEY",
            "TOKENIZER",
            "PASSENGER",
            "",
            "2",
        ] {
            assert!(!by_name(name), "{name}");
        }
    }

    #[test]
    fn knows_the_name_of_a_secret_from_that_of_what_is_secret() {
        for name in ["password", "rootPassword", "adminPass", "apiKey", "token", "clientSecret", "cookieSecret"] {
            assert!(by_value_name(name), "{name}");
        }
        for name in [
            "existingSecret",
            "authSecret",
            "auth-secret",
            "passwordSecret",
            "secret",
            "secretName",
            "credentials",
            "secretKey",
            "existingSecretPasswordKey",
            "tokenTtl",
            "pullSecret",
        ] {
            assert!(!by_value_name(name), "{name}");
        }
    }

    #[test]
    fn knows_a_secret_from_where_it_is_kept() {
        for value in ["hunter2", "12345", "/aB3+x/9Q==", "$ecret"] {
            assert!(is_written(value), "{value}");
        }
        for value in [
            "",
            "yes",
            "False",
            "$(A)",
            "${A}",
            "$A",
            "{{ a }}",
            "<password>",
            "/run/secrets/db",
            "./token",
            "https://id/token",
            "arn:aws:secretsmanager:eu-west-1:1:secret:db",
            "vault:secret/data/db#password",
        ] {
            assert!(!is_written(value), "{value}");
        }
    }
}
