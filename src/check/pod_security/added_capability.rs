//! No capability is added.

use super::policy::{Policy, opens};
use super::security_without_reason;
use crate::check::mend::Mend;
use crate::check::{Context, finding};
use crate::diagnostic::Sink;
use crate::model::security::Demand;
use crate::model::{Contained, Program};
use crate::value::Capability;

crate::check! {
    /// ## What it means
    /// The `security` of a service or a job adds a capability, a part of root's power, and says why. What its namespace's profile
    /// refuses is an error by itself.
    ///
    /// ## Why it matters in the cluster
    /// A process that runs as root has it, and whoever takes the process over has it, too. A process of any other user does not:
    /// Kubernetes gives no ambient capabilities. Only a program whose file has the capability gets it, and that is a gain of
    /// privileges, which a pod forbids unless `privilege-escalation` is stated. So `NET_BIND_SERVICE` lets no server that is not root
    /// bind a port below 1024: a port from 1024 on behind a `service-port` does, or the sysctl
    /// `net.ipv4.ip_unprivileged_port_start`, which profiles allow and bvlc does not set.
    ///
    /// ## How to mend it
    /// Take it out. `files-group` gives the volumes to a group that the process is in, so that it need not own their files; `user` and
    /// `group` start it as whom it would become. Where it is needed, accept it: `waive added-capability on NAME because "..."`.
    ///
    /// ```bvl bad in=service
    /// security { capability NET_BIND_SERVICE because "binds 443" } //~ BVL0416 "app adds the capability NET_BIND_SERVICE, and its process does not get it"
    /// ```
    /// ```bvl fixed in=service fix=1
    /// ```
    /// ```bvl good in=service
    /// security { group 2000 }
    /// ```
    /// ```bvl bad in=file
    /// environment old { shared; namespace "shop-old"; profile baseline because "the archive runs as root" }
    /// service archive is base {
    ///   in old
    ///   user 0
    ///   security { capability CHOWN because "it hands files to their owners" } //~ BVL0416 "archive may change the owner of any file"
    /// }
    /// allow caller -> archive.http
    /// ```
    /// ```bvl bad in=file
    /// environment old { shared; namespace "shop-old"; profile baseline because "its file has a capability" }
    /// service archive is base {
    ///   in old
    ///   security {
    ///     capability CHOWN because "it hands files to their owners" //~ BVL0416 "if its program's file has it"
    ///     privilege-escalation because "its file has a capability"
    ///   }
    /// }
    /// allow caller -> archive.http
    /// ```
    /// ```bvl bad in=file
    /// environment old { shared; namespace "shop-old"; profile baseline because "the file of haproxy has the capability" }
    /// service proxy is base {
    ///   in old
    ///   port web 443
    ///   security {
    ///     capability NET_BIND_SERVICE because "it binds 443" //~ BVL0416 "if its program's file has it" platform.bvl:29
    ///     privilege-escalation because "the file of haproxy has the capability"
    ///   }
    /// }
    /// allow caller -> proxy.web
    /// ```
    ///
    /// Whoever accepts that it has no reason has not accepted this:
    /// ```bvl bad in=file
    /// environment tools { shared; namespace "shop-tools"; profile baseline because "an agent runs as root" }
    /// service report is base { in tools; security { capability CHOWN } } //~ BVL0416 "report adds the capability CHOWN"
    /// allow caller -> report.http
    /// waive security-without-reason on report because "it is being looked into"
    /// ```
    ///
    /// ## Source
    /// [capabilities(7)](https://man7.org/linux/man-pages/man7/capabilities.7.html), "Transformation of capabilities during
    /// execve()", and [the kernel's no_new_privs](https://docs.kernel.org/userspace-api/no_new_privs.html) (Linux 6.12);
    /// kubernetes/enhancements 2763: ambient capabilities are provisional (Kubernetes 1.36).
    BVL0416, "added-capability", Warning, since "0.1.0" => run, reads ["security", "user"], looks Endpoint
}

fn run(cx: &Context<'_>, sink: &mut Sink) {
    for (contained, workload, program, environment) in cx.containers() {
        let Some(security) = contained.container.security.as_deref() else { continue };
        let policy = Policy::of(environment, &cx.model.platform);
        for asked in security.demands() {
            let Demand::Capability(added) = asked.demand else { continue };
            // that no pod appears, and without a reason that it lacks one, is what is said first
            let name = &workload.name.value;
            let lacks_reason = asked.because.is_none() && cx.stands(&security_without_reason::CHECK, name, environment);
            if policy.refuses(asked.demand).is_some() || lacks_reason {
                continue;
            }
            let (called, user) = (contained.called(name), contained.user(program));
            let is_root = user.value == 0;
            let title = match (is_root, &security.privilege_escalation) {
                (true, _) => format!("{called} may {}: it adds the capability {added}, and runs as root", added.lets()),
                (false, None) => {
                    format!("{called} adds the capability {added}, and its process does not get it: it is not root")
                }
                (false, Some(_)) => {
                    format!("{called} adds the capability {added}, which its process gets if its program's file has it")
                }
            };
            let lets = format!("lets it {}", added.lets());
            let here = if is_root { "added here".to_owned() } else { lets };
            let mut diagnostic = finding(&BVL0416, workload, environment, asked.stated.span, title)
                .here(format!("{here}{}", cx.from_layer(asked.stated.layer)));
            diagnostic = if user.is_built_in() {
                diagnostic.aside(workload.name.span, format!("runs as user {}, the default", user.value))
            } else {
                diagnostic.also(user.span, format!("runs as user {}", cx.supplied(user)))
            };
            diagnostic = match (is_root, &security.privilege_escalation) {
                (true, _) => diagnostic.note("whoever takes the process over may, too"),
                (false, None) => diagnostic
                    .note("Kubernetes gives no ambient capabilities: a process that is not root has one only by its program's file, and by that only with `privilege-escalation`"),
                (false, Some(escalation)) => diagnostic
                    .also(escalation.stated.span, "lets it gain privileges by its program's file")
                    .note("Kubernetes gives no ambient capabilities: a process that is not root has one only by its program's file"),
            };
            let waive =
                format!("`waive added-capability on {} because \"REASON\"` outside of all braces", workload.name.value);
            let low = opens(workload, program, contained, asked.demand);
            // whoever adds it for a port does not know that it is the file which decides
            if let Some(port) = low.filter(|_| !is_root) {
                let bound = format!("{} is bound only if its program's file has NET_BIND_SERVICE", port.number.value);
                diagnostic = diagnostic.also(port.number.span, bound);
            }
            // without it nothing could listen there, or a waiver would accept nothing any more
            let is_needed =
                low.is_some() || cx.model.is_waived_in(environment, name, security_without_reason::CHECK.code);
            let edits = cx.take_out_of("security", asked.statement).filter(|_| !is_needed);
            sink.report(
                diagnostic
                    .help(format!("{}; to keep it, {waive}", instead(added, (contained, program))))
                    .choice(format!("take `{}` out", asked.demand.written()), edits),
            );
        }
    }
}

/// What does without the capability.
fn instead(added: Capability, (contained, program): (Contained<'_>, &Program)) -> String {
    let (is_root, gains) = (contained.user(program).value == 0, contained.gains());
    match added.name() {
        "NET_BIND_SERVICE" if !is_root => "take it out, and let it listen on a port from 1024 on; others reach it by the number that they know: `port https 8443 service-port 443`".to_owned(),
        _ if !is_root && !gains => "take it out: nothing changes for its process".to_owned(),
        "CHOWN" | "DAC_OVERRIDE" | "FOWNER" => "take it out where all that it writes to are its volumes: `files-group GID` in `security` gives them to a group that its process is in".to_owned(),
        "SETUID" | "SETGID" => "take it out, and let its program start as the user that it would become: `user UID`, and `group GID` in `security`".to_owned(),
        "NET_BIND_SERVICE" => "take it out, and let it listen on a port from 1024 on, as any user; others reach it by the number that they know: `port https 8443 service-port 443`".to_owned(),
        name => format!("take it out and run its program once: what fails for want of {name} says so, as a rule `Operation not permitted`"),
    }
}
