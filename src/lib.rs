pub mod domain;
pub mod folder;
