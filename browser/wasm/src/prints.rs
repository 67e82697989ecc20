//! Printed text on its way to the host.

use std::{
    borrow::Cow,
    mem,
    time::{Duration, Instant},
};

use monty_proto::pb;
use monty_types::{ExcType, MontyException, PrintStream, PrintWriterCallback};
use pb::child_event::Kind;

use crate::events;

/// How long text may wait where `Configure` says nothing: short enough to look live.
pub const DEFAULT_INTERVAL: Duration = Duration::from_millis(50);

/// As much text as is gathered; more is sent at once.
const MOST_BYTES: usize = 64 * 1024;

/// Gathers text so that a loop of small prints costs the host a few events a second. An interval of zero sends each
/// line by itself, as the protocol has it.
pub struct Prints {
    interval: Duration,
    /// One for each run on a single stream, in the order of printing.
    segments: Vec<pb::PrintSegment>,
    bytes: usize,
    /// Since when the oldest of it waits.
    since: Option<Instant>,
}

impl Prints {
    pub fn new(interval: Duration) -> Self {
        Self { interval, segments: Vec::new(), bytes: 0, since: None }
    }

    /// Sends what is gathered.
    pub fn flush(&mut self) -> Result<(), MontyException> {
        self.since = None;
        self.bytes = 0;
        send(mem::take(&mut self.segments))
    }

    /// Gathers `text` in pieces, so that a huge one is not held a second time.
    fn write(&mut self, stream: PrintStream, mut text: &str) -> Result<(), MontyException> {
        while !text.is_empty() {
            let fits = text.floor_char_boundary(MOST_BYTES.saturating_sub(self.bytes));
            if fits == 0 {
                self.flush()?;
                continue;
            }
            let (piece, rest) = text.split_at(fits);
            self.append(stream, piece);
            text = rest;
            self.flush_what_is_due()?;
        }
        Ok(())
    }

    fn append(&mut self, stream: PrintStream, text: &str) {
        if self.since.is_none() {
            self.since = Some(Instant::now());
        }
        self.bytes += text.len();
        let stream = i32::from(match stream {
            PrintStream::Stdout => pb::PrintStream::Stdout,
            PrintStream::Stderr => pb::PrintStream::Stderr,
        });
        match self.segments.last_mut() {
            Some(last) if last.stream == stream => last.text.push_str(text),
            _ => self.segments.push(pb::PrintSegment { stream, text: text.to_owned() }),
        }
    }

    fn flush_what_is_due(&mut self) -> Result<(), MontyException> {
        if self.interval.is_zero() {
            self.flush_lines()?;
        }
        if self.bytes >= MOST_BYTES || self.waited() { self.flush() } else { Ok(()) }
    }

    fn waited(&self) -> bool {
        !self.interval.is_zero() && self.since.is_some_and(|since| since.elapsed() >= self.interval)
    }

    /// Sends each line that has its end, and keeps the rest.
    fn flush_lines(&mut self) -> Result<(), MontyException> {
        while let Some((index, end)) = self.first_line_end() {
            let rest = self.segments.split_off(index + 1);
            let mut line = mem::replace(&mut self.segments, rest);
            let last = &mut line[index];
            let after = last.text.split_off(end);
            if !after.is_empty() {
                self.segments.insert(0, pb::PrintSegment { stream: last.stream, text: after });
            }
            self.bytes -= line.iter().map(|segment| segment.text.len()).sum::<usize>();
            send(line)?;
        }
        if self.segments.is_empty() {
            self.since = None;
        }
        Ok(())
    }

    /// The segment with the first newline, and the offset behind that.
    fn first_line_end(&self) -> Option<(usize, usize)> {
        self.segments.iter().enumerate().find_map(|(index, segment)| segment.text.find('\n').map(|at| (index, at + 1)))
    }
}

fn send(segments: Vec<pb::PrintSegment>) -> Result<(), MontyException> {
    if segments.is_empty() {
        return Ok(());
    }
    let event = events::event(Kind::Print(pb::Print { segments: segments.into() }));
    crate::send(&event).map_err(|error| {
        MontyException::new(ExcType::RuntimeError, Some(format!("failed to stream print output: {error}")))
    })
}

impl PrintWriterCallback for Prints {
    fn stdout_write(&mut self, output: Cow<'_, str>) -> Result<(), MontyException> {
        self.write(PrintStream::Stdout, &output)
    }

    fn stdout_push(&mut self, end: char) -> Result<(), MontyException> {
        self.write(PrintStream::Stdout, end.encode_utf8(&mut [0; 4]))
    }

    fn stderr_write(&mut self, output: Cow<'_, str>) -> Result<(), MontyException> {
        self.write(PrintStream::Stderr, &output)
    }

    fn stderr_push(&mut self, end: char) -> Result<(), MontyException> {
        self.write(PrintStream::Stderr, end.encode_utf8(&mut [0; 4]))
    }

    /// Monty calls this while it computes, so that a line does not wait for the next one.
    fn poll_flush(&mut self) -> Result<(), MontyException> {
        if self.waited() { self.flush() } else { Ok(()) }
    }
}
