//! `bvlc check`

use std::collections::BTreeMap;

use super::place::Place;
use super::report::{Detail, ReportArguments, code, counted};
use super::spec::JudgedArguments;
use super::timings::{TimingArguments, Timings};
use super::ui::Stream;
use super::{Exit, Fault, Session, patch, place, system};
use crate::analyze::{Analysis, analyze_observed};
use crate::diagnostic::render::Shown;
use crate::diagnostic::render::paint::Role;
use crate::diagnostic::render::text;
use crate::query::fix::{self, Choice, Chosen, Fixed, GivenUp, Picks, Withheld};
use crate::query::trial::Trial;
use crate::resolve::{Inputs, Mode};
use crate::source::Files as _;

const AFTER_HELP: &str = "\
Examples:
  bvlc check examples/bitvault --deny warnings
  bvlc check --choose BVL0701:2";

/// Say what is wrong with a platform
///
/// All files and all environments are judged in one run, so there is no --env: each finding says where it holds. Params without a
/// value take their examples. Findings go to stdout.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Arguments {
    #[command(flatten)]
    spec: JudgedArguments,
    #[command(flatten)]
    report: ReportArguments,
    /// Environments are asked for where something is built
    #[arg(long, hide = true, value_name = "NAME")]
    env: Option<String>,
    #[command(flatten)]
    mending: Mending,
    /// Print what --fix or --choose would change as a patch, and write nothing
    #[arg(long)]
    diff: bool,
    /// Show hints, and what waivers accept
    #[arg(short, long)]
    verbose: bool,
    #[command(flatten)]
    timings: TimingArguments,
}

/// What is mended.
#[derive(Debug, clap::Args)]
struct Mending {
    /// Mend what can be mended without asking; which name was meant is asked
    #[arg(long)]
    fix: bool,
    /// Mend with fixes that change what the spec means, too: read the result
    #[arg(long)]
    unsafe_fixes: bool,
    /// Mend what CODE finds with its fix of that number, as findings number them (repeats)
    #[arg(long, value_name = "CODE:NUMBER")]
    choose: Vec<String>,
}

impl Mending {
    /// What is to be mended of what is shown, and how; nothing where that is not asked for.
    ///
    /// # Errors
    /// Where `--choose` names no code or no number.
    fn picks(&self, diff: bool, detail: Detail) -> Result<Option<Picks>, Fault> {
        let mut numbered = BTreeMap::new();
        for choice in &self.choose {
            let wrong = || {
                Fault::new(format!("`--choose {choice}` names no fix"))
                    .hint("a code and the number that its finding gives the fix: `--choose BVL0701:2`")
            };
            let (name, number) = choice.split_once(':').ok_or_else(wrong)?;
            let number: usize = number.parse().map_err(|_| wrong())?;
            let known = numbered.insert(code(name)?.id, number);
            if number == 0 || known.is_some_and(|known| known != number) {
                return Err(if number == 0 {
                    wrong()
                } else {
                    Fault::new(format!("`--choose` names two fixes of {name}")).hint("one at a time")
                });
            }
        }
        let rest = match (self.fix, self.unsafe_fixes) {
            (_, true) => Some(Choice::Any),
            (true, false) => Some(Choice::Safe),
            (false, false) => (diff && numbered.is_empty()).then_some(Choice::Safe),
        };
        Ok((rest.is_some() || !numbered.is_empty()).then_some(Picks {
            rest,
            least: detail.least(),
            numbered,
            alone: &[],
        }))
    }
}

impl Arguments {
    fn detail(&self) -> Detail {
        if self.verbose { Detail::All } else { Detail::Counted }
    }
}

pub(super) fn run(arguments: &Arguments, session: &mut Session) -> Result<Exit, Fault> {
    arguments.report.form.apply(&mut session.ui);
    if let Some(name) = &arguments.env {
        return Err(Fault::new("`bvlc check` judges all environments in one run, and has no `--env`")
            .hint(format!("leave it out: each finding says in which environments it holds, as in `in: {name}`; to see what is built for {name} alone: `bvlc build --env {name} -o -`")));
    }
    let place = arguments.spec.place(session)?;
    let inputs = arguments.spec.inputs(&session.here, &[], Mode::Check)?;
    if let Some(picks) = arguments.mending.picks(arguments.diff, arguments.detail())? {
        return mend(arguments, session, &place, &inputs, picks);
    }
    let mut timings = Timings::start();
    let analysis = analyze_observed(&place.files, &place.root, &inputs, &mut |stage| timings.judged(stage));
    place.has_asked(analysis.sources())?;
    let exit = show(arguments, session, &place, &analysis)?;
    arguments.timings.write_with_checks(&timings, session.ui.err());
    Ok(exit)
}

fn show(arguments: &Arguments, session: &mut Session, place: &Place, analysis: &Analysis) -> Result<Exit, Fault> {
    let trial = Trial::new(&place.files, &place.root, analysis);
    let selection = arguments.report.select(&analysis.findings, arguments.detail())?.tried(&trial);
    let shown = Shown { sources: analysis.sources(), prefix: &place.prefix };
    selection.write(shown, session.ui.out());
    if arguments.verbose {
        // where programs read the findings they read nothing else
        let is_for_programs = arguments.report.form.is_for_programs();
        let stream = if is_for_programs { session.ui.err() } else { session.ui.out() };
        waivers(analysis, shown, stream);
    }
    let err = session.ui.err();
    selection.count_line(err);
    let remark = if selection.is_empty() { verdict(analysis) } else { waived(analysis) };
    if !remark.is_empty() {
        err.remark(&remark);
    }
    Ok(selection.exit())
}

/// What is missing where there is no environment, for which everything is built.
pub(super) fn nothing_to_build(analysis: &Analysis) -> Option<String> {
    let model = analysis.model.as_ref().filter(|model| model.environments.is_empty())?;
    let name = &model.platform.name.value;
    Some(format!("there is nothing to build: declare an environment, `environment prod {{ namespace \"{name}\" }}`"))
}

/// What was judged, where nothing is wrong.
fn verdict(analysis: &Analysis) -> String {
    let Some(model) = &analysis.model else { return String::new() };
    if let Some(nothing) = nothing_to_build(analysis) {
        return format!("{}: nothing is wrong, and {nothing}", model.platform.name.value);
    }
    let (declared, derived) = analysis.graph.counts();
    format!(
        "{}: all is well ({}, {}, {} declared and {derived} derived, {}){}",
        model.platform.name.value,
        counted(model.environments.len(), "environment"),
        counted(model.workloads().count(), "workload"),
        counted(declared, "flow"),
        counted(crate::check::all().count(), "check"),
        match waived(analysis) {
            waived if waived.is_empty() => waived,
            waived => format!("; {waived}"),
        },
    )
}

/// How many findings waivers accept, and of how many of them a cluster refuses the objects all the same; empty where they
/// accept none.
pub(super) fn waived(analysis: &Analysis) -> String {
    let n_findings = analysis.waived.iter().sum::<usize>();
    if n_findings == 0 {
        return String::new();
    }
    let n_waivers = analysis.waived.iter().filter(|accepted| **accepted > 0).count();
    let accepted = format!("{} accepted by {}", counted(n_findings, "finding"), counted(n_waivers, "waiver"));
    match analysis.n_refused {
        0 => accepted,
        n if n == n_findings => format!("{accepted}, and a cluster refuses the objects all the same"),
        n => format!("{accepted}, and for {n} of them a cluster refuses the objects all the same"),
    }
}

fn waivers(analysis: &Analysis, shown: Shown<'_>, out: &mut Stream) {
    let Some(model) = &analysis.model else { return };
    // one that accepts nothing is a finding itself
    let used = model.waivers.iter().zip(&analysis.waived).filter(|(_, accepted)| **accepted > 0);
    for (waiver, accepted) in used {
        let place = format!("{}:{}", shown.path(waiver.span), shown.sources.position(waiver.span).line);
        let because = waiver.because.as_ref().map(|because| format!(", because {}", because.value));
        let line = format!(
            "{place}: accepts {} of {} on {}{}{}",
            counted(*accepted, "finding"),
            waiver.code.value,
            waiver.subject.value,
            waiver.end(),
            because.unwrap_or_default(),
        );
        let line = out.paint(Role::Faint, &text::one_line(&line));
        out.line(&line);
    }
}

/// Applies fixes, then shows what is left.
fn mend(
    arguments: &Arguments,
    session: &mut Session,
    place: &Place,
    inputs: &Inputs,
    picks: Picks,
) -> Result<Exit, Fault> {
    let fixed = fix::fixed_point(&place.files, &place.root, inputs, picks);
    let Fixed { texts, n_applied, not_offered, idle, chosen, given_up, withheld, analysis, .. } = fixed;
    if let Some((code, number)) = not_offered.first() {
        return Err(Fault::new(format!("nothing that {code} finds here has a fix {number}"))
            .hint(format!("`bvlc check --only {code}` numbers the fixes of each finding")));
    }
    for (path, text) in &texts {
        let name = format!("{}{path}", place.prefix);
        if arguments.diff {
            let before = place.files.read(path).unwrap_or_default();
            patch::write(session.ui.out(), &name, &String::from_utf8_lossy(&before), text);
        } else {
            system::replace(&place.files.root().join(path), text)
                .map_err(|error| Fault::new(format!("cannot write `{name}`: {}", place::words(&error))))?;
        }
    }
    if arguments.diff {
        session.ui.err().remark(&format!(
            "{} would be mended in {}",
            counted(n_applied, "place"),
            counted(texts.len(), "file")
        ));
        tell_chosen(&chosen, session);
        tell_given_up(&given_up, place, session);
        tell_withheld(&withheld, session);
        return Ok(if texts.is_empty() && idle.is_empty() { Exit::Clean } else { Exit::Findings });
    }
    // a fix that was asked for and not applied has done nothing of what was asked
    let exit = match show(arguments, session, place, &analysis)? {
        Exit::Clean if !idle.is_empty() => Exit::Findings,
        exit @ (Exit::Clean | Exit::Findings | Exit::Unable) => exit,
    };
    session.ui.err().remark(&format!("mended {} in {}", counted(n_applied, "place"), counted(texts.len(), "file")));
    tell_chosen(&chosen, session);
    tell_given_up(&given_up, place, session);
    tell_withheld(&withheld, session);
    Ok(exit)
}

/// So many fixes that were chosen are told of, and so many that were not applied, the others counted.
const MOST_TOLD: usize = 8;

/// Says which fixes were the first of several, so that nobody takes them for the only ones.
fn tell_chosen(chosen: &[Chosen], session: &mut Session) {
    let err = session.ui.err();
    for Chosen { code, finding, title, n_fixes } in chosen.iter().take(MOST_TOLD) {
        err.remark(&text::one_line(&format!("chosen, the first of {n_fixes} fixes of {code}: {title} ({finding})")));
    }
    if let Some(more @ 1..) = chosen.len().checked_sub(MOST_TOLD) {
        err.remark(&format!("chosen: the first of several {more} more times"));
    }
}

/// Says what the spec asserted or accepted, and does not any more: all of it, since nothing finds it again.
fn tell_given_up(given_up: &[GivenUp], place: &Place, session: &mut Session) {
    let err = session.ui.err();
    for GivenUp { path, statement, now } in given_up {
        let path = format!("{}{path}", place.prefix);
        err.remark(&text::one_line(&match now {
            Some(now) => format!("weakened in {path}: `{statement}` is `{now}` now"),
            None => format!("taken out of {path}: `{statement}`"),
        }));
    }
}

/// Says which fixes were wanted and not applied, and why.
fn tell_withheld(withheld: &[Withheld], session: &mut Session) {
    let err = session.ui.err();
    // of findings that say the same at several places each has its fix
    let mut told: Vec<(&Withheld, usize)> = Vec::new();
    for fix in withheld {
        match told.iter_mut().find(|(known, _)| *known == fix) {
            Some((_, n_places)) => *n_places += 1,
            None => told.push((fix, 1)),
        }
    }
    for (Withheld { code, title, why }, n_places) in told.iter().take(MOST_TOLD) {
        let places = if *n_places > 1 { format!(" in {}", counted(*n_places, "place")) } else { String::new() };
        err.remark(&text::one_line(&format!("not applied{places}: the fix of {code}, {title}: {why}")));
    }
    if let Some(more @ 1..) = told.len().checked_sub(MOST_TOLD) {
        err.remark(&format!("not applied: {more} more, for such reasons"));
    }
}
