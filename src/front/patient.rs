//! A socket that gives up a client who does not read, and lets one who still writes read its answer.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

/// How long the rest of a request is read on behind the last answer: with unread bytes in its buffers, the system would
/// reset the connection, and the client lose the answer (RFC 9112, 9.6).
const LINGER_TIME_MAX: Duration = Duration::from_secs(10);
/// … and how much of it.
const LINGER_BYTES_MAX: usize = 1 << 20;
/// How long the client may pause meanwhile.
const LINGER_PAUSE_MAX: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct Patient<I> {
    io: I,
    /// How long a client may not read while there is something to write.
    pause_max: Duration,
    paused: Option<Pin<Box<Sleep>>>,
    linger: Linger,
}

#[derive(Debug)]
enum Linger {
    NotYet,
    Until { end: Instant, bytes: usize, pause: Pin<Box<Sleep>> },
    Over,
}

impl<I: AsyncRead + AsyncWrite + Unpin> Patient<I> {
    pub(super) fn new(io: I, pause_max: Duration) -> Self {
        Self { io, pause_max, paused: None, linger: Linger::NotYet }
    }

    /// Passes on what a write says; an error once it has waited for too long.
    fn patiently<T>(
        &mut self,
        context: &mut Context<'_>,
        outcome: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if outcome.is_ready() {
            self.paused = None;
            return outcome;
        }
        let end = Instant::now() + self.pause_max;
        let paused = self.paused.get_or_insert_with(|| Box::pin(sleep_until(end)));
        ready!(paused.as_mut().poll(context));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the client does not read")))
    }

    fn poll_linger(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let mut scratch = [0; 16 << 10];
        loop {
            let Linger::Until { end, bytes, pause } = &mut self.linger else {
                return Poll::Ready(());
            };
            let mut buffer = ReadBuf::new(&mut scratch);
            match Pin::new(&mut self.io).poll_read(context, &mut buffer) {
                Poll::Ready(Ok(()))
                    if !buffer.filled().is_empty()
                        && *bytes < LINGER_BYTES_MAX
                        && Instant::now() < *end =>
                {
                    *bytes += buffer.filled().len();
                    pause.as_mut().reset(Instant::now() + LINGER_PAUSE_MAX);
                }
                Poll::Ready(_) => self.linger = Linger::Over,
                Poll::Pending => {
                    ready!(pause.as_mut().poll(context));
                    self.linger = Linger::Over;
                }
            }
        }
    }
}

impl<I: AsyncRead + Unpin> AsyncRead for Patient<I> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(context, buffer)
    }
}

impl<I: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Patient<I> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.io).poll_write(context, bytes);
        self.patiently(context, outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.io).poll_write_vectored(context, slices);
        self.patiently(context, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.io).poll_flush(context);
        self.patiently(context, outcome)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if matches!(self.linger, Linger::NotYet) {
            let outcome = Pin::new(&mut self.io).poll_shutdown(context);
            ready!(self.patiently(context, outcome))?;
            let now = Instant::now();
            let pause = Box::pin(sleep_until(now + LINGER_PAUSE_MAX));
            self.linger = Linger::Until { end: now + LINGER_TIME_MAX, bytes: 0, pause };
        }
        self.poll_linger(context).map(Ok)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    #[tokio::test]
    async fn a_client_who_does_not_read_is_given_up() {
        let (ours, _theirs) = tokio::io::duplex(64);
        let mut ours = Patient::new(ours, Duration::from_millis(50));
        let began = Instant::now();
        let error = ours.write_all(&[0; 1000]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!(began.elapsed() >= Duration::from_millis(50));
    }

    #[tokio::test]
    async fn what_a_client_still_writes_is_read_on() {
        let (ours, mut theirs) = tokio::io::duplex(64);
        let mut ours = Patient::new(ours, Duration::from_secs(5));
        let closing = async {
            ours.write_all(b"refused").await.unwrap();
            ours.shutdown().await.unwrap();
        };
        let client = async {
            theirs.write_all(&[0; 10_000]).await.unwrap();
            theirs.shutdown().await.unwrap();
            let mut said = String::new();
            theirs.read_to_string(&mut said).await.unwrap();
            said
        };
        assert_eq!(tokio::join!(closing, client).1, "refused");
    }

    #[tokio::test]
    async fn a_client_who_does_not_close_is_left_after_a_pause() {
        let (ours, _theirs) = tokio::io::duplex(64);
        let mut ours = Patient::new(ours, Duration::from_secs(5));
        let began = Instant::now();
        ours.shutdown().await.unwrap();
        assert!(began.elapsed() >= LINGER_PAUSE_MAX && began.elapsed() < LINGER_TIME_MAX);
    }
}
