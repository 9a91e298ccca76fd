//! Values that are given from outside: `--set`, `--params`, and the arguments of parametrised environments.

use crate::diagnostic::Diagnostic;
use crate::model::codes::BVL0213;
use crate::model::parameter::Written;
use crate::source::{FileId, Provenance, Span};
use crate::value::{Address, Cidr, Cpu, Duration, FromTerm, Memory, Mismatch, Percent, Term, TermKind};
use crate::vocabulary::{Argument, Type, arg};

use super::Inputs;
use super::modules::Project;

/// A value given to a param.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParamInput {
    /// The environment it is for; all of them where it is `None`.
    pub environment: Option<String>,
    /// The param.
    pub name: String,
    /// Its value, as given.
    pub value: String,
    /// Who gave it: `--set`, or the file and line of a `--params` file.
    pub given_by: String,
}

/// A given value with a place of its own.
#[derive(Debug, Clone)]
pub(super) struct Given {
    pub(super) environment: Option<String>,
    pub(super) name: String,
    pub(super) value: String,
    pub(super) span: Span,
}

/// The types that a param can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ParamType {
    Int,
    Decimal,
    Bool,
    String,
    Duration,
    Cpu,
    Memory,
    Percent,
    Address,
    Cidr,
}

/// The types by their names.
pub(super) const TYPES: &[(&str, ParamType)] = &[
    ("int", ParamType::Int),
    ("decimal", ParamType::Decimal),
    ("bool", ParamType::Bool),
    ("string", ParamType::String),
    ("duration", ParamType::Duration),
    ("cpu", ParamType::Cpu),
    ("memory", ParamType::Memory),
    ("percent", ParamType::Percent),
    ("address", ParamType::Address),
    ("cidr", ParamType::Cidr),
];

/// The types that a param can have, as they are written behind its `:`, each with a value of it.
pub fn param_types() -> impl Iterator<Item = (&'static str, &'static str)> {
    TYPES.iter().map(|(name, ty)| (*name, ty.sample()))
}

/// Gives every input a place, so that a fault in it can be shown: each is a line of a file of its own.
pub(super) fn given(project: &mut Project, inputs: &Inputs) -> Vec<Given> {
    inputs
        .params
        .iter()
        .map(|input| {
            let prefix = input.environment.as_ref().map(|name| format!("{name}.")).unwrap_or_default();
            let text = format!("{prefix}{}={}", input.name, input.value);
            let (path, length) = (input.given_by.clone(), text.len());
            let file = project.sources.add(path, text, Provenance::CommandLine);
            Given {
                environment: input.environment.clone(),
                name: input.name.clone(),
                value: input.value.clone(),
                span: Span::new(file, 0, length),
            }
        })
        .collect()
}

/// A place for the arguments of an environment as asked for.
pub(super) fn asked(project: &mut Project, text: &str) -> FileId {
    project.sources.add("--env", text.to_owned(), Provenance::CommandLine)
}

impl ParamType {
    /// The type of that name.
    pub(super) fn named(name: &str) -> Option<Self> {
        TYPES.iter().find(|(known, _)| *known == name).map(|(_, ty)| *ty)
    }

    /// Its name.
    pub(super) fn name(self) -> &'static str {
        TYPES.iter().find(|(_, ty)| *ty == self).map_or("", |(name, _)| name)
    }

    /// A value of it as it is written.
    pub(super) fn sample(self) -> &'static str {
        match self {
            Self::Int => "3",
            Self::Decimal => "1.5",
            Self::Bool => "true",
            Self::String => "\"1.4.2\"",
            Self::Duration => "30s",
            Self::Cpu => "500m",
            Self::Memory => "256Mi",
            Self::Percent => "70%",
            Self::Address => "10.20.0.10",
            Self::Cidr => "10.20.0.0/24",
        }
    }

    /// The one whose values stand where a word takes that type: its own, or else the first that fits.
    pub(super) fn that_fits(ty: Type) -> Option<Self> {
        // an amount before a number, which may be one as well
        let first = [Self::String, Self::Duration, Self::Cpu, Self::Memory];
        let all = || first.into_iter().chain(TYPES.iter().map(|(_, ty)| *ty));
        let own = all().find(|own| own.argument().is_some_and(|argument| argument.ty == ty));
        own.or_else(|| all().find(|own| own.stands_as(ty)))
    }

    /// The one of which a value is, among those whose values stand where a word takes that type.
    pub(super) fn of_value(value: &Term, ty: Type) -> Option<Self> {
        // an amount without a unit is a number
        let mut all = std::iter::once(Self::Int).chain(TYPES.iter().map(|(_, ty)| *ty));
        let is_of = |own: &Self| own.argument().is_some_and(|argument| argument.ty.check(value).is_ok());
        all.find(|own| is_of(own) && own.stands_as(ty))
    }

    /// Whether a value of it may stand where a word takes that type.
    pub(super) fn stands_as(self, ty: Type) -> bool {
        ty.check(&self.term(self.sample(), Span::new(FileId::default(), 0, 0))).is_ok()
    }

    /// The place of a value of it, as the table of words has such a one; `None` where no word takes what it is.
    pub(super) fn argument(self) -> Option<&'static Argument> {
        static INT: Argument = arg("VALUE", Type::Integer);
        static BOOL: Argument = arg("VALUE", Type::Choice(&["true", "false"]));
        static STRING: Argument = arg("VALUE", Type::Text);
        static DURATION: Argument = arg("VALUE", Type::Duration);
        static CPU: Argument = arg("VALUE", Type::Cpu);
        static MEMORY: Argument = arg("VALUE", Type::Memory);
        static PERCENT: Argument = arg("VALUE", Type::Percent);
        static ADDRESS: Argument = arg("VALUE", Type::Address);
        static CIDR: Argument = arg("VALUE", Type::Cidr);
        Some(match self {
            Self::Int => &INT,
            Self::Decimal => return None,
            Self::Bool => &BOOL,
            Self::String => &STRING,
            Self::Duration => &DURATION,
            Self::Cpu => &CPU,
            Self::Memory => &MEMORY,
            Self::Percent => &PERCENT,
            Self::Address => &ADDRESS,
            Self::Cidr => &CIDR,
        })
    }

    /// How its values are written in a name that Kubernetes takes: no point, no capital letter, no sign.
    pub(super) fn written(self) -> Written {
        match self {
            Self::Int => Written::Whole,
            Self::String => Written::Text,
            Self::Bool => Written::OneOf(&["true", "false"]),
            Self::Decimal => Written::Amount(&[""]),
            Self::Duration => Written::Amount(&["s", "m", "h", "ms"]),
            Self::Cpu => Written::Amount(&["", "m"]),
            Self::Memory => Written::Amount(&["k"]),
            Self::Percent | Self::Address | Self::Cidr => Written::OneOf(&[]),
        }
    }

    /// The term that a value given from outside stands for.
    pub(super) fn term(self, value: &str, span: Span) -> Term {
        let kind = match self {
            Self::String => TermKind::Text(value.into()),
            Self::Bool => TermKind::Name(value.into()),
            Self::Address | Self::Cidr => TermKind::Address(value.into()),
            // a number has one spelling, so that `042` is no other instance of an environment than `42`
            Self::Int => {
                TermKind::Number(value.parse::<i64>().map_or_else(|_| value.into(), |it| it.to_string().into()))
            }
            Self::Decimal | Self::Duration | Self::Cpu | Self::Memory | Self::Percent => TermKind::Number(value.into()),
        };
        Term { span, kind }
    }

    /// Whether a closed term is of this type.
    pub(super) fn check(self, term: &Term) -> Result<(), Mismatch> {
        fn read<T: FromTerm>(term: &Term) -> Result<(), Mismatch> {
            T::from_term(term).map(drop)
        }
        match self {
            Self::Int => read::<i64>(term),
            Self::Decimal if term.number().is_some_and(is_decimal) => Ok(()),
            Self::Decimal => Err(Mismatch::new(format!("expected a number such as `1.5`, found {}", term.describe()))),
            Self::Bool => read::<bool>(term),
            Self::String => read::<String>(term),
            Self::Duration => read::<Duration>(term),
            Self::Cpu => read::<Cpu>(term),
            Self::Memory => read::<Memory>(term),
            Self::Percent => read::<Percent>(term),
            Self::Address => read::<Address>(term),
            Self::Cidr => read::<Cidr>(term),
        }
    }

    /// Reports a term that is not of this type.
    pub(super) fn mismatch(self, name: &str, term: &Term, mismatch: &Mismatch) -> Diagnostic {
        self.mismatch_in(name, term, mismatch, &|_| false)
    }

    /// Reports a term that is not of this type, where it is known of which words the parameter is a value.
    pub(super) fn mismatch_in(
        self,
        name: &str,
        term: &Term,
        mismatch: &Mismatch,
        is_used_in: &dyn Fn(&str) -> bool,
    ) -> Diagnostic {
        let mut diagnostic = Diagnostic::new(
            &BVL0213,
            term.span,
            format!("`{name}` is {}: {}", super::misfits::article(self.name()), mismatch.message),
        );
        diagnostic.help = mismatch.help.clone().or_else(|| {
            let others = others(term, is_used_in);
            if others.is_empty() {
                return Some(format!("for example: `{name} = {}`", self.sample()));
            }
            let sample = self.sample();
            let articles: Vec<String> = others.iter().map(|other| super::misfits::article(other)).collect();
            let declared: Vec<String> = others.iter().map(|other| format!("`{name}: {other}`")).collect();
            let (articles, declared) = (articles.join(" or "), declared.join(" or "));
            Some(format!("write one, such as `{sample}`, or let it be {articles} where it is declared: {declared}"))
        });
        diagnostic
    }
}

/// The types that a term may be meant for: the one whose word it is used in, or else all that one suffix is of, as `500m` is a
/// duration and an amount of cpu. A number by itself is an int before all else.
fn others(term: &Term, is_used_in: &dyn Fn(&str) -> bool) -> Vec<&'static str> {
    let mut fitting: Vec<_> = TYPES.iter().filter(|(_, ty)| ty.check(term).is_ok()).collect();
    if let Some((used, _)) = fitting.iter().find(|(name, _)| is_used_in(name)) {
        return vec![*used];
    }
    if fitting.first().is_some_and(|(_, ty)| matches!(ty, ParamType::Int | ParamType::Decimal)) {
        fitting.truncate(1);
    }
    fitting.into_iter().map(|(name, _)| *name).collect()
}

fn is_decimal(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole) && digits(fraction)
}
