//! Domo's HTTP dialect: paths, JSON shapes, statuses. Knows no Arrow, no lock and no clock.

pub mod auth;
pub mod csv;
pub mod error;
pub mod extract;
pub mod routes;
pub mod shapes;

pub mod access;
pub mod cards;
pub mod datasets;
pub mod indexes;
pub mod listing;
mod not_emulated;
pub mod partitions;
pub mod people;
pub mod policies;
pub mod public;
pub mod query;
pub mod schema;
pub mod streams;
pub mod uploads;
pub mod versions;
pub mod wrangle;

/// What the wire does where Domo leaves it open, and how much it takes.
#[derive(Clone, Debug)]
pub struct Settings {
    pub default_shape: query::DefaultShape,
    /// Bytes of a body in JSON.
    pub json_bytes_max: usize,
    /// Bytes of one part of an upload, unzipped.
    pub part_bytes_max: usize,
    /// Signs the tokens of the public API.
    pub token_key: auth::TokenKey,
}
