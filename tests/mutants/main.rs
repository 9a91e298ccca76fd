//! The mutation run: each example with one value, one word or one flow changed. A mutant is caught, or it is sound by a
//! rule of `sound.txt`, which says why no check speaks; whatever is neither fails the run, and so does a rule whose reason
//! is that a check does not catch it yet. The table that the run prints names each mutant that is sound with the output field
//! that it changed, below the reason; `target/tmp/sound-mutants.txt` holds the same, a mutant and its reason each.
//!
//! The fixes that are offered for what is found in a mutant are tried as well: `fixes`.
//!
//! `BVLC_MUTANTS=all` tries every mutant and demands that every rule is needed; else a fixed share of them is tried.

#[cfg(test)]
mod change;
#[cfg(test)]
mod fixes;
#[cfg(test)]
mod judge;
#[cfg(test)]
#[path = "../suite/mending.rs"]
mod mending;
#[cfg(test)]
mod mutant;
#[cfg(test)]
mod platform;
#[cfg(test)]
mod rules;
#[cfg(test)]
mod run;
