//! The whole program, over HTTP and as commands, on SQLite or, where `BUGATHLON_TEST_DATABASE` names a
//! server, on PostgreSQL. A module a subject; a test that a line of the checklist asks for bears its number.

mod support;

mod accounts;
mod apart;
mod board;
mod boards;
mod bounds;
mod certificate;
mod commands;
mod dark;
mod desk;
mod durability;
mod floors;
mod forge_sign_in;
mod freeze;
mod hooks;
mod host;
mod host_pages;
mod instances;
mod judge;
mod live;
mod matrix;
mod me;
mod organizer;
mod parity;
mod people;
mod queue;
mod ready;
mod real;
mod sign_in;
mod statements;
mod submissions;
mod surface;
mod teams;
mod teams_pages;
mod truth;
mod unseen;
mod upkeep;
