//! What the server offers, as a table for people: made of what each feature declares.

use super::capabilities::{Client, fields};
use super::features::FEATURES;
use crate::query::reference::{Draft, Page};

/// A feature in a row.
struct Row {
    title: &'static str,
    doc: &'static str,
    /// The fields of the server's capabilities that declare it.
    fields: Vec<String>,
    methods: Vec<&'static str>,
}

fn rows() -> Vec<Row> {
    let row = |feature: &super::features::Feature| Row {
        title: feature.title,
        doc: feature.doc,
        fields: fields(feature, Client::asking()),
        methods: feature.methods().collect(),
    };
    FEATURES.iter().map(row).collect()
}

/// The table as plain text: a feature, what it is good for, and the requests by which editors ask for it.
pub fn table() -> String {
    let mut text = String::new();
    for row in rows() {
        let line = format!("{}\n    {}\n    {}\n", row.title, row.doc, row.methods.join(" "));
        text.push_str(&line);
    }
    text
}

/// The page of the language server.
pub fn page() -> Page {
    let mut text = Draft::new("The language server");
    text.add(
        "`bvlc lsp` serves an editor over stdin and stdout; [`editors/`](../../editors/README.md) says how to set one up. \
         What it says is what `bvlc check` says. `bvlc lsp --capabilities` prints this table, and \
         `--capabilities=json` what `initialize` is answered with.\n\n| feature | what it does | declared as | requests |\n\
         |---|---|---|---|\n",
    );
    let listed = |names: &mut dyn Iterator<Item = String>| {
        let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
        names.join(" ")
    };
    for row in rows() {
        let fields = listed(&mut row.fields.into_iter());
        let methods = listed(&mut row.methods.into_iter().map(str::to_owned));
        text.add(&format!("| {} | {} | {fields} | {methods} |\n", row.title, row.doc));
    }
    text.add(
        "\n## Settings\n\nAs one section `bvl`, or each by its own name. All are on where nothing else is said.\n\n\
         | setting | what it switches |\n|---|---|\n",
    );
    for (name, doc) in super::settings::SWITCHES {
        text.add(&format!("| `{name}` | {doc} |\n"));
    }
    text.add(
        "\n## Where a client can less\n\n\
         - Findings are sent to a client that does not ask for them.\n\
         - Where a client does not watch files, the server does.\n\
         - What another name makes of the cluster is asked by a change annotation, else by a question, else it is told once \
         the name is another.\n\
         - Each lens and command is a code action, too; a client that takes no actions gets the commands alone.\n\
         - What is told as Markdown is told as plain text to a client that does not say that it shows Markdown; the outline \
         is a list for one that shows no tree.\n\
         - What is written otherwise is proven to mean the same once it is chosen, and refused with the reason; for a client \
         that does not ask for the edit of what is chosen, before it is offered.\n\
         - A client that says `\"showsImpact\": true` in its `initializationOptions` is told after each save what that changes, against what was \
         saved before: `bvlc/impact` with the document's `uri` and a `text` for the status bar. The command `bvlc.impact` says all of it, \
         also against a git revision: `\"against\": \"main\"`.\n\
         - A declaration of the standard library opens as a copy in the user's cache, which is for reading only.\n\
         - What a command answers with is shown by the client itself where it says `\"showsTexts\": true` in its \
         `initializationOptions`. Any other is led to it: to a document of the scheme `bvlc` (`workspace/textDocumentContent`, LSP \
         3.18), else to a file for reading only in the user's cache, which is gone once the server has ended; where nobody can be led \
         anywhere, a message says where the file is. The preview that was shown last follows what is typed.\n",
    );
    text.page("docs/reference/language-server.md")
}
