//! The two sets of settings are for one SQL.

use super::*;
use crate::engine::EngineLimits;

fn limits(query_bytes_max: usize) -> EngineLimits {
    EngineLimits {
        data_bytes_max: 1 << 20,
        query_bytes_max,
        query_time_max: std::time::Duration::from_secs(9),
        query_rows_max: 100,
        queries_at_once_max: 1,
        sql_bytes_max: 1 << 10,
        threads: 2,
    }
}

#[test]
fn functions_are_the_same_for_large_tables() {
    for _ in 0..8 {
        let sessions = Sessions::default();
        let [small, large] = [1, PARALLEL_ROWS_MIN]
            .map(|rows| sessions.of_rows(rows, &limits(1 << 20), SqlSettings::default()).unwrap());
        assert_eq!(large.config().target_partitions(), 2);
        let (small, large) = (small.aggregate_functions(), large.aggregate_functions());
        assert_eq!(small.len(), large.len());
        for (name, function) in small {
            assert!(Arc::ptr_eq(function, &large[name]), "{name} is another");
        }
    }
}
