//! The proof and the room that it rests on: what the comparison catches, and that the indexed evaluator says what the
//! definition says.
#![expect(clippy::wildcard_enum_match_arm, reason = "a test names the kinds of objects that it breaks")]
#![expect(clippy::needless_pass_by_value, reason = "a test writes JSON where it hands it over")]
#![expect(clippy::default_trait_access, reason = "a test says what matters, and leaves out what does not")]

#[cfg(test)]
mod advice;
#[cfg(test)]
mod annotations;
#[cfg(test)]
mod breaks;
#[cfg(test)]
mod brute;
#[cfg(test)]
mod cluster_rules;
#[cfg(test)]
mod clusters;
#[cfg(test)]
mod controllers;
#[cfg(test)]
mod edits;
#[cfg(test)]
mod equivalent;
#[cfg(test)]
mod given;
#[cfg(test)]
mod left;
#[cfg(test)]
mod mesh;
#[cfg(test)]
mod mesh_ambient;
#[cfg(test)]
mod mesh_istio;
#[cfg(test)]
mod mesh_linkerd;
#[cfg(test)]
mod mesh_tunnel;
#[cfg(test)]
mod places;
#[cfg(test)]
mod platforms;
#[cfg(test)]
mod random;
#[cfg(test)]
mod rules;
#[cfg(test)]
mod security;
#[cfg(test)]
mod witnesses;
