//! Containers beside a service's own, and what is said of them.

use bvlc::query::diff::{Class, Side, diff};

use super::said::{TEXT, analysis, changed, of, said};

/// A sidecar runs beside its service, an init has ended: what pods ask for while they work is the sum of the first two.
#[test]
fn a_sidecar_is_counted_in_what_pods_ask_for() {
    let beside =
        |word: &str| format!("env LOG \"info\"; {word} other {{ image \"r.example/o:1\"; cpu 50m; memory 16Mi }}");
    let found = changed(&[("env LOG \"info\"", &beside("sidecar"))]);
    let capacity = of(&found, &[Class::Capacity]);
    assert!(capacity.iter().any(|text| text.contains("cpu requests 400m of 10 -> 500m of 10")), "{capacity:?}");
    let found = changed(&[("env LOG \"info\"", &beside("init"))]);
    assert_eq!(of(&found, &[Class::Capacity]), [] as [&str; 0], "{found:#?}");
}

/// A protection of a container beside its own is a guarantee as one of its own is.
#[test]
fn what_a_sidecar_loses_is_said() {
    let beside = |rest: &str| {
        format!("env LOG \"info\"; sidecar other {{ image \"r.example/o:1\"; cpu 50m; memory 16Mi; {rest} }}")
    };
    let profile = ("namespace \"shop-lab\"", "namespace \"shop-lab\"; profile baseline because \"R\"");
    let prod = ("namespace \"shop-prod\"", "namespace \"shop-prod\"; profile baseline because \"R\"");
    let edited = |rest: &str| -> String {
        [profile, prod, ("env LOG \"info\"", &beside(rest))].iter().fold(TEXT.to_owned(), |text, (from, to)| {
            assert!(text.contains(from), "{from}");
            text.replace(from, to)
        })
    };
    let (old, new) = (analysis(&edited("")), analysis(&edited("security { writable-root because \"R\" }")));
    let old = Side::of_platform_with_examples(old.checked().unwrap()).unwrap();
    let new = Side::of_platform_with_examples(new.checked().unwrap()).unwrap();
    let lost = of(&said(&diff(&old, &new)), &[Class::GuaranteeLost]);
    assert!(lost.iter().any(|text| text.contains("web: read-only root file system")), "{lost:?}");
}
