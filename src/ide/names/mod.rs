//! Every name that the files of a platform hold: where it stands, and what it stands for.
//!
//! Invariants: the occurrences of one file depend on that file's tree alone, in order of place; they are there for broken
//! statements too, since trees are; what a port belongs to is found when all files are known.

mod collect;

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
    /// What stands in the parentheses of the declaration at a place.
    Parameter(Span, Box<str>),
    /// A service, managed workload, external or group.
    Endpoint(Box<str>),
    /// A port of an endpoint or class.
    Port(Owner, Box<str>),
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
            | Self::Parameter(_, name)
            | Self::Endpoint(name)
            | Self::Port(_, name) => name,
        }
    }
}

/// What has ports.
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

/// All names of a platform.
#[derive(Debug, Default)]
pub struct Names {
    files: BTreeMap<FileId, Arc<FileNames>>,
    bodies: OnceLock<Bodies>,
}

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
    /// Those of ports by the name of the port: whose it is depends on other files.
    by_port: BTreeMap<Box<str>, Vec<usize>>,
    bodies: Bodies,
}

impl FileNames {
    fn of(tree: &Arc<Tree>, module: Option<&str>) -> Self {
        let mut bodies = Bodies::default();
        let occurrences = Collector::collect(tree, module, &mut bodies);
        let mut by_symbol: BTreeMap<Symbol, Vec<usize>> = BTreeMap::new();
        let mut by_port: BTreeMap<Box<str>, Vec<usize>> = BTreeMap::new();
        for (at, occurrence) in occurrences.iter().enumerate() {
            if let Symbol::Port(_, port) = &occurrence.symbol {
                by_port.entry(port.clone()).or_default().push(at);
            }
            by_symbol.entry(occurrence.symbol.clone()).or_default().push(at);
        }
        Self { tree: Arc::clone(tree), module: module.map(Into::into), occurrences, by_symbol, by_port, bodies }
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
        Self { files: project.trees.iter().map(of_tree).collect(), bodies: OnceLock::new() }
    }

    /// What the bodies of all files state, gathered when that is first asked.
    fn bodies(&self) -> &Bodies {
        self.bodies.get_or_init(|| {
            let mut all = Bodies::default();
            self.files.values().for_each(|file| all.take(&file.bodies));
            all
        })
    }

    /// A name with what it stands for: a port is that of whoever declares it.
    fn meant(&self, occurrence: &Occurrence) -> Occurrence {
        let mut meant = occurrence.clone();
        if let Symbol::Port(owner, port) = &occurrence.symbol
            && occurrence.role != Role::Definition
            && let Some(owner) = self.bodies().owner(owner, port)
        {
            meant.symbol = Symbol::Port(owner, port.clone());
        }
        meant
    }

    /// The name that stands at a place, its end included: the caret behind a name is on it.
    pub fn at(&self, file: FileId, place: u32) -> Option<Occurrence> {
        let occurrences = &self.files.get(&file)?.occurrences;
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
            Symbol::Port(_, port) => files
                .flat_map(|file| file.all(&file.by_port, &**port))
                .filter(|known| self.meant(known).symbol == *symbol)
                .map(place)
                .collect(),
            Symbol::Platform(_)
            | Symbol::Environment(_)
            | Symbol::Class(_)
            | Symbol::Module(_)
            | Symbol::Constant(_)
            | Symbol::Parameter(..)
            | Symbol::Endpoint(_) => files.flat_map(|file| file.all(&file.by_symbol, symbol)).map(place).collect(),
        }
    }

    /// Where a symbol is declared.
    pub fn definition(&self, symbol: &Symbol) -> Option<Span> {
        let mut known = self.files.values().flat_map(|file| file.all(&file.by_symbol, symbol));
        known.find(|known| known.role == Role::Definition).map(|known| known.span)
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

    fn own_ports(&self, owner: &Owner) -> Vec<(&str, Span)> {
        let mut found: BTreeMap<&str, Span> = BTreeMap::new();
        for owner in self.bodies().chain(owner) {
            let first = (owner.clone(), Box::from(""));
            for (known, port) in self.bodies().ports.range(first..).take_while(|(known, _)| *known == owner) {
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

/// What ports and classes bodies state, so that a port that a class gives is known as the class's.
#[derive(Debug, Default)]
struct Bodies {
    ports: BTreeSet<(Owner, Box<str>)>,
    classes: BTreeMap<Owner, Vec<Box<str>>>,
    groups: BTreeMap<Owner, Vec<Box<str>>>,
}

impl Bodies {
    /// Takes in what the bodies of another file state.
    fn take(&mut self, other: &Self) {
        self.ports.extend(other.ports.iter().cloned());
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
        self.chain(member.as_ref().unwrap_or(owner))
            .into_iter()
            .find(|owner| self.ports.contains(&(owner.clone(), port.into())))
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
