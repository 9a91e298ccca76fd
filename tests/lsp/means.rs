//! A platform on which refactorings are tried, and that what comes of one builds to the same.

use std::collections::BTreeMap;

use bvlc::analyze::{Inputs, analyze};
use bvlc::compile::compile;
use bvlc::output::Format;
use bvlc::source::FileId;
use bvlc::source::files::MemoryFiles;
use bvlc::syntax;
use serde_json::{Value, json};

use crate::carets::{Case, able, applied};
use crate::client::Client;
use crate::corpus::{Platform, ROOT};

/// A platform that builds.
pub(crate) const BASE: &str = r#"//- platform.bvl
use "shared.bvl"
use "teams/*.bvl"

platform shop {
  kubernetes "1.33"
  defaults {
    health 8081 { live "/healthz"; ready "/readyz" every 5s }
    shutdown { pre-stop 5s; drain 20s }
  }
}

let registry = "registry.example"

environment prod {
  namespace "shop"
  profile restricted
  service web { scale 4 }
}
//- shared.bvl
class base {
  cpu 100m
  memory 128Mi
  scale 2
}

// How pages are served.
class pages(port: int, low: cpu = 200m) is base {
  port http $port
  cpu $low..1 // never idle
  env LISTEN ":${port}"
  shutdown { drain 22s }
}

external vault { cidr 10.20.0.10/32; port secure 8200 }

external files { cidr 10.20.1.10/32; port https 443 } // the old ones, too
//- teams/api.bvl
// Orders and stock.
service api {
  image "${registry}/api:1.0"
  port rest 8082
  cpu 250m
  memory 256Mi
  scale 3
  spread zone // a zone may go
}

allow web -> api.rest
allow admin -> api.rest because "stock is counted"

allow web -> vault.secure
allow api -> files.https
allow api -> vault.secure
//- teams/web.bvl
/// The shop's pages.
service web is pages(port = 8080) { // seen by everyone
  image "${registry}/web:1.0"
  // as much as two pages
  memory 256Mi

  env COLOR "blue"
  tier standard
  shutdown { grace 60s }
}

service admin is pages(port = 8090, low = 300m) {
  image "${registry}/admin:1.0"
  env LISTEN ":8090"
}
"#;

/// What is offered for what is selected: from `$0` on, up to `$1` where there is one.
pub(crate) fn offered(case: &Case, only: &str) -> Vec<Value> {
    let mut case = Case { platform: case.platform.clone(), path: case.path.clone(), caret: case.caret };
    let text = case.platform.get_mut(&case.path).unwrap();
    let end = text.find("$1").unwrap_or(case.caret);
    *text = text.replacen("$1", "", 1);
    let mut client = case.client(&able());
    let (start, end) = (client.at(&case.path, case.caret), client.at(&case.path, end));
    let range = json!({"start": start["position"], "end": end["position"]});
    let context = json!({"diagnostics": [], "only": [only]});
    let params = json!({"textDocument": {"uri": Client::uri(&case.path)}, "range": range, "context": context});
    let answer = client.ask("textDocument/codeAction", params);
    client.end();
    answer.as_array().unwrap().clone()
}

fn titles(found: &[Value]) -> Vec<String> {
    found.iter().map(|one| one["title"].as_str().unwrap().to_owned()).collect()
}

/// The titles of what is offered in the base with a text in place of another.
pub(crate) fn titles_of(base: &str, old: &str, marked: &str, only: &str) -> Vec<String> {
    titles(&offered(&Case::with(base, old, marked), only))
}

/// The files after the refactoring of that title: in the one style where they were, and building to the same.
pub(crate) fn rewritten(base: &str, old: &str, marked: &str, only: &str, titled: &str) -> Platform {
    let case = Case::with(base, old, marked);
    let found = offered(&case, only);
    let chosen = found.iter().find(|one| one["title"] == titled);
    let chosen = chosen.unwrap_or_else(|| panic!("{marked}: {titled} is not among {:?}", titles(&found)));
    let mut before = case.platform.clone();
    for text in before.values_mut() {
        *text = text.replacen("$1", "", 1);
    }
    let after = applied(&before, &chosen["edit"]);
    assert_ne!(before, after, "{marked}");
    assert_eq!(built(&before), built(&after), "{marked}: {after:#?}");
    for (path, text) in &after {
        if before.get(path).is_none_or(|text| is_formatted(text)) {
            assert!(is_formatted(text), "{path} is not in the one style: {text}");
        }
    }
    after
}

fn is_formatted(text: &str) -> bool {
    let tree = syntax::parse(FileId::default(), &text.into());
    syntax::format(&tree).as_deref() == Some(text)
}

/// All that is built, but for where it comes from; the findings where something is wrong.
fn built(platform: &Platform) -> BTreeMap<String, String> {
    let files = MemoryFiles::new(platform.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    let analysis = analyze(&files, ROOT, &Inputs::default());
    let Some(checked) = analysis.checked() else {
        let titles = analysis.findings.iter().map(|finding| (finding.message.clone(), finding.code.id.to_owned()));
        return titles.collect();
    };
    let mut output = BTreeMap::new();
    let compilation = compile(&checked);
    for environment in compilation.environments() {
        let folder = environment.folder.clone();
        for file in bvlc::output::files(&folder, environment, Format::Yaml).flat_map(Result::unwrap) {
            let text = String::from_utf8(file.bytes).unwrap();
            let lines = text.lines().filter(|line| !line.trim_start().starts_with("bvl.dev/file:"));
            output.insert(file.path, lines.collect::<Vec<_>>().join("\n"));
        }
    }
    assert!(!output.is_empty());
    output
}
