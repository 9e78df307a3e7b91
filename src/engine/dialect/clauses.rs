//! Which clauses and functions a query uses, and how the least certain of them is known.
//!
//! Read from the tree before the rewrites: what is only another way of writing, as comments and quotes, shows no more.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    BinaryOperator, Distinct, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments,
    LimitClause, Query, Select, SelectItem, SetExpr, TableFactor, UnaryOperator, Visitor,
    WindowType,
};

use super::super::evidence::{Source, Weakest, articles, clients, manual};
use super::super::functions::{Family, source};
use super::build::plain_call;
use super::{fixed, walk};

/// A part of the grammar.
#[derive(Clone, Copy, Debug)]
pub struct Clause {
    pub name: &'static str,
    pub source: Source,
}

const fn clause(name: &'static str, source: Source) -> Clause {
    Clause { name, source }
}

const NO_FROM: Clause = clause("`FROM dual`, or no FROM", Source::manual(manual::SELECT));
const STAR_BESIDE: Clause = clause("`*` beside other items", Source::manual(manual::SELECT));
const TYPED: Clause = clause("`DATE '…'`, `TIMESTAMP '…'`", Source::manual(manual::LITERALS));
const WHOLE_DIVISION: Clause = clause("`DIV`, `%`, infix `MOD`", Source::manual(manual::OPERATORS));
const XOR: Clause = clause("`XOR`, `&&` `||` `!`", Source::manual(manual::OPERATORS));
const NULL_SAFE: Clause = clause("`<=>`", Source::manual(manual::OPERATORS));
const IS_TRUE: Clause =
    clause("`IS [NOT] TRUE`, `IS [NOT] FALSE`", Source::manual(manual::OPERATORS));
const BETWEEN: Clause = clause("`BETWEEN`, `NOT BETWEEN`", Source::observed(clients::PYDOMO));
const ESCAPE: Clause = clause("`LIKE … ESCAPE`", Source::manual(manual::TEXTS));
const REGEXP: Clause = clause("`REGEXP`, `RLIKE`, `NOT REGEXP`", Source::manual(manual::TEXTS));
const CAST: Clause = clause("`CAST(x AS …)`", Source::observed(clients::COMMUNITY));
const CONVERT: Clause = clause("`CONVERT(x, …)`", Source::manual(manual::CASTS));
const BITS: Clause = clause("Operators on bits", Source::manual(manual::OPERATORS));
const INTERVAL: Clause =
    clause("`date + INTERVAL n unit`, `date - INTERVAL …`", Source::manual(manual::DATES));
const EXTRACT: Clause = clause("`EXTRACT(unit FROM x)`", Source::manual(manual::DATES));
const WORDED: Clause = clause(
    "`SUBSTRING(x FROM n FOR n)`, `POSITION(a IN b)`, `TRIM(BOTH a FROM b)`",
    Source::manual(manual::TEXTS),
);
const DISTINCT: Clause = clause("`DISTINCT`", Source::observed(clients::PYDOMO));
const ORDER_BY: Clause = clause(
    "`ORDER BY` names, ordinals, aliases, expressions; NULLs come first",
    Source::observed(clients::PYDOMO),
);
const LIMIT: Clause =
    clause("`LIMIT n`, `LIMIT m, n`, `LIMIT n OFFSET m`", Source::observed(clients::PYDOMO));
const OFFSET_FIRST: Clause = clause("`OFFSET m` in front of LIMIT", Source::manual(manual::SELECT));
const COUNT_SEVERAL: Clause = clause("`COUNT(DISTINCT x, y)`", Source::manual(manual::AGGREGATES));
const FRAMES: Clause =
    clause("Frames of windows: `ROWS …`, `RANGE …`", Source::manual(manual::WINDOWS));
const NAMED_WINDOWS: Clause = clause("`WINDOW w AS (…)`", Source::manual(manual::WINDOWS));
const SUBQUERIES: Clause =
    clause("Subqueries in IN, EXISTS, as a value", Source::manual(manual::SUBQUERIES));
const WITH: Clause = clause("`WITH name AS (…)`", Source::manual(manual::SELECT));
const RECURSIVE: Clause = clause("`WITH RECURSIVE`", Source::manual(manual::SELECT));
const UNION: Clause =
    clause("`UNION`, `UNION ALL`, `EXCEPT`, `INTERSECT`", Source::manual(manual::SELECT));
const JOIN: Clause = clause("The dataset joined with itself", Source::manual(manual::SELECT));
const MODIFIERS: Clause =
    clause("`SQL_CALC_FOUND_ROWS`, `SQL_NO_CACHE`", Source::manual(manual::SELECT));

/// Every clause that the documentation lists. Those without a constant are not told apart from others, or documented.
pub const CLAUSES: &[Clause] = &[
    clause("A name in backticks", Source::documented(articles::WRITING)),
    clause(
        "Names without regard to case, answered as the SELECT list wrote them",
        Source::manual(manual::SELECT),
    ),
    clause("`FROM table`, and any other name in FROM", Source::documented(articles::QUERIES)),
    clause(
        "`FROM` any name, which then stands for the dataset of the URL",
        Source::observed(clients::PYDOMO),
    ),
    NO_FROM,
    clause("Alias of the table", Source::documented(articles::GROUPING)),
    STAR_BESIDE,
    clause(
        "Alias in double quotes, in single quotes, without quotes",
        Source::observed(clients::PYDOMO),
    ),
    clause("An alias that differs from a column by case only", Source::observed(clients::PYDOMO)),
    clause("Text between double quotes", Source::documented(articles::WRITING)),
    clause("Quotes doubled or behind a backslash", Source::manual(manual::LITERALS)),
    clause("Two strings beside one another are one", Source::manual(manual::LITERALS)),
    clause("Keywords as names of columns, unquoted", Source::manual(manual::SELECT)),
    clause("Comments `-- …`, `# …`, `/* … */`", Source::manual(manual::SELECT)),
    clause("A semicolon at the end", Source::manual(manual::SELECT)),
    clause(
        "Numbers: whole, with a point, with an exponent, hexadecimal",
        Source::manual(manual::LITERALS),
    ),
    clause("TRUE and FALSE, answered as 1 and 0", Source::manual(manual::LITERALS)),
    TYPED,
    clause("`+ - *` with texts as numbers", Source::documented(articles::WRITING)),
    clause("`/`, which is never whole; by zero NULL", Source::documented(articles::WRITING)),
    WHOLE_DIVISION,
    clause("`-x` of a text", Source::manual(manual::OPERATORS)),
    clause("`AND` `OR` `NOT`", Source::documented(articles::FUNCTIONS)),
    XOR,
    clause("`= <> != < <= > >=`", Source::documented(articles::FUNCTIONS)),
    NULL_SAFE,
    clause("Text compared with a number", Source::manual(manual::OPERATORS)),
    clause("Text compared with a date or a datetime", Source::documented(articles::DATE_SAMPLES)),
    clause("Texts compared", Source::manual(manual::OPERATORS)),
    clause("`IS [NOT] NULL`", Source::documented(articles::NULLS)),
    IS_TRUE,
    BETWEEN,
    clause("`IN`, `NOT IN`, with NULLs", Source::documented(articles::FUNCTIONS)),
    clause("`LIKE`, `NOT LIKE`", Source::documented(articles::FUNCTIONS)),
    ESCAPE,
    REGEXP,
    clause("`CASE WHEN …`, `CASE x WHEN …`", Source::documented(articles::FUNCTIONS)),
    CAST,
    CONVERT,
    BITS,
    clause("Units of several parts", Source::documented(articles::SPECIFIERS)),
    INTERVAL,
    EXTRACT,
    WORDED,
    clause("NOW() and its kin, without parentheses too", Source::documented(articles::FUNCTIONS)),
    DISTINCT,
    clause("`WHERE` on a number: not 0", Source::manual(manual::SELECT)),
    clause(
        "`GROUP BY` names, ordinals, aliases, expressions",
        Source::documented(articles::GROUPING),
    ),
    clause("`GROUP BY` the alias of a constant", Source::manual(manual::SELECT)),
    clause("`HAVING` on aliases and aggregates", Source::documented(articles::WINDOWS)),
    ORDER_BY,
    clause("`ORDER BY … DESC`: NULLs come last", Source::manual(manual::SELECT)),
    LIMIT,
    OFFSET_FIRST,
    clause(
        "A second LIMIT, which takes a page of what the first leaves",
        Source::observed(clients::PYDOMO),
    ),
    clause("`COUNT(*)`, `COUNT(x)`, `COUNT(DISTINCT x)`", Source::documented(articles::FUNCTIONS)),
    COUNT_SEVERAL,
    clause(
        "`GROUP_CONCAT(DISTINCT … ORDER BY … SEPARATOR …)`",
        Source::observed(clients::COMMUNITY),
    ),
    clause("FIXED: `()`, BY, ADD, REMOVE, FILTER", Source::documented(articles::FIXED)),
    clause(
        "Window functions: `OVER (PARTITION BY … ORDER BY …)`",
        Source::documented(articles::WINDOWS),
    ),
    FRAMES,
    NAMED_WINDOWS,
    clause("Aggregates in window functions", Source::documented(articles::WINDOWS)),
    clause("Subqueries in FROM", Source::documented(articles::GROUPING)),
    SUBQUERIES,
    WITH,
    RECURSIVE,
    UNION,
    JOIN,
    clause(
        "formulas of the dataset, by their names, in aggregates too",
        Source::documented(articles::NESTING),
    ),
    MODIFIERS,
];

pub(super) fn weakest(tree: &Query) -> Weakest {
    let mut reader = Reader { weakest: Weakest::NONE };
    let _ = walk::visit(tree, &mut reader);
    reader.weakest
}

struct Reader {
    weakest: Weakest,
}

impl Reader {
    fn uses(&mut self, clause: Clause) {
        self.weakest.take(clause.name, clause.source);
    }

    fn calls(&mut self, name: &str) {
        self.weakest.take(name, source(name, Family::Internal));
    }

    fn function(&mut self, function: &Function) {
        let name = plain_call(function).map_or_else(
            || function.name.to_string().trim_matches('`').to_lowercase(),
            |(name, _)| name,
        );
        if name == fixed::grammar::NAME {
            return;
        }
        self.calls(&name);
        if let FunctionArguments::List(list) = &function.args {
            if list.duplicate_treatment.is_some() && list.args.len() > 1 && name == "count" {
                self.uses(COUNT_SEVERAL);
            }
            // The interval of DATE_ADD is documented; each other way to write one is not.
            let is_interval = |it: &FunctionArg| {
                matches!(it, FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Interval(_))))
            };
            let adds = ["date_add", "date_sub", "adddate", "subdate"].contains(&name.as_str());
            if !adds && list.args.iter().any(is_interval) {
                self.uses(INTERVAL);
            }
        }
        match &function.over {
            Some(WindowType::NamedWindow(_)) => self.uses(NAMED_WINDOWS),
            Some(WindowType::WindowSpec(window)) if window.window_frame.is_some() => {
                self.uses(FRAMES);
            }
            _ => {}
        }
    }

    fn operator(&mut self, op: &BinaryOperator, operands: [&Expr; 2]) {
        use BinaryOperator as Op;
        match op {
            Op::MyIntegerDivide | Op::Modulo => self.uses(WHOLE_DIVISION),
            Op::Xor => self.uses(XOR),
            Op::Spaceship => self.uses(NULL_SAFE),
            Op::BitwiseAnd
            | Op::BitwiseOr
            | Op::BitwiseXor
            | Op::PGBitwiseShiftLeft
            | Op::PGBitwiseShiftRight => self.uses(BITS),
            Op::Plus | Op::Minus if operands.iter().any(|it| matches!(it, Expr::Interval(_))) => {
                self.uses(INTERVAL);
            }
            _ => {}
        }
    }

    fn body(&mut self, body: &SetExpr) {
        if let SetExpr::SetOperation { left, right, .. } = body {
            self.uses(UNION);
            self.body(left);
            self.body(right);
        }
    }
}

impl Visitor for Reader {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        if let Some(with) = &query.with {
            self.uses(if with.recursive { RECURSIVE } else { WITH });
        }
        if query.order_by.is_some() {
            self.uses(ORDER_BY);
        }
        match &query.limit_clause {
            Some(LimitClause::LimitOffset { limit: None, offset: Some(_), .. }) => {
                self.uses(OFFSET_FIRST);
            }
            Some(_) => self.uses(LIMIT),
            None => {}
        }
        self.body(&query.body);
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        if matches!(select.distinct, Some(Distinct::Distinct)) {
            self.uses(DISTINCT);
        }
        if select.select_modifiers.is_some() {
            self.uses(MODIFIERS);
        }
        let reads_dual = |it: &TableFactor| it.to_string().eq_ignore_ascii_case("dual");
        match select.from.as_slice() {
            [] => self.uses(NO_FROM),
            [one] if one.joins.is_empty() => {
                if reads_dual(&one.relation) {
                    self.uses(NO_FROM);
                }
            }
            _ => self.uses(JOIN),
        }
        let star = |it: &SelectItem| {
            matches!(it, SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..))
        };
        if select.projection.len() > 1 && select.projection.iter().any(star) {
            self.uses(STAR_BESIDE);
        }
        if !select.named_window.is_empty() {
            self.uses(NAMED_WINDOWS);
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        match expr {
            Expr::Function(function) => self.function(function),
            Expr::BinaryOp { left, op, right } => self.operator(op, [left, right]),
            Expr::UnaryOp { op: UnaryOperator::BangNot, .. } => self.uses(XOR),
            Expr::IsTrue(_) | Expr::IsNotTrue(_) | Expr::IsFalse(_) | Expr::IsNotFalse(_) => {
                self.uses(IS_TRUE);
            }
            Expr::Between { .. } => self.uses(BETWEEN),
            Expr::Like { escape_char: Some(_), .. } => self.uses(ESCAPE),
            Expr::RLike { .. } => self.uses(REGEXP),
            Expr::Cast { .. } => self.uses(CAST),
            Expr::Convert { .. } => self.uses(CONVERT),
            Expr::TypedString(_) => self.uses(TYPED),
            Expr::Extract { .. } => self.uses(EXTRACT),
            Expr::Position { .. } | Expr::Substring { special: false, .. } => self.uses(WORDED),
            Expr::Trim { trim_where: Some(_), .. } | Expr::Trim { trim_what: Some(_), .. } => {
                self.uses(WORDED);
            }
            Expr::Ceil { .. } => self.calls("ceil"),
            Expr::InSubquery { .. } | Expr::Exists { .. } | Expr::Subquery(_) => {
                self.uses(SUBQUERIES);
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}
