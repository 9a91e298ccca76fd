//! What `bvlc check --fix` and `--unsafe-fixes` make of every mistake of the corpus: they come to an end, a second run has
//! nothing to do, and no finding is there that was not, but for what came to light when something could be read.

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the corpus is read from the disk")]
mod corpus;
