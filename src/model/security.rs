//! What the pods of a service or a job ask for beyond what every pod of bvlc's has.

use super::body::{Body, Decoder, Merged};
use super::origin::Origin;
use crate::source::Span;
use crate::value::{Capability, SeccompProfile};

/// `security { .. }`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Security {
    /// Whether the root file system can be written to.
    pub writable_root: Option<Weakening>,
    /// The capabilities that are added, in order of name.
    pub capabilities: Vec<AddedCapability>,
    /// Whether processes may gain privileges.
    pub privilege_escalation: Option<Weakening>,
    /// Which system calls are let through, where it is not the runtime's own profile that says so.
    pub seccomp: Option<Seccomp>,
    /// The group that the process runs as.
    pub group: Option<Origin<u32>>,
    /// The group that volumes belong to.
    pub files_group: Option<Origin<u32>>,
}

/// A statement that takes a protection away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weakening {
    /// Where it is stated.
    pub stated: Origin<()>,
    /// Why.
    pub because: Option<Origin<String>>,
}

/// `capability NAME`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddedCapability {
    /// Which.
    pub name: Origin<Capability>,
    /// The whole statement.
    pub statement: Span,
    /// Why.
    pub because: Option<Origin<String>>,
}

/// `seccomp ..`
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seccomp {
    /// All of them.
    Unconfined(Weakening),
    /// Those of a profile on the node.
    Localhost(Origin<SeccompProfile>),
}

/// Something that `security` asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Demand {
    /// The root file system is written to.
    WritableRoot,
    /// A capability is added.
    Capability(Capability),
    /// Processes may gain privileges.
    PrivilegeEscalation,
    /// Every system call is let through.
    Unconfined,
}

/// A demand, as it is stated.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// What.
    pub demand: Demand,
    /// Where it is stated.
    pub stated: Origin<()>,
    /// The whole statement.
    pub statement: Span,
    /// Why.
    pub because: &'a Option<Origin<String>>,
}

impl Demand {
    /// As it is written, to stand in backquotes.
    pub fn written(self) -> String {
        match self {
            Self::WritableRoot => "writable-root".to_owned(),
            Self::Capability(added) => format!("capability {added}"),
            Self::PrivilegeEscalation => "privilege-escalation".to_owned(),
            Self::Unconfined => "seccomp unconfined".to_owned(),
        }
    }
}

impl Security {
    /// Reads `security`; `None` where nothing is stated.
    pub fn decode(body: &Body<'_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        let block = &body.get("security")?.block;
        let mut capabilities: Vec<AddedCapability> = Vec::new();
        for entry in block.all("capability") {
            if let Some(name) = decoder.argument(entry, 0) {
                let statement = entry.span(name.span);
                capabilities.push(AddedCapability { name, statement, because: decoder.because(entry) });
            }
        }
        capabilities.sort_by_key(|added| added.name.value);
        let mut flag = |word: &str| block.get(word).and_then(|entry| Weakening::decode(entry, decoder));
        let (writable_root, privilege_escalation) = (flag("writable-root"), flag("privilege-escalation"));
        Some(Self {
            writable_root,
            capabilities,
            privilege_escalation,
            seccomp: block.get("seccomp").and_then(|entry| Seccomp::decode(entry, decoder)),
            group: decoder.value(block, "group"),
            files_group: decoder.value(block, "files-group"),
        })
    }

    /// All that takes a protection away.
    pub fn demands(&self) -> impl Iterator<Item = Asked<'_>> {
        let Security { writable_root, capabilities, privilege_escalation, seccomp, group: _, files_group: _ } = self;
        let unconfined = match seccomp {
            Some(Seccomp::Unconfined(stated)) => Some(stated),
            Some(Seccomp::Localhost(_)) | None => None,
        };
        let flags = [
            (Demand::WritableRoot, writable_root.as_ref()),
            (Demand::PrivilegeEscalation, privilege_escalation.as_ref()),
            (Demand::Unconfined, unconfined),
        ];
        let flags = flags.into_iter().filter_map(|(demand, stated)| {
            let weakening = stated?;
            let (stated, statement) = (weakening.stated, weakening.stated.span);
            Some(Asked { demand, stated, statement, because: &weakening.because })
        });
        let added = capabilities.iter().map(|added| Asked {
            demand: Demand::Capability(added.name.value),
            stated: added.name.as_ref().map(|_| ()),
            statement: added.statement,
            because: &added.because,
        });
        flags.chain(added)
    }
}

impl Weakening {
    fn decode(entry: &Merged<'_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        Some(Self { stated: entry.origin()?, because: decoder.because(entry) })
    }
}

impl Seccomp {
    fn decode(entry: &Merged<'_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        if entry.variant?.name == "localhost" {
            decoder.argument(entry, 0).map(Self::Localhost)
        } else {
            Weakening::decode(entry, decoder).map(Self::Unconfined)
        }
    }
}
