//! The language server, talked to as an editor does: it says what `bvlc check` says, whatever was typed on the way there.

#![expect(clippy::string_slice, reason = "a test that cuts within a character fails, as it should")]

#[cfg(test)]
mod again;
#[cfg(test)]
mod agreement;
#[cfg(test)]
mod carets;
#[cfg(test)]
mod client;
#[cfg(test)]
mod commands;
#[cfg(test)]
mod completions;
#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the corpus is read from the disk")]
mod corpus;
#[cfg(test)]
mod deliveries;
#[cfg(test)]
mod described;
#[cfg(test)]
mod examples;
#[cfg(test)]
mod expectations;
#[cfg(test)]
mod extraction;
#[cfg(test)]
mod features;
#[cfg(test)]
mod fixes;
#[cfg(test)]
mod formatting;
#[cfg(test)]
mod hierarchies;
#[cfg(test)]
mod hints;
#[cfg(test)]
mod hovers;
#[cfg(test)]
mod inherited;
#[cfg(test)]
mod joined_fixes;
#[cfg(test)]
mod line_breaks;
#[cfg(test)]
mod means;
#[cfg(test)]
mod missing_flows;
#[cfg(test)]
mod moved_files;
#[cfg(test)]
mod outlines;
#[cfg(test)]
mod parts;
#[cfg(test)]
mod pasted;
#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the server is a process here")]
mod pipe;
#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the table is read from the disk")]
mod places;
#[cfg(test)]
mod poor;
#[cfg(test)]
mod process;
#[cfg(test)]
mod protocol;
#[cfg(test)]
mod recorded;
#[cfg(test)]
mod refactorings;
#[cfg(test)]
mod rename;
#[cfg(test)]
mod rename_parameters;
#[cfg(test)]
mod resolved;
#[cfg(test)]
mod rules;
#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the samples are read from the disk")]
mod samples;
#[cfg(test)]
mod semantic_tokens;
#[cfg(test)]
mod session;
#[cfg(test)]
mod settings;
#[cfg(test)]
mod shown;
#[cfg(test)]
mod signatures;
#[cfg(test)]
mod sorting;
#[cfg(test)]
mod standard;
#[cfg(test)]
mod stated;
#[cfg(test)]
mod synthetic;
#[cfg(test)]
mod tables;
#[cfg(test)]
mod unfinished;
