//! Where a service's settings name addresses of others.

use crate::model::program::Program;
use crate::model::text::Address;

/// Every address that a service's settings name, with the name of its setting.
pub(super) fn addresses(program: &Program) -> impl Iterator<Item = (&str, &Address)> {
    program.texts().flat_map(|(name, text)| text.value.addresses().map(move |address| (name, address)))
}
