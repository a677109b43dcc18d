//! Bugathlon runs bug-fix sprints between study groups.

pub mod domain;
pub mod store;
