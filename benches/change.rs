//! Edits of a generated platform such as people make, the same for the same seed: none is a comment or a blank line.
//!
//! Used by the bench and by tests, so it knows neither files nor the compiler.

use std::collections::BTreeMap;

use crate::platform::Random;

/// What an edit changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// A value in the body of a service.
    Body,
    /// Whom a statement of a flow reaches.
    Flow,
    /// The number of a port.
    Port,
    /// A value in an overlay of an environment.
    Overlay,
    /// The defaults of the platform.
    Defaults,
    /// A class that half of the services or more take over.
    Class,
}

impl Kind {
    /// Those that touch few.
    pub(crate) const NARROW: [Self; 4] = [Self::Body, Self::Flow, Self::Port, Self::Overlay];
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Body => "body",
            Self::Flow => "flow",
            Self::Port => "port",
            Self::Overlay => "overlay",
            Self::Defaults => "defaults",
            Self::Class => "class",
        })
    }
}

/// Makes one edit in the texts of a platform's files, by name. Returns the name of the file that it changed.
pub(crate) fn change(files: &mut BTreeMap<String, String>, kind: Kind, random: &mut Random) -> Option<String> {
    let services: Vec<&String> = files.keys().filter(|name| name.starts_with("services-")).collect();
    let of_services = services.get(random.below(services.len())).map(|name| (*name).clone())?;
    let (name, marks): (String, &[&str]) = match kind {
        Kind::Body => {
            let marks: [&[&str]; 4] = [
                &["  cpu "],
                &["  memory "],
                &["label \"example.org/team\" \"team-"],
                &["env DATABASE_URL secret \"db-"],
            ];
            (of_services, marks.get(random.below(4))?)
        }
        Kind::Flow => (of_services, &["-> svc-"]),
        Kind::Port => (of_services, &["web(port = "]),
        Kind::Overlay => ("environments.bvl".to_owned(), &["{ shutdown { grace "]),
        Kind::Defaults => ("platform.bvl".to_owned(), &["pre-stop 5s; drain "]),
        Kind::Class => ("platform.bvl".to_owned(), &["starts-within "]),
    };
    let mark = marks.first()?;
    let text = files.get_mut(&name)?;
    let places: Vec<usize> = text.match_indices(mark).map(|(at, found)| at + found.len()).collect();
    let at = *places.get(random.below(places.len()))?;
    let digits = text.get(at..)?.bytes().take_while(u8::is_ascii_digit).count();
    let old: usize = text.get(at..at + digits)?.parse().ok()?;
    let new = match kind {
        // an even number that the upper end allows
        Kind::Body => format!("{}", if old > 60 { old - 10 } else { old + 1 }),
        Kind::Flow => format!("{:05}", random.below(services_in(text)) + old / 10 * 10 % 1000),
        Kind::Port => format!("{}", if old > 8900 { 8001 } else { old + 7 }),
        Kind::Overlay => format!("{}", if old > 58 { 50 } else { old + 1 }),
        Kind::Defaults => format!("{}", if old > 22 { 20 } else { old + 1 }),
        Kind::Class => format!("{}", if old > 95 { 90 } else { old + 1 }),
    };
    text.replace_range(at..at + digits, &new);
    Some(name)
}

fn services_in(text: &str) -> usize {
    text.matches("\nservice ").count().max(1)
}
