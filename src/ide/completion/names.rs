//! What has a name in the platform: endpoints, ports, classes, constants, environments.

use std::collections::{BTreeMap, BTreeSet};

use super::{Caret, Completion, Item, Kind, item, kind_of};
use crate::ide::Symbol;
use crate::ide::context::{self, Context};
use crate::ide::names::Owner;
use crate::model::{PortUse, Workload, key_text};
use crate::registry;
use crate::resolve::stranger;
use crate::source::{Provenance, Span};
use crate::syntax::{Statement, is_word};
use crate::value::{Term, quoted};
use crate::vocabulary::{FILE, WITHOUT, Word};

/// The key of a statement, or the value of an entry.
fn key(statement: &Statement) -> Option<String> {
    statement.terms.first().map(key_text)
}

impl Caret<'_> {
    /// Endpoints, or behind `NAME.` its ports.
    pub(super) fn endpoints(&self) -> Completion {
        let path = self.typed.rsplit('/').next().unwrap_or(self.typed);
        match path.rsplit_once('.') {
            Some(("self", typed)) => self.items(typed, self.own_ports()),
            Some((name, typed)) => {
                let mut ports = self.ports(&Owner::Endpoint(name.into()));
                ports.extend(self.metrics_port(name));
                self.items(typed, ports)
            }
            None => self.items(path, self.declared(Kind::Endpoint)),
        }
    }

    /// `NAME.port`, and behind `NAME.port.` its parts.
    pub(super) fn addresses(&self) -> Vec<Item> {
        match self.typed.split('.').collect::<Vec<_>>().as_slice() {
            [name, _] => {
                let mut items = self.ports(&Owner::Endpoint((*name).into()));
                items.push(item(Kind::Choice, "host", "the host name", ""));
                items
            }
            [_, _, _] => ["host", "port"].map(|part| item(Kind::Choice, part, "", "")).to_vec(),
            [_] => self.declared(Kind::Endpoint),
            _ => Vec::new(),
        }
    }

    /// The port of a workload that has its name from `metrics`, which states it.
    fn metrics_port(&self, name: &str) -> Option<Item> {
        let model = self.view.analysis.model.as_ref()?;
        let workload = model.workloads().find(|workload| workload.name.value == name)?;
        let port = workload.ports.iter().find(|port| port.usage == PortUse::Metrics)?;
        Some(self.named(Kind::Port, &*port.name.value, port.number.span))
    }

    pub(super) fn ports(&self, owner: &Owner) -> Vec<Item> {
        let ports = self.view.names.ports(owner).into_iter();
        ports.map(|(name, span)| self.named(Kind::Port, name, span)).collect()
    }

    /// The ports of the body around the caret.
    pub(super) fn own_ports(&self) -> Vec<Item> {
        let Some((file, tree)) = self.view.file(self.at.file) else { return Vec::new() };
        let context = context::at(file, tree, self.at.place);
        let declaration = context.around.first().copied();
        let named =
            declaration.and_then(|declaration| Some((declaration.word(), declaration.terms.first()?.named()?.0)));
        match named {
            Some(("class", name)) => self.ports(&Owner::Class(name.into())),
            Some((_, name)) => self.ports(&Owner::Endpoint(name.into())),
            None => Vec::new(),
        }
    }

    /// The keys of their own that weaker layers state in the braces around the caret, but for those that are stated there again.
    pub(super) fn keys(&self, around: &[&Statement]) -> Vec<Item> {
        let is_overlay = around.first().is_some_and(|first| first.word() == "environment");
        let Some((declared, inner)) = around.get(usize::from(is_overlay)..).and_then(<[_]>::split_first) else {
            return Vec::new();
        };
        let Some((name, ..)) = declared.terms.first().and_then(Term::named) else { return Vec::new() };
        let own = match declared.word() {
            "class" => Owner::Class(name.into()),
            _ => Owner::Endpoint(name.into()),
        };
        let mut keys = BTreeMap::new();
        for owner in self.view.names.chain(&own).into_iter().filter(|owner| is_overlay || *owner != own) {
            let mut bodies: Vec<&Statement> = self.declaration(owner).into_iter().collect();
            for step in inner {
                let is_it = |other: &&Statement| other.word() == step.word() && key(other) == key(step);
                bodies = bodies.iter().flat_map(|body| body.statements()).filter(is_it).collect();
            }
            let entries = bodies.into_iter().flat_map(Statement::statements);
            keys.extend(entries.map(|entry| (entry.word(), key(entry).unwrap_or_default())));
        }
        let stated: BTreeSet<&str> =
            inner.last().into_iter().flat_map(|last| last.statements()).map(Statement::word).collect();
        keys.retain(|key, _| *key != WITHOUT.name && !stated.contains(key));
        let label = |key: &str| if is_word(key) { key.to_owned() } else { quoted(key) };
        keys.into_iter().map(|(key, value)| item(Kind::Choice, label(key), value, "")).collect()
    }

    /// The statement that declares an endpoint or class.
    pub(super) fn declaration(&self, owner: Owner) -> Option<&Statement> {
        let symbol = match owner {
            Owner::Endpoint(name) => Symbol::Endpoint(name),
            Owner::Class(name) => Symbol::Class(name),
        };
        let name = self.view.names.definition(&symbol)?;
        let (_, tree) = self.view.file(name.file)?;
        tree.statements().find(|statement| statement.span.contains(name))
    }

    /// What is declared of a kind.
    pub(super) fn declared(&self, kind: Kind) -> Vec<Item> {
        let declared = self.view.names.declared();
        let declared = declared.into_iter().filter(|(symbol, _)| kind_of(symbol) == Some(kind));
        declared.map(|(symbol, span)| self.named(kind, symbol.name(), span)).collect()
    }

    /// What is declared as a workload or an external; a group is a name for several of them.
    pub(super) fn members(&self) -> Vec<Item> {
        let mut items = self.declared(Kind::Endpoint);
        items.retain(|item| item.detail.split_whitespace().next() != Some("group"));
        items
    }

    /// What an overlay of the environment around the caret may change, by the word that declares it: what is there.
    pub(super) fn changeable(&self, word: &str, context: &Context<'_>) -> Vec<Item> {
        let mut items = self.declared_by(word);
        let environment = context.around.first().and_then(|around| around.terms.first()?.named());
        let (Some((name, ..)), Some(model)) = (environment, &self.view.analysis.model) else { return items };
        let instances: Vec<_> =
            model.environments.iter().filter(|one| one.name.value == name).map(|one| one.id).collect();
        if !instances.is_empty() {
            let is_there = |item: &Item| instances.iter().any(|id| model.named_in(*id, &item.label).next().is_some());
            // what could not be read is in none
            items.retain(|item| is_there(item) || model.named(&item.label).is_empty());
        }
        items
    }

    /// The stores of secrets that the platform states.
    pub(super) fn stores(&self) -> Vec<Item> {
        let stores = self.view.analysis.model.iter().flat_map(|model| &model.platform.secret_stores);
        stores.map(|store| self.named(Kind::Choice, &*store.name.value, store.name.span)).collect()
    }

    /// Leaves of endpoints those that may stand there: before a workload comes no external and not itself. Whoever answers a
    /// trigger stands first.
    pub(super) fn fit(&self, word: &Word, variant: Option<&Word>, around: &[&Statement], items: &mut Vec<Item>) {
        if word.name == "after" {
            let own = |label: &str| {
                let mut names = around.iter().filter_map(|around| around.terms.first()?.named());
                names.any(|(name, ..)| name == label)
            };
            items.retain(|item| !own(&item.label) && !item.detail.starts_with("external "));
        }
        if let (Some(variant), Some(model)) = (variant, &self.view.analysis.model) {
            let answers = |workload: &Workload| {
                workload.managed().is_some_and(|managed| managed.trigger_ports.contains_key(variant.name))
            };
            let known: BTreeSet<&str> =
                model.workloads().filter(|workload| answers(workload)).map(|workload| &*workload.name.value).collect();
            items.sort_by_key(|item| !known.contains(item.label.as_str()));
        }
    }

    /// What is declared by a word: `service`, `managed`, `external`.
    pub(super) fn declared_by(&self, word: &str) -> Vec<Item> {
        let mut items = self.declared(Kind::Endpoint);
        items.retain(|item| item.detail.split_whitespace().next() == Some(word));
        items
    }

    /// The platform's own classes, and those of the modules that it uses.
    pub(super) fn classes(&self) -> Vec<Item> {
        let mut items = self.declared(Kind::Class);
        let is_standard = |span: Span| {
            self.view.sources().get(span.file).is_some_and(|file| file.provenance() == Provenance::Standard)
        };
        let names = self.view.names.declared();
        let standard: Vec<&str> = names
            .into_iter()
            .filter(|(symbol, span)| matches!(symbol, Symbol::Class(_)) && is_standard(*span))
            .map(|(symbol, _)| symbol.name())
            .collect();
        // one's own stand before what was taken in
        items.sort_by_key(|item| standard.contains(&item.label.as_str()));
        items
    }

    /// Classes for what a statement declares: those of its kind, then those of modules that no file uses yet.
    pub(super) fn fitting_classes(&self, statement: &Statement) -> Vec<Item> {
        let mut items = self.classes();
        let block = FILE.word(statement.word()).and_then(|word| word.block);
        let is_of_kind = |name: &str| {
            let span = self.view.names.definition(&Symbol::Class(name.into()))?;
            let (_, tree) = self.view.file(span.file)?;
            let class = tree.statements().find(|class| class.span.contains(span))?;
            Some(block.is_none_or(|block| stranger(class, block).is_none()))
        };
        // a class has no name of its own among those that it takes over
        let own = statement.terms.first().and_then(Term::named).map(|(name, ..)| name);
        items.retain(|item| statement.word() != "class" || own != Some(item.label.as_str()));
        items.retain(|item| is_of_kind(&item.label) != Some(false));
        items.sort_by_key(|item| is_of_kind(&item.label).is_none());
        // the standard library speaks of what operators and charts bring, and of what clouds answer at
        if let Some(block) = block.filter(|_| matches!(statement.word(), "managed" | "external")) {
            let used = &self.view.analysis.project.modules;
            let unused = registry::modules().filter(|module| {
                let name = module.name.strip_prefix("std.").unwrap_or(&module.name);
                !used.contains_key(name) && !used.contains_key(&module.name)
            });
            for module in unused {
                let name = module.name.strip_prefix("std.").unwrap_or(&module.name);
                let fitting = module.classes.iter().filter(|class| module.is_for(class, block));
                items.extend(fitting.map(|class| Item {
                    module: Some(module.name.clone()),
                    ..item(
                        Kind::Class,
                        format!("{name}.{class}"),
                        format!("adds `use {}`", module.name),
                        module.doc(class),
                    )
                }));
            }
        }
        items
    }

    /// What can stand behind `$`.
    pub(super) fn constants(&self, context: &Context<'_>) -> Vec<Item> {
        let declared = self.view.names.declared();
        let around = context.around.first().map(|declaration| declaration.head());
        let is_here = |symbol: &Symbol| {
            if let Symbol::Parameter(of, _) = symbol {
                around.is_some_and(|head| head.contains(*of))
            } else {
                matches!(symbol, Symbol::Constant(_))
            }
        };
        let mut items: Vec<Item> = declared
            .into_iter()
            .filter(|(symbol, _)| is_here(symbol))
            .map(|(symbol, span)| self.named(Kind::Constant, symbol.name(), span))
            .collect();
        let built_in = [("environment", "the environment's name"), ("namespace", "the environment's namespace")];
        items.extend(built_in.map(|(name, what)| item(Kind::Constant, name, what, "")));
        items
    }

    /// The parameters of the declaration around the caret, as they are put in.
    pub(super) fn parameters(&self) -> Vec<Item> {
        let Some((file, tree)) = self.view.file(self.at.file) else { return Vec::new() };
        let context = context::at(file, tree, self.at.place);
        let Some(around) = context.around.first().map(|declaration| declaration.head()) else { return Vec::new() };
        let declared = self.view.names.declared().into_iter();
        let own = declared.filter(|(symbol, _)| matches!(symbol, Symbol::Parameter(of, _) if around.contains(*of)));
        own.map(|(symbol, span)| self.named(Kind::Constant, format!("${}", symbol.name()), span)).collect()
    }

    /// What is declared at a place, with the line there beside it.
    pub(super) fn named(&self, kind: Kind, label: impl Into<String>, declared: Span) -> Item {
        Item { declared: Some(declared), ..item(kind, label, self.line(declared), "") }
    }

    /// The line on which something is declared, without its braces.
    pub(super) fn line(&self, span: Span) -> String {
        let Some(file) = self.view.sources().get(span.file) else { return String::new() };
        let line = file.line_text(file.line(span.start));
        line.split('{').next().unwrap_or(line).trim().to_owned()
    }
}
