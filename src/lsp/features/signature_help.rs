//! What a word or class takes, while it is being written.

use ls_types::request::SignatureHelpRequest;
use ls_types::{
    Documentation, ParameterInformation, ParameterLabel, SignatureHelp, SignatureHelpOptions, SignatureHelpTriggerKind,
    SignatureInformation,
};

use super::{Asked, Feature, Request, judged, markup};
use crate::ide::At;
use crate::ide::signature::{self, Signature};

pub(super) const FEATURE: Feature = Feature {
    title: "Signature help",
    doc: "What follows a word, or what a class takes, while it is written.",
    declare: |server, _| {
        server.signature_help_provider = Some(SignatureHelpOptions {
            trigger_characters: Some([" ", "(", ","].map(str::to_owned).to_vec()),
            ..SignatureHelpOptions::default()
        });
    },
    requests: &[Request::new::<SignatureHelpRequest>(|params| {
        judged::<SignatureHelpRequest>(
            params,
            |params| &params.text_document_position_params.text_document.uri,
            |asked, params| {
                // on a name it would stand in the way of what is known of that name, unless it is asked for by hand
                let position = params.text_document_position_params.position;
                let is_wanted =
                    params.context.is_some_and(|known| known.trigger_kind == SignatureHelpTriggerKind::INVOKED);
                let at = asked.at(position)?;
                (is_wanted || asked.view().names.at(at.file, at.place).is_none()).then(|| help(asked, at))?
            },
        )
    })],
};

fn help(asked: &Asked, at: At) -> Option<SignatureHelp> {
    let Signature { label, documentation, parts, active } = signature::signature_at(asked.view(), at)?;
    let is_markdown = asked.client.markdown.signatures;
    let told = |text: String| (!text.is_empty()).then(|| Documentation::MarkupContent(markup(is_markdown, text)));
    // the offsets are counted as positions are, and every client takes the text itself
    let parameters = parts.into_iter().map(|part| ParameterInformation {
        label: ParameterLabel::Simple(label.get(part.start..part.end).unwrap_or_default().to_owned()),
        documentation: told(part.documentation),
    });
    let active = active.and_then(|active| u32::try_from(active).ok());
    let signature = SignatureInformation {
        parameters: Some(parameters.collect()),
        documentation: told(documentation),
        active_parameter: active,
        label,
    };
    Some(SignatureHelp { signatures: vec![signature], active_signature: Some(0), active_parameter: active })
}
