use super::*;

#[test]
fn a_key_survives_its_file_and_shows_no_secret() {
    let key = DeviceKey::generate().unwrap();
    let file = key.to_secret_file();
    let again = DeviceKey::from_secret_file(&file).unwrap();
    assert_eq!(key.public(), again.public());
    let secret = URL_SAFE_NO_PAD.encode(key.0.as_bytes());
    assert!(file.contains(&secret));
    assert!(!format!("{key:?}").contains(&secret));
}

#[test]
fn a_file_of_another_key_is_refused() {
    let sealing = OfficeSealingKey::generate().unwrap();
    assert!(DeviceKey::from_secret_file(&sealing.to_secret_file()).is_err());
    assert!(
        OfficeSigningKey::from_secret_file("{\"key\":\"jiujin-office-signing\",\"secret\":\"AA\"}").is_err()
    );
    assert!(OfficeSealingKey::from_secret_file("").is_err());
}

#[test]
fn public_keys_travel_as_text() {
    let sealing = OfficeSealingKey::generate().unwrap().public();
    let text = serde_json::to_string(&sealing).unwrap();
    assert_eq!(serde_json::from_str::<OfficePublicKey>(&text).unwrap(), sealing);
    assert!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".parse::<OfficePublicKey>().is_err());
    assert!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".parse::<DevicePublicKey>().is_err());
    assert!("short".parse::<DevicePublicKey>().is_err());
}

#[test]
fn a_signature_holds_for_its_bytes_only() {
    let key = OfficeSigningKey::generate().unwrap();
    let signature = key.sign(b"a receipt");
    key.public().verify(b"a receipt", &signature).unwrap();
    assert!(key.public().verify(b"another", &signature).is_err());
    assert!(key.public().verify(b"a receipt", &signature[..63]).is_err());
    assert!(OfficeSigningKey::generate().unwrap().public().verify(b"a receipt", &signature).is_err());
}
