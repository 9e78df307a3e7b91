//! SQL over what is indexed.

use crate::domain::error::{AskedFor, Error, Result};
use crate::domain::ids::{DatasetId, PolicyId};
use crate::domain::permission::Need;
use crate::domain::session::Session;
use crate::engine::{Formula, Query, Question, RowFormat, Rows};

/// The rows of a query, and how long the world's clock ran until they began to come.
#[derive(Debug)]
pub struct Answer {
    pub rows: Rows,
    pub duration_ms: i64,
}

impl Session {
    /// Starts a query; dropping its rows stops it. Where `seen_as` names policies, it sees the rows that they show.
    pub async fn query(
        &self,
        dataset: DatasetId,
        (question, format): (Question, RowFormat),
        seen_as: &[PolicyId],
    ) -> Result<Answer> {
        let found = self.read(dataset, Need::View)?;
        if !found.is_begun() {
            return Err(Error::NotIndexed { dataset, asked_for: AskedFor::Rows });
        }
        let now = found.moment.now;
        let table = self.visible_rows(&found, seen_as).await?;
        let formulas = found
            .formulas
            .values()
            .map(|it| Formula { name: it.name.clone(), expression: it.expression.clone() })
            .collect();
        let (now_ms, ticket) = (now.millis(), self.ticket());
        let query = Query { table, question, formulas, now_ms, format, ticket };
        let rows = self.engine().query(query).await?;
        Ok(Answer { rows, duration_ms: self.now().millis() - now.millis() })
    }
}
