//! Bugathlon runs bug-fix sprints between study groups.

pub mod domain;
pub mod folder;
pub mod forge;
pub mod live;
pub mod store;
