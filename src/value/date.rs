//! Days of the calendar: `"2027-01-31"`.
//!
//! Invariant: a date is a day that there is, in the Gregorian calendar.

use std::fmt;

use super::text::from_text;
use super::{FromTerm, Mismatch, Term};

/// A day, the same everywhere: it has no hours and no time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    // in this order, days compare as they follow each other
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// Reads `2027-01-31`, as RFC 3339 writes a full-date, and nothing else.
    pub fn read(text: &str) -> Option<Self> {
        let [year, month, day] = parts(text, '-')?;
        (year.len() == 4 && month.len() == 2 && day.len() == 2).then_some(())?;
        Self::of(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
    }

    /// What was meant by `2027-1-31` or `2027/01/31`: the parts stand in that order, so that there is one meaning.
    fn near(text: &str) -> Option<Self> {
        let text = text.trim();
        let [year, month, day] = ['-', '/', '.'].into_iter().find_map(|between| parts(text, between))?;
        if year.len() != 4 || month.len() > 2 || day.len() > 2 {
            return None;
        }
        Self::of(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
    }

    fn of(year: u16, month: u8, day: u8) -> Option<Self> {
        let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let days = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if is_leap => 29,
            2 => 28,
            _ => return None,
        };
        (1..=days).contains(&day).then_some(Self { year, month, day })
    }
}

/// Three numbers with a sign between them.
fn parts(text: &str, between: char) -> Option<[&str; 3]> {
    let parts: Vec<&str> = text.split(between).collect();
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    parts.iter().all(is_number).then_some(())?;
    parts.try_into().ok()
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl FromTerm for Date {
    const EXPECTED: &'static str = "a day such as `\"2027-01-31\"`";

    fn from_term(term: &Term) -> Result<Self, Mismatch> {
        from_text(term, Self::read, Self::near).map_err(|mismatch| {
            let is_known = !mismatch.suggestions.is_empty();
            if is_known { mismatch } else { mismatch.help("it is written as year, month and day: `\"2027-01-31\"`") }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::testing::{fault, name, number, text};

    #[test]
    fn days_that_there_are_are_read_and_follow_each_other() {
        let days = ["1999-12-31", "2000-02-29", "2026-11-09", "2026-11-30", "2026-12-01", "2027-01-31", "2028-02-29"];
        let read: Vec<Date> = days.into_iter().map(|day| Date::read(day).expect(day)).collect();
        assert!(read.is_sorted_by(|one, other| one < other));
        assert_eq!(read.iter().map(ToString::to_string).collect::<Vec<_>>(), days);
        assert_eq!(Date::from_term(&text("2027-01-31")).ok(), Date::read("2027-01-31"));
    }

    #[test]
    fn what_is_no_day_is_not_read() {
        for wrong in [
            "",
            "2027",
            "2027-01",
            "2027-1-31",
            "27-01-31",
            "2027-00-10",
            "2027-13-01",
            "2027-01-00",
            "2027-01-32",
            "2027-04-31",
            "2027-02-29",
            "1900-02-29",
            "2027-01-31T00:00:00Z",
            "+027-01-31",
            " 2027-01-31",
            "31.01.2027",
        ] {
            assert_eq!(Date::read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_can_only_mean_one_day_is_offered() {
        for near in ["2027-1-31", "2027/01/31", "2027.1.31", " 2027-01-31 "] {
            assert_eq!(fault::<Date>(&text(near)).suggestions, ["\"2027-01-31\""], "{near}");
        }
        for other in [text("31.01.2027"), text("2027-02-30"), text("never"), number("2027"), name("tomorrow")] {
            let fault = fault::<Date>(&other);
            assert!(fault.suggestions.is_empty() && fault.help.is_some(), "{fault:?}");
        }
    }
}
