//! The names of one file: a walk through its tree by the schema table.

use super::{Argument as Given, Bodies, Occurrence, Owner, Part, Role, Symbol, Taker};
use crate::model::rule::{bound, is_own};
use crate::resolve::{STANDARD, class_block, param_types};
use crate::source::Span;
use crate::syntax::{Statement, Tree};
use crate::value::{Term, TermKind, Within};
use crate::vocabulary::{self, Argument, Block, FILE, Presence, Type, Word, declares_endpoint};

/// What stands in a body for whatever the body belongs to.
const SELF: &str = "self";

/// Parameters by name, each with the class whose workloads it names.
type Parameters<'t> = Vec<(&'t str, Option<&'t str>)>;

/// Walks one tree.
pub(super) struct Collector<'t> {
    module: Option<&'t str>,
    found: Vec<Occurrence>,
    bodies: &'t mut Bodies,
    /// The declaration whose parameters are known, and these, with the class whose workloads one names.
    parameters: Option<(Span, Parameters<'t>)>,
    owner: Option<Owner>,
    /// What a `port` in the body around does: an overlay changes one, where it declares none of its own.
    states: Role,
    /// The names of arguments: whose parameters they are depends on where the classes are.
    arguments: Vec<Given>,
    /// Where a `$` stands before a name.
    dollars: Vec<u32>,
}

/// The names of a tree, those of arguments, and the places of the `$` before names.
type Found = (Vec<Occurrence>, Vec<Given>, Vec<u32>);

impl<'t> Collector<'t> {
    /// The names in a tree, those of arguments and the `$` before names, in order of place; what its bodies state is added to `bodies`.
    pub(super) fn collect(tree: &'t Tree, module: Option<&'t str>, bodies: &'t mut Bodies) -> Found {
        let mut collector = Self {
            module,
            found: Vec::new(),
            bodies,
            parameters: None,
            owner: None,
            states: Role::Definition,
            arguments: Vec::new(),
            dollars: Vec::new(),
        };
        for statement in tree.statements() {
            collector.parameters = None;
            collector.owner = None;
            collector.declaration(statement);
        }
        let Self { mut found, mut arguments, mut dollars, .. } = collector;
        found.sort_by_key(|known| (known.span.start, known.span.end));
        arguments.sort_by_key(|known| known.span);
        dollars.sort_unstable();
        (found, arguments, dollars)
    }

    pub(super) fn add(&mut self, span: Span, symbol: Symbol, role: Role) {
        self.found.push(Occurrence { span, symbol, role });
    }

    /// A statement at the top level.
    fn declaration(&mut self, statement: &'t Statement) {
        let Some(word) = FILE.word(statement.word()) else { return };
        let first = statement.terms.first();
        let block = if word.name == "class" { Some(class_block(statement).0) } else { word.block };
        match word.name {
            "use" => {
                if let Some(term) = first
                    && let Some(name) = term.name()
                {
                    let module = name.strip_prefix("std.").unwrap_or(name);
                    self.add(term.span, Symbol::Module(module.into()), Role::Reference);
                }
                return;
            }
            "param" | "let" => {
                if let Some(term) = first
                    && let Some(name) = term.name()
                {
                    self.add(term.span, Symbol::Constant(name.into()), Role::Definition);
                }
                for term in statement.terms.iter().skip(1) {
                    self.variables(term);
                }
                return;
            }
            "allow" | "never" => self.flow(&statement.terms),
            "waive" => self.waiver(&statement.terms),
            "rule" | "test" => self.terms(word, statement),
            _ => {
                if let Some((name, span, parts)) = first.and_then(Term::named) {
                    self.head(word.name, name, span, parts);
                }
                if let ("group", Some(owner)) = (word.name, self.owner.clone()) {
                    let members = statement.terms.iter().skip(1).flat_map(Term::members).filter_map(Term::name);
                    self.bodies.groups.insert(owner, members.map(Into::into).collect());
                }
                self.terms(word, statement);
            }
        }
        if let Some(block) = block {
            self.block(statement, block);
        }
    }

    /// The name that a declaration gives, and what stands in parentheses behind it.
    fn head(&mut self, word: &str, name: &'t str, span: Span, parts: &'t [Box<[Term]>]) {
        let symbol = match word {
            "platform" => Symbol::Platform(name.into()),
            "environment" => Symbol::Environment(name.into()),
            "class" => {
                let name: Box<str> =
                    self.module.map_or_else(|| name.into(), |module| format!("{module}.{name}").into());
                self.owner = Some(Owner::Class(name.clone()));
                Symbol::Class(name)
            }
            _ => {
                self.owner = Some(Owner::Endpoint(name.into()));
                Symbol::Endpoint(name.into())
            }
        };
        self.add(span, symbol, Role::Definition);
        let mut names = Vec::new();
        for part in parts {
            if let Some((first, rest)) = part.split_first() {
                let ty = rest.get(1).and_then(|ty| Some((ty.name()?, ty.span)));
                let class = ty.filter(|(ty, _)| !param_types().any(|(known, _)| known == *ty));
                if let Some((class, span)) = class {
                    self.class_name(class, span);
                }
                if let Some(name) = first.name() {
                    names.push((name, class.map(|(class, _)| class)));
                    self.add(first.span, Symbol::Parameter(span, name.into()), Role::Definition);
                }
                for term in rest {
                    self.variables(term);
                }
            }
        }
        self.parameters = Some((span, names));
    }

    fn block(&mut self, statement: &'t Statement, block: &'static Block) {
        for inner in statement.statements() {
            let Some(word) = block.word_at(&inner.word) else { continue };
            if word.is_own_key() {
                self.variables(&inner.word);
            }
            match (block.name, word.name) {
                ("environment", name) if declares_endpoint(name) => {
                    let named = inner.terms.first().and_then(Term::name);
                    let before = self.owner.take();
                    let declares = std::mem::replace(&mut self.states, Role::Overlay);
                    if let (Some(name), Some(term)) = (named, inner.terms.first()) {
                        self.add(term.span, Symbol::Endpoint(name.into()), Role::Overlay);
                        self.owner = Some(Owner::Endpoint(name.into()));
                    }
                    if let Some(block) = FILE.word(word.name).and_then(|word| word.block) {
                        self.block(inner, block);
                    }
                    self.owner = before;
                    self.states = declares;
                    continue;
                }
                ("environment", "without") => {
                    // `without allow A -> B` has the ends of a flow
                    let flow = inner.terms.first().is_some_and(|first| first.is_name("allow"));
                    self.flow(inner.terms.get(usize::from(flow)..).unwrap_or_default());
                    continue;
                }
                ("environment", "allow") => self.flow(&inner.terms),
                ("rule", _) => {
                    self.sentence(&inner.terms);
                    continue;
                }
                ("test", "given") => {
                    self.given(&inner.terms);
                    continue;
                }
                ("test", "expect") => {
                    self.expectation(&inner.terms);
                    continue;
                }
                ("platform", "secret-store") => {
                    if let Some(term) = inner.terms.first()
                        && let Some(name) = term.name()
                    {
                        self.add(term.span, Symbol::Store(name.into()), Role::Definition);
                    }
                }
                (_, "allow") => self.own_flow(&inner.terms),
                (_, "port") => self.port(inner),
                (_, "without") => {
                    if let [what, name] = &*inner.terms {
                        self.taken_away(block, what, name);
                    }
                    continue;
                }
                // a Service that carries ports, and what a trigger of some type asks
                ("service" | "managed", "service") | ("managed", "trigger") => {
                    let ports = inner
                        .terms
                        .iter()
                        .skip(1)
                        .take_while(|term| term.name().is_none_or(|name| word.clause(name).is_none()));
                    ports.flat_map(Term::members).for_each(|term| self.own_port(term));
                    continue;
                }
                (_, "config" | "secret" | "on" | "init" | "sidecar") => {
                    self.part(word, inner);
                    self.terms(word, inner);
                }
                (_, "env") => {
                    self.part_read(word, inner);
                    self.terms(word, inner);
                }
                _ => self.terms(word, inner),
            }
            let variant = inner.terms.first().and_then(Term::name).and_then(|name| word.variant(name));
            if let Some(block) = variant.and_then(|variant| variant.block).or(word.block) {
                self.block(inner, block);
            }
        }
    }

    /// `port NAME NUMBER` in a body.
    fn port(&mut self, statement: &'t Statement) {
        if let (Some(term), Some(owner)) = (statement.terms.first(), self.owner.clone())
            && let Some(name) = term.name()
        {
            let known = match self.states {
                Role::Overlay => &mut self.bodies.overlaid,
                Role::Definition | Role::Reference => &mut self.bodies.ports,
            };
            known.insert((owner.clone(), name.into()));
            self.add(term.span, Symbol::Port(owner, name.into()), self.states);
        }
        statement.terms.iter().for_each(|term| self.variables(term));
    }

    /// `config NAME`, `secret NAME`, `init NAME`, `sidecar NAME` and `on .. as NAME` in a body.
    fn part(&mut self, word: &'static Word, statement: &'t Statement) {
        let Some((part, owner)) = Part::of_word(word.name).zip(self.owner.clone()) else { return };
        let split = vocabulary::split(word, &statement.terms);
        let term = match part {
            Part::Config | Part::Secret | Part::Init | Part::Sidecar => split.args.first(),
            Part::Trigger => {
                let own = split.clauses.iter().find(|(clause, ..)| clause.name == "as");
                own.and_then(|(_, _, terms)| terms.first())
            }
        };
        let Some((term, name)) = term.and_then(|term| Some((term, term.name()?))) else { return };
        let known = match self.states {
            Role::Overlay => &mut self.bodies.overlaid_parts,
            Role::Definition | Role::Reference => &mut self.bodies.parts,
        };
        known.insert((part, owner.clone(), name.into()));
        self.add(term.span, Symbol::Part(part, owner, name.into()), self.states);
    }

    /// `env .. config NAME KEY` and `env .. secret NAME KEY` in a body.
    fn part_read(&mut self, word: &'static Word, statement: &'t Statement) {
        for (clause, _, terms) in &vocabulary::split(word, &statement.terms).clauses {
            if let Some(part) = Part::of_word(clause.name)
                && let Some(term) = terms.first()
            {
                self.own_part(part, term);
            }
        }
    }

    /// What `without` takes away of a body, by its name.
    fn taken_away(&mut self, block: &'static Block, what: &'t Term, name: &'t Term) {
        if what.is_name("port") {
            return self.own_port(name);
        }
        // a trigger without a name of its own is named by its type
        let is_type = |word: &str| {
            name.name().is_some_and(|name| block.word(word).is_some_and(|known| known.variant(name).is_some()))
        };
        if let Some(part) = what.name().and_then(Part::of_word)
            && !is_type(part.word())
        {
            self.own_part(part, name);
        }
    }

    /// A part of the body itself.
    fn own_part(&mut self, part: Part, term: &'t Term) {
        if let (Some(name), Some(owner)) = (term.name(), self.owner.clone()) {
            self.add(term.span, Symbol::Part(part, owner, name.into()), Role::Reference);
        }
    }

    /// The terms of a statement, each by the type of its place.
    fn terms(&mut self, word: &'static Word, statement: &'t Statement) {
        let split = vocabulary::split(word, &statement.terms);
        let args = split.variant.map_or(word.args, |variant| variant.args);
        self.args(args, split.args);
        for (clause, _, terms) in &split.clauses {
            if clause.name == "is" {
                terms.iter().flat_map(Term::members).for_each(|term| self.class(term));
            } else {
                self.args(clause.args, terms);
            }
        }
    }

    fn args(&mut self, args: &'static [Argument], terms: &'t [Term]) {
        let mut args = args.iter().peekable();
        for term in terms {
            let ty = args.peek().map(|arg| arg.ty);
            if args.peek().is_some_and(|arg| arg.presence != Presence::List) {
                args.next();
            }
            for member in term.members() {
                match ty {
                    Some(Type::Endpoint | Type::Member) => self.endpoint(member),
                    Some(Type::Environment) => self.environment(member),
                    Some(Type::Store) => match member.name() {
                        Some(name) => self.add(member.span, Symbol::Store(name.into()), Role::Reference),
                        None => self.variables(member),
                    },
                    Some(Type::PortReference) => self.own_port(member),
                    Some(Type::Value | Type::Content) if member.name().is_some_and(|name| name.contains('.')) => {
                        self.endpoint(member);
                    }
                    _ => self.variables(member),
                }
            }
        }
    }

    /// The ends of a flow, and what follows them.
    fn flow(&mut self, terms: &'t [Term]) {
        let is_clause = |term: &Term| matches!(term.name(), Some("because" | "in"));
        let n_ends = terms.iter().position(is_clause).unwrap_or(terms.len());
        let (ends, clauses) = terms.split_at(n_ends);
        ends.iter().flat_map(Term::members).for_each(|term| self.endpoint(term));
        self.environments(clauses);
    }

    /// The ends of traffic that a body states of whatever it belongs to: `self`, classes, the Kubernetes API.
    fn own_flow(&mut self, terms: &'t [Term]) {
        let ends = terms.iter().take_while(|term| !term.is_name("because"));
        for term in ends.flat_map(Term::members) {
            match term.name() {
                Some("kubernetes-api") => {}
                Some(path) if self.is_own(path) => self.path(path, term.span),
                Some(path) => self.class_path(path, term.span),
                None => self.variables(term),
            }
        }
    }

    /// Whether the first part of a path is `self` or a parameter that names a workload.
    fn is_own(&self, path: &str) -> bool {
        let first = path.split('.').next().unwrap_or(path);
        first == SELF || self.own_parameter(first).is_some_and(|(_, class)| class.is_some())
    }

    /// `CLASS`, `MODULE.CLASS`, and either with a port behind it.
    fn class_path(&mut self, path: &str, span: Span) {
        let mut parts = path.split('.');
        let first = parts.next().unwrap_or_default();
        let is_module = STANDARD.get_file(format!("{first}.bvl")).is_some() && path != first;
        let (mut start, mut class) = (span.start, first.to_owned());
        let part = |start: u32, text: &str| Span { start, end: start.saturating_add(length(text)), ..span };
        if is_module && let Some(second) = parts.next() {
            self.add(part(start, first), Symbol::Module(first.into()), Role::Reference);
            start = start.saturating_add(length(first)).saturating_add(1);
            class = format!("{first}.{second}");
            self.add(part(start, second), Symbol::Class((*class).into()), Role::Reference);
            start = start.saturating_add(length(second));
        } else {
            self.add(part(start, first), Symbol::Class(first.into()), Role::Reference);
            start = start.saturating_add(length(first));
        }
        if let Some(port) = parts.next() {
            let owner = Owner::Class(class.into());
            self.add(part(start.saturating_add(1), port), Symbol::Port(owner, port.into()), Role::Reference);
        }
    }

    /// What follows `in`.
    fn environments(&mut self, clauses: &'t [Term]) {
        let behind = clauses.iter().skip_while(|term| !term.is_name("in")).skip(1);
        for term in behind.take_while(|term| !matches!(term.name(), Some("because" | "on"))) {
            term.members().iter().for_each(|term| self.environment(term));
        }
    }

    fn waiver(&mut self, terms: &'t [Term]) {
        let on = terms.iter().skip_while(|term| !term.is_name("on")).skip(1);
        for term in on.take_while(|term| !matches!(term.name(), Some("because" | "in"))) {
            self.endpoint(term);
        }
        self.environments(terms);
    }

    /// The sentence of a rule: what it binds is its own, and what that has is no name of the platform.
    fn sentence(&mut self, terms: &'t [Term]) {
        let names: Vec<&str> = bound(terms).collect();
        let mut own: Vec<(&str, Span)> = Vec::new();
        let mut binds = true;
        for term in terms {
            if std::mem::take(&mut binds)
                && let Some(name) = term.name().filter(|name| names.contains(name))
            {
                own.push((name, term.span));
                self.add(term.span, Symbol::Bound(term.span, name.into()), Role::Definition);
                continue;
            }
            binds = matches!(term.name(), Some("any" | "all"));
            for member in term.members() {
                if let Some((path, span, _)) = member.named() {
                    self.bound(path, span, &own);
                }
            }
            term.each_variable(&mut |name, span, within| match within {
                Within::Term => self.behind_dollar(name, span),
                Within::Text if is_own(name, &names) => self.bound(name, span, &own),
                Within::Text => self.variable(name, span),
            });
        }
    }

    /// A path that may begin with what a sentence has bound before; the last that has the name is meant.
    fn bound(&mut self, path: &str, span: Span, own: &[(&str, Span)]) {
        let first = path.split('.').next().unwrap_or(path);
        if let Some((_, at)) = own.iter().rev().find(|(name, _)| *name == first) {
            let span = Span { end: span.start.saturating_add(length(first)), ..span };
            self.add(span, Symbol::Bound(*at, first.into()), Role::Reference);
        }
    }

    /// Adds the name of an argument.
    pub(super) fn argue(&mut self, argument: Given) {
        self.arguments.push(argument);
    }

    pub(super) fn environment(&mut self, term: &'t Term) {
        if let Some((name, span, _)) = term.named() {
            self.add(span, Symbol::Environment(name.into()), Role::Reference);
        }
    }

    fn class(&mut self, term: &'t Term) {
        if let Some((name, span, parts)) = term.named() {
            if let Some(owner) = &self.owner {
                self.bodies.classes.entry(owner.clone()).or_default().push(name.into());
            }
            self.class_name(name, span);
            for part in parts {
                // `cpu = 1`: the name is that of one of the class's parameters
                if let [parameter, equals, rest @ ..] = &**part
                    && equals.kind == TermKind::Equals
                    && let Some(parameter_name) = parameter.name()
                {
                    let (of, name) = (Taker::Class(name.into()), parameter_name.into());
                    self.arguments.push(Given { span: parameter.span, of, name });
                    // a name that is no value is that of a workload
                    if let [value] = rest
                        && let Some(name) = value.name().filter(|name| !matches!(*name, "true" | "false"))
                    {
                        self.add(value.span, Symbol::Endpoint(name.into()), Role::Reference);
                    }
                }
                part.iter().for_each(|term| self.variables(term));
            }
        }
    }

    /// The name of a class, with its module before it where it has one.
    fn class_name(&mut self, name: &str, span: Span) {
        let symbol = Symbol::Class(name.into());
        if let Some((module, _)) = name.split_once('.') {
            let module_span = Span { end: span.start.saturating_add(length(module)), ..span };
            self.add(module_span, Symbol::Module(module.into()), Role::Reference);
            self.add(Span { start: module_span.end.saturating_add(1), ..span }, symbol, Role::Reference);
        } else {
            self.add(span, symbol, Role::Reference);
        }
    }

    /// `NAME`, `NAME.port` or `ENVIRONMENT/NAME.port`.
    pub(super) fn endpoint(&mut self, term: &'t Term) {
        match term.name() {
            Some(path) => self.path(path, term.span),
            None => self.variables(term),
        }
    }

    fn path(&mut self, path: &str, span: Span) {
        let mut start = span.start;
        let path = match path.split_once('/') {
            Some((environment, rest)) => {
                let end = start.saturating_add(length(environment));
                self.add(Span { start, end, ..span }, Symbol::Environment(environment.into()), Role::Reference);
                start = end.saturating_add(1);
                rest
            }
            None => path,
        };
        let (name, port) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
        let end = start.saturating_add(length(name));
        // one of a value stands in no declaration's place
        let own = self.own_parameter(name).filter(|(_, class)| class.is_some());
        let owner = match (name, &self.owner, own) {
            (_, _, Some((_, Some(class)))) => Owner::Class(class.into()),
            (SELF, Some(owner), _) => owner.clone(),
            _ => Owner::Endpoint(name.into()),
        };
        if let Some((declaration, _)) = own {
            self.add(Span { start, end, ..span }, Symbol::Parameter(declaration, name.into()), Role::Reference);
        } else if !name.is_empty() && name != SELF {
            self.add(Span { start, end, ..span }, Symbol::Endpoint(name.into()), Role::Reference);
        }
        // `${postgres.sql.host}` names a part of the address behind the port
        if let Some(port) = port.map(|rest| rest.split('.').next().unwrap_or(rest))
            && !port.is_empty()
        {
            let start = end.saturating_add(1);
            let span = Span { start, end: start.saturating_add(length(port)), ..span };
            self.add(span, Symbol::Port(owner, port.into()), Role::Reference);
        }
    }

    /// A port of the body itself.
    fn own_port(&mut self, term: &'t Term) {
        match (term.name(), self.owner.clone()) {
            (Some(name), Some(owner)) => {
                self.add(term.span, Symbol::Port(owner, name.into()), Role::Reference);
            }
            _ => self.variables(term),
        }
    }

    /// What stands behind `$`, at any depth.
    pub(super) fn variables(&mut self, term: &'t Term) {
        term.each_variable(&mut |name, span, within| match within {
            Within::Term => self.behind_dollar(name, span),
            Within::Text if name.contains('.') => self.path(name, span),
            Within::Text => self.variable(name, span),
        });
    }

    /// A name with its `$`.
    fn behind_dollar(&mut self, name: &'t str, span: Span) {
        self.dollars.push(span.start);
        self.variable(name, Span { start: span.start.saturating_add(1), ..span });
    }

    fn variable(&mut self, name: &'t str, span: Span) {
        let symbol = match self.own_parameter(name) {
            Some((declaration, _)) => Symbol::Parameter(declaration, name.into()),
            None => Symbol::Constant(name.into()),
        };
        self.add(span, symbol, Role::Reference);
    }

    /// The declaration around that has a parameter of this name, and the class whose workloads that names.
    fn own_parameter(&self, name: &str) -> Option<(Span, Option<&'t str>)> {
        let (declaration, known) = self.parameters.as_ref()?;
        known.iter().find(|(own, _)| *own == name).map(|(_, class)| (*declaration, *class))
    }
}

fn length(text: &str) -> u32 {
    u32::try_from(text.len()).unwrap_or(u32::MAX)
}
