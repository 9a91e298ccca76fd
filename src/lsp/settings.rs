//! What the user has chosen, as editors send it: below `bvl.hints` and `bvl.lenses`.
//!
//! Invariants: whatever is not chosen is shown; what nobody knows is told to the user, and changes nothing.

use serde_json::Value;

/// What is shown beside the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Settings {
    /// Which hints.
    pub(super) hints: Hints,
    /// Whether a line above each declaration says what it makes and whom it knows.
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
}

/// The sections that a client is asked for.
pub(super) const SECTIONS: [&str; 2] = ["bvl.hints", "bvl.lenses"];

impl Default for Settings {
    fn default() -> Self {
        let hints = Hints { has_shutdown: true, has_drain: true, has_scale: true, has_ports: true };
        Self { hints, has_lenses: true }
    }
}

impl Settings {
    /// The settings in the values of [`SECTIONS`], and what is wrong with them.
    pub(super) fn read(sections: &[Value]) -> (Self, Vec<String>) {
        let (mut settings, mut wrong) = (Self::default(), Vec::new());
        let [hints, lenses] = SECTIONS;
        match sections.first() {
            None | Some(Value::Null) => {}
            Some(Value::Object(values)) => {
                for (key, value) in values {
                    let switch = match key.as_str() {
                        "shutdown" => Some(&mut settings.hints.has_shutdown),
                        "drain" => Some(&mut settings.hints.has_drain),
                        "scale" => Some(&mut settings.hints.has_scale),
                        "ports" => Some(&mut settings.hints.has_ports),
                        _ => None,
                    };
                    let name = format!("{hints}.{key}");
                    match switch {
                        Some(switch) => set(switch, &name, value, &mut wrong),
                        None => {
                            wrong.push(format!("there is no setting {name}; hints are shutdown, drain, scale, ports"));
                        }
                    }
                }
            }
            Some(other) => wrong.push(format!("{hints} is {other}, and should be an object of switches")),
        }
        if let Some(value) = sections.get(1).filter(|value| !value.is_null()) {
            set(&mut settings.has_lenses, lenses, value, &mut wrong);
        }
        (settings, wrong)
    }

    /// The settings that came by themselves, with the names of sections as keys within keys.
    pub(super) fn pushed(all: &Value) -> (Self, Vec<String>) {
        let section = |name: &str| {
            let inner = name.split('.').try_fold(all, |value, key| value.get(key));
            inner.cloned().unwrap_or_default()
        };
        Self::read(&SECTIONS.map(section))
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
        for sections in [vec![], vec![Value::Null, Value::Null], vec![json!({}), Value::Null]] {
            assert_eq!(Settings::read(&sections), (Settings::default(), Vec::new()));
        }
        let (settings, wrong) = Settings::read(&[json!({"drain": false, "ports": null}), json!(false)]);
        assert_eq!(wrong, Vec::<String>::new());
        let hints = Hints { has_drain: false, ..Settings::default().hints };
        assert_eq!(settings, Settings { hints, has_lenses: false });
    }

    #[test]
    fn what_nobody_knows_is_told() {
        let (settings, wrong) = Settings::read(&[json!({"drian": false, "scale": "off"}), json!([])]);
        assert_eq!(settings, Settings::default());
        assert_eq!(wrong.len(), 3, "{wrong:?}");
        let (settings, wrong) = Settings::read(&[json!(false)]);
        assert_eq!((settings, wrong.len()), (Settings::default(), 1));
    }

    #[test]
    fn what_comes_by_itself_is_below_its_section() {
        let (settings, wrong) = Settings::pushed(&json!({"bvl": {"hints": {"ports": false}, "path": "bvlc"}}));
        assert!(wrong.is_empty() && !settings.hints.has_ports && settings.has_lenses);
        assert_eq!(Settings::pushed(&Value::Null).0, Settings::default());
    }
}
