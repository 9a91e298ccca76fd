//! Where a quote is missing: of all places in its line, that in which one leaves the fewest oddities; of a text of several
//! lines, the end at which one or two are.
//!
//! A string ends with its line, so that a line with one quote too few is read on by itself: with the quote put where it most
//! likely belongs, all that stands around it is what was meant. The string then is a [`Kind::HalfString`], which is
//! reported and read; where several places are as good, it is a [`Kind::TornString`], which is reported only.
//!
//! Invariants: a text without an unclosed string keeps its tokens, but for two texts of several lines that lack an end each; a
//! string of each line that is read anew is reported; time is proportional to the text, since neither more than [`LINES`] lines
//! nor longer ones than [`LONGEST`] are read anew.

use std::ops::Range;

use super::parser::tokens_of;
use super::token::{Kind, Token};

/// So many lines are read anew. A text that lacks more is no spec, or was torn as a whole.
const LINES: usize = 1000;

/// No longer line is read anew, in bytes, so that what is read for each of its mistakes stays in proportion to the text.
pub(super) const LONGEST: usize = 400;

/// What an oddity costs that would be another mistake by itself.
const MISTAKE: usize = 100;
/// What a bracket costs that lacks its partner.
const BRACKET: usize = 30;
/// What a string costs that holds the end of a statement or of a block.
const SWALLOWED: usize = 20;
/// What a brace costs that lacks its partner in the line, where most blocks end in later ones.
const BRACE: usize = 10;
/// What a statement costs that begins with a string.
const WORDLESS: usize = 5;
/// What a string costs that begins or ends with a space.
const SPACED: usize = 1;

/// A quote that is missing.
struct Lost {
    /// Before which byte.
    at: usize,
    /// Whether no other place is as good.
    is_sure: bool,
}

/// So many texts of several lines are read anew.
const BLOCKS: usize = 2;

/// So many places are tried for the quotes that one of them lacks.
const TRIED: usize = 4;

/// How many quotes a text of several lines has at each end.
const QUOTES: usize = 3;

/// The tokens of a text, with the quotes that it lacks.
pub(super) fn complete(text: &str, tokens: Vec<Token>) -> Vec<Token> {
    with_blocks(text, tokens, BLOCKS)
}

/// The same, with those of as many texts of several lines.
fn with_blocks(text: &str, tokens: Vec<Token>, left: usize) -> Vec<Token> {
    let lacks = if left == 0 { None } else { lost_block(text, &tokens) };
    let Some((at, whole, complete)) = lacks else { return with_lines(text, tokens) };
    let n_quotes = whole.len() - text.len();
    let back = |offset: usize| offset - offset.saturating_sub(at).min(n_quotes);
    with_blocks(&whole, complete, left - 1)
        .into_iter()
        .map(|token| {
            let lacks = token.start() == at || token.end() == at + n_quotes;
            let kind = if token.kind == Kind::TextBlock && lacks { Kind::HalfBlock } else { token.kind };
            Token::new(kind, back(token.start()), back(token.end()))
        })
        .collect()
}

/// The quotes that some text of several lines lacks at one end: where they belong, and the text with them and its tokens. One
/// that has them all leaves no other without its end.
fn lost_block(text: &str, tokens: &[Token]) -> Option<(usize, String, Vec<Token>)> {
    let Some(unclosed) = tokens.iter().find(|token| token.kind == Kind::UnclosedText) else {
        return lost_pair(text, tokens);
    };
    // those that may end it, from there on, then those that may begin what it ends, back from there
    let ends = too_few_at_ends(text, unclosed).into_iter();
    // which may have taken the beginning of the next one for its end
    let blocks = tokens.iter().rev().filter(|token| token.kind == Kind::TextBlock && token.start() < unclosed.start());
    let earlier = blocks.flat_map(|block| too_few_at_ends(text, block));
    let starts = too_few_at_starts(text, tokens, unclosed.start());
    let lacking_end = |at: usize| lacking_end(text, at);
    let places = ends.map(lacking_end).chain(starts).chain(earlier.map(lacking_end));
    let n_unclosed = n_unclosed(tokens);
    places.take(TRIED).find_map(|place| {
        let (whole, found) = with_quotes(text, place)?;
        (self::n_unclosed(&found) < n_unclosed).then_some((place.0, whole, found))
    })
}

/// The same of two texts of which each lacks an end: what is left of their marks makes one text of what stands between them. That
/// one ends behind a word, or begins without any.
fn lost_pair(text: &str, tokens: &[Token]) -> Option<(usize, String, Vec<Token>)> {
    let word_before = |at: usize| {
        let before = text.get(..at).unwrap_or_default();
        !before.rsplit('\n').next().unwrap_or_default().trim().is_empty()
    };
    let ends_late = |block: &Token| word_before(block.end().saturating_sub(QUOTES));
    let is_odd = |block: &&Token| ends_late(block) || !word_before(block.start());
    let blocks = tokens.iter().filter(|token| token.kind == Kind::TextBlock).filter(is_odd).take(TRIED);
    let places = blocks.flat_map(|block| {
        let ends = if ends_late(block) { too_few_at_ends(text, block) } else { Vec::new() };
        let starts = (!word_before(block.start())).then(|| too_few_at_starts(text, tokens, block.start()).next());
        ends.into_iter().map(|at| lacking_end(text, at)).chain(starts.flatten()).collect::<Vec<_>>()
    });
    places.take(TRIED).find_map(|place| {
        let (whole, found) = with_quotes(text, place)?;
        // the other one is left, and mended by itself
        let is_pair = n_unclosed(&found) == 1 && lost_block(&whole, &found).is_some();
        is_pair.then_some((place.0, whole, found))
    })
}

fn n_unclosed(tokens: &[Token]) -> usize {
    tokens.iter().filter(|token| token.kind == Kind::UnclosedText).count()
}

/// A line without its comment.
fn bare(line: &str) -> usize {
    line.split("//").next().unwrap_or_default().trim_end().len()
}

/// Whether a line is nothing but quotes, too few to end a text of several lines.
fn too_few(line: &str) -> bool {
    matches!(line.get(..bare(line)).map(str::trim_start), Some("\"" | "\"\""))
}

/// The ends of such lines within a text of several lines.
fn too_few_at_ends(text: &str, block: &Token) -> Vec<usize> {
    let mut at = block.start();
    let mut ends = Vec::new();
    for (number, line) in text.get(block.range()).unwrap_or_default().split('\n').enumerate() {
        ends.extend((number > 0 && too_few(line)).then(|| at + bare(line)));
        at += line.len() + 1;
    }
    ends
}

/// How many quotes a text lacks that ends there.
fn lacking_end(text: &str, at: usize) -> (usize, usize) {
    let n_there = at - text.get(..at).unwrap_or_default().trim_end_matches('"').len();
    (at, QUOTES.saturating_sub(n_there))
}

/// Where strings of quotes alone end their lines, back from a place, and how many quotes each lacks to begin a text.
fn too_few_at_starts<'t>(text: &'t str, tokens: &'t [Token], from: usize) -> impl Iterator<Item = (usize, usize)> + 't {
    let ends_line = |at: usize| text.get(at..line_end(text, at)).is_some_and(|rest| bare(rest) == 0);
    let starts = tokens.iter().rev().filter(move |token| {
        token.start() < from
            && matches!(token.kind, Kind::String | Kind::UnclosedString)
            && text.get(token.range()).is_some_and(too_few)
            && ends_line(token.end())
    });
    starts.map(|token| (token.start(), QUOTES.saturating_sub(token.end() - token.start())))
}

/// The text with so many quotes at a place, and its tokens, if they make a text of several lines there.
fn with_quotes(text: &str, (at, n_quotes): (usize, usize)) -> Option<(String, Vec<Token>)> {
    let (head, tail) = text.split_at_checked(at)?;
    let whole = [head, &"\"".repeat(n_quotes), tail].concat();
    let found = super::parser::tokens(&whole);
    let is_block =
        |token: &Token| token.kind == Kind::TextBlock && (token.start() == at || token.end() == at + n_quotes);
    found.iter().any(is_block).then_some((whole, found))
}

/// The same, with those that lines lack.
fn with_lines(text: &str, tokens: Vec<Token>) -> Vec<Token> {
    let lost = lost(text, &tokens);
    if lost.is_empty() {
        return tokens;
    }
    let mut whole = String::with_capacity(text.len() + lost.len());
    let mut from = 0;
    for quote in &lost {
        whole.push_str(text.get(from..quote.at).unwrap_or_default());
        whole.push('"');
        from = quote.at;
    }
    whole.push_str(text.get(from..).unwrap_or_default());
    // the quote of number n stands n bytes further behind than in the text
    let places: Vec<usize> = lost.iter().enumerate().map(|(number, quote)| quote.at + number).collect();
    let back = |offset: usize| offset - places.partition_point(|place| *place < offset);
    let mut n_marked = 0;
    let complete = super::parser::tokens(&whole)
        .into_iter()
        .map(|token| {
            let quote = |at: usize| places.binary_search(&at).ok().and_then(|number| lost.get(number));
            let lacks = quote(token.start()).or_else(|| quote(token.end().checked_sub(1)?));
            let kind = match lacks.filter(|_| token.kind == Kind::String) {
                Some(quote) => {
                    n_marked += 1;
                    if quote.is_sure { Kind::HalfString } else { Kind::TornString }
                }
                None => token.kind,
            };
            Token::new(kind, back(token.start()), back(token.end()))
        })
        .collect();
    // where lines hang together, what one of them lacks may be something else
    if n_marked == lost.len() { complete } else { tokens }
}

/// The quotes that lines lack, in order.
#[expect(clippy::wildcard_enum_match_arm, reason = "no other token takes the rest of a line")]
fn lost(text: &str, tokens: &[Token]) -> Vec<Lost> {
    let mut lost = Vec::new();
    let mut done = 0;
    for (number, token) in tokens.iter().enumerate() {
        let takes_line = match token.kind {
            Kind::UnclosedString => true,
            // `services/*.bvl"`
            Kind::UnclosedComment => {
                let line = text.get(token.start()..line_end(text, token.start())).unwrap_or_default();
                line.matches('"').count() % 2 == 1
            }
            _ => false,
        };
        if !takes_line || token.start() < done {
            continue;
        }
        done = line_end(text, token.start());
        let start = line_start(text, tokens.get(..number).unwrap_or_default(), token.start());
        lost.extend(lost_in(text, start..done, *token));
        if lost.len() == LINES {
            break;
        }
    }
    lost
}

fn line_end(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|rest| rest.find(['\n', '\r'])).map_or(text.len(), |end| at + end)
}

/// Where the line begins, or what in it belongs not to a text or comment of lines before.
fn line_start(text: &str, before: &[Token], at: usize) -> usize {
    let line = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
    let hangs = |token: &&Token| matches!(token.kind, Kind::TextBlock | Kind::BlockComment) && token.start() < line;
    before.iter().rev().take_while(|token| token.end() > line).find(hangs).map_or(line, |token| token.end())
}

/// The quote that a line lacks.
fn lost_in(text: &str, line: Range<usize>, unclosed: Token) -> Option<Lost> {
    let piece = text.get(line.clone()).filter(|piece| piece.len() <= LONGEST)?;
    let mut best: Vec<usize> = Vec::new();
    let mut least = usize::MAX;
    for at in borders(piece) {
        let cost = cost(piece, at).unwrap_or(usize::MAX);
        if cost < least {
            least = cost;
            best.clear();
        }
        if cost == least && cost < usize::MAX {
            best.push(at);
        }
    }
    if let [only] = best.as_slice() {
        return Some(Lost { at: line.start + only, is_sure: true });
    }
    let lone = unclosed.start().checked_sub(line.start)?;
    // a reason is a sentence
    let is_reason = |at: usize| piece.get(..at).is_some_and(|before| before.trim_end().ends_with("because"));
    if let Some(at) = best.iter().find(|at| **at <= lone && is_reason(**at)) {
        return Some(Lost { at: line.start + at, is_sure: true });
    }
    if let Some(at) = best.iter().rev().find(|at| **at > lone) {
        return Some(Lost { at: line.start + at, is_sure: is_reason(lone) });
    }
    // as little as makes a string of what is none
    let at = best.iter().rev().find(|at| **at <= lone).or(best.first())?;
    Some(Lost { at: line.start + at, is_sure: false })
}

/// The places in a line between words, signs and spaces.
fn borders(line: &str) -> impl Iterator<Item = usize> {
    let is_sign = |c: char| "()[]{},;=".contains(c);
    let mut before = ' ';
    let inner = line.char_indices().filter_map(move |(at, c)| {
        let is_border = before.is_whitespace() != c.is_whitespace() || is_sign(before) || is_sign(c);
        before = c;
        is_border.then_some(at)
    });
    let end = line.trim_end().len();
    inner.filter(move |at| *at < end).chain([end])
}

/// How odd a line is with a quote before the byte `at`, or nothing where that is no string's.
#[expect(clippy::wildcard_enum_match_arm, reason = "no other token is odd by itself")]
fn cost(line: &str, at: usize) -> Option<usize> {
    let (before, behind) = line.split_at_checked(at)?;
    let whole = format!("{before}\"{behind}");
    let tokens = tokens_of(&whole, 0, whole.len());
    let mut is_quote = false;
    let (mut cost, mut depth) = (0, 0_usize);
    for (number, token) in tokens.iter().enumerate() {
        let around = (whole.get(..token.start()).unwrap_or_default(), whole.get(token.end()..).unwrap_or_default());
        match token.kind {
            Kind::UnclosedString | Kind::UnclosedText | Kind::UnclosedComment => return None,
            Kind::Odd | Kind::BracedVariable | Kind::HashComment | Kind::ForeignQuotes => cost += MISTAKE,
            Kind::Colon if around.1.starts_with(|next: char| !next.is_whitespace()) => cost += MISTAKE,
            Kind::UnclosedGroup | Kind::StrayClose | Kind::Nested => cost += BRACKET,
            Kind::String => {
                is_quote |= token.start() == at || token.end() == at + 1;
                cost += string_cost(whole.get(token.range()).unwrap_or_default(), around);
            }
            Kind::Statement if tokens.get(number + 1).is_some_and(|first| first.kind == Kind::String) => {
                cost += WORDLESS;
            }
            Kind::Open => depth += 1,
            Kind::Close if depth == 0 => cost += BRACE,
            Kind::Close => depth -= 1,
            _ => {}
        }
    }
    is_quote.then_some(cost + depth * BRACE)
}

/// How odd a string is between what stands before and behind it.
fn string_cost(string: &str, (before, behind): (&str, &str)) -> usize {
    let is_apart = before.is_empty() || before.ends_with(|c: char| c.is_whitespace() || "([{,=;".contains(c));
    let is_ended = behind.is_empty() || behind.starts_with(|c: char| c.is_whitespace() || ")]},;".contains(c));
    let glued = usize::from(!is_apart) + usize::from(!is_ended);
    let mut pieces = string.split("${");
    let mut bare = pieces.next().unwrap_or_default().to_owned();
    let mut is_cut = false;
    for piece in pieces {
        match piece.split_once('}') {
            Some((_, rest)) => bare.push_str(rest),
            None => is_cut = true,
        }
    }
    let swallows = bare.contains(['{', '}', ';']) || bare.contains(" //");
    let inner = string.trim_matches('"');
    let is_spaced = inner.trim() != inner;
    (glued + usize::from(is_cut)) * MISTAKE + usize::from(swallows) * SWALLOWED + usize::from(is_spaced) * SPACED
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each line with the quote that it lacks: `⟦` where that is beyond doubt, `⟨` where it is not.
    #[test]
    fn a_quote_is_put_where_it_is_missing() {
        for expected in [
            "image ⟦registry.example/web:1.0\"",
            "  image \"registry.example/web:1.0⟦",
            "env URL ⟨http://${api.http.host}:${api.http.port}\"",
            "service a { env URL \"http://${api.http.host}⟦ }",
            "live \"/healthz⟦; ready \"/readyz\" every 5s",
            "live ⟦/healthz\"; ready \"/readyz\" every 5s",
            "on nats from bus { stream \"JOBS⟦; consumer \"worker\"; account \"$G\" }",
            "managed db is pg.cluster(name = \"db⟦) { replicas 3 }",
            "registry \"registry.example⟦ { pull-secret \"registry\" }",
            "args \"a\", ⟦b\", \"c\"",
            "allow a -> b because ⟦it asks, each operator's day\"",
            "allow a -> b because \"it asks for all of it⟦",
            "use ⟦services/*.bvl\"",
            "use \"services/*.bvl⟦ // all of them",
            "env GREETING ⟨world\"",
            "service \"argocd-server web⟨",
        ] {
            let at = expected.find(['⟦', '⟨']).expect("a mark");
            let line = expected.replace(['⟦', '⟨'], "");
            let found = lost(&line, &super::super::parser::tokens(&line));
            let [quote] = found.as_slice() else { panic!("{line}: {} quotes", found.len()) };
            assert_eq!((quote.at, quote.is_sure), (at, expected.contains('⟦')), "{line}");
        }
    }

    /// Of a text of several lines the end that has too few quotes is read as if it had all, and nothing else is another thing.
    #[test]
    fn a_text_of_several_lines_has_both_ends() {
        let whole = "config a {\n  b \"\"\"\n    c { \"d\n    \"\"\"\n  e \"\"\"\n    f\n    \"\"\"\n  g \"\"\n}\n";
        let kinds = |tokens: &[Token]| tokens.iter().map(|token| token.kind).collect::<Vec<_>>();
        let expected = kinds(&super::super::parser::tokens(whole));
        assert_eq!(complete(whole, super::super::parser::tokens(whole)), super::super::parser::tokens(whole));
        for (end, n_lost) in (0..4).flat_map(|end| [(end, 1), (end, 2)]) {
            let at = whole.match_indices("\"\"\"").nth(end).map(|(at, _)| at).expect("an end");
            let text =
                format!("{}{}", whole.get(..at).unwrap_or_default(), whole.get(at + n_lost..).unwrap_or_default());
            let tokens = complete(&text, super::super::parser::tokens(&text));
            let block: Vec<&str> = tokens
                .iter()
                .filter(|token| token.kind == Kind::HalfBlock)
                .map(|token| text.get(token.range()).unwrap_or_default())
                .collect();
            let [block] = block.as_slice() else { panic!("{text}: {block:?}") };
            assert!(block.starts_with('"') && block.ends_with('"'), "{block}");
            let found =
                kinds(&tokens).into_iter().map(|kind| if kind == Kind::HalfBlock { Kind::TextBlock } else { kind });
            assert_eq!(found.collect::<Vec<_>>(), expected, "{text}");
        }
    }

    /// Of two texts of several lines that lack an end each, what is left of their marks is no text of what stands between them.
    #[test]
    fn two_texts_of_several_lines_have_both_ends() {
        let whole = "config a {\n  b \"\"\"\n    c { \"d\n    \"\"\"\n  e \"\"\"\n    f\n    \"\"\"\n  g \"\"\n}\n";
        let kinds = |tokens: &[Token]| tokens.iter().map(|token| token.kind).collect::<Vec<_>>();
        let expected = kinds(&super::super::parser::tokens(whole));
        for (first, second, n_lost) in [(0, 2), (1, 3), (0, 3)].into_iter().flat_map(|(a, b)| [(a, b, 1), (a, b, 2)]) {
            let at = |end: usize| whole.match_indices("\"\"\"").nth(end).map(|(at, _)| at).expect("an end");
            let mut text = whole.to_owned();
            text.replace_range(at(second)..at(second) + n_lost, "");
            text.replace_range(at(first)..at(first) + n_lost, "");
            let tokens = complete(&text, super::super::parser::tokens(&text));
            assert_eq!(tokens.iter().filter(|token| token.kind == Kind::HalfBlock).count(), 2, "{text}");
            let found =
                kinds(&tokens).into_iter().map(|kind| if kind == Kind::HalfBlock { Kind::TextBlock } else { kind });
            assert_eq!(found.collect::<Vec<_>>(), expected, "{text}");
        }
        // what has all its marks is what it says
        for whole in ["a \"\"\"\n  b\n  \"\"\n  c \"\"\"\n", "a \"\"\n\"\"\"\n  b\n\"\"\"\n"] {
            let tokens = super::super::parser::tokens(whole);
            assert_eq!(complete(whole, tokens.clone()), tokens, "{whole}");
        }
    }

    /// What stands around a line that is read anew keeps its place, and a text in which nothing is missing its tokens.
    #[test]
    fn tokens_keep_their_places() {
        let text = "service a { image \"a }\n  port http 80\n}\nuse c\"\nlet d = \"e\"\n";
        let tokens = complete(text, super::super::parser::tokens(text));
        let of = |kind: Kind| -> Vec<&str> {
            tokens.iter().filter(|token| token.kind == kind).filter_map(|token| text.get(token.range())).collect()
        };
        assert_eq!(of(Kind::HalfString), ["\"a", "c\""]);
        assert_eq!(of(Kind::String), ["\"e\""]);
        assert_eq!(of(Kind::Number), ["80"]);
        let whole = "service a { image \"a\" }\n";
        let tokens = super::super::parser::tokens(whole);
        assert_eq!(complete(whole, tokens.clone()), tokens);
    }

    /// Neither a long line nor very many make it slow, and none is lost.
    #[test]
    fn there_are_limits() {
        let long = format!("image \"{}\n", "a ".repeat(LONGEST));
        assert!(lost(&long, &super::super::parser::tokens(&long)).is_empty());
        let many = "image a:1\"\n".repeat(LINES + 10);
        let found = complete(&many, super::super::parser::tokens(&many));
        assert_eq!(found.iter().filter(|token| token.kind == Kind::HalfString).count(), LINES);
        assert_eq!(found.iter().filter(|token| token.kind == Kind::UnclosedString).count(), 10);
    }
}
