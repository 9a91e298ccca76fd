//! Text -> [`Tree`]: the parser.
mod balance;
mod build;
pub mod codes;
mod hidden;
mod mistake;
pub mod parser;
mod statement;
mod text;
mod token;
pub mod tree;

#[cfg(test)]
mod tests;

pub use codes::CODES;
pub use mistake::not_utf8;
pub use parser::parse;
pub use tree::{Block, Comment, CommentForm, Item, Statement, Tree};
