//! SQL over what is indexed.

use super::{Instance, Need};
use crate::domain::error::{AskedFor, Result};
use crate::domain::ids::{DatasetId, UserId};
use crate::engine::{Formula, Query, Rows};

impl Instance {
    /// Starts a query; dropping its rows stops it.
    pub async fn query(&self, by: UserId, dataset: DatasetId, sql: String) -> Result<Rows> {
        let world = self.world();
        let found = world.dataset_for(by, dataset, Need::Read)?;
        let now = world.clock.now();
        let view = found.view(now, AskedFor::Rows)?;
        let formulas = found
            .formulas
            .values()
            .map(|it| Formula { name: it.name.clone(), expression: it.expression.clone() })
            .collect();
        let query = Query { table: view.table.clone(), sql, formulas, now_ms: now.millis() };
        Ok(self.engine().query(query).await?)
    }
}
