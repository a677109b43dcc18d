//! Bugathlon runs bug-fix sprints between study groups.

pub mod app;
pub mod cli;
pub mod config;
pub mod domain;
pub mod folder;
pub mod forge;
pub mod live;
pub mod store;
pub mod web;
