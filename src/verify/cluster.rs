//! The objects that are judged together, as they would lie in one cluster.

use std::collections::BTreeMap;

use super::finding::Place;
use super::pod::PodView;
use crate::object::api::core::v1::Namespace;
use crate::object::{FieldPath, Given};

/// Objects that are judged together.
#[derive(Debug, Clone, Copy)]
pub struct Cluster<'a> {
    /// All of them; a [`Place`] names one by its number here.
    pub objects: &'a [Given],
    /// The namespace of those that state none.
    pub default_namespace: &'a str,
}

impl<'a> Cluster<'a> {
    /// Every object with its number.
    pub fn iter(self) -> impl Iterator<Item = (usize, &'a Given)> {
        self.objects.iter().enumerate()
    }

    /// The namespace that an object lives in; empty for what belongs to the cluster.
    pub fn namespace_of(self, object: &'a Given) -> &'a str {
        if object.is_of_the_cluster() {
            return "";
        }
        object.metadata().namespace.as_deref().unwrap_or(self.default_namespace)
    }

    /// The namespaces among the objects, by name, each with its number.
    pub fn namespaces(self) -> BTreeMap<&'a str, (usize, &'a Namespace)> {
        let namespaces = self.iter().filter_map(|(at, object)| match object {
            Given::Namespace(namespace) => Some((object.name(), (at, &**namespace))),
            _ => None,
        });
        namespaces.collect()
    }

    /// Every object that has a pod template, with its number and the pod.
    pub fn pods(self) -> impl Iterator<Item = (usize, &'a Given, PodView<'a>)> {
        self.iter().filter_map(|(at, object)| Some((at, object, PodView::new(object.template()?))))
    }

    /// `Deployment web`, and `Deployment shop/web` where it states its namespace.
    pub fn title(self, object: &Given) -> String {
        match &object.metadata().namespace {
            Some(namespace) => format!("{} {namespace}/{}", object.kind(), object.name()),
            None => format!("{} {}", object.kind(), object.name()),
        }
    }

    /// The object itself.
    pub fn whole(self, object: usize) -> Place {
        Place::new(object, FieldPath::default())
    }
}
