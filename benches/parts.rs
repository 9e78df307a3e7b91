//! Benchmarks of single parts: `cargo bench -- csv` runs those whose names contain `csv`.

#![expect(clippy::unwrap_used, reason = "a bench that cannot go on has nothing to say")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use domock::domain::dataset::Profile;
use domock::domain::operations::{NewDataset, ProfileChange};
use domock::domain::{Instance, SchemaColumn};
use domock::engine::csv::{CsvParser, infer};
use domock::engine::{
    Column, ColumnType, CsvFormat, Engine, EngineLimits, Header, Query, RowFormat, Table, Ticket,
};
use domock::{Config, Domock};
use futures::TryStreamExt;
use tokio::runtime::Runtime;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const TRIVIAL: &str = "SELECT * FROM table LIMIT 10";
const FLIGHTS: &str = include_str!("../seed-data/flights.csv");

/// 30 columns and eight functions.
const WIDE: &str = "SELECT year, month, day, dep_time, sched_dep_time, dep_delay, arr_time, sched_arr_time, arr_delay, \
    carrier, flight, tailnum, origin, dest, air_time, distance, hour, minute, time_hour, year AS y, month AS m, day AS d, \
    CONCAT(origin, '-', dest) AS route, UPPER(carrier) AS c, IFNULL(dep_delay, 0) AS late, \
    DATE_FORMAT(time_hour, '%Y-%m') AS ym, ROUND(distance * 1.609, 1) AS km, LEFT(tailnum, 3) AS t, \
    IF(arr_delay > 15, 'late', 'on time') AS state, DATEDIFF(time_hour, '2013-01-01') AS since FROM table LIMIT 10";

fn engine() -> Engine {
    Engine::new(EngineLimits {
        data_bytes_max: 8 << 30,
        upload_bytes_max: 8 << 30,
        text_bytes_max: 1 << 20,
        answer_bytes_max: 64 << 20,
        query_bytes_max: 1 << 30,
        query_time_max: Duration::from_mins(1),
        query_rows_max: 100_000_000,
        queries_at_once_max: 2,
        sql_bytes_max: 64 << 10,
        threads: 2,
    })
}

fn columns() -> Arc<[Column]> {
    infer(FLIGHTS.as_bytes()).unwrap().into()
}

fn parsed(engine: &Engine, text: &str, columns: &Arc<[Column]>) -> Table {
    let format = CsvFormat { delimiter: b',', header: Header::Auto };
    let mut parser = CsvParser::new(Arc::clone(columns), format, engine.budget());
    parser.push(text.as_bytes()).unwrap();
    parser.finish().unwrap()
}

/// The first thousand flights.
fn small_table(engine: &Engine) -> Table {
    let end = FLIGHTS.match_indices('\n').nth(1000).unwrap().0;
    parsed(engine, &FLIGHTS[..=end], &columns())
}

fn query(table: &Table, sql: &str) -> Query {
    Query::new(table.clone(), sql)
}

fn csv(criterion: &mut Criterion) {
    let (engine, columns) = (engine(), columns());
    let strings: Arc<[Column]> =
        columns.iter().map(|it| Column::new(&it.name, ColumnType::String)).collect();
    let mut group = criterion.benchmark_group("csv");
    group.throughput(Throughput::Bytes(FLIGHTS.len() as u64));
    group.bench_function("infer", |it| it.iter(|| infer(black_box(FLIGHTS.as_bytes()))));
    group.bench_function("parse", |it| it.iter(|| parsed(&engine, black_box(FLIGHTS), &columns)));
    group.bench_function("parse as strings", |it| {
        it.iter(|| parsed(&engine, black_box(FLIGHTS), &strings));
    });
    group.finish();
}

/// A whole query, with a new text and with a text that was seen before.
fn answers(criterion: &mut Criterion) {
    let (engine, runtime) = (engine(), Runtime::new().unwrap());
    let table = small_table(&engine);
    // Criterion runs a benchmark more than once, and each text must be new.
    let mut count = 0;
    for (name, sql) in [("trivial", TRIVIAL), ("wide", WIDE)] {
        let mut group = criterion.benchmark_group(format!("answer {name}"));
        group.bench_function("new text", |it| {
            it.iter_custom(|times| {
                (0..times)
                    .map(|_| {
                        count += 1;
                        let query = query(&table, &format!("{sql} -- {count}"));
                        let began = Instant::now();
                        black_box(runtime.block_on(engine.query(query)).unwrap());
                        began.elapsed()
                    })
                    .sum()
            });
        });
        group.bench_function("text seen before", |it| {
            it.iter(|| runtime.block_on(engine.query(query(&table, sql))).unwrap());
        });
        group.finish();
    }
}

fn encode(criterion: &mut Criterion) {
    let (engine, runtime) = (engine(), Runtime::new().unwrap());
    let table = parsed(&engine, FLIGHTS, &columns());
    let written = |format| {
        let chunks =
            engine.export(table.clone(), u64::MAX, Ticket::default()).rows(format).into_chunks();
        let chunks = chunks.map_ok(|it| it.bytes);
        let chunks: Vec<Bytes> = runtime.block_on(chunks.try_collect()).unwrap();
        chunks
    };
    let mut group = criterion.benchmark_group("encode");
    for (name, format) in [
        ("arrays", RowFormat::JsonArrays),
        ("objects", RowFormat::JsonObjects),
        ("CSV", RowFormat::Csv { null: domock::domain::CsvNull::Empty }),
    ] {
        let bytes: usize = written(format).iter().map(Bytes::len).sum();
        group.throughput(Throughput::Bytes(bytes as u64));
        group.bench_function(name, |it| it.iter(|| written(format)));
    }
    group.finish();
}

/// Changing one dataset: copy it, change the copy, publish it.
fn store(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let domo = runtime.block_on(Domock::start(Config::for_tests())).unwrap();
    let instance: Instance = domo.instance();
    let session = instance.session(instance.admin());
    let new = || NewDataset {
        profile: Profile::default(),
        columns: vec![SchemaColumn::new("n", ColumnType::Long)],
    };
    let ids: Vec<_> = (0..5_000).map(|_| session.create_dataset(new()).unwrap().id).collect();
    let mut group = criterion.benchmark_group("store");
    group.bench_function("read one of 5000", |it| {
        it.iter(|| session.dataset(black_box(ids[2_500])).unwrap());
    });
    group.bench_function("update one of 5000", |it| {
        it.iter(|| session.change_profile(ids[2_500], ProfileChange::default()).unwrap());
    });
    group.bench_function("fork 5000", |it| it.iter(|| instance.fork(black_box("fork"))));
    group.finish();
}

criterion_group! {
    name = parts;
    config = Criterion::default()
        .sample_size(30)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2));
    targets = csv, answers, encode, store
}
criterion_main!(parts);
