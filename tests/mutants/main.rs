//! The mutation run: each example with one value, one word or one flow changed. A mutant is caught, or it is sound by a
//! rule of `sound.txt`, which says why no check speaks; whatever is neither fails the
//! run. Rules whose reason begins with "not caught yet" are mistakes of checks that are known, and counted apart.
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
