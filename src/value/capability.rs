//! Linux's capabilities: the parts of root's power that a process may have one by one.
//!
//! Source: `include/uapi/linux/capability.h` of Linux 6.12 and capabilities(7). Kubernetes has the names without the kernel's
//! `CAP_` (kubernetes/website `docs/tasks/configure-pod-container/security-context.md`, 1.36).

use super::{FromTerm, Mismatch, Term, TermKind, quoted, similar};

/// Every capability, and what it lets a process do.
const KNOWN: [(&str, &str); 41] = [
    ("AUDIT_CONTROL", "switch the kernel's auditing and change its rules"),
    ("AUDIT_READ", "read the kernel's audit log"),
    ("AUDIT_WRITE", "write to the kernel's audit log"),
    ("BLOCK_SUSPEND", "keep the node from suspending"),
    ("BPF", "load BPF programs into the node's kernel"),
    ("CHECKPOINT_RESTORE", "checkpoint and restore processes"),
    ("CHOWN", "change the owner of any file"),
    ("DAC_OVERRIDE", "read, write and run any file, whatever its permissions"),
    ("DAC_READ_SEARCH", "read any file, whatever its permissions, also by a handle that leads out of the container"),
    ("FOWNER", "do to any file what only its owner may, such as change its permissions"),
    ("FSETID", "keep the set-user-ID and set-group-ID bits of a file that it changes"),
    ("IPC_LOCK", "lock memory, so that it is never swapped out"),
    ("IPC_OWNER", "use any object of System V IPC"),
    ("KILL", "send signals to any process that it sees"),
    ("LEASE", "take a lease on any file"),
    ("LINUX_IMMUTABLE", "make files immutable"),
    ("MAC_ADMIN", "change what mandatory access control allows"),
    ("MAC_OVERRIDE", "pass by mandatory access control"),
    ("MKNOD", "make device files"),
    ("NET_ADMIN", "configure the interfaces, routes and firewall of its pod"),
    ("NET_BIND_SERVICE", "bind ports below 1024"),
    ("NET_BROADCAST", "broadcast, and listen to multicast"),
    ("NET_RAW", "make packets of any kind, also such as seem to be of others"),
    ("PERFMON", "watch the performance of the whole node"),
    ("SETFCAP", "give capabilities to files"),
    ("SETGID", "become any group"),
    ("SETPCAP", "change which capabilities its threads may come to have"),
    ("SETUID", "become any user"),
    ("SYSLOG", "read the kernel's log and its addresses"),
    ("SYS_ADMIN", "administer much of the node: mounts, namespaces, devices"),
    ("SYS_BOOT", "restart the node"),
    ("SYS_CHROOT", "change its root folder and its mounts"),
    ("SYS_MODULE", "load modules into the node's kernel"),
    ("SYS_NICE", "raise the priority of any process that it sees"),
    ("SYS_PACCT", "switch the accounting of processes"),
    ("SYS_PTRACE", "trace any process that it sees, and read its memory"),
    ("SYS_RAWIO", "reach the node's memory and devices directly"),
    ("SYS_RESOURCE", "go beyond limits on resources"),
    ("SYS_TIME", "set the node's clock"),
    ("SYS_TTY_CONFIG", "configure terminals"),
    ("WAKE_ALARM", "set alarms that wake the node"),
];

/// What the kernel and its tools put before each name, and Kubernetes does not.
const PREFIX: &str = "CAP_";

/// A capability of Linux, by the name that Kubernetes has for it: `NET_BIND_SERVICE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Capability(&'static str);

impl Capability {
    /// The capability of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|known| known.0 == name)
    }

    /// Every capability, in order of name.
    pub fn all() -> impl Iterator<Item = Self> {
        KNOWN.iter().map(|(name, _)| Self(name))
    }

    /// As Kubernetes has it.
    pub fn name(self) -> &'static str {
        self.0
    }

    /// What it lets a process do, to follow "lets it".
    pub fn lets(self) -> &'static str {
        KNOWN.iter().find(|(name, _)| *name == self.0).map_or("", |(_, lets)| lets)
    }
}

impl std::fmt::Display for Capability {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl FromTerm for Capability {
    const EXPECTED: &'static str = "a capability of Linux such as `NET_BIND_SERVICE`";

    fn from_term(term: &Term) -> Result<Self, Mismatch> {
        let (TermKind::Name(text) | TermKind::Text(text)) = &term.kind else {
            return Err(Mismatch::expected::<Self>(term));
        };
        if let Some(known) = Self::named(text) {
            return Ok(known);
        }
        if text.eq_ignore_ascii_case("ALL") {
            return Err(Mismatch::new(format!("`{text}` is no single capability"))
                .here("every capability, which is nearly root on the node")
                .help("name each one that it needs: `capability NAME because \"REASON\"`"));
        }
        let upper = text.to_ascii_uppercase().replace('-', "_");
        let bare = upper.strip_prefix(PREFIX).unwrap_or(&upper);
        let near = Self::named(bare).map(Self::name).or_else(|| similar::closest(bare, Self::all().map(Self::name)));
        let mismatch = Mismatch::new(format!("there is no capability `{text}`"));
        let mismatch = if upper.starts_with(PREFIX) {
            mismatch.here(format!("the name stands without `{PREFIX}`"))
        } else {
            mismatch
        };
        let written = |name: &str| if term.text().is_some() { quoted(name) } else { name.to_owned() };
        Err(match near {
            Some(near) => mismatch.suggest(written(near)),
            None => mismatch.help("names are those of capabilities(7) without `CAP_`, such as `NET_BIND_SERVICE`"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::testing::{fault, name, number, text};

    #[test]
    fn names_are_those_of_kubernetes() {
        assert!(KNOWN.is_sorted() && KNOWN.iter().all(|(name, lets)| !name.starts_with(PREFIX) && !lets.is_empty()));
        for known in Capability::all() {
            assert_eq!(Capability::from_term(&name(known.name())), Ok(known));
            assert_eq!(Capability::from_term(&text(known.name())), Ok(known));
        }
        for (written, near) in [
            ("CAP_NET_BIND_SERVICE", "NET_BIND_SERVICE"),
            ("cap_chown", "CHOWN"),
            ("net-raw", "NET_RAW"),
            ("NET_BINDSERVICE", "NET_BIND_SERVICE"),
            ("CAP_SYS_ADMN", "SYS_ADMIN"),
        ] {
            assert_eq!(fault::<Capability>(&name(written)).suggestions, [near], "{written}");
        }
        assert_eq!(fault::<Capability>(&text("CAP_KILL")).suggestions, ["\"KILL\""]);
        for written in ["ALL", "all", "FLY_TO_THE_MOON"] {
            let fault = fault::<Capability>(&name(written));
            assert!(fault.suggestions.is_empty() && fault.help.is_some(), "{written}");
        }
        assert!(fault::<Capability>(&number("7")).message.starts_with("expected a capability"));
    }
}
