//! Markdown as plain text, for clients that show what they are sent letter by letter.
//!
//! Invariant: no word is lost; code stays as it is.

/// The text without its marks: of fences the code, of links the text and where they lead, of tables the rows.
pub(super) fn plain(markdown: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut is_code = false;
    for line in markdown.lines() {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
        } else if is_code {
            lines.push(line.to_owned());
        } else if !is_rule(line) {
            let heading = line.trim_start_matches('#');
            let line = if heading.len() < line.len() { heading.trim_start() } else { line };
            lines.push(without_links(&line.replace("**", "")));
        }
    }
    // what a fence or a rule leaves behind is no gap of its own
    lines.dedup_by(|line, before| line.is_empty() && before.is_empty());
    lines.join("\n").trim().to_owned()
}

/// Whether a line parts the head of a table from its rows.
fn is_rule(line: &str) -> bool {
    line.starts_with('|') && line.contains("--") && line.chars().all(|char| matches!(char, '|' | '-' | ':' | ' '))
}

/// `[text](place)` as `text (place)`.
fn without_links(line: &str) -> String {
    let mut text = String::new();
    let mut rest = line;
    while let Some((before, link)) = rest.split_once('[') {
        text.push_str(before);
        let parts = link.split_once("](").and_then(|(shown, behind)| Some((shown, behind.split_once(')')?)));
        if let Some((shown, (place, behind))) = parts.filter(|(shown, _)| !shown.contains(['[', ']'])) {
            for piece in [shown, " (", place, ")"] {
                text.push_str(piece);
            }
            rest = behind;
        } else {
            text.push('[');
            rest = link;
        }
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_left_out_and_words_are_not() {
        for (markdown, expected) in [
            (
                "```bvl\nport NAME [, ..]\n```\n\nA **port**.\n\n- `a`\n- `b`",
                "port NAME [, ..]\n\nA port.\n\n- `a`\n- `b`",
            ),
            ("# BVL0701: x\n\n## Why\n```yaml\n# a: **b**\n```\nso", "BVL0701: x\n\nWhy\n# a: **b**\nso"),
            ("| at | what |\n|---|:--|\n| 0s | stop |", "| at | what |\n| 0s | stop |"),
            ("see [it](https://a/b_c) and [x], [y](z", "see it (https://a/b_c) and [x], [y](z"),
            ("", ""),
        ] {
            assert_eq!(plain(markdown), expected);
        }
    }
}
