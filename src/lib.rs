pub mod domain;
pub mod forge;
