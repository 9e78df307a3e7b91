//! Queries about what is stored, which need no plan: `SELECT * FROM table`, with or without a LIMIT, and
//! `SELECT COUNT(*) FROM table`.
//!
//! They are what previews, exports and checks send. Planning takes four fifths of their time, and rows come in the
//! table's order.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Int64Array};
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::common::Result;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::sql::sqlparser::ast::{Expr, LimitClause, SelectItem, SetExpr, Statement, Value};

use super::super::table::Table;

/// The rows that a prepared statement asks for, if it asks for nothing else of them.
pub(super) fn rows(statement: &Statement) -> Option<(usize, usize)> {
    let Statement::Query(query) = statement else { return None };
    let SetExpr::Select(select) = query.body.as_ref() else { return None };
    let [source] = select.from.as_slice() else { return None };
    let (offset, limit) = match &query.limit_clause {
        None => (0, usize::MAX),
        Some(LimitClause::LimitOffset { limit, offset, limit_by }) if limit_by.is_empty() => {
            let offset = offset.as_ref().map_or(Some(0), |it| number(&it.value))?;
            (offset, limit.as_ref().map_or(Some(usize::MAX), number)?)
        }
        Some(_) => return None,
    };
    // Whatever else there may be in a statement shows in its text.
    let limits = query.limit_clause.as_ref().map(ToString::to_string).unwrap_or_default();
    let is_all = query.to_string() == format!("SELECT * FROM {source}{limits}");
    (is_all && is_bare_name(&source.to_string())).then_some((offset, limit))
}

/// Whether a prepared statement asks for nothing but the number of all rows.
pub(super) fn is_count(statement: &Statement) -> bool {
    let Statement::Query(query) = statement else { return false };
    let SetExpr::Select(select) = query.body.as_ref() else { return false };
    let ([SelectItem::ExprWithAlias { expr, alias }], [source]) =
        (select.projection.as_slice(), select.from.as_slice())
    else {
        return false;
    };
    expr.to_string() == "count(*)"
        && is_bare_name(&source.to_string())
        && query.to_string() == format!("SELECT count(*) AS {alias} FROM {source}")
}

/// That number, as the one cell of an answer.
pub(super) fn count(table: &Table) -> Result<SendableRecordBatchStream> {
    let count: ArrayRef = Arc::new(Int64Array::from(vec![table.rows() as i64]));
    let batch = RecordBatch::try_from_iter([("count", count)])?;
    let schema = batch.schema();
    let batches = futures::stream::iter([Ok(batch)]);
    Ok(Box::pin(RecordBatchStreamAdapter::new(schema, batches)))
}

/// Nothing but one name in quotes: no alias, no join, no subquery, no function.
fn is_bare_name(text: &str) -> bool {
    let mut parts = text.chars();
    let quote = parts.next();
    matches!(quote, Some('`' | '"'))
        && parts.position(|it| Some(it) == quote) == Some(text.chars().count() - 2)
}

fn number(expr: &Expr) -> Option<usize> {
    match expr {
        Expr::Value(it) => match &it.value {
            Value::Number(digits, _) => digits.parse().ok(),
            _ => None,
        },
        _ => None,
    }
}

/// Those rows, by reference and cut to the size of batches that a plan would make.
pub(super) fn stream(
    table: &Table,
    place: (usize, usize),
    batch_rows: usize,
) -> SendableRecordBatchStream {
    let slices = slices(table, place, batch_rows).into_iter().map(Ok);
    let slices = futures::stream::iter(slices);
    Box::pin(RecordBatchStreamAdapter::new(Arc::clone(table.schema()), slices))
}

/// References into the table's batches, without the first `offset` rows.
pub(super) fn slices(
    table: &Table,
    (offset, limit): (usize, usize),
    batch_rows: usize,
) -> Vec<RecordBatch> {
    let (mut before, mut left) = (offset, limit);
    let mut slices: Vec<RecordBatch> = Vec::new();
    for batch in table.batches() {
        let from = before.min(batch.num_rows());
        before -= from;
        let rows = (batch.num_rows() - from).min(left);
        left -= rows;
        let cuts = (from..from + rows).step_by(batch_rows);
        slices.extend(cuts.map(|at| batch.slice(at, batch_rows.min(from + rows - at))));
    }
    slices
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::AsArray;
    use datafusion::arrow::datatypes::Int64Type;
    use futures::TryStreamExt;

    use super::*;
    use crate::engine::dialect::{self, Facts};
    use crate::engine::names::Names;
    use crate::engine::sql::session::SessionStates;
    use crate::engine::types::{Column, ColumnType, arrow_schema};
    use crate::engine::{EngineLimits, SqlSettings};

    fn table() -> Table {
        let columns: Arc<[Column]> = Arc::new([Column::new("N", ColumnType::Long)]);
        let batch = |range: std::ops::Range<i64>| {
            let array: ArrayRef = Arc::new(Int64Array::from_iter_values(range));
            RecordBatch::try_new(arrow_schema(&columns), vec![array]).unwrap()
        };
        Table::new(Arc::clone(&columns), vec![batch(0..10), batch(10..20)], Vec::new())
    }

    fn asked(sql: &str) -> Option<(usize, usize)> {
        rows(&prepared(sql))
    }

    fn prepared(sql: &str) -> Statement {
        let (table, settings, sessions) =
            (table(), SqlSettings::default(), SessionStates::default());
        let limits = EngineLimits::small();
        let state = sessions.state(&limits, settings).unwrap();
        let names = Names::new(table.columns());
        let facts = Facts {
            columns: table.columns(),
            names: &names,
            formulas: &[],
            now_ms: 0,
            settings: &settings,
            state,
        };
        dialect::prepare(sql, &facts).unwrap().statement
    }

    #[test]
    fn only_the_number_of_all_rows_is_known_beforehand() {
        for (sql, wanted) in [
            ("SELECT COUNT(*) FROM table", true),
            ("select count(*) as `how many` from Orders;", true),
            ("SELECT COUNT(n) FROM table", false),
            ("SELECT COUNT(*) + 1 FROM table", false),
            ("SELECT COUNT(*), 1 FROM table", false),
            ("SELECT DISTINCT COUNT(*) FROM table", false),
            ("SELECT COUNT(*) FROM table WHERE n > 1", false),
            ("SELECT COUNT(*) FROM table GROUP BY n", false),
            ("SELECT COUNT(*) FROM table LIMIT 0", false),
            ("SELECT COUNT(*) FROM table a, table b", false),
            ("SELECT COUNT(*) OVER () FROM table", false),
            ("SELECT COUNT(*) FROM (SELECT n FROM table LIMIT 1) t", false),
            ("SELECT COUNT(*)", false),
        ] {
            assert_eq!(is_count(&prepared(sql)), wanted, "{sql}");
        }
    }

    #[test]
    fn all_rows_and_the_first_of_them_need_no_plan() {
        for (sql, wanted) in [
            ("SELECT * FROM table", (0, usize::MAX)),
            ("select * from Orders -- all", (0, usize::MAX)),
            ("SELECT * FROM `my orders` LIMIT 10", (0, 10)),
            ("SELECT * FROM table LIMIT 0", (0, 0)),
            ("SELECT * FROM table LIMIT 10 OFFSET 5", (5, 10)),
        ] {
            assert_eq!(asked(sql), Some(wanted), "{sql}");
        }
    }

    #[test]
    fn whatever_else_is_asked_of_them_is_planned() {
        for sql in [
            "SELECT n FROM table",
            "SELECT *, n FROM table",
            "SELECT t.* FROM table t",
            "SELECT * FROM table t",
            "SELECT DISTINCT * FROM table",
            "SELECT * FROM table WHERE n > 1",
            "SELECT * FROM table ORDER BY n",
            "SELECT * FROM table GROUP BY n",
            "SELECT * FROM table HAVING n > 1",
            "SELECT * FROM (SELECT * FROM table) t",
            "SELECT * FROM table UNION ALL SELECT * FROM table",
            "WITH t AS (SELECT n FROM table) SELECT * FROM t",
            "SELECT 1",
        ] {
            assert_eq!(asked(sql), None, "{sql}");
        }
    }

    #[tokio::test]
    async fn rows_are_cut_out_of_batches_in_their_order() {
        for (place, wanted) in [
            ((0, usize::MAX), 0..20),
            ((0, 3), 0..3),
            ((8, 5), 8..13),
            ((10, 1), 10..11),
            ((19, 9), 19..20),
            ((20, 9), 0..0),
        ] {
            let batches: Vec<RecordBatch> = stream(&table(), place, 4).try_collect().await.unwrap();
            assert!(batches.iter().all(|it| (1..=4).contains(&it.num_rows())));
            let columns = batches.iter().map(|it| it.column(0).as_primitive::<Int64Type>());
            let found: Vec<i64> = columns.flat_map(|it| it.values().to_vec()).collect();
            assert_eq!(found, wanted.collect::<Vec<i64>>(), "{place:?}");
        }
    }
}
