//! What can be folded away.

use ls_types::request::FoldingRangeRequest;
use ls_types::{FoldingRange, FoldingRangeKind, FoldingRangeProviderCapability};

use super::{Asked, Feature, Request, judged};
use crate::ide::folding;

pub(super) const FEATURE: Feature = Feature {
    title: "Folding",
    doc: "Blocks, comments and runs of `use`.",
    declare: |server, _| server.folding_range_provider = Some(FoldingRangeProviderCapability::Simple(true)),
    requests: &[Request::new::<FoldingRangeRequest>(|params| {
        judged::<FoldingRangeRequest>(params, |params| &params.text_document.uri, |asked, _| folds(asked))
    })],
};

fn folds(asked: &Asked) -> Option<Vec<FoldingRange>> {
    let file = asked.file()?;
    let (_, tree) = asked.view().file(file)?;
    let lines = asked.lines(file)?;
    let folds = folding::folds(tree, &|place| lines.line(place)).into_iter().map(|fold| FoldingRange {
        start_line: fold.first,
        end_line: fold.last,
        kind: match fold.kind {
            folding::Kind::Block => None,
            folding::Kind::Comments => Some(FoldingRangeKind::Comment),
            folding::Kind::Uses => Some(FoldingRangeKind::Imports),
        },
        ..FoldingRange::default()
    });
    Some(folds.collect())
}
