//! A query stage by stage and with a clock beside it, on the caller's thread: for benches, which no answer goes through.

use std::time::{Duration, Instant};

use datafusion::common::DataFusionError;
use datafusion::physical_plan::collect;

use super::super::dialect::{self, Facts};
use super::super::error::SqlError;
use super::super::names::Names;
use super::super::rows::encode::Encoder;
use super::super::types::{Column, ColumnType};
use super::{Query, plan};
use crate::engine::{Engine, RowFormat};

/// What each stage of one query took.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stages {
    /// Text → syntax tree.
    pub parse: Duration,
    /// Domo's words → the engine's, and what is allowed.
    pub rewrite: Duration,
    /// Syntax tree → logical plan.
    pub plan: Duration,
    pub optimise: Duration,
    /// Logical plan → physical plan, with the optimiser of that.
    pub physical: Duration,
    pub execute: Duration,
    /// Rows → JSON arrays.
    pub encode: Duration,
    pub bytes: usize,
}

impl Engine {
    pub async fn stages(&self, query: &Query) -> Result<Stages, SqlError> {
        let Query { table, sql, formulas, now_ms } = query;
        let (limits, settings) = (self.limits(), *self.sql_settings());
        let internal = |it: DataFusionError| SqlError::Internal(Box::new(it));
        let state = self.sessions().state(limits, settings).map_err(internal)?;
        let mut clock = Lap(Instant::now());
        let mut stages = Stages::default();
        let names = Names::new(table.columns());
        let facts = Facts {
            columns: table.columns(),
            names: &names,
            formulas,
            now_ms: *now_ms,
            settings: &settings,
            state,
        };
        let parsed = dialect::parse(sql, &facts)?;
        stages.parse = clock.lap();
        let prepared = dialect::rewrite(parsed, &facts)?;
        stages.rewrite = clock.lap();
        let logical = plan::logical(state, table, &names, prepared.statement).map_err(internal)?;
        stages.plan = clock.lap();
        let optimised = state.optimize(&logical).map_err(internal)?;
        stages.optimise = clock.lap();
        let physical = plan::physical(state, optimised).await.map_err(internal)?;
        stages.physical = clock.lap();
        let schema = physical.schema();
        let batches = collect(physical, state.task_ctx()).await.map_err(internal)?;
        stages.execute = clock.lap();
        let columns: Vec<Column> = schema
            .fields()
            .iter()
            .map(|it| Column::new(it.name(), ColumnType::of_arrow(it.data_type())))
            .collect();
        let mut encoder = Encoder::new(&columns, RowFormat::JsonArrays);
        let mut bytes = Vec::new();
        for batch in &batches {
            encoder.encode(batch, &mut bytes);
        }
        stages.encode = clock.lap();
        stages.bytes = bytes.len();
        Ok(stages)
    }
}

struct Lap(Instant);

impl Lap {
    fn lap(&mut self) -> Duration {
        let before = std::mem::replace(&mut self.0, Instant::now());
        self.0 - before
    }
}
