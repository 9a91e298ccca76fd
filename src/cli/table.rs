//! Rows with columns that stand below each other.

/// The rows as lines, each column as wide as its widest cell, the last one as it is.
pub(super) fn lines<const N: usize>(rows: &[[String; N]]) -> Vec<String> {
    let mut widths = [0; N];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
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
}
