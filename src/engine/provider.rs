//! What a query may name: one read-only table under any name, and the functions of the session.

use std::sync::Arc;

use datafusion::arrow::array::{RecordBatch, RecordBatchOptions};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::catalog::Session;
use datafusion::common::config::ConfigOptions;
use datafusion::common::stats::Precision;
use datafusion::common::{Result, Statistics, TableReference, plan_err};
use datafusion::datasource::cte_worktable::CteWorkTable;
use datafusion::datasource::memory::MemorySourceConfig;
use datafusion::datasource::{TableProvider, TableType, provider_as_source};
use datafusion::execution::session_state::SessionState;
use datafusion::logical_expr::planner::{ContextProvider, ExprPlanner};
use datafusion::logical_expr::{
    AggregateUDF, Expr, HigherOrderUDF, ScalarUDF, TableSource, WindowUDF,
};
use datafusion::physical_plan::ExecutionPlan;

use super::names::Names;
use super::table::Table;

/// A [`Table`] under the internal names of its columns.
#[derive(Debug)]
struct Source {
    table: Table,
    schema: SchemaRef,
}

impl Source {
    fn new(table: Table, names: &Names) -> Self {
        let fields: Vec<Field> = table
            .schema()
            .fields()
            .iter()
            .zip(names.internal())
            .map(|(field, name)| field.as_ref().clone().with_name(name))
            .collect();
        Self { schema: Arc::new(Schema::new(fields)), table }
    }

    /// The batches with these columns only.
    fn batches(&self, schema: &SchemaRef, columns: &[usize]) -> Result<Vec<RecordBatch>> {
        let projected = |batch: &RecordBatch| {
            let arrays = columns.iter().map(|&it| Arc::clone(batch.column(it))).collect();
            let rows = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
            Ok(RecordBatch::try_new_with_options(Arc::clone(schema), arrays, &rows)?)
        };
        self.table.batches().iter().map(projected).collect()
    }
}

#[async_trait::async_trait]
impl TableProvider for Source {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn statistics(&self) -> Option<Statistics> {
        let rows = usize::try_from(self.table.rows()).ok()?;
        Some(Statistics {
            num_rows: Precision::Exact(rows),
            ..Statistics::new_unknown(&self.schema)
        })
    }

    async fn scan(
        &self,
        _state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let all: Vec<usize>;
        let columns = if let Some(some) = projection {
            some
        } else {
            all = (0..self.schema.fields().len()).collect();
            &all
        };
        let schema = Arc::new(self.schema.project(columns)?);
        let batches = self.batches(&schema, columns)?;
        let source = MemorySourceConfig::try_new(&[batches], schema, None)?.with_limit(limit);
        Ok(datafusion::datasource::source::DataSourceExec::from_data_source(source))
    }
}

/// One query's view of the world.
pub(crate) struct Scope<'a> {
    state: &'a SessionState,
    source: Arc<dyn TableSource>,
}

impl<'a> Scope<'a> {
    pub(crate) fn new(state: &'a SessionState, table: Table, names: &Names) -> Self {
        Self { state, source: provider_as_source(Arc::new(Source::new(table, names))) }
    }
}

impl ContextProvider for Scope<'_> {
    fn get_table_source(&self, name: TableReference) -> Result<Arc<dyn TableSource>> {
        match name {
            TableReference::Bare { .. } => Ok(Arc::clone(&self.source)),
            other => plan_err!("'{other}' is no table"),
        }
    }

    fn create_cte_work_table(&self, name: &str, schema: SchemaRef) -> Result<Arc<dyn TableSource>> {
        Ok(provider_as_source(Arc::new(CteWorkTable::new(name, schema))))
    }

    fn get_expr_planners(&self) -> &[Arc<dyn ExprPlanner>] {
        self.state.expr_planners()
    }

    fn get_function_meta(&self, name: &str) -> Option<Arc<ScalarUDF>> {
        self.state.scalar_functions().get(name).cloned()
    }

    fn get_higher_order_meta(&self, _name: &str) -> Option<Arc<HigherOrderUDF>> {
        None
    }

    fn get_aggregate_meta(&self, name: &str) -> Option<Arc<AggregateUDF>> {
        self.state.aggregate_functions().get(name).cloned()
    }

    fn get_window_meta(&self, name: &str) -> Option<Arc<WindowUDF>> {
        self.state.window_functions().get(name).cloned()
    }

    fn get_variable_type(&self, _names: &[String]) -> Option<DataType> {
        None
    }

    fn options(&self) -> &ConfigOptions {
        self.state.config_options()
    }

    fn udf_names(&self) -> Vec<String> {
        self.state.scalar_functions().keys().cloned().collect()
    }

    fn higher_order_function_names(&self) -> Vec<String> {
        Vec::new()
    }

    fn udaf_names(&self) -> Vec<String> {
        self.state.aggregate_functions().keys().cloned().collect()
    }

    fn udwf_names(&self) -> Vec<String> {
        self.state.window_functions().keys().cloned().collect()
    }
}
