//! Targets as they are written: canonical for the Kubernetes API, decimal for KEDA.
//!
//! Invariant: both forms mean the amount that was written. What is no amount stays as it is; the checks refuse it.

/// The suffixes of decimal quantities and their powers of ten, the largest first (apimachinery
/// `pkg/api/resource/suffix.go`, 0.33). The API takes nothing below one billionth.
const DECIMAL: [(&str, u32); 10] =
    [("E", 18), ("P", 15), ("T", 12), ("G", 9), ("M", 6), ("k", 3), ("", 0), ("m", 3), ("u", 6), ("n", 9)];
/// Those of binary quantities and their powers of two.
const BINARY: [(&str, u32); 6] = [("Ei", 60), ("Pi", 50), ("Ti", 40), ("Gi", 30), ("Mi", 20), ("Ki", 10)];
/// The decimal places that quantities have.
const PLACES: u32 = 9;

/// As the API server writes it: the largest suffix that leaves a whole number.
pub(in crate::emit) fn canonical(written: &str) -> String {
    let Some((billionths, is_binary)) = billionths(written) else { return written.to_owned() };
    if billionths == 0 {
        return "0".to_owned();
    }
    let one = 10_u128.pow(PLACES);
    if is_binary && billionths >= 1024 * one {
        let units = BINARY.iter().map(|(suffix, power)| (*suffix, (1_u128 << power) * one));
        if let Some((suffix, unit)) = units.clone().find(|(_, unit)| billionths.is_multiple_of(*unit)) {
            return format!("{}{suffix}", billionths / unit);
        }
        if billionths.is_multiple_of(one) {
            return (billionths / one).to_string();
        }
    }
    let units = DECIMAL.iter().enumerate().map(|(at, (suffix, power))| (*suffix, unit(at, *power)));
    for (suffix, unit) in units {
        if billionths.is_multiple_of(unit) {
            return format!("{}{suffix}", billionths / unit);
        }
    }
    written.to_owned()
}

/// As a decimal number without suffix.
pub(in crate::emit) fn decimal(written: &str) -> String {
    let Some((billionths, _)) = billionths(written) else { return written.to_owned() };
    let one = 10_u128.pow(PLACES);
    let (whole, part) = (billionths / one, billionths % one);
    if part == 0 { whole.to_string() } else { format!("{whole}.{part:09}").trim_end_matches('0').to_owned() }
}

/// The suffix's unit in billionths: the suffixes behind the empty one divide.
fn unit(at: usize, power: u32) -> u128 {
    if at <= 6 { 10_u128.pow(PLACES + power) } else { 10_u128.pow(PLACES - power) }
}

/// The amount in billionths, and whether its suffix is binary.
fn billionths(written: &str) -> Option<(u128, bool)> {
    let end = written.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(written.len());
    let (number, suffix) = written.split_at_checked(end)?;
    let decimal = DECIMAL.iter().enumerate().find(|(_, (known, _))| *known == suffix);
    let binary = BINARY.iter().find(|(known, _)| *known == suffix);
    let unit = match (decimal, binary) {
        (Some((at, (_, power))), _) => unit(at, *power),
        (None, Some((_, power))) => (1_u128 << power) * 10_u128.pow(PLACES),
        (None, None) => return None,
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits: u128 = format!("{whole}{fraction}").parse().ok()?;
    let scale = 10_u128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let amount = digits.checked_mul(unit)?;
    amount.is_multiple_of(scale).then_some((amount / scale, binary.is_some()))
}

#[cfg(test)]
mod tests {
    use super::{canonical, decimal};

    #[test]
    fn amounts_are_canonical_and_decimal() {
        for (written, api, keda) in [
            ("200", "200", "200"),
            ("1000", "1k", "1000"),
            ("1500", "1500", "1500"),
            ("2000000", "2M", "2000000"),
            ("500m", "500m", "0.5"),
            ("2000m", "2", "2"),
            ("0.5", "500m", "0.5"),
            ("1.25", "1250m", "1.25"),
            ("0.0005", "500u", "0.0005"),
            ("0", "0", "0"),
            ("0.0", "0", "0"),
            ("1Ki", "1Ki", "1024"),
            ("1024Ki", "1Mi", "1048576"),
            ("0.5Ki", "512", "512"),
            ("1.5Ki", "1536", "1536"),
            ("10k", "10k", "10000"),
            ("70%", "70%", "70%"),
            ("many", "many", "many"),
            ("1.2.3", "1.2.3", "1.2.3"),
            ("", "", ""),
        ] {
            assert_eq!((canonical(written), decimal(written)), (api.to_owned(), keda.to_owned()), "{written}");
        }
    }
}
