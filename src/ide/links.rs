//! What leads out of a text: the files and modules that it takes in, the registries of images, and hosts.

use super::View;
use crate::resolve::normalize;
use crate::source::{FileId, Span};
use crate::syntax::Statement;
use crate::value::{Image, TemplatePart, Term, TermKind};

/// A place that leads somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The place.
    pub span: Span,
    /// Where it leads.
    pub target: Target,
}

/// Where a link leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A file, relative to the platform's folder.
    File(String),
    /// A module of the standard library.
    Module(FileId),
    /// An address for a browser.
    Page(String),
}

/// All of a file, in order of place. A pattern of files leads to no single one, and a host or a repository that is
/// put together of other values to none that is known.
pub fn links(view: &View, file: FileId) -> Vec<Link> {
    let Some((_, tree)) = view.file(file) else { return Vec::new() };
    let mut found = Vec::new();
    for statement in tree.statements() {
        if statement.word() == "use" {
            found.extend(statement.terms.iter().flat_map(Term::members).filter_map(|term| used(view, term)));
        } else {
            pages(statement, &mut found);
        }
    }
    found
}

fn used(view: &View, term: &Term) -> Option<Link> {
    let target = match term.name() {
        Some(name) => Target::Module(*view.analysis.project.modules.get(name.strip_prefix("std.").unwrap_or(name))?),
        None => Target::File(normalize(term.text()?).filter(|path| !path.contains('*'))?),
    };
    Some(Link { span: term.span, target })
}

/// Of a statement and of what stands in its block.
fn pages(statement: &Statement, found: &mut Vec<Link>) {
    let page: fn(&Term) -> Option<String> = match statement.word() {
        "image" => |term| repository_page(repository(term)?),
        "host" | "expose" => |term| host_page(term.text()?),
        _ => |_| None,
    };
    let link = |term: &Term| Some(Link { span: term.span, target: Target::Page(page(term)?) });
    found.extend(statement.terms.iter().filter_map(link));
    for inner in statement.statements() {
        pages(inner, found);
    }
}

/// What an image is called before its tag or digest, which may be any value.
fn repository(term: &Term) -> Option<&str> {
    match &term.kind {
        TermKind::Text(text) => Some(text),
        TermKind::Template(parts) => match parts.first()? {
            TemplatePart::Text(text) => text.strip_suffix([':', '@']),
            TemplatePart::Path(..) => None,
        },
        TermKind::Name(_)
        | TermKind::Star
        | TermKind::Variable(_)
        | TermKind::Number(_)
        | TermKind::Address(_)
        | TermKind::Range(_)
        | TermKind::List(_)
        | TermKind::Call(_)
        | TermKind::Arrow
        | TermKind::PathArrow
        | TermKind::Equals
        | TermKind::Sign(_)
        | TermKind::Colon
        | TermKind::Bad => None,
    }
}

/// The page of an image's repository. Registries answer at their own host; Docker's shows its repositories elsewhere.
fn repository_page(image: &str) -> Option<String> {
    let image = Image::parse(image).ok()?;
    let repository = image.repository();
    if image.registry() != Image::DEFAULT_REGISTRY {
        return Some(format!("https://{}/{repository}", image.registry()));
    }
    let official = repository.strip_prefix("library/").unwrap_or(repository);
    let place = if official.contains('/') { "r" } else { "_" };
    Some(format!("https://hub.docker.com/{place}/{official}"))
}

fn host_page(text: &str) -> Option<String> {
    let is_name =
        !text.is_empty() && text.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '.' | '-'));
    is_name.then(|| format!("https://{text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_have_a_page_each() {
        for (image, page) in [
            ("nginx:1", Some("https://hub.docker.com/_/nginx")),
            ("docker.io/library/nginx:1", Some("https://hub.docker.com/_/nginx")),
            ("team/web", Some("https://hub.docker.com/r/team/web")),
            ("registry.example:5000/a/b:1", Some("https://registry.example:5000/a/b")),
            ("registry.example/a", Some("https://registry.example/a")),
            ("Not An Image", None),
            ("", None),
        ] {
            assert_eq!(repository_page(image).as_deref(), page, "{image}");
        }
    }

    #[test]
    fn hosts_that_are_written_out_have_a_page() {
        assert_eq!(host_page("objects.example").as_deref(), Some("https://objects.example"));
        for host in ["", "${name}.example", "a b", "a/b", "javascript:x"] {
            assert_eq!(host_page(host), None, "{host}");
        }
    }
}
