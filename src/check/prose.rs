//! Turns of phrase that messages share.

/// `1 replica`, `2 replicas`.
pub(super) fn counted(n: impl Into<u64>, noun: &str) -> String {
    let n = n.into();
    if n == 1 { format!("{n} {noun}") } else { format!("{n} {noun}s") }
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn listed<S: AsRef<str>>(names: &[S]) -> String {
    match names {
        [] => String::new(),
        [only] => only.as_ref().to_owned(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", first.join(", "), last.as_ref())
        }
    }
}

/// [`listed`], of which those that are too many are counted: `a, b and 4 more`.
pub(super) fn listed_few<S: AsRef<str>>(names: &[S]) -> String {
    /// How many are named.
    const MOST: usize = 6;
    let mut shown: Vec<String> = names.iter().take(MOST).map(|name| name.as_ref().to_owned()).collect();
    let more = names.len().saturating_sub(MOST);
    if more > 0 {
        shown.push(format!("{more} more"));
    }
    listed(&shown)
}

/// Rows of cells as lines, each column as wide as its widest cell, the last one left as it is.
pub(super) fn table(rows: &[Vec<String>]) -> String {
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let line = |row: &Vec<String>| {
        let mut line = String::new();
        for (column, cell) in row.iter().enumerate() {
            line.push_str(cell);
            if column + 1 < row.len() {
                let missing = width(column).unwrap_or(0).saturating_sub(cell.chars().count());
                line.push_str(&" ".repeat(missing + 2));
            }
        }
        line
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_lists() {
        assert_eq!([counted(1_u32, "pod"), counted(0_u32, "pod")], ["1 pod", "0 pods"]);
        for (names, expected) in
            [(vec![], ""), (vec!["a"], "a"), (vec!["a", "b"], "a and b"), (vec!["a", "b", "c"], "a, b and c")]
        {
            assert_eq!(listed(&names), expected);
        }
        let letters: Vec<String> = ('a'..='h').map(String::from).collect();
        assert_eq!(listed_few(&letters), "a, b, c, d, e, f and 2 more");
        let rows = [vec!["web".to_owned(), "1".to_owned()], vec!["a".to_owned(), "10".to_owned()]];
        assert_eq!(table(&rows), "web  1\na    10");
    }
}
