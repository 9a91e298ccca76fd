//! Rows with columns that stand below each other.

/// The widest that a column is made: cells beyond it run on by themselves, so that one long cell neither widens every
/// row nor meets the formatter's own bound of 65,535.
const WIDEST: usize = 200;

/// The rows as lines, each column as wide as its widest cell of at most [`WIDEST`], the last one as it is.
pub(super) fn lines<const N: usize>(rows: &[[String; N]]) -> Vec<String> {
    let mut widths = [0; N];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(Some(cell.chars().count()).filter(|own| *own <= WIDEST).unwrap_or_default());
        }
    }
    let line = |row: &[String; N]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_align() {
        let rows = [["a", "é", "x"], ["bbb", "", "y z"]].map(|row| row.map(str::to_owned));
        assert_eq!(lines(&rows), ["a    é  x", "bbb     y z"]);
        assert!(lines::<2>(&[]).is_empty());
    }

    #[test]
    fn a_long_cell_widens_no_other_row() {
        for (length, width) in [(WIDEST, WIDEST), (WIDEST + 1, 1), (70_000, 1)] {
            let rows = [["x".repeat(length), "end".to_owned()], ["a".to_owned(), "end".to_owned()]];
            let found = lines(&rows);
            assert_eq!(found[0].len(), length + 5);
            assert_eq!(found[1].len(), width + 5);
        }
    }
}
