//! Flows and isolation (`BVL03xx`).

mod addresses;
mod asserted;
mod common_addresses;
mod exposed;

mod address_without_flow;
mod cluster_range;
mod cross_environment_flow;
mod cut_off_cluster;
mod cut_off_trigger;
mod entry_takes_none;
mod except_outside_range;
mod exposed_without_tls;
mod external_by_name_only;
mod flow_outside;
mod host_exposed_twice;
mod host_network_peer;
mod ignored_address_family;
mod kubernetes_api_unknown;
mod managed_without_match;
mod metadata_address;
pub(super) mod missing_far_end;
mod never_direct;
mod never_matches_nothing;
mod never_path;
mod never_unenforced;
mod no_single_address;
mod nodes_on_cilium;
mod one_dns_address;
mod path_mended;
mod plain_text_leaving;
mod ranges;
mod service_port_differs;
mod shared_selector;
mod target_never_named;
mod too_many_ports;
mod two_certificates;
mod unlabeled_namespaces;
mod workload_without_flows;
mod world_without_reason;

pub use never_path::shown as shown_path;
pub(crate) use shared_selector::is_accepted as is_sharing_accepted;

use super::Check;

/// The checks of this family.
pub(super) static CHECKS: &[&Check] = &[
    &never_direct::CHECK,
    &never_path::CHECK,
    &never_matches_nothing::CHECK,
    &never_unenforced::CHECK,
    &world_without_reason::CHECK,
    &metadata_address::CHECK,
    &except_outside_range::CHECK,
    &cluster_range::CHECK,
    &external_by_name_only::CHECK,
    &managed_without_match::CHECK,
    &shared_selector::CHECK,
    &cross_environment_flow::CHECK,
    &workload_without_flows::CHECK,
    &missing_far_end::CHECK,
    &address_without_flow::CHECK,
    &no_single_address::CHECK,
    &host_network_peer::CHECK,
    &kubernetes_api_unknown::CHECK,
    &plain_text_leaving::CHECK,
    &nodes_on_cilium::CHECK,
    &too_many_ports::CHECK,
    &service_port_differs::CHECK,
    &ignored_address_family::CHECK,
    &cut_off_cluster::CHECK,
    &one_dns_address::CHECK,
    &target_never_named::CHECK,
    &cut_off_trigger::CHECK,
    &unlabeled_namespaces::CHECK,
    &flow_outside::CHECK,
    &host_exposed_twice::CHECK,
    &exposed_without_tls::CHECK,
    &entry_takes_none::CHECK,
    &two_certificates::CHECK,
];
