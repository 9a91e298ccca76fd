//! The names of a spec that go to the cluster, each with the rule that Kubernetes has for it.
//!
//! Names of declarations are judged where they are read; what is here is written by hand elsewhere.

use crate::check::Context;
use crate::model::secret::{Secret, SecretKey};
use crate::model::settings::{Config, Variable, VariableSource};
use crate::model::{EntryKind, KeyedTexts, Origin, Program, Workload};
use crate::source::Span;
use crate::value::name::{
    NameFault, annotation_key, dns_label, env_name, label_key, label_value, run_name, secret_key, service_name,
    subdomain,
};
use crate::value::{KubernetesVersion, name};

/// From this version on the API server takes nearly any character in the name of an environment variable (KEP-4369,
/// `RelaxedEnvironmentVariableValidation`, on by default).
pub(super) const RELAXED_VARIABLES: KubernetesVersion = KubernetesVersion::new(32);

/// A name.
pub(super) struct Named {
    /// What it names, to stand before it: `the label key`.
    pub(super) what: &'static str,
    pub(super) text: String,
    /// The place, and what supplied it.
    pub(super) origin: Origin<()>,
    pub(super) rule: Rule,
}

/// What Kubernetes asks of a name.
pub(super) enum Rule {
    /// The same at all versions.
    Fixed(fn(&str) -> Result<(), NameFault>),
    /// The name of an environment variable.
    Variable,
}

/// Whose names they are.
pub(super) struct Owner<'a> {
    /// As `waive` calls it.
    pub(super) name: &'a str,
    /// The environment, where it is in one.
    pub(super) environment: Option<&'a str>,
    pub(super) names: Vec<Named>,
}

/// Every name of the platform and of its environments.
pub(super) fn of_platform<'a>(cx: &Context<'a>) -> impl Iterator<Item = Owner<'a>> {
    let platform = &cx.model.platform;
    let mut names = Names::default();
    names.objects(&platform.labels, &platform.annotations);
    for secret in platform.registries.iter().filter_map(|registry| registry.pull_secret.as_ref()) {
        names.push("the name of the Secret", secret, subdomain);
    }
    for store in &platform.secret_stores {
        names.push("the store of secrets", &store.name, subdomain);
    }
    let pull_requests = platform.delivery.iter().flat_map(|delivery| &delivery.pull_requests);
    for (secret, key) in pull_requests.filter_map(|pull_requests| pull_requests.token.as_ref()) {
        names.push("the name of the Secret", secret, subdomain);
        names.push("the Secret's key", key, secret_key);
    }
    for (key, value) in platform.delivery.iter().flat_map(|delivery| &delivery.fleets).flat_map(|fleet| &fleet.labels) {
        names.push("the label key", key, label_key);
        names.push("the label value", value, label_value);
    }
    let of_platform = Owner { name: &platform.name.value, environment: None, names: names.0 };
    let of_environments = cx.environments().map(|environment| {
        let mut names = Names::default();
        if let Some(namespace) = &environment.namespace {
            names.push("the namespace", &namespace.name, dns_label);
        }
        names.objects(&environment.labels, &environment.annotations);
        Owner { name: &environment.name.value, environment: Some(&environment.title), names: names.0 }
    });
    std::iter::once(of_platform).chain(of_environments)
}

/// Every name of the workloads: made for one owner at a time, since all of them together weigh as much as the model.
pub(super) fn of_workloads<'a>(cx: &Context<'a>) -> impl Iterator<Item = Owner<'a>> {
    cx.workloads().map(|(workload, environment)| {
        let mut names = Names::default();
        names.of_workload(cx, workload);
        Owner { name: &workload.name.value, environment: Some(&environment.title), names: names.0 }
    })
}

/// Every name of the externals: of what they let requests in by.
pub(super) fn of_externals<'a>(cx: &Context<'a>) -> impl Iterator<Item = Owner<'a>> {
    cx.externals().filter_map(|external| {
        let mut names = Names::default();
        names.of_entry(&external.entry.as_ref()?.by);
        let environment = cx.model.environment(external.environment)?;
        Some(Owner { name: &external.name.value, environment: Some(&environment.title), names: names.0 })
    })
}

/// What keys and values of labels are called.
const LABELS: [&str; 2] = ["the label key", "the label value"];

#[derive(Default)]
struct Names(Vec<Named>);

impl Names {
    fn push(&mut self, what: &'static str, name: &Origin<String>, rule: fn(&str) -> Result<(), NameFault>) {
        self.add(what, name.value.clone(), name, Rule::Fixed(rule));
    }

    fn variable(&mut self, what: &'static str, name: &Origin<String>) {
        self.add(what, name.value.clone(), name, Rule::Variable);
    }

    /// An empty name has been refused where it is written.
    fn add<T>(&mut self, what: &'static str, text: String, at: &Origin<T>, rule: Rule) {
        if !text.trim().is_empty() {
            self.any(what, text, at, rule);
        }
    }

    fn any<T>(&mut self, what: &'static str, text: String, at: &Origin<T>, rule: Rule) {
        self.0.push(Named { what, text, origin: Origin::new((), at.span, at.layer), rule });
    }

    /// Labels and annotations.
    fn objects(&mut self, labels: &KeyedTexts, annotations: &KeyedTexts) {
        self.labels(LABELS, labels);
        for (key, _) in annotations.places() {
            self.add("the annotation key", key.value.to_owned(), &key, Rule::Fixed(annotation_key));
        }
    }

    fn labels(&mut self, [key_is, value_is]: [&'static str; 2], labels: &KeyedTexts) {
        for (key, value) in labels.places() {
            self.add(key_is, key.value.to_owned(), &key, Rule::Fixed(label_key));
            self.any(value_is, value.value.clone(), value, Rule::Fixed(label_value));
        }
    }

    fn of_workload(&mut self, cx: &Context<'_>, workload: &Workload) {
        const SELECTED: [&str; 2] = ["the selector key", "the selector value"];
        self.objects(&workload.labels, &workload.annotations);
        if let Some(managed) = workload.managed() {
            self.labels(SELECTED, &managed.selector);
            if let Some(monitors) = &managed.monitors {
                self.labels(LABELS, &monitors.labels);
            }
            if let Some(entry) = &managed.entry {
                self.of_entry(&entry.by);
            }
        }
        for service in &*workload.services {
            self.push("the name of the Service", &service.name, service_name);
        }
        if let Some(service) = workload.service() {
            self.labels(SELECTED, &service.selector);
            for port in workload.serving_ports() {
                self.push("the port", &port.name, name::port_name);
            }
            let triggers = service.scaling.auto().into_iter().flat_map(|auto| &auto.triggers);
            for tls in service.exposures.iter().filter_map(|exposure| exposure.tls.as_ref()) {
                let what = if tls.certificate.is_issued() { "the issuer" } else { "the name of the Secret" };
                tls.certificate.name().into_iter().for_each(|name| self.push(what, name, subdomain));
            }
            for auth in triggers.flat_map(|trigger| &trigger.auth) {
                self.of_reference(cx, &auth.secret, &auth.key, &service.program);
            }
        }
        self.of_stateful(workload);
        // a name that no workload can have is told where it is declared
        if let Some(job) = workload.job().filter(|_| dns_label(&workload.name.value).is_ok()) {
            let what = if job.is_scheduled() { "the name of the CronJob" } else { "the name of the Job" };
            self.push(what, &workload.name, run_name);
        }
        if let Some(program) = workload.program() {
            self.of_program(cx, workload, program);
        }
    }

    fn of_stateful(&mut self, workload: &Workload) {
        if let Some(stateful) = workload.stateful().filter(|_| dns_label(&workload.name.value).is_ok()) {
            self.push("the name of the StatefulSet", &workload.name, run_name);
            if let Some(service) = &stateful.service {
                self.push("the name of the Service", service, service_name);
            }
        }
        for volume in workload.program().into_iter().flat_map(|program| &*program.volumes) {
            self.push("the volume", &volume.name, dns_label);
            if let Some(class) = &volume.class {
                self.push("the StorageClass", class, subdomain);
            }
        }
    }

    fn of_entry(&mut self, entry: &EntryKind) {
        match entry {
            EntryKind::Ingress { class, timeout_annotation } => {
                self.push("the class of Ingresses", class, subdomain);
                if let Some(key) = timeout_annotation {
                    self.push("the annotation key", key, annotation_key);
                }
            }
            EntryKind::Gateway { name, namespace, listener } => {
                self.push("the Gateway", name, subdomain);
                if let Some(name) = namespace {
                    self.push("the namespace", name, dns_label);
                }
                if let Some(name) = listener {
                    self.push("the listener", name, subdomain);
                }
            }
        }
    }

    fn of_program(&mut self, cx: &Context<'_>, workload: &Workload, program: &Program) {
        for variable in program.containers().flat_map(|contained| &*contained.container.variables) {
            self.of_variable(cx, variable, program);
        }
        for companion in &*program.companions {
            self.push("the name of the container", &companion.name, dns_label);
        }
        if let Some(variable) = &program.shutdown.drain_env {
            self.variable("the environment variable", variable);
        }
        for config in &*program.configs {
            // The name of the object that it makes.
            let object = Config::object_name(&workload.name.value, &config.name.value);
            self.mounted(&object, config.mount.as_ref(), Config::volume_name(&config.name.value), &config.name);
            self.add("the name of the ConfigMap", object, &config.name, Rule::Fixed(subdomain));
            for (key, _) in &config.entries {
                self.add("the configuration key", key.value.clone(), key, Rule::Fixed(secret_key));
                if config.mount.is_none() && secret_key(&key.value).is_ok() {
                    self.variable("the configuration key, an environment variable,", key);
                }
            }
        }
        for secret in &*program.secrets {
            let object = Secret::object_name(&workload.name.value, &secret.name.value);
            self.mounted(&object, secret.mount.as_ref(), Secret::volume_name(&secret.name.value), &secret.name);
            self.add("the name of the Secret", object, &secret.name, Rule::Fixed(subdomain));
            for SecretKey { name, .. } in &secret.keys {
                self.push("the key of a Secret", name, secret_key);
                if secret.mount.is_none() && secret_key(&name.value).is_ok() {
                    self.variable("the key of a Secret, an environment variable,", name);
                }
            }
        }
    }

    /// The volume of what is mounted; one mistake in the name of an object is told of that.
    fn mounted(&mut self, object: &str, mount: Option<&Origin<String>>, volume: String, at: &Origin<String>) {
        if mount.is_some() && subdomain(object).is_ok() {
            self.add("the volume", volume, at, Rule::Fixed(dns_label));
        }
    }

    /// A secret of the service's own is judged where it stands, and a name without quotes that none of them has is said to be
    /// missing.
    fn of_reference(&mut self, cx: &Context<'_>, secret: &Origin<String>, key: &Origin<String>, program: &Program) {
        if program.secrets.iter().all(|own| own.name.value != secret.value) {
            if !cx.is_bare(secret) {
                self.push("the name of the Secret", secret, subdomain);
            }
            self.push("the Secret's key", key, secret_key);
        }
    }

    fn of_variable(&mut self, cx: &Context<'_>, variable: &Variable, program: &Program) {
        self.variable("the environment variable", &variable.name);
        match &variable.source {
            VariableSource::Value { .. } => {}
            VariableSource::Secret { secret, key } => self.of_reference(cx, secret, key, program),
            VariableSource::Config { config, key } => {
                // A configuration of the service's own is judged where it stands.
                if program.configs.iter().all(|own| own.name.value != config.value) {
                    self.push("the name of the ConfigMap", config, subdomain);
                    self.push("the ConfigMap's key", key, secret_key);
                }
            }
        }
    }
}

/// What newer versions ask of the name of an environment variable: printable ASCII but `=` (`IsRelaxedEnvVarName`,
/// apimachinery `pkg/util/validation/validation.go`, 1.33).
pub(super) fn is_relaxed_variable(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|letter| (letter == ' ' || letter.is_ascii_graphic()) && letter != '=')
}

/// What is wrong with a name, where Kubernetes is at least as new as `oldest`.
pub(super) fn fault(named: &Named, oldest: KubernetesVersion) -> Option<NameFault> {
    match named.rule {
        Rule::Fixed(rule) => rule(&named.text).err(),
        Rule::Variable if oldest >= RELAXED_VARIABLES => {
            let is_taken = |letter: char| (letter == ' ' || letter.is_ascii_graphic()) && letter != '=';
            let found = name::unfit(&named.text, is_taken);
            (!found.is_empty())
                .then_some(NameFault::Character { found, allowed: "printable characters of ASCII but `=`" })
        }
        Rule::Variable => env_name(&named.text).err(),
    }
}

/// The place of a name.
pub(super) fn span(named: &Named) -> Span {
    named.origin.span
}

/// A number (FNV-1a, 64 bits) for the object that a `config` or `secret` of a service makes ([`Config::object_name`],
/// [`Secret::object_name`]). Very many names are told apart by it without being held; few that differ share one.
pub(super) fn object_number(service: &str, name: &str) -> u64 {
    let bytes = service.bytes().chain([b'-']).chain(name.bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |number, byte| (number ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
