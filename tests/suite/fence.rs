//! Fences of Markdown: found with their lines, and rewritten in place.

use crate::case::Case;
use crate::words;

/// A fenced block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fence {
    /// The first word behind the backticks.
    pub(crate) language: String,
    /// The other words: `bad`, `fixed`, `emits`.
    pub(crate) flags: Vec<String>,
    /// Those with a value: `in=service`, `file=teams/a.bvl`.
    pub(crate) keys: Vec<(String, String)>,
    /// The lines between, without the fence's own indentation.
    pub(crate) body: String,
    /// The page's line on which the body begins, counted from 1.
    pub(crate) line: usize,
    /// The number of lines of the body.
    lines: usize,
    /// White space before the fence.
    indent: String,
}

impl Fence {
    /// The value of a key.
    pub(crate) fn key(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// All values of a key that may be repeated.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.keys.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether the word is there.
    pub(crate) fn has(&self, flag: &str) -> bool {
        self.flags.iter().any(|known| known == flag)
    }
}

/// The fences of a page.
pub(crate) fn fences(page: &str) -> Result<Vec<Fence>, String> {
    let mut found = Vec::new();
    let mut open: Option<(String, Fence)> = None;
    for (index, line) in page.lines().enumerate() {
        let start = line.trim_start();
        let info = start.trim_start_matches('`');
        let ticks = start.len() - info.len();
        match &mut open {
            Some((mark, fence)) => {
                if ticks >= mark.len() && info.trim().is_empty() {
                    found.extend(open.take().map(|(_, fence)| fence));
                } else {
                    fence.body.push_str(line.strip_prefix(fence.indent.as_str()).unwrap_or(line.trim_start()));
                    fence.body.push('\n');
                    fence.lines += 1;
                }
            }
            None if ticks >= 3 => {
                let fence = opened(info, index + 2, line.split_at(line.len() - start.len()).0)
                    .map_err(|why| format!("line {}: {why}", index + 1))?;
                open = Some(("`".repeat(ticks), fence));
            }
            None => {}
        }
    }
    match open {
        Some((_, fence)) => Err(format!("line {}: the fence is not closed", fence.line - 1)),
        None => Ok(found),
    }
}

fn opened(info: &str, line: usize, indent: &str) -> Result<Fence, String> {
    let mut words = words::split(info)?.into_iter();
    let mut fence = Fence {
        language: words.next().unwrap_or_default(),
        flags: Vec::new(),
        keys: Vec::new(),
        body: String::new(),
        line,
        lines: 0,
        indent: indent.to_owned(),
    };
    for word in words {
        match word.split_once('=') {
            Some((key, value)) => fence.keys.push((key.to_owned(), value.to_owned())),
            None => fence.flags.push(word),
        }
    }
    Ok(fence)
}

/// The page with other bodies in some of its fences.
pub(crate) fn replace(page: &str, bodies: &[(&Fence, String)]) -> String {
    let mut changed = String::new();
    let mut skip = 0;
    for (index, line) in page.lines().enumerate() {
        if let Some((fence, body)) = bodies.iter().find(|(fence, _)| fence.line == index + 1) {
            for new in body.lines() {
                changed.push_str(if new.is_empty() { "" } else { &fence.indent });
                changed.push_str(new);
                changed.push('\n');
            }
            skip = fence.lines;
        }
        if skip > 0 {
            skip -= 1;
            continue;
        }
        changed.push_str(line);
        changed.push('\n');
    }
    changed
}

/// The trials of this file.
pub(crate) fn trials() -> Vec<Case> {
    const PAGE: &str = "a\n```bvl bad in=service set='a=b c'\nx\n\ny\n```\n- b\n  ````text\n  ```\n  z\n  ````\n```yaml emits\n```\nend\n";
    let reads = Case::new("harness/fence/reads", || {
        let found = fences(PAGE)?;
        let bodies: Vec<(&str, usize, &str)> =
            found.iter().map(|fence| (fence.language.as_str(), fence.line, fence.body.as_str())).collect();
        if bodies != [("bvl", 3, "x\n\ny\n"), ("text", 9, "```\nz\n"), ("yaml", 13, "")] {
            return Err(format!("{bodies:?}"));
        }
        let first = found.first().ok_or("no fence")?;
        let info = (first.has("bad"), first.has("good"), first.key("in"), first.key("set"), first.key("fix"));
        if info != (true, false, Some("service"), Some("a=b c"), None) {
            return Err(format!("{info:?}"));
        }
        match fences("a\n```bvl\nx\n") {
            Ok(found) => Err(format!("an open fence is read as {found:?}")),
            Err(why) if why.starts_with("line 2:") => Ok(()),
            Err(why) => Err(why),
        }
    });
    let rewrites = Case::new("harness/fence/rewrites", || {
        let found = fences(PAGE)?;
        let new: Vec<(&Fence, String)> = found.iter().skip(1).map(|fence| (fence, "1\n2\n".to_owned())).collect();
        let expected = PAGE.replace("  ```\n  z\n", "  1\n  2\n").replace("emits\n", "emits\n1\n2\n");
        let changed = replace(PAGE, &new);
        if changed != expected {
            return Err(changed);
        }
        let same: Vec<(&Fence, String)> = found.iter().map(|fence| (fence, fence.body.clone())).collect();
        if replace(PAGE, &same) == PAGE { Ok(()) } else { Err(replace(PAGE, &same)) }
    });
    vec![reads, rewrites]
}
