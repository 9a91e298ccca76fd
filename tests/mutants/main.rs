//! The mutation run: each example with one value, one word or one flow changed. A mutant is caught, or it is sound by a
//! rule of `sound.txt`, which says why no check speaks; whatever is neither fails the run, and so does a rule whose reason
//! is that a check does not catch it yet. Each mutant that is sound stands with the field that it changed and the reason in
//! `target/tmp/sound-mutants.txt`.
//!
//! `BVLC_MUTANTS=all` tries every mutant and demands that every rule is needed; else a fixed share of them is tried.

#[cfg(test)]
mod change;
#[cfg(test)]
mod judge;
#[cfg(test)]
mod mutant;
#[cfg(test)]
mod platform;
#[cfg(test)]
mod rules;
#[cfg(test)]
mod run;
