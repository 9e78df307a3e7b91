//! Flags of limits.

use std::time::Duration;

use clap::Args;

/// Everything that can grow has a limit.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Limits")]
pub struct LimitConfig {
    /// Bytes of one part of an upload, after decompression
    #[arg(long, env = "DOMOCK_MAX_PART_BYTES", default_value_t = 2 << 30, value_name = "BYTES")]
    pub max_part_bytes: usize,
    /// Bytes of a JSON body
    #[arg(long, env = "DOMOCK_MAX_JSON_BYTES", default_value_t = 8 << 20, value_name = "BYTES")]
    pub max_json_bytes: usize,
    /// Bytes of memory for all budgets together: none is larger than its share [default: the container's limit]
    #[arg(long, env = "DOMOCK_MAX_MEMORY", value_name = "BYTES")]
    pub max_memory: Option<u64>,
    /// Bytes of memory for the rows of all datasets
    #[arg(long, env = "DOMOCK_MAX_DATA_BYTES", default_value_t = 8 << 30, value_name = "BYTES")]
    pub max_data_bytes: u64,
    /// Bytes of memory for uploads that are not committed and for bodies that arrive; at most those for rows
    #[arg(long, env = "DOMOCK_MAX_UPLOAD_BYTES", default_value_t = 8 << 30, value_name = "BYTES")]
    pub max_upload_bytes: u64,
    /// Bytes of memory for names, descriptions, tags and formulas
    #[arg(long, env = "DOMOCK_MAX_TEXT_BYTES", default_value_t = 256 << 20, value_name = "BYTES")]
    pub max_text_bytes: u64,
    /// Bytes of memory for results that wait to be sent, and for cached ones
    #[arg(long, env = "DOMOCK_MAX_ANSWER_BYTES", default_value_t = 256 << 20, value_name = "BYTES")]
    pub max_answer_bytes: u64,
    /// Bytes of memory for all running queries
    #[arg(long, env = "DOMOCK_MAX_QUERY_BYTES", default_value_t = 1 << 30, value_name = "BYTES")]
    pub max_query_bytes: usize,
    /// Milliseconds that a query may take, from the head of its request to the end of its result
    #[arg(long, env = "DOMOCK_MAX_QUERY_MS", default_value_t = 60_000, value_name = "MS")]
    pub max_query_ms: u64,
    /// Rows in the result of a query
    #[arg(long, env = "DOMOCK_MAX_QUERY_ROWS", default_value_t = 100_000_000, value_name = "ROWS")]
    pub max_query_rows: u64,
    /// Queries that run at a time; others wait for their turn [default: the number of cores]
    #[arg(long, env = "DOMOCK_MAX_QUERIES", value_name = "N")]
    pub max_queries: Option<usize>,
    /// Bytes of an SQL text
    #[arg(long, env = "DOMOCK_MAX_SQL_BYTES", default_value_t = 4 << 20, value_name = "BYTES")]
    pub max_sql_bytes: usize,
    /// Concurrent connections; others wait
    #[arg(
        long,
        env = "DOMOCK_MAX_CONNECTIONS",
        default_value_t = 4096,
        value_name = "N",
        value_parser = clap::value_parser!(u32).range(1..)
    )]
    pub max_connections: u32,
    /// Instances besides the default one
    #[arg(long, env = "DOMOCK_MAX_INSTANCES", default_value_t = 1000, value_name = "N")]
    pub max_instances: usize,
    /// Milliseconds for a client to send its first byte, to finish the TLS handshake, and to send the head of a request
    #[arg(long, env = "DOMOCK_MAX_HEAD_MS", default_value_t = 30_000, value_name = "MS")]
    pub max_head_ms: u64,
    /// Milliseconds that a client may pause while it sends the body of a request, or while a response waits to be read
    #[arg(long, env = "DOMOCK_MAX_BODY_PAUSE_MS", default_value_t = 60_000, value_name = "MS")]
    pub max_body_pause_ms: u64,
    /// Threads for parsing and queries [default: the number of cores]
    #[arg(long, env = "DOMOCK_THREADS", value_name = "N")]
    pub threads: Option<usize>,
}

impl LimitConfig {
    pub fn threads(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        self.threads.unwrap_or_else(cores).max(1)
    }

    pub fn head_time_max(&self) -> Duration {
        millis(self.max_head_ms)
    }

    pub fn body_time_max(&self) -> Duration {
        millis(self.max_body_pause_ms)
    }

    pub fn query_time_max(&self) -> Duration {
        millis(self.max_query_ms)
    }

    /// Bytes of memory for everything; none where nothing says so.
    pub fn memory_max(&self) -> Option<u64> {
        self.max_memory.or_else(container_memory)
    }

    /// A limit, and no more than its share of all memory.
    fn share(&self, limit: u64, percent: u64) -> u64 {
        self.memory_max().map_or(limit, |all| limit.min(all / 100 * percent))
    }

    pub fn row_bytes_max(&self) -> u64 {
        self.share(self.max_data_bytes, 50)
    }

    pub fn upload_bytes_max(&self) -> u64 {
        self.share(self.max_upload_bytes.min(self.max_data_bytes), 15)
    }

    pub fn query_bytes_max(&self) -> usize {
        usize::try_from(self.share(self.max_query_bytes as u64, 20)).unwrap_or(usize::MAX)
    }

    pub fn text_bytes_max(&self) -> u64 {
        self.share(self.max_text_bytes, 5)
    }

    pub fn answer_bytes_max(&self) -> u64 {
        self.share(self.max_answer_bytes, 5)
    }
}

/// A time that can be added to now.
fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis).min(Duration::from_hours(1_000_000))
}

/// What the control group of this process may take, where that has a limit.
fn container_memory() -> Option<u64> {
    const FILES: [&str; 2] =
        ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];
    // Version 1 says an absurd number where there is no limit.
    const NO_LIMIT: u64 = 1 << 60;
    let text = FILES.iter().find_map(|it| std::fs::read_to_string(it).ok())?;
    text.trim().parse().ok().filter(|it| *it < NO_LIMIT)
}

impl Default for LimitConfig {
    fn default() -> Self {
        Self {
            max_part_bytes: 2 << 30,
            max_json_bytes: 8 << 20,
            max_data_bytes: 8 << 30,
            max_query_bytes: 1 << 30,
            max_query_ms: 60_000,
            max_query_rows: 100_000_000,
            max_queries: None,
            max_sql_bytes: 4 << 20,
            max_connections: 4096,
            max_instances: 1000,
            max_head_ms: 30_000,
            max_body_pause_ms: 60_000,
            threads: None,
            max_memory: None,
            max_upload_bytes: 8 << 30,
            max_text_bytes: 256 << 20,
            max_answer_bytes: 256 << 20,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_limit_is_larger_than_its_share_of_all_memory() {
        let limits = LimitConfig {
            max_memory: Some(1 << 30),
            max_query_bytes: 1_000,
            ..LimitConfig::default()
        };
        let all = [
            limits.row_bytes_max(),
            limits.upload_bytes_max(),
            limits.text_bytes_max(),
            limits.answer_bytes_max(),
            limits.query_bytes_max() as u64,
        ];
        assert_eq!(limits.query_bytes_max(), 1_000);
        assert!(all.iter().sum::<u64>() < 1 << 30);
        assert!(limits.row_bytes_max() > 500_000_000);
    }
}
