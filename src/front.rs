//! Connections: listening, TLS and proxy requests. Of Domo it knows only the domain name.

mod certificates;
pub mod connection;
pub mod listen;
mod options;
mod patient;
pub mod proxy;
pub mod tls;
