//! The checks that have no edge in numbers, and why: they ask whether something is stated, declared or the same.

/// By code: what is asked instead of how much.
pub(crate) const EDGELESS: &[(&str, &str)] = &[
    ("BVL0303", "asks whether ends of a `never` are together anywhere"),
    ("BVL0304", "asks whether a policy selects one of the ends"),
    ("BVL0310", "asks whether labels are stated"),
    ("BVL0313", "asks whether a workload is named in any flow"),
    ("BVL0314", "asks whether the far end is declared"),
    ("BVL0317", "asks whether the addresses of nodes are stated"),
    ("BVL0318", "asks whether the address of the Kubernetes API is stated"),
    ("BVL0320", "asks which plugin there is"),
    ("BVL0322", "asks whether an operator may reach what it operates"),
    ("BVL0323", "asks whether a second address is stated"),
    ("BVL0401", "asks whether a reason is stated"),
    ("BVL0402", "asks whether a reason is stated"),
    ("BVL0403", "asks which profile there is"),
    ("BVL0407", "asks whether a digest is stated"),
    ("BVL0502", "asks whether a reason is stated"),
    ("BVL0512", "asks which triggers stand together"),
    ("BVL0516", "asks whether cpu and memory are stated"),
    ("BVL0517", "asks whether a limit is stated"),
    ("BVL0524", "asks whether `pool` is stated"),
    ("BVL0610", "asks whether a budget is stated beside that of an operator"),
    ("BVL0713", "asks which of two words are stated"),
    ("BVL0802", "asks what `after` names"),
    ("BVL0803", "asks what `after` names"),
    ("BVL0906", "asks whether anything is unstated"),
];
