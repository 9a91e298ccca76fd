//! The edge: arguments, files, terminal, clock. Only here may the compiler touch the world; one file a command.
//!
//! Invariants: all that is printed goes through `ui::Ui`; a command ends with an `Exit` or a `Fault`, nothing else
//! ends the process; what was asked for goes to stdout, what is said about it to stderr.

mod argo_cd;
mod build;
mod check;
mod completions;
mod connection;
mod diff;
mod drift;
mod explain;
mod fmt;
mod helm;
mod import;
mod init;
mod junit;
mod kustomize;
mod list;
mod lsp;
mod manifests;
mod observed;
mod params;
mod passing;
mod patch;
mod place;
pub mod reference;
mod report;
mod shown;
mod spec;
mod standard;
mod table;
mod test;
mod timings;
mod ui;
mod verify;
mod version;
mod watch;

#[expect(clippy::disallowed_methods, reason = "the edge: the only place that touches files")]
pub mod disk;
#[expect(clippy::disallowed_methods, reason = "the edge: the only place that touches files")]
mod files;
#[expect(clippy::disallowed_methods, reason = "the edge: the only place that asks the system")]
mod system;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use ui::{Color, Surroundings, Ui};

/// How a command ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exit {
    /// All is well.
    Clean,
    /// There are findings or differences.
    Findings,
    /// The command cannot be carried out: usage, files, terminal.
    Unable,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Clean => Self::SUCCESS,
            Exit::Findings => Self::from(1),
            Exit::Unable => Self::from(2),
        }
    }
}

/// Why a command cannot be carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Fault {
    message: String,
    hint: Option<String>,
}

impl Fault {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None }
    }

    /// Says what to do instead.
    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// What every command gets.
struct Session {
    ui: Ui,
    /// The folder that the user stands in.
    here: PathBuf,
}

const AFTER_HELP: &str = "\
Exit codes:
  0    all is well
  1    findings, or differences
  2    wrong usage, or a file that cannot be read or written
  101  a mistake of bvlc itself

Examples:
  bvlc check
  bvlc build --set version=1.4.2 -o out";

/// The compiler of .bvl: which services run on Kubernetes, who may talk to whom, and the proof
#[derive(Debug, Parser)]
#[command(name = "bvlc", version, after_help = AFTER_HELP, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// Whether output has colors
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    color: Color,
}

#[derive(Debug, Subcommand)]
enum Command {
    Build(build::Arguments),
    Check(check::Arguments),
    Test(test::Arguments),
    Verify(verify::Arguments),
    Diff(diff::Arguments),
    Import(import::Arguments),
    Fmt(fmt::Arguments),
    Explain(explain::Arguments),
    List(list::Arguments),
    Init(init::Arguments),
    Lsp(lsp::Arguments),
    Version(version::Arguments),
    Completions(completions::Arguments),
}

/// The stack of a worker thread: as much as the main one has on most systems.
const STACK: usize = 8 << 20;

/// Runs the command of the process's arguments.
pub fn run() -> ExitCode {
    // where this fails, the workers have a smaller stack, which is no reason to refuse
    drop(rayon::ThreadPoolBuilder::new().stack_size(STACK).build_global());
    let variable = |name: &str| system::variable(name);
    let around = Surroundings { variable: &variable };
    let arguments: Vec<OsString> = system::arguments();
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => return answer(&error, Ui::of_process(Color::Auto, &around)),
    };
    let mut session = match system::here() {
        Ok(here) => Session { ui: Ui::of_process(arguments.color, &around), here },
        Err(error) => {
            let mut ui = Ui::of_process(arguments.color, &around);
            ui.fault(&format!("cannot tell which folder this is: {}", place::words(&error)));
            return end(ui, Exit::Unable);
        }
    };
    let result = match &arguments.command {
        Command::Build(arguments) => build::run(arguments, &mut session),
        Command::Check(arguments) => check::run(arguments, &mut session),
        Command::Test(arguments) => test::run(arguments, &mut session),
        Command::Verify(arguments) => verify::run(arguments, &mut session),
        Command::Diff(arguments) => diff::run(arguments, &mut session),
        Command::Import(arguments) => import::run(arguments, &mut session),
        Command::Fmt(arguments) => fmt::run(arguments, &mut session),
        Command::Explain(arguments) => explain::run(arguments, &mut session),
        Command::List(arguments) => list::run(arguments, &mut session),
        Command::Init(arguments) => init::run(arguments, &mut session),
        Command::Lsp(arguments) => lsp::run(arguments, &mut session),
        Command::Version(arguments) => Ok(version::run(arguments, &mut session)),
        Command::Completions(arguments) => Ok(completions::run(arguments, &mut session)),
    };
    let exit = result.unwrap_or_else(|fault| {
        session.ui.fault(&fault.message);
        if let Some(hint) = &fault.hint {
            session.ui.err().line(&format!(" help: {hint}"));
        }
        Exit::Unable
    });
    end(session.ui, exit)
}

/// What clap has to say: help and versions to stdout, wrong usage to stderr.
fn answer(error: &clap::Error, mut ui: Ui) -> ExitCode {
    let (stream, exit) = if error.use_stderr() { (ui.err(), Exit::Unable) } else { (ui.out(), Exit::Clean) };
    let text = error.render();
    let text = if stream.has_colors() { text.ansi().to_string() } else { text.to_string() };
    stream.write(&text);
    end(ui, exit)
}

fn end(ui: Ui, exit: Exit) -> ExitCode {
    match ui.finish() {
        Ok(()) => exit.into(),
        Err(_) => Exit::Unable.into(),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_holds_together() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_help_ends_with_two_examples() {
        for command in Arguments::command().get_subcommands_mut() {
            let help = command.render_help().to_string();
            let (_, examples) = help.split_once("\nExamples:\n").unwrap();
            assert_eq!(examples.trim().lines().filter(|line| line.trim().starts_with("bvlc ")).count(), 2, "{help}");
        }
    }
}
