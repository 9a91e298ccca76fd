//! Color: which part of a report gets which, or none at all.
//!
//! Invariant: meaning never hangs on color alone; the plain text says the same.

/// Whether color codes are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Paint {
    /// No codes at all.
    #[default]
    Plain,
    /// The sixteen colors of every terminal, so that the reader's own theme holds.
    Ansi,
}

/// What a piece of text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// An error's name, or what is removed.
    Error,
    /// A warning's name.
    Warning,
    /// A hint's name, a help, secondary places.
    Hint,
    /// What went well, or what is added.
    Good,
    /// Titles and names to be seen first.
    Strong,
    /// What may be passed over.
    Faint,
}

impl Role {
    fn code(self) -> &'static str {
        match self {
            Self::Error => "1;31",
            Self::Warning => "1;33",
            Self::Hint => "36",
            Self::Good => "32",
            Self::Strong => "1",
            Self::Faint => "2",
        }
    }
}

impl Paint {
    /// The text in the color of its role.
    pub fn paint(self, role: Role, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Ansi if text.is_empty() => String::new(),
            Self::Ansi => format!("\u{1b}[{}m{text}\u{1b}[0m", role.code()),
        }
    }
}
