//! An `ipBlock` is read alike by everyone who reads it.

use super::selected::BVL1156;
use super::{Judged, PolicyView};
use crate::diagnostic::Code;
use crate::object::FieldPath;
use crate::verify::connectivity::{Block, Doubt, peers};
use crate::verify::finding::{Finding, Place};

crate::code! {
    /// ## What it means
    /// A CIDR of a NetworkPolicy is written in a way that programs read differently: with leading zeros (`010.0.0.0/8`), as an IPv4
    /// address in IPv6 form (`::ffff:10.0.0.0/104`), or with bits set behind its prefix (`10.1.2.3/8`).
    ///
    /// ## Why it matters in the cluster
    /// The API server of 1.35 and before stores it and reads decimal numbers, IPv4 and the whole range. The network plugin may read octal
    /// numbers, IPv6 or the one address, or leave the rule out: what passes is not known from the manifest. From 1.36 on a new
    /// policy with it is refused, `policy-is-refused` there; one that is stored already keeps it.
    ///
    /// ## How to mend it
    /// Write the range as it is meant: decimal numbers without leading zeros, IPv4 as IPv4, and no bits behind the prefix.
    ///
    /// ```yaml bad
    /// # of a cluster's dump: it is stored
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata: { name: api, uid: 7c0d5f7e-5d0b-4a0e-9a53-0d9a2f6b7c11 }
    /// spec:
    ///   podSelector: { matchLabels: { app: api } }
    ///   ingress:
    ///     - from:
    ///         - ipBlock: { cidr: 010.0.0.0/8 } #~ BVL1161 "leading zeros"
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: { name: api, labels: { app: api } }
    /// spec: { containers: [{ name: api, image: "api:1" }] }
    /// ```
    /// ```yaml good
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata: { name: api, uid: 7c0d5f7e-5d0b-4a0e-9a53-0d9a2f6b7c11 }
    /// spec:
    ///   podSelector: { matchLabels: { app: api } }
    ///   ingress:
    ///     - from:
    ///         - ipBlock: { cidr: 10.0.0.0/8 }
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: { name: api, labels: { app: api } }
    /// spec: { containers: [{ name: api, image: "api:1" }] }
    /// ```
    ///
    /// ## Source
    /// [KEP 4858](https://github.com/kubernetes/enhancements/tree/0333c7d324f52a63c89afb66c5e672550e25bbcf/keps/sig-network/4858-ip-cidr-validation), "Updated IP/CIDR
    /// validity criteria": alpha in Kubernetes 1.33, on by default since 1.36; `ValidateIPBlock` in
    /// [`validation.go`](https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/apis/networking/validation/validation.go).
    BVL1161, "ambiguous-cidr", Warning, since "0.1.0"
}

/// Every code of this file.
pub const CODES: &[&Code] = &[&BVL1161];

/// The minor version of Kubernetes since which new policies may have none of these.
const STRICT: u32 = 36;

pub(super) fn judge(judged: &Judged<'_>) -> Vec<Finding> {
    ambiguous(judged).into_iter().map(|one| one.finding(judged)).collect()
}

/// What each of them is taken for.
pub(super) fn assumed(judged: &Judged<'_>) -> Vec<(Place, String)> {
    let told = ambiguous(judged).into_iter().map(|one| {
        let (what, doubt, _) = one.words();
        let (title, text, plain) = (&one.policy.title, one.text, one.block.plain());
        (one.place(), format!("{title}: `{text}` {what}, and is taken for `{plain}`: {doubt}"))
    });
    told.collect()
}

/// A CIDR that programs read differently.
struct Ambiguous<'j, 'a> {
    policy: &'j PolicyView<'a>,
    path: FieldPath,
    text: &'j str,
    block: Block,
    doubt: Doubt,
}

fn ambiguous<'j, 'a>(judged: &'j Judged<'a>) -> Vec<Ambiguous<'j, 'a>> {
    let mut found = Vec::new();
    for policy in judged.policies() {
        for one in peers(policy.object) {
            let Some(block) = &one.peer.ip_block else { continue };
            let path = one.path().at("ipBlock");
            let except = block.except.iter().flatten().enumerate();
            let except = except.map(|(at, text)| (path.at("except").index(at), text));
            let stated = std::iter::once((path.at("cidr"), &block.cidr)).chain(except);
            found.extend(stated.filter_map(|(path, text)| {
                let block = Block::parse(text)?;
                Some(Ambiguous { policy, path, text, block, doubt: block.doubt? })
            }));
        }
    }
    found
}

impl Ambiguous<'_, '_> {
    fn place(&self) -> Place {
        Place::new(self.policy.at, self.path.clone())
    }

    /// What is wrong with it, who may read it otherwise, and what to write.
    fn words(&self) -> (&'static str, &'static str, String) {
        let plain = self.block.plain();
        match self.doubt {
            Doubt::LeadingZeros => (
                "has leading zeros",
                "a network plugin may read the numbers as octal, or leave the rule out",
                format!("`{plain}`"),
            ),
            Doubt::Mapped => (
                "is an IPv4 address in IPv6 form",
                "a network plugin may take it for IPv6, or leave the rule out",
                format!("`{plain}`"),
            ),
            Doubt::HostBits(address) => {
                let bits = if address.is_ipv4() { u32::BITS } else { u128::BITS };
                (
                    "has bits set behind its prefix",
                    "a network plugin may read the one address, or leave the rule out",
                    format!("`{plain}`, or `{address}/{bits}` for the one address"),
                )
            }
        }
    }

    fn finding(&self, judged: &Judged<'_>) -> Finding {
        let (what, doubt, meant) = self.words();
        let (title, text, plain) = (&self.policy.title, self.text, self.block.plain());
        // an update may keep what was there before (`ValidateNetworkPolicyUpdate`, v1.36)
        let is_stored = self.policy.object.metadata.uid.is_some();
        let finding = if judged.version < STRICT || is_stored {
            let message = format!("{title}: `{text}` {what}, so that programs read it differently");
            Finding::new(&BVL1161, self.place(), message)
                .here(format!("the API server reads `{plain}`"))
                .note(format!("{doubt}: what passes is not known, and is taken here to be what the API server reads"))
                .note(if is_stored {
                    "this policy is stored (it has a uid) and keeps it; Kubernetes 1.36 and later refuses it in a new one"
                } else {
                    "Kubernetes 1.36 and later refuses it in a new policy"
                })
        } else {
            Finding::new(&BVL1156, self.place(), format!("{title}: `{text}` {what}"))
                .here("the API server of 1.36 and later does not take this")
                .note("a new policy is refused; one that the cluster has with this already keeps it, and is the one judged here")
        };
        finding.help(format!("write {meant}"))
    }
}
