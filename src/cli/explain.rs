//! `bvlc explain`

use std::path::PathBuf;

use clap::ValueEnum;

use super::report::{self, Selection};
use super::ui::Stream;
use super::{Exit, Fault, Session, connection, observed, spec, table};
use crate::analyze::{Analysis, analyze};
use crate::diagnostic::render::Shown;
use crate::diagnostic::render::paint::Role;
use crate::diagnostic::render::terminal::role;
use crate::diagnostic::render::text::{one_line, wrap};
use crate::diagnostic::{Code, Severity};
use crate::query::explain::code::{self, Kind, Part};
use crate::query::explain::endpoint::{Unknown, Value};
use crate::query::explain::flow::{Answer, Question, Verdict};
use crate::query::explain::{endpoint, environment, flow, json, words};
use crate::query::observe::{self, Isolated};
use crate::query::trial::Trial;
use crate::registry;
use crate::resolve::Mode;
use crate::source::Span;

const AFTER_HELP: &str = "\
Exit codes:
  0  explained; for a flow: it may
  1  for a flow: it may not

Examples:
  bvlc explain BVL0203
  bvlc explain flow bitvault-web postgres.sql examples/bitvault";

/// Prose is not wider than this, however wide the terminal.
const MOST_COLUMNS: usize = 100;

/// Say what a code means, where values come from, or why a flow is or is not
///
///   explain CODE           what a finding means and how to mend it, by number or slug
///   explain service/NAME   every value in force, its layer and what it overrode; also job/, managed/, external/, environment/
///   explain flow A B       whether A may talk to B, and why; B may name a port, as web.http or
///                          web:8080; either may be ENVIRONMENT/NAME or an address, as 10.1.2.3:443
///
/// A platform's folder or one of its files may follow, as with other commands.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = AFTER_HELP, verbatim_doc_comment, arg_required_else_help = true)]
pub(super) struct Arguments {
    /// CODE, service/NAME, job/NAME, managed/NAME, external/NAME, environment/NAME, or flow A B
    #[arg(required = true, num_args = 1..=4, value_name = "SUBJECT")]
    subject: Vec<String>,
    /// A platform's folder or one of its files [default: found upwards from here]
    #[arg(short = 'C', long, value_name = "PATH")]
    platform: Option<PathBuf>,
    /// Only in this environment (repeats)
    #[arg(long, value_name = "ENVIRONMENT")]
    env: Vec<String>,
    #[command(flatten)]
    params: spec::ParamArguments,
    /// Of `flow A B`: ask these manifests and no platform (repeats); A and B are NAMESPACE/NAME of pods, or addresses
    #[arg(long, value_name = "PATH", num_args = 1..)]
    manifests: Vec<PathBuf>,
    /// With --manifests, the namespace of objects that state none
    #[arg(short, long, value_name = "NAME", default_value = "default", requires = "manifests")]
    namespace: String,
    /// The form of the explanation; JSON is one object a line, as docs/explanation.schema.json describes
    #[arg(long, value_enum, default_value_t, value_name = "FORM")]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Format {
    /// For people
    #[default]
    Text,
    /// Markdown, for codes
    Markdown,
    /// One JSON object a line
    Json,
}

pub(super) fn run(arguments: &Arguments, session: &mut Session) -> Result<Exit, Fault> {
    let subject: Vec<&str> = arguments.subject.iter().map(String::as_str).collect();
    if !arguments.manifests.is_empty() {
        let form = if arguments.format == Format::Json { connection::Form::Json } else { connection::Form::Text };
        let ["flow", source, target] = subject.as_slice() else {
            let fault = Fault::new("`--manifests` answers `flow A B` alone");
            return Err(fault.hint("`bvlc explain flow web api.http --manifests rendered`"));
        };
        let manifests = (arguments.manifests.as_slice(), arguments.namespace.as_str());
        return connection::explain(manifests, (source, target), form, session);
    }
    // where the platform is may stand last, as with other commands
    let (subject, path) = match subject.as_slice() {
        ["flow", source, target, path] => (vec!["flow", *source, *target], Some(*path)),
        [one, path] if one.contains('/') || one.contains("->") => (vec![*one], Some(*path)),
        _ => (subject, None),
    };
    if let (Some(path), Some(_)) = (path, &arguments.platform) {
        return Err(Fault::new(format!("the platform is named twice: by `-C` and by `{path}`")).hint("leave one out"));
    }
    let platform = path.map(PathBuf::from).or_else(|| arguments.platform.clone());
    let arguments = &Arguments { platform, ..arguments.clone() };
    let is_code = matches!(subject.as_slice(), [one] if !one.contains('/') && !one.contains("->"));
    if arguments.format == Format::Markdown && !is_code {
        return Err(Fault::new("only a code is explained in Markdown").hint("`--format json` is for programs"));
    }
    match subject.as_slice() {
        ["flow", source, target] => explain_flow(arguments, session, source, target),
        ["flow", ..] => Err(Fault::new("`explain flow` wants two names").hint("`bvlc explain flow web api.http`")),
        [one] => {
            if let Some((source, target)) = one.split_once("->") {
                return explain_flow(arguments, session, source.trim(), target.trim());
            }
            if let Some((word, name)) = one.split_once('/') {
                return explain_declaration(arguments, session, word, name);
            }
            let code = report::code(one).map_err(|fault| {
                match registry::nearest_code(one).or(registry::hundred(one).map(|(first, _)| first)) {
                Some(_) => fault,
                None => fault.hint(
                    "`bvlc list codes` lists them all; other subjects are service/NAME, environment/NAME and flow A B",
                ),
            }
            })?;
            explain_code(code, arguments.format, session.ui.out());
            Ok(Exit::Clean)
        }
        _ => Err(Fault::new("too many subjects").hint("`bvlc explain --help` lists what can be explained")),
    }
}

fn explain_code(code: &Code, format: Format, out: &mut Stream) {
    match format {
        Format::Markdown => {
            out.line(&format!("# {}: {}\n", code.id, code.slug));
            if let Some(standing) = code::standing(code) {
                out.line(&format!("{standing}\n"));
            }
            out.write(&code::markdown(code));
        }
        Format::Json => out.line(&json::of_code(code).to_string()),
        Format::Text => {
            let name = out.paint(role(code.severity), &format!("{}[{}]", code.severity.name(), code.id));
            let slug = out.paint(Role::Strong, code.slug);
            out.line(&format!("{name} {slug}"));
            if let Some(standing) = code::standing(code) {
                out.line("");
                write_part(&Part::Paragraph(standing), code.severity, out);
            }
            let mut after_example = false;
            for part in code::parts(code) {
                if after_example && matches!(part, Part::Paragraph(_) | Part::Item(_) | Part::Lines(_)) {
                    out.line("");
                }
                write_part(&part, code.severity, out);
                after_example = matches!(part, Part::Example(..));
            }
        }
    }
}

fn write_part(part: &Part, severity: Severity, out: &mut Stream) {
    let width = out.look.width.min(MOST_COLUMNS);
    match part {
        Part::Heading(text) => {
            let text = out.paint(Role::Strong, text);
            out.line(&format!("\n{text}"));
        }
        Part::Paragraph(text) => write_lines(&wrap(&with_plain_links(text), width - 2), "  ", out),
        Part::Item(text) => {
            for (idx, line) in wrap(&with_plain_links(text), width - 4).iter().enumerate() {
                out.line(&format!("{}{line}", if idx == 0 { "  - " } else { "    " }));
            }
        }
        Part::Lines(lines) => write_lines(lines, "  ", out),
        Part::Example(kind, lines) => {
            let role = match kind {
                Kind::Bad => role(severity),
                Kind::Good | Kind::Fixed => Role::Good,
                Kind::Other => Role::Faint,
            };
            let caption = out.paint(role, kind.caption(severity));
            out.line(format!("\n  {caption}").trim_end());
            write_lines(lines, "    ", out);
        }
    }
}

/// `[text](url)` as `text (url)`.
fn with_plain_links(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, link)) = rest.split_once('[') {
        plain.push_str(before);
        let parts = link.split_once("](").and_then(|(name, behind)| Some((name, behind.split_once(')')?)));
        match parts {
            Some((name, (url, behind))) if !name.contains('[') => {
                plain.extend([name, " (", url, ")"]);
                rest = behind;
            }
            _ => {
                plain.push('[');
                rest = link;
            }
        }
    }
    plain + rest
}

fn write_lines(lines: &[String], indent: &str, out: &mut Stream) {
    for line in lines {
        out.line(format!("{indent}{line}").trim_end());
    }
}

/// The platform, if it has a meaning; its errors otherwise, since answers about half a platform would mislead.
fn analysis(arguments: &Arguments, session: &mut Session) -> Result<Option<(Analysis, String)>, Fault> {
    let place = spec::locate(arguments.platform.as_deref(), session)?;
    let asked: Vec<String> = arguments.env.iter().filter(|name| name.contains('(')).cloned().collect();
    let inputs = arguments.params.inputs(&session.here, &asked, Mode::Check)?;
    let analysis = analyze(&place.files, &place.root, &inputs);
    if analysis.model.is_some() {
        return Ok(Some((analysis, place.prefix)));
    }
    let selection = Selection::for_people(&analysis.findings).tried(&Trial::new(&place.files, &place.root, &analysis));
    let shown = Shown { sources: analysis.sources(), prefix: &place.prefix };
    selection.write(shown, session.ui.err());
    selection.count_line(session.ui.err());
    Ok(None)
}

impl From<Unknown> for Fault {
    fn from(unknown: Unknown) -> Self {
        let fault = Self::new(format!("{} `{}`", unknown.what, one_line(&unknown.name)));
        match unknown.near {
            Some(near) => fault.hint(format!("did you mean `{near}`?")),
            None => fault.hint("`bvlc list workloads` and `bvlc list environments` list what there is"),
        }
    }
}

/// Where something is stated, as the user would open it.
fn at(analysis: &Analysis, prefix: &str, span: Span) -> String {
    let shown = Shown { sources: analysis.sources(), prefix };
    format!("{}:{}", shown.path(span), analysis.sources().position(span).line)
}

fn explain_declaration(arguments: &Arguments, session: &mut Session, word: &str, name: &str) -> Result<Exit, Fault> {
    let words = ["service", "job", "managed", "external", "environment"];
    if !words.contains(&word) {
        return Err(Unknown::new(
            "what can be explained is service/NAME, job/NAME, managed/NAME, external/NAME and environment/NAME, not",
            word,
            words,
        )
        .into());
    }
    let Some((analysis, prefix)) = analysis(arguments, session)? else { return Ok(Exit::Findings) };
    let explained = if word == "environment" {
        environments(&analysis, &prefix, name)?
    } else {
        let found = endpoint::explain(&analysis, word, name, &arguments.env)?;
        let shown = Shown { sources: analysis.sources(), prefix: &prefix };
        found.into_iter().map(|found| Sheet::of_endpoint(found, shown)).collect()
    };
    if arguments.format == Format::Json {
        for sheet in explained {
            session.ui.out().line(&sheet.json.to_string());
        }
        return Ok(Exit::Clean);
    }
    for sheet in explained {
        let out = session.ui.out();
        let place = at(&analysis, &prefix, sheet.place);
        let (title, place) = (out.paint(Role::Strong, &sheet.title), out.paint(Role::Faint, &place));
        out.line(&format!("{title}  {place}"));
        let width = out.look.width.min(MOST_COLUMNS);
        write_lines(&wrap(&sheet.more, width - 2), "  ", out);
        write_values(&sheet.values, &analysis, &prefix, out);
        write_observed(&sheet.observed, out);
        out.line("");
    }
    Ok(Exit::Clean)
}

/// What is shown of one declaration in one environment.
struct Sheet {
    title: String,
    place: Span,
    /// What else there is to say, one sentence part; may be empty.
    more: String,
    values: Vec<Value>,
    /// What its policies would do, for an environment that only observes.
    observed: Vec<Isolated>,
    /// The same for programs.
    json: serde_json::Value,
}

impl Sheet {
    fn of_endpoint(found: endpoint::Explained, shown: Shown<'_>) -> Self {
        let json = json::of_endpoint(&found, shown);
        let is = if found.classes.is_empty() { String::new() } else { format!("is {}", found.classes.join(", ")) };
        let title = format!("{}/{} in {}", found.word, found.name, found.environment);
        Self { title, place: found.place, more: is, values: found.values, observed: Vec::new(), json }
    }
}

fn environments(analysis: &Analysis, prefix: &str, name: &str) -> Result<Vec<Sheet>, Fault> {
    let shown = Shown { sources: analysis.sources(), prefix };
    let mut observed = observe::observed(analysis, |_| true);
    let mut sheet = |found: environment::Explained| {
        let own = observed.iter_mut().find(|observed| observed.environment == found.title);
        let observed = own.map(|observed| std::mem::take(&mut observed.isolated)).unwrap_or_default();
        let json = json::of_environment(&found, &observed, shown);
        let contents = found.contents.iter().map(|(word, name)| format!("{word}/{name}"));
        let holds = format!("holds {}", contents.collect::<Vec<_>>().join(", "));
        let title = format!("environment/{}", found.title);
        Sheet { title, place: found.place, more: holds, values: found.values, observed, json }
    };
    Ok(environment::explain(analysis, name)?.into_iter().map(&mut sheet).collect())
}

/// What the policies of an environment would do that only observes.
fn write_observed(isolated: &[Isolated], out: &mut Stream) {
    if !isolated.is_empty() {
        out.line("  no network policy is built; with them");
        observed::write(isolated, "    ", out);
    }
}

fn write_values(values: &[Value], analysis: &Analysis, prefix: &str, out: &mut Stream) {
    let mut rows = Vec::new();
    let mut roles = Vec::new();
    for value in values {
        // a word that has no value is stated or not
        let in_words = |value: &str| if value.is_empty() { "stated".to_owned() } else { one_line(value) };
        for (idx, layered) in value.stated.iter().enumerate() {
            let (path, text, role) = match idx {
                0 => (value.path.clone(), in_words(&value.value), None),
                _ => (String::new(), format!("over {}", in_words(&layered.value)), Some(Role::Faint)),
            };
            let place = layered.place.map(|place| format!(", {}", at(analysis, prefix, place))).unwrap_or_default();
            rows.push([format!("  {path}"), text, format!("{}{place}", layered.layer)]);
            roles.push(role);
        }
    }
    for (line, role) in table::lines(&rows).iter().zip(roles) {
        let line = role.map_or_else(|| line.clone(), |role| out.paint(role, line));
        out.line(&line);
    }
}

fn explain_flow(arguments: &Arguments, session: &mut Session, source: &str, target: &str) -> Result<Exit, Fault> {
    let Some((analysis, prefix)) = analysis(arguments, session)? else { return Ok(Exit::Findings) };
    let Some(model) = &analysis.model else { return Ok(Exit::Findings) };
    let question = Question { source, target, environments: &arguments.env };
    let answers = flow::flow(model, &analysis.graph, question)?;
    let shown = Shown { sources: analysis.sources(), prefix: &prefix };
    for answer in &answers {
        if arguments.format == Format::Json {
            session.ui.out().line(&json::of_flow(answer, shown).to_string());
        } else {
            write_answer(answer, &analysis, &prefix, session.ui.out());
        }
    }
    let denied = answers.iter().any(|answer| matches!(answer.verdict, Verdict::Denied { .. }));
    Ok(if denied { Exit::Findings } else { Exit::Clean })
}

fn write_answer(answer: &Answer, analysis: &Analysis, prefix: &str, out: &mut Stream) {
    let role = match answer.verdict {
        Verdict::Allowed(_) => Role::Good,
        Verdict::Open => Role::Warning,
        Verdict::Denied { .. } => Role::Error,
    };
    let said = words::said(answer, analysis.sources(), &|span| at(analysis, prefix, span));
    let title = out.paint(Role::Strong, &format!("{}:", said.question));
    let word = out.paint(role, said.verdict);
    out.line(&format!("{title} {word}"));
    for reason in &said.reasons {
        out.line(&format!("  {reason}"));
    }
    for half in &said.halves {
        let line = out.paint(Role::Faint, &format!("  {half}"));
        out.line(&line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_written_out() {
        for (text, expected) in [
            ("see [the page](https://a/b), and [c](d)", "see the page (https://a/b), and c (d)"),
            ("a [list] of `x[0]`(y)", "a [list] of `x[0]`(y)"),
            ("[open](url", "[open](url"),
            ("", ""),
        ] {
            assert_eq!(with_plain_links(text), expected);
        }
    }
}
