//! `FROM dual` is no dataset: it is MySQL's way to write that nothing is read. Pinned by tests/golden/sql/names.slt.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{Query, Select, TableFactor, TableWithJoins, VisitorMut};

use super::super::error::SqlError;
use super::{Facts, walk};

#[expect(clippy::unnecessary_wraps, reason = "a rewrite may refuse; this one never does")]
pub(super) fn fix(query: &mut Query, _facts: &Facts) -> Result<(), SqlError> {
    let _ = walk::visit_mut(query, &mut Dual);
    Ok(())
}

struct Dual;

impl VisitorMut for Dual {
    type Break = ();

    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<()> {
        if let [TableWithJoins { relation: TableFactor::Table { name, .. }, joins }] =
            select.from.as_slice()
            && joins.is_empty()
            && name.to_string().eq_ignore_ascii_case("dual")
        {
            select.from.clear();
        }
        ControlFlow::Continue(())
    }
}
