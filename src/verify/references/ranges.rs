//! What pods, their containers and claims ask for is what the `LimitRanges` of their namespace take.
//!
//! Source: `minConstraint`, `maxConstraint`, `limitRequestRatioConstraint`, `PodValidateLimitFunc` and
//! `PersistentVolumeClaimValidateLimitFunc` in kubernetes `plugin/pkg/admission/limitranger/admission.go`, v1.36: with a `min` a
//! request has to be there, with a `max` a limit, with a ratio both; what is not stated is given first. Init containers are
//! judged like others, ephemeral ones are not. What a workload's pods are refused for its object is not.

use std::collections::BTreeMap;

use super::refused::BVL1145;
use super::sums::{Counted, asked, of_container, unit};
use crate::object::api::core::v1::{LimitRangeItem, PersistentVolumeClaimSpec};
use crate::object::{FieldPath, Given, Quantity};
use crate::value::quantity::{Rounding, in_thousandths};
use crate::verify::cluster::{Cluster, Pod};
use crate::verify::connectivity::running;
use crate::verify::finding::{Finding, Place};
use crate::verify::pod::Role;

/// One of the limits of a `LimitRange`.
struct Range<'a> {
    place: Place,
    title: String,
    item: &'a LimitRangeItem,
}

/// What is asked for of a resource, in thousandths.
#[derive(Debug, Clone, Copy)]
struct Asked {
    request: Option<u128>,
    limit: Option<u128>,
    /// What is said of the limit: one of a claim is what it requests.
    takes: &'static str,
}

pub(super) fn judge(cluster: &Cluster<'_>) -> Vec<Finding> {
    let mut ranges: BTreeMap<&str, Vec<Range<'_>>> = BTreeMap::new();
    for (at, object) in cluster.iter() {
        let Given::LimitRange(range) = object else { continue };
        let items = range.spec.iter().flat_map(|spec| &spec.limits).enumerate();
        let own = ranges.entry(cluster.namespace_of(object)).or_default();
        own.extend(items.map(|(index, item)| Range {
            place: Place::new(at, FieldPath::of("spec.limits").index(index)),
            title: cluster.title(object),
            item,
        }));
    }
    let mut found = Vec::new();
    if ranges.is_empty() {
        return found;
    }
    let of = |object: &Given| ranges.get(cluster.namespace_of(object)).map(Vec::as_slice).unwrap_or_default();
    for pod in running(cluster) {
        for range in of(pod.object) {
            of_pod(cluster, pod, range, &mut found);
        }
        if let Given::StatefulSet(set) = pod.object {
            let templates = set.spec.iter().flat_map(|spec| spec.volume_claim_templates.iter().flatten()).enumerate();
            for (index, spec) in templates.filter_map(|(index, claim)| Some((index, claim.spec.as_ref()?))) {
                let path = FieldPath::of("spec.volumeClaimTemplates").index(index).at("spec");
                of_claim(cluster, of(pod.object), (pod.at, pod.object, path), spec, &mut found);
            }
        }
    }
    for (at, object) in cluster.iter() {
        if let Given::PersistentVolumeClaim(claim) = object
            && let Some(spec) = &claim.spec
        {
            of_claim(cluster, of(object), (at, object, FieldPath::of("spec")), spec, &mut found);
        }
    }
    found
}

fn of_pod(cluster: &Cluster<'_>, pod: &Pod<'_>, range: &Range<'_>, found: &mut Vec<Finding>) {
    let namespace = cluster.namespace_of(pod.object);
    let title = cluster.title(pod.object);
    // the object of a bare pod is the pod
    let refused = if matches!(pod.object, Given::Pod(_)) {
        "the API server refuses the object"
    } else {
        "the API server refuses each of its pods, and says so to its controller alone"
    };
    match range.item.type_.as_str() {
        "Container" => {
            for container in pod.view.containers.iter().filter(|container| container.role != Role::Ephemeral) {
                let what = |resource: &str| Asked {
                    request: of_container(cluster, namespace, container, Counted::Request(resource)),
                    limit: of_container(cluster, namespace, container, Counted::Limit(resource)),
                    takes: "may take",
                };
                for fault in faults(range.item, what) {
                    let who = format!("{title}: the container `{}`", container.name);
                    found.push(said(&who, &fault, Place::new(pod.at, container.path.clone()), range, refused));
                }
            }
        }
        "Pod" => {
            let some = |what: Counted<'_>| Some(asked(cluster, pod, what)).filter(|sum| *sum > 0);
            let what = |resource: &str| Asked {
                request: some(Counted::Request(resource)),
                limit: some(Counted::Limit(resource)),
                takes: "may take",
            };
            for fault in faults(range.item, what) {
                let who = format!("{title}: its pod");
                found.push(said(&who, &fault, Place::new(pod.at, pod.view.spec_path.clone()), range, refused));
            }
        }
        _ => {}
    }
}

fn of_claim(
    cluster: &Cluster<'_>,
    ranges: &[Range<'_>],
    (at, object, path): (usize, &Given, FieldPath),
    spec: &PersistentVolumeClaimSpec,
    found: &mut Vec<Finding>,
) {
    for range in ranges.iter().filter(|range| range.item.type_ == "PersistentVolumeClaim") {
        let stated = spec.resources.as_ref().and_then(|resources| resources.requests.as_ref());
        let request = stated.and_then(|amounts| amount(amounts, STORAGE));
        // limits of a claim are not looked at
        let asked = Asked { request, limit: request, takes: "requests" };
        let bounds = [&range.item.min, &range.item.max].map(|bound| bound.as_ref().and_then(|it| amount(it, STORAGE)));
        if let Some(fault) = fault(STORAGE, asked, (bounds, None)) {
            let refused = "the API server refuses the claim, with status 403";
            found.push(said(&cluster.title(object), &fault, Place::new(at, path.clone()), range, refused));
        }
    }
}

/// What a claim asks for.
const STORAGE: &str = "storage";

fn said(who: &str, fault: &str, place: Place, range: &Range<'_>, refused: &str) -> Finding {
    let message = format!("{who} {fault}: {} does not take it", range.title);
    Finding::new(&BVL1145, place, message)
        .here(fault)
        .other(range.place.clone(), "what is taken here")
        .note(refused)
        .help("state an amount that is within the range, or change the LimitRange")
}

fn amount(amounts: &BTreeMap<String, Quantity>, resource: &str) -> Option<u128> {
    amounts.get(resource).and_then(|amount| in_thousandths(&amount.0, Rounding::Up))
}

/// What is wrong with what is asked for of each resource that an item speaks of.
fn faults(item: &LimitRangeItem, asked: impl Fn(&str) -> Asked) -> Vec<String> {
    let all = [&item.min, &item.max, &item.max_limit_request_ratio];
    let mut resources: Vec<&String> = all.iter().flat_map(|amounts| amounts.iter().flat_map(BTreeMap::keys)).collect();
    resources.sort();
    resources.dedup();
    let found = resources.into_iter().filter_map(|resource| {
        let [min, max, ratio] = all.map(|amounts| amounts.as_ref().and_then(|amounts| amount(amounts, resource)));
        fault(resource, asked(resource), ([min, max], ratio))
    });
    found.collect()
}

fn fault(
    resource: &str,
    Asked { request, limit, takes }: Asked,
    ([min, max], ratio): ([Option<u128>; 2], Option<u128>),
) -> Option<String> {
    let unit = unit(resource).of_all([request, limit, min, max].into_iter().flatten());
    let text = |amount: u128| unit.text(amount);
    if let Some(min) = min {
        match request {
            None => return Some(format!("requests no {resource}, and {} is the least", text(min))),
            Some(request) if request < min => {
                return Some(format!("requests {} of {resource}, less than {}", text(request), text(min)));
            }
            Some(_) => {}
        }
        if let Some(limit) = limit.filter(|limit| *limit < min) {
            return Some(format!("{takes} {} of {resource}, less than {}", text(limit), text(min)));
        }
    }
    if let Some(max) = max {
        match limit {
            None => return Some(format!("has no limit of {resource}, and {} is the most", text(max))),
            Some(limit) if limit > max => {
                return Some(format!("{takes} {} of {resource}, more than {}", text(limit), text(max)));
            }
            Some(_) => {}
        }
        if let Some(request) = request.filter(|request| *request > max) {
            return Some(format!("requests {} of {resource}, more than {}", text(request), text(max)));
        }
    }
    let ratio = ratio?;
    let (some_request, some_limit) = (request.filter(|request| *request > 0), limit.filter(|limit| *limit > 0));
    let times = crate::value::quantity::Unit::Count.text(ratio);
    let (Some(request), Some(limit)) = (some_request, some_limit) else {
        let lacking = if some_request.is_none() { "requests no" } else { "has no limit of" };
        return Some(format!("{lacking} {resource}, and a limit is {times} times the request at the most"));
    };
    let is_above = limit.saturating_mul(1000) > request.saturating_mul(ratio);
    is_above.then(|| {
        let (limit, request) = (text(limit), text(request));
        format!("may take {limit} of {resource}, more than {times} times the {request} that it requests")
    })
}
