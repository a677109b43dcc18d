//! Floor 5, the half that people see: pages and their words. Pure: everything shown comes in as a view.

pub mod pages;
pub mod words;
