//! A class put into those who take it over.

use crate::corpus::Platform;
use crate::means::{BASE, rewritten, titles_of};

const ONLY: &str = "refactor.inline";

fn put_in(base: &str, old: &str, marked: &str, class: &str) -> Platform {
    rewritten(base, old, marked, ONLY, &format!("put in what class `{class}` states"))
}

#[test]
fn a_class_goes_into_all_that_take_it_over() {
    let after = put_in(BASE, "class pages(", "class pa$0ges(", "pages");
    assert!(!after["shared.bvl"].contains("class pages") && !after["shared.bvl"].contains("How pages"));
    let expected = "\
/// The shop's pages.
service web is base { // seen by everyone
  // How pages are served.
  port http 8080
  cpu 200m..1 // never idle
  env LISTEN \":8080\"
  shutdown {
    drain 22s
    grace 60s
  }
  image \"${registry}/web:1.0\"
  // as much as two pages
  memory 256Mi

  env COLOR \"blue\"
  tier standard
}

service admin is base {
  // How pages are served.
  port http 8090
  cpu 300m..1 // never idle
  env LISTEN \":8090\"
  shutdown { drain 22s }
  image \"${registry}/admin:1.0\"
}
";
    let written = after["teams/web.bvl"]
        .replace("shutdown { drain 22s; grace 60s }", "shutdown {\n    drain 22s\n    grace 60s\n  }");
    assert_eq!(written, expected);
}

#[test]
fn it_is_offered_where_the_class_is_named() {
    for (old, marked, class) in [
        ("service web is pages(", "service web is pag$0es(", "pages"),
        ("service admin is pages(", "service admin is pages$0(", "pages"),
        ("is base {", "is ba$0se {", "base"),
        ("class base {", "class ba$0se {", "base"),
    ] {
        let after = put_in(BASE, old, marked, class);
        assert!(!after["shared.bvl"].contains(&format!("class {class}")), "{marked}");
    }
}

#[test]
fn a_class_that_a_class_takes_over_goes_into_it() {
    let after = put_in(BASE, "class base {", "class ba$0se {", "base");
    let expected = "class pages(port: int, low: cpu = 200m) {\n  cpu $low..1 // never idle\n  memory 128Mi\n  scale 2\n  port http $port\n";
    assert!(after["shared.bvl"].contains(expected), "{}", after["shared.bvl"]);
}

#[test]
fn bodies_that_are_not_there_or_on_one_line_are_made() {
    let base = format!(
        "{BASE}\nclass small {{ tier standard }}\n\nservice tiny is base, small {{ image \"${{registry}}/tiny:1.0\" }}\n"
    );
    let after = put_in(&base, "class small", "class sm$0all", "small");
    assert!(
        after["teams/web.bvl"].contains("service tiny is base { tier standard; image \"${registry}/tiny:1.0\" }\n"),
        "{after:#?}"
    );
    let after = put_in(&base, "class base {", "class ba$0se {", "base");
    assert!(after["teams/web.bvl"].contains("service tiny is small {"), "{after:#?}");
    let base = format!("{BASE}\nclass net {{ cidr 10.9.0.1/32; port dns 53 udp }}\n\nexternal names is net\n");
    let after = put_in(&base, "class net", "class n$0et", "net");
    assert!(after["teams/web.bvl"].contains("external names { cidr 10.9.0.1/32; port dns 53 udp }\n"), "{after:#?}");
}

#[test]
fn what_would_mean_something_else_is_not_offered() {
    // nobody takes it over
    let base = format!("{BASE}\nclass idle {{ scale 2 }}\n");
    assert_eq!(titles_of(&base, "class idle", "class id$0le", ONLY), [""; 0]);
    // a later class is stronger than one before it
    let base = format!(
        "{BASE}\nclass small {{ memory 64Mi }}\n\nservice tiny is small, base {{ image \"${{registry}}/tiny:1.0\" }}\n"
    );
    assert_eq!(titles_of(&base, "class small", "class sm$0all", ONLY), [""; 0]);
    // what the class names of itself is not in who takes it over
    let base = BASE.replacen("use \"shared.bvl\"", "use std.nats\nuse \"shared.bvl\"", 1);
    let base = format!(
        "{base}\nclass members {{ allow members -> self.client because \"they talk\" }}\n\nmanaged bus is nats.cluster, members {{ replicas 3 }}\n"
    );
    assert_eq!(titles_of(&base, "class members", "class mem$0bers", ONLY), [""; 0]);
    // the standard library is not the user's
    let base = BASE.replacen("use \"shared.bvl\"", "use std.nats\nuse \"shared.bvl\"", 1);
    let base = format!("{base}\nmanaged bus is nats.cluster {{ replicas 3 }}\n");
    assert_eq!(titles_of(&base, "is nats.cluster", "is nats.clus$0ter", ONLY), [""; 0]);
}

#[test]
fn broken_files_take_classes_in_too() {
    for (old, new) in [
        ("allow web -> vault.secure", "allow web -> "),
        ("profile restricted", "profle restricted"),
        ("  scale 3\n", "  scle 3\n"),
    ] {
        let broken = BASE.replacen(old, new, 1);
        let after = put_in(&broken, "class pages(", "class pa$0ges(", "pages");
        assert!(after["teams/web.bvl"].contains("service admin is base {\n  // How pages are served.\n"), "{new}");
    }
    // where a body that takes it over cannot be read, it is not known what would stand there
    let broken = BASE.replacen("  env COLOR \"blue\"\n", "  env COLOR \"blue\")\n", 1);
    assert_eq!(titles_of(&broken, "class pages(", "class pa$0ges(", ONLY), [""; 0]);
}
