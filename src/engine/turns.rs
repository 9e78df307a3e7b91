//! Which queries run. Only a few do at a time; the others wait, and are let in by turns: first by the group of who asks,
//! then by its members, then by arrival. A query that runs while others wait gives way after a slice of time, so that a
//! short one waits for a slice or two, however many long ones there are.

use std::collections::{HashMap, VecDeque};
use std::future::poll_fn;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use tokio::time::timeout;

/// How long a query keeps its turn while others wait.
const SLICE: Duration = Duration::from_millis(50);

/// For each query that runs, so many may have begun.
const BEGUN_MAX: usize = 4;

/// Who asks. Groups share fairly, and so do the members of a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asker {
    pub group: u64,
    pub member: u64,
}

/// The turns of an engine.
#[derive(Debug)]
pub(crate) struct Turns {
    /// Queries that run at a time; a few times as many have begun.
    count: usize,
    line: Mutex<Line>,
    waiting: AtomicUsize,
}

#[derive(Debug, Default)]
struct Line {
    running: Vec<Arc<Seat>>,
    waiting: Rounds,
    /// How many queries of each group hold memory: those that run, and those that have run and wait again.
    begun: HashMap<u64, usize>,
}

/// One query among the others.
#[derive(Debug)]
struct Seat {
    asker: Asker,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    place: Place,
    /// Whether it has run before.
    has_begun: bool,
    /// Whether it is counted among those that hold memory.
    is_counted: bool,
    /// Parts of the query that wait for its turn.
    wakers: Vec<Waker>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Neither runs nor wants to.
    Away,
    Waiting,
    /// Since then, or since it last saw that nobody waits.
    Running {
        since: Instant,
    },
}

/// Of a query; dropping it ends its turn.
#[derive(Debug)]
pub(crate) struct Turn {
    pace: Pace,
}

/// The turn of a query, as its parts see it.
#[derive(Clone, Debug)]
pub(crate) struct Pace {
    turns: Arc<Turns>,
    seat: Arc<Seat>,
}

impl Turns {
    pub(crate) fn new(count: usize) -> Self {
        Self { count: count.max(1), line: Mutex::default(), waiting: AtomicUsize::new(0) }
    }

    /// For a query that has no turn yet.
    pub(crate) fn join(self: &Arc<Self>, asker: Asker) -> Turn {
        let state = Mutex::new(State {
            place: Place::Away,
            has_begun: false,
            is_counted: false,
            wakers: Vec::new(),
        });
        let seat = Arc::new(Seat { asker, state });
        Turn { pace: Pace { turns: Arc::clone(self), seat } }
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets in as many as there is room for.
    fn fill(&self, line: &mut Line, room: usize) {
        let mut passed_by = Vec::new();
        while line.running.len() < room
            && let Some(next) = line.waiting.pop()
        {
            if self.may_run(line, &next) {
                if next.run() {
                    *line.begun.entry(next.asker.group).or_default() += 1;
                }
                line.running.push(next);
            } else {
                passed_by.push(next);
            }
        }
        for seat in passed_by {
            line.waiting.push(seat);
        }
        self.waiting.store(line.waiting.count, Ordering::Relaxed);
    }

    /// Where many have begun, further ones would only take memory; but the first of a group always may.
    fn may_run(&self, line: &Line, seat: &Seat) -> bool {
        seat.state().has_begun
            || line.begun.values().sum::<usize>() < BEGUN_MAX * self.count
            || !line.begun.contains_key(&seat.asker.group)
    }

    fn wait(&self, seat: &Arc<Seat>) {
        let mut line = self.line();
        seat.state().place = Place::Waiting;
        line.waiting.push(Arc::clone(seat));
        self.fill(&mut line, self.count);
    }

    fn leave(&self, seat: &Arc<Seat>) {
        let mut line = self.line();
        let mut state = seat.state();
        let before = std::mem::replace(&mut state.place, Place::Away);
        let was_counted = std::mem::take(&mut state.is_counted);
        drop(state);
        if was_counted && let Some(begun) = line.begun.get_mut(&seat.asker.group) {
            *begun -= 1;
        }
        line.begun.retain(|_, count| *count > 0);
        match before {
            Place::Away => return,
            Place::Waiting => line.waiting.remove(seat),
            Place::Running { .. } => line.running.retain(|it| !Arc::ptr_eq(it, seat)),
        }
        self.fill(&mut line, self.count);
    }

    /// The next one takes the turn of this, which waits again.
    fn give_way(&self, seat: &Arc<Seat>) {
        let mut line = self.line();
        let runs = matches!(seat.state().place, Place::Running { .. });
        if runs && line.waiting.count > 0 {
            line.running.retain(|it| !Arc::ptr_eq(it, seat));
            seat.state().place = Place::Waiting;
            line.waiting.push(Arc::clone(seat));
            self.fill(&mut line, self.count);
        }
    }

    /// A query that does not come to where it could give way keeps nobody out: as many others run beside those.
    fn pass_by_the_overdue(&self) {
        let mut line = self.line();
        let is_overdue = |it: &&Arc<Seat>| matches!(it.state().place, Place::Running { since } if since.elapsed() > 2 * SLICE);
        let overdue = line.running.iter().filter(is_overdue).count().min(2 * self.count);
        self.fill(&mut line, self.count + overdue);
    }
}

impl Seat {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it is to be counted from now on.
    fn run(&self) -> bool {
        let mut state = self.state();
        state.place = Place::Running { since: Instant::now() };
        state.has_begun = true;
        state.wakers.drain(..).for_each(Waker::wake);
        !std::mem::replace(&mut state.is_counted, true)
    }

    fn poll_running(&self, context: &Context<'_>) -> Poll<()> {
        let mut state = self.state();
        if matches!(state.place, Place::Running { .. }) {
            return Poll::Ready(());
        }
        if !state.wakers.iter().any(|it| it.will_wake(context.waker())) {
            state.wakers.push(context.waker().clone());
        }
        Poll::Pending
    }
}

impl Turn {
    /// Waits for the turn.
    pub(crate) async fn start(&self) {
        let Pace { turns, seat } = &self.pace;
        turns.wait(seat);
        while timeout(2 * SLICE, poll_fn(|it| seat.poll_running(it))).await.is_err() {
            turns.pass_by_the_overdue();
        }
    }

    /// Ends the turn, until the next start.
    pub(crate) fn pause(&self) {
        self.pace.turns.leave(&self.pace.seat);
    }

    pub(crate) fn pace(&self) -> Pace {
        self.pace.clone()
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.pause();
    }
}

impl Pace {
    /// Ready while it is the query's turn. A query whose slice is over gives way here, if others wait.
    pub(crate) fn poll_turn(&self, context: &Context<'_>) -> Poll<()> {
        // The lock of a seat is never held while that of the line is taken.
        let place = self.seat.state().place;
        let is_over = matches!(place, Place::Running { since } if since.elapsed() > SLICE);
        if is_over && self.turns.waiting.load(Ordering::Relaxed) > 0 {
            self.turns.give_way(&self.seat);
        } else if is_over && let Place::Running { since } = &mut self.seat.state().place {
            *since = Instant::now();
        }
        self.seat.poll_running(context)
    }
}

type Members = VecDeque<(u64, VecDeque<Arc<Seat>>)>;

/// Those who wait: groups in their order, of each its members, of each their queries.
#[derive(Debug, Default)]
struct Rounds {
    groups: VecDeque<(u64, Members)>,
    count: usize,
}

impl Rounds {
    fn push(&mut self, seat: Arc<Seat>) {
        let Asker { group, member } = seat.asker;
        entry(entry(&mut self.groups, group), member).push_back(seat);
        self.count += 1;
    }

    /// The first query of the first member of the first group; both go to the end of their rounds.
    fn pop(&mut self) -> Option<Arc<Seat>> {
        let (group, mut members) = self.groups.pop_front()?;
        let (member, mut seats) = members.pop_front()?;
        let seat = seats.pop_front();
        if !seats.is_empty() {
            members.push_back((member, seats));
        }
        if !members.is_empty() {
            self.groups.push_back((group, members));
        }
        self.count -= usize::from(seat.is_some());
        seat
    }

    fn remove(&mut self, seat: &Arc<Seat>) {
        let Asker { group, member } = seat.asker;
        let members = entry(&mut self.groups, group);
        let seats = entry(members, member);
        let before = seats.len();
        seats.retain(|it| !Arc::ptr_eq(it, seat));
        self.count -= before - seats.len();
        members.retain(|(_, seats)| !seats.is_empty());
        self.groups.retain(|(_, members)| !members.is_empty());
    }
}

/// The value under a key, put at the end where there is none.
fn entry<T: Default>(all: &mut VecDeque<(u64, T)>, key: u64) -> &mut T {
    let found = all.iter().position(|(it, _)| *it == key);
    let at = found.unwrap_or_else(|| {
        all.push_back((key, T::default()));
        all.len() - 1
    });
    &mut all[at].1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(turn: &Turn) -> bool {
        matches!(turn.pace.seat.state().place, Place::Running { .. })
    }

    fn waiting(turns: &Arc<Turns>, group: u64, member: u64) -> Turn {
        let turn = turns.join(Asker { group, member });
        turns.wait(&turn.pace.seat);
        turn
    }

    #[test]
    fn turns_go_round_by_group_and_then_by_member() {
        let turns = Arc::new(Turns::new(1));
        let first = waiting(&turns, 1, 1);
        let heavy: Vec<Turn> = (0..3).map(|_| waiting(&turns, 1, 1)).collect();
        let (neighbour, other) = (waiting(&turns, 1, 2), waiting(&turns, 2, 3));
        let mut order = Vec::new();
        assert!(runs(&first));
        drop(first);
        let mut left =
            vec![("heavy", heavy), ("neighbour", vec![neighbour]), ("other", vec![other])];
        for _ in 0..5 {
            for (name, all) in &mut left {
                if let Some(at) = all.iter().position(runs) {
                    order.push(*name);
                    all.remove(at);
                    break;
                }
            }
        }
        assert_eq!(order, ["heavy", "other", "neighbour", "heavy", "heavy"]);
        assert_eq!(turns.line().waiting.count, 0);
    }

    #[test]
    fn only_a_few_begin_but_the_first_of_each_group_does() {
        let turns = Arc::new(Turns::new(1));
        let heavy: Vec<Turn> = (0..10).map(|it| waiting(&turns, 1, it)).collect();
        for _ in 0..20 {
            let running = heavy.iter().find(|it| runs(it)).unwrap();
            turns.give_way(&running.pace.seat);
        }
        let begun = |it: &&Turn| it.pace.seat.state().has_begun;
        assert_eq!(heavy.iter().filter(begun).count(), BEGUN_MAX);
        let other = waiting(&turns, 2, 1);
        turns.give_way(&heavy.iter().find(|it| runs(it)).unwrap().pace.seat);
        turns.give_way(&heavy.iter().find(|it| runs(it)).unwrap_or(&other).pace.seat);
        assert!(begun(&&other));
        drop(other);
        // Whoever waits for a slow reader is not counted.
        let all: Vec<&Turn> = heavy.iter().filter(begun).collect();
        all.into_iter().for_each(Turn::pause);
        let running = heavy.iter().filter(|it| runs(it)).count();
        assert_eq!(running, 1);
        drop(heavy);
        assert!(turns.line().begun.is_empty());
    }

    #[test]
    fn who_leaves_while_waiting_is_not_let_in() {
        let turns = Arc::new(Turns::new(1));
        let first = waiting(&turns, 1, 1);
        let gone = waiting(&turns, 2, 1);
        let last = waiting(&turns, 3, 1);
        drop(gone);
        assert_eq!(turns.waiting.load(Ordering::Relaxed), 1);
        drop(first);
        assert!(runs(&last));
        assert_eq!(turns.line().running.len(), 1);
    }

    #[tokio::test]
    async fn a_slice_ends_where_others_wait() {
        let turns = Arc::new(Turns::new(1));
        let long = turns.join(Asker { group: 1, member: 1 });
        long.start().await;
        let short = waiting(&turns, 2, 1);
        let since = Instant::now().checked_sub(2 * SLICE).unwrap();
        long.pace.seat.state().place = Place::Running { since };
        let context = Context::from_waker(Waker::noop());
        assert!(long.pace.poll_turn(&context).is_pending());
        assert!(runs(&short) && !runs(&long));
        drop(short);
        assert!(long.pace.poll_turn(&context).is_ready());
    }

    #[tokio::test]
    async fn who_does_not_give_way_keeps_nobody_out() {
        let turns = Arc::new(Turns::new(1));
        let stubborn = turns.join(Asker::default());
        stubborn.start().await;
        let other = turns.join(Asker { group: 1, member: 1 });
        let came = tokio::time::timeout(Duration::from_secs(5), other.start()).await;
        assert!(came.is_ok() && runs(&stubborn) && runs(&other));
    }
}
