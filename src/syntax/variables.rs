//! Which names a piece of a spec uses, read from its text: for places of which the tree is not at hand.
//!
//! Invariant: what it finds is what the grammar reads as `$name` and, within strings, as `${name}`.

use std::collections::BTreeSet;

/// The names behind `$` and within `${..}` of a piece that begins outside of strings.
pub fn variables(text: &str) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    // what ends the string that is open
    let mut quote: Option<&str> = None;
    let mut rest = text;
    while let Some(at) = rest.find(['"', '\\', '$', '/']) {
        let here = rest.get(at..).unwrap_or_default();
        let mut length = 1;
        let mark = if here.starts_with("\"\"\"") { "\"\"\"" } else { "\"" };
        if here.starts_with(quote.unwrap_or(mark)) {
            length = quote.unwrap_or(mark).len();
            quote = if quote.is_some() { None } else { Some(mark) };
        } else if here.starts_with('\\') {
            length += here.chars().nth(1).map_or(0, char::len_utf8);
        } else if here.starts_with("//") && quote.is_none() {
            length = here.find('\n').unwrap_or(here.len());
        } else if let Some(braced) = here.strip_prefix("${") {
            if let Some((name, _)) = braced.split_once('}').filter(|(name, _)| is_name(name)) {
                found.insert(name);
            }
        } else if let Some(bare) = here.strip_prefix('$').filter(|_| quote.is_none()) {
            let end = bare.find(|c: char| !is_part(c)).unwrap_or(bare.len());
            found.extend(bare.get(..end).filter(|name| is_name(name)));
        }
        rest = here.get(length..).unwrap_or_default();
    }
    found
}

fn is_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(is_part)
}

#[cfg(test)]
mod tests {
    use super::variables;

    fn found(text: &str) -> Vec<&str> {
        variables(text).into_iter().collect()
    }

    #[test]
    fn names_stand_behind_a_dollar_and_in_strings_within_braces() {
        assert_eq!(found("drain $stop-time; grace $g..$h"), ["g", "h", "stop-time"]);
        assert_eq!(found("\"web:${tag}-${arch}\""), ["arch", "tag"]);
        assert_eq!(found("\"\"\"say \"hi\" $no ${yes}\"\"\" $too"), ["too", "yes"]);
    }

    #[test]
    fn what_is_escaped_or_a_comment_or_plain_text_is_no_name() {
        assert!(found("\"\\${tag} $tag ${a.host} ${}\" // $tag").is_empty());
        assert_eq!(found("\"http://x/${tag}\" \"\" $b"), ["b", "tag"]);
    }
}
