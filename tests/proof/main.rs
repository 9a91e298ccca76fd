//! The proof and the room that it rests on: what the comparison catches, and that the indexed evaluator says what the
//! definition says.

#[cfg(test)]
mod breaks;
#[cfg(test)]
mod brute;
#[cfg(test)]
mod clusters;
#[cfg(test)]
mod edits;
#[cfg(test)]
mod left;
#[cfg(test)]
mod places;
#[cfg(test)]
mod platforms;
#[cfg(test)]
mod random;
#[cfg(test)]
mod rules;
#[cfg(test)]
mod witnesses;
