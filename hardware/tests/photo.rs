//! A site's photo decoder is a program of its own: its picture comes back, and whatever it does wrong ends in time.
#[path = "support/timing.rs"]
mod timing;

use jiujin_hardware::card::photo::{DecoderProgram, IMAGE_BYTES_MAX, PhotoDecoder, PhotoError};
use jiujin_hardware::simulator::people;
use std::time::{Duration, Instant};

fn shell(script: &str) -> DecoderProgram {
    DecoderProgram {
        arguments: vec!["-c".into(), script.into()],
        time_limit: Duration::from_millis(1_500),
        ..DecoderProgram::at("/bin/sh")
    }
}

#[test]
fn a_decoder_gets_the_raw_photo_and_its_picture_comes_back() {
    let photo = people::find("adult").unwrap().photo();
    let picture = shell("printf BM; cat").decode(&photo).unwrap();
    assert_eq!(picture.strip_prefix(b"BM"), Some(photo.as_slice()));
}

#[test]
fn a_decoder_that_fails_is_named_and_leaves_the_silhouette() {
    let photo = people::find("adult").unwrap().photo();
    let none = DecoderProgram::at("/nowhere/decoder").decode(&photo);
    assert!(matches!(none, Err(PhotoError::NotStarted(_))));
    assert!(matches!(shell("cat >/dev/null; exit 3").decode(&photo), Err(PhotoError::Failed(_))));
    assert!(matches!(shell("cat").decode(&photo), Err(PhotoError::NoImage)));
    let endless = shell(&format!("printf BM; head -c {} /dev/zero", IMAGE_BYTES_MAX)).decode(&photo);
    assert!(matches!(endless, Err(PhotoError::NoImage)));
}

#[test]
fn a_decoder_that_hangs_is_stopped_in_time() {
    timing::keeps(Duration::from_secs(3), || {
        let started = Instant::now();
        let hung = shell("exec sleep 60").decode(&[0; 1024]);
        assert!(matches!(hung, Err(PhotoError::TooSlow(_))));
        started.elapsed()
    });
}
