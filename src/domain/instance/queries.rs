//! SQL over what is indexed.

use super::{Instance, Need};
use crate::domain::error::Result;
use crate::domain::ids::{DatasetId, UserId};
use crate::domain::policy::PolicyId;
use crate::engine::{Formula, Query, Rows};

impl Instance {
    /// Starts a query; dropping its rows stops it. Where `seen_as` names policies, it sees the rows that they show.
    pub async fn query(
        &self,
        by: UserId,
        dataset: DatasetId,
        sql: String,
        seen_as: &[PolicyId],
    ) -> Result<Rows> {
        let world = self.world();
        let found = world.dataset_for(by, dataset, Need::View)?;
        let now = world.clock.now();
        let table = self.visible_rows(&world, (by, &found), seen_as, now).await?;
        let formulas = found
            .formulas
            .values()
            .map(|it| Formula { name: it.name.clone(), expression: it.expression.clone() })
            .collect();
        let query = Query { table, sql, formulas, now_ms: now.millis() };
        Ok(self.engine().query(query).await?)
    }
}
