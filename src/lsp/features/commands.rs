//! Commands that answer with a text: manifests, reasons, graphs, explanations, what a change does.
//!
//! Invariant: a command changes nothing; what it answers has a `text`, and the `language` and `title` under which it can be
//! shown, by the client itself or by leading it there.

use std::fmt::Write as _;

use ls_types::request::{ExecuteCommand, Request as _};
use ls_types::{ExecuteCommandOptions, ExecuteCommandParams, Position, TextDocumentIdentifier, Uri};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Aside, Asked, Feature, Lane, Reply, Request, Route};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::render::Shown;
use crate::diagnostic::render::terminal::{self, Look};
use crate::ide::build::{self, Built};
use crate::ide::context::{self, Context};
use crate::ide::impact::Base;
use crate::ide::layers::{self, Layers};
use crate::ide::lenses::{self, Spoken};
use crate::ide::preview::{self, Subject, Unshown};
use crate::ide::{At, flows, impact, rules, verdict};
use crate::lsp::commands::Name;
use crate::lsp::sent;
use crate::lsp::shown::{self, Followed};
use crate::query::explain::code;
use crate::query::explain::flow::{self, Question};
use crate::query::explain::words::Said;
use crate::query::trial::Trial;
use crate::query::{graph, list};
use crate::registry;
use crate::source::Span;
use crate::syntax::Statement;

pub(super) const FEATURE: Feature = Feature {
    title: "Commands",
    doc: "Manifests of a declaration, why a flow may pass, graphs, what checks find of a declaration, of what a rule holds, explanations of codes, what saving changes, what is built.",
    declare: |server, _| {
        server.execute_command_provider = Some(ExecuteCommandOptions {
            commands: Name::ALL.map(|name| name.id().to_owned()).to_vec(),
            ..ExecuteCommandOptions::default()
        });
    },
    requests: &[Request::new::<ExecuteCommand>(route)],
};

/// Columns of a text that shows findings.
const COLUMNS: usize = 100;

/// What a command is given, as far as it needs it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Arguments {
    text_document: Option<TextDocumentIdentifier>,
    position: Option<Position>,
    environment: Option<String>,
    from: Option<String>,
    to: Option<String>,
    code: Option<String>,
    /// A revision with which the files are compared.
    against: Option<String>,
}

fn route(params: Value) -> Result<Route, serde_json::Error> {
    let ExecuteCommandParams { command, arguments, .. } = serde_json::from_value(params)?;
    let arguments: Arguments = match arguments.into_iter().next() {
        // a code may stand by itself
        Some(Value::String(code)) => Arguments { code: Some(code), ..Arguments::default() },
        Some(object) => serde_json::from_value(object)?,
        None => Arguments::default(),
    };
    let name = Name::find(&command);
    Ok(match &arguments.text_document {
        Some(document) => {
            let document = document.uri.clone();
            let answer = move |asked: Asked| answer(name, &command, Some(&asked.settled()), &arguments);
            let lane = if matches!(name, Some(Name::Impact | Name::Build)) { Lane::Platform } else { Lane::Answers };
            Route::Document { document, lane, answer: Box::new(answer) }
        }
        None => Route::Workspace {
            answer: Box::new(move |asked: Vec<Asked>| answer(name, &command, asked.first(), &arguments)),
        },
    })
}

/// What a command answers, and where the user of the client sees it.
fn answer(name: Option<Name>, command: &str, asked: Option<&Asked>, arguments: &Arguments) -> Answer {
    let Reply { value, aside } = run(name, command, asked, arguments)?;
    let said = |field: &str| value.get(field).and_then(Value::as_str);
    let (Some(asked), Some(title), Some(language), Some(text)) = (asked, said("title"), said("language"), said("text"))
    else {
        return Ok(Reply { value, aside });
    };
    let Some(lead) = shown::lead(asked, (title, language, text)) else { return Ok(Reply { value, aside }) };
    let at = || asked.at(arguments.position.filter(|_| name == Some(Name::Preview))?);
    let lead = match at().and_then(|at| preview::subject(asked.view(), at)) {
        Some(subject) => lead.following(asked, subject, arguments.environment.clone(), title),
        None => lead,
    };
    Ok(Reply { value, aside: Aside::Lead(Box::new(lead)) })
}

/// Shows a preview as it has become; the document that the client is to ask for again.
pub(in crate::lsp) fn followed(asked: &Asked, followed: &Followed) -> Option<Uri> {
    let subject = followed.subject.again(asked.view(), asked.file()?)?;
    let answer = shown_preview(asked, Some(&subject), followed.environment.as_deref());
    followed.put(asked, answer.get("text")?.as_str()?)
}

fn run(name: Option<Name>, command: &str, asked: Option<&Asked>, arguments: &Arguments) -> Answer {
    let asked = || asked.ok_or_else(|| "there is no platform in the workspace".to_owned());
    let at = || {
        let position = arguments.position.ok_or_else(|| format!("{command} wants a `position`"))?;
        asked()?.at(position).ok_or_else(|| "the document is no file of a platform".to_owned())
    };
    match name {
        Some(Name::Preview) => {
            let subject = preview::subject(asked()?.view(), at()?);
            Ok(shown_preview(asked()?, subject.as_ref(), arguments.environment.as_deref()).into())
        }
        Some(Name::Why) => match (&arguments.from, &arguments.to) {
            (Some(from), Some(to)) => answered(asked()?, from, to, arguments.environment.as_ref()),
            _ => why(asked()?, at()?),
        },
        Some(Name::Graph) => Ok(drawn(asked()?, at().ok(), arguments.environment.as_deref()).into()),
        Some(Name::Check) => checked(asked()?, at()?),
        Some(Name::Rule) => ruled(asked()?, at()?),
        Some(Name::Layers) => layered(asked()?, at()?),
        Some(Name::Explain) => explained(arguments.code.as_deref().unwrap_or_default()),
        Some(Name::Impact) => {
            let asked = asked()?;
            let is_wanted = || asked.wanted.is_so();
            let root = &asked.snapshot.root;
            let revision = |name: &String| asked.workspace.at_revision(&root.folder, name);
            let then = arguments.against.as_ref().map(revision).transpose()?;
            let base = match (&then, &arguments.against) {
                (Some(files), Some(name)) => Base::Revision(&**files, name),
                (None, _) | (_, None) => Base::Saved(asked.snapshot.files.saved()),
            };
            let text = impact::impact(asked.view(), base, &root.file, &is_wanted)?;
            Ok(text_answer(&text, "plaintext", &base.question()).into())
        }
        Some(Name::Build) => {
            let asked = asked()?;
            let is_wanted = || asked.wanted.is_so();
            let around = || lenses::environment(asked.view(), at().ok()?);
            let environment = arguments.environment.clone().or_else(around);
            let Built { title, text } = build::build(asked.view(), environment.as_deref(), &is_wanted)?;
            Ok(text_answer(&text, "yaml", &title).into())
        }
        None => Err(format!(
            "there is no command {command}; {} has {}",
            ExecuteCommand::METHOD,
            Name::ALL.map(Name::id).join(", ")
        )),
    }
}

fn text_answer(text: &str, language: &str, title: &str) -> Value {
    json!({"text": text, "language": language, "title": title})
}

/// It is asked for again with every change, so that it is no failure that there is nothing just now.
fn shown_preview(asked: &Asked, subject: Option<&Subject>, environment: Option<&str>) -> Value {
    let shown = |text: &str, title: &str, lines: &[Value]| json!({"text": text, "language": "yaml", "title": title, "lines": lines});
    let nothing = || Unshown::from("there is no declaration here");
    match subject.ok_or_else(nothing).and_then(|subject| preview::preview(asked.view(), subject, environment)) {
        Ok(found) => {
            // what the standard library states is shown in a copy that can be opened
            let place = |span: Span| asked.locations(vec![span]).pop();
            let line = |(line, span): &(u32, Span)| Some(json!({"line": line, "location": place(*span)?}));
            let lines: Vec<Value> = found.lines.iter().filter_map(line).collect();
            let answer = shown(&found.text, &found.title, &lines);
            asked.sent.hold_preview(&asked.path, found);
            answer
        }
        Err(Unshown::Nothing(reason)) => shown(&format!("# {reason}\n"), "preview", &[]),
        Err(Unshown::Wrong { subject, lines }) => {
            let wrong = lines.iter().fold(String::new(), |text, line| format!("{text}\n# {line}"));
            let why = "# nothing is emitted while something is wrong:";
            match asked.sent.preview(&asked.path, &subject) {
                // which places decide about its lines is not known any more
                Some(sent::Manifests { title, text }) => {
                    let text = format!("# OUT OF DATE, as it was before the last edits\n{why}{wrong}\n---\n{text}");
                    shown(&text, &title, &[])
                }
                None => shown(&format!("{why}{wrong}\n"), "preview", &[]),
            }
        }
    }
}

/// The innermost statement at a place and those around it, outermost first.
fn statements(asked: &Asked, at: At) -> Vec<&Statement> {
    let Some((file, tree)) = asked.view().file(at.file) else { return Vec::new() };
    let Context { mut around, statement, .. } = context::at(file, tree, at.place);
    around.extend(statement.map(|(statement, _)| statement));
    around
}

fn why(asked: &Asked, at: At) -> Answer {
    let statement = statements(asked, at).into_iter().find(|statement| statement.word() == "allow");
    let statement = statement.ok_or("there is no `allow` here")?;
    let allowed = flows::allowed(asked.view(), statement).ok_or("this statement could not be read")?;
    if allowed.told.is_empty() {
        return Err("it lets nothing through: its ends are nowhere together".to_owned());
    }
    let mut text = said(&allowed.told);
    if allowed.n_more > 0 {
        let _ = writeln!(text, "\nand {} more", allowed.n_more);
    }
    Ok(text_answer(&text, "plaintext", "why it may pass").into())
}

fn answered(asked: &Asked, from: &str, to: &str, environment: Option<&String>) -> Answer {
    let view = asked.view();
    let model = view.analysis.model.as_ref().ok_or("there is no platform here")?;
    let environments: Vec<String> = environment.into_iter().cloned().collect();
    let question = Question { source: from, target: to, environments: &environments };
    let answers = flow::flow(model, &view.analysis.graph, question)
        .map_err(|unknown| format!("{} `{}`", unknown.what, unknown.name))?;
    let told: Vec<Said> = answers.iter().map(|answer| flows::say(view, answer)).collect();
    Ok(text_answer(&said(&told), "plaintext", &format!("{from} -> {to}")).into())
}

fn said(told: &[Said]) -> String {
    let mut text = String::new();
    for (number, said) in told.iter().enumerate() {
        if number > 0 {
            text.push('\n');
        }
        let _ = writeln!(text, "{}: {}", said.question, said.verdict);
        for line in said.reasons.iter().chain(&said.halves) {
            let _ = writeln!(text, "  {line}");
        }
    }
    text
}

/// The flows of the platform; at a declaration those that it takes part in.
fn drawn(asked: &Asked, at: Option<At>, environment: Option<&str>) -> Value {
    let view = asked.view();
    let mut rows = list::flows(&view.analysis);
    let declared = at.and_then(|at| lenses::spoken(view, at));
    let environment = environment.or_else(|| declared.as_ref()?.environment.as_deref());
    rows.retain(|row| environment.is_none_or(|wanted| lenses::is_of(&row.environment, wanted)));
    if let Some(Spoken { name, .. }) = &declared {
        let is_it = |end: &str| {
            let end = end.rsplit('/').next().unwrap_or(end);
            end.split('.').next() == Some(name.as_str())
        };
        rows.retain(|row| is_it(&row.source) || is_it(&row.target));
    }
    let title = declared.as_ref().map_or_else(|| "flows".to_owned(), |spoken| format!("flows of {}", titled(spoken)));
    json!({"text": graph::text(&rows), "language": "plaintext", "title": title, "dot": graph::dot(&rows)})
}

fn titled(Spoken { name, environment }: &Spoken) -> String {
    environment.as_ref().map_or_else(|| name.clone(), |environment| format!("{name} in {environment}"))
}

/// What checks find of the declaration at a place, as `bvlc check` shows it.
fn checked(asked: &Asked, at: At) -> Answer {
    let spoken = lenses::spoken(asked.view(), at).ok_or("there is no declaration here")?;
    let found = verdict::verdict(asked.view(), &spoken).ok_or("there is no platform here")?;
    let name = titled(&spoken);
    let title = verdict::title(&found);
    let mut found: Vec<Diagnostic> = found.into_iter().cloned().collect();
    let snapshot = &asked.snapshot;
    Trial::new(&*snapshot.files, &snapshot.root.file, &asked.view().analysis).judge(&mut found);
    let shown = Shown { sources: asked.view().sources(), prefix: "" };
    let look = Look { width: COLUMNS, ..Look::default() };
    let reports: Vec<String> = found.iter().map(|finding| terminal::render(finding, shown, &look)).collect();
    let text = format!("{}{name}: {}\n", reports.join("\n"), title);
    Ok(text_answer(&text, "plaintext", &format!("what checks find of {name}")).into())
}

/// Of what the rule at a place holds, and of what not.
fn ruled(asked: &Asked, at: At) -> Answer {
    let view = asked.view();
    let rule = rules::at(view, at).ok_or("there is no rule here")?;
    let place = |span: Span| format!("{}:{}", view.sources().path(span), view.sources().position(span).line);
    let text = match rules::standing(view, rule) {
        Some(standing) => rules::whole(rule, &standing, &place),
        None => format!("{}: cannot be judged while its sentence is wrong\n", rule.text),
    };
    Ok(text_answer(&text, "plaintext", &rule.text).into())
}

fn layered(asked: &Asked, at: At) -> Answer {
    let Layers { title, text, places } =
        layers::layers(asked.view(), at).ok_or("no word of a single declaration stands here")?;
    let locations = asked.locations(places);
    let mut answer = text_answer(&text, "plaintext", &title);
    if let Some(answer) = answer.as_object_mut() {
        answer.insert("locations".to_owned(), json!(locations));
    }
    Ok(answer.into())
}

fn explained(name: &str) -> Answer {
    let code = registry::code(name).ok_or_else(|| match registry::nearest_code(name) {
        Some(near) => format!("there is no code `{name}`; did you mean `{near}`?"),
        None => format!("there is no code `{name}`"),
    })?;
    let standing = code::standing(code).map(|standing| format!("{standing}\n\n")).unwrap_or_default();
    let text = format!("# {}: {}\n\n{standing}{}", code.id, code.slug, code::markdown(code));
    Ok(text_answer(&text, "markdown", code.slug).into())
}
