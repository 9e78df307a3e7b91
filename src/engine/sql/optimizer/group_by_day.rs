//! GROUP BY of what is computed of one day, as YEAR(day), MONTH(day): each day is computed and looked up once, not each row.
//!
//! Nearest to it in DataFusion is a cache of the last group: <https://github.com/apache/datafusion/issues/23937>. The query of
//! `benches/RESULTS.md` over months takes 13.4 ms with this rule and 51.9 ms without.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch, UInt32Array};
use datafusion::arrow::compute::take_record_batch;
use datafusion::arrow::datatypes::{DataType, Date32Type};
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{DataFusionError, Result, internal_err};
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryReservation};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{EmitTo, GroupsAccumulator};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::utils::collect_columns;
use datafusion::physical_expr_common::physical_expr::is_volatile;
use datafusion::physical_expr_common::utils::evaluate_expressions_to_arrays;
use datafusion::physical_plan::aggregates::group_values::{GroupValues, new_group_values};
use datafusion::physical_plan::aggregates::order::GroupOrdering;
use datafusion::physical_plan::aggregates::{
    AggregateExec, AggregateInputMode, AggregateOutputMode,
};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, InputOrderMode, PlanProperties,
    replace_children_if_necessary,
};
use futures::{StreamExt, TryStreamExt, stream};

use crate::engine::calendar::NEAR_DAYS;

/// No group yet, and a day that is met for the first time in this very batch.
const NONE: u32 = u32::MAX;
const FRESH: u32 = u32::MAX - 1;

pub(super) fn group_by_day(plan: Arc<dyn ExecutionPlan>) -> Result<Arc<dyn ExecutionPlan>> {
    let grouped = plan.transform_up(|node| {
        Ok(match node.downcast_ref::<AggregateExec>().and_then(day_of_keys) {
            Some(day) => Transformed::yes(Arc::new(DayGroupsExec { aggregate: node, day }) as _),
            None => Transformed::no(node),
        })
    });
    grouped.map(|it| it.data)
}

/// The one column that all keys are computed of, if it is of days and the aggregates go on as they come.
fn day_of_keys(aggregate: &AggregateExec) -> Option<usize> {
    let keys = aggregate.group_expr();
    let is_plain = keys.is_single()
        && aggregate.mode().input_mode() == AggregateInputMode::Raw
        && *aggregate.input_order_mode() == InputOrderMode::Linear
        && aggregate.limit_options().is_none()
        && aggregate.aggr_expr().iter().all(|it| {
            it.groups_accumulator_supported() && !it.is_distinct() && it.order_bys().is_empty()
        });
    if !is_plain || keys.expr().iter().any(|(key, _)| is_volatile(key)) {
        return None;
    }
    let mut columns = keys.expr().iter().flat_map(|(key, _)| collect_columns(key));
    let day = columns.next()?.index();
    let is_day = *aggregate.input_schema().field(day).data_type() == DataType::Date32;
    (is_day && columns.all(|it| it.index() == day)).then_some(day)
}

/// Stands for an aggregation by hashing, and answers the same rows in the same order.
#[derive(Debug)]
struct DayGroupsExec {
    aggregate: Arc<dyn ExecutionPlan>,
    /// The column of its input.
    day: usize,
}

impl DisplayAs for DayGroupsExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DayGroupsExec")
    }
}

impl ExecutionPlan for DayGroupsExec {
    fn name(&self) -> &'static str {
        "DayGroupsExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.aggregate.properties()
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        self.aggregate.children()
    }

    fn apply_expressions(
        &self,
        f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        self.aggregate.apply_expressions(f)
    }

    fn with_new_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let aggregate = replace_children_if_necessary(Arc::clone(&self.aggregate), children)?;
        Ok(Arc::new(Self { aggregate, day: self.day }))
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream> {
        let Some(aggregate) = self.aggregate.downcast_ref::<AggregateExec>() else {
            return internal_err!("{} is no aggregation", self.aggregate.name());
        };
        let schema = self.schema();
        let mut input = aggregate.input().execute(partition, Arc::clone(&context))?;
        let consumer = MemoryConsumer::new(format!("DayGroups[{partition}]"));
        let mut groups =
            Groups::new(aggregate, self.day, consumer.register(context.memory_pool()))?;
        let rows_max = context.session_config().batch_size();
        let output = async move {
            while let Some(batch) = input.next().await {
                groups.add(&batch?)?;
            }
            drop(input);
            let rows = groups.rows()?;
            let slices = (0..rows.num_rows())
                .step_by(rows_max)
                .map(move |from| Ok(rows.slice(from, rows_max.min(rows.num_rows() - from))));
            Ok::<_, DataFusionError>(stream::iter(slices))
        };
        Ok(Box::pin(RecordBatchStreamAdapter::new(schema, stream::once(output).try_flatten())))
    }
}

/// The groups of one partition.
struct Groups {
    aggregate: AggregateExec,
    day: usize,
    /// Of the days that are near.
    near: Vec<u32>,
    /// NULL, and the days outside the table.
    far: HashMap<Option<i32>, u32>,
    values: Box<dyn GroupValues>,
    accumulators: Vec<Box<dyn GroupsAccumulator>>,
    /// Of the rows of a batch.
    groups: Vec<usize>,
    memory: MemoryReservation,
}

impl Groups {
    fn new(aggregate: &AggregateExec, day: usize, memory: MemoryReservation) -> Result<Self> {
        let keys = aggregate.group_expr().group_schema(&aggregate.input_schema())?;
        let accumulators: Result<Vec<_>> =
            aggregate.aggr_expr().iter().map(|it| it.create_groups_accumulator()).collect();
        Ok(Self {
            aggregate: aggregate.clone(),
            day,
            near: vec![NONE; NEAR_DAYS],
            far: HashMap::new(),
            values: new_group_values(keys, &GroupOrdering::None)?,
            accumulators: accumulators?,
            groups: Vec::new(),
            memory,
        })
    }

    fn add(&mut self, batch: &RecordBatch) -> Result<()> {
        self.group(batch)?;
        let count = self.values.len();
        let aggregates = self.aggregate.aggr_expr().iter().zip(self.aggregate.filter_expr());
        for ((aggregate, filter), accumulator) in aggregates.zip(&mut self.accumulators) {
            let values = evaluate_expressions_to_arrays(&aggregate.expressions(), batch)?;
            let filter = filter.as_ref().map(|it| evaluate_expressions_to_arrays([it], batch));
            let filter = filter.transpose()?;
            let filter = filter.as_ref().map(|it| it[0].as_boolean());
            accumulator.update_batch(&values, &self.groups, filter, count)?;
        }
        let far = self.far.capacity() * (size_of::<(Option<i32>, u32)>() + 1);
        let near = self.near.capacity() * size_of::<u32>();
        let accumulators: usize = self.accumulators.iter().map(|it| it.size()).sum();
        let groups = self.groups.capacity() * size_of::<usize>();
        self.memory.try_resize(far + near + accumulators + groups + self.values.size())
    }

    /// Finds the group of each row.
    fn group(&mut self, batch: &RecordBatch) -> Result<()> {
        let days = batch.column(self.day).as_primitive::<Date32Type>();
        self.groups.clear();
        if days.null_count() == 0 {
            let known = days.values().iter().map(|day| match self.near.get(*day as usize) {
                Some(&group) => group as usize,
                None => NONE as usize,
            });
            self.groups.extend(known);
            if !self.groups.contains(&(NONE as usize)) {
                return Ok(());
            }
            self.groups.clear();
        }
        // Rows of days that nobody has met: one of each, in their order, which is that of the groups then.
        let mut fresh = Vec::new();
        for (row, day) in days.iter().enumerate() {
            let group = self.group_of(day);
            if *group == NONE {
                *group = FRESH;
                fresh.push(row as u32);
            }
        }
        if !fresh.is_empty() {
            let rows = take_record_batch(batch, &UInt32Array::from(fresh.clone()))?;
            let keys = self.aggregate.group_expr().input_exprs();
            let keys: Vec<ArrayRef> = evaluate_expressions_to_arrays(&keys, &rows)?;
            let mut groups = Vec::new();
            self.values.intern(&keys, &mut groups)?;
            for (row, group) in fresh.into_iter().zip(groups) {
                let row = row as usize;
                let day = days.is_valid(row).then(|| days.value(row));
                // There are fewer groups than days, and fewer days than that.
                *self.group_of(day) = group as u32;
            }
        }
        for day in days {
            let group = *self.group_of(day) as usize;
            self.groups.push(group);
        }
        Ok(())
    }

    fn group_of(&mut self, day: Option<i32>) -> &mut u32 {
        match day.map(|it| it as usize) {
            Some(near) if near < NEAR_DAYS => &mut self.near[near],
            _ => self.far.entry(day).or_insert(NONE),
        }
    }

    fn rows(&mut self) -> Result<RecordBatch> {
        let mut columns = self.values.emit(EmitTo::All)?;
        for accumulator in &mut self.accumulators {
            match self.aggregate.mode().output_mode() {
                AggregateOutputMode::Partial => columns.extend(accumulator.state(EmitTo::All)?),
                AggregateOutputMode::Final => columns.push(accumulator.evaluate(EmitTo::All)?),
            }
        }
        Ok(RecordBatch::try_new(self.aggregate.schema(), columns)?)
    }
}
