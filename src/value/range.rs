//! Ranges: `3..20` as bounds, `500m..2` as request and limit. A single value is both ends.
//!
//! Which end may be the larger is no matter of reading: the checks say it with both values.

use super::{FromTerm, Mismatch, Term, TermKind};

/// A smallest and a largest value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Bounds<T> {
    /// The end that is written first.
    pub low: T,
    /// The end that is written last.
    pub high: T,
}

/// What a container asks for, and the most that it may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Requested<T> {
    /// What is set aside for it.
    pub request: T,
    /// What it may not exceed; `None` for `none`, no limit.
    pub limit: Option<T>,
}

impl<T: FromTerm + Clone + PartialOrd> FromTerm for Bounds<T> {
    const EXPECTED: &'static str = T::EXPECTED;

    fn from_term(term: &Term) -> Result<Self, Mismatch> {
        let TermKind::Range(ends) = &term.kind else {
            let value = T::from_term(term)?;
            return Ok(Self { low: value.clone(), high: value });
        };
        let (low, high) = (end(&ends.0), end(&ends.1));
        let (least, most) = (low.as_ref().ok().cloned(), high.as_ref().ok().cloned());
        let (low, high) = both::<T, _, _>(term, at_most(low, most.as_ref()), at_least(high, least.as_ref()))?;
        Ok(Self { low, high })
    }
}

impl<T: FromTerm + Clone + PartialOrd> FromTerm for Requested<T> {
    const EXPECTED: &'static str = T::EXPECTED;

    fn from_term(term: &Term) -> Result<Self, Mismatch> {
        let TermKind::Range(ends) = &term.kind else {
            if term.is_name("none") {
                return Err(no_request(term));
            }
            let value = T::from_term(term)?;
            return Ok(Self { request: value.clone(), limit: Some(value) });
        };
        let (request, limit) = &**ends;
        if request.is_name("none") {
            return Err(no_request(request));
        }
        let limit = if limit.is_name("none") { Ok(None) } else { end(limit).map(Some) };
        let request = end(request);
        let (least, most) = (request.as_ref().ok().cloned(), limit.as_ref().ok().cloned().flatten());
        let (request, limit) = both::<T, _, _>(term, at_most(request, most.as_ref()), at_least(limit, least.as_ref()))?;
        Ok(Self { request, limit })
    }
}

/// Both ends of a range. Where both are wrong it is said of the first, with what mends the two of them: one end alone that is
/// mended would leave the other.
fn both<T: FromTerm + PartialOrd, A, B>(
    range: &Term,
    low: Result<A, Mismatch>,
    high: Result<B, Mismatch>,
) -> Result<(A, B), Mismatch> {
    match (low, high) {
        (Ok(low), Ok(high)) => Ok((low, high)),
        (Err(wrong), Ok(_)) | (Ok(_), Err(wrong)) => Err(wrong),
        (Err(low), Err(high)) => {
            let suggestions = match (low.suggestions.as_slice(), high.suggestions.as_slice()) {
                ([low], [high]) => vec![format!("{low}..{high}")],
                (low, high) => pairs::<T>(low, high, range),
            };
            let span = if suggestions.is_empty() { low.span } else { Some(range.span) };
            Err(Mismatch { suggestions, span, ..low })
        }
    }
}

/// Of what is suggested for two ends, what goes together: the same mended alike, as in `64Mi..128Mi` for `64..128`, or else
/// whatever the lower end of is not above the upper one, as in `512Mi..1Gi` for `512..1`.
fn pairs<T: FromTerm + PartialOrd>(low: &[String], high: &[String], range: &Term) -> Vec<String> {
    let read = |text: &str| T::from_term(&Term { kind: TermKind::Number(text.into()), span: range.span }).ok();
    let fits = |(low, high): &(&String, &String)| read(low).zip(read(high)).is_some_and(|(low, high)| low <= high);
    let said = |(low, high): (&String, &String)| format!("{low}..{high}");
    let alike: Vec<String> = low.iter().zip(high).filter(fits).map(said).collect();
    if low.len() == high.len() && !alike.is_empty() {
        return alike;
    }
    low.iter().flat_map(|low| high.iter().map(move |high| (low, high))).filter(fits).map(said).collect()
}

/// The lower end; what is suggested for it is not above the upper one.
fn at_most<A, T: FromTerm + PartialOrd>(low: Result<A, Mismatch>, high: Option<&T>) -> Result<A, Mismatch> {
    low.map_err(|wrong| fitting(wrong, |low: &T| high.is_none_or(|high| low <= high)))
}

/// The upper end; what is suggested for it is not below the lower one.
fn at_least<A, T: FromTerm + PartialOrd>(high: Result<A, Mismatch>, low: Option<&T>) -> Result<A, Mismatch> {
    high.map_err(|wrong| fitting(wrong, |high: &T| low.is_none_or(|low| high >= low)))
}

/// Of what is suggested, what fits beside the other end.
fn fitting<T: FromTerm>(mut wrong: Mismatch, fits: impl Fn(&T) -> bool) -> Mismatch {
    let Some(span) = wrong.span else { return wrong };
    let read = |text: &str| T::from_term(&Term { kind: TermKind::Number(text.into()), span });
    wrong.suggestions.retain(|text| read(text).as_ref().map_or(true, &fits));
    wrong
}

/// One end of a range; what is wrong with it points at it alone.
fn end<T: FromTerm>(term: &Term) -> Result<T, Mismatch> {
    T::from_term(term).map_err(|mismatch| mismatch.at(term.span))
}

fn no_request(term: &Term) -> Mismatch {
    Mismatch::new("a request cannot be `none`").help("only the limit can be left out, as in `500m..none`").at(term.span)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::testing::{at, fault, name, number, range};
    use crate::value::{Cpu, Duration, Memory};

    #[test]
    fn reads_bounds() {
        for (term, low, high) in
            [(range(number("3"), number("20")), 3, 20), (number("3"), 3, 3), (range(number("9"), number("1")), 9, 1)]
        {
            assert_eq!(Bounds::<u32>::from_term(&term), Ok(Bounds { low, high }));
        }
    }

    #[test]
    fn reads_requests() {
        let [half, two] = [500, 2000].map(Cpu::from_millis);
        for (term, request, limit) in [
            (range(number("500m"), number("2")), half, Some(two)),
            (range(number("500m"), name("none")), half, None),
            (number("2"), two, Some(two)),
        ] {
            assert_eq!(Requested::from_term(&term), Ok(Requested { request, limit }));
        }
    }

    #[test]
    fn an_end_reports_for_itself() {
        let (bad, good) = (at(7, TermKind::Number("2x".into())), number("1s"));
        let wrong = "expected a duration such as `30s`, found `2x`";
        for term in [range(bad.clone(), good.clone()), range(good, bad.clone())] {
            for mismatch in [fault::<Bounds<Duration>>(&term), fault::<Requested<Duration>>(&term)] {
                assert_eq!((&*mismatch.message, mismatch.span), (wrong, Some(bad.span)));
            }
        }
        // A value that is no range is the whole of the place.
        assert_eq!(
            (fault::<Bounds<Duration>>(&bad).message, fault::<Bounds<Duration>>(&bad).span),
            (wrong.to_owned(), None)
        );
        let none = at(4, TermKind::Name("none".into()));
        let megabytes = |low, high| fault::<Requested<Memory>>(&range(number(low), number(high))).suggestions;
        assert_eq!(
            (megabytes("128", "512Mi"), megabytes("1Gi", "2")),
            (vec!["128Mi".to_owned()], vec!["2Gi".to_owned()])
        );
        // without a unit at both ends each has the same, or what fits
        for (low, high, expected) in [
            ("64", "128", &["64Mi..128Mi", "64Gi..128Gi"][..]),
            ("512", "1", &["512Mi..1Gi"]),
            ("2", "1Gib", &["2Mi..1Gi"]),
        ] {
            assert_eq!(megabytes(low, high), expected, "{low}..{high}");
        }
        let seconds = fault::<Bounds<Duration>>(&range(number("10"), number("30")));
        assert_eq!(seconds.suggestions, ["10s..30s", "10m..30m"]);
        for term in [none.clone(), range(none.clone(), number("2"))] {
            let mismatch = fault::<Requested<Cpu>>(&term);
            assert_eq!((&*mismatch.message, mismatch.span), ("a request cannot be `none`", Some(none.span)));
        }
    }
}
