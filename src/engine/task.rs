//! Work that takes turns with other work on the engine's threads, and ends with its deadline or its last reader.

use std::future::poll_fn;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinError, JoinHandle};
use tokio::time::timeout_at;

use super::Engine;
use super::error::SqlError;
use super::interrupt::{self, Interrupt};
use super::memory::MemoryBudget;
use super::rows::Chunk;
use super::turns::{Asker, Pace, Turn};
/// Chunks that wait for a slow reader.
const CHUNKS_AHEAD: usize = 2;

/// Who waits for an answer, and since when: its time runs from there.
#[derive(Clone, Copy, Debug)]
pub struct Ticket {
    pub asker: Asker,
    pub began: Instant,
}

impl Ticket {
    /// Of somebody who asks now.
    pub fn now(asker: Asker) -> Self {
        Self { asker, began: Instant::now() }
    }
}

impl Default for Ticket {
    fn default() -> Self {
        Self::now(Asker::default())
    }
}

/// Work in flight. Dropping it stops the work.
#[derive(Debug)]
pub(super) struct Running {
    task: JoinHandle<Result<(), SqlError>>,
    interrupt: Interrupt,
    /// What the work is, for the log.
    name: String,
}

impl Running {
    /// Starts work that waits for its turn first.
    pub(super) fn start<F>(
        engine: &Engine,
        (interrupt, asker): (Interrupt, Asker),
        name: String,
        work: impl FnOnce(Turn) -> F + Send + 'static,
    ) -> Self
    where
        F: Future<Output = Result<(), SqlError>> + Send,
    {
        let turn = engine.turns().join(asker);
        let inside = interrupt.with_pace(turn.pace());
        let task = engine.workers().spawn(inside.scope(async move {
            turn.start().await;
            work(turn).await
        }));
        Self { task, interrupt, name }
    }

    /// What the work sends first. An error where it ends before, or its time does.
    pub(super) async fn first<T>(&mut self, first: oneshot::Receiver<T>) -> Result<T, SqlError> {
        let deadline = self.interrupt.deadline().into();
        match timeout_at(deadline, first).await {
            Ok(Ok(sent)) => Ok(sent),
            Ok(Err(_)) => Err(self.end().await.err().unwrap_or_else(SqlError::lost)),
            Err(_) => Err(SqlError::deadline(self.interrupt.limit())),
        }
    }

    async fn end(&mut self) -> Result<(), SqlError> {
        let outcome = (&mut self.task).await;
        let outcome = outcome.unwrap_or_else(|it| Err(SqlError::Internal(defect(it).into())));
        if let Err(SqlError::Internal(defect)) = &outcome {
            tracing::error!(query = self.name, defect, "a query met a defect");
        }
        outcome
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.interrupt.cancel();
        self.task.abort();
    }
}

/// What a panic said.
fn defect(failure: JoinError) -> String {
    match failure.try_into_panic() {
        Err(failure) => failure.to_string(),
        Ok(payload) => {
            let text = payload.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| payload.downcast_ref::<&str>().copied());
            format!("panic: {}", text.unwrap_or("no message"))
        }
    }
}

/// The end of an answer that writes.
pub(super) struct Output {
    chunks: mpsc::Sender<Chunk>,
    budget: MemoryBudget,
    turn: Turn,
    pace: Pace,
    /// How long to wait for a reader, at most …
    wait_max: Duration,
    /// … and until when.
    interrupt: Interrupt,
}

/// Chunks between the work and its reader.
pub(super) struct Pipe {
    sender: mpsc::Sender<Chunk>,
    budget: MemoryBudget,
    wait_max: Duration,
    interrupt: Interrupt,
}

impl Pipe {
    pub(super) fn new(
        engine: &Engine,
        interrupt: &Interrupt,
        wait_max: Duration,
    ) -> (Self, mpsc::Receiver<Chunk>) {
        let (sender, receiver) = mpsc::channel(CHUNKS_AHEAD);
        let (budget, interrupt) = (engine.budgets().answers.clone(), interrupt.clone());
        (Self { sender, budget, wait_max, interrupt }, receiver)
    }

    pub(super) fn output(self, turn: Turn) -> Output {
        let Self { sender: chunks, budget, wait_max, interrupt } = self;
        let pace = turn.pace();
        Output { chunks, budget, turn, pace, wait_max, interrupt }
    }
}

impl Output {
    /// Pays for a chunk.
    pub(super) fn chunk(&self, bytes: Vec<u8>, rows: u64) -> Result<Chunk, SqlError> {
        let lease = self.budget.lease(bytes.len() as u64)?;
        Ok(Chunk::paid(bytes, rows, lease))
    }

    /// Hands a chunk to the reader. While that waits, others have the turn.
    pub(super) async fn send(&self, chunk: Chunk) -> Result<(), SqlError> {
        use mpsc::error::TrySendError::{Closed, Full};
        match self.chunks.try_send(chunk) {
            Ok(()) => {
                poll_fn(|it| self.pace.poll_turn(it)).await;
                interrupt::check().map_err(|_| SqlError::deadline(self.interrupt.limit()))
            }
            Err(Closed(_)) => Err(SqlError::Unread),
            Err(Full(chunk)) => {
                self.turn.pause();
                let until = self.interrupt.deadline().min(Instant::now() + self.wait_max);
                match timeout_at(until.into(), self.chunks.send(chunk)).await {
                    Ok(Ok(())) => {}
                    _ => return Err(SqlError::Unread),
                }
                self.turn.start().await;
                Ok(())
            }
        }
    }
}

/// The end of an answer that reads.
#[derive(Debug)]
pub(super) struct Reader {
    running: Running,
    chunks: mpsc::Receiver<Chunk>,
    is_over: bool,
}

impl Reader {
    pub(super) fn new(running: Running, chunks: mpsc::Receiver<Chunk>) -> Self {
        Self { running, chunks, is_over: false }
    }

    pub(super) async fn next(&mut self) -> Option<Result<Chunk, SqlError>> {
        if self.is_over {
            return None;
        }
        let deadline = self.running.interrupt.deadline().into();
        let next = timeout_at(deadline, self.chunks.recv()).await;
        if let Ok(Some(chunk)) = next {
            return Some(Ok(chunk));
        }
        self.is_over = true;
        match next {
            Err(_) => Some(Err(SqlError::deadline(self.running.interrupt.limit()))),
            // Work that broke off must not look like work that is done.
            Ok(_) => self.running.end().await.err().map(Err),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::EngineLimits;

    #[tokio::test]
    async fn an_answer_that_breaks_down_half_way_ends_with_an_error() {
        let engine = Engine::new(EngineLimits::small());
        let limit = Duration::from_mins(1);
        let interrupt = Interrupt::new(Instant::now(), limit);
        let (pipe, chunks) = Pipe::new(&engine, &interrupt, limit);
        let running = Running::start(
            &engine,
            (interrupt, Asker::default()),
            String::new(),
            |turn| async move {
                let output = pipe.output(turn);
                output.send(output.chunk(b"[1]".to_vec(), 1)?).await?;
                panic!("a defect");
            },
        );
        let mut reader = Reader::new(running, chunks);
        assert_eq!(reader.next().await.unwrap().unwrap().rows, 1);
        let error = reader.next().await.unwrap().unwrap_err();
        assert!(matches!(error, SqlError::Internal(_)), "{error:?}");
        assert!(reader.next().await.is_none());
    }

    #[tokio::test]
    async fn an_answer_that_nobody_reads_holds_no_turn_and_ends() {
        let engine = Engine::new(EngineLimits::small());
        let limit = Duration::from_secs(2);
        let interrupt = Interrupt::new(Instant::now(), limit);
        let (pipe, chunks) = Pipe::new(&engine, &interrupt, limit);
        let running = Running::start(
            &engine,
            (interrupt, Asker::default()),
            String::new(),
            |turn| async move {
                let output = pipe.output(turn);
                loop {
                    output.send(output.chunk(vec![b'1'; 10], 1)?).await?;
                }
            },
        );
        let mut reader = Reader::new(running, chunks);
        let full = 10 * (CHUNKS_AHEAD as u64 + 1);
        while engine.budgets().answers.used() < full {
            tokio::task::yield_now().await;
        }
        let other = engine.turns().join(Asker { group: 1, member: 1 });
        tokio::time::timeout(limit, other.start()).await.unwrap();
        assert_eq!(engine.budgets().answers.used(), full);
        tokio::time::timeout(2 * limit, reader.running.end()).await.unwrap().unwrap_err();
        drop(reader);
        assert_eq!(engine.budgets().answers.used(), 0);
    }
}
