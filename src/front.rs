//! How bytes arrive. Knows no Domo.

pub mod listen;
