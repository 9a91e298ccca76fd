//! Where a service's settings name addresses of others.

use crate::model::service::Service;
use crate::model::text::Address;

/// Every address that a service's settings name, with the name of its setting.
pub(super) fn addresses(service: &Service) -> impl Iterator<Item = (&str, &Address)> {
    service.texts().flat_map(|(name, text)| text.value.addresses().map(move |address| (name, address)))
}
