//! Lengths of time of the API as exact numbers: `1h30m0s`, `1.5h`, `90m`.
//!
//! Source: `ParseDuration` of Go's package `time`, 1.24, by which `metav1.Duration` is read (apimachinery
//! `pkg/apis/meta/v1/duration.go`, 0.33). What is below a nanosecond is cut off, as it is there.

/// The units and their nanoseconds; a micro has two signs.
const UNITS: [(&str, u128); 8] = [
    ("ns", 1),
    ("us", 1000),
    ("µs", 1000),
    ("μs", 1000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// The nanoseconds; `None` for what is none, negative, or longer than Go counts.
pub fn in_nanoseconds(text: &str) -> Option<u64> {
    let mut rest = text.strip_prefix('+').unwrap_or(text);
    if rest == "0" {
        return Some(0);
    }
    let is_of_number = |character: char| character.is_ascii_digit() || character == '.';
    let mut sum = 0_u128;
    loop {
        let (number, behind) = rest.split_at_checked(rest.find(|character| !is_of_number(character))?)?;
        let (unit, next) = behind.split_at_checked(behind.find(is_of_number).unwrap_or(behind.len()))?;
        let (_, factor) = UNITS.into_iter().find(|(name, _)| *name == unit)?;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if fraction.contains('.') {
            return None;
        }
        // of no digits at all there is no number
        let digits: u128 = format!("{whole}{fraction}").parse().ok()?;
        let places = u32::try_from(fraction.len()).ok()?;
        sum = sum.checked_add(digits.checked_mul(factor)? / 10_u128.checked_pow(places)?)?;
        if next.is_empty() {
            break;
        }
        rest = next;
    }
    i64::try_from(sum).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::in_nanoseconds;

    #[test]
    fn reads_what_go_reads() {
        for (one, other) in [
            ("15m", "15m0s"),
            ("15m", "900s"),
            ("15m", "0.25h"),
            ("1h30m", "1.5h"),
            ("1h30m", "+90m"),
            ("0", "0s"),
            ("1s", "1000ms"),
            ("1ms", "1000us"),
            ("1µs", "1μs"),
            ("1us", "1000ns"),
            ("1.s", ".5s500ms"),
        ] {
            assert_eq!(in_nanoseconds(one), in_nanoseconds(other), "{one} {other}");
            assert!(in_nanoseconds(one).is_some(), "{one}");
        }
        assert_ne!(in_nanoseconds("15m"), in_nanoseconds("15m1ns"));
        assert_eq!(in_nanoseconds("0.5ns"), Some(0));
        assert_eq!(in_nanoseconds("2562047h47m16.854775807s"), Some(9_223_372_036_854_775_807));
        for none in ["", "1", "s", ".s", "-1s", "1d", "1h 30m", "1..5s", "1h-30m", "2562047h47m16.854775808s"] {
            assert_eq!(in_nanoseconds(none), None, "{none}");
        }
    }
}
