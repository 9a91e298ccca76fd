//! What a change does. `fields.txt` says what a change of every field does that is emitted, and people review that file;
//! `said.rs` changes platforms and manifests in one way each, and holds what is said of it.

#[cfg(test)]
mod assignments;
#[cfg(test)]
mod beside;
#[cfg(test)]
mod counted;
#[cfg(test)]
mod defaults;
#[cfg(test)]
mod delivery;
#[cfg(test)]
mod fields;
#[cfg(test)]
mod lost;
#[cfg(test)]
mod made;
#[cfg(test)]
mod own;
#[cfg(test)]
mod peers;
#[cfg(test)]
mod powers;
#[cfg(test)]
mod said;
#[cfg(test)]
mod security;
#[cfg(test)]
mod turns;
