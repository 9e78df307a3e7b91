//! How bytes arrive. Knows no Domo, but for the end of its host names.

mod certificates;
mod connection;
pub mod listen;
pub mod proxy;
pub mod tls;
