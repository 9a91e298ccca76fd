//! The terminal: where everything that is printed goes through, with what it can show.
//!
//! Invariants: a flag wins over `NO_COLOR`, that over `FORCE_COLOR` and `CLICOLOR_FORCE`, these over what the stream is;
//! the two streams are judged apart; a reader that went away ends the output quietly.

use std::ffi::OsString;
use std::io::{self, BufWriter, IsTerminal, Write};

use crate::diagnostic::render::paint::{Paint, Role};
use crate::diagnostic::render::terminal::{Glyphs, Look};

/// Columns where the stream is no terminal.
const COLUMNS: usize = 100;

/// Whether output has colors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(super) enum Color {
    /// Where a terminal can show them.
    #[default]
    Auto,
    /// In any case.
    Always,
    /// In no case.
    Never,
}

/// What the process was started in: the variables that say how output shall look.
#[derive(Clone, Copy)]
pub(super) struct Surroundings<'a> {
    /// Looks up a variable.
    pub(super) variable: &'a dyn Fn(&str) -> Option<OsString>,
}

impl Surroundings<'_> {
    fn is_set(&self, name: &str) -> bool {
        (self.variable)(name).is_some_and(|value| !value.is_empty())
    }

    fn is_forced(&self, name: &str) -> bool {
        (self.variable)(name).is_some_and(|value| !value.is_empty() && value != "0")
    }

    fn terminal(&self) -> Option<OsString> {
        (self.variable)("TERM")
    }

    fn paint(&self, color: Color, kind: StreamKind) -> Paint {
        let is_ansi = match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto if self.is_set("NO_COLOR") => false,
            Color::Auto if self.is_forced("FORCE_COLOR") || self.is_forced("CLICOLOR_FORCE") => true,
            Color::Auto => kind == StreamKind::Terminal && self.terminal().is_none_or(|name| name != "dumb"),
        };
        if is_ansi { Paint::Ansi } else { Paint::Plain }
    }

    /// Terminals that know nothing but ASCII: dumb ones, and the consoles of kernels.
    fn is_plain_terminal(&self) -> bool {
        self.terminal().is_some_and(|name| name == "dumb" || name == "linux")
    }
}

/// What a stream leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StreamKind {
    /// A person.
    Terminal,
    /// A file or another program.
    Other,
}

impl StreamKind {
    fn of(stream: &impl IsTerminal) -> Self {
        if stream.is_terminal() { Self::Terminal } else { Self::Other }
    }
}

/// One of the two streams.
pub(super) struct Stream {
    writer: Box<dyn Write>,
    /// How reports look there.
    pub(super) look: Look,
    kind: StreamKind,
    /// Whether programs read what is written, and nothing beside it.
    is_for_programs: bool,
    fault: Option<io::Error>,
}

impl Stream {
    fn new(writer: Box<dyn Write>, kind: StreamKind, color: Color, around: &Surroundings<'_>) -> Self {
        let is_plain = kind == StreamKind::Terminal && around.is_plain_terminal();
        let look = Look {
            paint: around.paint(color, kind),
            glyphs: if is_plain { Glyphs::Ascii } else { Glyphs::Unicode },
            width: COLUMNS,
            links: (kind == StreamKind::Terminal && !is_plain).then(String::new),
        };
        Self { writer, look, kind, is_for_programs: false, fault: None }
    }

    /// Writes a text as it is. After a fault nothing is written any more.
    pub(super) fn write(&mut self, text: &str) {
        if self.fault.is_none() {
            self.fault = self.writer.write_all(text.as_bytes()).err();
        }
    }

    /// Writes a text and a line break.
    pub(super) fn line(&mut self, text: &str) {
        self.write(text);
        self.write("\n");
    }

    /// Whether programs read it.
    pub(super) fn is_for_programs(&self) -> bool {
        self.is_for_programs
    }

    /// Writes a line that only people want, beside what programs read there.
    pub(super) fn remark(&mut self, text: &str) {
        if !self.is_for_programs {
            self.line(text);
        }
    }

    /// The text in the color of its role, if this stream has colors.
    pub(super) fn paint(&self, role: Role, text: &str) -> String {
        self.look.paint.paint(role, text)
    }

    /// Whether what is written to it may hold colors.
    pub(super) fn has_colors(&self) -> bool {
        self.look.paint == Paint::Ansi
    }

    /// Whether nobody reads any more, so that there is no point in going on.
    pub(super) fn is_closed(&self) -> bool {
        self.fault.is_some()
    }

    /// Whether a person reads it.
    pub(super) fn is_terminal(&self) -> bool {
        self.kind == StreamKind::Terminal
    }

    fn flush(&mut self) {
        if self.fault.is_none() {
            self.fault = self.writer.flush().err();
        }
    }

    fn fault(&self) -> Option<&io::Error> {
        self.fault.as_ref().filter(|fault| fault.kind() != io::ErrorKind::BrokenPipe)
    }
}

/// Both streams.
pub(super) struct Ui {
    out: Stream,
    err: Stream,
}

impl Ui {
    /// The streams of the process.
    pub(super) fn of_process(color: Color, around: &Surroundings<'_>) -> Self {
        let (out_kind, err_kind) = (StreamKind::of(&io::stdout()), StreamKind::of(&io::stderr()));
        let mut ui = Self {
            out: Stream::new(Box::new(BufWriter::with_capacity(1 << 16, io::stdout())), out_kind, color, around),
            err: Stream::new(Box::new(BufWriter::new(io::stderr())), err_kind, color, around),
        };
        if ui.out.kind == StreamKind::Terminal {
            ui.out.look.width = columns(terminal_size::terminal_size_of(io::stdout()));
        }
        if ui.err.kind == StreamKind::Terminal {
            ui.err.look.width = columns(terminal_size::terminal_size_of(io::stderr()));
        }
        ui
    }

    /// What is asked for: manifests, answers, and the findings of `check`.
    pub(super) fn out(&mut self) -> &mut Stream {
        self.err.flush();
        &mut self.out
    }

    /// What is said about it. What was written to the other stream is shown before.
    pub(super) fn err(&mut self) -> &mut Stream {
        self.out.flush();
        &mut self.err
    }

    /// From here on programs read what is written to both, without remarks.
    pub(super) fn for_programs(&mut self) {
        for stream in [&mut self.out, &mut self.err] {
            stream.is_for_programs = true;
        }
    }

    /// Makes paths links to files below this folder, where a terminal can follow them.
    pub(super) fn link_to(&mut self, folder: &std::path::Path) {
        for stream in [&mut self.out, &mut self.err] {
            if let (Some(links), Some(folder)) = (&mut stream.look.links, folder.to_str()) {
                *links = format!("file://{}/", crate::diagnostic::render::terminal::url_path(folder));
            }
        }
    }

    /// Says what is wrong with the command itself.
    pub(super) fn fault(&mut self, message: &str) {
        let name = self.err.paint(Role::Error, "error");
        let message = crate::diagnostic::render::text::printable(message);
        self.err().line(&format!("{name}: {message}"));
    }

    /// Writes out what is left; why that was not possible, unless the reader went away.
    ///
    /// # Errors
    /// The system's words.
    pub(super) fn finish(mut self) -> Result<(), String> {
        self.out.flush();
        self.err.flush();
        match self.out.fault().or(self.err.fault()) {
            None => Ok(()),
            Some(fault) => {
                let message = format!("cannot write the output: {fault}");
                self.fault(&message);
                self.err.flush();
                Err(message)
            }
        }
    }
}

fn columns(size: Option<(terminal_size::Width, terminal_size::Height)>) -> usize {
    match size {
        Some((width, _)) if width.0 > 0 => usize::from(width.0),
        _ => COLUMNS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_decides_about_color() {
        use StreamKind::{Other, Terminal};
        for (color, variables, kind, expected) in [
            (Color::Auto, &[][..], Terminal, Paint::Ansi),
            (Color::Auto, &[], Other, Paint::Plain),
            (Color::Auto, &[("TERM", "dumb")], Terminal, Paint::Plain),
            (Color::Auto, &[("NO_COLOR", "1")], Terminal, Paint::Plain),
            (Color::Auto, &[("NO_COLOR", "")], Terminal, Paint::Ansi),
            (Color::Auto, &[("NO_COLOR", "1"), ("FORCE_COLOR", "1")], Other, Paint::Plain),
            (Color::Auto, &[("FORCE_COLOR", "1"), ("TERM", "dumb")], Other, Paint::Ansi),
            (Color::Auto, &[("FORCE_COLOR", "0")], Other, Paint::Plain),
            (Color::Auto, &[("CLICOLOR_FORCE", "1")], Other, Paint::Ansi),
            (Color::Always, &[("NO_COLOR", "1")], Other, Paint::Ansi),
            (Color::Never, &[("FORCE_COLOR", "1")], Terminal, Paint::Plain),
        ] {
            let find = |name: &str| {
                let found = variables.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| OsString::from(value))
            };
            let around = Surroundings { variable: &find };
            assert_eq!(around.paint(color, kind), expected, "{color:?} {variables:?} {kind:?}");
        }
    }
}
