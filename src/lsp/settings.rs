//! What the user has chosen, as editors send it: below `bvl.hints` and `bvl.lenses`, or as one section `bvl`.
//!
//! Invariants: whatever is not chosen is shown; what nobody knows is told to the user once, and changes nothing.

use std::collections::BTreeSet;

use serde_json::Value;

/// What is shown beside the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Settings {
    /// Which hints.
    pub(super) hints: Hints,
    /// Whether a line above each declaration says what it makes, whom it knows and what checks find of it.
    pub(super) has_lenses: bool,
}

/// The kinds of hints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own that the user sets")]
pub(super) struct Hints {
    /// What stopping adds up to.
    pub(super) has_shutdown: bool,
    /// How long a drain of all replicas may take.
    pub(super) has_drain: bool,
    /// What scaling means.
    pub(super) has_scale: bool,
    /// The numbers of ports.
    pub(super) has_ports: bool,
    /// Of how much a rule holds.
    pub(super) has_rules: bool,
}

/// The sections that a client is asked for: all in one, for clients that keep it so, and each by itself.
pub(super) const SECTIONS: [&str; 3] = ["bvl", HINTS, LENSES];

/// What the whole holds for us, and what editors keep there for themselves.
const OURS: [&str; 2] = ["hints", "lenses"];
const EDITORS: [&str; 3] = ["server", "build", "trace"];

const HINTS: &str = "bvl.hints";
const LENSES: &str = "bvl.lenses";

/// Every switch by its full name, and what it switches.
pub(super) const SWITCHES: [(&str, &str); 6] = [
    ("bvl.hints.shutdown", "hints of what stopping adds up to"),
    ("bvl.hints.drain", "hints of how long draining all replicas may take"),
    ("bvl.hints.scale", "hints of what scaling means"),
    ("bvl.hints.ports", "hints of the numbers of ports"),
    ("bvl.hints.rules", "hints of how much a rule holds, and of what not"),
    (
        "bvl.lenses",
        "a line above each declaration: what it makes, whom it knows, what checks find of it; above a rule: of how much it holds",
    ),
];

impl Default for Settings {
    fn default() -> Self {
        let hints = Hints { has_shutdown: true, has_drain: true, has_scale: true, has_ports: true, has_rules: true };
        Self { hints, has_lenses: true }
    }
}

impl Settings {
    /// The settings in the values of [`SECTIONS`], and what is wrong with them. What a section says by itself counts more
    /// than what it says within the whole.
    pub(super) fn read(sections: &[Value]) -> (Self, Vec<String>) {
        let (mut settings, mut wrong) = (Self::default(), Vec::new());
        let part = |name: &str| sections.first().and_then(|whole| whole.get(name));
        for hints in [part("hints"), sections.get(1)].into_iter().flatten() {
            settings.hints.read(hints, &mut wrong);
        }
        for lenses in [part("lenses"), sections.get(2)].into_iter().flatten() {
            set(&mut settings.has_lenses, LENSES, lenses, &mut wrong);
        }
        if let Some(whole) = sections.first().filter(|whole| !whole.is_null() && !whole.is_object()) {
            wrong.push(format!("bvl is {whole}, and should be an object with hints and lenses"));
        }
        let keys = sections.first().and_then(Value::as_object).into_iter().flat_map(serde_json::Map::keys);
        let unknown = keys.filter(|key| !OURS.contains(&key.as_str()) && !EDITORS.contains(&key.as_str()));
        wrong.extend(unknown.map(|key| format!("there is no setting bvl.{key}; settings are {}", OURS.join(", "))));
        let mut told = BTreeSet::new();
        wrong.retain(|said| told.insert(said.clone()));
        (settings, wrong)
    }

    /// The settings that came by themselves, with the names of sections as keys within keys.
    pub(super) fn pushed(all: &Value) -> (Self, Vec<String>) {
        Self::read(&[all.get("bvl").cloned().unwrap_or_default()])
    }
}

impl Hints {
    /// Takes in what the section says.
    fn read(&mut self, section: &Value, wrong: &mut Vec<String>) {
        let Some(values) = section.as_object() else {
            if !section.is_null() {
                wrong.push(format!("{HINTS} is {section}, and should be an object of switches"));
            }
            return;
        };
        for (key, value) in values {
            let name = format!("{HINTS}.{key}");
            let switch = match key.as_str() {
                "shutdown" => &mut self.has_shutdown,
                "drain" => &mut self.has_drain,
                "scale" => &mut self.has_scale,
                "ports" => &mut self.has_ports,
                "rules" => &mut self.has_rules,
                _ => {
                    wrong.push(format!("there is no setting {name}; hints are shutdown, drain, scale, ports, rules"));
                    continue;
                }
            };
            set(switch, &name, value, wrong);
        }
    }
}

fn set(switch: &mut bool, name: &str, value: &Value, wrong: &mut Vec<String>) {
    match value {
        Value::Bool(chosen) => *switch = *chosen,
        Value::Null => {}
        Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
            wrong.push(format!("{name} is {value}, and should be true or false"));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_not_chosen_is_shown() {
        for sections in [vec![], vec![Value::Null; 3], vec![json!({}), json!({}), Value::Null]] {
            assert_eq!(Settings::read(&sections), (Settings::default(), Vec::new()));
        }
        let (settings, wrong) = Settings::read(&[Value::Null, json!({"drain": false, "ports": null}), json!(false)]);
        assert_eq!(wrong, Vec::<String>::new());
        let hints = Hints { has_drain: false, ..Settings::default().hints };
        assert_eq!(settings, Settings { hints, has_lenses: false });
    }

    #[test]
    fn what_nobody_knows_is_told() {
        let (settings, wrong) = Settings::read(&[Value::Null, json!({"drian": false, "scale": "off"}), json!([])]);
        assert_eq!(settings, Settings::default());
        assert_eq!(wrong.len(), 3, "{wrong:?}");
        for sections in [vec![json!(false)], vec![Value::Null, json!(false)]] {
            let (settings, wrong) = Settings::read(&sections);
            assert_eq!((settings, wrong.len()), (Settings::default(), 1));
        }
        // said of the whole and of its part
        let hints = json!({"drian": false});
        assert_eq!(Settings::read(&[json!({"hints": hints}), hints]).1.len(), 1);
    }

    #[test]
    fn what_comes_by_itself_is_below_its_section() {
        let (settings, wrong) =
            Settings::pushed(&json!({"bvl": {"hints": {"ports": false}, "server": {"path": "bvlc"}}}));
        assert!(wrong.is_empty() && !settings.hints.has_ports && settings.has_lenses);
        assert_eq!(Settings::pushed(&Value::Null).0, Settings::default());
    }

    #[test]
    fn what_stands_in_the_whole_is_known() {
        for (whole, n_wrong) in [
            (json!({"foo": 1}), 1),
            (json!({"hint": {"ports": false}, "lens": false}), 2),
            (json!({"server": {}, "build": {}, "trace": {}, "hints": {}, "lenses": true}), 0),
        ] {
            let (settings, wrong) = Settings::read(std::slice::from_ref(&whole));
            assert_eq!((settings, wrong.len()), (Settings::default(), n_wrong), "{whole}: {wrong:?}");
        }
        assert!(Settings::read(&[json!({"foo": 1})]).1[0].contains("bvl.foo; settings are hints, lenses"));
    }

    #[test]
    fn every_switch_is_one() {
        for (name, _) in SWITCHES {
            let parts = name.split('.').rev();
            let all = parts.fold(json!(false), |inner, part| json!({(part): inner}));
            let (settings, wrong) = Settings::pushed(&all);
            assert!(wrong.is_empty() && settings != Settings::default(), "{name}: {wrong:?}");
        }
    }

    #[test]
    fn all_may_come_as_one_section() {
        let whole = json!({"hints": {"ports": false, "drain": false}, "lenses": false, "trace": {"server": "off"}});
        let (settings, wrong) = Settings::read(&[whole, json!({"drain": true}), Value::Null]);
        assert!(wrong.is_empty() && !settings.hints.has_ports && settings.hints.has_drain && !settings.has_lenses);
    }
}
