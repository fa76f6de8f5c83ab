//! `jiujin doctor`: every subsystem with its state and what to do about it.
use super::{EXIT_NO, EXIT_OK};
use crate::config::Config;
use crate::enrol::Identity;
use crate::store::{OutboxLimits, Store};
use crate::{screens, streets};
use jiujin_contract::catalogue;
use jiujin_hardware::cli;
use serde::Serialize;
use std::io::{self, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::path::Path;
use std::time::Duration;

/// Longest wait for the office's port.
const CONNECT_MAX: Duration = Duration::from_secs(5);

#[derive(Serialize)]
struct Finding {
    name: &'static str,
    ok: bool,
    detail: String,
    /// What to do next; empty when all is well.
    help: String,
}

fn good(name: &'static str, detail: impl Into<String>) -> Finding {
    Finding { name, ok: true, detail: detail.into(), help: String::new() }
}

fn bad(name: &'static str, detail: impl Into<String>, help: impl Into<String>) -> Finding {
    Finding { name, ok: false, detail: detail.into(), help: help.into() }
}

pub fn examine(config: Option<&Path>, as_json: bool, out: &mut dyn Write) -> io::Result<u8> {
    let mut findings = vec![services()];
    match config.map(Config::load) {
        None => findings.push(bad("configuration", "no file was named", "jiujin doctor --config kiosk.toml")),
        Some(Err(error)) => findings.push(bad(
            "configuration",
            error.to_string(),
            "jiujin config check FILE names every mistake",
        )),
        Some(Ok(config)) => {
            findings.push(good("configuration", "readable"));
            findings.extend([
                site_streets(&config),
                languages(&config),
                reader(&config),
                store(&config),
                comparison(&config),
                enrolment(&config),
                network(&config),
            ]);
        }
    }
    for finding in &findings {
        if as_json {
            writeln!(out, "{}", serde_json::to_string(finding)?)?;
        } else {
            let mark = if finding.ok { "ok    " } else { "BROKEN" };
            writeln!(out, "{mark} {:14} {}", finding.name, finding.detail)?;
            if !finding.help.is_empty() {
                writeln!(out, "       {:14} -> {}", "", finding.help)?;
            }
        }
    }
    Ok(if findings.iter().all(|finding| finding.ok) { EXIT_OK } else { EXIT_NO })
}

fn services() -> Finding {
    let day_one = catalogue::day_one();
    match day_one.problems.first() {
        None => good("catalogue", format!("{} services built in", day_one.items.len())),
        Some(problem) => bad("catalogue", problem.to_string(), "install the program again"),
    }
}

fn site_streets(config: &Config) -> Finding {
    match streets::load(config) {
        Ok(None) => good("streets", "typed; site.streets names no list"),
        Ok(Some(streets)) => good("streets", format!("{} to choose from", streets.rows.len())),
        Err(error) => {
            bad("streets", error.to_string(), "until then they are typed; jiujin config check FILE")
        }
    }
}

fn languages(config: &Config) -> Finding {
    match screens::further_share(config) {
        None => good("languages", "zh-CN, zh-TW, en"),
        Some(share) => good("languages", format!("zh-CN, zh-TW, en; {share}")),
    }
}

fn reader(config: &Config) -> Finding {
    let mut answer = Vec::new();
    let port = (config.reader.port != "auto").then_some(config.reader.port.as_str());
    let found = cli::probe(port, &mut answer) == cli::OK;
    let detail = String::from_utf8_lossy(&answer).trim().to_owned();
    if found {
        return good("card reader", detail);
    }
    bad(
        "card reader",
        if detail.is_empty() { "no serial port on this machine".into() } else { detail },
        "check cable and power, then jiujin reader probe",
    )
}

fn store(config: &Config) -> Finding {
    let path = config.store_path();
    let counts = Store::inspect(&path, OutboxLimits::of(&config.limits)).and_then(|store| {
        store.may_begin(jiff::Timestamp::now())?;
        store.counts()
    });
    match counts {
        Ok(counts) => good("store", format!("{} waiting, {} parked", counts.waiting, counts.parked)),
        Err(error) => bad(
            "store",
            format!("{}: {error}", path.display()),
            "jiujin run makes the store at its first start",
        ),
    }
}

/// What the daily comparison with the office found.
fn comparison(config: &Config) -> Finding {
    let name = "comparison";
    let last = Store::inspect(&config.store_path(), OutboxLimits::of(&config.limits))
        .and_then(|store| store.last_comparison());
    match last {
        Ok(None) => good(name, "the first one with the office is still to come"),
        Ok(Some(found)) if found.unknown_here > 0 => bad(
            name,
            format!("the office has {} cases under our numbers that are not here", found.unknown_here),
            "was this disk restored or copied? enrol again if another kiosk uses the same key",
        ),
        Ok(Some(found)) if found.missing_at_office > 0 => bad(
            name,
            format!("{} confirmed submissions are missing at the office", found.missing_at_office),
            "tell the office to restore its backup; jiujin outbox list names them (missing-at-office)",
        ),
        Ok(Some(found)) => {
            good(name, format!("{} numbers compared, {} sent again", found.compared, found.queued_again))
        }
        Err(error) => bad(name, error.to_string(), "see store"),
    }
}

fn enrolment(config: &Config) -> Finding {
    match Identity::load(&config.storage.data_dir) {
        Ok(Some(identity)) => good("enrolment", format!("{} at its office", identity.office.device_id)),
        Ok(None) => bad(
            "enrolment",
            "this kiosk belongs to no office yet",
            "ask the office for a code, then jiujin enrol",
        ),
        Err(error) => bad("enrolment", error.to_string(), "jiujin enrol again with a new code"),
    }
}

fn network(config: &Config) -> Finding {
    let url = &config.office.url;
    let (secure, rest) =
        url.strip_prefix("https://").map_or((false, url.trim_start_matches("http://")), |rest| (true, rest));
    let host = rest.split('/').next().unwrap_or_default();
    let address = if host.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok()) {
        host.to_owned()
    } else {
        format!("{host}:{}", if secure { 443 } else { 80 })
    };
    let addresses = match address.to_socket_addrs() {
        Ok(addresses) => addresses,
        Err(error) => {
            return bad(
                "network",
                format!("{address}: the name is not known ({error})"),
                "check the DNS server",
            );
        }
    };
    let reached =
        addresses.map(|address| TcpStream::connect_timeout(&address, CONNECT_MAX)).find_map(Result::ok);
    match reached {
        Some(_) => good("network", format!("{address} answers")),
        None => bad(
            "network",
            format!("{address} does not answer"),
            "check cable, gateway and the office's address",
        ),
    }
}
