//! What both benchmarks are fed with: a made-up competition as a folder, and GitHub hooks about it.

// Each of the two takes what it needs.
#![allow(dead_code)]

pub mod folder;
pub mod hook;
