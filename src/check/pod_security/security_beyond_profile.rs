//! What a service's or a job's pods ask for is within the profile of their namespace.

use super::policy::{Policy, Rule};
use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::environment::ProfileLevel;
use crate::model::security::Demand;
use crate::model::{Contained, Program};

crate::check! {
    /// ## What it means
    /// The `security` of a service or a job asks for something that the profile of its namespace refuses.
    ///
    /// | | `restricted` refuses | `baseline` refuses |
    /// |---|---|---|
    /// | `capability` | all but NET_BIND_SERVICE | all but AUDIT_WRITE, CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL, MKNOD, NET_BIND_SERVICE, SETFCAP, SETGID, SETPCAP, SETUID, SYS_CHROOT |
    /// | `privilege-escalation` | always | never |
    /// | `seccomp unconfined` | always | always |
    /// | `writable-root` | by bvlc's own rule | never |
    ///
    /// A version that is older than 1.22 takes the capabilities of `baseline` under `restricted` as well, and one that is older
    /// than 1.19 judges no `seccomp`; before 1.8 none judges `privilege-escalation`.
    ///
    /// ## Why it matters in the cluster
    /// The API server refuses the pods: the Deployment is accepted, and no pod appears. A writable root it takes: that a pod
    /// under `restricted` keeps a read-only root file system is a rule of bvlc, since whoever breaks in could change the program
    /// and leave tools behind.
    ///
    /// ## How to mend it
    /// Take it out. A folder that is written to is a `scratch`. Where a pod cannot do without, an environment with `profile
    /// baseline` takes it, and says why with `because`; what `baseline` refuses only agents of nodes need, which are no services.
    ///
    /// ```bvl bad in=service
    /// security { capability CHOWN because "it hands files to their owners"; group 2000 } //~ BVL0415 "app adds the capability CHOWN"
    /// ```
    /// ```bvl fixed in=service fix=1
    /// security { group 2000 }
    /// ```
    /// ```bvl bad in=service
    /// security {
    ///   privilege-escalation because "sudo in the image" //~ BVL0415 "app lets its processes gain privileges"
    ///   seccomp unconfined because "perf events" //~ BVL0415 "app lets every system call through"
    ///   writable-root because "nginx writes below /var/cache" //~ BVL0415 "app can write to its root file system"
    /// }
    /// ```
    /// ```bvl good in=service
    /// security { seccomp localhost "profiles/app.json"; group 2000; files-group 2001 }
    /// ```
    /// ```bvl good in=file
    /// environment old { shared; namespace "shop-old"; profile baseline because "nginx as its image comes" }
    /// service edge is base {
    ///   in old
    ///   security { writable-root because "it writes below /var/cache"; privilege-escalation because "sudo in the image" }
    /// }
    /// allow caller -> edge.http
    /// ```
    /// ```bvl bad in=file
    /// environment old { shared; namespace "shop-old"; profile baseline because "nginx as its image comes" }
    /// service edge is base {
    ///   in old
    ///   security { seccomp unconfined because "perf events"; capability SYS_TIME because "it sets the clock" } //~ BVL0415 "SYS_TIME" //~ BVL0415 "every system call"
    /// }
    /// allow caller -> edge.http
    /// ```
    ///
    /// By the version of the policy:
    /// ```bvl good in=file
    /// environment old { shared; namespace "shop-old"; profile restricted version "1.18" }
    /// service edge is base { in old; security { seccomp unconfined because "perf events" } }
    /// allow caller -> edge.http
    /// ```
    /// ```bvl bad in=file
    /// environment old { shared; namespace "shop-old"; profile restricted version "1.19" }
    /// service edge is base { in old; security { seccomp unconfined because "perf events" } } //~ BVL0415
    /// allow caller -> edge.http
    /// ```
    ///
    /// ## Source
    /// [Pod Security Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/), and
    /// [`check_capabilities_baseline.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.0/staging/src/k8s.io/pod-security-admission/policy/check_capabilities_baseline.go),
    /// [`check_capabilities_restricted.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.0/staging/src/k8s.io/pod-security-admission/policy/check_capabilities_restricted.go),
    /// [`check_allowPrivilegeEscalation.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.0/staging/src/k8s.io/pod-security-admission/policy/check_allowPrivilegeEscalation.go),
    /// [`check_seccompProfile_baseline.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.0/staging/src/k8s.io/pod-security-admission/policy/check_seccompProfile_baseline.go)
    /// (Kubernetes 1.36). That of the root file system is bvlc's own rule.
    BVL0415, "security-beyond-profile", Error(Judgment, Refused), since "0.1.0" => run, reads ["security"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (contained, workload, program, environment) in cx.containers() {
        let policy = Policy::of(environment, &cx.model.platform);
        let called = contained.called(&workload.name.value);
        for asked in contained.demands() {
            let (demand, stated) = (asked.demand, asked.stated);
            let Some(rule) = policy.refuses(demand) else { continue };
            let (name, level) = (&workload.name.value, &environment.profile.level);
            let enforced = level.value.name();
            let default = if level.is_built_in() { ", as is the default" } else { "" };
            let title = format!("{}, and its namespace enforces `{enforced}`{default}", done(&called, demand));
            let why = match (rule, demand) {
                (Rule::Own, _) => "bvlc asks for a read-only one there".to_owned(),
                (Rule::Kubernetes, Demand::Capability(_))
                    if policy.at(ProfileLevel::Baseline).refuses(demand).is_none() =>
                {
                    format!("`{enforced}` accepts NET_BIND_SERVICE alone")
                }
                (Rule::Kubernetes, Demand::Capability(_)) => "only `privileged` accepts it".to_owned(),
                (Rule::Kubernetes, Demand::WritableRoot | Demand::PrivilegeEscalation | Demand::Unconfined) => {
                    format!("`{enforced}` refuses it")
                }
            };
            let mut diagnostic = finding(&BVL0415, workload, environment, stated.span, title)
                .here(format!("{why}{}", cx.from_layer(stated.layer)));
            if !level.is_built_in() {
                diagnostic =
                    diagnostic.also(level.span, format!("enforces `{enforced}`{}", cx.from_layer(level.layer)));
            }
            let written = demand.written();
            let elsewhere = if policy.at(ProfileLevel::Baseline).refuses(demand).is_none() {
                "; where it cannot do without, `profile baseline because \"REASON\"` in the braces of the environment accepts it, of all that runs there"
            } else {
                "; `baseline` refuses it as well: what cannot do without is no service but an agent of nodes"
            };
            let instead = match demand {
                Demand::Unconfined => ", or let a profile on the nodes say what it needs, `seccomp localhost \"PATH\"`",
                Demand::WritableRoot | Demand::Capability(_) | Demand::PrivilegeEscalation => "",
            };
            let taken = cx.take_out_of("security", asked.statement);
            let diagnostic = match rule {
                Rule::Kubernetes => without_effect(diagnostic, demand, (contained, program))
                    .gravely()
                    .note(format!(
                        "the API server would refuse each of its pods: the {} is accepted, and no pod appears",
                        workload.maker()
                    ))
                    .help(format!("take `{written}` out{instead}{elsewhere}")),
                Rule::Own => diagnostic
                    .note("this is bvlc's own rule: `restricted` of Kubernetes does not ask it, and the cluster would take the pods")
                    .note("whoever breaks into it could change its program, or leave tools behind")
                    .help(format!(
                        "state the folders that it writes to, each as `scratch \"/PATH\" 64Mi`, and take `{written}` out; or accept it: `waive security-beyond-profile on {name} because \"REASON\"` outside of all braces{elsewhere}"
                    )),
            };
            sink.report(diagnostic.choice(format!("take `{written}` out"), taken));
        }
    }
}

/// Says of a capability that its process would not have it anyway.
fn without_effect(
    diagnostic: Diagnostic,
    demand: Demand,
    (contained, program): (Contained<'_>, &Program),
) -> Diagnostic {
    let (user, gains) = (contained.user(program).value, contained.gains());
    match demand {
        Demand::Capability(added) if user != 0 && !gains => diagnostic.note(format!(
            "its process would not get {added} anyway: it runs as user {user}, and only root does, or a program whose file has it with `privilege-escalation`"
        )),
        Demand::Capability(_) | Demand::WritableRoot | Demand::PrivilegeEscalation | Demand::Unconfined => diagnostic,
    }
}

/// What a workload does by a demand.
fn done(name: &str, demand: Demand) -> String {
    match demand {
        Demand::WritableRoot => format!("{name} can write to its root file system"),
        Demand::Capability(added) => format!("{name} adds the capability {added}"),
        Demand::PrivilegeEscalation => format!("{name} lets its processes gain privileges"),
        Demand::Unconfined => format!("{name} lets every system call through"),
    }
}
