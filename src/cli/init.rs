//! `bvlc init`

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::place::{ROOT, words};
use super::{Exit, Fault, Session, system};
use crate::diagnostic::render::text::printable;
use crate::value::name::dns_label;
use crate::vocabulary::is_reserved;

const AFTER_HELP: &str = "\
Examples:
  bvlc init
  bvlc init shop";

/// Write a first platform.bvl
///
/// Asks nothing and overwrites nothing. What it writes is commented and builds as it is.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Arguments {
    /// The folder to write it to, made if it is not there
    #[arg(default_value = ".")]
    folder: PathBuf,
}

/// The spec, with `NAME` where the platform's name stands.
const SPEC: &str = include_str!("init.bvl");

pub(super) fn run(arguments: &Arguments, session: &mut Session) -> Result<Exit, Fault> {
    let path = arguments.folder.join(ROOT);
    let path = path.strip_prefix(".").unwrap_or(&path);
    let place = session.here.join(path);
    let folder = place.parent().and_then(|folder| folder.file_name()).and_then(|name| name.to_str());
    let spec = SPEC.replace("NAME", &platform_name(folder.unwrap_or_default()));
    system::create(&place, &spec).map_err(|error| {
        let path = path.display();
        if error.kind() == ErrorKind::AlreadyExists {
            Fault::new(format!("`{path}` is there already; nothing was written"))
        } else {
            Fault::new(format!("cannot write `{path}`: {}", words(&error)))
        }
    })?;
    let err = session.ui.err();
    err.line(&printable(&format!("wrote {}", path.display())));
    err.line(&printable(&next(&arguments.folder)));
    Ok(Exit::Clean)
}

/// What to type now, from the folder that `init` was called in.
fn next(folder: &Path) -> String {
    let written = folder.display().to_string();
    let named = match written.as_str() {
        "" | "." => String::new(),
        path if path.contains(|letter: char| !letter.is_ascii_alphanumeric() && !"-_./".contains(letter)) => {
            format!(" '{path}'")
        }
        path => format!(" {path}"),
    };
    format!("next: `bvlc check{named}`, then `bvlc build{named} -o out`")
}

/// A folder's name where it can be a platform's.
fn platform_name(folder: &str) -> String {
    let name = folder.to_ascii_lowercase().replace(['_', '.', ' '], "-");
    let is_fit =
        name.len() <= 40 && name.starts_with(|first: char| first.is_ascii_lowercase()) && dns_label(&name).is_ok();
    if is_fit && !is_reserved(&name) { name } else { "example".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_to_type_next_works_where_one_stands() {
        assert_eq!(next(Path::new(".")), "next: `bvlc check`, then `bvlc build -o out`");
        assert_eq!(next(Path::new("shop")), "next: `bvlc check shop`, then `bvlc build shop -o out`");
        assert!(next(Path::new("my shop")).starts_with("next: `bvlc check 'my shop'`"));
    }

    #[test]
    fn a_platform_is_named_after_its_folder() {
        for (folder, expected) in [
            ("shop", "shop"),
            ("My_Shop", "my-shop"),
            ("1st", "example"),
            ("", "example"),
            ("a-", "example"),
            ("config", "example"),
        ] {
            assert_eq!(platform_name(folder), expected, "{folder}");
        }
    }
}
