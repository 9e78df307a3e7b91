//! Domock: a local Domo for tests.
//!
//! It implements Domo's Datasets API with real state, real CSV uploads and real SQL. The binary `domock` is the server; a Rust
//! test can start it in process:
//!
//! ```
//! # #[tokio::main] async fn main() -> anyhow::Result<()> {
//! let domo = domock::Domock::start(domock::Config::for_tests()).await?;
//! println!("point the client at {}", domo.url());
//! domo.reset(); // restores the seed
//! # Ok(()) } // dropping it stops the server
//! ```
//!
//! The crate has three floors, and arrows point only down: `wire` speaks Domo's HTTP, `domain` is an emulated instance
//! without HTTP, `engine` is CSV and SQL over Arrow without Domo. Beside them, `front` is how bytes arrive and
//! `control` is Domock's own API. ARCHITECTURE.md tells more.

mod app;
pub mod config;
pub mod control;
pub mod domain;
pub mod engine;
pub mod front;
pub mod health;
#[doc(hidden)]
pub mod log;
pub mod seed;
pub mod wire;

pub use app::Domock;
pub use config::Config;
