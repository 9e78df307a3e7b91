//! Stories, properties and races, in one binary because each links the engine.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

mod architecture;
mod auth;
mod bytes;
mod command_line;
mod coverage;
mod documented;
mod every_route;
mod front;
mod hostile_memory;
mod hostile_sql;
mod hostile_sql_turns;
mod one_world;
mod openapi;
mod order;
mod policies;
mod project;
mod properties;
mod races;
mod seeds;
mod silence;
mod support;
mod uploads;
mod web_pages;
