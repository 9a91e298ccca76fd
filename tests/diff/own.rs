//! A platform and what is built of it are the same, whoever is in no file.

use bvlc::compile::compile;
use bvlc::output::yaml;
use bvlc::query::diff::{Class, Side, diff};
use bvlc::source::{Provenance, SourceMap};

use super::said::{TEXT, analysis, of, said};

/// What is said of one platform beside the build of another, and the other way round.
fn beside(own: &str, other: &str) -> [Vec<(Class, String)>; 2] {
    let (own, other) = (analysis(own), analysis(other));
    let mut text = String::new();
    for environment in compile(&other.checked().unwrap()).foreseen() {
        for object in environment.objects.in_order() {
            text += "---\n";
            text += &yaml::document(&object).unwrap();
        }
    }
    let mut sources = SourceMap::default();
    let file = sources.add("all.yaml", text.as_str(), Provenance::User);
    let (built, faults) = Side::of_manifests(&sources, &[file], "default");
    assert!(faults.is_empty(), "{faults:#?}");
    let platform = Side::of_platform(own.checked().unwrap()).unwrap();
    [said(&diff(&platform, &built)), said(&diff(&built, &platform))]
}

const MANAGED: &str = "
managed queue { match \"app\" \"queue\"; port amqp 5672; port peer 25672; replicas 3; disruption min-available 2 }
managed store { match \"app\" \"store\"; port sql 5432; disruption by-operator }
allow web -> queue.amqp, store.sql
allow queue -> queue.peer
";

/// The pods of managed workloads run in the cluster, and are in the files of nobody: the policies of both sides speak of them.
#[test]
fn a_platform_is_its_own_build_whoever_is_managed() {
    let text = TEXT.to_owned() + MANAGED;
    assert_eq!(beside(&text, &text), [vec![], vec![]]);
    // what the build lacks is still told, by the flows of the platform
    let [lost, won] = beside(&(text.clone() + "allow api -> store.sql"), &text);
    let expected = |found: &[(Class, String)], class| {
        let found = of(found, &[class]);
        let subjects: Vec<&str> = found.iter().filter_map(|line| line.split(':').next()).collect();
        assert_eq!(subjects, ["api -> dns", "api -> store.sql"], "{found:#?}");
    };
    expected(&lost, Class::Denied);
    expected(&won, Class::Allowed);
}
