//! R6: the line is cut after every single byte of an exchange, on the way up and on the way down. Up: the office never
//! has a whole request. Down: the office has committed, and its kiosk does not know; every such cut has a letter of its
//! own, so that it is the first answer that is lost. Then everything goes once more over a whole line.
use super::*;
use jiujin::letter::{Fate, Letter};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Every so many bytes in the gate; `JIUJIN_RIG_STEP` says otherwise.
const STEP: usize = 1;

/// Times are written without the last zeros of their fraction: an answer holds two and may be this much shorter than the
/// one that was measured. A cut behind its end would be none.
const SHORTER_MAX: usize = 20;
/// Time for the client to see that a connection it kept is gone.
const HANG_UP: Duration = Duration::from_millis(50);

/// A line that is cut at a given byte, each connection anew.
pub struct Line {
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
    hang_up: watch::Sender<()>,
}

#[derive(Clone, Copy)]
pub struct State {
    /// Bytes that pass up and down before the cut.
    allowed: (usize, usize),
    pub passed: (usize, usize),
    connections: usize,
}

pub const WHOLE: (usize, usize) = (usize::MAX, usize::MAX);

impl Line {
    pub async fn to(office: SocketAddr) -> Line {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let start = State { allowed: WHOLE, passed: (0, 0), connections: 0 };
        let (state, (hang_up, ended)) = (Arc::new(Mutex::new(start)), watch::channel(()));
        let shared = state.clone();
        tokio::spawn(async move {
            while let Ok((kiosk, _)) = listener.accept().await {
                tokio::spawn(connected(kiosk, office, shared.clone(), ended.clone()));
            }
        });
        Line { address, state, hang_up }
    }

    /// The next connection is cut there; those before are gone.
    pub fn cut_at(&self, allowed: (usize, usize)) {
        self.hang_up.send_replace(());
        let mut state = self.state.lock().unwrap();
        (state.allowed, state.passed) = (allowed, (0, 0));
    }

    pub fn state(&self) -> State {
        *self.state.lock().unwrap()
    }
}

async fn connected(
    kiosk: TcpStream,
    office: SocketAddr,
    state: Arc<Mutex<State>>,
    mut ended: watch::Receiver<()>,
) {
    ended.mark_unchanged();
    let (up, down) = {
        let mut state = state.lock().unwrap();
        state.connections += 1;
        state.allowed
    };
    let office = TcpStream::connect(office).await.unwrap();
    let (kiosk_in, kiosk_out) = kiosk.into_split();
    let (office_in, office_out) = office.into_split();
    tokio::select! {
        () = pass(kiosk_in, office_out, up, |bytes| state.lock().unwrap().passed.0 += bytes) => {}
        () = pass(office_in, kiosk_out, down, |bytes| state.lock().unwrap().passed.1 += bytes) => {}
        _ = ended.changed() => {}
    }
}

async fn pass(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
    mut allowance: usize,
    count: impl Fn(usize),
) {
    let mut part = [0; 4096];
    while allowance > 0 {
        let Ok(read @ 1..) = from.read(&mut part[..allowance.min(4096)]).await else { return };
        if to.write_all(&part[..read]).await.is_err() {
            return;
        }
        allowance -= read;
        count(read);
    }
}

/// A kiosk on that line, and what came of its letters.
struct Kiosk {
    store: Store,
    courier: Courier,
    asked: town::Asked,
    line: Line,
    cuts: usize,
    parked: usize,
    confirmed: usize,
}

impl Kiosk {
    async fn new(town: &Town) -> Kiosk {
        let (line, mut config) = (Line::to(town.address).await, town.config());
        config.office.url = format!("http://{}", line.address);
        let identity = Identity::load(&config.storage.data_dir).unwrap().unwrap();
        let (store, asked) = (Store::of(&config, Timestamp::now()).unwrap().store, asked(&config));
        let courier = Courier::with(identity, &config).unwrap();
        Kiosk { store, courier, asked, line, cuts: 0, parked: 0, confirmed: 0 }
    }

    /// A new letter, marked as being sent: the next start queues it again.
    fn letter(&mut self) -> Letter {
        let made = submit(&mut self.store, self.courier.identity(), &self.asked);
        let letter = self.store.due(Timestamp::now(), 1).unwrap().remove(0);
        assert_eq!(letter.sealed.id(), made.id);
        self.store.mark_sending(&[made.id], Timestamp::now()).unwrap();
        letter
    }

    /// Bytes of a whole exchange.
    async fn measure(&mut self, letter: &Letter) -> (usize, usize) {
        self.line.cut_at(WHOLE);
        let round = self.courier.deliver(vec![letter.clone()], Timestamp::now()).await;
        assert!(round.office_time.is_some(), "the line works");
        let passed = self.line.state().passed;
        // The client keeps a good connection: it is ended, and the client sees that before the first cut.
        self.line.cut_at(WHOLE);
        tokio::time::sleep(HANG_UP).await;
        passed
    }

    /// One delivery over a line that is cut there.
    async fn deliver(&mut self, letter: &Letter, allowed: (usize, usize)) {
        self.line.cut_at(allowed);
        let round = self.courier.deliver(vec![letter.clone()], Timestamp::now()).await;
        let fate = schedule::fates(&round, 0, 0, Timestamp::now()).remove(0).1;
        self.cuts += 1;
        self.parked += usize::from(matches!(fate, Fate::Parked { .. }));
        self.confirmed += usize::from(matches!(fate, Fate::Confirmed(_)));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_cut_at_every_byte_delivers_once() {
    let step = std::env::var("JIUJIN_RIG_STEP").map_or(STEP, |n| n.parse().unwrap());
    let (started, town) = (Instant::now(), Town::in_memory().await);
    let mut kiosk = Kiosk::new(&town).await;
    // How long the request and the office's first answer are.
    let first = kiosk.letter();
    let (up, down) = kiosk.measure(&first).await;
    let down = down - SHORTER_MAX;
    let second = kiosk.letter();
    let length = |letter: &Letter| letter.sealed.bytes().len();
    let up = up + length(&second) - length(&first);
    for byte in (0..up).step_by(step) {
        kiosk.deliver(&second, (byte, usize::MAX)).await;
    }
    let reached = town.cases().await.len();
    for byte in (0..down).step_by(step) {
        let own = kiosk.letter();
        kiosk.deliver(&own, (usize::MAX, byte)).await;
    }
    let connections = kiosk.line.state().connections;
    kiosk.line.cut_at(WHOLE);
    let Kiosk { store, courier, cuts, parked, confirmed, line: _line, .. } = kiosk;
    // The next start of the kiosk: what was being sent is queued again.
    drop(store);
    let mut store = Store::of(&town.config(), Timestamp::now()).unwrap().store;
    store.open_road().unwrap();
    while deliver_due(&mut store, &courier).await > 0 {}
    let (counts, cases) = (store.counts().unwrap(), town.cases().await);
    let lines = store.lines(None, usize::MAX >> 1, Timestamp::now()).unwrap();
    let ours: BTreeMap<_, _> =
        lines.into_iter().map(|line| (line.id, line.digest.unwrap_or_default())).collect();
    let mut verdict = Verdict { acknowledged: ours.len(), cases: cases.len(), ..Verdict::default() };
    verdict.lost = ours.keys().filter(|id| !cases.contains_key(*id)).count();
    verdict.hold(cases == ours, "I2", "the office has other cases than the kiosk letters");
    verdict.hold(counts.waiting + counts.parked == 0, "I1", format!("{counts:?}"));
    verdict.hold(parked == 0, "R6", format!("{parked} letters parked by a cut"));
    verdict.hold(confirmed == 0, "R6", format!("{confirmed} receipts of half an answer"));
    verdict.hold(reached == 1, "R6", "half a request made a case");
    verdict.hold(connections > cuts, "R6", "a connection served for two cuts");
    let s = started.elapsed().as_secs();
    let counted =
        format!("\"cuts\":{cuts},\"step\":{step},\"bytes_up\":{up},\"bytes_down\":{down},\"s\":{s},");
    verdict.report("R6", 0, &counted);
    assert!(verdict.sound(), "{:#?}", verdict.broken);
}
