//! Cron expressions as KEDA reads them: minute, hour, day, month and weekday.
//!
//! The rules are those of robfig/cron v3 (`parser.go`, `getRange`) with the five fields and none of the names such as
//! `@daily` (kedacore/keda v2.20, `pkg/scalers/cron_scaler.go`, `Validate`).

use std::collections::BTreeSet;

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

/// What the fields are.
const ORDER: &str = "the five fields are minute, hour, day, month and weekday";

/// What is wrong with an expression.
struct Fault<'t> {
    /// The part that is wrong.
    part: &'t str,
    /// What is wrong with it, to follow the part: `` `7` is no weekday``.
    what: String,
    /// What may stand there.
    may: String,
    /// What means the same, or all that the part can have meant.
    better: Option<String>,
}

impl Field {
    fn fault<'t>(&self, text: &'t str) -> Option<Fault<'t>> {
        let mut parts = text.split(',').filter(|part| !part.is_empty()).peekable();
        if parts.peek().is_none() {
            return Some(Fault {
                part: text,
                what: format!("names no {}", self.name),
                may: self.bounds(),
                better: None,
            });
        }
        parts.find_map(|part| self.part_fault(part))
    }

    fn part_fault<'t>(&self, part: &'t str) -> Option<Fault<'t>> {
        let Self { name, low, high, .. } = self;
        let (range, step) = part.split_once('/').map_or((part, None), |(range, step)| (range, Some(step)));
        if step.is_some_and(|step| !digits(step) || step.parse::<u32>().map_or(true, |step| step == 0)) {
            let what = "has no step above 0 behind its `/`".to_owned();
            return Some(Fault { part, what, may: format!("such as `{range}/5`"), better: None });
        }
        if matches!(range, "*" | "?") {
            return None;
        }
        let (first, last) = range.split_once('-').map_or((range, range), |(first, last)| (first, last));
        let outside = |end: &str| self.number(end).is_none_or(|number| number < *low || number > *high);
        // what a step counts from differs between a range and its parts
        let whole = |parts: String| step.is_none().then_some(parts);
        if let Some(end) = [first, last].into_iter().find(|end| outside(end)) {
            // others read 7 as Sunday, too
            let is_sunday = *name == "weekday" && end == "7";
            if let Some(from) = self.number(first).filter(|from| is_sunday && part != "7" && *from <= *high) {
                let what = "goes beyond 6 (Saturday)".to_owned();
                return Some(Fault { part: range, what, may: self.bounds(), better: whole(self.wrapped(from, *low)) });
            }
            let shown = if end.is_empty() { range } else { end };
            let better = if is_sunday { Some("0".to_owned()) } else { self.spelled_out(end).map(str::to_owned) };
            return Some(Fault { part: shown, what: format!("is no {name}"), may: self.bounds(), better });
        }
        let (from, to) = (self.number(first)?, self.number(last)?);
        (from > to).then(|| {
            let parts = self.wrapped(from, to);
            let may = format!("both parts, with `,` between them: `{parts}`");
            Fault { part: range, what: "ends before it begins".to_owned(), may, better: whole(parts) }
        })
    }

    /// From one number over the end to another one, as ranges that do not go over it.
    fn wrapped(&self, from: u32, to: u32) -> String {
        let range = |from, to| if from == to { format!("{from}") } else { format!("{from}-{to}") };
        if to + 1 >= from { "*".to_owned() } else { format!("{},{}", range(from, self.high), range(self.low, to)) }
    }

    /// The name that a longer one is meant for: `mon` for `monday`.
    fn spelled_out(&self, text: &str) -> Option<&'static str> {
        let is_meant = |name: &&&str| {
            text.len() > name.len() && text.get(..name.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(name))
        };
        self.names.iter().find(is_meant).copied().filter(|_| text.bytes().all(|byte| byte.is_ascii_alphabetic()))
    }

    /// From which number to which one it goes.
    fn bounds(&self) -> String {
        let sunday = if self.name == "weekday" { ", Sunday being 0" } else { "" };
        format!("{} to {}{sunday}", self.low, self.high)
    }

    fn number(&self, text: &str) -> Option<u32> {
        let named = (self.low..).zip(self.names).find(|(_, name)| name.eq_ignore_ascii_case(text));
        named.map(|(number, _)| number).or_else(|| text.parse().ok().filter(|_| digits(text)))
    }
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Names that cron has for expressions (robfig/cron v3.0.1, `parser.go`, `parseDescriptor`).
const NAMED: &[(&str, &str)] = &[
    ("@annually", "0 0 1 1 *"),
    ("@daily", "0 0 * * *"),
    ("@hourly", "0 * * * *"),
    ("@midnight", "0 0 * * *"),
    ("@monthly", "0 0 1 * *"),
    ("@weekly", "0 0 * * 0"),
    ("@yearly", "0 0 1 1 *"),
];

fn fault(text: &str) -> Option<Fault<'_>> {
    let fields: Vec<&str> = text.split_whitespace().collect();
    if fields.len() == FIELDS.len() {
        return FIELDS.iter().zip(fields).find_map(|(field, written)| field.fault(written));
    }
    if let Some((_, meant)) = NAMED.iter().find(|(name, _)| name.eq_ignore_ascii_case(text.trim())) {
        let what = "is a name for one, and has no five fields".to_owned();
        return Some(Fault { part: text, what, may: "its five fields".to_owned(), better: Some(quoted(meant)) });
    }
    if let Some((zone, rest)) =
        fields.split_first().filter(|(zone, _)| zone.starts_with("CRON_TZ=") || zone.starts_with("TZ="))
    {
        let zone = zone.split_once('=').map_or("", |(_, zone)| zone);
        let what = "names a time zone".to_owned();
        let may = format!(
            "the zone stands in a statement of its own: `timezone {}`, and the expression is {}",
            quoted(zone),
            quoted(&rest.join(" "))
        );
        return Some(Fault { part: text, what, may, better: None });
    }
    let n = fields.len();
    let noun = if n == 1 { "field" } else { "fields" };
    let what = format!("has {n} {noun} in place of 5");
    let may = "minute, hour, day, month and weekday, such as \"0 8 * * 1-5\"".to_owned();
    Some(Fault { part: text, what, may, better: None })
}

/// What is wrong with the schedule of a `CronJob`, to follow it. `ParseStandard` (robfig/cron v3.0.1) reads the names and `@every`
/// as well, and a zone before the fields, which newer versions refuse there (`validateScheduleFormat` in kubernetes
/// `pkg/apis/batch/validation/validation.go`, 1.36): what some version takes is nothing wrong.
pub fn schedule_fault(text: &str) -> Option<String> {
    let rest = match text.split_once(' ') {
        Some((zone, rest)) if zone.starts_with("TZ=") || zone.starts_with("CRON_TZ=") => rest.trim(),
        Some(_) | None => text,
    };
    if let Some(every) = rest.strip_prefix("@every ") {
        return (!is_duration(every)).then(|| format!("`{every}` is no time such as 1h30m"));
    }
    if NAMED.iter().any(|(name, _)| *name == rest) {
        return None;
    }
    fault(rest).map(|fault| format!("`{}` {}", fault.part, fault.what))
}

/// Whether a text is a length of time as Go writes one: numbers with a unit each (`time.ParseDuration`).
fn is_duration(text: &str) -> bool {
    let mut rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    if rest == "0" {
        return true;
    }
    while !rest.is_empty() {
        let number = rest.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
        let units = ["ns", "us", "\u{b5}s", "\u{3bc}s", "ms", "s", "m", "h"];
        let Some(behind) = units.iter().find_map(|unit| number.strip_prefix(unit)) else { return false };
        if number.len() == rest.len() {
            return false;
        }
        rest = behind;
    }
    !text.is_empty()
}

/// A day that none of the months has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingDay {
    /// The first day that is named.
    pub day: u32,
    /// The longest of the months.
    longest: u32,
}

/// To follow the day: `and no month that it names has more than 30`.
impl std::fmt::Display for MissingDay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "and no month that it names has more than {}", self.longest)
    }
}

/// How many days a month has at the most.
fn days(month: u32) -> u32 {
    match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl Field {
    /// The numbers that a well-formed text names.
    fn numbers(&self, text: &str) -> Vec<u32> {
        let mut numbers = Vec::new();
        for part in text.split(',').filter(|part| !part.is_empty()) {
            let (range, step) = part.split_once('/').map_or((part, None), |(range, step)| (range, Some(step)));
            let (first, last) = match range.split_once('-') {
                _ if matches!(range, "*" | "?") => (Some(self.low), Some(self.high)),
                Some((first, last)) => (self.number(first), self.number(last)),
                // `N/STEP` goes on to the end
                None if step.is_some() => (self.number(range), Some(self.high)),
                None => (self.number(range), self.number(range)),
            };
            let step = step.and_then(|step| step.parse().ok()).unwrap_or(1).max(1);
            if let (Some(first), Some(last)) = (first, last) {
                numbers.extend((first..=last).step_by(step));
            }
        }
        numbers
    }
}

/// Whether a field leaves every number open, and so does not stand beside another one: `*`, but not `*/2`.
fn is_open(text: &str) -> bool {
    text.split(',').any(|part| matches!(part, "*" | "?" | "*/1" | "?/1"))
}

/// The times at which an expression is due.
#[derive(PartialEq, Eq)]
struct Due {
    minutes: BTreeSet<u32>,
    hours: BTreeSet<u32>,
    months: BTreeSet<u32>,
    days: BTreeSet<u32>,
    weekdays: BTreeSet<u32>,
    /// Whether day and weekday are both asked for.
    are_both: bool,
}

impl Cron {
    /// The day that keeps it from ever being due, if one does: none of its months has it. Where day and weekday are both named,
    /// either is enough (`dayMatches` in robfig/cron v3.0.1 `spec.go`).
    pub fn missing_day(&self) -> Option<MissingDay> {
        let fields: Vec<&str> = self.0.split_whitespace().collect();
        let ([.., day, month, weekday], [.., of_days, of_months, _]) = (fields.as_slice(), &FIELDS) else {
            return None;
        };
        if is_open(day) || !is_open(weekday) {
            return None;
        }
        let day = of_days.numbers(day).into_iter().min()?;
        let longest = of_months.numbers(month).into_iter().map(days).max()?;
        (day > longest).then_some(MissingDay { day, longest })
    }

    /// Whether it is due at the same times as another one, however each is written.
    pub fn is_due_with(&self, other: &Self) -> bool {
        let (own, others) = (self.due(), other.due());
        own.is_some() && own == others
    }

    /// When it is due, written in one way: `dayMatches` asks for day and weekday where one of them is open, else for either.
    fn due(&self) -> Option<Due> {
        let texts: Vec<&str> = self.0.split_whitespace().collect();
        let [_, _, day, _, weekday] = *texts.as_slice() else { return None };
        let [minutes, hours, mut days, months, mut weekdays] = std::array::from_fn(|at| {
            let (field, text) = (FIELDS.get(at), texts.get(at));
            let numbers = field.zip(text).map(|(field, text)| field.numbers(text)).unwrap_or_default();
            numbers.into_iter().collect::<BTreeSet<u32>>()
        });
        let [_, _, of_days, _, of_weekdays] = &FIELDS;
        let (every_day, every_weekday) =
            (of_days.numbers("*").into_iter().collect(), of_weekdays.numbers("*").into_iter().collect());
        let are_both = is_open(day) || is_open(weekday);
        if !are_both && (days == every_day || weekdays == every_weekday) {
            (days, weekdays) = (every_day, every_weekday);
            return Some(Due { minutes, hours, months, days, weekdays, are_both: true });
        }
        Some(Due { minutes, hours, months, days, weekdays, are_both })
    }

    /// The expression of the first day after each of its months, for what was to be due on their last.
    pub fn on_first_of_next(&self) -> Option<String> {
        let [minute, hour, _, month, weekday] = *self.0.split_whitespace().collect::<Vec<_>>().as_slice() else {
            return None;
        };
        let [_, _, _, of_months, _] = &FIELDS;
        let months: BTreeSet<u32> = of_months.numbers(month).into_iter().map(|month| month % 12 + 1).collect();
        let months: Vec<String> = months.into_iter().map(|month| month.to_string()).collect();
        Some(format!("{minute} {hour} 1 {} {weekday}", months.join(",")))
    }

    /// The five fields of a `CronJob`'s schedule, be they written or meant by a name such as `@daily`.
    pub fn fields(text: &str) -> Option<&str> {
        let named = NAMED.iter().find(|(name, _)| *name == text).map(|(_, fields)| *fields);
        named.or_else(|| Self::is_expression(text).then_some(text))
    }

    /// Whether a text is an expression.
    pub fn is_expression(text: &str) -> bool {
        fault(text).is_none()
    }
}

impl std::fmt::Display for Cron {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromTerm for Cron {
    const EXPECTED: &'static str = "a cron expression such as `\"0 8 * * 1-5\"`";

    fn from_term(term: &Term) -> Result<Self, Mismatch> {
        let text = String::from_term(term)?;
        let Some(Fault { part, what, may, better }) = fault(&text) else { return Ok(Self(text)) };
        if part == text {
            let mismatch = Mismatch::new(format!("the cron expression {} {what}", quoted(&text))).here(may);
            return Err(match better {
                Some(better) => mismatch.suggest(better),
                None => mismatch.help(ORDER),
            });
        }
        let mismatch = Mismatch::new(format!("`{part}` {what} in the cron expression {}", quoted(&text))).here(may);
        let at = part.as_ptr().addr().saturating_sub(text.as_ptr().addr());
        let place = term.span.within_quotes(&text, at..at + part.len());
        let mismatch = match (place, better) {
            (_, None) => mismatch.help(ORDER),
            (Some(_), Some(better)) => mismatch.suggest(better),
            (None, Some(better)) => {
                let behind = text.get(at + part.len()..).unwrap_or_default();
                mismatch.suggest(quoted(&format!("{}{better}{behind}", text.get(..at).unwrap_or_default())))
            }
        };
        Err(match place {
            Some(place) => mismatch.at(place),
            None => mismatch,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::testing::{fault, text};

    #[test]
    fn a_day_that_no_month_has_is_missing() {
        for (text, missing) in [
            ("0 3 30 2 *", Some((30, 29))),
            ("0 3 29 2 *", None),
            ("0 3 31 feb,apr,jun,sep,nov ?", Some((31, 30))),
            ("0 3 31 4-9/5 *", Some((31, 30))),
            ("0 3 31 4/4 *", None),
            ("0 3 30,31 2 *", Some((30, 29))),
            ("0 3 1,31 2 *", None),
            ("0 3 30/1 2 */1", Some((30, 29))),
            ("0 3 31 2 mon", None),
            ("0 3 31 2 */2", None),
            ("0 3 * 2 *", None),
            ("0 3 31 * *", None),
        ] {
            let found = Cron(text.to_owned()).missing_day();
            assert_eq!(found.map(|found| (found.day, found.longest)), missing, "{text}");
        }
    }

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
        for (written, title, here) in [
            ("0 8 * *", "has 4 fields in place of 5", "minute, hour, day, month and weekday, such as \"0 8 * * 1-5\""),
            ("@daily", "is a name for one, and has no five fields", "its five fields"),
            (
                "CRON_TZ=UTC 0 8 * * *",
                "names a time zone",
                "the zone stands in a statement of its own: `timezone \"UTC\"`, and the expression is \"0 8 * * *\"",
            ),
            ("60 8 * * *", "`60` is no minute", "0 to 59"),
            ("0 24 * * *", "`24` is no hour", "0 to 23"),
            ("0 8 0 * *", "`0` is no day", "1 to 31"),
            ("0 8 * 13 *", "`13` is no month", "1 to 12"),
            ("0 8 * * 7", "`7` is no weekday", "0 to 6, Sunday being 0"),
            ("0 8 * * 1-7", "`1-7` goes beyond 6 (Saturday)", "0 to 6, Sunday being 0"),
            ("0 8 * * fry", "`fry` is no weekday", "0 to 6, Sunday being 0"),
            ("0 8 * * 5-1", "`5-1` ends before it begins", "both parts, with `,` between them: `5-6,0-1`"),
            ("0 8 * * fri-MON", "`fri-MON` ends before it begins", "both parts, with `,` between them: `5-6,0-1`"),
            ("*/0 8 * * *", "`*/0` has no step above 0 behind its `/`", "such as `*/5`"),
            ("*/ 8 * * *", "`*/` has no step above 0 behind its `/`", "such as `*/5`"),
            (", 8 * * *", "`,` names no minute", "0 to 59"),
            ("-5 8 * * *", "`-5` is no minute", "0 to 59"),
            ("0 1-2-3 * * *", "`2-3` is no hour", "0 to 23"),
        ] {
            let found = fault::<Cron>(&text(written));
            let whole = if title.starts_with('`') {
                format!("{title} in the cron expression \"{written}\"")
            } else {
                format!("the cron expression \"{written}\" {title}")
            };
            assert_eq!((found.message.as_str(), found.here.as_deref()), (whole.as_str(), Some(here)), "{written}");
        }
    }

    #[test]
    fn what_can_have_been_meant_is_offered() {
        for (written, expected) in [
            ("0 8 * * 5-7", vec!["\"0 8 * * 5-6,0\""]),
            ("0 8 * * 5-7/2", vec![]),
            ("0 8 * * mon-SUN", vec!["\"0 8 * * *\""]),
            ("0 8 * * sat-sun", vec!["\"0 8 * * 6,0\""]),
            ("0 8 * * Monday", vec!["\"0 8 * * mon\""]),
            ("0 8 * january *", vec!["\"0 8 * jan *\""]),
            ("30-10 8 * * *", vec!["\"30-59,0-10 8 * * *\""]),
            ("@Monthly", vec!["\"0 0 1 * *\""]),
            ("0 8 * * fr", vec![]),
        ] {
            assert_eq!(fault::<Cron>(&text(written)).suggestions, expected, "{written}");
        }
    }

    #[test]
    fn what_is_due_at_the_same_times_is_the_same() {
        for (one, other, is_same) in [
            ("0 8 * * *", "00 08 * * *", true),
            ("0 8 * * 1-5", "0 8 * * MON-FRI", true),
            ("*/20 8 * * *", "40,0,20 8 ? * ?", true),
            ("0 8 1-31 * *", "0 8 * * *", true),
            ("0 8 1-31 * mon", "0 8 * * *", true),
            ("0 8 1-31 * mon", "0 8 * * mon", false),
            ("0 8 1 * mon", "0 8 1 * *", false),
            ("0 8 1 * mon", "0 8 1 * 1", true),
            ("0 8 * * *", "1 8 * * *", false),
            ("0 8 * * *", "0 8 * *", false),
            ("0 8 * *", "0 8 * *", false),
        ] {
            let [one_cron, other_cron] = [one, other].map(|text| Cron(text.to_owned()));
            assert_eq!(one_cron.is_due_with(&other_cron), is_same, "{one} and {other}");
        }
    }

    #[test]
    fn the_last_day_of_a_month_is_before_the_first_of_the_next() {
        for (text, next) in [
            ("0 3 30 2 *", Some("0 3 1 3 *")),
            ("0 3 31 apr,jun,11 *", Some("0 3 1 5,7,12 *")),
            ("0 3 31 12 mon", Some("0 3 1 1 mon")),
            ("0 3 31", None),
        ] {
            assert_eq!(Cron(text.to_owned()).on_first_of_next().as_deref(), next, "{text}");
        }
    }

    #[test]
    fn the_seventh_weekday_is_sunday() {
        for (written, expected) in [
            ("0 8 * * 7", vec!["\"0 8 * * 0\""]),
            ("7 8 * * 1,7", vec!["\"7 8 * * 1,0\""]),
            ("0 8 * * 1-7", vec!["\"0 8 * * *\""]),
        ] {
            assert_eq!(fault::<Cron>(&text(written)).suggestions, expected, "{written}");
        }
    }
}
