//! An operator that numbers the rows of its input in a hidden column behind them.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch, UInt64Array};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::common::stats::ColumnStatistics;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{Column, DFSchema, DFSchemaRef, Result, Statistics, internal_err};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{Expr, LogicalPlan, UserDefinedLogicalNodeCore};
use datafusion::physical_expr::{Distribution, EquivalenceProperties, PhysicalExpr};
use datafusion::physical_plan::statistics::{ChildStats, StatisticsArgs};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties, PlanProperties,
};
use futures::StreamExt;

/// In capitals, which no name inside a query has: `names.rs`.
const PREFIX: &str = "ROW NUMBER ";

/// Bits of a number for the rows of one partition. Partitions are numbered in their order.
const PARTITION_BITS: u32 = 40;

/// Whether this is the name of a hidden column.
pub(in crate::engine::sql) fn is_row_number(name: &str) -> bool {
    name.starts_with(PREFIX)
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct NumberRows {
    input: LogicalPlan,
    name: String,
    schema: DFSchemaRef,
}

impl NumberRows {
    pub(super) fn new(input: LogicalPlan, count: usize) -> Result<Self> {
        let name = format!("{PREFIX}{count}");
        let field = Field::new(&name, DataType::UInt64, false);
        let mut fields: Vec<_> =
            input.schema().iter().map(|(it, field)| (it.cloned(), Arc::clone(field))).collect();
        fields.push((None, Arc::new(field)));
        let metadata = input.schema().metadata().clone();
        let schema = DFSchema::new_with_metadata(fields, metadata)?;
        Ok(Self { input, name, schema: Arc::new(schema) })
    }

    pub(super) fn column(&self) -> Column {
        Column::new_unqualified(&self.name)
    }
}

impl PartialOrd for NumberRows {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.name.partial_cmp(&other.name).filter(|it| it.is_ne() || self == other)
    }
}

impl UserDefinedLogicalNodeCore for NumberRows {
    fn name(&self) -> &'static str {
        "NumberRows"
    }

    fn inputs(&self) -> Vec<&LogicalPlan> {
        vec![&self.input]
    }

    fn schema(&self) -> &DFSchemaRef {
        &self.schema
    }

    fn expressions(&self) -> Vec<Expr> {
        Vec::new()
    }

    fn fmt_for_explain(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "NumberRows: {}", self.name)
    }

    fn with_exprs_and_inputs(&self, _: Vec<Expr>, inputs: Vec<LogicalPlan>) -> Result<Self> {
        let [input] = inputs.try_into().or_else(|_| internal_err!("NumberRows has one input"))?;
        Ok(Self { input, ..self.clone() })
    }
}

#[derive(Clone, Debug)]
pub(in crate::engine::sql) struct NumberRowsExec {
    input: Arc<dyn ExecutionPlan>,
    name: String,
    properties: Arc<PlanProperties>,
}

impl NumberRowsExec {
    pub(super) fn new(input: Arc<dyn ExecutionPlan>, name: String) -> Self {
        let schema = input.schema();
        let number = Arc::new(Field::new(&name, DataType::UInt64, false));
        let fields: Vec<_> = schema.fields().iter().cloned().chain([number]).collect();
        let schema = Schema::new_with_metadata(fields, schema.metadata().clone());
        let properties = PlanProperties::new(
            EquivalenceProperties::new(Arc::new(schema)),
            input.output_partitioning().clone(),
            input.pipeline_behavior(),
            input.boundedness(),
        );
        Self { input, name, properties: Arc::new(properties) }
    }
}

impl DisplayAs for NumberRowsExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NumberRowsExec: {}", self.name)
    }
}

impl ExecutionPlan for NumberRowsExec {
    fn name(&self) -> &'static str {
        "NumberRowsExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn required_input_distribution(&self) -> Vec<Distribution> {
        vec![Distribution::SinglePartition]
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true]
    }

    fn benefits_from_input_partitioning(&self) -> Vec<bool> {
        vec![false]
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let [input] = children.try_into().or_else(|_| internal_err!("one input is numbered"))?;
        Ok(Arc::new(Self::new(input, self.name.clone())))
    }

    fn child_stats_requests(&self, partition: Option<usize>) -> Vec<ChildStats> {
        vec![ChildStats::At(partition)]
    }

    fn statistics_from_inputs(
        &self,
        inputs: &[Arc<Statistics>],
        _: &StatisticsArgs,
    ) -> Result<Arc<Statistics>> {
        let [input] = inputs else { return internal_err!("one input is numbered") };
        let mut statistics = Statistics::clone(input);
        statistics.column_statistics.push(ColumnStatistics::new_unknown());
        Ok(Arc::new(statistics))
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream> {
        let schema = self.schema();
        let mut next = (partition as u64) << PARTITION_BITS;
        let numbered = {
            let schema = Arc::clone(&schema);
            self.input.execute(partition, context)?.map(move |batch| {
                let batch = batch?;
                let from = next;
                next += batch.num_rows() as u64;
                let numbers: ArrayRef = Arc::new(UInt64Array::from_iter_values(from..next));
                let columns = batch.columns().iter().cloned().chain([numbers]).collect();
                Ok(RecordBatch::try_new(Arc::clone(&schema), columns)?)
            })
        };
        Ok(Box::pin(RecordBatchStreamAdapter::new(schema, numbered)))
    }
}
