//! Which params of a platform are mere text in what is built of it, so that a chart may leave their values to whoever
//! installs it ([decision 12](../../../docs/decisions/0012-helm.md)).
//!
//! The platform is built once more with a mark in the place of each value. Where a mark stands whole is a place of a
//! template; where the two outputs differ in anything else the param decides something, and stays as it is. Then it is
//! built with values that are as unlike as the places allow, each of which has to be accepted and to be found there.
//!
//! Invariant: what is open is open in every environment, of all of which every check is asked.

mod places;
mod text;

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::Value;

use self::places::{Marked, Marks};
use self::text::Place;
pub use self::text::Texts;
use crate::analyze::{Analysis, Inputs, Mode, ParamInput, analyze};
use crate::compile::{Compilation, compile, compile_with_examples};
use crate::diagnostic::Severity;
use crate::model::rule::Rule;
use crate::object::Object;
use crate::resolve::{ParamValues, article, param_values};
use crate::source::Files;

/// What a chart is made of.
#[derive(Debug)]
pub struct Chart {
    /// The platform as it was asked for, with a mark in the place of each value that is left open.
    pub marked: Analysis,
    /// All params of it.
    pub params: Vec<Param>,
}

/// A param of a chart.
#[derive(Debug)]
pub struct Param {
    /// What it stands for in each environment, and what is said of it.
    pub param: ParamValues,
    /// Whether its value is left open.
    pub role: Role,
}

/// What a chart makes of a param.
#[derive(Debug)]
pub enum Role {
    /// It is a value of the chart: in the objects of [`Chart::marked`] this mark stands where it does.
    Open {
        /// The mark.
        mark: String,
        /// What may be given for it.
        texts: Texts,
    },
    /// It has the value that it was built with, for a reason that reads behind "it".
    Fixed(String),
}

/// What can be left open of a platform whose root file is `root`, as `analysis` found it: one without errors.
pub fn chart(files: &dyn Files, root: &str, analysis: &Analysis) -> Chart {
    let bench = Bench::new(files, root, analysis);
    let asked = &bench.asked;
    let mut fixed: BTreeMap<String, String> = BTreeMap::new();
    for param in asked.params.iter().filter(|param| param.ty != "string") {
        fixed.insert(param.name.clone(), format!("is {}, not a text", article(param.ty)));
    }
    if let Some(rule) = analysis.model.as_ref().and_then(|model| model.rules.iter().find(|rule| reads_text(rule))) {
        for param in &asked.params {
            let of_rule = || format!("may be what the rule \"{}\" reads", rule.text);
            fixed.entry(param.name.clone()).or_insert_with(of_rule);
        }
    }
    // one that is found to decide something is left out, and what is left is tried again: each time there are fewer
    let (open, texts, marked) = loop {
        let left = asked.params.iter().map(|param| param.name.as_str()).filter(|name| !fixed.contains_key(*name));
        let open: Vec<String> = left.map(str::to_owned).collect();
        match bench.try_open(&open) {
            Ok((texts, marked)) => break (open, texts, marked),
            Err(found) => fixed.extend(found),
        }
    };
    let marks = Marks::of(open.len());
    let mut roles: BTreeMap<String, Role> = fixed.into_iter().map(|(name, why)| (name, Role::Fixed(why))).collect();
    for ((name, mark), texts) in open.into_iter().zip(marks.0).zip(texts) {
        roles.insert(name, Role::Open { mark, texts });
    }
    let params =
        asked.params.iter().filter_map(|param| Some(Param { param: param.clone(), role: roles.remove(&param.name)? }));
    Chart { params: params.collect(), marked }
}

/// Whether a rule may read what a param can be: a part of an image, a label, an annotation, a reason.
fn reads_text(rule: &Rule) -> bool {
    let mut terms = rule.sentences.iter().flat_map(|sentence| &*sentence.terms);
    let is_read = |path: &str| path.split('.').any(|part| READ.contains(&part));
    terms.any(|term| term.name().is_some_and(is_read))
}

/// The fields of rules that hold such texts.
const READ: [&str; 8] = ["image", "reference", "tag", "label", "labels", "annotation", "annotations", "reason"];

/// A platform that is built again and again with other values.
struct Bench<'f> {
    files: &'f dyn Files,
    root: &'f str,
    /// All environments, as they are judged.
    judged: Course,
    /// Those that were asked for, as they are built.
    asked: Course,
}

/// For what the platform is built.
struct Course {
    inputs: Inputs,
    /// Its params with their values.
    params: Vec<ParamValues>,
    /// What is built.
    plain: Digests,
}

/// Values that params are given, by name.
type Values<'v> = Vec<(&'v str, &'v str)>;

fn with_marks<'v>(open: &'v [String], marks: &'v Marks) -> Values<'v> {
    open.iter().zip(&marks.0).map(|(name, mark)| (name.as_str(), mark.as_str())).collect()
}

impl<'f> Bench<'f> {
    fn new(files: &'f dyn Files, root: &'f str, asked: &Analysis) -> Self {
        let course = |analysis: &Analysis| {
            let params = param_values(files, root, &analysis.inputs);
            Course { inputs: analysis.inputs.clone(), params, plain: digests(analysis) }
        };
        let judged = Inputs { environments: Vec::new(), mode: Mode::Check, ..asked.inputs.clone() };
        Self { files, root, judged: course(&analyze(files, root, &judged)), asked: course(asked) }
    }

    fn courses(&self) -> [&Course; 2] {
        [&self.judged, &self.asked]
    }

    /// The platform with these values.
    fn analyze(&self, course: &Course, values: &Values<'_>) -> Analysis {
        let mut inputs = course.inputs.clone();
        inputs.params.retain(|input| !values.iter().any(|(name, _)| *name == input.name));
        inputs.params.extend(values.iter().map(|(name, value)| ParamInput {
            environment: None,
            name: (*name).to_owned(),
            value: (*value).to_owned(),
            given_by: "--format helm".to_owned(),
        }));
        analyze(self.files, self.root, &inputs)
    }

    /// The platform of each course with marks in the place of what some params stand for; or why it is not accepted.
    fn marked(&self, open: &[String]) -> Result<[Analysis; 2], String> {
        let marks = Marks::of(open.len());
        let marked = self.courses().map(|course| self.analyze(course, &with_marks(open, &marks)));
        marked.iter().try_for_each(refused)?;
        Ok(marked)
    }

    /// What may be given for each of some params, and what was asked for with their marks; or which of them are not open, and why:
    /// at least one.
    fn try_open(&self, open: &[String]) -> Result<(Vec<Texts>, Analysis), BTreeMap<String, String>> {
        let tried = self.marked(open).and_then(|marked| Ok((self.places(open, &marked)?, marked)));
        let (places, marked) =
            tried.map_err(|why| culprits(open, &why, |one| self.places(one, &self.marked(one)?).map(drop)))?;
        let mut fixed = BTreeMap::new();
        let mut texts = Vec::new();
        for (name, places) in open.iter().zip(places) {
            match places.and_then(|places| self.texts(name, &places)) {
                Ok(of) => texts.push(of),
                Err(why) => drop(fixed.insert(name.clone(), why)),
            }
        }
        if !fixed.is_empty() {
            return Err(fixed);
        }
        let probes: Vec<Vec<String>> = texts.iter().map(Texts::probes).collect();
        for turn in 0..probes.iter().map(Vec::len).max().unwrap_or_default() {
            let values: Vec<&str> =
                probes.iter().filter_map(|probes| Some(probes.get(turn % probes.len().max(1))?.as_str())).collect();
            self.holds((open, &values), &marked).map_err(|why| {
                culprits(open, &why, |one| {
                    let of_one = open.iter().zip(&values).filter(|(name, _)| one.contains(name));
                    let values: Vec<&str> = of_one.map(|(_, value)| *value).collect();
                    self.holds((one, &values), &self.marked(one)?)
                })
            })?;
        }
        let [_, asked] = marked;
        Ok((texts, asked))
    }

    /// What may be given for a param that stands in these places, where its own value may be.
    fn texts(&self, name: &str, places: &[Place]) -> Result<Texts, String> {
        if places.is_empty() {
            return Err("stands nowhere in what is built".to_owned());
        }
        let texts = Texts::of(places)?;
        let of =
            |course: &Course| course.params.iter().find(|param| param.name == name).map(|param| param.values.clone());
        let values = self.courses().into_iter().filter_map(of).flat_map(BTreeMap::into_values);
        match values.into_iter().find(|value| !texts.admit(value)) {
            Some(value) => {
                Err(format!("has the value \"{value}\"; a chart takes letters, digits, and `.`, `_` and `-` within"))
            }
            None => Ok(texts),
        }
    }

    /// The places of each param, or what it decides; where some change anything but the texts in which they stand, what.
    fn places(&self, open: &[String], marked: &[Analysis; 2]) -> Result<Vec<Result<Vec<Place>, String>>, String> {
        let marks = Marks::of(open.len());
        let mut found: Vec<Result<Vec<Place>, String>> = vec![Ok(Vec::new()); open.len()];
        for (course, marked) in self.courses().into_iter().zip(marked) {
            let mut add = |(at, place): Marked, what: &str| {
                let Some(of) = found.get_mut(at) else { return };
                match (of.as_mut(), place) {
                    (Ok(places), Ok(place)) if !places.contains(&place) => places.push(place),
                    (Ok(_), Err(why)) => *of = Err(format!("{why} of {what}")),
                    (Ok(_), Ok(_)) | (Err(_), _) => {}
                }
            };
            let values = |title: &str| course.values(open, title);
            let compared = compare(&course.plain, marked, &marks, &values, &mut |value, what| {
                marks.places(value).into_iter().for_each(|marked| add(marked, what));
            });
            // of one by itself the field says more than that something differs
            match (compared, found.as_slice()) {
                (Ok(()), _) => {}
                (Err(_), [Err(field)]) => return Err(field.clone()),
                (Err(why), _) => return Err(why),
            }
        }
        Ok(found)
    }

    /// Whether the platform with these values is accepted, and is the one with marks, with them in the place of the marks.
    fn holds(&self, (open, values): (&[String], &[&str]), marked: &[Analysis; 2]) -> Result<(), String> {
        let marks = Marks::of(open.len());
        let given: Values<'_> = open.iter().map(String::as_str).zip(values.iter().copied()).collect();
        // where nothing in particular was asked for, what is judged is all that is built
        let n_courses = if self.asked.inputs.environments.is_empty() { 1 } else { 2 };
        for (course, marked) in self.courses().into_iter().zip(marked).take(n_courses) {
            let probed = self.analyze(course, &given);
            refused(&probed)?;
            let values = |_: &str| values.iter().map(|value| (*value).to_owned()).collect();
            compare(&digests(&probed), marked, &marks, &values, &mut |_, _| {})?;
        }
        Ok(())
    }
}

/// Of some params that are not open together those that are not by themselves; the last one, where each is.
fn culprits(
    open: &[String],
    together: &str,
    try_one: impl Fn(&[String]) -> Result<(), String>,
) -> BTreeMap<String, String> {
    let one = |name: &String| Some((name.clone(), try_one(std::slice::from_ref(name)).err()?));
    let alone: BTreeMap<String, String> =
        if open.len() > 1 { open.iter().filter_map(one).collect() } else { BTreeMap::new() };
    if alone.is_empty() {
        open.last().map(|last| (last.clone(), together.to_owned())).into_iter().collect()
    } else {
        alone
    }
}

impl Course {
    /// The values of some params in an environment.
    fn values(&self, params: &[String], title: &str) -> Vec<String> {
        let value = |name: &String| {
            let param = self.params.iter().find(|param| param.name == *name)?;
            param.values.get(title).cloned()
        };
        params.iter().map(|name| value(name).unwrap_or_default()).collect()
    }
}

/// A digest of each object, by its environment and what it is called.
type Digests = BTreeMap<(String, String), u64>;

fn digests(analysis: &Analysis) -> Digests {
    let mut digests = Digests::new();
    each(analysis, &mut |title, value| {
        digests.insert((title.to_owned(), called(&value)), digest(&value));
    });
    digests
}

/// Whether what is built with marks is what is built without, once the values of each environment take their places.
fn compare(
    plain: &Digests,
    marked: &Analysis,
    marks: &Marks,
    values: &dyn Fn(&str) -> Vec<String>,
    tell: &mut dyn FnMut(&Value, &str),
) -> Result<(), String> {
    let mut n_found = 0;
    let mut unlike: Option<String> = None;
    each(marked, &mut |title, value| {
        let values = values(title);
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        let mut replaced = value.clone();
        marks.replace_all(&mut replaced, &values);
        let what = called(&replaced);
        tell(&value, &what);
        n_found += 1;
        if plain.get(&(title.to_owned(), what.clone())) != Some(&digest(&replaced)) {
            unlike.get_or_insert(what);
        }
    });
    match unlike {
        Some(what) => Err(format!("decides more of {what} than a text in it")),
        None if n_found != plain.len() => Err("decides which objects there are".to_owned()),
        None => Ok(()),
    }
}

/// Why a platform is not accepted, in words behind "it".
fn refused(analysis: &Analysis) -> Result<(), String> {
    let error = analysis.findings.iter().find(|finding| finding.severity == Severity::Error);
    match (error, analysis.model.is_some()) {
        (Some(error), _) => Err(format!("is judged by its text ({}: {})", error.code.id, error.message)),
        (None, false) => Err("is needed to read the platform".to_owned()),
        (None, true) => Ok(()),
    }
}

/// Every object and every chart's values of what is built, as JSON, with the title of its environment.
fn each(analysis: &Analysis, take: &mut dyn FnMut(&str, Value)) {
    let Some(checked) = analysis.checked() else { return };
    let compilation: Compilation<'_> =
        if analysis.inputs.mode == Mode::Check { compile_with_examples(&checked) } else { compile(&checked) };
    for emitted in compilation.foreseen() {
        let title = checked.model().environment_title(emitted.environment).to_owned();
        for (name, values) in &emitted.values {
            let content = serde_json::to_value(values).unwrap_or_default();
            take(&title, serde_json::json!({ "kind": "values", "metadata": { "name": name }, "content": content }));
        }
        for object in emitted.objects.flatten() {
            take(&title, json(&object));
        }
    }
}

fn json(object: &Object) -> Value {
    serde_json::to_value(object).unwrap_or_default()
}

/// What an object is called.
fn called(value: &Value) -> String {
    let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    match text("/metadata/namespace") {
        "" => format!("{} {}", text("/kind"), text("/metadata/name")),
        namespace => format!("{} {namespace}/{}", text("/kind"), text("/metadata/name")),
    }
}

fn digest(value: &Value) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.to_string().hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::{Role, chart};
    use crate::analyze::{Inputs, Mode, ParamInput, analyze};
    use crate::source::files::{MemoryFiles, ROOT};

    const REST: &str = "
        platform shop { kubernetes \"1.33\" }
        environment prod { namespace \"shop-prod\" }
        environment staging { namespace \"shop-staging\" }
        service caller is base
        class base {
          image \"registry.example/app:1.0\"
          port http 8080
          health 8081 { live \"/l\"; ready \"/r\" }
          cpu 100m..500m
          memory 64Mi..128Mi
          scale 2
          shutdown { pre-stop 5s; drain 20s }
        }
        allow caller -> web.http
    ";

    /// What a chart makes of each param of a platform: nothing where it is open, or why it is not.
    fn roles(text: &str, given: &[(&str, &str)]) -> Vec<(String, Option<String>)> {
        let text = format!("{text}{REST}");
        let files = MemoryFiles::new([(ROOT, text.as_str())]);
        let params = given.iter().map(|(name, value)| ParamInput {
            environment: None,
            name: (*name).to_owned(),
            value: (*value).to_owned(),
            given_by: "--set".to_owned(),
        });
        let inputs = Inputs { params: params.collect(), mode: Mode::Build, ..Inputs::default() };
        let analysis = analyze(&files, ROOT, &inputs);
        assert!(analysis.checked().is_some(), "{:?}", analysis.findings.iter().next());
        let chart = chart(&files, ROOT, &analysis);
        assert!(chart.marked.checked().is_some());
        let roles = chart.params.into_iter().map(|param| match param.role {
            Role::Open { .. } => (param.param.name, None),
            Role::Fixed(why) => (param.param.name, Some(why)),
        });
        roles.collect()
    }

    /// Why a param `p` is not open in a service of these statements; nothing where it is.
    fn role(statements: &str, others: &str) -> Option<String> {
        let text = format!("param p: string = \"a1\"\nservice web is base {{ {statements} }}\n{others}\n");
        roles(&text, &[]).pop().unwrap().1
    }

    #[test]
    fn mere_text_is_open() {
        for statements in [
            "image \"registry.example/web:${p}\"",
            "env A \"${p}\"",
            "env A \"${p}\"; env B \"http://h.example/${p}\"; args \"--v=${p}\"",
            "label \"example.org/p\" \"${p}\"",
            "annotation \"example.org/p\" \"of ${p} and more\"",
        ] {
            assert_eq!(role(statements, ""), None, "{statements}");
        }
        assert_eq!(role("env A $q", "let q = \"v${p}\""), None);
    }

    #[test]
    fn what_decides_something_says_what() {
        let names = |statements: &str, others: &str, part: &str| {
            let why = role(statements, others).unwrap_or_default();
            assert!(why.contains(part), "{statements}: {why}");
        };
        names("image \"registry.example/${p}:1.0\"", "", "decides from where");
        names("config c { KEY \"${p}\" }", "", "decides data.KEY of ConfigMap shop-prod/web-c");
        names("health 8081 { live \"/${p}\" }", "", "decides spec.template.spec.containers[].livenessProbe");
        names("env A \"x\"", "", "stands nowhere");
        names("env A \"${p}${p}\"", "", "stands with another value");
        names("env AUTH \"Bearer ${p}\"", "", "may become a token");
        names("env A \"ghp_${p}\"", "", "may become a GitHub token");
        // a host is in no object, and is no place for any text
        names(
            "env A \"${p}\"",
            "external e { cidr 10.0.0.9; port p 443; host \"${p}.example\" } allow web -> e.p",
            "is judged",
        );
        // the rule may be about what the param is
        let rule = "rule \"r\" { for s in services require s.image.tag != \"b2\" }";
        names("image \"registry.example/web:${p}\"", rule, "the rule \"r\" reads");
        assert_eq!(role("env A \"${p}\"", "rule \"r\" { for s in services require s.scale.min >= 1 }"), None);
    }

    #[test]
    fn each_is_judged_by_itself_where_all_are_not_open() {
        let text = "param a: string = \"x\"\nparam b: string = \"y\"\nparam c: int = 3\nparam d: string = \"no text\"\n
            service web is base { env A \"${a}\"; config f { K \"${b}\" }; env C \"${c}\"; env D \"${d}\" }\n";
        let roles = roles(text, &[("a", "given")]);
        let open: Vec<&str> = roles.iter().filter(|(_, why)| why.is_none()).map(|(name, _)| name.as_str()).collect();
        assert_eq!(open, ["a"]);
        let why = |name: &str| roles.iter().find(|(known, _)| known == name).unwrap().1.clone().unwrap();
        assert!(why("b").starts_with("decides data.K"), "{}", why("b"));
        assert_eq!(why("c"), "is an int, not a text");
        assert_eq!(why("d"), "has the value \"no text\"; a chart takes letters, digits, and `.`, `_` and `-` within");
    }
}
