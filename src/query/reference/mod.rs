//! The pages of the reference that follow from tables: words, modules of the standard library, codes.
//!
//! Invariants: a page says nothing that its table does not; the same tables give the same pages, byte by byte.

pub mod errors;
pub mod modules;
pub mod rules;
pub mod words;

/// A generated page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Where it is in the repository: `docs/reference/service.md`.
    pub path: String,
    /// Markdown.
    pub text: String,
}

/// A page while it is written.
#[derive(Debug, Default)]
pub struct Draft(String);

impl Draft {
    /// A page that begins with the mark of what is generated, and its title.
    pub fn new(title: &str) -> Self {
        Self(format!("{GENERATED}# {title}\n\n"))
    }

    /// Adds a part.
    pub fn add(&mut self, part: &str) {
        self.0.push_str(part);
    }

    /// The page at its place, with one line break at its end.
    pub fn page(self, path: impl Into<String>) -> Page {
        Page { path: path.into(), text: format!("{}\n", self.0.trim_end()) }
    }
}

/// The line that tells people not to edit a page.
const GENERATED: &str =
    "<!-- Generated from the compiler's own tables; `BLESS=1 cargo test --test suite -- reference` rewrites it. -->\n";

/// The first sentence of a text.
pub fn first_sentence(text: &str) -> &str {
    let end = text.match_indices(". ").map(|(at, _)| at + 1).next();
    end.and_then(|end| text.get(..end)).unwrap_or(text).trim_end()
}

/// A text as a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

/// The first page: what there is.
pub fn index() -> Page {
    let mut text = Draft::new("Reference");
    text.add(
        "The language by its table of words, the standard library, and the command line. For a first \
         look read [the language in ten minutes](../language.md).\n\n## Words\n\n| block | words |\n|---|---|\n",
    );
    for (block, title) in words::BLOCKS {
        let names: Vec<String> = block.words.iter().map(|word| format!("`{}`", word.name)).collect();
        text.add(&format!("| [{title}]({}.md) | {} |\n", block.name, names.join(" ")));
    }
    text.add("\n## Standard library\n\n| module | classes |\n|---|---|\n");
    for module in crate::registry::modules() {
        let file = module.name.replace('.', "-");
        let classes: Vec<String> = module.classes.iter().map(|class| format!("`{class}`")).collect();
        text.add(&format!("| [{}]({file}.md) | {} |\n", module.name, classes.join(" ")));
    }
    text.add(
        "\n## More\n\n- [What a rule can ask for](rule-fields.md)\n- [The command line](command-line.md)\n- [The language server](language-server.md)\n- [Every code that bvlc reports](../errors/README.md)\n",
    );
    text.page("docs/reference/README.md")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_sentence_ends_at_its_full_stop() {
        assert_eq!(first_sentence("Cpu, 0.5 of it. More."), "Cpu, 0.5 of it.");
        assert_eq!(first_sentence("All of it"), "All of it");
    }
}
