//! `bvlc completions`

use clap::CommandFactory as _;

use super::{Exit, Session};

const AFTER_HELP: &str = "\
Examples:
  bvlc completions bash > ~/.local/share/bash-completion/completions/bvlc
  bvlc completions fish > ~/.config/fish/completions/bvlc.fish";

/// Print what a shell needs to complete commands
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP, arg_required_else_help = true)]
pub(super) struct Arguments {
    /// The shell
    #[arg(value_enum)]
    shell: clap_complete::Shell,
}

pub(super) fn run(arguments: &Arguments, session: &mut Session) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut super::Arguments::command(), "bvlc", &mut script);
    session.ui.out().write(&String::from_utf8_lossy(&script));
    Exit::Clean
}
