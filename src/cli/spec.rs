//! What most commands are given: a platform, values of its params, environments.

use std::path::{Path, PathBuf};

use super::params;
use super::place::{self, Place};
use super::{Fault, Session, system};
use crate::resolve::{Inputs, Mode, ParamInput};
use crate::value::Date;

/// A platform and the values of its params.
#[derive(Debug, clap::Args)]
pub(super) struct SpecArguments {
    /// A platform's folder or one of its files [default: found upwards from here]
    #[arg(value_name = "PATH")]
    path: Option<PathBuf>,
    #[command(flatten)]
    params: ParamArguments,
}

/// A platform that is judged, on a day.
#[derive(Debug, clap::Args)]
pub(super) struct JudgedArguments {
    #[command(flatten)]
    spec: SpecArguments,
    /// The day by which `waive .. until "DAY"` is judged, such as 2027-01-31 [default: no waiver ends]
    #[arg(long, value_name = "DAY", value_parser = day)]
    today: Option<Date>,
}

/// The values of params.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct ParamArguments {
    /// The value of a param (repeats); ENVIRONMENT.NAME=VALUE gives it for one environment
    #[arg(long, value_name = "NAME=VALUE", value_parser = params::from_flag)]
    set: Vec<ParamInput>,
    /// A file of values, a line `NAME = VALUE` each (repeats); --set wins
    #[arg(long, value_name = "FILE")]
    params: Vec<PathBuf>,
}

impl SpecArguments {
    /// The platform; paths in messages become links to it.
    ///
    /// # Errors
    /// Where there is none.
    pub(super) fn place(&self, session: &mut Session) -> Result<Place, Fault> {
        locate(self.path.as_deref(), session)
    }

    /// What the compiler is asked.
    ///
    /// # Errors
    /// Where a file of values cannot be read.
    pub(super) fn inputs(&self, here: &Path, environments: &[String], mode: Mode) -> Result<Inputs, Fault> {
        self.params.inputs(here, environments, mode)
    }
}

impl JudgedArguments {
    /// The platform; paths in messages become links to it.
    ///
    /// # Errors
    /// Where there is none.
    pub(super) fn place(&self, session: &mut Session) -> Result<Place, Fault> {
        self.spec.place(session)
    }

    /// What the compiler is asked.
    ///
    /// # Errors
    /// Where a file of values cannot be read.
    pub(super) fn inputs(&self, here: &Path, environments: &[String], mode: Mode) -> Result<Inputs, Fault> {
        Ok(Inputs { today: self.today, ..self.spec.inputs(here, environments, mode)? })
    }
}

/// One `--today`.
fn day(text: &str) -> Result<Date, String> {
    Date::read(text).ok_or_else(|| "write it as year, month and day: 2027-01-31".to_owned())
}

/// Finds the platform; paths in messages become links to it.
///
/// # Errors
/// Where there is none.
pub(super) fn locate(path: Option<&Path>, session: &mut Session) -> Result<Place, Fault> {
    let place = place::find(&session.here, path)?;
    session.ui.link_to(place.files.root());
    Ok(place)
}

impl ParamArguments {
    /// What the compiler is asked.
    ///
    /// # Errors
    /// Where a file of values cannot be read.
    pub(super) fn inputs(&self, here: &Path, environments: &[String], mode: Mode) -> Result<Inputs, Fault> {
        let mut given = Vec::new();
        for path in &self.params {
            let name = path.display().to_string();
            let bytes = system::read(&here.join(path))
                .map_err(|error| Fault::new(format!("cannot read `{name}`: {}", place::words(&error))))?;
            let text = String::from_utf8(bytes).map_err(|_| Fault::new(format!("`{name}` is no UTF-8 text")))?;
            given.extend(params::from_file(&name, &text)?);
        }
        given.extend(params::from_flags(&self.set)?);
        Ok(Inputs {
            params: params::layered(given),
            environments: environments.to_vec(),
            mode,
            today: None,
            left_out: None,
        })
    }
}
