//! A page for each block of the vocabulary: every word with what follows it.

use super::{Draft, Page};
use crate::vocabulary::{
    Argument, Block, Clause, ENVIRONMENT, EXTERNAL, Entries, FILE, FLOW, JOB, Keyed, MANAGED, Nothing, PLATFORM,
    PLATFORM_DEFAULTS, Presence, RULE, SERVICE, TEST, WITHOUT, Word,
};

/// The blocks that have a page of their own, with their titles.
pub const BLOCKS: [(&Block, &str); 11] = [
    (&FILE, "top level of a file"),
    (&PLATFORM, "`platform`"),
    (&PLATFORM_DEFAULTS, "`defaults`"),
    (&ENVIRONMENT, "`environment`"),
    (&SERVICE, "`service`"),
    (&JOB, "`job`"),
    (&MANAGED, "`managed`"),
    (&EXTERNAL, "`external`"),
    (&FLOW, "`allow`"),
    (&RULE, "`rule`"),
    (&TEST, "`test`"),
];

/// The pages.
pub fn pages() -> Vec<Page> {
    BLOCKS.iter().map(|(block, title)| page(block, title)).collect()
}

fn page(block: &Block, title: &str) -> Page {
    let mut text = Draft::new(&format!("Words: {title}"));
    if block.entries == Entries::Words {
        text.add(&format!("`{}` stands in any block. {}\n\n", WITHOUT.name, WITHOUT.doc));
    }
    write_block(block, "", 2, &mut text);
    text.page(format!("docs/reference/{}.md", block.name))
}

/// The line of a block's page, from 0, on which the word is described to which a path of words leads, `shutdown drain` among those of a
/// service, and the length of that line. `None` where no page has it.
pub fn place(block: &Block, path: &str) -> Option<(u32, u32)> {
    let (block, title) = BLOCKS.iter().find(|(own, _)| std::ptr::eq(*own, block))?;
    let page = page(block, title);
    let heading = format!(" `{path}`");
    let is_it =
        |line: &&str| line.strip_suffix(heading.as_str()).is_some_and(|marks| marks.bytes().all(|mark| mark == b'#'));
    let (at, line) = page.text.lines().enumerate().find(|(_, line)| is_it(line))?;
    Some((u32::try_from(at).ok()?, u32::try_from(line.len()).ok()?))
}

fn write_block(block: &Block, path: &str, depth: usize, text: &mut Draft) {
    match block.entries {
        Entries::Words => {}
        Entries::Flat => text.add("Takes entries with keys of your own as well: `KEY VALUE`.\n\n"),
        Entries::Nested => text.add("Takes entries with keys of your own: `KEY VALUE` or `KEY { .. }`.\n\n"),
    }
    for word in block.words {
        write_word(word, path, depth, text);
    }
}

fn write_word(word: &Word, path: &str, depth: usize, text: &mut Draft) {
    let inner = format!("{path} {}", word.name);
    let inner = inner.trim_start();
    text.add(&format!("{} `{inner}`\n\n", "#".repeat(depth.min(6))));
    if word.variants.is_empty() {
        text.add(&format!("    {inner}{}\n\n", behind(word)));
    }
    text.add(&format!("{}\n\n", word.doc));
    for argument in word.args {
        text.add(&format!("- `{}`: {}{}\n", argument.name, argument.ty.expected(), presence(argument)));
    }
    for clause in word.clauses {
        text.add(&format!("- `{}`: {}\n", signature(clause), clause.doc));
        for argument in clause.args {
            text.add(&format!("  - `{}`: {}{}\n", argument.name, argument.ty.expected(), presence(argument)));
        }
    }
    text.add(&format!("- {}\n\n", how_often(word)));
    if !word.example.is_empty() {
        text.add(&format!("```bvl\n{}\n```\n\n", word.example));
    }
    for variant in word.variants {
        write_word(variant, inner, depth + 1, text);
    }
    match word.block.map(|block| (block, BLOCKS.iter().find(|(own, _)| std::ptr::eq(*own, block)))) {
        Some((_, Some((own, title)))) => {
            text.add(&format!("What stands in its braces: [{title}]({}.md).\n\n", own.name));
        }
        Some((block, None)) => write_block(block, inner, depth + 1, text),
        None => {}
    }
}

/// What follows a word, as a pattern.
fn behind(word: &Word) -> String {
    let arguments = word.args.iter().map(|argument| format!(" {}", placeholder(argument)));
    let clauses = word.clauses.iter().map(|clause| format!(" [{}]", signature(clause)));
    let block = word.block.map(|_| " { .. }".to_owned());
    arguments.chain(clauses).chain(block).collect()
}

fn signature(clause: &Clause) -> String {
    let arguments = clause.args.iter().map(|argument| format!(" {}", placeholder(argument)));
    format!("{}{}", clause.name, arguments.collect::<String>())
}

fn placeholder(argument: &Argument) -> String {
    match argument.presence {
        Presence::Required => argument.name.to_owned(),
        Presence::Optional => format!("[{}]", argument.name),
        Presence::List => format!("{}, ..", argument.name),
    }
}

fn presence(argument: &Argument) -> String {
    let presence = match argument.presence {
        Presence::Required => "",
        Presence::Optional => "; may be left out",
        Presence::List => "; one or more",
    };
    let is_text = argument.ty.is_text();
    let nothing = match argument.nothing {
        Nothing::Allowed if is_text => "; may be empty",
        Nothing::Refused(_) if !is_text => "; above 0",
        Nothing::Allowed | Nothing::Refused(_) => "",
    };
    format!("{presence}{nothing}")
}

fn how_often(word: &Word) -> String {
    match word.keyed {
        Keyed::Once => "Once in a body; a stronger layer replaces it.".to_owned(),
        Keyed::ByArgument => {
            let key = word.args.first().map_or("key", |argument| argument.name);
            format!("Once for each `{key}`; layers merge by it.")
        }
        Keyed::ByVariant => "Once for each kind, or for each name given with `as`; layers merge by it.".to_owned(),
        Keyed::Each => "Any number of times.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry;

    #[test]
    fn every_word_of_the_table_has_its_place() {
        let all: String = pages().into_iter().map(|page| page.text).collect();
        for row in registry::words() {
            assert!(all.contains(row.doc), "{} {}", row.block, row.word);
            assert!(all.contains(row.example), "{} {}", row.block, row.word);
        }
    }

    #[test]
    fn each_word_has_its_place() {
        let service = |path| place(&SERVICE, path).and_then(|(line, _)| line_of("service", line));
        assert_eq!(service("shutdown drain").as_deref(), Some("### `shutdown drain`"));
        assert_eq!(service("expose tls secret").as_deref(), Some("#### `expose tls secret`"));
        assert_eq!(place(&SERVICE, "drain"), None);
    }

    fn line_of(block: &str, line: u32) -> Option<String> {
        let page = pages().into_iter().find(|page| page.path.ends_with(&format!("/{block}.md")))?;
        page.text.lines().nth(line as usize).map(str::to_owned)
    }

    #[test]
    fn a_pattern_shows_what_may_be_left_out() {
        let kubernetes = PLATFORM.word("kubernetes").map(behind);
        assert_eq!(kubernetes.as_deref(), Some(" OLDEST [up-to NEWEST]"));
        let node_cidr = PLATFORM.word("node-cidr").map(behind);
        assert_eq!(node_cidr.as_deref(), Some(" CIDR, .."));
        assert_eq!(FILE.word("allow").map(behind).as_deref(), Some(" [because REASON] [in ENVIRONMENT, ..] { .. }"));
    }
}
