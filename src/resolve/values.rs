//! What params stand for in each environment, for whoever shows their values or lets them vary.

use std::collections::BTreeMap;

use crate::diagnostic::Sink;
use crate::model::body::spelling;
use crate::source::Files;

use super::modules::load;
use super::{Inputs, environments, read};

/// A param and what it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParamValues {
    /// The param.
    pub name: String,
    /// The name of its type.
    pub ty: &'static str,
    /// What its declaration says of it.
    pub doc: String,
    /// Its value in each environment, by the environment's title, as it reads within a string.
    pub values: BTreeMap<String, String>,
}

/// The params of a platform, in order of their declarations. One that has no value somewhere has none there.
pub fn param_values(files: &dyn Files, root: &str, inputs: &Inputs) -> Vec<ParamValues> {
    let (mut project, _) = load(files, root);
    let sources = project.sources.clone();
    read(&mut project, inputs, |declarations, requests, scopes| {
        let whole = declarations.params.iter().filter(|statement| !statement.broken);
        let params = whole.filter_map(|statement| {
            let parameter = environments::parameter(&statement.terms, &mut Sink::default())?;
            let bound = requests.iter().zip(&scopes.environments).filter_map(|(request, scope)| {
                Some((request.title.clone(), spelling(scope.bound.get(parameter.name)?).into_owned()))
            });
            Some(ParamValues {
                name: parameter.name.to_owned(),
                ty: parameter.ty.name(),
                doc: statement.documentation(|span| sources.text(span)),
                values: bound.collect(),
            })
        });
        params.collect()
    })
}
