//! Rules in an editor: what is offered within a sentence by type, what hover says of each part, and names that it holds.

use serde_json::json;

use crate::carets::{Case, applied, new_lines};
use crate::rename::ask;

const BASE: &str = "\
platform shop { kubernetes \"1.33\" }
param least: int = 2
environment prod { namespace \"prod\" }
environment staging { namespace \"staging\" }
service web { image \"registry.example/web:1.0\"; port http 8080; scale 2; cpu 100m; memory 64Mi }
allow web -> web.http
// HERE
";

/// In each case all of the first labels are offered, and none of the second.
#[test]
fn fields_are_offered_by_type() {
    let cases: [(&str, &[&str], &[&str]); 20] = [
        ("rule \"x\" in $0 { for s in services require s.scale.min >= 2 }", &["prod", "staging"], &["web"]),
        ("rule \"x\" { $0 }", &["for"], &["service"]),
        ("rule \"x\" { for s $0 }", &["in"], &["services"]),
        ("rule \"x\" { for s in $0 }", &["services", "flows", "environments"], &["web", "s"]),
        ("rule \"x\" { for s in services $0 }", &["where", "require"], &["else", "and"]),
        ("rule \"x\" { for s in services require $0 }", &["s", "not", "any", "all"], &["services", "where"]),
        ("rule \"x\" { for s in services require s.$0 }", &["scale", "label", "ports", "tier"], &["schedule", "min"]),
        ("rule \"x\" { for s in services require s.sc$0 }", &["scale"], &["min"]),
        ("rule \"x\" { for s in services require s.scale.$0 }", &["min", "max"], &["name"]),
        ("rule \"x\" { for s in services require s.scale.min $0 }", &[">=", "==", "in", "and"], &["contains", "where"]),
        ("rule \"x\" { for s in services require s.name $0 }", &["contains", "=="], &[">="]),
        ("rule \"x\" { for s in services require s.tier == $0 }", &["critical", "none", "s"], &["zone"]),
        ("rule \"x\" { for s in services require s.spread != $0 }", &["zone", "none"], &["critical"]),
        ("rule \"x\" { for f in flows where f.from is $0 }", &["external", "kubernetes-api", "not"], &["zone"]),
        ("rule \"x\" { for s in services require all p in $0 }", &["s"], &["not"]),
        ("rule \"x\" { for s in services require all p in s.ports: p.$0 }", &["number", "name"], &["scale"]),
        ("rule \"x\" { for s in services require s.scale.min >= 2 $0 }", &["and", "or", "else"], &["require", "where"]),
        ("rule \"x\" { for s in services require s.scale.min >= $$0 }", &["least"], &["s"]),
        // of what nobody binds nothing is known
        ("rule \"x\" { for s in services require t.$0 }", &[], &["scale"]),
        ("rule \"x\" { for s in servces require s.$0 }", &[], &["scale"]),
    ];
    for (rule, offered, others) in cases {
        Case::with(BASE, "// HERE", rule).offers(offered, others, rule);
    }
}

/// Within the message stands what the sentence binds, and what has a value everywhere; addresses stand in neither text of a rule.
#[test]
fn a_message_is_offered_what_can_be_said() {
    let cases: [(&str, &[&str], &[&str]); 9] = [
        ("for s in services require s.scale.min >= 2 else \"${$0}\"", &["s", "least", "environment"], &["web", "self"]),
        ("for s in services require s.scale.min >= 2 else \"${$0", &["s", "least"], &["web"]),
        (
            "for s in services require s.scale.min >= 2 else \"of ${s.$0}\"",
            &["name", "scale"],
            &["host", "ports", "label"],
        ),
        ("for s in services require s.scale.min >= 2 else \"${s.na$0}\"", &["name"], &["host"]),
        (
            "for s in services require s.scale.min >= 2 else \"${s.name} ${s.scale.$0}\"",
            &["min", "max"],
            &["host", "port"],
        ),
        ("for web in services require web.scale.min >= 2 else \"${web.$0}\"", &["name"], &["host", "http"]),
        // what `all` binds is bound within its condition alone
        ("for s in services require all p in s.ports: p.number > 1 else \"${$0}\"", &["s"], &["p"]),
        ("for s in services require all p in s.ports: p.number > 1 else \"${p.$0}\"", &[], &["number", "host"]),
        // what is compared is the same for all
        ("for s in services require s.name != \"${$0}\"", &["least"], &["s", "web"]),
    ];
    for (sentence, offered, others) in cases {
        Case::with(BASE, "// HERE", &format!("rule \"x\" {{ {sentence} }}")).offers(offered, others, sentence);
    }
    Case::with(BASE, "// HERE", "rule \"x ${$0}\" { }").offers(&["least"], &["web"], "the text of a rule");
}

#[test]
fn hover_says_what_each_part_is() {
    for (rule, said) in [
        ("for s in serv$0ices require s.scale.min >= 2", "Every service."),
        ("for s in services require s.scale.m$0in >= 2", "`s.scale.min`: a number. The smallest number of replicas."),
        ("for s in services require s.sca$0le.min >= 2", "`s.scale`: "),
        ("for s in services require $0s.scale.min >= 2", "`s`: what this rule binds"),
        ("for s in services require s.ti$0er != none", "It is `none` where no layer states it."),
        ("for s in services requ$0ire s.tier != none", "What holds of each of them."),
        ("for s in services require s.tier != no$0ne", "What is absent."),
        ("for s in services require a$0ll p in s.ports: p.number > 1", "each of several"),
        ("for s in services require all p in s.ports: p.num$0ber > 1", "The number on which"),
        ("for s in services require s.tier != none else \"${s.na$0me}\"", "Its name."),
        ("for s in services require s.scale.min >= $02", "Beside `s.scale.min`: a number."),
        ("for s in services require s.tier == crit$0ical", "Beside `s.tier`: one of"),
        ("for s in services require s.tier in [crit$0ical]", "Beside `s.tier`: one of"),
        ("for s in services require s.label(\"te$0am\") != none", "Beside `s.label(\"KEY\")`: a text."),
        ("for s in services require s.tier != none else \"o$0n\"", "What is said of one of which it does not hold"),
        ("f$0or s in services require s.tier != none", "The sentence of a rule"),
        (
            "f$0or s in services where s.name == \"web\" require s.scale.min >= 2",
            "It holds for 2 of 2 services that it means.",
        ),
        (
            "f$0or s in services require s.scale.min >= 3",
            "It holds for 0 of 2 services that it means. It is broken by:\n\n- in prod: web, `s.scale.min` is 2\n- in staging: web, `s.scale.min` is 2",
        ),
    ] {
        let case = Case::with(BASE, "// HERE", &format!("rule \"x\" {{ {rule} }}"));
        let mut client = case.client(&json!({}));
        let answer = client.ask("textDocument/hover", client.at(&case.path, case.caret));
        client.end();
        let text = answer["contents"]["value"].as_str().unwrap_or_default().to_owned();
        assert!(text.contains(said), "{rule}: {text}");
    }
}

/// What a rule names is renamed with it; what it binds is its own.
#[test]
fn names_of_the_platform_are_names_in_rules() {
    let rule = "rule \"x ${least}\" in prod { for web in services require web.scale.min >= $least else \"${web.name} ${least}\" }";
    for (place, n_edits) in [("environment pr$0od", 2), ("param le$0ast", 4), ("service we$0b", 3)] {
        let text = BASE.replace("// HERE", rule);
        let case = Case::new(&text.replacen(&place.replace("$0", ""), place, 1));
        let mut client = case.client(&json!({}));
        let mut params = client.at(&case.path, case.caret);
        params["newName"] = json!("other");
        let answer = client.ask("textDocument/rename", params);
        client.end();
        let changes = answer["changes"].as_object().cloned().unwrap_or_default();
        let edits: usize = changes.values().map(|edits| edits.as_array().unwrap().len()).sum();
        assert_eq!(edits, n_edits, "{place}: {answer}");
    }
}

/// What a sentence binds is a name within it: the innermost that has the name is meant, in texts as well.
#[test]
fn what_a_sentence_binds_is_a_name() {
    for (rule, n_places, renamed) in [
        (
            "for s$0 in services where s.name != \"x\" require all p in s.ports: p.number > 1 else \"${s.name}\"",
            4,
            "for it in services where it.name != \"x\" require all p in it.ports: p.number > 1 else \"${it.name}\"",
        ),
        (
            "for s in services require all p in s.ports: p$0.number > 1 and p.name != \"s\"",
            3,
            "for s in services require all it in s.ports: it.number > 1 and it.name != \"s\"",
        ),
        (
            "for s in services require s.tier == none else \"${s$0.name}\"",
            3,
            "for it in services require it.tier == none else \"${it.name}\"",
        ),
    ] {
        let case = Case::with(BASE, "// HERE", &format!("rule \"x\" {{ {rule} }}"));
        case.is_name_of(n_places, rule);
        let edit = ask(&case, "it", &json!({})).unwrap_or_else(|why| panic!("{rule}: {why}"));
        let changed = new_lines(&case.platform, &applied(&case.platform, &edit));
        assert_eq!(changed, [format!("rule \"x\" {{ {renamed} }}")]);
    }
}
