//! Cron expressions as KEDA reads them: minute, hour, day, month and weekday.
//!
//! The rules are those of robfig/cron v3 (`parser.go`, `getRange`) with the five fields and none of the names such as
//! `@daily` (kedacore/keda v2.20, `pkg/scalers/cron_scaler.go`, `Validate`).

use super::{FromTerm, Mismatch, Term, quoted};

/// A cron expression, as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cron(pub String);

/// One of the five fields.
struct Field {
    name: &'static str,
    low: u32,
    high: u32,
    /// Names that stand for numbers, from `low` on.
    names: &'static [&'static str],
}

const MONTHS: &[&str] = &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS: &[&str] = &["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

const FIELDS: [Field; 5] = [
    Field { name: "minute", low: 0, high: 59, names: &[] },
    Field { name: "hour", low: 0, high: 23, names: &[] },
    Field { name: "day", low: 1, high: 31, names: &[] },
    Field { name: "month", low: 1, high: 12, names: MONTHS },
    Field { name: "weekday", low: 0, high: 6, names: WEEKDAYS },
];

impl Field {
    /// What is wrong with a field, as a sentence without its stop.
    fn fault(&self, text: &str) -> Option<String> {
        let mut parts = text.split(',').filter(|part| !part.is_empty()).peekable();
        if parts.peek().is_none() {
            return Some(format!("`{text}` names no {}", self.name));
        }
        parts.find_map(|part| self.part_fault(part))
    }

    fn part_fault(&self, part: &str) -> Option<String> {
        let Self { name, low, high, .. } = self;
        let (range, step) = part.split_once('/').map_or((part, None), |(range, step)| (range, Some(step)));
        if step.is_some_and(|step| !digits(step) || step.parse::<u32>().map_or(true, |step| step == 0)) {
            return Some(format!("`{part}` has no step above 0 behind its `/`"));
        }
        if matches!(range, "*" | "?") {
            return None;
        }
        let (first, last) = range.split_once('-').map_or((range, range), |(first, last)| (first, last));
        let outside = |end: &str| self.number(end).is_none_or(|number| number < *low || number > *high);
        if let Some(end) = [first, last].into_iter().find(|end| outside(end)) {
            let sunday = if *name == "weekday" { ", Sunday being 0" } else { "" };
            return Some(format!("`{end}` is no {name}, which is {low} to {high}{sunday}"));
        }
        let is_backwards = self.number(first) > self.number(last);
        is_backwards.then(|| format!("`{range}` ends before it begins; write both parts, with `,` between them"))
    }

    fn number(&self, text: &str) -> Option<u32> {
        let named = (self.low..).zip(self.names).find(|(_, name)| name.eq_ignore_ascii_case(text));
        named.map(|(number, _)| number).or_else(|| text.parse().ok().filter(|_| digits(text)))
    }
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// What is wrong with an expression.
fn fault(text: &str) -> Option<String> {
    let fields: Vec<&str> = text.split_whitespace().collect();
    if fields.len() == FIELDS.len() {
        FIELDS.iter().zip(fields).find_map(|(field, written)| field.fault(written))
    } else {
        Some(format!("it has {} fields, in place of minute, hour, day, month and weekday", fields.len()))
    }
}

impl Cron {
    /// Whether a text is an expression.
    pub fn is_expression(text: &str) -> bool {
        fault(text).is_none()
    }
}

impl FromTerm for Cron {
    const EXPECTED: &'static str = "a cron expression such as `\"0 8 * * 1-5\"`";

    fn from_term(term: &Term) -> Result<Self, Mismatch> {
        let text = String::from_term(term)?;
        match fault(&text) {
            None => Ok(Self(text)),
            Some(fault) => {
                Err(Mismatch::new(format!("expected {}, found {}", Self::EXPECTED, quoted(&text))).help(fault))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::testing::{fault, text};

    #[test]
    fn five_fields_within_their_bounds() {
        for written in [
            "0 8 * * 1-5",
            "*/15 0-23/2 1,15 JAN-mar Mon",
            "59 23 31 12 6",
            "0 0 ? * ?",
            "5/10 8 * * *",
            "0,,30 8 * * *",
            "  0\t8 * *  * ",
        ] {
            assert_eq!(Cron::from_term(&text(written)), Ok(Cron(written.to_owned())));
        }
        for (written, help) in [
            ("0 8 * *", "it has 4 fields, in place of minute, hour, day, month and weekday"),
            ("@daily", "it has 1 fields, in place of minute, hour, day, month and weekday"),
            ("60 8 * * *", "`60` is no minute, which is 0 to 59"),
            ("0 24 * * *", "`24` is no hour, which is 0 to 23"),
            ("0 8 0 * *", "`0` is no day, which is 1 to 31"),
            ("0 8 * 13 *", "`13` is no month, which is 1 to 12"),
            ("0 8 * * 7", "`7` is no weekday, which is 0 to 6, Sunday being 0"),
            ("0 8 * * 1-7", "`7` is no weekday, which is 0 to 6, Sunday being 0"),
            ("0 8 * * fry", "`fry` is no weekday, which is 0 to 6, Sunday being 0"),
            ("0 8 * * 5-1", "`5-1` ends before it begins; write both parts, with `,` between them"),
            ("*/0 8 * * *", "`*/0` has no step above 0 behind its `/`"),
            ("*/ 8 * * *", "`*/` has no step above 0 behind its `/`"),
            (", 8 * * *", "`,` names no minute"),
            ("-5 8 * * *", "`` is no minute, which is 0 to 59"),
            ("0 1-2-3 * * *", "`2-3` is no hour, which is 0 to 23"),
        ] {
            assert_eq!(fault::<Cron>(&text(written)).help.as_deref(), Some(help), "{written}");
        }
    }
}
