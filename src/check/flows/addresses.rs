//! Where a service's settings name addresses of others.

use crate::model::Origin;
use crate::model::service::Service;
use crate::model::settings::VariableSource;
use crate::model::text::{Address, Text};

/// Every text of a service that may hold addresses, under the name of its setting.
pub(super) fn texts(service: &Service) -> impl Iterator<Item = (&str, &Origin<Text>)> {
    let variables = service.variables.iter().filter_map(|variable| match &variable.source {
        VariableSource::Value { text, .. } => Some((variable.name.value.as_str(), text)),
        VariableSource::Secret { .. } | VariableSource::Config { .. } => None,
    });
    let entries = service.configs.iter().flat_map(|config| &config.entries);
    variables.chain(entries.map(|(key, text)| (key.value.as_str(), text)))
}

/// Every address in a service's settings.
pub(super) fn addresses(service: &Service) -> impl Iterator<Item = (&str, &Address)> {
    texts(service).flat_map(|(name, text)| text.value.addresses().map(move |address| (name, address)))
}
