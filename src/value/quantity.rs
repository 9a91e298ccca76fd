//! Quantities of the API as exact numbers: `500m`, `1.5Gi`, `1e3`.
//!
//! Source: `ParseQuantity` in apimachinery `pkg/api/resource/quantity.go`, 0.33. Amounts are counted in thousandths, of
//! which a quantity that is finer is rounded up, as the API server does below a nano, or taken for none.

const BINARY: [&str; 6] = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

/// What becomes of an amount that is finer than a thousandth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// It is none.
    Exact,
    /// The next thousandth.
    Up,
}

/// The amount in thousandths; `None` for what is none, or too large to count.
pub fn in_thousandths(text: &str, rounding: Rounding) -> Option<u128> {
    let text = text.trim().trim_start_matches('+');
    let end = text.find(|character: char| !character.is_ascii_digit() && character != '.').unwrap_or(text.len());
    let (number, suffix) = text.split_at_checked(end)?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
        return None;
    }
    let digits: u128 = format!("{whole}{fraction}").parse().ok()?;
    let places = u32::try_from(fraction.len()).ok()?;
    // digits * 1000 * factor / 10^places
    let (factor, divisor) = if let Some(at) = BINARY.iter().position(|known| *known == suffix) {
        (1024_u128.checked_pow(u32::try_from(at).ok()? + 1)?, 1)
    } else {
        power(suffix)?
    };
    let amount = digits.checked_mul(1000)?.checked_mul(factor)?;
    let divisor = divisor.checked_mul(10_u128.checked_pow(places)?)?;
    match rounding {
        Rounding::Up => Some(amount.div_ceil(divisor)),
        Rounding::Exact => amount.is_multiple_of(divisor).then(|| amount / divisor),
    }
}

/// Whether a text is a quantity at all, be it too large or below nothing: `ParseQuantity` and `suffixer.interpret`
/// (`suffix.go` beside it).
pub fn is_quantity(text: &str) -> bool {
    let number = text.strip_prefix(['+', '-']).unwrap_or(text);
    let end = number.find(|character: char| !character.is_ascii_digit() && character != '.').unwrap_or(number.len());
    let Some((digits, suffix)) = number.split_at_checked(end) else { return false };
    let is_exponent = || {
        let exponent = suffix.strip_prefix(['e', 'E']).map(|rest| rest.strip_prefix(['+', '-']).unwrap_or(rest));
        exponent.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
    };
    !digits.is_empty()
        && digits.matches('.').count() <= 1
        && (BINARY.contains(&suffix) || power(suffix).is_some() || is_exponent())
}

/// What a decimal suffix multiplies and divides by.
fn power(suffix: &str) -> Option<(u128, u128)> {
    let of_ten = |power: u32| 10_u128.checked_pow(power);
    Some(match suffix {
        "" => (1, 1),
        "n" => (1, of_ten(9)?),
        "u" => (1, of_ten(6)?),
        "m" => (1, 1000),
        "k" => (of_ten(3)?, 1),
        "M" => (of_ten(6)?, 1),
        "G" => (of_ten(9)?, 1),
        "T" => (of_ten(12)?, 1),
        "P" => (of_ten(15)?, 1),
        "E" => (of_ten(18)?, 1),
        _ => {
            let exponent: i32 = suffix.strip_prefix(['e', 'E'])?.parse().ok()?;
            let power = of_ten(exponent.unsigned_abs())?;
            if exponent < 0 { (1, power) } else { (power, 1) }
        }
    })
}

/// What an amount is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Cores, where they are whole.
    Cpu,
    /// Thousandths of cores.
    MilliCpu,
    /// Bytes.
    Bytes,
    /// Things.
    Count,
}

impl Unit {
    /// The unit in which amounts that stand beside each other are written, so that they can be compared by eye.
    #[must_use]
    pub fn of_all(self, mut amounts: impl Iterator<Item = u128>) -> Self {
        let is_finer = |amount: u128| !amount.is_multiple_of(1000);
        if self == Self::Cpu && amounts.any(is_finer) { Self::MilliCpu } else { self }
    }

    /// An amount in thousandths, as people write it.
    pub fn text(self, amount: u128) -> String {
        match self {
            Self::Cpu if amount.is_multiple_of(1000) => (amount / 1000).to_string(),
            Self::Cpu | Self::MilliCpu => format!("{amount}m"),
            Self::Count => amount.div_ceil(1000).to_string(),
            Self::Bytes => {
                let bytes = amount.div_ceil(1000);
                let suffixes = ["", "Ki", "Mi", "Gi", "Ti", "Pi"];
                let mut text = bytes.to_string();
                for (power, suffix) in (0u32..).zip(suffixes) {
                    let Some(unit) = 1024_u128.checked_pow(power) else { break };
                    if bytes > 0 && bytes.is_multiple_of(unit) {
                        text = format!("{}{suffix}", bytes / unit);
                    }
                }
                text
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts() {
        for (text, expected) in [
            ("1", Some(1000)),
            ("500m", Some(500)),
            ("0.5", Some(500)),
            (".5", Some(500)),
            ("1.", Some(1000)),
            ("1Ki", Some(1_024_000)),
            ("1.5Gi", Some(1_610_612_736_000)),
            ("1k", Some(1_000_000)),
            ("1e3", Some(1_000_000)),
            ("1E3", Some(1_000_000)),
            ("1E", Some(1_000_000_000_000_000_000_000)),
            ("1500e-3", Some(1500)),
            ("1u", Some(1)),
            ("", None),
            (".", None),
            ("1.2.3", None),
            ("-1", None),
            ("1x", None),
            ("99999999999999999999999999999999999999999999", None),
        ] {
            assert_eq!(in_thousandths(text, Rounding::Up), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_quantity() {
        for text in [
            "1",
            "500m",
            ".5",
            "1.",
            "-1",
            "+1Gi",
            "1e3",
            "1E-3",
            "1e99",
            "99999999999999999999999999999999999999999999",
        ] {
            assert!(is_quantity(text), "{text}");
        }
        for text in ["", "1cpu", "1 Gi", " 1", "1GB", "1gi", "1K", "1.2.3", "1e", "e3", "Gi", "half", "1,5", "--1"] {
            assert!(!is_quantity(text), "{text}");
        }
    }

    #[test]
    fn what_is_finer_is_rounded_or_none() {
        for (text, exact, up) in [
            ("1.5M", Some(1_500_000_000), Some(1_500_000_000)),
            ("0.001", Some(1), Some(1)),
            ("0.0001", None, Some(1)),
            ("0.5m", None, Some(1)),
            ("1000u", Some(1), Some(1)),
            ("1001u", None, Some(2)),
            ("99999999999999999999999999999999999999999999", None, None),
        ] {
            let rounded = [Rounding::Exact, Rounding::Up].map(|rounding| in_thousandths(text, rounding));
            assert_eq!(rounded, [exact, up], "{text}");
        }
    }
}
