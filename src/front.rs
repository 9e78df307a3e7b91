//! Connections: listening, TLS and proxy requests. Of Domo it knows only the domain name.

mod certificates;
mod connection;
pub mod listen;
mod options;
pub mod proxy;
pub mod tls;
