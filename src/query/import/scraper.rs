//! The Prometheus that reads the metrics, as policies tell which that is: then the flows to all metrics follow.
//!
//! Invariants: it is stated only where all metrics of services are read by it; where nothing tells which it is, nothing is read of
//! what a Prometheus is told ([`super::watched`]): that stays what it is.

use std::collections::BTreeSet;

use super::flows::{Deny, Edge, End, Flows, Listening};
use super::given::{Home, Parts};
use super::peers::Managed;
use super::spec::Line;
use super::watched;

/// What the labels of pods of the Prometheus Operator's Prometheus say (prometheus-operator `pkg/prometheus/common.go`, v0.93.0).
const OPERATED: (&str, &str) = ("app.kubernetes.io/name", "prometheus");

/// A service that has metrics.
struct Scraped<'h> {
    home: &'h str,
    name: &'h str,
    /// The name of the port at which they are read.
    port: &'h str,
    /// Whether nothing else is asked there.
    is_alone: bool,
}

/// Says of the one that reads the metrics that it does, and takes out the flows that follow. Whether it is known who is told, or there
/// is nothing to tell.
pub(super) fn read(homes: &[Home], listening: &Listening, flows: &mut Flows) -> bool {
    let watched = |(_, parts): &(&Home, &Parts)| parts.is_watched();
    let all = homes.iter().flat_map(|home| home.services.values().map(move |parts| (home, parts)));
    let told: Vec<(&Home, &Parts)> = all.filter(watched).collect();
    let scraped = scraped(homes, listening);
    let seeing = told.iter().map(|(home, _)| home.namespace.as_str()).chain(scraped.iter().map(|one| one.home));
    let reading = Reading { seeing: seeing.collect(), scraped, is_told: !told.is_empty() };
    let Some(number) = reading.scraper(flows) else { return told.is_empty() };
    flows.edges.retain(|edge| !reading.scraped.iter().any(|target| target.is_read(edge, number)));
    let told: Vec<&Parts> = told.into_iter().map(|(_, parts)| parts).collect();
    let line = if told.is_empty() { Line::new("provides", "scrape") } else { watched::monitors(&told) };
    others(flows, number);
    if let Some(managed) = flows.managed.get_mut(number) {
        managed.scrapes = Some(line);
    }
    true
}

/// The services that have metrics.
fn scraped<'h>(homes: &'h [Home], listening: &'h Listening) -> Vec<Scraped<'h>> {
    let services = homes.iter().flat_map(|home| home.answering().map(move |(name, _)| (home.namespace.as_str(), name)));
    let scraped = services.filter_map(|(home, name)| {
        let ports = listening.get(&(home.to_owned(), name.clone()))?;
        let number = ports.metrics?;
        let is_alone = ports.health != Some(number) && ports.serving.iter().all(|port| port.number != number);
        Some(Scraped { home, name, port: ports.name(u16::try_from(number).ok()?, false)?, is_alone })
    });
    scraped.collect()
}

impl Scraped<'_> {
    /// Whether a flow is that of a workload of others to its metrics.
    fn is_read(&self, edge: &Edge, number: usize) -> bool {
        let is_to = matches!(&edge.to, End::Service(home, name) if home == self.home && name == self.name);
        is_to && edge.port == self.port && matches!(&edge.from, End::Managed(_, from) if *from == number)
    }
}

/// What is known of who reads metrics.
struct Reading<'h> {
    /// The namespaces in which something is to be read, or to be told.
    seeing: BTreeSet<&'h str>,
    scraped: Vec<Scraped<'h>>,
    /// Whether the Prometheus Operator tells it.
    is_told: bool,
}

impl Reading<'_> {
    /// The one workload of others that may read all metrics of services, and that everybody who has some sees; of several that are told
    /// the one whose pods say that they are the operator's. What others are asked at the same port tells nothing of who reads it.
    fn scraper(&self, flows: &Flows) -> Option<usize> {
        let is_denied = |one: &&Scraped<'_>| flows.deny.get(one.home) == Some(&Deny::On);
        let telling: Vec<&Scraped<'_>> = self.scraped.iter().filter(is_denied).collect();
        let reads = |number, target: &&Scraped<'_>| flows.edges.iter().any(|edge| target.is_read(edge, number));
        let is_fit = |(number, managed): &(usize, &Managed)| {
            sees(managed, &self.seeing) && telling.iter().all(|target| reads(*number, target))
        };
        let fitting: Vec<(usize, &Managed)> = flows.managed.iter().enumerate().filter(is_fit).collect();
        let is_told_apart = telling.iter().any(|target| target.is_alone) || self.is_told && !telling.is_empty();
        if let ([(number, _)], true) = (fitting.as_slice(), is_told_apart) {
            return Some(*number);
        }
        let is_operated =
            |(_, managed): &(usize, &Managed)| managed.labels.get(OPERATED.0).is_some_and(|name| name == OPERATED.1);
        let mut operated = fitting.into_iter().filter(is_operated).filter(|_| self.is_told);
        let (first, _) = operated.next()?;
        operated.next().is_none().then_some(first)
    }
}

/// Whether a workload of others is one that everything in these namespaces has: beside it, or once for all.
fn sees(managed: &Managed, homes: &BTreeSet<&str>) -> bool {
    let is_there = |home: &&str| managed.homes.contains(*home);
    if managed.is_beside { homes.iter().all(is_there) } else { managed.homes.len() == 1 }
}

/// Calls a port `metrics` at which a workload of others is asked by whoever reads metrics, and by nobody else, and takes out the flows
/// to it, which follow.
fn others(flows: &mut Flows, scraper: usize) {
    let Some(reading) = flows.managed.get(scraper) else { return };
    let (is_beside, homes) = (reading.is_beside, reading.homes.clone());
    let reads = |from: &End, to: &str| {
        let is_it = |home: &String| if is_beside { home == to } else { homes.contains(home) };
        matches!(from, End::Managed(home, number) if *number == scraper && is_it(home))
    };
    let mut found: Vec<(usize, (u16, bool), String)> = Vec::new();
    let is_asked = |(number, managed): &(usize, &Managed)| *number != scraper && !is_alertmanager(managed);
    for (number, managed) in flows.managed.iter().enumerate().filter(is_asked) {
        let is_carried = |port: &String| managed.services.values().any(|(ports, _)| ports.contains(port));
        let is_read = |port: &String| {
            let asked = flows.edges.iter().filter(|edge| edge.port == *port);
            let mut asked = asked.filter_map(|edge| match &edge.to {
                End::Managed(home, to) if *to == number => Some((&edge.from, home)),
                End::Managed(..) | End::Service(..) | End::External(_) => None,
            });
            let mut read: BTreeSet<&String> = BTreeSet::new();
            asked.all(|(from, home)| {
                reads(from, home) && {
                    read.insert(home);
                    true
                }
            }) && read.len() == managed.homes.len()
        };
        let fits = managed.ports.iter().filter(|((_, udp), port)| !udp && !is_carried(port) && is_read(port));
        let is_free = managed.ports.values().filter(|port| *port == METRICS).count() == 0;
        let fits: Vec<_> = fits.collect();
        if let [(key, port)] = fits.as_slice()
            && (is_free || *port == METRICS)
        {
            found.push((number, **key, (*port).clone()));
        }
    }
    for (number, key, port) in found {
        flows.edges.retain(|edge| !matches!(&edge.to, End::Managed(_, to) if *to == number && edge.port == port));
        if let Some(managed) = flows.managed.get_mut(number) {
            managed.ports.insert(key, METRICS.to_owned());
            managed.metrics = Some(key.0);
        }
    }
}

/// Whether it is what a Prometheus hands its alerts to, as the operator labels its pods (prometheus-operator
/// `pkg/alertmanager/operator.go`, v0.93.0) or its chart does.
fn is_alertmanager(managed: &Managed) -> bool {
    managed.labels.values().any(|value| value == "alertmanager")
}

/// What the word `metrics` calls its port.
const METRICS: &str = "metrics";
