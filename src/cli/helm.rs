//! `bvlc build --format helm`: which values a chart leaves to whoever installs it, and the chart of each environment.

use serde_json::{Value, json};

use super::build::internal;
use super::ui::Stream;
use super::{Fault, place::Place};
use crate::analyze::{Analysis, Checked};
use crate::diagnostic::render::text::printable;
use crate::model::EnvironmentId;
use crate::object::Object;
use crate::output::helm::{self, Chart, ChartValue, ValueRole};
use crate::output::write::Batch;
use crate::query::chart::{self, Param, Role};

/// The platform as charts are made of it.
pub(super) fn chart(place: &Place, analysis: &Analysis) -> chart::Chart {
    chart::chart(&place.files, &place.root, analysis)
}

/// The platform with what is left open.
///
/// # Errors
/// Where it is not accepted: a mistake of bvlc, since it was tried.
pub(super) fn checked(chart: &chart::Chart) -> Result<Checked<'_>, Fault> {
    chart.marked.checked().ok_or_else(|| internal(&"the platform is not accepted with what its charts leave open"))
}

/// The files of an environment's chart.
pub(super) fn files<'s>(
    params: &[Param],
    (id, folder): (EnvironmentId, &str),
    checked: Checked<'s>,
    objects: impl Iterator<Item = Vec<Object>> + 's,
) -> Box<dyn Iterator<Item = Batch> + 's> {
    let Some(environment) = checked.model().environment(id) else { return Box::new(std::iter::empty()) };
    let platform = &checked.model().platform;
    let values = params.iter().filter_map(|param| value(param, &environment.title)).collect();
    let chart = Chart {
        folder: folder.to_owned(),
        name: platform.name.value.clone(),
        environment: environment.title.clone(),
        namespace: environment.namespace_name().to_owned(),
        kubernetes: platform.kubernetes.value.to_string(),
        values,
    };
    Box::new(helm::files(chart, objects))
}

/// The value that a param is in the chart of an environment.
fn value(Param { param, role }: &Param, environment: &str) -> Option<ChartValue> {
    let written = param.values.get(environment)?;
    let role = match role {
        Role::Open { mark, texts } => ValueRole::Open {
            mark: mark.clone(),
            pattern: texts.pattern(),
            refuses: texts.refuses(),
            most: texts.most(),
        },
        Role::Fixed(because) => ValueRole::Fixed { because: because.clone() },
    };
    let value = match param.ty {
        "int" | "decimal" | "bool" => serde_json::from_str(written).unwrap_or_else(|_| json!(written)),
        _ => Value::String(written.clone()),
    };
    Some(ChartValue { name: param.name.clone(), doc: param.doc.clone(), value, role })
}

/// Says which params are values of the charts, and why the others are not.
pub(super) fn said(params: &[Param], err: &mut Stream) {
    let open = params.iter().filter(|param| matches!(param.role, Role::Open { .. }));
    let open: Vec<&str> = open.map(|param| param.param.name.as_str()).collect();
    if !open.is_empty() {
        err.remark(&format!("values of the charts: {}", open.join(", ")));
    }
    for Param { param, role } in params {
        if let Role::Fixed(because) = role {
            err.remark(&printable(&format!("{} stays as it was built: it {because}", param.name)));
        }
    }
}
