//! Domo's HTTP dialect: paths, JSON shapes, statuses. Knows no Arrow, no lock and no clock.

pub mod auth;
pub mod csv;
pub mod error;
pub mod extract;
pub mod headers;
pub mod path;
pub mod routes;
pub mod shapes;

pub mod cards;
pub mod columns;
pub mod datasets;
pub mod developer;
pub mod groups;
pub mod indexes;
pub mod lists;
pub mod loose_lists;
mod not_emulated;
pub mod partitions;
pub mod pdp;
pub mod permissions;
pub mod queries;
pub mod schemas;
pub mod streams;
pub mod uploads;
pub mod users;
pub mod versions;

/// What the wire does where Domo leaves it open, and how much it takes.
#[derive(Clone, Debug)]
pub struct Settings {
    pub default_shape: queries::DefaultShape,
    /// Bytes of a body in JSON.
    pub json_bytes_max: usize,
    /// Bytes of one part of an upload, unzipped.
    pub part_bytes_max: usize,
    /// Signs the tokens of the public API.
    pub token_key: auth::TokenKey,
}
