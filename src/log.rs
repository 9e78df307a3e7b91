//! The log on stderr. It never holds up those who write to it: a thread of its own passes the lines on, and where nobody
//! reads stderr, lines are dropped and counted.

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::config::{LogConfig, LogFormat};

/// Lines that wait to be written.
const LINES_MAX: usize = 4_096;
/// Bytes of a line; the rest of it is left out.
const LINE_BYTES_MAX: usize = 64 << 10;

/// Starts the log, also of panics.
///
/// # Errors
/// A filter that cannot be read.
pub fn start(log: &LogConfig) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&log.log)
        .map_err(|it| anyhow::anyhow!("--log '{}' is not a filter: {it}", log.log))?;
    let colours = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let writer = LogWriter::new(colours && log.log_format == LogFormat::Text, io::stderr())?;
    let builder =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer).with_ansi(colours);
    match log.log_format {
        LogFormat::Json => builder.json().init(),
        LogFormat::Text => builder.init(),
    }
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        let text = panic.payload_as_str().unwrap_or("no message");
        tracing::error!(place, panic = text, "a thread panicked");
    }));
    Ok(())
}

/// Makes a line of each event.
struct LogWriter {
    lines: SyncSender<Vec<u8>>,
    dropped: Arc<AtomicU64>,
    has_colours: bool,
}

impl LogWriter {
    fn new(has_colours: bool, out: impl Write + Send + 'static) -> io::Result<Self> {
        let (lines, waiting) = sync_channel(LINES_MAX);
        let dropped = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&dropped);
        thread::Builder::new()
            .name("domock-log".to_owned())
            .spawn(move || write_out(&waiting, &counter, out))?;
        Ok(Self { lines, dropped, has_colours })
    }
}

fn write_out(lines: &Receiver<Vec<u8>>, dropped: &AtomicU64, mut out: impl Write) {
    while let Ok(line) = lines.recv() {
        // An error leaves nobody to tell.
        let _ = out.write_all(&line);
        let count = dropped.swap(0, Ordering::Relaxed);
        if count > 0 {
            let _ =
                writeln!(out, "domock: {count} lines of the log were dropped: nobody read them");
        }
    }
}

impl<'a> MakeWriter<'a> for LogWriter {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line { log: self, bytes: Vec::new() }
    }
}

struct Line<'a> {
    log: &'a LogWriter,
    bytes: Vec<u8>,
}

impl Write for Line<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = LINE_BYTES_MAX.saturating_sub(self.bytes.len());
        self.bytes.extend_from_slice(&bytes[..bytes.len().min(room)]);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Line<'_> {
    fn drop(&mut self) {
        let line = one_line(&self.bytes, self.log.has_colours);
        if self.log.lines.try_send(line).is_err() {
            self.log.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Without line ends in the middle and control characters, which a request may have put there.
fn one_line(text: &[u8], has_colours: bool) -> Vec<u8> {
    const ESCAPE: u8 = 0x1b;
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    let mut line = Vec::with_capacity(text.len() + 1);
    for &byte in text {
        match byte {
            b'\n' => line.extend_from_slice(b"\\n"),
            b'\r' => line.extend_from_slice(b"\\r"),
            ESCAPE if has_colours => line.push(byte),
            b'\t' => line.push(byte),
            0x00..0x20 | 0x7f => line.extend_from_slice(format!("\\x{byte:02x}").as_bytes()),
            _ => line.push(byte),
        }
    }
    line.push(b'\n');
    line
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::time::Duration;

    use super::*;

    #[test]
    fn an_event_is_one_line_without_control_characters() {
        assert_eq!(one_line(b"a\nERROR b\r\x1b[2J\x00\n", false), b"a\\nERROR b\\r\\x1b[2J\\x00\n");
        assert_eq!(one_line("ä\x1b[1m\n".as_bytes(), true), "ä\x1b[1m\n".as_bytes());
    }

    /// Blocks its writer until it is opened.
    struct Pipe(Arc<Mutex<Vec<u8>>>);

    impl Write for Pipe {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_log_that_nobody_reads_holds_nobody_up() {
        let read = Arc::new(Mutex::new(Vec::new()));
        let blocked = read.lock().unwrap();
        let log = LogWriter::new(false, Pipe(Arc::clone(&read))).unwrap();
        for _ in 0..3 * LINES_MAX {
            log.make_writer().write_all(b"refused\n").unwrap();
        }
        drop(blocked);
        let begun = std::time::Instant::now();
        while begun.elapsed() < Duration::from_secs(10) {
            let text = String::from_utf8(read.lock().unwrap().clone()).unwrap();
            if text.contains("lines of the log were dropped") {
                return;
            }
            thread::yield_now();
        }
        panic!("nobody tells of the lines that were dropped");
    }
}
