//! A setting whose name says that it is secret is read from a Secret.

use std::borrow::Cow;

use super::secrets::{assigned, by_name, by_shape, by_value_name, is_written};
use super::written::{self, Setting, read_from_secret};
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::{Environment, Origin, Workload};

crate::check! {
    /// ## What it means
    /// A value stands under a name like that of a secret, such as `DB_PASSWORD`, `apiToken` or `--password`, and is written
    /// out: in a variable, in a `config`, in what `command` and `args` give the program, in a trigger of KEDA or in the values of a chart.
    /// Names count by their last word: `TOKEN_TTL`, `SECRET_NAME` and `PASSWORD_FILE` are none, and neither is a path, a URL or
    /// `$(NAME)` under such a name. In a chart's values `existingSecret` and its like name a Secret, and `secretKey` a key of it.
    ///
    /// ## Why it matters in the cluster
    /// If it is one, whoever may read the repository, the manifests or the Deployment has it.
    ///
    /// ## How to mend it
    /// Keep it in a Secret and refer to that; or accept it with `waive secret-by-name on NAME because "REASON"` outside of all braces.
    ///
    /// ```bvl bad in=service
    /// env DB_PASSWORD "hunter2" //~ BVL0410 "DB_PASSWORD of app"
    /// ```
    /// ```bvl fixed fix=1 in=service
    /// env DB_PASSWORD secret "app" "DB_PASSWORD"
    /// ```
    /// ```bvl bad in=service
    /// config settings { clientSecret "hunter2" } //~ BVL0410 "clientSecret of app"
    /// ```
    /// ```bvl bad in=service
    /// args "--db-pass=hunter2" //~ BVL0410 "`--db-pass` in an argument of app"
    /// ```
    /// ```bvl bad in=service
    /// config files { app.properties "log=info\ndb.password=hunter2" } //~ BVL0410 "`db.password` in app.properties of app"
    /// ```
    /// What KEDA and a chart are told is read by more than the program:
    /// ```bvl bad in=keda
    /// scale 2..5 { on keda "postgresql" from nats.client { host "store"; password "hunter2"; query "SELECT 1" } } //~ BVL0410 "`password` of a trigger of app"
    /// ```
    /// ```bvl good in=keda
    /// scale 2..5 { on keda "postgresql" from nats.client { host "store"; passwordFromEnv "PGPASSWORD"; query "SELECT token='x'" } }
    /// ```
    /// ```bvl bad in=file
    /// managed store { match "app" "store"; port sql 5432; disruption by-operator; values { auth { rootPassword "hunter2" } } } //~ BVL0410 "`auth rootPassword` in the values of store"
    /// allow app -> store.sql
    /// ```
    /// ```bvl good in=file
    /// managed store { match "app" "store"; port sql 5432; disruption by-operator; values { auth { existingSecret "store"; secretKey "password" } } }
    /// allow app -> store.sql
    /// ```
    /// ```bvl good in=service
    /// env DB_PASSWORD_FILE "/etc/secrets/db"
    /// env TOKEN_TTL "5m"
    /// config settings { SECRET_NAME "app-db"; PASSWORD_MIN_LENGTH 12; COMPASS_URL "https://compass.example" }
    /// args "--token-file=/etc/secrets/token", "--bypass=none"
    /// ```
    ///
    /// ## Source
    /// [Good practices for Kubernetes Secrets](https://kubernetes.io/docs/concepts/security/secrets-good-practices/)
    /// (Kubernetes 1.36).
    BVL0410, "secret-by-name", Warning, since "0.1.0" => run, reads [], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (contained, workload, program, environment) in cx.containers() {
        let name = contained.called(&workload.name.value);
        written::each(contained, program, |setting, text| {
            judge(cx, (workload, environment), &name, (setting, &text), sink);
        });
    }
    for (workload, environment) in cx.workloads() {
        written::each_of_others(workload, &mut |setting, text| {
            judge(cx, (workload, environment), &workload.name.value, (setting, &text), sink);
        });
    }
}

/// Reports what is named like a secret in a text of a workload, or of that container of it.
fn judge(
    cx: &Context<'_>,
    (workload, environment): (&Workload, &Environment),
    name: &str,
    (setting, text): (Setting<'_>, &Origin<Cow<'_, str>>),
    sink: &mut Sink,
) {
    let Some(named) = named(setting, &text.value).filter(|_| by_shape(&text.value).is_none()) else { return };
    let (what, inner, place) = match named {
        Named::Setting => (setting.title().into_owned(), None, text.span),
        Named::Option(option) => (format!("`{option}` in {}", setting.title()), Some(option), text.span),
        Named::Within(inner, value) => {
            (format!("`{inner}` in {}", setting.title()), Some(inner), written::place(cx, text, value))
        }
    };
    let title = format!("{what} of {name} is named like a secret and written out");
    let found = finding(&BVL0410, workload, environment, place, title)
        .here(format!("written out{}", cx.from_layer(text.layer)))
        .note(format!(
            "if it is one, whoever may read the repository, the manifests or the {} has it",
            setting.readers(workload)
        ))
        .help(format!(
            "{}\nwhere it is no secret, say so at the top of a file, outside of all braces:\n  waive secret-by-name on {} because \"REASON\"",
            setting.help(cx, workload, inner, written::IT),
            workload.name.value
        ));
    sink.report(read_from_secret(cx, workload, setting, text, found));
}

/// What is named like a secret.
enum Named<'a> {
    /// The setting itself.
    Setting,
    /// The option that stands before a word of a command.
    Option(&'a str),
    /// What a text assigns something to, and that.
    Within(&'a str, &'a str),
}

/// What says by its name that a text, or something in it, is secret and written out.
fn named<'a>(setting: Setting<'a>, text: &'a str) -> Option<Named<'a>> {
    let by_setting = match setting {
        Setting::Variable(name) | Setting::Key(name) => by_name(name).then_some(Named::Setting),
        Setting::Command(before) | Setting::Argument(before) => {
            let is_option = |word: &&str| word.starts_with('-') && !word.contains('=') && by_name(word);
            before.filter(|_| !text.starts_with('-')).filter(is_option).map(Named::Option)
        }
        // what a query compares with stands in it: it assigns nothing
        Setting::Trigger(key) => return (by_name(key) && is_written(text)).then_some(Named::Setting),
        Setting::Value(path) => by_value_name(path.rsplit(' ').next().unwrap_or(path)).then_some(Named::Setting),
        Setting::Annotation(_) | Setting::Label(_) => return None,
    };
    match by_setting {
        Some(named) => is_written(text).then_some(named),
        None => assigned(text).map(|(name, value)| Named::Within(name, value)),
    }
}
