//! The rows of a table that meet a condition, as a table.

use std::sync::Arc;

use datafusion::arrow::record_batch::{RecordBatch, RecordBatchOptions};
use datafusion::physical_plan::execute_stream;
use futures::StreamExt;
use tokio::sync::oneshot;

use super::plan::{Planned, plan};
use crate::engine::Engine;
use crate::engine::dialect::{self, Facts};
use crate::engine::error::SqlError;
use crate::engine::evidence::Grade;
use crate::engine::interrupt::Interrupt;
use crate::engine::names::Names;
use crate::engine::settings::SqlSettings;
use crate::engine::structured::{Condition, Structured};
use crate::engine::table::Table;
use crate::engine::task::{Running, Ticket};

impl Engine {
    /// In the order of the table. What is kept counts against the budget of rows until its last reader is gone.
    pub async fn filter(
        &self,
        table: Table,
        condition: Condition,
        ticket: Ticket,
    ) -> Result<Table, SqlError> {
        let interrupt = Interrupt::new(ticket.began, self.limits().query_time_max);
        let (sender, outcome) = oneshot::channel();
        let engine = self.clone();
        let work = move |turn| async move {
            let _turn = turn;
            let _ = sender.send(filtered(&engine, &table, condition).await?);
            Ok(())
        };
        let name = "a filter".to_owned();
        Running::start(self, (interrupt, ticket.asker), name, work).first(outcome).await
    }
}

async fn filtered(engine: &Engine, table: &Table, condition: Condition) -> Result<Table, SqlError> {
    let limits = engine.limits();
    let state = engine
        .sessions()
        .state(limits, *engine.sql_settings())
        .map_err(|it| SqlError::Internal(Box::new(it)))?;
    let names = Names::new(table.columns());
    // The condition is ours, not a query's.
    let settings = SqlSettings { evidence: Grade::Unknown, ..*engine.sql_settings() };
    let facts = Facts {
        columns: table.columns(),
        names: &names,
        formulas: &[],
        now_ms: 0,
        settings: &settings,
        state,
    };
    let all = Structured { filter: Some(condition), ..Structured::default() };
    let prepared = dialect::rewrite(dialect::structured::parse(&all, &facts)?, &facts)?;
    let Planned { physical, .. } = plan(state, table, &names, prepared, limits).await?;
    let failed = |it| SqlError::of_running(it, limits);
    let mut stream = execute_stream(physical, state.task_ctx()).map_err(failed)?;
    let mut lease = engine.budget().empty_lease();
    let mut batches = Vec::new();
    while let Some(batch) = stream.next().await {
        let batch = batch.map_err(failed)?;
        lease.grow(batch.get_array_memory_size() as u64)?;
        let rows = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        let schema = Arc::clone(table.schema());
        let batch = RecordBatch::try_new_with_options(schema, batch.columns().to_vec(), &rows);
        batches.push(batch.map_err(|it| SqlError::Internal(Box::new(it)))?);
    }
    Ok(Table::new(Arc::clone(table.columns()), batches, vec![Arc::new(lease)]))
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::{ArrayRef, Int64Array};

    use super::*;
    use crate::engine::EngineLimits;
    use crate::engine::structured::{Comparison, Literal, Term};
    use crate::engine::types::{Column, ColumnType, arrow_schema};

    #[tokio::test(flavor = "multi_thread")]
    async fn the_rows_that_meet_a_condition_keep_their_order_and_give_their_memory_back() {
        let engine = Engine::new(EngineLimits::small());
        let columns: Arc<[Column]> = Arc::new([Column::new("From", ColumnType::Long)]);
        let array: ArrayRef = Arc::new(Int64Array::from(vec![Some(3), None, Some(1), Some(2)]));
        let batch = RecordBatch::try_new(arrow_schema(&columns), vec![array]).unwrap();
        let table = Table::new(columns, vec![batch], Vec::new());
        let condition = Condition::Compare {
            term: Term::Column("from".to_owned()),
            comparison: Comparison::Greater,
            value: Literal::Number("1".to_owned()),
        };
        let kept = engine.filter(table, condition, Ticket::default()).await.unwrap();
        assert_eq!(kept.columns()[0].name, "From");
        let kept_rows: Vec<_> = kept
            .batches()
            .iter()
            .flat_map(|it| it.column(0).as_any().downcast_ref::<Int64Array>().unwrap().iter())
            .collect();
        assert_eq!(kept_rows, [Some(3), Some(2)]);
        assert!(engine.budget().used() > 0);
        drop(kept);
        assert_eq!(engine.budget().used(), 0);
    }
}
