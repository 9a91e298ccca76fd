//! The parameters of an environment, and the names that they stand in.

/// A parameter of an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// What it is called.
    pub name: String,
    /// How its values are written.
    pub written: Written,
    /// Whether it has a value where none is given.
    pub has_default: bool,
}

/// How the values of a parameter are written, where they stand in a name that Kubernetes takes: in lower-case letters, digits and `-`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// A whole number in its one spelling. What counts instances is not below 0.
    Whole,
    /// Any text.
    Text,
    /// Digits, and one of these behind them.
    Amount(&'static [&'static str]),
    /// One of these; none where no value can stand in such a name, as an address cannot.
    OneOf(&'static [&'static str]),
}

/// A name as it is written: the text in it, and the parameters. Params and lets stand there with their values.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NamePattern {
    /// In their order.
    pub pieces: Vec<NamePiece>,
}

/// A piece of a [`NamePattern`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NamePiece {
    /// Text as it is.
    Text(String),
    /// A parameter, by its name.
    Parameter(String),
}

impl NamePattern {
    /// Whether a parameter stands in it.
    pub fn holds(&self, parameter: &str) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, NamePiece::Parameter(name) if name == parameter))
    }

    /// It with a `-` between parameters that stand side by side.
    #[must_use]
    pub fn parted(&self) -> Self {
        let mut pieces: Vec<NamePiece> = Vec::new();
        for piece in &self.pieces {
            let are_both = matches!((pieces.last(), piece), (Some(NamePiece::Parameter(_)), NamePiece::Parameter(_)));
            pieces.extend(are_both.then(|| NamePiece::Text("-".to_owned())));
            pieces.push(piece.clone());
        }
        Self { pieces }
    }

    /// What it becomes with something in the place of every parameter.
    pub fn with(&self, value: &str) -> String {
        let pieces = self.pieces.iter().map(|piece| match piece {
            NamePiece::Text(text) => text.as_str(),
            NamePiece::Parameter(_) => value,
        });
        pieces.collect()
    }
}
