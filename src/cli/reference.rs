//! The page of the command line, from the model by which it is parsed.

use clap::{Command, CommandFactory as _};

use super::Arguments;
use crate::query::reference::{Draft, Page};

/// Columns of a help text on the page.
const COLUMNS: usize = 100;

/// The page.
pub fn page() -> Page {
    let mut command = Arguments::command().term_width(COLUMNS);
    command.build();
    let mut text = Draft::new("The command line");
    text.add(&help(&mut command));
    let names: Vec<String> = command.get_subcommands().map(|inner| inner.get_name().to_owned()).collect();
    for name in names.iter().filter(|name| *name != "help") {
        let Some(inner) = command.find_subcommand_mut(name) else { continue };
        text.add(&format!("\n## `bvlc {name}`\n\n"));
        text.add(&help(inner));
    }
    text.page("docs/reference/command-line.md")
}

fn help(command: &mut Command) -> String {
    let help = command.render_long_help().to_string();
    let lines = help.trim_end().lines().map(|line| format!("{}\n", line.trim_end()));
    format!("```text\n{}```\n", lines.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_and_flag_is_on_the_page() {
        let text = page().text;
        let mut command = Arguments::command();
        command.build();
        for inner in command.get_subcommands().filter(|inner| inner.get_name() != "help") {
            assert!(text.contains(&format!("## `bvlc {}`", inner.get_name())));
            for flag in inner.get_arguments().filter_map(clap::Arg::get_long) {
                assert!(text.contains(&format!("--{flag}")), "{flag}");
            }
        }
    }
}
