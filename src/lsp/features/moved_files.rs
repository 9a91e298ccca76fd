//! Files and folders that the client is about to move: `use` follows them.

use std::str::FromStr as _;

use ls_types::request::WillRenameFiles;
use ls_types::{
    FileOperationFilter, FileOperationPattern, FileOperationPatternKind, FileOperationRegistrationOptions,
    RenameFilesParams, Uri, WorkspaceEdit, WorkspaceFileOperationsServerCapabilities,
};

use super::{Asked, Feature, Reply, Request, Route, value};
use crate::ide::moved::{self, Move};
use crate::lsp::asked::path;
use crate::lsp::edits;

pub(super) const FEATURE: Feature = Feature {
    title: "Moved files",
    doc: "`use` follows files and folders that are moved.",
    declare: |server, _| {
        let filter = |glob: &str, matches: FileOperationPatternKind| FileOperationFilter {
            scheme: Some("file".to_owned()),
            pattern: FileOperationPattern { glob: glob.to_owned(), matches: Some(matches), options: None },
        };
        let filters =
            vec![filter("**/*.bvl", FileOperationPatternKind::File), filter("**", FileOperationPatternKind::Folder)];
        server.workspace.get_or_insert_default().file_operations = Some(WorkspaceFileOperationsServerCapabilities {
            will_rename: Some(FileOperationRegistrationOptions { filters }),
            ..WorkspaceFileOperationsServerCapabilities::default()
        });
    },
    requests: &[Request::new::<WillRenameFiles>(|params| {
        let params: RenameFilesParams = serde_json::from_value(params)?;
        Ok(Route::Workspace { answer: Box::new(move |asked: Vec<Asked>| Ok(moved(&asked, &params))) })
    })],
};

/// The edits of all platforms in one.
fn moved(asked: &[Asked], params: &RenameFilesParams) -> Reply {
    let mut whole: Option<WorkspaceEdit> = None;
    let mut said: Vec<String> = Vec::new();
    for asked in asked {
        let snapshot = &asked.snapshot;
        let relative = |uri: &str| snapshot.root.relative(&path(&Uri::from_str(uri).ok()?)?);
        let moves: Vec<Move> = params
            .files
            .iter()
            .filter_map(|one| Some(Move { from: relative(&one.old_uri)?, to: relative(&one.new_uri) }))
            .filter(|one| !one.from.is_empty())
            .collect();
        if moves.is_empty() {
            continue;
        }
        let change = moved::moved(asked.view(), &*snapshot.files, &snapshot.root.file, &moves);
        let Some(change) = change else { continue };
        if let Some(edit) = edits::of_change(asked, &change) {
            said.extend(edits::untold(asked, &change));
            match &mut whole {
                Some(whole) => edits::join(whole, edit),
                None => whole = Some(edit),
            }
        }
    }
    let consequences = (!said.is_empty()).then(|| said.join("; "));
    Reply { value: value(whole), aside: consequences.into() }
}
