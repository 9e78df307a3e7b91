//! How often each route was asked since the server started.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{ROUTES, Route};

/// Shared by its clones.
#[derive(Clone, Debug)]
pub struct RouteCounters {
    by_id: Arc<HashMap<&'static str, AtomicU64>>,
}

impl RouteCounters {
    pub fn new() -> Self {
        Self { by_id: Arc::new(ROUTES.iter().map(|it| (it.id, AtomicU64::new(0))).collect()) }
    }

    pub fn count(&self, route: &Route) {
        if let Some(hits) = self.by_id.get(route.id) {
            hits.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub fn of(&self, route: &Route) -> u64 {
        self.by_id.get(route.id).map_or(0, |it| it.load(Ordering::Relaxed))
    }
}

impl Default for RouteCounters {
    fn default() -> Self {
        Self::new()
    }
}
