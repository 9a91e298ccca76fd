//! Renaming: what changes, what is refused with which reason, and that nothing else in the cluster does.

use bvlc::analyze::{Inputs, analyze};
use bvlc::emit::emit;
use bvlc::ide::{Names, Role, Symbol};
use bvlc::source::Provenance;
use bvlc::source::files::MemoryFiles;
use serde_json::{Value, json};

use crate::carets::{Case, able, applied, new_lines};
use crate::client::{Client, Counts};
use crate::corpus::{Platform, platforms};

/// The platform in which names are changed.
pub(crate) const BASE: &str = r#"//- platform.bvl
use std.nats
use "teams/*.bvl"

platform shop {
  kubernetes "1.33"
  defaults {
    health 8081 { live "/healthz"; ready "/readyz" every 5s }
    shutdown { pre-stop 5s; drain 20s }
  }
}

let registry = "registry.example"
param version: string example "1.0.0"

environment prod {
  namespace "prod"
  profile restricted
  service web { scale 4 }
  service api { port rest 8090; without env MODE }
  allow web -> api.rest { timeout 4s }
}
environment test { namespace "test-${environment}"; profile restricted; without bus }

class sized(most: cpu) { cpu 100m..$most; memory 64Mi..128Mi }
class broker { allow broker -> self.client because "members talk" }

managed bus is nats.cluster { replicas 3; in prod, test }

group front web, api
//- teams/web.bvl
/// The shop's pages.
service web is sized(most = 500m) {
  image "${registry}/web:${version}"
  port http 8080
  scale 2..6 { on cpu 70% }
  env API "http://${api.rest.host}:${api.rest.port}"
  after api
  shutdown { grace 25s }
}

service api is sized(most = 300m) {
  image "${registry}/api:${version}"
  port rest 8090
  scale 2
  env MODE "fast"
}

external vault { cidr 10.20.0.10/32; port secure 8200 }

allow web -> api.rest in prod, test { timeout 5s }
allow front -> vault.secure because "reads its secrets"
never bus -> web.http
waive shutdown-without-spare on web in prod because "one zone"
"#;

/// The edit that gives what stands at the caret another name.
pub(crate) fn ask(case: &Case, new: &str, workspace: &Value) -> Result<Value, String> {
    let mut client = case.client(workspace);
    let mut params = client.at(&case.path, case.caret);
    params["newName"] = json!(new);
    let answer = client.try_ask("textDocument/rename", params);
    client.end();
    answer
}

fn renamed(old: &str, marked: &str, new: &str) -> Result<Vec<String>, String> {
    let case = Case::with(BASE, old, marked);
    let edit = ask(&case, new, &json!({}))?;
    Ok(new_lines(&case.platform, &applied(&case.platform, &edit)))
}

#[test]
fn the_base_has_no_errors() {
    let case = Case::with(BASE, "platform shop", "platform $0shop");
    let mut client = case.client(&json!({}));
    for path in case.platform.keys() {
        let found = client.pull(path);
        assert!(found.iter().all(|finding| finding["severity"] != 1), "{found:#?}");
    }
    client.end();
}

#[test]
fn a_name_in_a_key_of_ones_own_is_renamed() {
    let old = "env MODE \"fast\"\n}";
    let marked = "env MODE \"fast\"\n  config tuning { \"${ver$0sion}\" \"on\" }\n}";
    let lines = renamed(old, marked, "release").unwrap();
    let expected = [
        "param release: string example \"1.0.0\"",
        "image \"${registry}/web:${release}\"",
        "config tuning { \"${release}\" \"on\" }",
    ];
    for line in expected {
        assert!(lines.iter().any(|known| known.contains(line)), "{line}: {lines:#?}");
    }
}

/// What is declared, the same with the caret on the name, the new name, and every line that is another one then.
const RENAMED: [(&str, &str, &str, &[&str]); 14] = [
    (
        "service web is",
        "service w$0eb is",
        "site",
        &[
            "service site { scale 4 }",
            "allow site -> api.rest { timeout 4s }",
            "group front site, api",
            "service site is sized(most = 500m) {",
            "allow site -> api.rest in prod, test { timeout 5s }",
            "never bus -> site.http",
            "waive shutdown-without-spare on site in prod because \"one zone\"",
        ],
    ),
    (
        "after api",
        "after a$0pi",
        "rest",
        &[
            "service rest { port rest 8090; without env MODE }",
            "allow web -> rest.rest { timeout 4s }",
            "group front web, rest",
            "env API \"http://${rest.rest.host}:${rest.rest.port}\"",
            "after rest",
            "service rest is sized(most = 300m) {",
            "allow web -> rest.rest in prod, test { timeout 5s }",
        ],
    ),
    (
        "service api { port rest",
        "service api { port re$0st",
        "http",
        &[
            "service api { port http 8090; without env MODE }",
            "allow web -> api.http { timeout 4s }",
            "env API \"http://${api.http.host}:${api.http.port}\"",
            "port http 8090",
            "allow web -> api.http in prod, test { timeout 5s }",
        ],
    ),
    (
        "never bus",
        "never b$0us",
        "queue",
        &[
            "environment test { namespace \"test-${environment}\"; profile restricted; without queue }",
            "managed queue is nats.cluster { replicas 3; in prod, test }",
            "never queue -> web.http",
        ],
    ),
    (
        "external vault",
        "external vau$0lt",
        "safe",
        &[
            "external safe { cidr 10.20.0.10/32; port secure 8200 }",
            "allow front -> safe.secure because \"reads its secrets\"",
        ],
    ),
    (
        "-> vault.secure",
        "-> vault.sec$0ure",
        "api",
        &[
            "external vault { cidr 10.20.0.10/32; port api 8200 }",
            "allow front -> vault.api because \"reads its secrets\"",
        ],
    ),
    (
        "group front",
        "group fr$0ont",
        "pages",
        &["group pages web, api", "allow pages -> vault.secure because \"reads its secrets\""],
    ),
    (
        "is sized(most = 300m)",
        "is si$0zed(most = 300m)",
        "small",
        &[
            "class small(most: cpu) { cpu 100m..$most; memory 64Mi..128Mi }",
            "service web is small(most = 500m) {",
            "service api is small(most = 300m) {",
        ],
    ),
    (
        "(most = 500m)",
        "(mo$0st = 500m)",
        "limit",
        &[
            "class sized(limit: cpu) { cpu 100m..$limit; memory 64Mi..128Mi }",
            "service web is sized(limit = 500m) {",
            "service api is sized(limit = 300m) {",
        ],
    ),
    (
        "100m..$most",
        "100m..$mo$0st",
        "version",
        &[
            "class sized(version: cpu) { cpu 100m..$version; memory 64Mi..128Mi }",
            "service web is sized(version = 500m) {",
            "service api is sized(version = 300m) {",
        ],
    ),
    (
        "${registry}/web",
        "${regi$0stry}/web",
        "images",
        &[
            "let images = \"registry.example\"",
            "image \"${images}/web:${version}\"",
            "image \"${images}/api:${version}\"",
        ],
    ),
    (
        "param version",
        "param ver$0sion",
        "release",
        &[
            "param release: string example \"1.0.0\"",
            "image \"${registry}/web:${release}\"",
            "image \"${registry}/api:${release}\"",
        ],
    ),
    (
        "in prod, test {",
        "in pr$0od, test {",
        "live",
        &[
            "environment live {",
            "managed bus is nats.cluster { replicas 3; in live, test }",
            "allow web -> api.rest in live, test { timeout 5s }",
            "waive shutdown-without-spare on web in live because \"one zone\"",
        ],
    ),
    ("platform shop", "platform sh$0op", "store", &["platform store {"]),
];

#[test]
fn every_kind_of_name_is_renamed_wherever_it_stands() {
    for (old, marked, new, lines) in RENAMED {
        assert_eq!(renamed(old, marked, new).as_deref(), Ok(lines.map_to_owned().as_slice()), "{marked}");
    }
}

/// Lines as they are compared.
trait MapToOwned {
    fn map_to_owned(&self) -> Vec<String>;
}

impl MapToOwned for &[&str] {
    fn map_to_owned(&self) -> Vec<String> {
        self.iter().map(|line| (*line).to_owned()).collect()
    }
}

#[test]
fn what_cannot_be_proven_is_refused_with_the_reason() {
    let cases = [
        ("service web is", "service w$0eb is", "We_b", "may hold only lower-case letters"),
        ("service web is", "service w$0eb is", "web-", "is no name"),
        ("service web is", "service w$0eb is", "a b", "is no name"),
        ("service web is", "service w$0eb is", "x { } service y", "is no name"),
        ("service web is", "service w$0eb is", "api", "is taken: it is declared at teams/web.bvl:11"),
        ("service web is", "service w$0eb is", "self", "keeps for itself"),
        ("service web is", "service w$0eb is", "front", "is taken"),
        ("-> api.rest in prod", "-> api.r$0est in prod", "host", "`host`"),
        ("-> api.rest in prod", "-> api.r$0est in prod", "a-name-that-is-too-long", "15"),
        ("is nats.cluster", "is nats.clu$0ster", "x", "belongs to the standard library"),
        ("use std.nats", "use std.na$0ts", "x", "is a module of the standard library"),
        ("let registry", "let regi$0stry", "version", "is taken"),
        ("environment prod {", "environment pr$0od {", "test", "is taken"),
        // whatever stands where nothing can be read
        ("never bus", "alow w$0eb -> api\nnever bus", "x", ""),
        ("never bus -> web.http", "alow web -> api\nnever bus -> w$0eb.http", "x", "cannot be read"),
        ("never bus -> web.http", "never bus -> w$0eb.http\nservice web { }", "x", "declared twice"),
        ("never bus -> web.http", "never bus -> nobo$0dy.http", "x", "declared nowhere"),
    ];
    for (old, marked, new, reason) in cases {
        let said = renamed(old, marked, new);
        if reason.is_empty() {
            assert_eq!(said, Ok(Vec::new()), "nothing is known of it: {marked}");
        } else {
            let said = said.expect_err(marked);
            assert!(said.contains(reason), "{marked} {new}: {said}");
        }
    }
}

#[test]
fn a_port_of_a_whole_group_keeps_its_name() {
    let both = BASE.replacen("  port rest 8090\n  scale", "  port rest 8090\n  port http 8085\n  scale", 1);
    let case = Case::with(&both, "never bus", "never vault -> front.ht$0tp\nnever bus");
    let said = ask(&case, "www", &json!({})).unwrap_err();
    assert!(said.contains("something else would change") && said.contains("www"), "{said}");
}

#[test]
fn a_broken_file_is_renamed_where_all_places_are_known() {
    for (old, marked) in [
        ("never bus -> web.http", "never bus -> \nservice w {"),
        ("  after api\n", "  afer\n"),
        (
            "external vault { cidr 10.20.0.10/32; port secure 8200 }",
            "external vault { cidr 10.20.0.10/32; port secure 8200",
        ),
    ] {
        let broken = BASE.replacen(old, marked, 1);
        let case = Case::with(&broken, "service web is", "service w$0eb is");
        let edit = ask(&case, "site", &json!({})).unwrap();
        let lines = new_lines(&case.platform, &applied(&case.platform, &edit));
        assert!(lines.contains(&"service site is sized(most = 500m) {".to_owned()), "{marked} {lines:?}");
        assert!(lines.contains(&"group front site, api".to_owned()), "{marked} {lines:?}");
    }
}

#[test]
fn what_the_cluster_makes_of_it_is_asked_first() {
    let warnings = |old: &str, marked: &str, new: &str| {
        let case = Case::with(BASE, old, marked);
        let edit = ask(&case, new, &able()).unwrap();
        let documents = edit["documentChanges"].as_array().unwrap();
        assert!(documents.iter().all(|one| one["textDocument"]["version"] == 1), "{edit}");
        let annotation = &edit["changeAnnotations"]["consequences"];
        let is_annotated = documents.iter().flat_map(|one| one["edits"].as_array().unwrap()).all(|one| {
            one["annotationId"] == "consequences" || one["annotationId"] == "offer-0" || annotation.is_null()
        });
        assert!(is_annotated, "{edit}");
        annotation["description"].as_str().unwrap_or_default().to_owned()
    };
    let service = warnings("service web is", "service w$0eb is", "site");
    assert!(service.contains("prod/web, test-test/web are recreated"), "{service}");
    let job = |schedule: &str| {
        let marked =
            format!("job tid$0y {{ image \"registry.example/t:1\"; {schedule}cpu 10m; memory 16Mi..32Mi; in prod }}");
        warnings("never bus", &format!("{marked}\nnever bus"), "sweep")
    };
    let once = job("");
    assert!(once.contains("prod/tidy runs once more, as another Job"), "{once}");
    let scheduled = job("schedule \"0 3 * * *\"; ");
    assert!(scheduled.contains("prod/tidy is another one by the new name"), "{scheduled}");
    assert!(service.contains("immutable"), "{service}");
    let environment = warnings("environment test", "environment te$0st", "qa");
    assert!(environment.contains("namespaces keep their names for life"), "{environment}");
    assert!(environment.contains("--env test"), "{environment}");
    assert!(warnings("param version", "param ver$0sion", "release").contains("--set version="));
    // whoever deploys it has to follow, or else nothing reaches it
    let managed = warnings("never bus", "never b$0us", "queue");
    assert!(managed.contains("`bus` is deployed by others") && managed.contains("has to name it `queue`"), "{managed}");
    assert_eq!(warnings("external vault", "external vau$0lt", "safe"), "");
    assert_eq!(warnings("class sized", "class si$0zed", "small"), "");
    assert_eq!(warnings("let registry", "let regi$0stry", "images"), "");
}

/// The platform with the edits of one annotation, or of none, left out.
fn without(edit: &Value, annotation: &str) -> Value {
    let mut edit = edit.clone();
    for document in edit["documentChanges"].as_array_mut().unwrap() {
        document["edits"].as_array_mut().unwrap().retain(|one| one["annotationId"] != annotation);
    }
    edit
}

#[test]
fn the_service_of_the_old_name_may_be_kept() {
    for (base, old, marked, new, kept) in [
        (BASE.to_owned(), "service web is", "service w$0eb is", "site", "service \"web\" http"),
        // the ports that it has in every environment
        (
            BASE.replacen("service api { port rest 8090; without env MODE }", "service api { port more 9; without port rest }", 1)
                .replacen("  port rest 8090\n  scale", "  port rest 8090\n  port http 8085\n  scale", 1)
                .replacen("allow web -> api.rest { timeout 4s }", "", 1)
                .replacen("allow web -> api.rest in prod, test { timeout 5s }", "allow web -> api.http { timeout 5s }", 1)
                .replacen("${api.rest.host}:${api.rest.port}", "${api.http.host}:${api.http.port}", 1),
            "service api is",
            "service a$0pi is",
            "rest",
            "service \"api\" http",
        ),
        (
            BASE.replacen("managed bus", "class serving { image \"registry.example/x:1\"; port http 8080; scale 2; disruption none because \"x\" }\nservice bare is sized(most = 300m), serving\nallow web -> bare.http { timeout 1s }\n\nmanaged bus", 1),
            "service bare is",
            "service ba$0re is",
            "plain",
            "service plain is sized(most = 300m), serving { service \"bare\" http }",
        ),
    ] {
        let case = Case::with(&base, old, marked);
        let edit = ask(&case, new, &able()).unwrap();
        let offer = &edit["changeAnnotations"]["offer-0"];
        assert_eq!(offer["needsConfirmation"], true, "{edit:#}");
        assert!(offer["label"].as_str().unwrap().starts_with("keep the Service `"), "{offer}");
        let lines = new_lines(&case.platform, &applied(&case.platform, &edit));
        assert!(lines.iter().any(|line| line.trim() == kept), "{lines:#?}");
        // without it the rest is a whole rename
        let lines = new_lines(&case.platform, &applied(&case.platform, &without(&edit, "offer-0")));
        assert!(lines.iter().all(|line| !line.contains("service \"")), "{lines:#?}");
        let services = |platform: &Platform| {
            let objects = objects(platform);
            objects.iter().filter(|line| line.trim() == "\"kind\": \"Service\"").count()
        };
        let n_environments = base.matches("\nenvironment ").count();
        assert_eq!(
            services(&applied(&case.platform, &edit)),
            services(&applied(&case.platform, &without(&edit, "offer-0"))) + n_environments
        );
    }
    // what has no Service of its own keeps none, and who cannot choose is offered none
    for (old, marked, new) in [("never bus", "never b$0us", "queue"), ("let registry", "let regi$0stry", "images")] {
        let edit = ask(&Case::with(BASE, old, marked), new, &able()).unwrap();
        assert_eq!(edit["changeAnnotations"]["offer-0"], Value::Null, "{edit}");
    }
    let plain = ask(&Case::with(BASE, "service web is", "service w$0eb is"), "site", &json!({})).unwrap();
    assert!(!plain.to_string().contains("service \\\"web"), "{plain}");
}

/// What a client is told and answered that shows no annotations, and what it was told.
fn without_annotations(window: &Value, choice: &Value, old: &str, marked: &str) -> (Value, Vec<String>) {
    let case = Case::with(BASE, old, marked);
    let abilities = json!({"general": {"positionEncodings": ["utf-8"]}, "window": window});
    let mut client = Client::start(&case.platform, Counts::Utf8, &abilities);
    client.open(&case.path, &case.platform[&case.path]);
    client.choice = choice.clone();
    let mut params = client.at(&case.path, case.caret);
    params["newName"] = json!("other");
    let answer = client.ask("textDocument/rename", params);
    client.ask("workspace/symbol", json!({"query": "x"}));
    let told = std::mem::take(&mut client.told);
    client.end();
    (answer, told)
}

#[test]
fn a_client_without_annotations_is_asked_by_a_question() {
    let shows = json!({"showMessage": {}});
    let go = json!({"title": "Do it"});
    let (edit, told) = without_annotations(&shows, &go, "service web is", "service w$0eb is");
    assert!(edit["changes"].is_object(), "{edit}");
    assert!(told.len() == 1 && told[0].contains("immutable") && told[0].contains("rename `web`"), "{told:?}");
    for choice in [json!({"title": "Leave it"}), Value::Null] {
        let (edit, told) = without_annotations(&shows, &choice, "service web is", "service w$0eb is");
        assert_eq!((edit, told.len()), (Value::Null, 1));
    }
    // what has no consequences needs no question
    let (edit, told) = without_annotations(&shows, &Value::Null, "let registry", "let regi$0stry");
    assert!(edit["changes"].is_object() && told.is_empty(), "{edit} {told:?}");
}

#[test]
fn a_client_without_questions_is_told() {
    let (edit, told) = without_annotations(&json!({}), &Value::Null, "service web is", "service w$0eb is");
    assert!(edit["changes"].is_object(), "{edit}");
    assert!(told.len() == 1 && told[0].contains("immutable"), "{told:?}");
}

#[test]
fn what_has_changed_while_it_was_asked_is_not_renamed() {
    let case = Case::with(BASE, "service web is", "service w$0eb is");
    let abilities = json!({"general": {"positionEncodings": ["utf-8"]}, "window": {"showMessage": {}}});
    let mut client = Client::start(&case.platform, Counts::Utf8, &abilities);
    for (path, text) in &case.platform {
        client.open(path, text);
    }
    (client.choice, client.is_answering) = (json!({"title": "Do it"}), false);
    let mut params = client.at(&case.path, case.caret);
    params["newName"] = json!("other");
    let id = client.send("textDocument/rename", params);
    while client.told.is_empty() {
        client.receive();
    }
    let other = case.platform.keys().find(|path| **path != case.path).unwrap();
    client.edit(other, 0, 0, "// edited while the question stands\n");
    client.catch_up();
    let error = client.answer(&id).response_result.unwrap_err();
    assert_eq!(error.code, lsp_server::ErrorCode::ContentModified as i32, "{error:?}");
    client.end();
}

#[test]
fn what_can_be_renamed_is_said_first() {
    let prepared = |old: &str, marked: &str| {
        let case = Case::with(BASE, old, marked);
        let mut client = case.client(&json!({}));
        let answer = client.try_ask("textDocument/prepareRename", client.at(&case.path, case.caret));
        client.end();
        answer
    };
    let found = prepared("${api.rest.host}", "${api.r$0est.host}").unwrap();
    assert_eq!(found["placeholder"], "rest");
    assert_eq!(
        found["range"]["end"]["character"].as_u64().unwrap() - found["range"]["start"]["character"].as_u64().unwrap(),
        4
    );
    assert_eq!(prepared("  kubernetes", "  kuber$0netes").unwrap(), Value::Null);
    assert!(prepared("is nats.cluster", "is nats.clu$0ster").unwrap_err().contains("standard library"));
    assert!(prepared("never bus", "never no$0body").unwrap_err().contains("declared nowhere"));
}

/// Every object of every environment, in lines, whatever the order of what has none.
fn objects(platform: &Platform) -> Vec<String> {
    let files = MemoryFiles::new(platform.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    let analysis = analyze(&files, "platform.bvl", &Inputs::default());
    let model = analysis.model.as_ref().unwrap();
    let mut lines = Vec::new();
    for environment in &model.environments {
        let made = emit(model, &analysis.graph, analysis.sources(), environment.id).unwrap();
        for object in made.objects.flatten() {
            let mut text = serde_json::to_string_pretty(&object).unwrap();
            if let bvlc::object::Object::Job(_) = object {
                let name = object.name();
                text = text.replace(name, name.rsplit_once('-').unwrap().0);
            }
            // digests of what holds the name, and lists of reasons, whose order is that of names
            let of_names = ["bvl.dev/config-hash", "bvl.dev/flows", "bvl.dev/because"];
            let told = text.lines().filter(|line| !of_names.iter().any(|key| line.contains(key)));
            lines.extend(told.map(|line| line.trim_end_matches(',').to_owned()));
        }
    }
    lines
}

/// Everything that the examples declare gets a name that nothing has; with the old name in its place, the objects are those
/// that were there.
#[test]
fn whatever_the_examples_declare_can_be_renamed_and_back() {
    const NEW: &str = "zz9";
    for (name, platform) in platforms("examples") {
        let files = MemoryFiles::new(platform.iter().map(|(path, text)| (path.as_str(), text.as_str())));
        let analysis = analyze(&files, "platform.bvl", &Inputs::default());
        let names = Names::of(&analysis.project, None);
        let mut before = objects(&platform);
        before.sort();
        let mut n_renamed = 0;
        let case = Case { platform: platform.clone(), path: String::new(), caret: 0 };
        let mut client = case.client(&json!({}));
        let declared = names.declared();
        // each is judged and built twice, which takes long without optimization
        let step = if cfg!(debug_assertions) { 1 + declared.len() / 16 } else { 1 };
        for (symbol, span) in declared.into_iter().step_by(step) {
            let file = analysis.sources().get(span.file).unwrap();
            if file.provenance() != Provenance::User || matches!(symbol, Symbol::Module(_)) {
                continue;
            }
            let caret = file.range(span).start;
            let mut params = client.at(file.path(), caret);
            params["newName"] = json!(NEW);
            let n_places = names.places(symbol).iter().filter(|(_, role)| *role != Role::Definition).count();
            match client.try_ask("textDocument/rename", params) {
                Ok(edit) => {
                    let after = applied(&platform, &edit);
                    let old = symbol.name();
                    let mut restored: Vec<String> = objects(&after).iter().map(|line| line.replace(NEW, old)).collect();
                    restored.sort();
                    let differs = before.iter().zip(&restored).find(|(one, other)| one != other);
                    assert!(differs.is_none() && before.len() == restored.len(), "{name} {old}: {differs:?}");
                    n_renamed += 1;
                }
                // a port that a class and whoever takes it over both state, or that members of a group share
                Err(reason) => assert!(
                    matches!(symbol, Symbol::Port(..)) && n_places > 0 && reason.contains("something else"),
                    "{name} {symbol:?}: {reason}"
                ),
            }
        }
        assert!(n_renamed >= 4, "{name}: {n_renamed}");
        client.end();
    }
}

#[test]
fn a_store_of_secrets() {
    let base = BASE
        .replacen("platform shop {\n", "platform shop {\n  secret-store vault\n", 1)
        .replacen("  after api\n", "  after api\n  secret keys from vault \"web\" { key A }\n", 1)
        .replacen("external vault {", "external safe {", 1)
        .replacen("front -> vault.secure", "front -> safe.secure", 1);
    for (old, marked) in [("secret-store vault", "secret-store va$0ult"), ("from vault", "from v$0ault")] {
        let case = Case::with(&base, old, marked);
        let edit = ask(&case, "kms", &json!({})).unwrap();
        let lines = new_lines(&case.platform, &applied(&case.platform, &edit));
        assert_eq!(lines, ["secret-store kms", "secret keys from kms \"web\" { key A }"], "{marked}");
        let mut client = case.client(&json!({}));
        let hover = client.ask("textDocument/hover", client.at(&case.path, case.caret));
        assert!(hover["contents"]["value"].as_str().unwrap().contains("secret-store vault"), "{hover}");
        let declared = client.ask("textDocument/definition", client.at(&case.path, case.caret));
        assert!(declared[0]["uri"].as_str().unwrap().ends_with("platform.bvl"), "{declared}");
        client.end();
    }
}
