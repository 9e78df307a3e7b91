//! One FIXED as a subquery of its values.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{Expr, Function, Query};

use super::super::super::error::SqlError;
use super::super::build::{plain_call, take};
use super::super::same::{column_name, is_name, stripped};
use super::super::walk;
use super::tree::{self, Grouped, VALUE, column};
use super::{Lowering, is_fixed, refused};

/// Readings of tables that one SELECT with FIXED may come to.
const READS_MAX: usize = 100;

/// A FIXED as it was written.
pub(super) struct Fixed {
    inner: Expr,
    /// BY, ADD, REMOVE, or nothing.
    form: String,
    keys: Vec<Expr>,
    /// NONE, ALLOW, DENY, or nothing.
    pub(super) filter: String,
    pub(super) fields: Vec<Expr>,
}

impl Fixed {
    fn of(expr: &Expr) -> Result<Self, SqlError> {
        let broken = || refused("FIXED has a form that cannot be read");
        let Expr::Function(function) = expr else { return Err(broken()) };
        let (_, args) = plain_call(function).ok_or_else(broken)?;
        let [inner, form, count, rest @ ..] = args.as_slice() else { return Err(broken()) };
        let word = |it: &Expr| match it {
            Expr::Value(it) => it.value.clone().into_string(),
            _ => None,
        };
        let count = count.to_string().parse().map_err(|_| broken())?;
        let (keys, filter) = rest.split_at_checked(count).ok_or_else(broken)?;
        let [filter, fields @ ..] = filter else { return Err(broken()) };
        let owned = |it: &[&Expr]| it.iter().map(|it| (*it).clone()).collect();
        Ok(Self {
            inner: (*inner).clone(),
            form: word(form).ok_or_else(broken)?,
            keys: owned(keys),
            filter: word(filter).ok_or_else(broken)?,
            fields: owned(fields),
        })
    }
}

impl Lowering<'_> {
    /// Adds the subquery of one FIXED, and answers the column of it that has the value.
    pub(super) fn fixed(&mut self, outer: &Function) -> Result<Expr, SqlError> {
        let mut outer = Expr::Function(outer.clone());
        let mut calls = Vec::new();
        let _ = walk::expressions_mut(&mut outer, |it| {
            if is_fixed(it) {
                calls.push(take(it));
                *it = tree::name(VALUE);
            }
            ControlFlow::<()>::Continue(())
        });
        let [fixed] = <[Expr; 1]>::try_from(calls)
            .map_err(|_| refused("an aggregate has more than one FIXED in it"))?;
        let other = walk::expressions(&outer, |it| match column_name(it) {
            Some(name) if is_name(it) && name != VALUE => ControlFlow::Break(name.to_owned()),
            _ => ControlFlow::Continue(()),
        });
        if let ControlFlow::Break(name) = other {
            return Err(refused(format!("column '{name}' stands beside FIXED in an aggregate")));
        }
        let fixed = Fixed::of(&fixed)?;
        self.is_inner(&fixed.inner)?;
        let grain = self.grain(&fixed)?;
        let filter = self.filter(&fixed)?;
        let (query, common) = self.subquery(&outer, fixed.inner, &grain, filter);
        self.fixed.push((query, common));
        let reads = tree::reads(&self.source) * (1 + 2 * self.fixed.len());
        if reads > READS_MAX {
            let reason = format!("FIXED reads the query's tables more than {READS_MAX} times");
            return Err(refused(reason));
        }
        Ok(column(&tree::fixed(self.fixed.len() - 1), VALUE))
    }

    fn is_inner(&self, inner: &Expr) -> Result<(), SqlError> {
        match stripped(inner) {
            Expr::Function(it)
                if it.over.is_none()
                    && self.is_aggregate(&it.name.to_string().trim_matches('`').to_lowercase()) =>
            {
                Ok(())
            }
            other => Err(refused(format!("FIXED stands behind an aggregate, not behind {other}"))),
        }
    }

    /// The keys of the inner aggregate.
    fn grain(&self, fixed: &Fixed) -> Result<Vec<Expr>, SqlError> {
        let mut listed = Vec::with_capacity(fixed.keys.len());
        for key in &fixed.keys {
            if let Expr::Value(_) = stripped(key) {
                return Err(refused(format!("FIXED takes columns and expressions, not {key}")));
            }
            listed.push(self.unaliased(key));
        }
        let is_in = |keys: &[Expr], key: &Expr| keys.iter().any(|it| self.is_same(it, key));
        let mut grain = match fixed.form.as_str() {
            "ADD" => self.keys.clone(),
            "REMOVE" => {
                return Ok(self.keys.iter().filter(|it| !is_in(&listed, it)).cloned().collect());
            }
            _ => Vec::new(),
        };
        for key in listed {
            if !is_in(&grain, &key) {
                grain.push(key);
            }
        }
        Ok(grain)
    }

    /// The values of FIXED, each with the keys in common with the query's groups, by which it is joined.
    fn subquery(
        &self,
        outer: &Expr,
        inner: Expr,
        grain: &[Expr],
        filter: Option<Expr>,
    ) -> (Query, Vec<usize>) {
        let in_groups = |key: &Expr| self.keys.iter().position(|it| self.is_same(it, key));
        let names: Vec<String> = grain
            .iter()
            .enumerate()
            .map(|(at, key)| in_groups(key).map_or_else(|| tree::grain(at), tree::key))
            .collect();
        let common: Vec<usize> = grain.iter().filter_map(in_groups).collect();
        let keyed = |(key, name): (&Expr, &String)| (key.clone(), name.clone());
        let of_grain: Vec<(Expr, String)> = grain.iter().zip(&names).map(keyed).collect();
        let mut source = self.source.clone();
        source.selection = filter;
        let values = Grouped { keys: of_grain.clone(), value: Some((inner, VALUE.to_owned())) };
        let values = tree::derived(values.over(source.clone()), "mysql_values");
        let is_coarse = common.len() == grain.len();
        let is_fine = common.len() == self.keys.len();
        let (from, common) = if is_coarse || is_fine {
            (tree::alone(values), common)
        } else {
            let all: Vec<usize> = (0..self.keys.len()).collect();
            let rest = self.keys.iter().enumerate().filter(|(at, _)| !common.contains(at));
            let rest = rest.map(|(at, key)| (key.clone(), tree::key(at)));
            let keys = of_grain.into_iter().chain(rest).collect();
            let pairs = Grouped { keys, value: None }.over(source);
            let pairs = tree::derived(pairs, "mysql_pairs");
            (
                tree::join(
                    pairs,
                    vec![(values, tree::equal("mysql_pairs", "mysql_values", &names))],
                ),
                all,
            )
        };
        let side = if is_coarse || is_fine { "mysql_values" } else { "mysql_pairs" };
        let keys = common.iter().map(|it| (column(side, &tree::key(*it)), tree::key(*it)));
        let outer =
            Grouped { keys: keys.collect(), value: Some((outer.clone(), VALUE.to_owned())) };
        (outer.over(tree::select_from(&self.source, from)), common)
    }
}
