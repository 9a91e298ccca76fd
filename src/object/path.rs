//! Where something stands within an object, written as Kubernetes writes it: `spec.containers[0].securityContext`.

use std::borrow::Cow;
use std::fmt;

/// One step into an object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// A field of that name.
    Field(Cow<'static, str>),
    /// A key of a map whose keys people choose: labels, annotations, data.
    Key(Box<str>),
    /// An element of a list, counted from 0.
    Index(usize),
}

/// A field within an object. The empty path is the object itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FieldPath(Vec<Step>);

impl FieldPath {
    /// The path of these fields, one in the other, with dots between: `spec.template`.
    pub fn of(fields: &'static str) -> Self {
        Self::default().at(fields)
    }

    /// This path, and then these fields.
    #[must_use]
    pub fn at(&self, fields: &'static str) -> Self {
        let fields = fields.split('.').filter(|field| !field.is_empty());
        let mut steps = self.steps_and(fields.clone().count());
        steps.extend(fields.map(|field| Step::Field(Cow::Borrowed(field))));
        Self(steps)
    }

    /// This path, and then the element of that number.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.then(Step::Index(index))
    }

    /// This path, and then the key.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        self.then(Step::Key(key.into()))
    }

    fn then(&self, step: Step) -> Self {
        let mut steps = self.steps_and(1);
        steps.push(step);
        Self(steps)
    }

    /// The steps, with room for so many more: most paths are one that was there, and one step.
    fn steps_and(&self, more: usize) -> Vec<Step> {
        let mut steps = Vec::with_capacity(self.0.len() + more);
        steps.extend_from_slice(&self.0);
        steps
    }

    /// The steps from the object to the field.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }
}

/// As the API server names a field: `metadata.labels[app]`, `spec.containers[1].image`.
impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.0.iter().enumerate() {
            match step {
                Step::Field(name) if at == 0 => f.write_str(name)?,
                Step::Field(name) => write!(f, ".{name}")?,
                Step::Key(key) => write!(f, "[{key}]")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_as_the_api_server_does() {
        let containers = FieldPath::of("spec.template.spec").at("containers");
        assert_eq!(containers.index(1).at("image").to_string(), "spec.template.spec.containers[1].image");
        assert_eq!(FieldPath::of("metadata.labels").key("a.b/c").to_string(), "metadata.labels[a.b/c]");
        assert_eq!(FieldPath::default().to_string(), "");
    }
}
