//! Error codes as data, and finding them in any text.
//!
//! The entries, causes and fixes under `catalog/` are embedded at build time as
//! static data: looking one up parses nothing. [`find`] reads codes and message
//! fields out of logs, JSON, XML and terminal output in whatever encoding they
//! were nested.

mod entry;
mod find;
mod lookup;
mod search;
mod signs;

pub use entry::{Cause, Entry, Fix, Question, Severity, Who};
pub use find::{Code, Failure, Fields, FindStats, Finder, FoundBy, find};
pub use lookup::{cause, causes, entries, entry, fix, fixes, nearest};
pub use search::{Filter, search};
pub use signs::{Sign, signs};
