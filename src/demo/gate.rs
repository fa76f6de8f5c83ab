//! The way from the demo's kiosk to its office: a TCP relay on loopback that can be cut, so that "network
//! down" is a real refused connection and not a flag somebody has to believe.
use std::net::SocketAddr;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Connections the relay holds at once; a kiosk needs two.
const CONNECTIONS_MAX: usize = 32;

pub struct Gate {
    pub address: SocketAddr,
    open: watch::Sender<bool>,
}

impl Gate {
    /// Listens on an ephemeral loopback port and relays to `office` while open.
    pub async fn open(office: SocketAddr) -> std::io::Result<Gate> {
        let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (open, is_open) = watch::channel(true);
        tokio::spawn(relay_all(listener, office, is_open));
        Ok(Gate { address, open })
    }

    /// Cuts every connection and refuses new ones, or lets them through again.
    pub fn set(&self, open: bool) {
        self.open.send_replace(open);
    }
}

async fn relay_all(listener: TcpListener, office: SocketAddr, is_open: watch::Receiver<bool>) {
    let places = std::sync::Arc::new(tokio::sync::Semaphore::new(CONNECTIONS_MAX));
    while let Ok((kiosk, _)) = listener.accept().await {
        let Ok(place) = places.clone().acquire_owned().await else { return };
        let is_open = is_open.clone();
        tokio::spawn(async move {
            relay(kiosk, office, is_open).await;
            drop(place);
        });
    }
}

async fn relay(mut kiosk: TcpStream, office: SocketAddr, mut is_open: watch::Receiver<bool>) {
    if !*is_open.borrow_and_update() {
        return;
    }
    let Ok(mut office) = TcpStream::connect(office).await else { return };
    let copied = tokio::io::copy_bidirectional(&mut kiosk, &mut office);
    tokio::select! {
        _ = copied => {}
        _ = is_open.wait_for(|open| !open) => {}
    }
}
