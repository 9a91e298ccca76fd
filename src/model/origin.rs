//! Where a value comes from: its place and the layer that supplied it.

use crate::source::Span;

/// Names an environment of a [`super::Model`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EnvironmentId(pub u32);

/// Names an endpoint (workload or external, in one environment) of a [`super::Model`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EndpointId(pub u32);

/// Names a class of a [`super::Model`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClassId(pub u32);

/// The layers that can state a value, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// The compiler's own default.
    BuiltIn,
    /// `defaults` of the platform.
    PlatformDefaults,
    /// `defaults` of an environment.
    EnvironmentDefaults(EnvironmentId),
    /// A class.
    Class(ClassId),
    /// The declaration itself.
    Declaration,
    /// `service * { .. }` of an environment.
    OverlayAll(EnvironmentId),
    /// `service NAME { .. }` of an environment.
    Overlay(EnvironmentId),
}

impl Layer {
    /// What people call it, given the names of classes and environments: to follow "from" or "by".
    pub fn name<'n>(
        self,
        class: impl FnOnce(ClassId) -> &'n str,
        environment: impl FnOnce(EnvironmentId) -> &'n str,
    ) -> String {
        match self {
            Self::BuiltIn => "bvlc's own default".to_owned(),
            Self::PlatformDefaults => "the platform's defaults".to_owned(),
            Self::EnvironmentDefaults(id) => format!("the defaults of environment {}", environment(id)),
            Self::Class(id) => format!("class {}", class(id)),
            Self::Declaration => "the declaration itself".to_owned(),
            Self::OverlayAll(id) => format!("`service *` of environment {}", environment(id)),
            Self::Overlay(id) => format!("environment {}", environment(id)),
        }
    }

    /// Whether an environment states it of what is declared elsewhere.
    pub fn is_overlay(self) -> bool {
        match self {
            Self::OverlayAll(_) | Self::Overlay(_) => true,
            Self::BuiltIn
            | Self::PlatformDefaults
            | Self::EnvironmentDefaults(_)
            | Self::Class(_)
            | Self::Declaration => false,
        }
    }
}

/// A value with its place and layer.
///
/// A built-in default has no place of its own and carries that of the declaration that it fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin<T> {
    /// The value.
    pub value: T,
    /// Where it is stated.
    pub span: Span,
    /// What stated it.
    pub layer: Layer,
}

impl<T> Origin<T> {
    /// A value stated at `span` by `layer`.
    pub fn new(value: T, span: Span, layer: Layer) -> Self {
        Self { value, span, layer }
    }

    /// A built-in default for the declaration at `span`.
    pub fn built_in(value: T, span: Span) -> Self {
        Self { value, span, layer: Layer::BuiltIn }
    }

    /// Another value of the same origin.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Origin<U> {
        Origin { value: change(self.value), span: self.span, layer: self.layer }
    }

    /// The same origin, borrowing the value.
    pub fn as_ref(&self) -> Origin<&T> {
        Origin { value: &self.value, span: self.span, layer: self.layer }
    }

    /// Whether nobody stated it.
    pub fn is_built_in(&self) -> bool {
        self.layer == Layer::BuiltIn
    }
}
