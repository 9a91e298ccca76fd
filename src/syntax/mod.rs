//! Text -> [`Tree`], and back: the parser and the formatter.
mod balance;
mod build;
pub mod codes;
mod conflict;
mod cron;
mod dollars;
mod foreign;
pub mod format;
mod hidden;
mod joined;
mod mistake;
pub mod parser;
mod parted;
mod quotes;
mod relocate;
mod sentence;
mod statement;
mod template;
mod text;
mod token;
pub mod tree;
mod unclosed;
mod unopened;
mod unquoted;
mod variables;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;

pub use codes::CODES;
pub use dollars::{Piece, pieces};
pub use foreign::Foreign;
pub use format::format;
pub use joined::{Joined, holds_quotes, joined};
pub use mistake::not_utf8;
pub use parser::parse;
pub use template::ANY_VALUE;
pub use text::is_word;
pub use tree::{Block, Comment, CommentForm, Item, Statement, Tree};
pub use variables::variables;
