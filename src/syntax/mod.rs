//! Text -> [`Tree`], and back: the parser and the formatter.

pub mod tree;

pub use tree::{Block, Comment, CommentForm, Item, Statement, Tree};
