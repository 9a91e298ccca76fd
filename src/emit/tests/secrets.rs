//! Secrets that are copied from a store.

use serde_json::{Value, json};

use super::support::{Emitted, build_whole, names, object};

/// A platform with one service, of which `of_app` stands in the block.
fn built(platform: &str, of_app: &str) -> Vec<Emitted> {
    let text = format!(
        "platform shop {{ {platform} }}\nenvironment prod {{ namespace \"shop-prod\" }}\n\
         service app {{ image \"a/app:1\"; cpu 1; memory 1Gi; {of_app} }}\nmanaged redis {{ match \"app\" \"redis\"; \
         port client 6379; service \"redis\" client; trigger redis client }}\n\
         managed keda {{ provides triggers; match \"app\" \"keda\" }}"
    );
    build_whole(&text, &[])
}

/// The digest on the pod template of a service of which this stands in the block.
fn digest(platform: &str, of_app: &str) -> Value {
    let deployment = object(&built(platform, of_app), "prod", "Deployment app");
    deployment["spec"]["template"]["metadata"]["annotations"]["bvl.dev/config-hash"].clone()
}

const STORE: &str = "secret-store vault";
const TOKEN: &str = "secret keys from vault \"shop/keys\" { key TOKEN \"token\" }";

#[test]
fn an_external_secret_says_what_is_read_and_all_that_the_operator_fills_in() {
    let manifests = built(STORE, "secret keys from vault \"shop/keys\" { key B \"b\"; key A; refresh 90m }");
    assert_eq!(
        object(&manifests, "prod", "ExternalSecret app-keys")["spec"],
        json!({
            "data": [
                {
                    "remoteRef": {
                        "conversionStrategy": "Default", "decodingStrategy": "None", "key": "shop/keys",
                        "metadataPolicy": "None",
                    },
                    "secretKey": "A",
                },
                {
                    "remoteRef": {
                        "conversionStrategy": "Default", "decodingStrategy": "None", "key": "shop/keys",
                        "metadataPolicy": "None", "property": "b",
                    },
                    "secretKey": "B",
                },
            ],
            "refreshInterval": "1h30m0s",
            "secretStoreRef": {"kind": "ClusterSecretStore", "name": "vault"},
            "target": {"creationPolicy": "Owner", "deletionPolicy": "Retain", "name": "app-keys"},
        })
    );
}

#[test]
fn a_namespaced_store_is_another_kind() {
    let manifests = built("secret-store vault namespaced", TOKEN);
    let store = &object(&manifests, "prod", "ExternalSecret app-keys")["spec"]["secretStoreRef"];
    assert_eq!(*store, json!({"kind": "SecretStore", "name": "vault"}));
}

#[test]
fn it_is_applied_before_what_reads_it() {
    let manifests = built(STORE, TOKEN);
    let names = names(&manifests, "prod");
    let at = |name: &str| names.iter().position(|known| known == name).unwrap();
    assert!(at("ExternalSecret app-keys") < at("Deployment app"), "{names:?}");
    let waves = ["ExternalSecret app-keys", "Deployment app"].map(|name| {
        object(&manifests, "prod", name)["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"].clone()
    });
    assert_eq!(waves, [json!("-2"), Value::Null]);
}

#[test]
fn keys_are_variables_or_files() {
    let of_app =
        "secret keys from vault \"a\" { key TOKEN }; secret files from vault \"b\" at \"/files\" { key token }";
    let pod = object(&built(STORE, of_app), "prod", "Deployment app")["spec"]["template"]["spec"].clone();
    let container = &pod["containers"][0];
    assert_eq!(container["envFrom"], json!([{"secretRef": {"name": "app-keys"}}]));
    assert_eq!(container["volumeMounts"], json!([{"mountPath": "/files", "name": "secret-files", "readOnly": true}]));
    assert_eq!(pod["volumes"], json!([{"name": "secret-files", "secret": {"secretName": "app-files"}}]));
}

#[test]
fn a_secret_of_ones_own_is_named_by_its_word_and_another_by_its_full_name() {
    let of_app = format!(
        "{TOKEN}; env OWN secret keys \"TOKEN\"; env OTHER secret \"app-keyring\" \"TOKEN\"; \
         scale 1..3 {{ on redis from redis {{ list \"jobs\"; length 5; auth secret keys \"TOKEN\" }} }}"
    );
    let manifests = built(STORE, &of_app);
    let deployment = object(&manifests, "prod", "Deployment app");
    let variables = deployment["spec"]["template"]["spec"]["containers"][0]["env"].as_array().unwrap();
    let named: Vec<&Value> = variables.iter().map(|variable| &variable["valueFrom"]["secretKeyRef"]["name"]).collect();
    assert_eq!(named, [&json!("app-keys"), &json!("app-keyring")]);
    let asked = object(&manifests, "prod", "TriggerAuthentication app-redis");
    assert_eq!(asked["spec"]["secretTargetRef"][0]["name"], json!("app-keys"));
}

#[test]
fn what_is_read_from_elsewhere_rolls_the_pods() {
    let first = digest(STORE, TOKEN);
    assert!(first.is_string());
    for (platform, of_app) in [
        ("secret-store vault namespaced", TOKEN),
        ("secret-store vault; secret-store team", "secret keys from team \"shop/keys\" { key TOKEN \"token\" }"),
        (STORE, "secret keys from vault \"shop/key\" { key TOKEN \"token\" }"),
        (STORE, "secret keys from vault \"shop/keys\" { key TOKE \"token\" }"),
        (STORE, "secret keys from vault \"shop/keys\" { key TOKEN \"tokens\" }"),
        (STORE, "secret keys from vault \"shop/keys\" { key TOKEN }"),
        (STORE, "secret keys from vault \"shop/keys\" { key TOKEN \"token\"; key MORE }"),
    ] {
        assert_ne!(digest(platform, of_app), first, "{of_app}");
    }
    let refreshed = "secret keys from vault \"shop/keys\" { key TOKEN \"token\"; refresh 5m }";
    assert_eq!(digest(STORE, refreshed), first, "how often it is read changes nothing of what is read");
}
