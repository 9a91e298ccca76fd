//! Objects for the tests of this room, made from specs.

use serde_json::Value;

use crate::emit::{ChartValues, emit};
use crate::graph;
use crate::model::{EnvironmentId, Model};
use crate::object::Object;
use crate::resolve::{self, Inputs};
use crate::source::SourceMap;
use crate::source::files::MemoryFiles;

/// What every spec here begins with.
const PLATFORM: &str = r#"
platform shop {
  api-server 10.40.0.0/28 6443
  node-cidr 10.50.0.0/16
  label "team" "web"
  registry "registry.example" { pull-secret "pull" }
}
environment prod { namespace "shop-prod" }
"#;

/// What is emitted for each environment that was asked for.
pub(super) type Manifests = Vec<Emitted>;

/// What is emitted for one environment.
#[derive(Debug, PartialEq)]
pub(super) struct Emitted {
    pub(super) folder: String,
    objects: Vec<Object>,
    values: Vec<(String, ChartValues)>,
}

/// Builds a spec whose platform and environment `prod` are given; all fixed environments where none is named.
pub(super) fn build(text: &str, environments: &[&str]) -> Manifests {
    build_whole(&format!("{PLATFORM}{text}"), environments)
}

/// Builds a whole spec. It has to be free of faults.
pub(super) fn build_whole(text: &str, environments: &[&str]) -> Manifests {
    let (sources, model, wanted) = resolved(text, environments);
    let graph = graph::derive(&model);
    assert_eq!(graph.implied.missing, [], "ends of derived flows");
    let emitted = wanted.iter().map(|id| {
        let manifests = emit(&model, &graph, &sources, *id).unwrap();
        Emitted { folder: manifests.folder, objects: manifests.objects.in_order(), values: manifests.values }
    });
    emitted.collect()
}

/// The model of a whole spec, which has to be free of faults, and the environments that were asked for.
pub(super) fn resolved(text: &str, environments: &[&str]) -> (SourceMap, Model, Vec<EnvironmentId>) {
    let files = MemoryFiles::new([("platform.bvl", text)]);
    let (mut project, sink) = resolve::load(&files, "platform.bvl");
    assert!(sink.is_empty(), "{sink:#?}");
    let environments = environments.iter().map(|&title| title.to_owned()).collect();
    let resolved = resolve::resolve(&mut project, &Inputs { environments, ..Inputs::default() }, resolve::Course::Once);
    assert!(resolved.sink.is_empty(), "{:#?}", resolved.sink);
    (project.sources, resolved.model.unwrap(), resolved.wanted)
}

/// What objects a folder has, `Kind name`, in their order.
pub(super) fn names(manifests: &[Emitted], folder: &str) -> Vec<String> {
    found(manifests, folder).iter().map(|object| format!("{} {}", object.kind(), object.name())).collect()
}

/// The manifest of an object, from `Kind name`.
pub(super) fn object(manifests: &[Emitted], folder: &str, wanted: &str) -> Value {
    let all = found(manifests, folder);
    let object = all.iter().find(|object| format!("{} {}", object.kind(), object.name()) == wanted);
    serde_json::to_value(object.unwrap_or_else(|| panic!("{wanted} in {:?}", names(manifests, folder)))).unwrap()
}

/// The values of a chart.
pub(super) fn values<'a>(manifests: &'a [Emitted], folder: &str, workload: &str) -> Option<&'a ChartValues> {
    let environment = manifests.iter().find(|environment| environment.folder == folder)?;
    environment.values.iter().find(|(name, _)| name == workload).map(|(_, values)| values)
}

/// What stands at a JSON pointer; null where nothing does.
pub(super) fn at<'a>(manifest: &'a Value, pointer: &str) -> &'a Value {
    manifest.pointer(pointer).unwrap_or(&Value::Null)
}

fn found<'a>(manifests: &'a [Emitted], folder: &str) -> &'a [Object] {
    &manifests.iter().find(|environment| environment.folder == folder).unwrap().objects
}
