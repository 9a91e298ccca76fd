//! Jobs and what makes them by the clock.

use serde_json::{Value, json};

use super::support::{at, build, names, object};

const PROGRAM: &str = "image \"registry.example/j:1\"; cpu 500m..2; memory 512Mi..1Gi";

/// The only Job of a spec, with the digits behind its name.
fn job(statements: &str) -> (Value, String) {
    let manifests = build(&format!("job j {{ {PROGRAM}; {statements} }}"), &[]);
    let title = names(&manifests, "prod").into_iter().find(|name| name.starts_with("Job ")).unwrap();
    let digits = title.strip_prefix("Job j-").unwrap().to_owned();
    (object(&manifests, "prod", &title), digits)
}

fn cron_job(statements: &str) -> Value {
    object(&build(&format!("job j {{ {PROGRAM}; {statements} }}"), &[]), "prod", "CronJob j")
}

#[test]
fn a_job_has_what_stands_around_a_service_but_what_calls_or_keeps_it() {
    let manifests = build(&format!("job j {{ {PROGRAM}; config c {{ A \"b\" }} }}"), &[]);
    let kinds: Vec<String> =
        names(&manifests, "prod").iter().map(|name| name.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(kinds, ["Namespace", "NetworkPolicy", "ServiceAccount", "ConfigMap", "Job"]);
}

#[test]
fn what_a_job_says_is_what_it_does() {
    let (plain, _) = job("");
    assert_eq!(at(&plain, "/spec/backoffLimit"), 6);
    assert_eq!(at(&plain, "/spec/activeDeadlineSeconds"), &Value::Null);
    assert_eq!(at(&plain, "/spec/ttlSecondsAfterFinished"), &Value::Null);
    assert_eq!(at(&plain, "/spec/template/spec/restartPolicy"), "Never");
    assert_eq!(at(&plain, "/spec/template/spec/terminationGracePeriodSeconds"), 30);
    let (stated, _) = job("retries 0; deadline 90m; ttl 1h; shutdown { grace 60s }");
    assert_eq!(at(&stated, "/spec/backoffLimit"), 0);
    assert_eq!(at(&stated, "/spec/activeDeadlineSeconds"), 5400);
    assert_eq!(at(&stated, "/spec/ttlSecondsAfterFinished"), 3600);
    assert_eq!(at(&stated, "/spec/template/spec/terminationGracePeriodSeconds"), 60);
}

#[test]
fn a_run_is_not_said_to_be_safe_to_evict() {
    let annotations = |text: &str, title: &str| {
        let manifests = build(text, &[]);
        let found = names(&manifests, "prod").into_iter().find(|name| name.starts_with(title)).unwrap();
        at(&object(&manifests, "prod", &found), "/spec/template/metadata/annotations").clone()
    };
    let body = format!("{PROGRAM}; scratch \"/tmp\" 64Mi");
    assert_eq!(annotations(&format!("job j {{ {body} }}"), "Job"), Value::Null);
    assert_ne!(annotations(&format!("service s {{ {body} }}"), "Deployment"), Value::Null);
}

#[test]
fn another_template_is_another_job_and_nothing_else_is() {
    let (_, digits) = job("");
    assert!(digits.len() == 10 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()), "{digits}");
    for same in ["retries 2", "deadline 5m", "ttl 1h", "deadline 5m; /* a word */ retries 1", "user 65532"] {
        assert_eq!(job(same).1, digits, "{same}");
    }
    for other in [
        "args \"up\"",
        "env A \"b\"",
        "user 10001",
        "shutdown { grace 31s }",
        "scratch \"/tmp\" 64Mi",
        "label \"a\" \"b\"",
        "annotation \"a\" \"b\"",
        "config c { A \"b\" }",
    ] {
        assert_ne!(job(other).1, digits, "{other}");
    }
    assert_ne!(job("config c { A \"b\" }").1, job("config c { A \"c\" }").1, "configuration is read by the template");
    let moved = build(&format!("class k {{ {PROGRAM} }}\n\n// below\njob j is k {{ }}"), &[]);
    assert!(names(&moved, "prod").contains(&format!("Job j-{digits}")));
}

#[test]
fn a_schedule_makes_a_cron_job() {
    let plain = cron_job("schedule \"0 3 * * *\"");
    let mut spec = at(&plain, "/spec").clone();
    spec.as_object_mut().unwrap().remove("jobTemplate");
    let expected = json!({
        "schedule": "0 3 * * *", "timeZone": "UTC", "concurrencyPolicy": "Forbid", "suspend": false,
        "successfulJobsHistoryLimit": 3, "failedJobsHistoryLimit": 1,
    });
    assert_eq!(spec, expected);
    let stated = cron_job(
        "deadline 1h; ttl 2h; schedule \"*/5 8-18 * * mon-fri\" { timezone \"Europe/Berlin\"; concurrency allow;
         starting-deadline 10m; succeeded-history 0; failed-history 9; suspend }",
    );
    let mut spec = at(&stated, "/spec").clone();
    spec.as_object_mut().unwrap().remove("jobTemplate");
    let expected = json!({
        "schedule": "*/5 8-18 * * mon-fri", "timeZone": "Europe/Berlin", "concurrencyPolicy": "Allow", "suspend": true,
        "successfulJobsHistoryLimit": 0, "failedJobsHistoryLimit": 9, "startingDeadlineSeconds": 600,
    });
    assert_eq!(spec, expected);
    let run = at(&stated, "/spec/jobTemplate/spec");
    assert_eq!((at(run, "/activeDeadlineSeconds"), at(run, "/ttlSecondsAfterFinished")), (&json!(3600), &json!(7200)));
    assert_eq!(at(run, "/template"), at(&job("").0, "/spec/template"), "a run is what a job by itself is");
    assert_eq!(at(&cron_job("schedule \"0 3 * * *\" { concurrency replace }"), "/spec/concurrencyPolicy"), "Replace");
}

#[test]
fn what_comes_after_a_job_is_in_a_later_wave() {
    let manifests = build(
        &format!(
            "job first {{ {PROGRAM} }} job nightly {{ {PROGRAM}; schedule \"0 3 * * *\" }}
             job second {{ {PROGRAM}; after first, nightly }} service web {{ {PROGRAM}; after second }}"
        ),
        &[],
    );
    let wave = |title: &str| {
        let name = names(&manifests, "prod").into_iter().find(|name| name.starts_with(title)).unwrap();
        at(&object(&manifests, "prod", &name), "/metadata/annotations/argocd.argoproj.io~1sync-wave").clone()
    };
    let waves = ["Job first", "CronJob nightly", "Job second", "Deployment web"].map(wave);
    assert_eq!(waves, [Value::Null, Value::Null, json!("1"), json!("2")]);
    let order = names(&manifests, "prod");
    let place = |title: &str| order.iter().position(|name| name.starts_with(title)).unwrap();
    assert!(["Job first", "Job second", "Deployment web"].map(place).is_sorted(), "{order:?}");
}

#[test]
fn what_a_job_gives_a_reason_for_stands_on_what_makes_its_pods() {
    let spec = "job j { image \"registry.example/j:1\"; cpu 1..none because \"R\"; memory 1Gi; schedule \"0 3 * * *\" }
        waive run-without-deadline on j because \"W\"";
    let found = object(&build(spec, &[]), "prod", "CronJob j");
    assert_eq!(
        at(&found, "/metadata/annotations/bvl.dev~1because"),
        "cpu 1..none: R\nwaive run-without-deadline on j: W"
    );
    assert!(!at(&found, "/spec").to_string().contains("because"));
}
