//! Column names without regard to case: every column has an internal, lower-case name inside a query.

use std::collections::{HashMap, HashSet};

use super::types::Column;

/// The internal names of a table's columns. Where two differ only by case, the later get a suffix.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    internal: Vec<String>,
    exact: HashMap<String, usize>,
    folded: HashMap<String, usize>,
}

impl Names {
    pub(crate) fn new(columns: &[Column]) -> Self {
        let mut names =
            Self { internal: Vec::new(), exact: HashMap::new(), folded: HashMap::new() };
        for (index, column) in columns.iter().enumerate() {
            let lower = column.name.to_lowercase();
            let taken = |it: &str| names.internal.iter().any(|other| other == it);
            let internal = if taken(&lower) { numbered(&lower, taken) } else { lower.clone() };
            names.folded.entry(lower).or_insert(index);
            names.exact.entry(column.name.clone()).or_insert(index);
            names.internal.push(internal);
        }
        names
    }

    pub(crate) fn internal(&self) -> &[String] {
        &self.internal
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.folded.contains_key(&name.to_lowercase())
    }

    /// Which column a name in a query means.
    pub(crate) fn index(&self, name: &str) -> Option<usize> {
        self.exact.get(name).or_else(|| self.folded.get(&name.to_lowercase())).copied()
    }

    /// What a name in a query is called inside: the column that is spelt so, else the first that differs by case.
    pub(crate) fn inside(&self, name: &str) -> String {
        self.index(name).map_or_else(|| name.to_lowercase(), |it| self.internal[it].clone())
    }
}

/// How the query wrote its names, by their internal spelling.
#[derive(Debug, Default)]
pub(crate) struct Written {
    /// Selected expressions.
    pub(crate) items: HashMap<String, String>,
    /// Every name.
    pub(crate) names: HashMap<String, String>,
    /// Every name that stands for a value, in the order of the query.
    pub(crate) values: Vec<String>,
    /// Every name that the query gives.
    pub(crate) given: HashSet<String>,
}

/// `name#2`, `name#3`, …: the first that is not taken.
pub(crate) fn numbered(name: &str, taken: impl Fn(&str) -> bool) -> String {
    (2..u32::MAX).map(|n| format!("{name}#{n}")).find(|it| !taken(it)).expect("some number is free")
}

/// The candidate nearest to `name`, if one is near enough to be what was meant.
pub(crate) fn nearest<'a>(
    name: &str,
    candidates: impl Iterator<Item = &'a str>,
) -> Option<&'a str> {
    let name = name.to_lowercase();
    let length = name.chars().count();
    let limit = (length / 3).max(1);
    candidates
        .filter(|it| it.chars().count().abs_diff(length) <= limit)
        .map(|it| (strsim::levenshtein(&name, &it.to_lowercase()), it))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, it)| (*distance, *it))
        .map(|(_, it)| it)
}

#[cfg(test)]
mod tests {
    use super::super::types::ColumnType;
    use super::*;

    #[test]
    fn columns_that_differ_by_case_keep_apart() {
        let columns = ["Qty", "QTY", "qty#2"].map(|it| Column::new(it, ColumnType::Long));
        let names = Names::new(&columns);
        assert_eq!(names.internal(), ["qty", "qty#2", "qty#2#2"].map(String::from));
        assert_eq!(names.inside("QTY"), "qty#2");
        assert_eq!(names.inside("qTy"), "qty");
        assert_eq!(names.inside("Total"), "total");
    }

    #[test]
    fn the_nearest_name_is_near() {
        let names = ["Region", "Sales", "Store Name"];
        assert_eq!(nearest("Regoin", names.into_iter()), Some("Region"));
        assert_eq!(nearest("xyz", names.into_iter()), None);
    }
}
