//! The arguments in a path, as the types that handlers take.

use std::str::FromStr;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;

use super::error::Refusal;
use crate::domain::ids::{self, Id};
use crate::domain::{DatasetId, GranteeKind};

/// `Path<DatasetId>`, `Path<(StreamId, ExecutionId)>`: a type for each argument of the route. A route that has other
/// arguments is a defect and answers 500, which `every_route.rs` would see.
#[derive(Debug)]
pub struct Path<T>(pub T);

/// Something that a path can name.
pub trait Argument: Sized {
    /// What the paths of the route table call it.
    const NAMES: &'static [&'static str];

    /// `name` is the one of `NAMES` that this path has.
    fn parse(name: &str, text: &str) -> Result<Self, Refusal>;
}

/// One argument, or a tuple of some.
pub trait Arguments: Sized {
    const COUNT: usize;

    fn from_raw(raw: &RawPathParams) -> Result<Self, Refusal>;
}

impl<S: Send + Sync, T: Arguments> FromRequestParts<S> for Path<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let raw = RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(|it| Refusal::not_found(it.to_string()))?;
        if raw.iter().count() != T::COUNT {
            return Err(Refusal::defect("the handler takes other arguments than its route has"));
        }
        T::from_raw(&raw).map(Self)
    }
}

fn argument<T: Argument>(raw: &RawPathParams) -> Result<T, Refusal> {
    let mut found = raw.iter().filter(|(name, _)| T::NAMES.contains(name));
    let Some((name, text)) = found.next() else {
        return Err(Refusal::defect(format!("the route has no argument {}", T::NAMES[0])));
    };
    T::parse(name, text)
}

impl<A: Argument> Arguments for A {
    const COUNT: usize = 1;

    fn from_raw(raw: &RawPathParams) -> Result<Self, Refusal> {
        argument(raw)
    }
}

impl<A: Argument, B: Argument> Arguments for (A, B) {
    const COUNT: usize = 2;

    fn from_raw(raw: &RawPathParams) -> Result<Self, Refusal> {
        Ok((argument(raw)?, argument(raw)?))
    }
}

impl<A: Argument, B: Argument, C: Argument> Arguments for (A, B, C) {
    const COUNT: usize = 3;

    fn from_raw(raw: &RawPathParams) -> Result<Self, Refusal> {
        Ok((argument(raw)?, argument(raw)?, argument(raw)?))
    }
}

/// Something that cannot be an id names nothing.
fn id<T: FromStr>(name: &str, text: &str) -> Result<T, Refusal> {
    text.parse().map_err(|_| Refusal::not_found(format!("{name} {text} does not exist")))
}

impl Argument for DatasetId {
    const NAMES: &'static [&'static str] = &["dataset"];

    fn parse(name: &str, text: &str) -> Result<Self, Refusal> {
        id(name, text)
    }
}

/// What the paths of the route table call the number of one kind of thing.
pub trait Named {
    const NAMES: &'static [&'static str];
}

impl<Of: Named, Number: FromStr> Argument for Id<Of, Number> {
    const NAMES: &'static [&'static str] = Of::NAMES;

    fn parse(name: &str, text: &str) -> Result<Self, Refusal> {
        id(name, text)
    }
}

impl Named for ids::OfUpload {
    const NAMES: &'static [&'static str] = &["upload", "version"];
}

impl Named for ids::OfStream {
    const NAMES: &'static [&'static str] = &["stream"];
}

impl Named for ids::OfExecution {
    const NAMES: &'static [&'static str] = &["execution"];
}

impl Named for ids::OfPolicy {
    const NAMES: &'static [&'static str] = &["policy"];
}

impl Named for ids::OfUser {
    const NAMES: &'static [&'static str] = &["user"];
}

impl Named for ids::OfGroup {
    const NAMES: &'static [&'static str] = &["group"];
}

/// The id of a user or of a group; the kind stands beside it.
#[derive(Clone, Copy, Debug)]
pub struct GranteeNumber(pub u64);

impl Argument for GranteeNumber {
    const NAMES: &'static [&'static str] = &["grantee"];

    fn parse(name: &str, text: &str) -> Result<Self, Refusal> {
        id(name, text).map(Self)
    }
}

impl Argument for GranteeKind {
    const NAMES: &'static [&'static str] = &["kind"];

    fn parse(_: &str, text: &str) -> Result<Self, Refusal> {
        text.parse().map_err(|problem| Refusal::bad_request(format!("type: {problem}")))
    }
}

/// The number of a part of an upload.
#[derive(Clone, Copy, Debug)]
pub struct PartNumber(pub u32);

impl Argument for PartNumber {
    const NAMES: &'static [&'static str] = &["part"];

    fn parse(_: &str, text: &str) -> Result<Self, Refusal> {
        let number = text.parse().map_err(|_| {
            Refusal::bad_request(format!("part: '{text}' is not a whole number of 0 or more"))
        })?;
        Ok(Self(number))
    }
}

/// The name of a partition: any text.
#[derive(Clone, Debug)]
pub struct TagName(pub String);

impl Argument for TagName {
    const NAMES: &'static [&'static str] = &["tag"];

    fn parse(_: &str, text: &str) -> Result<Self, Refusal> {
        Ok(Self(text.to_owned()))
    }
}

/// The key of an index, in any spelling of its number.
#[derive(Clone, Debug)]
pub struct IndexName(pub String);

impl Argument for IndexName {
    const NAMES: &'static [&'static str] = &["index"];

    fn parse(_: &str, text: &str) -> Result<Self, Refusal> {
        Ok(Self(text.to_owned()))
    }
}
