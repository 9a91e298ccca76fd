//! The findings of a document, for clients that ask for them.
//!
//! Those of the whole workspace are answered when there is something new, which the server alone knows.

use ls_types::request::DocumentDiagnosticRequest;
use ls_types::{
    DiagnosticOptions, DiagnosticServerCapabilities, DocumentDiagnosticReport, DocumentDiagnosticReportResult,
    FullDocumentDiagnosticReport, RelatedFullDocumentDiagnosticReport, RelatedUnchangedDocumentDiagnosticReport,
    UnchangedDocumentDiagnosticReport,
};

use super::{Asked, Feature, Request, judged};
use crate::lsp::capabilities::Findings;
use crate::lsp::diagnostics;

pub(super) const FEATURE: Feature = Feature {
    title: "Findings",
    doc: "What `bvlc check` finds, with codes, related places and tags: sent, or asked for by document and for the whole workspace.",
    declare: |server, client| {
        // one that waits for findings would get them twice
        if client.findings == Findings::Pushed {
            return;
        }
        server.diagnostic_provider = Some(DiagnosticServerCapabilities::Options(DiagnosticOptions {
            identifier: Some("bvlc".to_owned()),
            inter_file_dependencies: true,
            workspace_diagnostics: true,
            ..DiagnosticOptions::default()
        }));
    },
    requests: &[Request::new::<DocumentDiagnosticRequest>(|params| {
        judged::<DocumentDiagnosticRequest>(
            params,
            |params| &params.text_document.uri,
            |asked, params| report(asked, params.previous_result_id.as_deref()),
        )
    })],
};

fn report(asked: &Asked, previous: Option<&str>) -> DocumentDiagnosticReportResult {
    let items = diagnostics::of_document(asked);
    let id = diagnostics::id(&items);
    DocumentDiagnosticReportResult::Report(if previous == Some(id.as_str()) {
        DocumentDiagnosticReport::Unchanged(RelatedUnchangedDocumentDiagnosticReport {
            related_documents: None,
            unchanged_document_diagnostic_report: UnchangedDocumentDiagnosticReport { result_id: id },
        })
    } else {
        DocumentDiagnosticReport::Full(RelatedFullDocumentDiagnosticReport {
            related_documents: None,
            full_document_diagnostic_report: FullDocumentDiagnosticReport { result_id: Some(id), items },
        })
    })
}
