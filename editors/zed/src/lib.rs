//! The extension of Zed: starts `bvlc lsp`.

use zed_extension_api::settings::LspSettings;
use zed_extension_api::{register_extension, Command, Extension, LanguageServerId, Result, Worktree};

/// What is said where no program was found.
const NOT_FOUND: &str =
    "`bvlc` is not on the PATH: install it, or name it in the settings, `lsp.bvlc.binary.path`";

struct Bvl;

impl Extension for Bvl {
    fn new() -> Self {
        Self
    }

    /// The program that the settings name, else the one on the PATH of the worktree's shell.
    fn language_server_command(&mut self, id: &LanguageServerId, worktree: &Worktree) -> Result<Command> {
        let binary = LspSettings::for_worktree(id.as_ref(), worktree).ok().and_then(|settings| settings.binary);
        let (path, arguments) = binary.map_or((None, None), |binary| (binary.path, binary.arguments));
        let command = path.or_else(|| worktree.which("bvlc")).ok_or_else(|| NOT_FOUND.to_owned())?;
        let args = arguments.unwrap_or_else(|| vec!["lsp".to_owned()]);
        Ok(Command { command, args, env: worktree.shell_env() })
    }
}

register_extension!(Bvl);
