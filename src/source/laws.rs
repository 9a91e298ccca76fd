//! What holds of places for every text and every edit.

use proptest::prelude::*;

use super::{FileId, Kept, Places, Provenance, SourceFile, SourceMap, Span};

fn map(text: &str, earlier: Option<&SourceMap>) -> SourceMap {
    let mut map = SourceMap::default();
    map.add_again("a.bvl", text, Provenance::User, earlier.and_then(|map| map.get(FileId::default())));
    map
}

fn file(map: &SourceMap) -> &SourceFile {
    map.get(FileId::default()).unwrap()
}

/// Where each line starts, with its text and the break behind it.
fn lines(text: &str) -> Vec<(usize, &str)> {
    let mut at = 0;
    let mut lines = Vec::new();
    for line in text.split_inclusive('\n') {
        lines.push((at, line));
        at += line.len();
    }
    if text.is_empty() || text.ends_with('\n') {
        lines.push((at, ""));
    }
    lines
}

/// The line of a byte offset, on a character boundary or not.
fn line_of(text: &str, offset: u32) -> usize {
    text.bytes().take(offset as usize).filter(|byte| *byte == b'\n').count()
}

/// Everything that holds of the places of one file.
fn places_are_right(file: &SourceFile) {
    let text = file.text();
    let offsets = 0..=u32::try_from(text.len()).unwrap();
    let places: Vec<u32> = offsets.clone().map(|offset| file.place(offset)).collect();
    assert_eq!(places[0], 0);
    assert!(places.is_sorted_by(|a, b| a < b), "{places:?}");
    for (offset, place) in offsets.zip(&places) {
        assert_eq!(file.offset(*place), offset);
        assert_eq!(file.line(*place) as usize, line_of(text, offset));
    }
    for (start, line) in lines(text) {
        let place = places[start];
        // a place in the room behind a line is where the line ends
        for within in 0..=u32::try_from(line.len()).unwrap() + 3 {
            let end = u32::try_from(start + line.len()).unwrap();
            let offset = u32::try_from(start).unwrap() + within;
            let next = places.get(end as usize).copied().unwrap_or(u32::MAX);
            if !file.places().is_plain() && (place + within < next || offset <= end) {
                assert_eq!(file.offset(place + within), offset.min(end));
            }
        }
    }
}

/// Everything that holds of two texts of one file.
fn kept_is_right(earlier: &SourceMap, later: &SourceMap) {
    let kept = later.kept_since(earlier);
    let (old, new) = (file(earlier), file(later));
    // lines that went and came back may have been given other places in between
    let places = |file: &SourceFile| (0..=u32::try_from(file.text().len()).unwrap()).map(|at| file.place(at)).collect();
    let (old_places, new_places): (Vec<u32>, Vec<u32>) = (places(old), places(new));
    let is_same = old.text() == new.text() && old_places == new_places;
    assert_eq!(kept.all(FileId::default()), is_same);
    let starts: Vec<usize> =
        lines(old.text()).into_iter().flat_map(|(at, line)| [at, at + line.find('\n').unwrap_or_default()]).collect();
    for start in &starts {
        for end in starts.iter().filter(|end| start <= end) {
            let span = old.span(FileId::default(), *start..*end);
            if kept.holds(span) {
                assert_eq!(old.slice(span), new.slice(span));
                assert_eq!(old.line(span.end) - old.line(span.start), new.line(span.end) - new.line(span.start));
                assert_eq!(old.line_text(old.line(span.start)), new.line_text(new.line(span.start)));
                assert_eq!(old.position(span.start).column, new.position(span.start).column);
                assert_eq!(kept.line_moved(span), old.line(span.start) != new.line(span.start));
            } else {
                assert!(!is_same);
            }
        }
    }
}

/// Texts of short lines, of which many are alike.
fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(vec!["\n", "a\n", "b\n", "\r\n", "a", "é", "  "]), 0..12)
        .prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn of_every_text(text in text()) {
        places_are_right(file(&map(&text, None)));
        let mut plain = SourceMap::default();
        plain.add("a.bvl", text.as_str(), Provenance::User);
        places_are_right(file(&plain));
    }

    #[test]
    fn of_every_text_after_others(texts in prop::collection::vec(text(), 2..6)) {
        let mut maps = vec![map(&texts[0], None)];
        for text in &texts[1..] {
            let next = map(text, maps.last());
            places_are_right(file(&next));
            for earlier in &maps {
                kept_is_right(earlier, &next);
            }
            maps.push(next);
        }
    }
}

/// The number of lines at the beginning and the end whose places hold.
fn held(kept: &Kept, file: &SourceFile) -> Vec<bool> {
    let held = lines(file.text()).into_iter().map(|(at, _)| kept.holds(file.span(FileId::default(), at..at)));
    held.collect()
}

fn numbered(n_lines: u32) -> String {
    (0..n_lines).fold(String::new(), |text, n| text + &format!("line {n}\n"))
}

#[test]
fn an_edit_of_a_line_moves_no_other() {
    let text = numbered(100);
    for (old, new) in [
        ("line 50\n", "line fifty\n"),
        ("line 50\n", ""),
        ("line 50\n", "line 50\nmore\n"),
        ("line 50\n", "line 50\r\n"),
        ("line 50\nline 51\n", "line 50, line 51\n"),
        ("line 0\n", "0\n"),
        ("line 99\n", "line 99\n\n"),
        ("line 99\n", "line 99"),
    ] {
        let earlier = map(&text, None);
        let later = map(&text.replace(old, new), Some(&earlier));
        let (kept, n_old) = (later.kept_since(&earlier), old.matches('\n').count());
        let n_moved = held(&kept, file(&earlier)).into_iter().filter(|held| !held).count();
        assert!(n_moved <= n_old + 1, "{new:?} moves {n_moved}");
        let span = file(&earlier).span(FileId::default(), 0..4);
        assert_eq!(kept.holds(span), old != "line 0\n");
        let last = file(&earlier).span(FileId::default(), text.len() - 3..text.len() - 1);
        assert_eq!(kept.holds(last), !old.contains("99") || new.starts_with(old), "{new:?}");
    }
}

#[test]
fn room_is_never_lost_by_edits_of_one_line() {
    let text = numbered(50);
    let first = map(&text, None);
    let mut now = first.clone();
    for n in 0..10_000_usize {
        let line = "x".repeat(n * 7919 % 2000);
        now = map(&text.replace("line 25", &line), Some(&now));
    }
    let held = held(&now.kept_since(&first), file(&first));
    assert_eq!(held.into_iter().filter(|held| !held).count(), 1);
}

#[test]
fn new_lines_one_by_one_and_pastes_move_few() {
    let mut now = map(&numbered(1000), None);
    let (mut n_moved, mut n_new) = (0, 0);
    for n in 0..400 {
        let lines: Vec<&str> = file(&now).text().split_inclusive('\n').collect();
        let at = if n < 200 { 500 + n } else { 500 };
        let pasted = if n % 100 == 99 { "pasted\n".repeat(200) } else { "typed\n".to_owned() };
        let text = format!("{}{pasted}{}", lines[..at].concat(), lines[at..].concat());
        let next = map(&text, Some(&now));
        n_moved += held(&next.kept_since(&now), file(&now)).into_iter().filter(|held| !held).count();
        n_new += pasted.matches('\n').count();
        now = next;
    }
    places_are_right(file(&now));
    assert!(n_moved < 4 * n_new, "{n_moved} lines have moved for {n_new} new ones");
}

#[test]
fn where_no_room_is_left_all_is_laid_out_anew() {
    let long = "x".repeat(5000);
    let earlier = map("a\nb\nc\n", None);
    let later = map(&format!("a\n{long}\n{long}\nb\nc\n"), Some(&earlier));
    places_are_right(file(&later));
    assert!(held(&later.kept_since(&earlier), file(&earlier))[0]);
    // a file with its byte offsets has no room at all
    let mut plain = SourceMap::default();
    plain.add("a.bvl", "a\nb\n", Provenance::User);
    let again = map("a\nx\nb\n", Some(&plain));
    assert!(!file(&again).places().is_plain());
    places_are_right(file(&again));
}

#[test]
fn many_lines_leave_half_of_all_places_free() {
    let places = Places::roomy(&"\n".repeat(3_000_000));
    let last = places.place(3_000_000);
    assert!((u32::MAX / 4..=u32::MAX / 2 + 1).contains(&last), "{last}");
}

#[test]
fn another_file_keeps_nothing() {
    let earlier = map("a\n", None);
    let mut later = SourceMap::default();
    later.add_again("b.bvl", "a\n", Provenance::User, None);
    let kept = later.kept_since(&earlier);
    let span = Span::new(FileId::default(), 0, 1);
    assert!(!kept.holds(span) && kept.line_moved(span) && !kept.all(FileId::default()));
    assert!(!kept.holds(Span::new(FileId(7), 0, 1)));
}
