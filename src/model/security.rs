//! What the pods of a service or a job ask for beyond what every pod of bvlc's has.

use super::body::{Body, Decoder, Merged};
use super::origin::Origin;
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

impl Security {
    /// Reads `security`; `None` where nothing is stated.
    pub fn decode(body: &Body<'_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        let block = &body.get("security")?.block;
        let mut capabilities: Vec<AddedCapability> = Vec::new();
        for entry in block.all("capability") {
            if let Some(name) = decoder.argument(entry, 0) {
                capabilities.push(AddedCapability { name, because: decoder.because(entry) });
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

    /// What takes protections away, each as it is written, with where it is stated and why.
    pub fn weakenings(&self) -> impl Iterator<Item = (String, Origin<()>, &Option<Origin<String>>)> {
        let flags = [("writable-root", &self.writable_root), ("privilege-escalation", &self.privilege_escalation)];
        let unconfined = match &self.seccomp {
            Some(Seccomp::Unconfined(stated)) => Some(("seccomp unconfined", stated)),
            Some(Seccomp::Localhost(_)) | None => None,
        };
        let flags = flags.into_iter().filter_map(|(word, stated)| Some((word, stated.as_ref()?))).chain(unconfined);
        let flags = flags.map(|(word, weakening)| (word.to_owned(), weakening.stated, &weakening.because));
        let added = self.capabilities.iter();
        flags.chain(
            added.map(|added| {
                (format!("capability {}", added.name.value), added.name.as_ref().map(|_| ()), &added.because)
            }),
        )
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
