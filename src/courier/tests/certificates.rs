//! A server that speaks TLS but is not who it says, as an office looks to a kiosk with a wrong clock or a wrong address.
use super::liars::{bench, closed};
use super::*;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// For 127.0.0.1, signed by nobody; its key is worth nothing anywhere.
const STRANGER: &[u8] = include_bytes!("stranger.pem");

async fn stranger() -> std::net::SocketAddr {
    let (chain, key) = (CertificateDer::from_pem_slice(STRANGER), PrivateKeyDer::from_pem_slice(STRANGER));
    let config =
        ServerConfig::builder().with_no_client_auth().with_single_cert(vec![chain.unwrap()], key.unwrap());
    let acceptor = TlsAcceptor::from(Arc::new(config.unwrap()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // The kiosk hangs up in the middle of the greeting.
            let _ = acceptor.accept(stream).await;
        }
    });
    address
}

#[tokio::test]
async fn a_certificate_that_does_not_hold_says_check_the_clock_and_keeps_the_letter() {
    let mut bench = bench(1);
    let address = stranger().await;
    let courier = bench.courier_to(&format!("https://{address}"));
    let round = courier.deliver(bench.letters.clone(), now()).await;
    assert_eq!(round.letters[0].delivery, Delivery::SetBack(Setback::BadCertificate), "{round:?}");
    assert!(Setback::BadCertificate.to_string().contains("clock"));
    let fates: Vec<_> = schedule::fates(&round, 0, 1, now()).into_iter().map(|(_, fate)| fate).collect();
    assert_eq!(closed(&fates), "bad-certificate");
}

#[tokio::test]
async fn an_office_that_does_not_speak_tls_is_unreachable() {
    let mut bench = bench(1);
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = silent.local_addr().unwrap();
    tokio::spawn(async move { while silent.accept().await.is_ok() {} });
    let round = bench.courier_to(&format!("https://{address}")).deliver(bench.letters.clone(), now()).await;
    assert_eq!(round.letters[0].delivery, Delivery::SetBack(Setback::Unreachable), "{round:?}");
}
