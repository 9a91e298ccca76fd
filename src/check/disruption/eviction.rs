//! Where a workload's disruption budget is stated, as a whole.

use crate::check::Context;
use crate::model::Origin;
use crate::source::Span;

pub(super) use crate::model::budget::{Budget as Stated, Field};

/// The place of the field's word and its count, where they stand beside each other.
pub(super) fn whole(stated: Stated, cx: &Context<'_>) -> Option<Origin<()>> {
    let span = stated.count.span;
    let file = cx.sources.get(span.file)?;
    let start = file.before(span.start).trim_end().strip_suffix(stated.field.word())?.len();
    let whole = Span { start: file.place(u32::try_from(start).ok()?), ..span };
    Some(Origin::new((), whole, stated.count.layer))
}
