//! Manifests that are pasted into a file, and what is offered for them.

use serde_json::{Value, json};

use crate::carets::{Case, able, applied};
use crate::client::Client;

const BASE: &str = r#"//- platform.bvl
use "apps.bvl"

platform shop {
  kubernetes "1.33"
  defaults {
    health 8081 { live "/healthz"; ready "/readyz" every 5s }
    shutdown { pre-stop 5s; drain 20s }
  }
}

environment prod { namespace "prod" }
//- apps.bvl
service web {
  image "registry.example/web:1"
  port http 8080
  cpu 100m..500m
  memory 64Mi..128Mi
  scale 2
}

HERE

allow web -> mailer.http
"#;

const DEPLOYMENT: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: mailer
  namespace: shop
spec:
  replicas: 2
  # as many as it was
  minReadySeconds: 7
  selector:
    matchLabels: {app: mailer}
  template:
    metadata:
      labels: {app: mailer}
    spec:
      containers:
      - name: mailer
        image: registry.example/mailer:1.2
        ports:
        - name: http
          containerPort: 8080
        resources:
          requests: {cpu: 100m, memory: 64Mi}
          limits: {memory: 64Mi}
        livenessProbe: {httpGet: {path: /healthz, port: 8081}}
        readinessProbe: {httpGet: {path: /readyz, port: 8081}, periodSeconds: 5}
        volumeMounts:
        - {name: odd, mountPath: /odd}
      volumes:
      - name: odd
        hostPath: {path: /odd}
---
apiVersion: v1
kind: Service
metadata:
  name: mailer
  namespace: shop
spec:
  selector: {app: mailer}
  ports:
  - {name: http, port: 8080, targetPort: http}
";

/// The case, and the actions at its caret that import.
fn offered(pasted: &str, only: &Value) -> (Case, Vec<Value>) {
    let case = Case::new(&BASE.replacen("HERE", pasted.trim_end(), 1));
    let mut client = case.client(&able());
    let at = client.at(&case.path, case.caret);
    let mut params = json!({
        "textDocument": {"uri": Client::uri(&case.path)},
        "range": {"start": at["position"], "end": at["position"]},
        "context": {"diagnostics": []},
    });
    if !only.is_null() {
        params["context"]["only"] = only.clone();
    }
    let actions = client.ask("textDocument/codeAction", params);
    client.end();
    let kind = "refactor.rewrite.import";
    let found = actions.as_array().unwrap().iter().filter(|action| action["kind"] == kind);
    (case, found.cloned().collect())
}

#[test]
fn they_are_said_in_bvl_wherever_the_caret_is_in_them() {
    for part in ["apiVersion", "kind: Deployment", "image: registry", "---", "targetPort"] {
        let (case, found) = offered(&DEPLOYMENT.replacen(part, &format!("$0{part}"), 1), &Value::Null);
        assert_eq!(found.len(), 1, "{part}: {found:?}");
        assert!(found[0]["title"].as_str().unwrap().starts_with("say this YAML in bvl, but for "), "{found:?}");
        let after = applied(&case.platform, &found[0]["edit"]);
        let text = &after["apps.bvl"];
        for expected in [
            "  scale 2\n}\n\n// ",
            "// fields that no word makes:\n",
            "hostPath",
            "\nservice mailer {\n",
            "  image \"registry.example/mailer:1.2\"\n",
            "  port http 8080\n",
            "}\n\nallow web -> mailer.http\n",
        ] {
            assert!(text.contains(expected), "{expected:?} is not in\n{text}");
        }
        assert!(
            !text.contains("apiVersion") && !text.contains("\nenvironment") && !text.contains("\nplatform"),
            "{text}"
        );
        // what is there now is read
        let case = Case { platform: after, ..case };
        let mut client = case.client(&json!({}));
        let syntax: Vec<Value> = client
            .pull("apps.bvl")
            .into_iter()
            .filter(|finding| {
                let code = finding["code"].as_str().unwrap();
                code.starts_with("BVL01") || code.starts_with("BVL02")
            })
            .collect();
        assert!(syntax.is_empty(), "{syntax:?}");
        client.end();
    }
}

#[test]
fn it_is_one_action_among_those_that_are_asked_for() {
    let marked = DEPLOYMENT.replacen("kind", "$0kind", 1);
    for (only, n) in [("refactor", 1), ("refactor.rewrite", 1), ("quickfix", 0), ("source", 0)] {
        assert_eq!(offered(&marked, &json!([only])).1.len(), n, "{only}");
    }
}

#[test]
fn what_is_no_document_is_left() {
    for pasted in [
        // some of one
        "spec:\n  rep$0licas: 2\n",
        // a chart's values
        "image:\n  ta$0g: 1\n",
        // what cannot be read
        &DEPLOYMENT.replacen("metadata:", "meta$0data: {", 1),
        // what nothing is said of
        "apiVersion: v1\nki$0nd: ConfigMap\nmetadata:\n  name: a\n",
        // within a declaration, and within a text
        &format!("service x {{\n{}\n}}", DEPLOYMENT.replacen("kind", "$0kind", 1)),
        &format!("let x = \"\"\"\n{}  \"\"\"", DEPLOYMENT.replacen("kind", "$0kind", 1)),
        // beside one
        &format!("let $0x = 1\n{DEPLOYMENT}"),
        &format!("service x {{\n  ima$0ge \"a\"\n}}\n\n{DEPLOYMENT}"),
    ] {
        assert!(offered(pasted, &Value::Null).1.is_empty(), "{pasted}");
    }
}
