//! Where a word stands, for whoever has written it somewhere else.

use super::{Block, FILE, TEST, Word};

/// A place at which a word stands.
#[derive(Debug, Clone)]
pub struct Home {
    /// In whose braces it is, outermost first.
    pub outer: Vec<Opener>,
    /// How it stands there.
    pub form: Form,
    /// The block that all of it is in.
    block: &'static Block,
}

/// What opens a block: a word, or one of its variants, such as `on rabbitmq`.
#[derive(Debug, Clone, Copy)]
pub struct Opener {
    /// The word of the statement.
    pub word: &'static Word,
    /// The variant that has the block.
    pub variant: Option<&'static Word>,
}

impl Opener {
    /// As messages name it: `shutdown`, `on rabbitmq`.
    pub fn name(&self) -> String {
        self.variant.map_or_else(|| self.word.name.to_owned(), |variant| format!("{} {}", self.word.name, variant.name))
    }

    /// What stands before the braces in its example: `health 8081`, `on rabbitmq from rabbitmq`.
    pub fn head(&self) -> &'static str {
        self.variant.unwrap_or(self.word).example.split('{').next().unwrap_or_default().trim_end()
    }
}

/// How a word stands in a block.
#[derive(Debug, Clone)]
pub enum Form {
    /// As a statement.
    Statement(&'static Word),
    /// First behind a word, of which it is a variant: the word, and the variant.
    Variant(&'static Word, &'static Word),
    /// In the line of some words, each of which has it as a clause.
    Clause(Vec<&'static Word>),
}

impl Block {
    /// Where `name` stands in this block and in those within it: each block once, those that are least far in first.
    pub fn homes(&'static self, name: &str) -> Vec<Home> {
        let mut found = Vec::new();
        if !name.is_empty() {
            gather(self, name, &mut Vec::new(), &mut found);
        }
        found.sort_by_key(|home| home.outer.len());
        let mut distinct: Vec<Home> = Vec::new();
        for home in found {
            if !distinct.iter().any(|known| known.is_beside(&home)) {
                distinct.push(home);
            }
        }
        distinct
    }
}

impl Block {
    /// Whether another block stands in this one, at any depth.
    pub fn has(&'static self, other: &'static Self) -> bool {
        let blocks =
            self.words.iter().flat_map(|word| word.variants.iter().chain([word])).filter_map(|word| word.block);
        blocks.into_iter().any(|block| std::ptr::eq(block, other) || block.has(other))
    }
}

/// Where `name` stands in the whole language, from the top level of a file on.
pub fn homes(name: &str) -> Vec<Home> {
    FILE.homes(name)
}

impl Home {
    /// Whether both are in one block, which several words may open: `shutdown` of a service and of the defaults.
    pub fn is_beside(&self, other: &Self) -> bool {
        self.block.name == other.block.name
    }
}

fn gather(block: &'static Block, name: &str, outer: &mut Vec<Opener>, found: &mut Vec<Home>) {
    let words = || block.words.iter();
    let variant = || words().find_map(|word| Some(Form::Variant(word, word.variant(name)?)));
    let clauses = |word: &&'static Word| {
        word.variants.iter().flat_map(|variant| variant.clauses).chain(word.clauses).any(|clause| clause.name == name)
    };
    let clause = || Some(words().filter(clauses).collect::<Vec<_>>()).filter(|words| !words.is_empty());
    let statement = words().find(|word| word.name == name).map(Form::Statement);
    // what a test expects is written in words of everyday, which stand for something else wherever else they are written
    let is_sentences = std::ptr::eq(block, &raw const TEST);
    let form = statement.or_else(|| if is_sentences { None } else { variant().or_else(|| clause().map(Form::Clause)) });
    found.extend(form.map(|form| Home { outer: outer.clone(), form, block }));
    for word in words() {
        let variants = word.variants.iter().map(|variant| (Some(variant), variant.block));
        for (variant, block) in variants.chain([(None, word.block)]) {
            let Some(inner) = block else { continue };
            outer.push(Opener { word, variant });
            gather(inner, name, outer, found);
            outer.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::{EXTERNAL, SERVICE};

    /// The words around a place, and how it stands there.
    fn shown(homes: &[Home]) -> Vec<String> {
        let shown = homes.iter().map(|home| {
            let mut words: Vec<String> = home.outer.iter().map(Opener::name).collect();
            match &home.form {
                Form::Statement(word) => words.push(word.name.to_owned()),
                Form::Variant(owner, variant) => words.extend([owner.name.to_owned(), variant.name.to_owned()]),
                Form::Clause(owners) => words.extend(owners.iter().map(|owner| owner.name.to_owned())),
            }
            words.join(" ")
        });
        shown.collect()
    }

    #[test]
    fn every_block_that_has_a_word_is_found_once() {
        for (block, name, expected) in [
            (&SERVICE, "surge", &["rollout surge"] as &[_]),
            (&SERVICE, "min-available", &["disruption min-available"]),
            (&SERVICE, "timeout", &["health live ready start"]),
            (&SERVICE, "udp", &["port"]),
            (&SERVICE, "secret", &["secret"]),
            (&SERVICE, "nonesuch", &[]),
            (&SERVICE, "", &[]),
            (&EXTERNAL, "surge", &[]),
        ] {
            let homes: Vec<Home> = block.homes(name).into_iter().take(1).collect();
            assert_eq!(shown(&homes), expected, "{name}");
        }
        assert_eq!(
            shown(&homes("timeout")),
            ["allow timeout", "service health live ready start", "service expose timeout"]
        );
        assert_eq!(shown(&homes("cidr")), ["external cidr"]);
        assert_eq!(shown(&homes("surge")), ["service rollout surge"]);
        assert_eq!(shown(&homes("queue")), ["service scale on rabbitmq queue"]);
    }
}
