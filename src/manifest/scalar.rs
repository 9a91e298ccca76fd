//! What a plain scalar is, by the rules of the reader that `kubectl`, Helm and kustomize share.
//!
//! Source: `sigs.k8s.io/yaml` v1.6 reads with `goyaml.v2`, whose `resolve.go` keeps most of YAML 1.1: `yes` and `on` are
//! booleans, `0777` is octal, `1_000` is a number. Its times become texts again (`resolve`: "backward compatibility").

use super::tree::Value;

/// The value of a scalar without quotes.
pub(super) fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" | "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => return Value::Bool(true),
        "false" | "False" | "FALSE" | "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => {
            return Value::Bool(false);
        }
        _ => {}
    }
    let starts_a_number = text.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first));
    let number = if starts_a_number { number(text) } else { None };
    number.unwrap_or_else(|| Value::Text(text.into()))
}

fn number(text: &str) -> Option<Value> {
    // what nearly all numbers are
    if text.bytes().all(|b| b.is_ascii_digit())
        && !text.starts_with('0')
        && let Ok(number) = text.parse()
    {
        return Some(Value::Integer(number));
    }
    let digits: String = text.chars().filter(|c| *c != '_').collect();
    if let Some(value) = whole(&digits) {
        return Some(value);
    }
    let is_decimal = digits.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b))
        && digits.bytes().any(|b| b.is_ascii_digit());
    let float = if is_decimal { digits.parse::<f64>().ok() } else { None };
    let float = float.filter(|float| float.is_finite())?;
    Some(natural(float).map_or(Value::Float(float), Value::Integer))
}

/// A number without a fraction as a whole one: `kubectl` makes JSON of YAML before anything reads it, and there `2.0` is `2`
/// (`floatEncoder` of Go's `encoding/json`, by way of `sigs.k8s.io/yaml`).
fn natural(float: f64) -> Option<i64> {
    /// 2^53: up to it every whole number is a float of its own.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let is_whole = float.fract() == 0.0 && float.abs() <= EXACT;
    if is_whole { format!("{float:.0}").parse().ok() } else { None }
}

/// `strconv.ParseInt(text, 0, 64)` of Go: the prefix says the base, a leading zero is octal.
fn whole(text: &str) -> Option<Value> {
    let (is_negative, magnitude) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let lower = magnitude.to_ascii_lowercase();
    let (base, digits) = match lower.split_at_checked(2) {
        Some(("0x", digits)) => (16, digits),
        Some(("0o", digits)) => (8, digits),
        Some(("0b", digits)) => (2, digits),
        Some(_) if lower.starts_with('0') => (8, lower.get(1..).unwrap_or_default()),
        _ => (10, lower.as_str()),
    };
    // a second sign is none of Go's digits
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    let magnitude = u64::from_str_radix(digits, base).ok()?;
    match (is_negative, i64::try_from(magnitude)) {
        (false, Ok(number)) => Some(Value::Integer(number)),
        (false, Err(_)) => Some(Value::Natural(magnitude)),
        (true, Ok(number)) => Some(Value::Integer(-number)),
        (true, Err(_)) => (magnitude == i64::MIN.unsigned_abs()).then_some(Value::Integer(i64::MIN)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_are_what_kubectl_reads() {
        for (text, expected) in [
            ("", Value::Null),
            ("~", Value::Null),
            ("yes", Value::Bool(true)),
            ("OFF", Value::Bool(false)),
            ("oFF", Value::Text("oFF".into())),
            ("80", Value::Integer(80)),
            ("-1", Value::Integer(-1)),
            ("0777", Value::Integer(511)),
            ("0o17", Value::Integer(15)),
            ("0x1F", Value::Integer(31)),
            ("1_000", Value::Integer(1000)),
            ("0", Value::Integer(0)),
            ("18446744073709551615", Value::Natural(u64::MAX)),
            ("-9223372036854775808", Value::Integer(i64::MIN)),
            ("1.5", Value::Float(1.5)),
            ("1e3", Value::Integer(1000)),
            ("2.0", Value::Integer(2)),
            ("-0.0", Value::Integer(0)),
            ("1e20", Value::Float(1e20)),
            ("08", Value::Integer(8)),
            ("--1", Value::Text("--1".into())),
            ("1.2.3", Value::Text("1.2.3".into())),
            ("2001-01-01", Value::Text("2001-01-01".into())),
            ("500m", Value::Text("500m".into())),
            ("25%", Value::Text("25%".into())),
            ("-", Value::Text("-".into())),
            ("1e999", Value::Text("1e999".into())),
        ] {
            assert_eq!(plain(text), expected, "{text}");
        }
    }
}
