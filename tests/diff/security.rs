//! What pods ask for beyond what they had, as a platform states it and as manifests have it.

use bvlc::analyze::Analysis;
use bvlc::query::diff::{Class, Side, diff};

use super::said::{DEPLOYMENT, analysis, manifests, of, said};

/// What is lost where `security` states more, and won where it states less again.
#[test]
fn what_security_takes_away_is_lost() {
    let stating = |security: &str| {
        analysis(&format!(
            "platform shop {{ kubernetes \"1.33\" }}
             environment prod {{ namespace \"shop\"; profile baseline because \"a test\" }}
             service web {{
               image \"registry.example/web:1.0\"; port http 8080; cpu 100m..500m; memory 128Mi..256Mi; scale 2; user 0
               health 8081 {{ live \"/healthz\"; ready \"/readyz\" every 5s }}; shutdown {{ pre-stop 5s; drain 20s }}
               {security}
             }}
             allow web -> web.http"
        ))
    };
    let compared = |old: &Analysis, new: &Analysis| {
        let sides = [old, new].map(|one| Side::of_platform_with_examples(one.checked().unwrap()).unwrap());
        said(&diff(&sides[0], &sides[1]))
    };
    let plain = stating("");
    for (security, lost) in [
        ("writable-root because \"R\"", &["read-only root file system yes -> no"] as &[_]),
        ("privilege-escalation because \"R\"", &["no privilege escalation yes -> no"]),
        ("group 7; files-group 8; seccomp localhost \"a.json\"", &[]),
    ] {
        let weaker = stating(&format!("security {{ {security} }}"));
        let found = compared(&plain, &weaker);
        let told = of(&found, &[Class::GuaranteeLost]);
        assert_eq!(told.is_empty(), lost.is_empty(), "{security}: {found:#?}");
        assert!(lost.iter().all(|lost| told.iter().any(|told| told.contains(lost))), "{security}: {told:?}");
        let back = compared(&weaker, &plain);
        assert_eq!(of(&back, &[Class::GuaranteeWon]).is_empty(), lost.is_empty(), "{security}: {back:#?}");
    }
}

#[test]
fn another_capability_is_no_fewer() {
    let adding = |added: &str| {
        let security = format!(
            "image: registry.example/web:1\n          securityContext: {{ capabilities: {{ add: [{added}] }} }}"
        );
        DEPLOYMENT.replace("image: registry.example/web:1", &security)
    };
    for (old, new, class, shown) in [
        ("", "KILL", Class::GuaranteeLost, "none -> KILL"),
        ("CHOWN", "SYS_ADMIN", Class::GuaranteeLost, "CHOWN -> SYS_ADMIN"),
        ("KILL, CHOWN", "CHOWN", Class::GuaranteeWon, "CHOWN, KILL -> CHOWN"),
        ("CHOWN", "", Class::GuaranteeWon, "CHOWN -> none"),
    ] {
        let told = of(&manifests(&adding(old), &adding(new)), &[class]);
        assert_eq!(told, [format!("Deployment web: added capabilities {shown} [shop]")]);
    }
    let same = manifests(&adding("KILL, CHOWN"), &adding("CHOWN, KILL"));
    assert_eq!(of(&same, &[Class::GuaranteeLost, Class::GuaranteeWon]), Vec::<String>::new());
}
