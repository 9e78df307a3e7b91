//! The type of every expression, decided once and by MySQL's rules.
//!
//! The planner reads a statement with operators that are [deferred](mod@deferred): while it builds a plan, the types of subqueries and
//! UNIONs are not known yet. Then [`settle`] goes over the whole plan once, from its leaves up. It knows the type of every
//! operand, takes the type of the result from the tables in [`rules`], and puts the conversions in. What follows finds
//! operands of one type and has nothing left to convert.

mod convert;
mod deferred;
mod expressions;
mod kind;
mod op;
mod operators;
mod plans;
pub(crate) mod rules;

pub(crate) use deferred::{defer, deferred};
pub(crate) use kind::Kind;
pub(crate) use op::Op;
pub(crate) use plans::settle;
