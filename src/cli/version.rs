//! `bvlc version`

use super::{Exit, Session};

const AFTER_HELP: &str = "\
Examples:
  bvlc version
  bvlc version --format json";

/// Print the version of bvlc
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Arguments {
    /// The form of the answer
    #[arg(long, value_enum, default_value_t, value_name = "FORM")]
    format: Format,
}

#[derive(Debug, Clone, Copy, Default, clap::ValueEnum)]
enum Format {
    /// One line
    #[default]
    Text,
    /// One JSON object
    Json,
}

pub(super) fn run(arguments: &Arguments, session: &mut Session) -> Exit {
    let version = env!("CARGO_PKG_VERSION");
    let line = match arguments.format {
        Format::Text => format!("bvlc {version}"),
        Format::Json => serde_json::json!({ "schema": "bvlc.version/1", "version": version }).to_string(),
    };
    session.ui.out().line(&line);
    Exit::Clean
}
