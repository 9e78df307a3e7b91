//! Domock's own API under `/_domock`: what only an emulator has.

pub mod openapi;
pub mod routes;
pub mod seed;
