//! What a word or class takes at the caret.

use serde_json::{Value, json};

use crate::carets::Case;

const BASE: &str = "\
platform shop { kubernetes \"1.33\" }
/// A class with a size.
class sized(cpu: cpu, memory: memory = 256Mi) { cpu $cpu; memory $memory }
service web is sized(cpu = 500m) {
  image \"registry.example/web:1.0\"
  port http 8080
  // HERE
}
";

/// What is answered to somebody who asks for it by hand.
fn asked(old: &str, new: &str) -> Value {
    asked_so(old, new, &json!({"triggerKind": 1, "isRetrigger": false}))
}

fn asked_so(old: &str, new: &str, context: &Value) -> Value {
    let case = Case::with(BASE, old, new);
    let mut client = case.client(&json!({}));
    let mut params = client.at(&case.path, case.caret);
    if !context.is_null() {
        params["context"] = context.clone();
    }
    let answer = client.ask("textDocument/signatureHelp", params);
    client.end();
    answer
}

#[test]
fn on_a_name_it_does_not_stand_in_the_way_of_what_is_known_of_it() {
    let (old, on_name, behind) = ("  port http 8080", "  port ht$0tp 8080", "  port http $0");
    let typed = json!({"triggerKind": 2, "triggerCharacter": " ", "isRetrigger": false});
    let moved = json!({"triggerKind": 3, "isRetrigger": true});
    for context in [Value::Null, typed, moved] {
        assert_eq!(asked_so(old, on_name, &context), Value::Null, "{context}");
        assert!(asked_so(old, behind, &context)["signatures"].is_array(), "{context}");
    }
    assert!(asked(old, on_name)["signatures"].is_array());
}

#[test]
fn the_argument_at_the_caret_is_told() {
    // the label's start, and the argument that is active; empty where none is
    let cases = [
        ("  port http 8080", "  port $0http 8080", "port NAME NUMBER", "NAME"),
        ("  port http 8080", "  port http $08080", "port NAME NUMBER", "NUMBER"),
        ("  port http 8080", "  port http 8080 service-port $080", "port NAME NUMBER", "NUMBER"),
        ("  port http 8080", "  port http 8080 udp $0", "port NAME NUMBER", ""),
        ("  // HERE", "  shutdown { grace $0 }", "grace DURATION", "DURATION"),
        ("  // HERE", "  env A secret \"x\" $0\n", "env NAME", ""),
        ("  // HERE", "  scale 3..20 { on cpu $070% }", "on cpu", "UTILIZATION"),
        ("  // HERE", "  disruption min-available $0", "disruption min-available", "COUNT"),
        ("sized(cpu = 500m)", "sized(cpu = 5$000m)", "sized(cpu: cpu, memory: memory = 256Mi)", "cpu: cpu"),
        ("sized(cpu = 500m)", "sized(memory = 5$000Mi)", "sized(cpu: cpu", "memory: memory = 256Mi"),
        ("sized(cpu = 500m)", "sized(cpu = 500m, $0)", "sized(cpu: cpu", "memory: memory = 256Mi"),
        // broken from here on
        ("sized(cpu = 500m) {", "sized($0 {", "sized(cpu: cpu", "cpu: cpu"),
        ("sized(cpu = 500m) {", "sized(cpu = 500m, $0\n", "sized(cpu: cpu", "memory: memory = 256Mi"),
        ("sized(cpu = 500m) {", "sized(memory = $0", "sized(cpu: cpu", "memory: memory = 256Mi"),
        ("  // HERE", "  port $0", "port NAME NUMBER", "NAME"),
        ("  // HERE\n}", "  port http $0", "port NAME NUMBER", "NUMBER"),
        // what has a form of its own
        ("platform shop {", "use $0\nplatform shop {", "use MODULE", "MODULE"),
        ("platform shop {", "param $0\nplatform shop {", "param NAME: TYPE [= VALUE] [example VALUE]", "NAME"),
        ("platform shop {", "param x: $0\nplatform shop {", "param NAME: TYPE", "TYPE"),
        ("platform shop {", "let x = $0\nplatform shop {", "let NAME = VALUE", "VALUE"),
        (
            "platform shop {",
            "allow $0\nplatform shop {",
            "allow SOURCE, .. -> DESTINATION.PORT, .. [because",
            "SOURCE, ..",
        ),
        ("platform shop {", "allow web -> $0\nplatform shop {", "allow SOURCE, ..", "DESTINATION.PORT, .."),
        ("platform shop {", "allow web -> web.http because $0\nplatform shop {", "allow SOURCE, ..", "REASON"),
        (
            "platform shop {",
            "never web ~> $0\nplatform shop {",
            "never SOURCE, .. ~> DESTINATION, ..",
            "DESTINATION, ..",
        ),
        ("platform shop {", "waive $0\nplatform shop {", "waive CODE [on NAME]", "CODE"),
        ("platform shop {", "waive mutable-tag on $0\nplatform shop {", "waive CODE [on NAME]", "NAME"),
        ("  // HERE", "  without $0\n", "without WORD [KEY]", "WORD"),
        ("  // HERE", "  without env $0\n", "without WORD [KEY]", "KEY"),
        // one of several comes first
        (
            "  // HERE",
            "  disruption $0\n",
            "disruption min-available | max-unavailable",
            "min-available | max-unavailable | by-operator | none",
        ),
        ("  // HERE", "  scale 3..20 { on $0 }", "on cpu | ", "all"),
        ("platform shop {", "}}} group x $0\nplatform shop {", "group NAME", "MEMBER"),
    ];
    for (old, new, label, active) in cases {
        let answer = asked(old, new);
        let signature = &answer["signatures"][0];
        let told = signature["label"].as_str().unwrap_or_default();
        assert!(told.starts_with(label), "{new}: {answer}");
        let at = signature["activeParameter"].as_u64();
        let part = at.map(|at| signature["parameters"][usize::try_from(at).unwrap()]["label"].as_str().unwrap());
        if active == "all" {
            assert!(part.is_some_and(|part| part.split(" | ").count() > 5), "{answer}");
        } else if new.contains("secret") {
            assert!(part.is_some(), "{answer}");
        } else {
            assert_eq!(part.unwrap_or_default(), active, "{new}: {answer}");
        }
    }
    assert_eq!(asked("  port http 8080", "  po$0rt http 8080"), Value::Null);
    assert_eq!(asked("  // HERE", "  $0"), Value::Null);
}

#[test]
fn a_class_is_told_with_its_documentation() {
    let answer = asked("sized(cpu", "sized($0cpu");
    assert_eq!(answer["signatures"][0]["documentation"]["value"], "A class with a size.");
}
