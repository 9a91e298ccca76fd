//! Every name that the files of a platform hold: where it stands, and what it stands for.
//!
//! Invariants: the occurrences of one file depend on that file's tree alone, in order of place; they are there for broken
//! statements too, since trees are; what a port belongs to is found when all files are known.

mod collect;
mod expected;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use crate::resolve::Project;
use crate::source::{FileId, Span};
use crate::syntax::Tree;
use collect::Collector;

/// What a name stands for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Symbol {
    /// The platform.
    Platform(Box<str>),
    /// An environment.
    Environment(Box<str>),
    /// A class; `module.class` for those of the standard library.
    Class(Box<str>),
    /// A module of the standard library.
    Module(Box<str>),
    /// A `param` or `let`.
    Constant(Box<str>),
    /// A store of secrets.
    Store(Box<str>),
    /// What stands in the parentheses of the declaration at a place.
    Parameter(Span, Box<str>),
    /// What the sentence of a rule binds at a place.
    Bound(Span, Box<str>),
    /// A service, managed workload, external or group.
    Endpoint(Box<str>),
    /// A port of an endpoint or class.
    Port(Owner, Box<str>),
    /// Something else that the body of an endpoint or class names.
    Part(Part, Owner, Box<str>),
}

impl Symbol {
    /// The name as it stands in the text.
    pub fn name(&self) -> &str {
        match self {
            Self::Platform(name)
            | Self::Environment(name)
            | Self::Class(name)
            | Self::Module(name)
            | Self::Constant(name)
            | Self::Store(name)
            | Self::Parameter(_, name)
            | Self::Bound(_, name)
            | Self::Endpoint(name)
            | Self::Port(_, name)
            | Self::Part(_, _, name) => name,
        }
    }
}

/// What a body names beside its ports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// `config NAME`
    Config,
    /// `secret NAME`
    Secret,
    /// `on .. as NAME`
    Trigger,
    /// `init NAME`
    Init,
    /// `sidecar NAME`
    Sidecar,
}

impl Part {
    /// The word that states it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Secret => "secret",
            Self::Trigger => "on",
            Self::Init => "init",
            Self::Sidecar => "sidecar",
        }
    }

    /// The one that a word states.
    pub fn of_word(word: &str) -> Option<Self> {
        [Self::Config, Self::Secret, Self::Trigger, Self::Init, Self::Sidecar]
            .into_iter()
            .find(|part| part.word() == word)
    }
}

/// What has ports, and names other parts of its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owner {
    /// An endpoint.
    Endpoint(Box<str>),
    /// A class.
    Class(Box<str>),
}

/// What a name does where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// It is declared here.
    Definition,
    /// An overlay of an environment changes it here.
    Overlay,
    /// It is used here.
    Reference,
}

/// A name at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occurrence {
    /// The place of the name alone, without `$` or what it belongs to.
    pub span: Span,
    /// What it stands for.
    pub symbol: Symbol,
    /// What it does here.
    pub role: Role,
}

/// The name of an argument: `cpu` in `is sized(cpu = 1)`, `pr` in `given preview.pr 12`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Argument {
    span: Span,
    of: Taker,
    name: Box<str>,
}

/// Who has the parameter that an argument names.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Taker {
    /// A class.
    Class(Box<str>),
    /// An environment, or the platform with a value for that environment.
    Environment(Box<str>),
}

/// All names of a platform.
#[derive(Debug, Default)]
pub struct Names {
    files: BTreeMap<FileId, Arc<FileNames>>,
    /// What the bodies of all files state, gathered when that is first asked; held by all revisions in which it is the same.
    bodies: Arc<OnceLock<Bodies>>,
}

/// So many members of a group are looked at: who lists them reads no more.
const MOST_MEMBERS: usize = 1000;

/// The names of one file.
#[derive(Debug)]
struct FileNames {
    /// Of what they were made: they are right as long as these are the same.
    tree: Arc<Tree>,
    module: Option<Box<str>>,
    /// In order of place.
    occurrences: Vec<Occurrence>,
    /// The indices of occurrences by what they are said to stand for.
    by_symbol: BTreeMap<Symbol, Vec<usize>>,
    /// Those of ports and other parts by their name: whose it is depends on other files.
    by_part: BTreeMap<Box<str>, Vec<usize>>,
    /// The names of arguments, in order of place.
    arguments: Vec<Argument>,
    /// The places of the `$` before names, in order.
    dollars: Vec<u32>,
    bodies: Bodies,
}

impl FileNames {
    fn of(tree: &Arc<Tree>, module: Option<&str>) -> Self {
        let mut bodies = Bodies::default();
        let (occurrences, arguments, dollars) = Collector::collect(tree, module, &mut bodies);
        let mut by_symbol: BTreeMap<Symbol, Vec<usize>> = BTreeMap::new();
        let mut by_part: BTreeMap<Box<str>, Vec<usize>> = BTreeMap::new();
        for (at, occurrence) in occurrences.iter().enumerate() {
            if let Symbol::Port(_, part) | Symbol::Part(_, _, part) = &occurrence.symbol {
                by_part.entry(part.clone()).or_default().push(at);
            }
            by_symbol.entry(occurrence.symbol.clone()).or_default().push(at);
        }
        let module = module.map(Into::into);
        Self { tree: Arc::clone(tree), module, occurrences, by_symbol, by_part, arguments, dollars, bodies }
    }

    fn all<'f, K: Ord + ?Sized, Q: Ord + std::borrow::Borrow<K>>(
        &'f self,
        index: &'f BTreeMap<Q, Vec<usize>>,
        key: &K,
    ) -> impl Iterator<Item = &'f Occurrence> + use<'f, K, Q> {
        index.get(key).into_iter().flatten().filter_map(|at| self.occurrences.get(*at))
    }
}

impl Names {
    /// Collects the names of all files; those of files whose trees are the same are taken over from earlier ones.
    pub fn of(project: &Project, earlier: Option<&Self>) -> Self {
        let modules: BTreeMap<FileId, &str> =
            project.modules.iter().map(|(name, file)| (*file, name.as_str())).collect();
        let of_tree = |tree: &Arc<Tree>| {
            let module = modules.get(&tree.file).copied();
            let known = earlier.and_then(|earlier| earlier.files.get(&tree.file));
            let known = known.filter(|known| Arc::ptr_eq(&known.tree, tree) && known.module.as_deref() == module);
            (tree.file, known.map_or_else(|| Arc::new(FileNames::of(tree, module)), Arc::clone))
        };
        let files: BTreeMap<FileId, Arc<FileNames>> = project.trees.iter().map(of_tree).collect();
        let bodies = earlier.filter(|earlier| is_stated_alike(&earlier.files, &files));
        let bodies = bodies.map_or_else(Arc::default, |earlier| Arc::clone(&earlier.bodies));
        Self { files, bodies }
    }

    /// What the bodies of all files state.
    fn bodies(&self) -> &Bodies {
        self.bodies.get_or_init(|| {
            let mut all = Bodies::default();
            self.files.values().for_each(|file| all.take(&file.bodies));
            all
        })
    }

    /// A name with what it stands for: a port or another part is that of whoever declares it, and what is accepted may be accepted on an
    /// environment.
    fn meant(&self, occurrence: &Occurrence) -> Occurrence {
        let mut meant = occurrence.clone();
        match &occurrence.symbol {
            Symbol::Port(owner, port) if occurrence.role != Role::Definition => {
                if let Some(owner) = self.bodies().owner(owner, port) {
                    meant.symbol = Symbol::Port(owner, port.clone());
                }
            }
            Symbol::Part(part, owner, name) if occurrence.role != Role::Definition => {
                if let Some(owner) = self.bodies().owner_of_part(*part, owner, name) {
                    meant.symbol = Symbol::Part(*part, owner, name.clone());
                }
            }
            Symbol::Endpoint(name) if occurrence.role == Role::Reference && self.is_environment(name) => {
                meant.symbol = Symbol::Environment(name.clone());
            }
            Symbol::Port(..)
            | Symbol::Part(..)
            | Symbol::Endpoint(_)
            | Symbol::Platform(_)
            | Symbol::Environment(_)
            | Symbol::Class(_)
            | Symbol::Module(_)
            | Symbol::Constant(_)
            | Symbol::Store(_)
            | Symbol::Parameter(..)
            | Symbol::Bound(..) => {}
        }
        meant
    }

    /// Whether a name that stands where an endpoint does is that of an environment, and of no endpoint.
    fn is_environment(&self, name: &str) -> bool {
        self.definition(&Symbol::Endpoint(name.into())).is_none()
            && self.definition(&Symbol::Environment(name.into())).is_some()
    }

    /// The parameter that an argument names.
    fn parameter(&self, argument: &Argument) -> Option<Symbol> {
        match &argument.of {
            Taker::Class(class) => {
                let class = self.definition(&Symbol::Class(class.clone()))?;
                Some(Symbol::Parameter(class, argument.name.clone()))
            }
            Taker::Environment(environment) => {
                let environment = self.definition(&Symbol::Environment(environment.clone()))?;
                let own = Symbol::Parameter(environment, argument.name.clone());
                Some(self.definition(&own).map_or_else(|| Symbol::Constant(argument.name.clone()), |_| own))
            }
        }
    }

    /// The arguments that name a parameter of the declaration at a place.
    fn arguments(&self, declaration: Span, name: &str) -> Vec<(Span, Role)> {
        let declared = self.files.get(&declaration.file).and_then(|file| {
            let at = file.occurrences.partition_point(|known| known.span.start < declaration.start);
            file.occurrences.get(at)
        });
        let taker = match declared.map(|declared| &declared.symbol) {
            Some(Symbol::Class(class)) => Taker::Class(class.clone()),
            Some(Symbol::Environment(environment)) => Taker::Environment(environment.clone()),
            Some(
                Symbol::Platform(_)
                | Symbol::Module(_)
                | Symbol::Constant(_)
                | Symbol::Store(_)
                | Symbol::Endpoint(_)
                | Symbol::Port(..)
                | Symbol::Part(..)
                | Symbol::Bound(..)
                | Symbol::Parameter(..),
            )
            | None => return Vec::new(),
        };
        let all = self.files.values().flat_map(|file| &file.arguments);
        let fits = all.filter(|known| known.of == taker && &*known.name == name);
        fits.map(|known| (known.span, Role::Reference)).collect()
    }

    /// The name that stands at a place, its end included: the caret behind a name is on it, and one on its `$`.
    pub fn at(&self, file: FileId, place: u32) -> Option<Occurrence> {
        let FileNames { occurrences, arguments, dollars, .. } = &**self.files.get(&file)?;
        let place = if dollars.binary_search(&place).is_ok() { place.saturating_add(1) } else { place };
        let behind = arguments.partition_point(|known| known.span.start <= place);
        if let Some(argument) = behind.checked_sub(1).and_then(|at| arguments.get(at))
            && place <= argument.span.end
            && let Some(symbol) = self.parameter(argument)
        {
            return Some(Occurrence { span: argument.span, symbol, role: Role::Reference });
        }
        let behind = occurrences.partition_point(|known| known.span.start <= place);
        let known = occurrences.get(..behind)?.iter().rev().take(2);
        known.into_iter().find(|known| place <= known.span.end).map(|known| self.meant(known))
    }

    /// The names of a file, in order of place; whose a port is that is used here is not yet known of them.
    pub fn in_file(&self, file: FileId) -> impl Iterator<Item = &Occurrence> {
        self.files.get(&file).into_iter().flat_map(|file| &file.occurrences)
    }

    /// The names that stand within a place, as [`Self::in_file`] has them.
    pub fn within(&self, span: Span) -> impl Iterator<Item = &Occurrence> {
        let occurrences = self.files.get(&span.file).map(|file| file.occurrences.as_slice()).unwrap_or_default();
        let start = occurrences.partition_point(|known| known.span.start < span.start);
        let behind = occurrences.get(start..).unwrap_or_default().iter();
        behind.take_while(move |known| known.span.start < span.end).filter(move |known| known.span.end <= span.end)
    }

    /// All places of a symbol, in order of file and place.
    pub fn places(&self, symbol: &Symbol) -> Vec<(Span, Role)> {
        let place = |known: &Occurrence| (known.span, known.role);
        let files = self.files.values();
        match symbol {
            Symbol::Port(_, part) | Symbol::Part(_, _, part) => files
                .flat_map(|file| file.all(&file.by_part, &**part))
                .filter(|known| self.meant(known).symbol == *symbol)
                .map(place)
                .collect(),
            Symbol::Parameter(declaration, name) => {
                let mut places: Vec<(Span, Role)> =
                    files.flat_map(|file| file.all(&file.by_symbol, symbol)).map(place).collect();
                places.extend(self.arguments(*declaration, name));
                places.sort_unstable();
                places
            }
            Symbol::Environment(name) if self.is_environment(name) => {
                let waived = Symbol::Endpoint(name.clone());
                let in_file = |file: &'_ Arc<FileNames>| -> Vec<(Span, Role)> {
                    let own = file.all(&file.by_symbol, symbol);
                    let mut places: Vec<(Span, Role)> =
                        own.chain(file.all(&file.by_symbol, &waived)).map(place).collect();
                    places.sort_unstable();
                    places
                };
                files.flat_map(in_file).collect()
            }
            Symbol::Endpoint(name) if self.is_environment(name) => Vec::new(),
            // a test may give it a value in one environment
            Symbol::Constant(_) => {
                let in_file = |file: &'_ Arc<FileNames>| -> Vec<(Span, Role)> {
                    let given = file.arguments.iter().filter(|argument| matches!(argument.of, Taker::Environment(_)));
                    let given = given.filter(|argument| self.parameter(argument).as_ref() == Some(symbol));
                    let given = given.map(|argument| (argument.span, Role::Reference));
                    let mut places: Vec<(Span, Role)> =
                        file.all(&file.by_symbol, symbol).map(place).chain(given).collect();
                    places.sort_unstable();
                    places
                };
                files.flat_map(in_file).collect()
            }
            Symbol::Platform(_)
            | Symbol::Environment(_)
            | Symbol::Class(_)
            | Symbol::Module(_)
            | Symbol::Store(_)
            | Symbol::Bound(..)
            | Symbol::Endpoint(_) => files.flat_map(|file| file.all(&file.by_symbol, symbol)).map(place).collect(),
        }
    }

    /// Where a symbol is declared.
    pub fn definition(&self, symbol: &Symbol) -> Option<Span> {
        let known = || self.files.values().flat_map(|file| file.all(&file.by_symbol, symbol));
        let with_role = |role: Role| known().find(|known| known.role == role).map(|known| known.span);
        // a part that overlays alone state is stated there
        let overlaid =
            || matches!(symbol, Symbol::Port(..) | Symbol::Part(..)).then(|| with_role(Role::Overlay)).flatten();
        with_role(Role::Definition).or_else(overlaid)
    }

    /// The classes that something takes over directly, in order.
    pub fn classes(&self, owner: &Owner) -> &[Box<str>] {
        self.bodies().classes.get(owner).map(Vec::as_slice).unwrap_or_default()
    }

    /// An owner and all classes that it takes over, directly or not.
    pub fn chain(&self, owner: &Owner) -> Vec<Owner> {
        self.bodies().chain(owner)
    }

    /// Whatever takes a class over directly.
    pub fn users(&self, class: &str) -> Vec<&Owner> {
        let all = self.bodies().classes.iter();
        all.filter(|(_, classes)| classes.iter().any(|known| &**known == class)).map(|(owner, _)| owner).collect()
    }

    /// The ports of an endpoint or class with their declarations, its own and those of its classes, in order of name; of a
    /// group those that all members have.
    pub fn ports(&self, owner: &Owner) -> Vec<(&str, Span)> {
        let mut members = self.bodies().members(owner).iter();
        let Some(first) = members.next() else { return self.own_ports(owner) };
        let mut shared = self.own_ports(&Owner::Endpoint(first.clone()));
        for member in members {
            let other = self.own_ports(&Owner::Endpoint(member.clone()));
            shared.retain(|(port, _)| other.iter().any(|(known, _)| known == port));
        }
        shared
    }

    /// The endpoints that a group holds, those of groups in it included; empty for what is no group.
    pub fn members(&self, owner: &Owner) -> Vec<&str> {
        let (mut found, mut seen) = (Vec::new(), BTreeSet::new());
        let mut open: Vec<&str> = self.bodies().members(owner).iter().rev().map(|name| &**name).collect();
        while let Some(name) = open.pop().filter(|_| seen.len() < MOST_MEMBERS) {
            if !seen.insert(name) {
                continue;
            }
            match self.bodies().members(&Owner::Endpoint(name.into())) {
                [] => found.push(name),
                members => open.extend(members.iter().rev().map(|name| &**name)),
            }
        }
        found
    }

    fn own_ports(&self, owner: &Owner) -> Vec<(&str, Span)> {
        let mut found: BTreeMap<&str, Span> = BTreeMap::new();
        for owner in self.bodies().chain(owner) {
            let first = (owner.clone(), Box::from(""));
            let bodies = self.bodies();
            let stated = [&bodies.ports, &bodies.overlaid].into_iter();
            let stated = stated.flat_map(|ports| ports.range(first.clone()..).take_while(|(known, _)| *known == owner));
            for (known, port) in stated {
                if let Some(span) = self.definition(&Symbol::Port(known.clone(), port.clone())) {
                    found.entry(port).or_insert(span);
                }
            }
        }
        found.into_iter().collect()
    }

    /// Everything that is declared somewhere, in order of kind and name.
    pub fn declared(&self) -> BTreeMap<&Symbol, Span> {
        let mut declared = BTreeMap::new();
        for file in self.files.values() {
            for (symbol, places) in &file.by_symbol {
                let mut places = places.iter().filter_map(|at| file.occurrences.get(*at));
                if let Some(known) = places.find(|known| known.role == Role::Definition) {
                    declared.entry(symbol).or_insert(known.span);
                }
            }
        }
        declared
    }
}

/// Whether the bodies of all files state the same in both.
fn is_stated_alike(earlier: &BTreeMap<FileId, Arc<FileNames>>, now: &BTreeMap<FileId, Arc<FileNames>>) -> bool {
    earlier.len() == now.len()
        && earlier.iter().zip(now).all(|((id, one), (other_id, other))| {
            id == other_id && (Arc::ptr_eq(one, other) || one.bodies == other.bodies)
        })
}

/// What ports and classes bodies state, so that a port that a class gives is known as the class's.
#[derive(Debug, Default, PartialEq, Eq)]
struct Bodies {
    ports: BTreeSet<(Owner, Box<str>)>,
    /// Ports that overlays state: their own where nothing that they change has them.
    overlaid: BTreeSet<(Owner, Box<str>)>,
    /// Other parts.
    parts: BTreeSet<(Part, Owner, Box<str>)>,
    /// Other parts that overlays state, likewise.
    overlaid_parts: BTreeSet<(Part, Owner, Box<str>)>,
    classes: BTreeMap<Owner, Vec<Box<str>>>,
    groups: BTreeMap<Owner, Vec<Box<str>>>,
}

impl Bodies {
    /// Takes in what the bodies of another file state.
    fn take(&mut self, other: &Self) {
        self.ports.extend(other.ports.iter().cloned());
        self.overlaid.extend(other.overlaid.iter().cloned());
        self.parts.extend(other.parts.iter().cloned());
        self.overlaid_parts.extend(other.overlaid_parts.iter().cloned());
        for (owner, classes) in &other.classes {
            self.classes.entry(owner.clone()).or_default().extend(classes.iter().cloned());
        }
        self.groups.extend(other.groups.iter().map(|(owner, members)| (owner.clone(), members.clone())));
    }

    /// What a group holds; nothing for what is no group.
    fn members(&self, owner: &Owner) -> &[Box<str>] {
        self.groups.get(owner).map(Vec::as_slice).unwrap_or_default()
    }

    /// Who declares the port that this one has: itself, a class that it takes over, or the first member of a group.
    fn owner(&self, owner: &Owner, port: &str) -> Option<Owner> {
        let member = self.members(owner).first().map(|member| Owner::Endpoint(member.clone()));
        let chain = self.chain(member.as_ref().unwrap_or(owner));
        let first = |ports: &BTreeSet<(Owner, Box<str>)>| {
            chain.iter().find(|owner| ports.contains(&((*owner).clone(), port.into()))).cloned()
        };
        first(&self.ports).or_else(|| first(&self.overlaid))
    }

    /// Who declares the part that this one has: itself, or a class that it takes over.
    fn owner_of_part(&self, part: Part, owner: &Owner, name: &str) -> Option<Owner> {
        let chain = self.chain(owner);
        let first = |parts: &BTreeSet<(Part, Owner, Box<str>)>| {
            chain.iter().find(|owner| parts.contains(&(part, (*owner).clone(), name.into()))).cloned()
        };
        first(&self.parts).or_else(|| first(&self.overlaid_parts))
    }

    /// This one and all classes that it takes over, directly or not.
    fn chain(&self, owner: &Owner) -> Vec<Owner> {
        let mut chain = vec![owner.clone()];
        let mut seen = BTreeSet::from([owner.clone()]);
        let mut at = 0;
        while let Some(owner) = chain.get(at) {
            let classes = self.classes.get(owner).into_iter().flatten().cloned().map(Owner::Class);
            let next: Vec<Owner> = classes.filter(|class| seen.insert(class.clone())).collect();
            chain.extend(next);
            at += 1;
        }
        chain
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resolve::load_again;
    use crate::source::files::MemoryFiles;

    #[test]
    fn what_all_bodies_state_is_gathered_again_only_where_it_is_another() {
        let read = |text: &str, earlier: Option<&(Project, Names)>| {
            let files = MemoryFiles::new([("platform.bvl", text)]);
            let (project, _) = load_again(&files, "platform.bvl", earlier.map(|(project, _)| project));
            let names = Names::of(&project, earlier.map(|(_, names)| names));
            (project, names)
        };
        let first = read("service web { cpu 100m; port http 8080 }\n", None);
        let number = read("service web { cpu 200m; port http 8080 }\n", Some(&first));
        assert!(Arc::ptr_eq(&first.1.bodies, &number.1.bodies));
        let port = read("service web { cpu 200m; port rest 8080 }\n", Some(&number));
        assert!(!Arc::ptr_eq(&number.1.bodies, &port.1.bodies));
        let ports = port.1.ports(&Owner::Endpoint("web".into()));
        assert_eq!(ports.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["rest"]);
    }
}
