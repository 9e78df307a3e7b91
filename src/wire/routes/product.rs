//! The product API, `https://{instance}.domo.com/api/…`: what Domo's own pages and most client libraries call.

mod datasets;
mod permissions;
mod streams;
mod uploads;

use super::Route;

/// One table for each family.
pub(super) const FAMILIES: [&[Route]; 4] =
    [datasets::TABLE, uploads::TABLE, permissions::TABLE, streams::TABLE];
